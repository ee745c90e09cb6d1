// Filters of lists.
#include <string.h>

#include "model/jinja_filters.h"

FILTER(filter_list)
{
    (void)arg, (void)all;
    const struct jinja_list *from = jinja_walk(j, self);
    struct jinja_value to = jinja_list(j, FORM_LIST);
    for (size_t i = 0; !jinja_failed(j) && i < from->count; i++)
        jinja_push(j, to, from->at[i]);
    return to;
}

FILTER(filter_items)
{
    (void)arg, (void)all;
    struct jinja_value to = jinja_list(j, FORM_ITERATOR);
    if (self.kind == JINJA_UNDEFINED)
        return to;
    if (self.kind != JINJA_DICT)
        return jinja_fail(j, "items: a dict is wanted, not a %s", jinja_kind_name(self));
    for (size_t i = 0; i < self.dict->count && !jinja_failed(j); i++) {
        struct jinja_value both = jinja_list(j, FORM_TUPLE);
        jinja_push(j, both, self.dict->at[i].key);
        jinja_push(j, both, self.dict->at[i].value);
        jinja_push(j, to, both);
    }
    return to;
}

FILTER(filter_join)
{
    (void)all;
    const struct jinja_list *l = jinja_walk(j, self);
    struct text by = arg[0] ? jinja_to_text(j, *arg[0]) : text_of("");
    struct str out = {0};
    for (size_t i = 0; !jinja_failed(j) && i < l->count; i++) {
        str_append(&out, by.at, i ? by.size : 0);
        jinja_print(j, arg[1] ? jinja_path(j, l->at[i], *arg[1]) : l->at[i], &out);
    }
    return jinja_take(j, &out);
}

static const struct jinja_value *named(const struct jinja_args *all, const char *name)
{
    for (size_t i = 0; i < all->key_count; i++)
        if (text_equals(all->keys[i].name, name))
            return &all->keys[i].value;
    return NULL;
}

// map(attribute="a", default=b), or map("filter", arguments of it).
FILTER(filter_map)
{
    (void)arg;
    const struct jinja_value *attribute = named(all, "attribute"), *otherwise = named(all, "default");
    const struct jinja_function *f = NULL;
    struct jinja_args rest = *all;
    if (!jinja_true(j, self)) // none counts as empty here and in `choose`, as in jinja2
        return jinja_list(j, FORM_ITERATOR);
    if (!attribute || all->count) {
        if (!all->count || all->at[0].kind != JINJA_STRING)
            return jinja_fail(j, "map: a filter's name or attribute= is wanted");
        f = jinja_function(jinja_filters, all->at[0].text);
        if (!f)
            return jinja_fail(j, "the filter `%.*s` is not built in", (int)all->at[0].text.size, all->at[0].text.at);
        rest.at++;
        rest.count--;
    }
    const struct jinja_list *from = jinja_walk(j, self);
    struct jinja_value to = jinja_list(j, FORM_ITERATOR);
    for (size_t i = 0; !jinja_failed(j) && i < from->count; i++) {
        struct jinja_value v =
            f ? jinja_apply(j, "filter", f, from->at[i], &rest) : jinja_path(j, from->at[i], *attribute);
        if (!f && v.kind == JINJA_UNDEFINED && otherwise)
            v = *otherwise;
        jinja_push(j, to, v);
    }
    return to;
}

// The elements (or an attribute of them) for which a test holds, or their truth where no test is named.
static struct jinja_value choose(struct jinja *j, struct jinja_value self, const struct jinja_args *all, bool attribute,
                                 bool keep)
{
    size_t test = attribute ? 1 : 0;
    const struct jinja_function *f = NULL;
    struct jinja_args rest = *all;
    if (!jinja_true(j, self))
        return jinja_list(j, FORM_ITERATOR);
    if (all->count < test)
        return jinja_fail(j, "selectattr: the name of an attribute is wanted");
    if (all->count > test) {
        struct text name = jinja_to_text(j, all->at[test]);
        f = jinja_function(jinja_tests, name);
        if (!f)
            return jinja_fail(j, "the test `%.*s` is not built in", (int)(name.size < 40 ? name.size : 40), name.at);
        rest.at += test + 1;
        rest.count -= test + 1;
    }
    const struct jinja_list *from = jinja_walk(j, self);
    struct jinja_value to = jinja_list(j, FORM_ITERATOR);
    for (size_t i = 0; !jinja_failed(j) && i < from->count; i++) {
        struct jinja_value v = attribute ? jinja_path(j, from->at[i], all->at[0]) : from->at[i];
        if (f)
            v = jinja_apply(j, "test", f, v, &rest);
        if (jinja_true(j, v) == keep)
            jinja_push(j, to, from->at[i]);
    }
    return to;
}

FILTER(filter_select)
{
    (void)arg;
    return choose(j, self, all, false, true);
}

FILTER(filter_reject)
{
    (void)arg;
    return choose(j, self, all, false, false);
}

FILTER(filter_selectattr)
{
    (void)arg;
    return choose(j, self, all, true, true);
}

FILTER(filter_rejectattr)
{
    (void)arg;
    return choose(j, self, all, true, false);
}

// ---- Order ----

// What elements are compared by: an attribute, texts in lower case unless case counts.
static struct jinja_value order_key(struct jinja *j, struct jinja_value v, const struct jinja_value *attribute,
                                    bool cased)
{
    if (attribute && attribute->kind != JINJA_NONE)
        v = jinja_path(j, v, *attribute);
    return v.kind == JINJA_STRING && !cased ? jinja_case(j, v.text, CASE_LOWER) : v;
}

// Merge sort of (key, value) by key; stable, also when reversed, as Python's.
static void sort(struct jinja *j, struct jinja_member *at, struct jinja_member *spare, size_t n, bool reverse)
{
    if (n < 2 || jinja_failed(j))
        return;
    size_t half = n / 2;
    sort(j, at, spare, half, reverse);
    sort(j, at + half, spare, n - half, reverse);
    for (size_t i = 0, a = 0, b = half; i < n; i++) {
        bool second = a == half;
        if (a < half && b < n) {
            int c = jinja_compare(j, at[b].key, at[a].key);
            second = reverse ? c > 0 : c < 0;
        }
        spare[i] = second ? at[b++] : at[a++];
    }
    memcpy(at, spare, sizeof *at * n);
}

static struct jinja_value sorted(struct jinja *j, struct jinja_member *at, size_t n, bool reverse)
{
    struct jinja_member *spare = jinja_alloc(j, sizeof *spare * (n + 1));
    struct jinja_value to = jinja_list(j, FORM_LIST);
    if (spare && !jinja_failed(j))
        sort(j, at, spare, n, reverse);
    for (size_t i = 0; i < n && !jinja_failed(j); i++)
        jinja_push(j, to, at[i].value);
    return to;
}

FILTER(filter_dictsort)
{
    (void)all;
    bool cased = arg[0] && jinja_true(j, *arg[0]), reverse = arg[2] && jinja_true(j, *arg[2]);
    bool by_value = arg[1] && arg[1]->kind == JINJA_STRING && text_equals(arg[1]->text, "value");
    if (self.kind != JINJA_DICT)
        return jinja_fail(j, "dictsort: a dict is wanted, not a %s", jinja_kind_name(self));
    size_t n = self.dict->count;
    struct jinja_member *at = jinja_alloc(j, sizeof *at * (n + 1));
    for (size_t i = 0; at && i < n && !jinja_failed(j); i++) {
        const struct jinja_member *m = &self.dict->at[i];
        at[i] =
            (struct jinja_member){order_key(j, by_value ? m->value : m->key, NULL, cased), jinja_list(j, FORM_TUPLE)};
        jinja_push(j, at[i].value, m->key);
        jinja_push(j, at[i].value, m->value);
    }
    return jinja_failed(j) ? self : sorted(j, at, n, reverse);
}

FILTER(filter_sort)
{
    (void)all;
    bool reverse = arg[0] && jinja_true(j, *arg[0]), cased = arg[1] && jinja_true(j, *arg[1]);
    const struct jinja_list *from = jinja_walk(j, self);
    struct jinja_member *at = jinja_alloc(j, sizeof *at * (from->count + 1));
    for (size_t i = 0; at && i < from->count && !jinja_failed(j); i++)
        at[i] = (struct jinja_member){order_key(j, from->at[i], arg[2], cased), from->at[i]};
    return jinja_failed(j) ? self : sorted(j, at, from->count, reverse);
}

FILTER(filter_unique)
{
    (void)all;
    const struct jinja_list *from = jinja_walk(j, self);
    struct jinja_value seen = jinja_dict(j), to = jinja_list(j, FORM_ITERATOR);
    for (size_t i = 0; !jinja_failed(j) && i < from->count; i++) {
        struct jinja_value key = order_key(j, from->at[i], arg[1], arg[0] && jinja_true(j, *arg[0]));
        if (!jinja_find(j, seen, key)) {
            jinja_put(j, seen, key, key);
            jinja_push(j, to, from->at[i]);
        }
    }
    return to;
}

static struct jinja_value extreme(struct jinja *j, struct jinja_value self, struct jinja_value *const *arg, int sign)
{
    const struct jinja_list *from = jinja_walk(j, self);
    struct jinja_value best = jinja_undefined(j, "an empty sequence has no least or greatest element"), best_key = best;
    for (size_t i = 0; !jinja_failed(j) && i < from->count; i++) {
        struct jinja_value key = order_key(j, from->at[i], arg[1], arg[0] && jinja_true(j, *arg[0]));
        if (i == 0 || sign * jinja_compare(j, key, best_key) > 0) {
            best = from->at[i];
            best_key = key;
        }
    }
    return best;
}

FILTER(filter_min)
{
    (void)all;
    return extreme(j, self, arg, -1);
}

FILTER(filter_max)
{
    (void)all;
    return extreme(j, self, arg, 1);
}

FILTER(filter_first)
{
    (void)arg, (void)all;
    const struct jinja_list *l = jinja_walk(j, self);
    return !jinja_failed(j) && l->count ? l->at[0] : jinja_undefined(j, "an empty sequence has no first element");
}

FILTER(filter_last)
{
    (void)arg, (void)all;
    if (self.kind == JINJA_LIST && self.list->form == FORM_ITERATOR)
        return jinja_fail(j, "last: a generator has no last element; the filter `list` makes a list of it");
    const struct jinja_list *l = jinja_walk(j, self);
    return !jinja_failed(j) && l->count ? l->at[l->count - 1]
                                        : jinja_undefined(j, "an empty sequence has no last element");
}

FILTER(filter_reverse)
{
    (void)arg, (void)all;
    const struct jinja_value back[3] = {jinja_none(), jinja_none(), jinja_int(-1)};
    if (self.kind == JINJA_STRING)
        return jinja_slice(j, self, back);
    const struct jinja_list *l = jinja_walk(j, self);
    struct jinja_value to = jinja_list(j, FORM_ITERATOR);
    for (size_t i = jinja_failed(j) ? 0 : l->count; i > 0; i--)
        jinja_push(j, to, l->at[i - 1]);
    return to;
}

FILTER(filter_sum)
{
    (void)all;
    const struct jinja_list *l = jinja_walk(j, self);
    struct jinja_value sum = arg[1] ? *arg[1] : jinja_int(0);
    for (size_t i = 0; !jinja_failed(j) && i < l->count; i++) {
        bool attribute = arg[0] && arg[0]->kind != JINJA_NONE;
        sum = jinja_binary(j, '+', sum, attribute ? jinja_path(j, l->at[i], *arg[0]) : l->at[i]);
    }
    return sum;
}
