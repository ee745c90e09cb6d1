// Values as text: Python's str and repr, json.dumps; and JSON as values.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/json.h"
#include "base/utf8.h"
#include "model/jinja_parts.h"

// repr(float): the shortest digits that read back to the same number, an exponent below 1e-4 and from 1e16 on.
static void put_float(double v, struct str *out, const char *inf, const char *minus_inf, const char *nan)
{
    if (isnan(v) || isinf(v)) {
        str_puts(out, isnan(v) ? nan : v > 0 ? inf : minus_inf);
        return;
    }
    char text[40], digits[32];
    int precision = 0;
    do
        snprintf(text, sizeof text, "%.*e", precision, v);
    while (strtod(text, NULL) != v && ++precision < 17);
    int exponent = atoi(strchr(text, 'e') + 1), n = 0;
    for (const char *s = text; *s != 'e'; s++)
        if (*s >= '0' && *s <= '9')
            digits[n++] = *s;
    digits[n] = 0;
    if (signbit(v))
        str_putc(out, '-');
    if (exponent < -4 || exponent >= 16) {
        str_printf(out, "%c%s%s", digits[0], n > 1 ? "." : "", digits + 1);
        str_printf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
        return;
    }
    if (exponent < 0)
        str_puts(out, "0.");
    for (int i = exponent < 0 ? exponent + 1 : 0; i < n || i <= exponent; i++) {
        str_putc(out, i >= 0 && i < n ? digits[i] : '0');
        if (i == exponent)
            str_puts(out, i + 1 < n ? "." : ".0");
    }
}

static bool printable(uint32_t c)
{
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    case UTF8PROC_CATEGORY_ZS:
        return c == ' ';
    default:
        return true;
    }
}

static void repr_text(struct text t, struct str *out)
{
    char quote = memchr(t.at, '\'', t.size) && !memchr(t.at, '"', t.size) ? '"' : '\'';
    str_putc(out, quote);
    for (size_t i = 0; i < t.size;) {
        uint32_t c;
        int n = utf8_decode(t.at + i, t.size - i, &c);
        if (n == 0) {
            n = 1;
            c = (unsigned char)t.at[i];
            str_printf(out, "\\x%02x", c);
        } else if (c == (uint32_t)quote || c == '\\') {
            str_printf(out, "\\%c", (char)c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            str_printf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        } else if (printable(c)) {
            str_append(out, t.at + i, (size_t)n);
        } else {
            str_printf(out, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
        }
        i += (size_t)n;
    }
    str_putc(out, quote);
}

static void repr_list(struct jinja *j, const struct jinja_list *l, struct str *out)
{
    if (l->form == FORM_ITERATOR) {
        jinja_fail(j, "a generator has no text; the filter `list` makes a list of it");
        return;
    }
    if (l->form == FORM_RANGE) {
        jinja_fail(j, "a range has no text; the filter `list` makes a list of it");
        return;
    }
    bool tuple = l->form == FORM_TUPLE;
    if (l->form == FORM_VIEW)
        str_printf(out, "%s(", l->view);
    str_putc(out, tuple ? '(' : '[');
    for (size_t i = 0; i < l->count; i++) {
        str_puts(out, i ? ", " : "");
        jinja_repr(j, l->at[i], out);
    }
    str_puts(out, tuple ? l->count == 1 ? ",)" : ")" : "]");
    if (l->form == FORM_VIEW)
        str_putc(out, ')');
}

static void repr_dict(struct jinja *j, const struct jinja_dict *d, struct str *out)
{
    str_putc(out, '{');
    for (size_t i = 0; i < d->count; i++) {
        str_puts(out, i ? ", " : "");
        jinja_repr(j, d->at[i].key, out);
        str_puts(out, ": ");
        jinja_repr(j, d->at[i].value, out);
    }
    str_putc(out, '}');
}

// The text grows within limits, values nest within limits.
static bool enter(struct jinja *j, const struct str *out)
{
    if (out->size > JINJA_OUTPUT)
        jinja_fail(j, "the text is longer than %d MiB", JINJA_OUTPUT >> 20);
    if (j->depth + 1 > JINJA_NESTING)
        jinja_fail(j, "values are nested more than %d deep", JINJA_NESTING);
    if (!jinja_step(j, 1))
        return false;
    j->depth++;
    return true;
}

static void print(struct jinja *j, struct jinja_value v, struct str *out, bool repr)
{
    switch (v.kind) {
    case JINJA_UNDEFINED:
        str_puts(out, repr ? "Undefined" : "");
        return;
    case JINJA_NONE:
        str_puts(out, "None");
        return;
    case JINJA_BOOL:
        str_puts(out, v.truth ? "True" : "False");
        return;
    case JINJA_INT:
        str_printf(out, "%lld", (long long)v.integer);
        return;
    case JINJA_FLOAT:
        put_float(v.real, out, "inf", "-inf", "nan");
        return;
    case JINJA_STRING:
    case JINJA_DIGITS:
        if (repr && v.kind == JINJA_STRING)
            repr_text(v.text, out);
        else
            str_append(out, v.text.at, v.text.size);
        return;
    case JINJA_LIST:
        repr_list(j, v.list, out);
        return;
    case JINJA_DICT:
        repr_dict(j, v.dict, out);
        return;
    case JINJA_NAMESPACE:
    case JINJA_MACRO:
    case JINJA_LOOP:
    case JINJA_METHOD:
        jinja_fail(j, "a %s has no text", jinja_kind_name(v));
    }
}

void jinja_print(struct jinja *j, struct jinja_value v, struct str *out)
{
    if (enter(j, out)) {
        print(j, v, out, false);
        j->depth--;
    }
}

void jinja_repr(struct jinja *j, struct jinja_value v, struct str *out)
{
    if (enter(j, out)) {
        print(j, v, out, true);
        j->depth--;
    }
}

struct text jinja_to_text(struct jinja *j, struct jinja_value v)
{
    if (v.kind == JINJA_STRING)
        return v.text;
    struct str s = {0};
    jinja_print(j, v, &s);
    return jinja_take(j, &s).text;
}

static void dump_text(struct text t, bool ascii, struct str *out)
{
    str_putc(out, '"');
    for (size_t i = 0; i < t.size;) {
        uint32_t c;
        int n = utf8_decode(t.at + i, t.size - i, &c);
        static const char plain[] = "\"\\\n\r\t\f\b", letters[] = "\"\\nrtfb";
        const char *short_form = n == 1 && c ? strchr(plain, (int)c) : NULL;
        if (n == 0) {
            str_puts(out, "\xEF\xBF\xBD");
            n = 1;
        } else if (short_form) {
            str_printf(out, "\\%c", letters[short_form - plain]);
        } else if (c < 0x20 || (ascii && c > 0x7E && c < 0x10000 && c != 0x7F)) {
            str_printf(out, "\\u%04x", c);
        } else if (ascii && c >= 0x10000) {
            str_printf(out, "\\u%04x\\u%04x", 0xD7C0 + (c >> 10), 0xDC00 + (c & 0x3FF));
        } else {
            str_append(out, t.at + i, (size_t)n);
        }
        i += (size_t)n;
    }
    str_putc(out, '"');
}

struct dump {
    const struct jinja_dump *how;
    int level;
};

static void dump_value(struct jinja *j, struct jinja_value v, struct dump d, struct str *out);

static void new_line(const struct dump *d, struct str *out)
{
    if (d->how->indent) {
        str_putc(out, '\n');
        for (int i = 0; i < d->level; i++)
            str_puts(out, d->how->indent);
    }
}

static void dump_key(struct jinja *j, struct jinja_value key, bool ascii, struct str *out)
{
    struct str s = {0};
    if (key.kind == JINJA_STRING)
        str_append(&s, key.text.at, key.text.size);
    else if (key.kind == JINJA_NONE || key.kind == JINJA_BOOL)
        str_puts(&s, key.kind == JINJA_NONE ? "null" : key.truth ? "true" : "false");
    else if (jinja_is_number(key) || key.kind == JINJA_DIGITS)
        jinja_print(j, key, &s);
    else
        jinja_fail(j, "tojson: a %s cannot be a key", jinja_kind_name(key));
    dump_text((struct text){s.data ? s.data : "", s.size}, ascii, out);
    str_finish(&s);
}

static const struct jinja_member *sorted(struct jinja *j, const struct jinja_dict *d)
{
    struct jinja_member *to = jinja_alloc(j, sizeof *to * (d->count + 1));
    for (size_t i = 0; to && i < d->count && !jinja_failed(j); i++) {
        size_t k = i;
        for (; k > 0 && jinja_compare(j, to[k - 1].key, d->at[i].key) > 0; k--)
            to[k] = to[k - 1];
        to[k] = d->at[i];
    }
    return to;
}

static void dump_many(struct jinja *j, struct jinja_value v, struct dump d, struct str *out)
{
    const struct jinja_dump *how = d.how;
    bool dict = v.kind == JINJA_DICT;
    size_t count = dict ? v.dict->count : v.list->count;
    const struct jinja_member *members = dict ? how->sort ? sorted(j, v.dict) : v.dict->at : NULL;
    const char *item = how->item ? how->item : how->indent ? "," : ", ";
    str_putc(out, dict ? '{' : '[');
    d.level++;
    for (size_t i = 0; i < count && !jinja_failed(j); i++) {
        str_puts(out, i ? item : "");
        new_line(&d, out);
        if (dict) {
            dump_key(j, members[i].key, how->ascii, out);
            str_puts(out, how->key ? how->key : ": ");
        }
        dump_value(j, dict ? members[i].value : v.list->at[i], d, out);
    }
    d.level--;
    if (count)
        new_line(&d, out);
    str_putc(out, dict ? '}' : ']');
}

static void dump_value(struct jinja *j, struct jinja_value v, struct dump d, struct str *out)
{
    if (!enter(j, out))
        return;
    if (v.kind == JINJA_STRING)
        dump_text(v.text, d.how->ascii, out);
    else if (v.kind == JINJA_NONE || v.kind == JINJA_BOOL)
        str_puts(out, v.kind == JINJA_NONE ? "null" : v.truth ? "true" : "false");
    else if (v.kind == JINJA_FLOAT)
        put_float(v.real, out, "Infinity", "-Infinity", "NaN");
    else if (v.kind == JINJA_INT || v.kind == JINJA_DIGITS)
        print(j, v, out, false);
    else if (v.kind == JINJA_DICT || (v.kind == JINJA_LIST && v.list->form <= FORM_TUPLE))
        dump_many(j, v, d, out);
    else
        jinja_fail(j, "tojson: a %s cannot be written as JSON", jinja_kind_name(v));
    j->depth--;
}

void jinja_dump(struct jinja *j, struct jinja_value v, const struct jinja_dump *how, struct str *out)
{
    dump_value(j, v, (struct dump){how, 0}, out);
}

static struct jinja_value number(struct jinja *j, const struct json *v)
{
    const char *text = json_number_text(v);
    size_t n = strlen(text);
    if (strcspn(text, ".eE") < n)
        return jinja_float(strtod(text, NULL));
    errno = 0;
    long long i = strtoll(text, NULL, 10);
    if (errno == 0)
        return jinja_int(i);
    struct jinja_value digits = jinja_string(j, text, n);
    digits.kind = JINJA_DIGITS;
    return digits;
}

struct jinja_value jinja_from_json(struct jinja *j, const struct json *v)
{
    struct str s = {0};
    struct jinja_value to = jinja_none();
    if (++j->depth > JINJA_NESTING)
        jinja_fail(j, "values are nested more than %d deep", JINJA_NESTING);
    switch (jinja_failed(j) ? JSON_NULL : json_kind(v)) {
    case JSON_ABSENT:
    case JSON_NULL:
        break;
    case JSON_BOOL:
        to = jinja_bool(json_bool(v, false));
        break;
    case JSON_NUMBER:
        to = number(j, v);
        break;
    case JSON_STRING:
        json_text(v, &s);
        to = jinja_take(j, &s);
        break;
    case JSON_ARRAY:
        to = jinja_list(j, FORM_LIST);
        for (const struct json *i = json_first(v); i; i = json_next(i))
            jinja_push(j, to, jinja_from_json(j, i));
        break;
    case JSON_OBJECT:
        to = jinja_dict(j);
        for (const struct json *i = json_first(v); i; i = json_next(i)) {
            json_key_text(i, &s);
            struct jinja_value key = jinja_take(j, &s);
            jinja_put(j, to, key, jinja_from_json(j, i));
        }
        break;
    }
    j->depth--;
    return to;
}
