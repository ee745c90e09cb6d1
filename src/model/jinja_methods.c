// Methods of texts, dicts and lists, and the global functions.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model/jinja_parts.h"

#define CALL(name)                                                                                                     \
    static struct jinja_value name(struct jinja *j, struct jinja_value self, struct jinja_value *const *arg,           \
                                   const struct jinja_args *all)

static struct text text_arg(struct jinja *j, const struct jinja_value *v)
{
    if (v->kind == JINJA_STRING)
        return v->text;
    if (v->kind == JINJA_UNDEFINED)
        jinja_fail(j, "%s", v->missing);
    else
        jinja_fail(j, "a text is wanted, not a %s", jinja_kind_name(*v));
    return (struct text){"", 0};
}

static int64_t int_arg(struct jinja *j, const struct jinja_value *v, int64_t otherwise)
{
    int64_t i = otherwise;
    if (v && !jinja_integer(*v, &i))
        jinja_fail(j, "a whole number is wanted, not a %s", jinja_kind_name(*v));
    return i;
}

// ---- Texts ----

static struct jinja_value strip(struct jinja *j, struct jinja_value self, const struct jinja_value *chars, int sides)
{
    struct text t;
    if (chars && chars->kind != JINJA_NONE)
        t = text_arg(j, chars);
    struct jinja_value v = jinja_text(jinja_strip(self.text, sides, chars && chars->kind != JINJA_NONE ? &t : NULL));
    v.safe = self.safe;
    return v;
}

CALL(str_strip)
{
    (void)all;
    return strip(j, self, arg[0], 3);
}

CALL(str_lstrip)
{
    (void)all;
    return strip(j, self, arg[0], 1);
}

CALL(str_rstrip)
{
    (void)all;
    return strip(j, self, arg[0], 2);
}

static struct jinja_value split_space(struct jinja *j, struct text t, int64_t max)
{
    struct jinja_value list = jinja_list(j, FORM_LIST);
    for (t = jinja_strip(t, 1, NULL); t.size && !jinja_failed(j); t = jinja_strip(t, 1, NULL)) {
        size_t n = 0;
        if (max-- == 0) {
            jinja_push(j, list, jinja_text(t)); // with the white space at its end
            break;
        }
        while (n < t.size) {
            size_t c = jinja_offset((struct text){t.at + n, t.size - n}, 1);
            if (jinja_strip((struct text){t.at + n, c}, 1, NULL).size == 0)
                break;
            n += c;
        }
        jinja_push(j, list, jinja_text((struct text){t.at, n}));
        t = (struct text){t.at + n, t.size - n};
    }
    return list;
}

CALL(str_split)
{
    (void)all;
    int64_t max = int_arg(j, arg[1], -1);
    if (!arg[0] || arg[0]->kind == JINJA_NONE)
        return split_space(j, self.text, max);
    struct text by = text_arg(j, arg[0]), t = self.text;
    struct jinja_value list = jinja_list(j, FORM_LIST);
    if (by.size == 0)
        return jinja_fail(j, "split by an empty text");
    size_t at = 0, found;
    while (max-- != 0 && !jinja_failed(j) && (found = jinja_search(t, at, by)) != (size_t)-1) {
        jinja_push(j, list, jinja_text((struct text){t.at + at, found - at}));
        at = found + by.size;
    }
    jinja_push(j, list, jinja_text((struct text){t.at + at, t.size - at}));
    return list;
}

static size_t search_last(struct text t, struct text needle)
{
    for (size_t at = t.size + 1; at-- > 0;)
        if (at + needle.size <= t.size && memcmp(t.at + at, needle.at, needle.size) == 0)
            return at;
    return (size_t)-1;
}

CALL(str_rsplit)
{
    (void)all;
    struct text by = text_arg(j, arg[0]), t = self.text;
    int64_t max = int_arg(j, arg[1], -1);
    struct jinja_value back = jinja_list(j, FORM_LIST), list = jinja_list(j, FORM_LIST);
    if (by.size == 0)
        return jinja_fail(j, "split by an empty text");
    size_t found;
    while (max-- != 0 && jinja_step(j, 1) && (found = search_last(t, by)) != (size_t)-1) {
        jinja_push(j, back, jinja_text((struct text){t.at + found + by.size, t.size - found - by.size}));
        t.size = found;
    }
    jinja_push(j, list, jinja_text(t));
    for (size_t i = back.list->count; i > 0; i--)
        jinja_push(j, list, back.list->at[i - 1]);
    return list;
}

CALL(str_splitlines)
{
    (void)all, (void)arg;
    return jinja_lines(j, self.text);
}

static struct jinja_value edge(struct jinja *j, struct jinja_value self, const struct jinja_value *what, bool end)
{
    bool found = false; // a text, or a tuple of which one will do
    if (what->kind != JINJA_LIST || what->list->form != FORM_TUPLE) {
        struct text t = text_arg(j, what);
        const char *at = t.size <= self.text.size ? self.text.at + (end ? self.text.size - t.size : 0) : NULL;
        return jinja_bool(at && (t.size == 0 || memcmp(at, t.at, t.size) == 0));
    }
    for (size_t i = 0; i < what->list->count && !found && !jinja_failed(j); i++) {
        if (what->list->at[i].kind == JINJA_LIST)
            return jinja_fail(j, "a text is wanted, not a %s", jinja_kind_name(what->list->at[i]));
        found = edge(j, self, &what->list->at[i], end).truth;
    }
    return jinja_bool(found);
}

CALL(str_startswith)
{
    (void)all;
    return edge(j, self, arg[0], false);
}

CALL(str_endswith)
{
    (void)all;
    return edge(j, self, arg[0], true);
}

CALL(str_removeprefix)
{
    (void)all;
    size_t n = text_arg(j, arg[0]).size;
    return edge(j, self, arg[0], false).truth ? jinja_text((struct text){self.text.at + n, self.text.size - n}) : self;
}

CALL(str_removesuffix)
{
    (void)all;
    size_t n = text_arg(j, arg[0]).size;
    return edge(j, self, arg[0], true).truth ? jinja_text((struct text){self.text.at, self.text.size - n}) : self;
}

CALL(str_replace)
{
    (void)all;
    return jinja_replace(j, self.text, text_arg(j, arg[0]), text_arg(j, arg[1]), int_arg(j, arg[2], -1));
}

CALL(str_upper)
{
    (void)arg, (void)all;
    return jinja_case(j, self.text, CASE_UPPER);
}

CALL(str_lower)
{
    (void)arg, (void)all;
    return jinja_case(j, self.text, CASE_LOWER);
}

CALL(str_title)
{
    (void)arg, (void)all;
    return jinja_case(j, self.text, CASE_TITLE);
}

CALL(str_capitalize)
{
    (void)arg, (void)all;
    return jinja_case(j, self.text, CASE_CAPITAL);
}

static struct jinja_value position(struct text t, size_t found)
{
    return jinja_int(found == (size_t)-1 ? -1 : (int64_t)jinja_chars((struct text){t.at, found}));
}

CALL(str_find)
{
    (void)all;
    return position(self.text, jinja_search(self.text, 0, text_arg(j, arg[0])));
}

CALL(str_rfind)
{
    (void)all;
    jinja_step(j, self.text.size / 8);
    return position(self.text, search_last(self.text, text_arg(j, arg[0])));
}

CALL(str_count)
{
    (void)all;
    struct text what = text_arg(j, arg[0]);
    int64_t n = 0;
    if (what.size == 0)
        return jinja_int((int64_t)jinja_chars(self.text) + 1);
    for (size_t at = 0; (at = jinja_search(self.text, at, what)) != (size_t)-1; at += what.size)
        n++;
    return jinja_int(n);
}

CALL(str_isdigit)
{
    (void)j, (void)arg, (void)all;
    size_t i = 0;
    while (i < self.text.size && self.text.at[i] >= '0' && self.text.at[i] <= '9')
        i++;
    return jinja_bool(i > 0 && i == self.text.size);
}

CALL(str_join)
{
    (void)all;
    const struct jinja_list *l = jinja_walk(j, *arg[0]);
    struct str out = {0};
    for (size_t i = 0; !jinja_failed(j) && i < l->count; i++) {
        struct text t = text_arg(j, &l->at[i]);
        str_append(&out, self.text.at, i ? self.text.size : 0);
        str_append(&out, t.at, t.size);
        if (out.size > JINJA_OUTPUT)
            jinja_fail(j, "the text is longer than %d MiB", JINJA_OUTPUT >> 20);
    }
    return jinja_take(j, &out);
}

// '{}', '{0}' and '{name}'; what Python writes after : or ! is not built in.
CALL(str_format)
{
    (void)arg;
    struct text t = self.text;
    struct str out = {0};
    size_t next = 0;
    for (size_t i = 0; i < t.size && !jinja_failed(j); i++) {
        char c = t.at[i];
        if ((c == '{' || c == '}') && i + 1 < t.size && t.at[i + 1] == c) {
            str_putc(&out, c);
            i++;
        } else if (c != '{') {
            str_putc(&out, c);
        } else {
            struct text name = {t.at + i + 1, 0};
            while (i + 1 + name.size < t.size && name.at[name.size] != '}')
                name.size++;
            i += 1 + name.size;
            size_t index = 0, digits = 0;
            while (digits < name.size && digits < 6 && name.at[digits] >= '0' && name.at[digits] <= '9')
                index = index * 10 + (size_t)(name.at[digits++] - '0');
            const struct jinja_value *v = NULL;
            if (digits == name.size && (name.size ? index : next) < all->count)
                v = &all->at[name.size ? index : next++];
            for (size_t k = 0; k < all->key_count && !v; k++)
                if (all->keys[k].name.size == name.size && memcmp(all->keys[k].name.at, name.at, name.size) == 0)
                    v = &all->keys[k].value;
            if (v)
                jinja_print(j, *v, &out);
            else
                jinja_fail(j, "format: no argument for {%.*s}", (int)(name.size < 40 ? name.size : 40), name.at);
        }
    }
    return jinja_take(j, &out);
}

const struct jinja_function jinja_string_methods[] = {
    {"split", str_split, "sep maxsplit"},
    {"rsplit", str_rsplit, "sep / maxsplit"},
    {"splitlines", str_splitlines, ""},
    {"strip", str_strip, "chars"},
    {"lstrip", str_lstrip, "chars"},
    {"rstrip", str_rstrip, "chars"},
    {"startswith", str_startswith, "prefix /"},
    {"endswith", str_endswith, "suffix /"},
    {"removeprefix", str_removeprefix, "prefix /"},
    {"removesuffix", str_removesuffix, "suffix /"},
    {"replace", str_replace, "old new / count"},
    {"upper", str_upper, ""},
    {"lower", str_lower, ""},
    {"title", str_title, ""},
    {"capitalize", str_capitalize, ""},
    {"find", str_find, "sub /"},
    {"rfind", str_rfind, "sub /"},
    {"count", str_count, "sub /"},
    {"isdigit", str_isdigit, ""},
    {"join", str_join, "iterable /"},
    {"format", str_format, "*"},
    {0},
};

// ---- Dicts and lists ----

static struct jinja_value view(struct jinja *j, struct jinja_value dict, const char *name, bool keys, bool values)
{
    struct jinja_value list = jinja_list(j, FORM_VIEW);
    list.list->view = name;
    for (size_t i = 0; i < dict.dict->count && !jinja_failed(j); i++) {
        const struct jinja_member *m = &dict.dict->at[i];
        struct jinja_value both = keys ? m->key : m->value;
        if (keys && values) {
            both = jinja_list(j, FORM_TUPLE);
            jinja_push(j, both, m->key);
            jinja_push(j, both, m->value);
        }
        jinja_push(j, list, both);
    }
    return list;
}

CALL(dict_items)
{
    (void)arg, (void)all;
    return view(j, self, "dict_items", true, true);
}

CALL(dict_keys)
{
    (void)arg, (void)all;
    return view(j, self, "dict_keys", true, false);
}

CALL(dict_values)
{
    (void)arg, (void)all;
    return view(j, self, "dict_values", false, true);
}

CALL(dict_get)
{
    (void)all;
    const struct jinja_value *found = jinja_find(j, self, *arg[0]);
    return found ? *found : arg[1] ? *arg[1] : jinja_none();
}

CALL(copy)
{
    (void)j, (void)arg, (void)all;
    return self; // nothing is changed in place
}

const struct jinja_function jinja_dict_methods[] = {
    {"items", dict_items, ""},          {"keys", dict_keys, ""}, {"values", dict_values, ""},
    {"get", dict_get, "key / default"}, {"copy", copy, ""},      {0},
};

CALL(list_index)
{
    (void)all;
    for (size_t i = 0; i < self.list->count && !jinja_failed(j); i++)
        if (jinja_equal(j, self.list->at[i], *arg[0]))
            return jinja_int((int64_t)i);
    return jinja_fail(j, "index: the value is not in the list");
}

CALL(list_count)
{
    (void)all;
    int64_t n = 0;
    for (size_t i = 0; i < self.list->count && !jinja_failed(j); i++)
        n += jinja_equal(j, self.list->at[i], *arg[0]);
    return jinja_int(n);
}

const struct jinja_function jinja_list_methods[] = {
    {"index", list_index, "value /"},
    {"count", list_count, "value /"},
    {"copy", copy, ""},
    {0},
};

CALL(loop_cycle)
{
    (void)arg;
    return all->count ? all->at[self.loop->index % all->count] : jinja_fail(j, "loop.cycle is given nothing");
}

const struct jinja_function jinja_loop_methods[] = {{"cycle", loop_cycle, "*"}, {0}};

// ---- Global functions ----

CALL(call_range)
{
    (void)self, (void)all;
    enum { MOST = 100000 }; // as in the sandbox of jinja2
    int64_t from = arg[1] ? int_arg(j, arg[0], 0) : 0, to = int_arg(j, arg[1] ? arg[1] : arg[0], 0);
    int64_t step = int_arg(j, arg[2], 1);
    if (!jinja_failed(j) && step == 0)
        return jinja_fail(j, "range: the step is 0");
    struct jinja_value list = jinja_list(j, FORM_RANGE);
    for (int64_t i = from; !jinja_failed(j) && (step > 0 ? i < to : i > to);) {
        if (list.list->count == MOST)
            return jinja_fail(j, "range: more than %d numbers", MOST);
        jinja_push(j, list, jinja_int(i));
        if (__builtin_add_overflow(i, step, &i))
            break;
    }
    return list;
}

static struct jinja_value dict_of(struct jinja *j, const struct jinja_args *all)
{
    struct jinja_value to = jinja_dict(j);
    if (all->count > 1 || (all->count && all->at[0].kind != JINJA_DICT))
        return jinja_fail(j, "a dict is made of one dict and of arguments with names");
    for (size_t i = 0; all->count && i < all->at[0].dict->count; i++)
        jinja_put(j, to, all->at[0].dict->at[i].key, all->at[0].dict->at[i].value);
    for (size_t i = 0; i < all->key_count; i++)
        jinja_put(j, to, jinja_text(all->keys[i].name), all->keys[i].value);
    return to;
}

CALL(call_dict)
{
    (void)self, (void)arg;
    return dict_of(j, all);
}

CALL(call_namespace)
{
    (void)self, (void)arg;
    struct jinja_value to = dict_of(j, all);
    to.kind = jinja_failed(j) ? to.kind : JINJA_NAMESPACE;
    return to;
}

CALL(call_raise)
{
    (void)self, (void)all;
    struct text t = jinja_to_text(j, *arg[0]);
    j->line = 0;
    return jinja_fail(j, "the template says: %.*s", (int)(t.size < 600 ? t.size : 600), t.at);
}

CALL(call_strftime)
{
    (void)self, (void)all;
    struct text t = text_arg(j, arg[0]);
    char format[128], text[512];
    time_t now = j->now ? (time_t)j->now : time(NULL);
    struct tm local;
    if (t.size >= sizeof format)
        return jinja_fail(j, "strftime_now: the format is too long");
    memcpy(format, t.at, t.size);
    format[t.size] = 0;
    localtime_r(&now, &local);
    return jinja_string(j, text, strftime(text, sizeof text, format, &local));
}

const struct jinja_function jinja_globals[] = {
    {"range", call_range, "start / stop step"},  {"dict", call_dict, "*"},
    {"namespace", call_namespace, "*"},          {"raise_exception", call_raise, "message /"},
    {"strftime_now", call_strftime, "format /"}, {0},
};
