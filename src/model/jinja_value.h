// Values of a Jinja template, with the meaning that Python gives them: jinja2 runs on Python, so a template sees its
// printing (True, None, 'single quotes'), its comparisons and its text in characters.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/text.h"

struct json;
struct jinja; // one rendering, see jinja.h

enum jinja_kind {
    JINJA_UNDEFINED, // a name or key that is not there: false, prints nothing, fails when it is used otherwise
    JINJA_NONE,
    JINJA_BOOL,
    JINJA_INT,
    JINJA_DIGITS, // an integer beyond 64 bits, as a JSON text has it: it is only printed and compared
    JINJA_FLOAT,
    JINJA_STRING,
    JINJA_LIST, // what can be walked, see enum jinja_form
    JINJA_DICT,
    JINJA_NAMESPACE, // a dict whose members templates may set
    JINJA_MACRO,
    JINJA_LOOP,
    JINJA_METHOD, // a function of a value, such as text.split, or a global one, such as range
};

enum jinja_form {
    FORM_LIST,
    FORM_TUPLE,
    FORM_RANGE,
    FORM_VIEW,     // dict.items() and the like: has a length, no elements by index
    FORM_ITERATOR, // what filters such as map give: is walked once
};

struct jinja_value {
    enum jinja_kind kind;
    bool safe; // JINJA_STRING: went through the filter safe; what is added to it by + is written for HTML
    union {
        const char *missing; // JINJA_UNDEFINED: the sentence for whoever uses it
        bool truth;
        int64_t integer;
        double real;
        struct text text; // JINJA_STRING and JINJA_DIGITS
        struct jinja_list *list;
        struct jinja_dict *dict; // JINJA_DICT and JINJA_NAMESPACE
        struct jinja_macro *macro;
        struct jinja_loop *loop;
        struct jinja_method *method;
    };
};

struct jinja_list {
    enum jinja_form form;
    const char *view; // FORM_VIEW: Python's name of it
    struct jinja_value *at;
    size_t count, room;
};

struct jinja_member {
    struct jinja_value key, value;
};

struct jinja_dict { // in the order of insertion
    struct jinja_member *at;
    size_t count, room;
};

// Memory of a rendering, zeroed. What fails (memory, too deep) sticks to j, and the result is undefined.
void *jinja_alloc(struct jinja *j, size_t bytes);
// The first failure of a rendering; the result is an undefined value, so that `return jinja_fail(j, ...)` ends a
// function.
struct jinja_value jinja_fail(struct jinja *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct jinja_value jinja_undefined(struct jinja *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct jinja_value jinja_none(void);
struct jinja_value jinja_bool(bool b);
struct jinja_value jinja_int(int64_t i);
struct jinja_value jinja_float(double f);
struct jinja_value jinja_text(struct text t);                              // borrows
struct jinja_value jinja_string(struct jinja *j, const char *s, size_t n); // copies
struct jinja_value jinja_take(struct jinja *j, struct str *s);             // copies, and finishes s
struct jinja_value jinja_list(struct jinja *j, enum jinja_form form);
struct jinja_value jinja_dict(struct jinja *j);
// The JSON value rebuilt as Python's json does it: 1 is an integer, 1.0 and 1e5 are floats.
struct jinja_value jinja_from_json(struct jinja *j, const struct json *v);

void jinja_push(struct jinja *j, struct jinja_value list, struct jinja_value v);
void jinja_put(struct jinja *j, struct jinja_value dict, struct jinja_value key, struct jinja_value v);
// NULL when the key is not there. Also for namespaces.
struct jinja_value *jinja_find(struct jinja *j, struct jinja_value dict, struct jinja_value key);
struct jinja_value *jinja_find_name(struct jinja *j, struct jinja_value dict, const char *name);

bool jinja_true(struct jinja *j, struct jinja_value v);
bool jinja_equal(struct jinja *j, struct jinja_value a, struct jinja_value b);
// Below 0, 0 or above 0 as in Python's <; fails on kinds that Python does not order.
int jinja_compare(struct jinja *j, struct jinja_value a, struct jinja_value b);
bool jinja_contains(struct jinja *j, struct jinja_value container, struct jinja_value v); // the operator in

// What a for loop walks: elements, keys, characters. Fails on what Python does not walk.
struct jinja_list *jinja_walk(struct jinja *j, struct jinja_value v);
size_t jinja_length(struct jinja *j, struct jinja_value v); // Python's len; fails where that does
bool jinja_is_number(struct jinja_value v);                 // bool, int, float
double jinja_real(struct jinja_value v);                    // of a number
bool jinja_integer(struct jinja_value v, int64_t *i);       // of an int or a bool
const char *jinja_kind_name(struct jinja_value v);          // Python's: "str", "NoneType", ...

// Python's str() and repr(), appended; "" for undefined.
void jinja_print(struct jinja *j, struct jinja_value v, struct str *out);
void jinja_repr(struct jinja *j, struct jinja_value v, struct str *out);
struct text jinja_to_text(struct jinja *j, struct jinja_value v); // str(v), borrowed when it is a string

// json.dumps(v, ...) of Python. indent and the separators are NULL for Python's defaults.
struct jinja_dump {
    bool ascii, sort;
    const char *indent, *item, *key; // one step of indentation; between items; between key and value
};
void jinja_dump(struct jinja *j, struct jinja_value v, const struct jinja_dump *how, struct str *out);
