// Filters of single values: texts, numbers, JSON. Those of lists are in jinja_lists.c, and this file has the table.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "model/jinja_filters.h"

FILTER(filter_tojson)
{
    (void)all;
    struct str out = {0}, indent = {0};
    struct jinja_dump how = {.ascii = arg[0] && jinja_true(j, *arg[0]), .sort = arg[3] && jinja_true(j, *arg[3])};
    int64_t n;
    if (arg[1] && arg[1]->kind != JINJA_NONE) {
        if (jinja_integer(*arg[1], &n))
            for (int64_t i = 0; i < n && i < 64; i++)
                str_putc(&indent, ' ');
        else if (arg[1]->kind == JINJA_STRING)
            str_append(&indent, arg[1]->text.at, arg[1]->text.size);
        else
            return jinja_fail(j, "tojson: indent is a %s", jinja_kind_name(*arg[1]));
        how.indent = jinja_take(j, &indent).text.at;
    }
    if (arg[2] && arg[2]->kind != JINJA_NONE) {
        const struct jinja_list *l = jinja_walk(j, *arg[2]);
        if (jinja_failed(j) || l->count != 2 || l->at[0].kind != JINJA_STRING || l->at[1].kind != JINJA_STRING)
            return jinja_fail(j, "tojson: separators are two texts");
        how.item = jinja_string(j, l->at[0].text.at, l->at[0].text.size).text.at;
        how.key = jinja_string(j, l->at[1].text.at, l->at[1].text.size).text.at;
    }
    jinja_dump(j, self, &how, &out);
    return jinja_take(j, &out);
}

FILTER(filter_trim)
{
    (void)all;
    struct text t = jinja_to_text(j, self), chars = {0};
    bool some = arg[0] && arg[0]->kind != JINJA_NONE;
    if (some)
        chars = jinja_to_text(j, *arg[0]);
    struct jinja_value v = jinja_text(jinja_strip(t, 3, some ? &chars : NULL));
    v.safe = self.kind == JINJA_STRING && self.safe;
    return v;
}

FILTER(filter_length)
{
    (void)arg, (void)all;
    return jinja_int((int64_t)jinja_length(j, self));
}

FILTER(filter_string)
{
    (void)arg, (void)all;
    return self.kind == JINJA_STRING ? self : jinja_text(jinja_to_text(j, self));
}

FILTER(filter_safe)
{
    (void)arg, (void)all;
    struct jinja_value v = jinja_text(jinja_to_text(j, self));
    v.safe = true;
    return v;
}

FILTER(filter_default)
{
    (void)all;
    bool missing = self.kind == JINJA_UNDEFINED || (arg[1] && jinja_true(j, *arg[1]) && !jinja_true(j, self));
    return !missing ? self : arg[0] ? *arg[0] : jinja_text(text_of(""));
}

FILTER(filter_upper)
{
    (void)arg, (void)all;
    return jinja_case(j, jinja_to_text(j, self), CASE_UPPER);
}

FILTER(filter_lower)
{
    (void)arg, (void)all;
    return jinja_case(j, jinja_to_text(j, self), CASE_LOWER);
}

FILTER(filter_capitalize)
{
    (void)arg, (void)all;
    return jinja_case(j, jinja_to_text(j, self), CASE_CAPITAL);
}

// The filter's words begin after a dash, white space or an opening bracket; those of the method after any non-letter.
FILTER(filter_title)
{
    (void)arg, (void)all;
    struct text t = jinja_to_text(j, self);
    struct str out = {0};
    for (size_t at = 0; at < t.size && !jinja_failed(j);) {
        size_t n = 0;
        while (at + n < t.size) {
            size_t c = jinja_offset((struct text){t.at + at + n, t.size - at - n}, 1);
            struct text one = {t.at + at + n, c};
            if (jinja_strip(one, 1, NULL).size == 0 || (c == 1 && strchr("-({[<", *one.at)))
                break;
            n += c;
        }
        struct text word = {t.at + at, n}, first = {word.at, jinja_offset(word, 1)};
        struct text big = jinja_case(j, first, CASE_UPPER).text;
        struct text rest = jinja_case(j, (struct text){word.at + first.size, n - first.size}, CASE_LOWER).text;
        str_append(&out, big.at, big.size);
        str_append(&out, rest.at, rest.size);
        at += n;
        if (at < t.size) {
            size_t c = jinja_offset((struct text){t.at + at, t.size - at}, 1);
            str_append(&out, t.at + at, c);
            at += c;
        }
    }
    return jinja_take(j, &out);
}

FILTER(filter_replace)
{
    (void)all;
    int64_t count = -1;
    if (arg[2])
        jinja_integer(*arg[2], &count);
    return jinja_replace(j, jinja_to_text(j, self), jinja_to_text(j, *arg[0]), jinja_to_text(j, *arg[1]), count);
}

FILTER(filter_indent)
{
    (void)all;
    int64_t width = 4;
    struct str by = {0}, out = {0}, text = {0};
    if (arg[0] && arg[0]->kind == JINJA_STRING)
        str_append(&by, arg[0]->text.at, arg[0]->text.size);
    else if (arg[0] && !jinja_integer(*arg[0], &width))
        return jinja_fail(j, "indent: a width is wanted, not a %s", jinja_kind_name(*arg[0]));
    else
        for (int64_t i = 0; i < width && i < 1000; i++)
            str_putc(&by, ' ');
    bool first = arg[1] && jinja_true(j, *arg[1]), blank = arg[2] && jinja_true(j, *arg[2]);
    struct text t = jinja_to_text(j, self);
    str_append(&text, t.at, t.size);
    str_putc(&text, '\n'); // as jinja2 does, so that a text that ends with a line break keeps it
    const struct jinja_list *lines = jinja_lines(j, jinja_take(j, &text).text).list;
    for (size_t i = 0; i < lines->count && !jinja_failed(j); i++) {
        str_puts(&out, i ? "\n" : "");
        if (i ? blank || lines->at[i].text.size : first)
            str_append(&out, by.data ? by.data : "", by.size);
        str_append(&out, lines->at[i].text.at, lines->at[i].text.size);
        if (out.size > JINJA_OUTPUT)
            jinja_fail(j, "the text is longer than %d MiB", JINJA_OUTPUT >> 20);
    }
    str_finish(&by);
    return jinja_take(j, &out);
}

// A number of a text as Python reads it, which may have white space around and _ between digits.
static bool parse_number(struct jinja *j, struct text t, bool real, double *f, int64_t *i)
{
    t = jinja_strip(t, 3, NULL);
    const char *s = jinja_string(j, t.at, t.size).text.at;
    char *end;
    errno = 0;
    *i = real ? 0 : strtoll(s, &end, 10);
    if (real)
        *f = strtod(s, &end);
    return t.size > 0 && *end == 0 && errno == 0 && !strpbrk(s, "xXpP(");
}

FILTER(filter_int)
{
    (void)all;
    int64_t i = 0;
    double f;
    struct jinja_value otherwise = arg[0] ? *arg[0] : jinja_int(0);
    if (jinja_integer(self, &i))
        return jinja_int(i);
    if (self.kind == JINJA_STRING && parse_number(j, self.text, false, &f, &i))
        return jinja_int(i);
    bool real = self.kind == JINJA_FLOAT || (self.kind == JINJA_STRING && parse_number(j, self.text, true, &f, &i));
    if (self.kind == JINJA_FLOAT)
        f = self.real;
    return real && f > -9e18 && f < 9e18 ? jinja_int((int64_t)f) : otherwise;
}

FILTER(filter_float)
{
    (void)all;
    int64_t i;
    double f;
    if (jinja_is_number(self))
        return jinja_float(jinja_real(self));
    if (self.kind == JINJA_STRING && parse_number(j, self.text, true, &f, &i))
        return jinja_float(f);
    return arg[0] ? *arg[0] : jinja_float(0);
}

FILTER(filter_abs)
{
    (void)arg, (void)all;
    int64_t i;
    if (self.kind == JINJA_FLOAT)
        return jinja_float(fabs(self.real));
    if (!jinja_integer(self, &i) || i == INT64_MIN)
        return jinja_fail(j, "abs: a number is wanted, not a %s", jinja_kind_name(self));
    return jinja_int(i < 0 ? -i : i);
}

const struct jinja_function jinja_filters[] = {
    {"tojson", filter_tojson, "ensure_ascii indent separators sort_keys"},
    {"trim", filter_trim, "chars"},
    {"length", filter_length, ""},
    {"count", filter_length, ""},
    {"string", filter_string, ""},
    {"safe", filter_safe, ""},
    {"default", filter_default, "default_value boolean"},
    {"d", filter_default, "default_value boolean"},
    {"upper", filter_upper, ""},
    {"lower", filter_lower, ""},
    {"capitalize", filter_capitalize, ""},
    {"title", filter_title, ""},
    {"replace", filter_replace, "old new / count"},
    {"indent", filter_indent, "width first blank"},
    {"int", filter_int, "default"},
    {"float", filter_float, "default"},
    {"abs", filter_abs, ""},
    {"list", filter_list, ""},
    {"items", filter_items, ""},
    {"join", filter_join, "d attribute"},
    {"map", filter_map, "*"},
    {"select", filter_select, "*"},
    {"reject", filter_reject, "*"},
    {"selectattr", filter_selectattr, "*"},
    {"rejectattr", filter_rejectattr, "*"},
    {"dictsort", filter_dictsort, "case_sensitive by reverse"},
    {"sort", filter_sort, "reverse case_sensitive attribute"},
    {"unique", filter_unique, "case_sensitive attribute"},
    {"min", filter_min, "case_sensitive attribute"},
    {"max", filter_max, "case_sensitive attribute"},
    {"first", filter_first, ""},
    {"last", filter_last, ""},
    {"reverse", filter_reverse, ""},
    {"sum", filter_sum, "attribute start"},
    {0},
};
