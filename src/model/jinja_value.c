#include "model/jinja_value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/jinja_parts.h"

// Small pieces from larger ones: the arena aligns to 64 bytes, a value has 32.
void *jinja_alloc(struct jinja *j, size_t bytes)
{
    enum { CHUNK = 64 * 1024 };
    bytes = (bytes + 15) / 16 * 16;
    if (bytes > JINJA_MEMORY - j->used) { // small values go on until the failure is seen, large ones are NULL
        jinja_fail(j, "the template needs more than %d MiB", JINJA_MEMORY >> 20);
        if (bytes > CHUNK)
            return NULL;
    }
    j->used += jinja_failed(j) ? 0 : bytes;
    if (bytes > CHUNK / 4 && !jinja_failed(j))
        return arena_alloc(&j->memory, bytes);
    if (bytes > CHUNK)
        return NULL;
    if (bytes > j->chunk_left) {
        j->chunk = arena_alloc(&j->memory, CHUNK);
        j->chunk_left = CHUNK;
    }
    void *p = j->chunk;
    j->chunk += bytes;
    j->chunk_left -= bytes;
    return p;
}

struct jinja_value jinja_fail(struct jinja *j, const char *fmt, ...)
{
    if (!jinja_failed(j)) {
        char text[sizeof j->err.text];
        va_list args;
        va_start(args, fmt);
        vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        if (j->line)
            fail(&j->err, "line %d: %s", j->line, text);
        else
            fail(&j->err, "%s", text);
    }
    return (struct jinja_value){.missing = "nothing"};
}

struct jinja_value jinja_undefined(struct jinja *j, const char *fmt, ...)
{
    char text[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return (struct jinja_value){.missing = jinja_string(j, text, strlen(text)).text.at};
}

struct jinja_value jinja_none(void)
{
    return (struct jinja_value){.kind = JINJA_NONE};
}

struct jinja_value jinja_bool(bool b)
{
    return (struct jinja_value){.kind = JINJA_BOOL, .truth = b};
}

struct jinja_value jinja_int(int64_t i)
{
    return (struct jinja_value){.kind = JINJA_INT, .integer = i};
}

struct jinja_value jinja_float(double f)
{
    return (struct jinja_value){.kind = JINJA_FLOAT, .real = f};
}

struct jinja_value jinja_text(struct text t)
{
    return (struct jinja_value){.kind = JINJA_STRING, .text = t};
}

struct jinja_value jinja_string(struct jinja *j, const char *s, size_t n)
{
    char *copy = n < JINJA_MEMORY ? jinja_alloc(j, n + 1) : NULL;
    if (!copy) {
        jinja_fail(j, "the template needs more than %d MiB", JINJA_MEMORY >> 20);
        return jinja_text((struct text){"", 0});
    }
    if (jinja_failed(j))
        n = 0;
    if (n)
        memcpy(copy, s, n);
    return jinja_text((struct text){copy, n});
}

struct jinja_value jinja_take(struct jinja *j, struct str *s)
{
    struct jinja_value v = jinja_string(j, s->data ? s->data : "", s->size);
    str_finish(s);
    return v;
}

struct jinja_value jinja_list(struct jinja *j, enum jinja_form form)
{
    struct jinja_value v = {.kind = JINJA_LIST, .list = jinja_alloc(j, sizeof *v.list)};
    v.list->form = form;
    return v;
}

struct jinja_value jinja_dict(struct jinja *j)
{
    struct jinja_value v = {.kind = JINJA_DICT};
    v.dict = jinja_alloc(j, sizeof *v.dict);
    return v;
}

// Room for one more of `bytes` each; false when the rendering has failed.
static bool grow(struct jinja *j, void **at, size_t count, size_t *room, size_t bytes)
{
    if (!jinja_step(j, 1))
        return false;
    if (count < *room)
        return true;
    size_t more = *room ? *room * 2 : 4;
    void *to = jinja_alloc(j, more * bytes);
    if (!to || jinja_failed(j))
        return false;
    if (count)
        memcpy(to, *at, count * bytes);
    *at = to;
    *room = more;
    return true;
}

void jinja_push(struct jinja *j, struct jinja_value list, struct jinja_value v)
{
    struct jinja_list *l = list.list;
    void *at = l->at;
    if (!grow(j, &at, l->count, &l->room, sizeof v))
        return;
    l->at = at;
    l->at[l->count++] = v;
}

struct jinja_value *jinja_find(struct jinja *j, struct jinja_value dict, struct jinja_value key)
{
    struct jinja_dict *d = dict.dict;
    jinja_step(j, d->count / 8);
    for (size_t i = 0; i < d->count; i++) {
        const struct jinja_value *k = &d->at[i].key;
        bool same = key.kind == JINJA_STRING && k->kind == JINJA_STRING
                        ? k->text.size == key.text.size && memcmp(k->text.at, key.text.at, key.text.size) == 0
                        : jinja_equal(j, *k, key);
        if (same)
            return &d->at[i].value;
    }
    return NULL;
}

struct jinja_value *jinja_find_name(struct jinja *j, struct jinja_value dict, const char *name)
{
    return jinja_find(j, dict, jinja_text(text_of(name)));
}

void jinja_put(struct jinja *j, struct jinja_value dict, struct jinja_value key, struct jinja_value v)
{
    struct jinja_value *old = jinja_find(j, dict, key);
    if (old) {
        *old = v;
        return;
    }
    if (key.kind == JINJA_DICT || key.kind == JINJA_NAMESPACE ||
        (key.kind == JINJA_LIST && key.list->form != FORM_TUPLE)) {
        jinja_fail(j, "a %s cannot be a key", jinja_kind_name(key));
        return;
    }
    struct jinja_dict *d = dict.dict;
    void *at = d->at;
    if (!grow(j, &at, d->count, &d->room, sizeof *d->at))
        return;
    d->at = at;
    d->at[d->count++] = (struct jinja_member){key, v};
}

bool jinja_true(struct jinja *j, struct jinja_value v)
{
    (void)j;
    switch (v.kind) {
    case JINJA_UNDEFINED:
    case JINJA_NONE:
        return false;
    case JINJA_BOOL:
        return v.truth;
    case JINJA_INT:
        return v.integer != 0;
    case JINJA_FLOAT:
        return v.real != 0;
    case JINJA_STRING:
        return v.text.size > 0;
    case JINJA_LIST:
        return v.list->form == FORM_ITERATOR || v.list->count > 0;
    case JINJA_DICT:
        return v.dict->count > 0;
    default:
        return true;
    }
}

bool jinja_is_number(struct jinja_value v)
{
    return v.kind == JINJA_BOOL || v.kind == JINJA_INT || v.kind == JINJA_FLOAT;
}

double jinja_real(struct jinja_value v)
{
    return v.kind == JINJA_FLOAT ? v.real : v.kind == JINJA_BOOL ? v.truth : (double)v.integer;
}

bool jinja_integer(struct jinja_value v, int64_t *i)
{
    *i = v.kind == JINJA_BOOL ? v.truth : v.integer;
    return v.kind == JINJA_BOOL || v.kind == JINJA_INT;
}

static bool equal_lists(struct jinja *j, const struct jinja_list *a, const struct jinja_list *b)
{
    bool same = a == b || (a->count == b->count && a->form == b->form && a->form <= FORM_RANGE);
    for (size_t i = 0; same && a != b && i < a->count; i++)
        same = jinja_equal(j, a->at[i], b->at[i]);
    return same;
}

static bool equal_dicts(struct jinja *j, struct jinja_value a, struct jinja_value b)
{
    bool same = a.dict->count == b.dict->count;
    for (size_t i = 0; same && i < a.dict->count; i++) {
        const struct jinja_value *other = jinja_find(j, b, a.dict->at[i].key);
        same = other && jinja_equal(j, a.dict->at[i].value, *other);
    }
    return same;
}

bool jinja_equal(struct jinja *j, struct jinja_value a, struct jinja_value b)
{
    if (!jinja_step(j, 1))
        return false;
    int64_t x, y;
    if (jinja_integer(a, &x) && jinja_integer(b, &y))
        return x == y;
    if (jinja_is_number(a) && jinja_is_number(b))
        return jinja_real(a) == jinja_real(b);
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case JINJA_STRING:
    case JINJA_DIGITS:
        return a.text.size == b.text.size && memcmp(a.text.at, b.text.at, a.text.size) == 0;
    case JINJA_LIST:
    case JINJA_DICT: {
        if (++j->depth > JINJA_NESTING) {
            jinja_fail(j, "values are nested more than %d deep", JINJA_NESTING);
            return false;
        }
        bool same = a.kind == JINJA_LIST ? equal_lists(j, a.list, b.list) : equal_dicts(j, a, b);
        j->depth--;
        return same;
    }
    case JINJA_UNDEFINED:
    case JINJA_NONE:
        return true;
    default:
        return a.dict == b.dict; // the same object
    }
}

int jinja_compare(struct jinja *j, struct jinja_value a, struct jinja_value b)
{
    if (!jinja_step(j, 1))
        return 0;
    int64_t x, y;
    if (jinja_integer(a, &x) && jinja_integer(b, &y))
        return (x > y) - (x < y);
    if (jinja_is_number(a) && jinja_is_number(b)) {
        double p = jinja_real(a), q = jinja_real(b);
        return (p > q) - (p < q);
    }
    if (a.kind == JINJA_STRING && b.kind == JINJA_STRING) { // the order of UTF-8's bytes is that of code points
        size_t n = a.text.size < b.text.size ? a.text.size : b.text.size;
        int c = n ? memcmp(a.text.at, b.text.at, n) : 0;
        return c ? c : (a.text.size > b.text.size) - (a.text.size < b.text.size);
    }
    if (a.kind == JINJA_LIST && b.kind == JINJA_LIST && a.list->form == b.list->form && a.list->form <= FORM_TUPLE) {
        for (size_t i = 0; i < a.list->count && i < b.list->count; i++)
            if (!jinja_equal(j, a.list->at[i], b.list->at[i]))
                return jinja_compare(j, a.list->at[i], b.list->at[i]);
        return (a.list->count > b.list->count) - (a.list->count < b.list->count);
    }
    const struct jinja_value *missing = a.kind == JINJA_UNDEFINED ? &a : b.kind == JINJA_UNDEFINED ? &b : NULL;
    if (missing)
        jinja_fail(j, "%s", missing->missing);
    else
        jinja_fail(j, "a %s and a %s have no order", jinja_kind_name(a), jinja_kind_name(b));
    return 0;
}

bool jinja_contains(struct jinja *j, struct jinja_value container, struct jinja_value v)
{
    if (container.kind == JINJA_STRING) {
        if (v.kind == JINJA_STRING)
            return jinja_search(container.text, 0, v.text) != (size_t)-1;
        jinja_fail(j, "`in` a text needs a text, not a %s", jinja_kind_name(v));
        return false;
    }
    if (container.kind == JINJA_DICT)
        return jinja_find(j, container, v) != NULL;
    const struct jinja_list *l = jinja_walk(j, container);
    bool found = false;
    for (size_t i = 0; l && !found && i < l->count; i++)
        found = jinja_equal(j, l->at[i], v);
    return found;
}

struct jinja_list *jinja_walk(struct jinja *j, struct jinja_value v)
{
    if (v.kind == JINJA_LIST && v.list->form != FORM_ITERATOR)
        return v.list;
    struct jinja_value to = jinja_list(j, FORM_LIST);
    switch (v.kind) {
    case JINJA_LIST: // walked once
        to.list->at = v.list->at;
        to.list->count = v.list->count;
        v.list->count = 0;
        break;
    case JINJA_DICT:
        for (size_t i = 0; i < v.dict->count; i++)
            jinja_push(j, to, v.dict->at[i].key);
        break;
    case JINJA_STRING:
        for (size_t at = 0, n; at < v.text.size && !jinja_failed(j); at += n) {
            struct text rest = {v.text.at + at, v.text.size - at};
            n = jinja_offset(rest, 1);
            jinja_push(j, to, jinja_text((struct text){rest.at, n}));
        }
        break;
    case JINJA_UNDEFINED:
        break;
    default:
        jinja_fail(j, "a %s cannot be walked through", jinja_kind_name(v));
    }
    return to.list;
}

size_t jinja_length(struct jinja *j, struct jinja_value v)
{
    switch (v.kind) {
    case JINJA_UNDEFINED:
        return 0;
    case JINJA_STRING:
        return jinja_chars(v.text);
    case JINJA_DICT:
        return v.dict->count;
    case JINJA_LIST:
        if (v.list->form != FORM_ITERATOR)
            return v.list->count;
        break;
    default:
        break;
    }
    jinja_fail(j, "a %s has no length", jinja_kind_name(v));
    return 0;
}

const char *jinja_kind_name(struct jinja_value v)
{
    static const char *const names[] = {"undefined value", "NoneType", "bool",    "int",  "int",
                                        "float",           "str",      "list",    "dict", "Namespace",
                                        "Macro",           "loop",     "function"};
    static const char *const forms[] = {"list", "tuple", "range", "view of a dict", "generator"};
    return v.kind == JINJA_LIST ? forms[v.list->form] : names[v.kind];
}
