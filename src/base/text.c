#include "base/text.h"

#include <string.h>

#define NONE ((size_t)-1)

struct text text_of(const char *s)
{
    return (struct text){s, strlen(s)};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text t)
{
    while (t.size && is_space(t.at[0])) {
        t.at++;
        t.size--;
    }
    while (t.size && is_space(t.at[t.size - 1]))
        t.size--;
    return t;
}

bool text_starts(struct text t, const char *prefix)
{
    size_t n = strlen(prefix);
    return t.size >= n && memcmp(t.at, prefix, n) == 0;
}

bool text_equals(struct text t, const char *s)
{
    return t.size == strlen(s) && text_starts(t, s);
}

size_t text_find(struct text t, size_t from, const char *needle)
{
    if (from > t.size)
        return NONE;
    const char *p = memmem(t.at + from, t.size - from, needle, strlen(needle));
    return p ? (size_t)(p - t.at) : NONE;
}

size_t text_rfind(struct text t, size_t end, const char *needle)
{
    size_t n = strlen(needle);
    if (end > t.size)
        end = t.size;
    for (size_t i = end; i >= n; i--)
        if (memcmp(t.at + i - n, needle, n) == 0)
            return i - n;
    return NONE;
}

size_t text_count(struct text t, const char *needle)
{
    size_t count = 0;
    for (size_t i = text_find(t, 0, needle); i != NONE; i = text_find(t, i + strlen(needle), needle))
        count++;
    return count;
}

bool text_last_block(struct text t, const char *open, const char *close, struct text *inside)
{
    size_t last_close = text_rfind(t, t.size, close);
    size_t start = last_close == NONE ? NONE : text_rfind(t, last_close, open);
    if (start == NONE)
        return false;
    start += strlen(open);
    *inside = (struct text){t.at + start, text_find(t, start, close) - start};
    return true;
}

// A byte that continues a UTF-8 character, as 10xxxxxx.
static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t text_chars(struct text t)
{
    size_t count = 0;
    for (size_t i = 0; i < t.size; i++)
        count += !continues(t.at[i]);
    return count;
}

struct text text_tail(struct text t, size_t chars)
{
    size_t i = t.size;
    while (i && chars) {
        i--;
        chars -= !continues(t.at[i]);
    }
    return (struct text){t.at + i, t.size - i};
}
