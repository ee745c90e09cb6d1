// Tests: what follows `is`.
#include "model/jinja_parts.h"

#define TEST(name)                                                                                                     \
    static struct jinja_value name(struct jinja *j, struct jinja_value self, struct jinja_value *const *arg,           \
                                   const struct jinja_args *all)
#define IS(name, condition)                                                                                            \
    TEST(name)                                                                                                         \
    {                                                                                                                  \
        (void)j, (void)self, (void)arg, (void)all;                                                                     \
        return jinja_bool(condition);                                                                                  \
    }

IS(test_defined, self.kind != JINJA_UNDEFINED)
IS(test_undefined, self.kind == JINJA_UNDEFINED)
IS(test_none, self.kind == JINJA_NONE)
IS(test_string, self.kind == JINJA_STRING)
IS(test_mapping, self.kind == JINJA_DICT)
IS(test_boolean, self.kind == JINJA_BOOL)
IS(test_true, self.kind == JINJA_BOOL && self.truth)
IS(test_false, self.kind == JINJA_BOOL && !self.truth)
IS(test_number, jinja_is_number(self) || self.kind == JINJA_DIGITS)
IS(test_integer, self.kind == JINJA_INT || self.kind == JINJA_DIGITS)
IS(test_float, self.kind == JINJA_FLOAT)
IS(test_callable, self.kind == JINJA_METHOD || self.kind == JINJA_MACRO)
// undefined can be walked through and has a length of 0
IS(test_iterable,
   self.kind == JINJA_STRING || self.kind == JINJA_LIST || self.kind == JINJA_DICT || self.kind == JINJA_UNDEFINED)
IS(test_sequence, self.kind == JINJA_STRING || self.kind == JINJA_DICT || self.kind == JINJA_UNDEFINED ||
                      (self.kind == JINJA_LIST && self.list->form <= FORM_RANGE))
IS(test_eq, jinja_equal(j, self, *arg[0]))
IS(test_ne, !jinja_equal(j, self, *arg[0]))
IS(test_lt, jinja_compare(j, self, *arg[0]) < 0)
IS(test_le, jinja_compare(j, self, *arg[0]) <= 0)
IS(test_gt, jinja_compare(j, self, *arg[0]) > 0)
IS(test_ge, jinja_compare(j, self, *arg[0]) >= 0)
IS(test_in, jinja_contains(j, *arg[0], self))

static bool divides(struct jinja *j, struct jinja_value v, struct jinja_value by)
{
    return !jinja_true(j, jinja_binary(j, '%', v, by));
}

IS(test_even, divides(j, self, jinja_int(2)))
IS(test_odd, !divides(j, self, jinja_int(2)))
IS(test_divisibleby, divides(j, self, *arg[0]))

const struct jinja_function jinja_tests[] = {
    {"defined", test_defined, ""},
    {"undefined", test_undefined, ""},
    {"none", test_none, ""},
    {"string", test_string, ""},
    {"mapping", test_mapping, ""},
    {"boolean", test_boolean, ""},
    {"true", test_true, ""},
    {"false", test_false, ""},
    {"number", test_number, ""},
    {"integer", test_integer, ""},
    {"float", test_float, ""},
    {"callable", test_callable, ""},
    {"iterable", test_iterable, ""},
    {"sequence", test_sequence, ""},
    {"eq", test_eq, "other /"},
    {"equalto", test_eq, "other /"},
    {"ne", test_ne, "other /"},
    {"lt", test_lt, "other /"},
    {"lessthan", test_lt, "other /"},
    {"le", test_le, "other /"},
    {"gt", test_gt, "other /"},
    {"greaterthan", test_gt, "other /"},
    {"ge", test_ge, "other /"},
    {"in", test_in, "other /"},
    {"even", test_even, ""},
    {"odd", test_odd, ""},
    {"divisibleby", test_divisibleby, "other /"},
    {0},
};
