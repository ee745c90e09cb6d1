#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"

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

// The text of a document on its way to cJSON: what cJSON cannot keep is put aside here.
struct source {
    char *text; // what cJSON reads: comments and long numbers are blanked out
    size_t size;
    char *digits; // the texts of all numbers in order, each with a zero at its end
    size_t bad, at,
        to; // offset of the first number that is none, SIZE_MAX; of what give_numbers takes next; of the end
    size_t room;
};

// The length of the number at `text` as JSON (RFC 8259, section 6) has it: -12.50e+3 but no 012, 1. or -; 0 when none.
static size_t number_length(const char *text)
{
    size_t i = text[0] == '-', digits = strspn(text + i, "0123456789");
    if (digits == 0 || (digits > 1 && text[i] == '0'))
        return 0;
    i += digits;
    if (text[i] == '.') {
        digits = strspn(text + i + 1, "0123456789");
        if (digits == 0)
            return 0;
        i += 1 + digits;
    }
    if (text[i] == 'e' || text[i] == 'E') {
        size_t sign = text[i + 1] == '+' || text[i + 1] == '-';
        digits = strspn(text + i + 1 + sign, "0123456789");
        if (digits == 0)
            return 0;
        i += 1 + sign + digits;
    }
    return i;
}

// Keeps the text of the number at s->text[at] (give_numbers hands it out) and returns the length of all that looks like
// part of it. cJSON takes numbers of up to 63 bytes; a longer one becomes a 0 and spaces for it.
static size_t keep_number(struct source *s, size_t at)
{
    enum { CJSON_NUMBER_MAX = 60 };
    char *text = s->text + at;
    size_t n = number_length(text), all = strspn(text, "0123456789+-.eE");
    if (n == 0 || n != all) {
        if (s->bad == SIZE_MAX)
            s->bad = at;
        return all;
    }
    if (s->to + n + 1 > s->room) {
        size_t room = 2 * s->room + n + 256;
        s->digits = block_resize(s->digits, s->room, room);
        s->room = room;
    }
    memcpy(s->digits + s->to, text, n);
    s->digits[s->to + n] = 0;
    s->to += n + 1;
    if (n > CJSON_NUMBER_MAX) {
        memset(text, ' ', n);
        text[0] = '0';
    }
    return n;
}

// Keeps the numbers, and turns \u0000 into C0 80, since cJSON's strings end at a zero; json_text turns it back.
static void prepare(struct source *s)
{
    static const char zero[] = "\\u0000";
    char *text = s->text;
    size_t n = s->size, to = 0;
    bool string = false;
    for (size_t i = 0; i < n;) {
        bool escape = text[i] == '\\' && i + 1 < n;
        if (escape && n - i >= 6 && memcmp(text + i, zero, 6) == 0) {
            memcpy(text + to, "\xC0\x80", 2);
            i += 6;
            to += 2;
        } else if (!string && (text[i] == '-' || (text[i] >= '0' && text[i] <= '9'))) {
            size_t length = keep_number(s, i);
            if (s->bad == i)
                s->bad = to;
            memmove(text + to, text + i, length);
            i += length;
            to += length;
        } else {
            string ^= text[i] == '"';
            text[to++] = text[i++];
            if (escape)
                text[to++] = text[i++];
        }
    }
    text[to] = 0;
    s->size = to;
}

// Gives every number of the tree its text, in the order of the document. cJSON prints such a "raw" node as it is.
static void give_numbers(cJSON *v, struct source *s)
{
    for (; v; v = v->next) {
        if (cJSON_IsNumber(v)) {
            size_t n = strlen(s->digits + s->at) + 1;
            v->valuestring = cJSON_malloc(n);
            check_memory(v->valuestring, "a number of JSON");
            memcpy(v->valuestring, s->digits + s->at, n);
            v->valuedouble = strtod(v->valuestring, NULL);
            v->type = cJSON_Raw;
            s->at += n;
        } else {
            give_numbers(v->child, s);
        }
    }
}

static void refuse(const struct source *s, size_t at, const char *what, struct err *err)
{
    static const char *const no_numbers[] = {"NaN", "Infinity", "-Infinity"};
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        column = s->text[i] == '\n' ? 1 : column + 1;
        line += s->text[i] == '\n';
    }
    for (size_t i = 0; i < sizeof no_numbers / sizeof *no_numbers; i++)
        if (str_starts(s->text + at, no_numbers[i])) {
            fail(err, "%s: not valid JSON at line %zu, column %zu: JSON has no %s; null says that a value is missing",
                 what, line, column, no_numbers[i]);
            return;
        }
    if (at >= s->size)
        fail(err, "%s: not valid JSON: the text ends at line %zu, column %zu, before the value does", what, line,
             column);
    else
        fail(err, "%s: not valid JSON at line %zu, column %zu, near \"%.16s\"", what, line, column, s->text + at);
}

struct json *json_parse(const char *text, size_t n, bool comments, const char *what, struct err *err)
{
    struct source s = {.text = block_resize(NULL, 0, n + 1), .size = n, .bad = SIZE_MAX};
    if (n)
        memcpy(s.text, text, n);
    s.text[n] = 0;
    if (comments)
        blank_comments(s.text, n);
    prepare(&s);
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(s.text, s.size + 1, &end, 1);
    if (!root || s.bad != SIZE_MAX) {
        size_t at = root ? s.size : end && end >= s.text && end <= s.text + s.size ? (size_t)(end - s.text) : s.size;
        refuse(&s, at < s.bad ? at : s.bad, what, err);
        cJSON_Delete(root);
        root = NULL;
    } else {
        give_numbers(root, &s);
    }
    block_free(s.text);
    block_free(s.digits);
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
    case cJSON_Raw: // see give_numbers
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
    const struct json *found = NULL;
    if (json_kind(object) == JSON_OBJECT)
        for (const struct json *m = json_first(object); m; m = json_next(m))
            if (strcmp(json_key(m), key) == 0)
                found = m;
    return found;
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

const char *json_number_text(const struct json *v)
{
    return json_kind(v) == JSON_NUMBER ? node(v)->valuestring : NULL;
}

int64_t json_int(const struct json *v, int64_t otherwise)
{
    static const int64_t most = (int64_t)1 << 53;
    const char *text = json_number_text(v);
    if (!text)
        return otherwise;
    double d = node(v)->valuedouble;
    if (!text[strspn(text, "-0123456789")]) { // digits alone: doubles would take 2^53 + 1 for 2^53
        long long n = fabs(d) <= 0x1p60 ? strtoll(text, NULL, 10) : INT64_MAX;
        return n >= -most && n <= most ? n : otherwise;
    }
    return d == floor(d) && fabs(d) <= (double)most ? (int64_t)d : otherwise;
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
    cJSON *first;
    while ((first = cJSON_GetObjectItemCaseSensitive(o, key)) && value(first) != json_get(object, key))
        cJSON_Delete(cJSON_DetachItemViaPointer(o, first)); // of equal keys the last counts
    if (first)
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

const char *json_show(const struct json *v, char out[JSON_SHOWN])
{
    struct str text = {0};
    if (v)
        json_print(v, &text, false);
    else
        str_puts(&text, "nothing");
    bool cut = text.size >= JSON_SHOWN;
    size_t n = cut ? JSON_SHOWN - 4 : text.size;
    n -= cut ? utf8_incomplete(text.data, n) : 0;
    memcpy(out, text.data, n);
    strcpy(out + n, cut ? "..." : "");
    str_finish(&text);
    return out;
}
