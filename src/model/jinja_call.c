// Calls, attributes, elements, slices and arithmetic.
#include <math.h>
#include <string.h>

#include "model/jinja_parts.h"

const struct jinja_function *jinja_function(const struct jinja_function *table, struct text name)
{
    for (; table->name; table++)
        if (text_equals(name, table->name))
            return table;
    return NULL;
}

// The next name of a list of parameters; false at its end. Moves *list on.
static bool next_param(const char **list, struct text *name)
{
    *list += strspn(*list, " ");
    *name = (struct text){*list, strcspn(*list, " ")};
    *list += name->size;
    return name->size > 0;
}

struct jinja_value jinja_apply(struct jinja *j, const char *what, const struct jinja_function *f,
                               struct jinja_value self, const struct jinja_args *args)
{
    struct jinja_value *arg[JINJA_PARAMS] = {NULL};
    if (f->params[0] == '*')
        return f->call(j, self, arg, args);
    struct text name;
    size_t params = 0, taken = 0, must = 0;
    for (const char *list = f->params; next_param(&list, &name);) {
        if (text_equals(name, "/")) {
            must = params;
            continue;
        }
        if (params < args->count)
            arg[params] = &args->at[params];
        for (size_t k = 0; k < args->key_count; k++) {
            if (args->keys[k].name.size == name.size && memcmp(args->keys[k].name.at, name.at, name.size) == 0) {
                if (arg[params])
                    return jinja_fail(j, "the %s `%s` is given `%.*s` twice", what, f->name, (int)name.size, name.at);
                arg[params] = &args->keys[k].value;
                taken++;
            }
        }
        params++;
    }
    if (args->count > params)
        return jinja_fail(j, "the %s `%s` takes %zu arguments, not %zu", what, f->name, params, args->count);
    if (taken < args->key_count)
        return jinja_fail(j, "the %s `%s` has no such argument as one of those that it is given by name", what,
                          f->name);
    for (size_t i = 0; i < must; i++)
        if (!arg[i])
            return jinja_fail(j, "the %s `%s` is given too few arguments", what, f->name);
    return f->call(j, self, arg, args);
}

struct jinja_value jinja_call_value(struct jinja *j, struct jinja_value callee, const struct jinja_args *args)
{
    if (callee.kind == JINJA_METHOD)
        return jinja_apply(j, "function", callee.method->function, callee.method->self, args);
    if (callee.kind == JINJA_MACRO)
        return jinja_call_macro(j, callee.macro, args);
    if (callee.kind == JINJA_UNDEFINED)
        return jinja_fail(j, "%s", callee.missing);
    return jinja_fail(j, "a %s is called", jinja_kind_name(callee));
}

// ---- Attributes and elements ----

static struct jinja_value loop_attr(struct jinja *j, const struct jinja_loop *l, struct text name)
{
    size_t i = l->index, n = l->items->count;
    const struct { // depth counts recursive loops, which there are none of
        const char *name;
        struct jinja_value value;
    } members[] = {
        {"index", jinja_int((int64_t)i + 1)},
        {"index0", jinja_int((int64_t)i)},
        {"first", jinja_bool(i == 0)},
        {"last", jinja_bool(i + 1 == n)},
        {"length", jinja_int((int64_t)n)},
        {"revindex", jinja_int((int64_t)(n - i))},
        {"depth", jinja_int(1)},
        {"revindex0", jinja_int((int64_t)(n - i) - 1)},
        {"depth0", jinja_int(0)},
    };
    for (size_t k = 0; k < sizeof members / sizeof *members; k++)
        if (text_equals(name, members[k].name))
            return members[k].value;
    if (text_equals(name, "previtem"))
        return i > 0 ? l->items->at[i - 1] : jinja_undefined(j, "there is no previous item");
    if (text_equals(name, "nextitem"))
        return i + 1 < n ? l->items->at[i + 1] : jinja_undefined(j, "there is no next item");
    return jinja_undefined(j, "loop.%.*s is not built in", (int)(name.size < 40 ? name.size : 40), name.at);
}

static struct jinja_value absent(struct jinja *j, struct jinja_value v, struct text name)
{
    return jinja_undefined(j, "a %s has no `%.*s`", jinja_kind_name(v), (int)(name.size < 80 ? name.size : 80),
                           name.at);
}

static struct jinja_value bind(struct jinja *j, const struct jinja_function *f, struct jinja_value self)
{
    struct jinja_value m = {.kind = JINJA_METHOD, .method = jinja_alloc(j, sizeof *m.method)};
    *m.method = (struct jinja_method){f, self};
    return m;
}

// A method, or undefined. Lists and dicts cannot be changed in place, as in the immutable sandbox.
static struct jinja_value method(struct jinja *j, struct jinja_value v, struct text name)
{
    static const char *const changes[] = {"append", "clear",      "extend", "insert", "pop",    "popitem",
                                          "remove", "setdefault", "sort",   "update", "reverse"};
    bool string = v.kind == JINJA_STRING, list = v.kind == JINJA_LIST, dict = v.kind == JINJA_DICT;
    const struct jinja_function *f = string ? jinja_function(jinja_string_methods, name)
                                     : list ? jinja_function(jinja_list_methods, name)
                                     : dict ? jinja_function(jinja_dict_methods, name)
                                            : NULL;
    for (size_t i = 0; (list || dict) && i < sizeof changes / sizeof *changes; i++)
        if (text_equals(name, changes[i]))
            return jinja_undefined(j, "`%s` would change a %s in place, which templates must not", changes[i],
                                   jinja_kind_name(v));
    if (!f)
        return absent(j, v, name);
    return bind(j, f, v);
}

// Python's getattr, then the element of that name: {"items": 1}.items is the method.
struct jinja_value jinja_attr(struct jinja *j, struct jinja_value v, struct text name)
{
    if (v.kind == JINJA_UNDEFINED)
        return jinja_fail(j, "%s, so it has no `%.*s`", v.missing, (int)(name.size < 80 ? name.size : 80), name.at);
    if (v.kind == JINJA_LOOP)
        return text_equals(name, "cycle") ? bind(j, jinja_loop_methods, v) : loop_attr(j, v.loop, name);
    if (v.kind == JINJA_MACRO && text_equals(name, "name"))
        return jinja_text(v.macro->name);
    struct jinja_value m = v.kind == JINJA_NAMESPACE ? absent(j, v, name) : method(j, v, name);
    if (m.kind != JINJA_UNDEFINED || (v.kind != JINJA_DICT && v.kind != JINJA_NAMESPACE))
        return m;
    const struct jinja_value *found = jinja_find(j, v, jinja_text(name));
    return found ? *found : m;
}

// The element, then the attribute of that name: {"items": 1}['items'] is 1.
struct jinja_value jinja_item(struct jinja *j, struct jinja_value v, struct jinja_value key)
{
    int64_t i;
    if (v.kind == JINJA_UNDEFINED)
        return jinja_fail(j, "%s, so it has no elements", v.missing);
    if (v.kind == JINJA_DICT) {
        const struct jinja_value *found = jinja_find(j, v, key);
        if (found)
            return *found;
    }
    bool elements = v.kind == JINJA_STRING || (v.kind == JINJA_LIST && v.list->form <= FORM_RANGE);
    if (elements && jinja_integer(key, &i)) {
        int64_t n = (int64_t)jinja_length(j, v), at = i < 0 ? i + n : i;
        if (at < 0 || at >= n)
            return jinja_undefined(j, "a %s of %lld elements has none at %lld", jinja_kind_name(v), (long long)n,
                                   (long long)i);
        if (v.kind == JINJA_LIST)
            return v.list->at[at];
        size_t begin = jinja_offset(v.text, (size_t)at);
        struct text rest = {v.text.at + begin, v.text.size - begin};
        return jinja_text((struct text){rest.at, jinja_offset(rest, 1)});
    }
    if (key.kind == JINJA_STRING)
        return jinja_attr(j, v, key.text);
    struct str text = {0};
    jinja_print(j, key, &text);
    struct text name = jinja_take(j, &text).text;
    return absent(j, v, name);
}

static bool bound(struct jinja *j, struct jinja_value v, int64_t otherwise, int64_t *to)
{
    *to = otherwise;
    if (v.kind != JINJA_NONE && !jinja_integer(v, to))
        jinja_fail(j, "a bound of a slice is a %s, not a number", jinja_kind_name(v));
    return !jinja_failed(j);
}

static int64_t clamp(int64_t i, int64_t n, bool back) // a bound of a slice of n elements
{
    i = i < 0 ? i < -n ? -1 - n : i + n : i;
    int64_t low = back ? -1 : 0, high = back ? n - 1 : n;
    return i < low ? low : i > high ? high : i;
}

struct jinja_value jinja_slice(struct jinja *j, struct jinja_value v, const struct jinja_value bounds[3])
{
    int64_t step, from, to;
    if (v.kind == JINJA_UNDEFINED)
        return jinja_fail(j, "%s, so it has no elements", v.missing);
    if (v.kind != JINJA_STRING && (v.kind != JINJA_LIST || v.list->form > FORM_RANGE)) // jinja2 gives undefined
        return jinja_undefined(j, "a %s cannot be sliced", jinja_kind_name(v));
    int64_t n = (int64_t)jinja_length(j, v);
    if (!bound(j, bounds[2], 1, &step))
        return v;
    if (step == 0)
        return jinja_fail(j, "the step of a slice is 0");
    bool back = step < 0;
    if (!bound(j, bounds[0], back ? n - 1 : 0, &from) || !bound(j, bounds[1], back ? -n - 1 : n, &to))
        return v;
    from = clamp(from, n, back);
    to = clamp(to, n, back);
    if (v.kind == JINJA_STRING && step == 1) {
        size_t begin = jinja_offset(v.text, (size_t)from), end = jinja_offset(v.text, (size_t)(to > from ? to : from));
        return jinja_text((struct text){v.text.at + begin, end - begin});
    }
    const struct jinja_list *l = jinja_walk(j, v);
    struct jinja_value list = jinja_list(j, v.kind == JINJA_LIST ? v.list->form : FORM_LIST);
    struct str text = {0};
    for (int64_t i = from; !jinja_failed(j) && (back ? i > to : i < to);) {
        if (v.kind == JINJA_LIST)
            jinja_push(j, list, l->at[i]);
        else
            str_append(&text, l->at[i].text.at, l->at[i].text.size);
        if (step > n || step < -n)
            break;
        i += step;
    }
    return v.kind == JINJA_LIST ? list : jinja_take(j, &text);
}

// "a.b.0" of filters with attribute=, or a number.
struct jinja_value jinja_path(struct jinja *j, struct jinja_value v, struct jinja_value path)
{
    if (path.kind != JINJA_STRING)
        return jinja_item(j, v, path);
    for (struct text rest = path.text; !jinja_failed(j);) {
        size_t n = jinja_search(rest, 0, text_of("."));
        struct text part = {rest.at, n == (size_t)-1 ? rest.size : n};
        int64_t i = 0;
        size_t digits = 0;
        while (digits < part.size && digits < 9 && part.at[digits] >= '0' && part.at[digits] <= '9')
            i = i * 10 + (part.at[digits++] - '0');
        v = jinja_item(j, v, part.size && digits == part.size ? jinja_int(i) : jinja_text(part));
        if (n == (size_t)-1)
            break;
        rest = (struct text){rest.at + n + 1, rest.size - n - 1};
    }
    return v;
}

// ---- Arithmetic ----

static struct jinja_value repeat(struct jinja *j, struct jinja_value v, int64_t times)
{
    struct str text = {0};
    struct jinja_value list = jinja_list(j, v.kind == JINJA_LIST ? v.list->form : FORM_LIST);
    for (int64_t t = 0; t < times && jinja_step(j, 1); t++) {
        if (v.kind == JINJA_STRING)
            str_append(&text, v.text.at, v.text.size);
        for (size_t i = 0; v.kind == JINJA_LIST && i < v.list->count; i++)
            jinja_push(j, list, v.list->at[i]);
        if (text.size > JINJA_OUTPUT)
            jinja_fail(j, "the text is longer than %d MiB", JINJA_OUTPUT >> 20);
    }
    return v.kind == JINJA_STRING ? jinja_take(j, &text) : list;
}

static void put_escaped(struct str *out, struct jinja_value v) // as markupsafe.escape
{
    for (size_t i = 0; i < v.text.size; i++) {
        char c = v.text.at[i];
        const char *name = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&#34;" : "&#39;";
        if (!v.safe && c && strchr("&<>\"'", c))
            str_puts(out, name);
        else
            str_putc(out, c);
    }
}

static struct jinja_value add(struct jinja *j, struct jinja_value a, struct jinja_value b)
{
    struct str text = {0};
    if (a.kind == JINJA_STRING) {
        if (a.safe || b.safe) {
            put_escaped(&text, a);
            put_escaped(&text, b);
        } else {
            str_append(&text, a.text.at, a.text.size);
            str_append(&text, b.text.at, b.text.size);
        }
        struct jinja_value sum = jinja_take(j, &text);
        sum.safe = a.safe || b.safe;
        return sum;
    }
    struct jinja_value list = jinja_list(j, a.list->form);
    for (size_t i = 0; i < a.list->count; i++)
        jinja_push(j, list, a.list->at[i]);
    for (size_t i = 0; i < b.list->count; i++)
        jinja_push(j, list, b.list->at[i]);
    return list;
}

static struct jinja_value integers(struct jinja *j, char op, int64_t x, int64_t y)
{
    int64_t z = 0;
    bool over = false;
    switch (op) {
    case '+':
        over = __builtin_add_overflow(x, y, &z);
        break;
    case '-':
        over = __builtin_sub_overflow(x, y, &z);
        break;
    case '*':
        over = __builtin_mul_overflow(x, y, &z);
        break;
    case 'f': // rounds down; the remainder has the sign of y
    case '%':
        if (y == 0)
            return jinja_fail(j, "a number is divided by 0");
        if (y == -1) {
            over = op == 'f' && __builtin_sub_overflow((int64_t)0, x, &z);
            break;
        }
        z = op == 'f' ? x / y - (x % y != 0 && (x < 0) != (y < 0)) : x % y + (x % y != 0 && (x < 0) != (y < 0) ? y : 0);
        break;
    default: // p
        z = 1;
        for (int64_t i = 0; i < y && !over && (i < 64 || (x != 0 && x != 1 && x != -1)); i++)
            over = __builtin_mul_overflow(z, x, &z);
        if (y >= 64 && x == -1)
            z = y % 2 ? -1 : 1;
    }
    return over ? jinja_fail(j, "a number is beyond 64 bits") : jinja_int(z);
}

struct jinja_value jinja_binary(struct jinja *j, char op, struct jinja_value a, struct jinja_value b)
{
    int64_t x, y;
    bool integral = jinja_integer(a, &x), integral_b = jinja_integer(b, &y);
    bool many_a = a.kind == JINJA_STRING || (a.kind == JINJA_LIST && a.list->form <= FORM_TUPLE);
    bool many_b = b.kind == JINJA_STRING || (b.kind == JINJA_LIST && b.list->form <= FORM_TUPLE);
    if (op == '+' && many_a && a.kind == b.kind && (a.kind == JINJA_STRING || a.list->form == b.list->form))
        return add(j, a, b);
    if (op == '*' && ((many_a && integral_b) || (integral && many_b)))
        return many_a ? repeat(j, a, y) : repeat(j, b, x);
    if (a.kind == JINJA_UNDEFINED || b.kind == JINJA_UNDEFINED)
        return jinja_fail(j, "%s", a.kind == JINJA_UNDEFINED ? a.missing : b.missing);
    const char name[] = {op == 'f' ? '/' : op == 'p' ? '*' : op, op == 'f' ? '/' : op == 'p' ? '*' : 0, 0};
    if (!jinja_is_number(a) || !jinja_is_number(b))
        return jinja_fail(j, "%s is not built in between a %s and a %s", name, jinja_kind_name(a), jinja_kind_name(b));
    if (integral && integral_b && op != '/' && (op != 'p' || y >= 0))
        return integers(j, op, x, y);
    double p = jinja_real(a), q = jinja_real(b);
    if (q == 0 && strchr("/f%", op))
        return jinja_fail(j, "a number is divided by 0");
    double remainder = op == '%' ? fmod(p, q) : 0;
    return jinja_float(op == '+'   ? p + q
                       : op == '-' ? p - q
                       : op == '*' ? p * q
                       : op == '/' ? p / q
                       : op == 'f' ? floor(p / q)
                       : op == '%' ? remainder + (remainder != 0 && (remainder < 0) != (q < 0) ? q : 0)
                                   : pow(p, q));
}
