// Text in characters (code points), as Python's str has it.
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "model/jinja_parts.h"

size_t jinja_chars(struct text t)
{
    return text_chars(t);
}

size_t jinja_offset(struct text t, size_t chars)
{
    size_t at = 0;
    while (at < t.size && chars-- > 0)
        for (at++; at < t.size && ((unsigned char)t.at[at] & 0xC0) == 0x80;)
            at++;
    return at;
}

bool jinja_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// One character, also of bytes that are no UTF-8.
static size_t next(struct text t, size_t at, uint32_t *c)
{
    int n = utf8_decode(t.at + at, t.size - at, c);
    if (n > 0)
        return (size_t)n;
    *c = 0xFFFD;
    return 1;
}

static bool cased(uint32_t c)
{
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LL || k == UTF8PROC_CATEGORY_LT;
}

static void put(struct str *out, uint32_t c)
{
    char bytes[4];
    str_append(out, bytes, (size_t)utf8_encode(c, bytes));
}

// One character in another case. The few that become several are those of SpecialCasing.txt that text has: sharp s and
// ligatures of f; what depends on neighbours (the last sigma of a word) stays simple.
static void put_case(struct str *out, uint32_t c, enum jinja_case to)
{
    static const struct {
        uint32_t c;
        const char *upper, *title;
    } special[] = {{0xDF, "SS", "Ss"},   {0xFB00, "FF", "Ff"},   {0xFB01, "FI", "Fi"},
                   {0xFB02, "FL", "Fl"}, {0xFB03, "FFI", "Ffi"}, {0xFB04, "FFL", "Ffl"}};
    for (size_t i = 0; i < sizeof special / sizeof *special && to != CASE_LOWER; i++) {
        if (special[i].c == c) {
            str_puts(out, to == CASE_UPPER ? special[i].upper : special[i].title);
            return;
        }
    }
    utf8proc_int32_t p = (utf8proc_int32_t)c;
    if (to == CASE_LOWER && c == 0x130)
        str_puts(out, "i\xCC\x87");
    else
        put(out, (uint32_t)(to == CASE_UPPER   ? utf8proc_toupper(p)
                            : to == CASE_LOWER ? utf8proc_tolower(p)
                                               : utf8proc_totitle(p)));
}

struct jinja_value jinja_case(struct jinja *j, struct text t, enum jinja_case to)
{
    struct str out = {0};
    bool inside = false; // a word has begun
    uint32_t c;
    jinja_step(j, t.size / 8);
    for (size_t at = 0; at < t.size;) {
        at += next(t, at, &c);
        bool word = to == CASE_CAPITAL || to == CASE_TITLE;
        put_case(&out, c, !word ? to : inside ? CASE_LOWER : CASE_TITLE);
        inside = to == CASE_CAPITAL || cased(c);
    }
    return jinja_take(j, &out);
}

static bool stripped(uint32_t c, const struct text *chars)
{
    if (!chars)
        return jinja_space(c);
    for (size_t at = 0; at < chars->size;) {
        uint32_t other;
        at += next(*chars, at, &other);
        if (other == c)
            return true;
    }
    return false;
}

struct text jinja_strip(struct text t, int sides, const struct text *chars)
{
    uint32_t c;
    while (sides & 1 && t.size) {
        size_t n = next(t, 0, &c);
        if (!stripped(c, chars))
            break;
        t.at += n;
        t.size -= n;
    }
    while (sides & 2 && t.size) {
        size_t at = t.size - 1;
        while (at > 0 && t.size - at < 4 && ((unsigned char)t.at[at] & 0xC0) == 0x80)
            at--;
        next(t, at, &c);
        if (!stripped(c, chars))
            break;
        t.size = at;
    }
    return t;
}

size_t jinja_search(struct text t, size_t from, struct text needle)
{
    if (needle.size == 0)
        return from <= t.size ? from : (size_t)-1;
    while (from + needle.size <= t.size) {
        const char *found = memchr(t.at + from, needle.at[0], t.size - from - needle.size + 1);
        if (!found)
            break;
        from = (size_t)(found - t.at);
        if (memcmp(found, needle.at, needle.size) == 0)
            return from;
        from++;
    }
    return (size_t)-1;
}

struct jinja_value jinja_replace(struct jinja *j, struct text t, struct text old, struct text with, int64_t count)
{
    struct str out = {0};
    size_t at = 0;
    while (count != 0 && jinja_step(j, 1)) {
        size_t found = jinja_search(t, at, old);
        if (found == (size_t)-1)
            break;
        str_append(&out, t.at + at, found - at);
        str_append(&out, with.at, with.size);
        at = found + old.size;
        if (old.size == 0) { // before every character and at the end
            if (at == t.size) {
                count = 0;
                break;
            }
            size_t n = jinja_offset((struct text){t.at + at, t.size - at}, 1);
            str_append(&out, t.at + at, n);
            at += n;
        }
        count -= count > 0;
        if (out.size > JINJA_OUTPUT) {
            jinja_fail(j, "the text is longer than %d MiB", JINJA_OUTPUT >> 20);
            break;
        }
    }
    str_append(&out, t.at + at, t.size - at);
    return jinja_take(j, &out);
}

struct jinja_value jinja_lines(struct jinja *j, struct text t)
{
    struct jinja_value lines = jinja_list(j, FORM_LIST);
    size_t begin = 0;
    for (size_t at = 0; at < t.size && !jinja_failed(j);) {
        uint32_t c;
        size_t n = next(t, at, &c);
        bool end = (c >= 10 && c <= 13) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
        if (end) {
            jinja_push(j, lines, jinja_text((struct text){t.at + begin, at - begin}));
            if (c == '\r' && at + 1 < t.size && t.at[at + 1] == '\n')
                n = 2;
            begin = at + n;
        }
        at += n;
    }
    if (begin < t.size)
        jinja_push(j, lines, jinja_text((struct text){t.at + begin, t.size - begin}));
    return lines;
}
