#include "base/json.h"

#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"

// struct json is cJSON's node under a name of ours; nothing else in the project includes cJSON.
static const cJSON *node(const struct json *v)
{
    return (const cJSON *)v;
}

static const struct json *value(const cJSON *v)
{
    return (const struct json *)v;
}

// Blanks comments out (newlines stay, so that positions in messages stay right).
static void blank_comments(char *text, size_t n)
{
    bool string = false;
    for (size_t i = 0; i < n; i++) {
        if (string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                string = false;
        } else if (text[i] == '"') {
            string = true;
        } else if (text[i] == '/' && i + 1 < n && text[i + 1] == '/') {
            while (i < n && text[i] != '\n')
                text[i++] = ' ';
        } else if (text[i] == '/' && i + 1 < n && text[i + 1] == '*') {
            size_t j = i + 2;
            while (j + 1 < n && !(text[j] == '*' && text[j + 1] == '/'))
                j++;
            for (j = j + 2 < n ? j + 2 : n; i < j; i++)
                if (text[i] != '\n')
                    text[i] = ' ';
            i--;
        }
    }
}

// cJSON's strings end at a zero, so \u0000 becomes C0 80, and json_text turns it back. Returns the new length.
static size_t mark_zeros(char *text, size_t n)
{
    static const char zero[] = "\\u0000";
    size_t to = 0;
    for (size_t i = 0; i < n;) {
        bool escape = text[i] == '\\' && i + 1 < n;
        if (escape && n - i >= 6 && memcmp(text + i, zero, 6) == 0) {
            memcpy(text + to, "\xC0\x80", 2);
            i += 6;
            to += 2;
            continue;
        }
        text[to++] = text[i++];
        if (escape)
            text[to++] = text[i++];
    }
    text[to] = 0;
    return to;
}

struct json *json_parse(const char *text, size_t n, bool comments, const char *what, struct err *err)
{
    char *copy = block_resize(NULL, 0, n + 1);
    if (n)
        memcpy(copy, text, n);
    if (comments)
        blank_comments(copy, n);
    n = mark_zeros(copy, n);
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(copy, n + 1, &end, 1);
    if (!root) {
        size_t at = end && end >= copy && end <= copy + n ? (size_t)(end - copy) : n, line = 1, column = 1;
        for (size_t i = 0; i < at; i++) {
            column = copy[i] == '\n' ? 1 : column + 1;
            line += copy[i] == '\n';
        }
        if (at >= n)
            fail(err, "%s: not valid JSON: the text ends at line %zu, column %zu, before the value does", what, line,
                 column);
        else
            fail(err, "%s: not valid JSON at line %zu, column %zu, near \"%.16s\"", what, line, column, copy + at);
    }
    block_free(copy);
    return (struct json *)root;
}

enum { READ_MAX = 64 << 20 }; // bytes

struct json *json_open(const char *path, bool comments, struct err *err)
{
    struct file f;
    if (!file_open(&f, path, err))
        return NULL;
    struct json *root = json_parse((const char *)f.data, f.size, comments, path, err);
    file_close(&f);
    return root;
}

struct json *json_read(const char *path, bool comments, struct err *err)
{
    struct str text = {0};
    bool ok = file_read(&text, path, READ_MAX, err);
    struct json *root = ok ? json_parse(text.data ? text.data : "", text.size, comments, path, err) : NULL;
    str_finish(&text);
    return root;
}

void json_close(struct json *root)
{
    cJSON_Delete((cJSON *)root);
}

enum json_kind json_kind(const struct json *v)
{
    if (!v)
        return JSON_ABSENT;
    switch (node(v)->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const struct json *json_get(const struct json *object, const char *key)
{
    return json_kind(object) == JSON_OBJECT ? value(cJSON_GetObjectItemCaseSensitive(node(object), key)) : NULL;
}

const struct json *json_at(const struct json *array, size_t i)
{
    const struct json *v = json_first(array);
    while (v && i--)
        v = json_next(v);
    return v;
}

size_t json_count(const struct json *v)
{
    size_t n = 0;
    for (const struct json *i = json_first(v); i; i = json_next(i))
        n++;
    return n;
}

const struct json *json_first(const struct json *v)
{
    return json_kind(v) == JSON_OBJECT || json_kind(v) == JSON_ARRAY ? value(node(v)->child) : NULL;
}

const struct json *json_next(const struct json *element)
{
    return value(node(element)->next);
}

const char *json_key(const struct json *member)
{
    return node(member)->string ? node(member)->string : "";
}

const char *json_string(const struct json *v, const char *otherwise)
{
    return json_kind(v) == JSON_STRING ? node(v)->valuestring : otherwise;
}

static void put_text(const char *s, struct str *out)
{
    for (; *s; s++) {
        bool zero = s[0] == '\xC0' && s[1] == '\x80';
        str_putc(out, zero ? 0 : *s);
        s += zero;
    }
}

void json_text(const struct json *v, struct str *out)
{
    put_text(json_string(v, ""), out);
}

void json_key_text(const struct json *member, struct str *out)
{
    put_text(json_key(member), out);
}

double json_number(const struct json *v, double otherwise)
{
    return json_kind(v) == JSON_NUMBER ? node(v)->valuedouble : otherwise;
}

int64_t json_int(const struct json *v, int64_t otherwise)
{
    if (json_kind(v) != JSON_NUMBER)
        return otherwise;
    double d = node(v)->valuedouble;
    return d == floor(d) && fabs(d) <= 9007199254740992.0 ? (int64_t)d : otherwise;
}

bool json_bool(const struct json *v, bool otherwise)
{
    return json_kind(v) == JSON_BOOL ? cJSON_IsTrue(node(v)) : otherwise;
}

bool json_set(struct json *object, const char *key, const char *value_text, struct err *err)
{
    struct json *v = json_parse(value_text, strlen(value_text), false, key, err);
    if (!v)
        return false;
    cJSON *o = (cJSON *)object;
    if (cJSON_GetObjectItemCaseSensitive(o, key))
        cJSON_ReplaceItemInObjectCaseSensitive(o, key, (cJSON *)v);
    else
        cJSON_AddItemToObject(o, key, (cJSON *)v);
    return true;
}

void json_print(const struct json *v, struct str *out, bool pretty)
{
    char *text = pretty ? cJSON_Print(node(v)) : cJSON_PrintUnformatted(node(v));
    check_memory(text, "JSON text");
    str_puts(out, text);
    cJSON_free(text);
}
