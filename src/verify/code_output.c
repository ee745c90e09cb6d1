#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify/code.h"

enum { SHOWN = 60 };

static int shown(struct text t)
{
    return (int)(t.size < SHOWN ? t.size : SHOWN);
}

static const char *dots(struct text t)
{
    return t.size > SHOWN ? "..." : "";
}

// Cuts the next piece between white space off t; false at the end.
static bool next_token(struct text *t, struct text *token)
{
    size_t i = 0, n = 0;
    while (i < t->size && isspace((unsigned char)t->at[i]))
        i++;
    while (i + n < t->size && !isspace((unsigned char)t->at[i + n]))
        n++;
    *token = (struct text){t->at + i, n};
    *t = (struct text){t->at + i + n, t->size - i - n};
    return n > 0;
}

// A decimal number: no hexadecimal, no nan or infinity.
static bool read_decimal(struct text t, double *out)
{
    char digits[64], *end;
    if (t.size == 0 || t.size >= sizeof digits)
        return false;
    for (size_t i = 0; i < t.size; i++)
        if (!t.at[i] || !strchr("0123456789+-.eE", t.at[i]))
            return false;
    memcpy(digits, t.at, t.size);
    digits[t.size] = 0;
    *out = strtod(digits, &end);
    return !*end && isfinite(*out);
}

static bool same_token(struct text got, struct text want, enum code_compare how, double tolerance)
{
    double a, b;
    if (got.size == want.size && memcmp(got.at, want.at, got.size) == 0)
        return true;
    if (how != CODE_FLOATS ||
        !(memchr(want.at, '.', want.size) || memchr(want.at, 'e', want.size) || memchr(want.at, 'E', want.size)))
        return false;
    return read_decimal(got, &a) && read_decimal(want, &b) && fabs(a - b) <= tolerance * fmax(1, fabs(b));
}

static bool differs(struct str *why, const char *fmt, size_t number, struct text want, struct text got)
{
    if (why)
        str_printf(why, fmt, number, shown(want), want.at, dots(want), shown(got), got.at, dots(got));
    return false;
}

static struct text without_end(struct text t)
{
    if (t.size && t.at[t.size - 1] == '\n')
        t.size--;
    return t;
}

static bool same_bytes(struct text got, struct text want, struct str *why)
{
    got = without_end(got);
    want = without_end(want);
    size_t n = got.size < want.size ? got.size : want.size, i = 0, line = 1;
    if (got.size == want.size && (n == 0 || memcmp(got.at, want.at, n) == 0))
        return true;
    for (; i < n && got.at[i] == want.at[i]; i++)
        line += got.at[i] == '\n';
    return differs(why, "differs in line %zu: expected \"%.*s%s\" there, got \"%.*s%s\"", line,
                   (struct text){want.at + i, want.size - i}, (struct text){got.at + i, got.size - i});
}

bool code_output_same(struct text got, struct text want, enum code_compare how, double tolerance, struct str *why)
{
    struct text a, b;
    if (how == CODE_EXACT)
        return same_bytes(got, want, why);
    for (size_t number = 1;; number++) {
        bool more = next_token(&got, &a), wanted = next_token(&want, &b);
        if (!more && !wanted)
            return true;
        if (!wanted)
            return differs(why, "printed too much: after the expected %zu words%.*s%s comes \"%.*s%s\"", number - 1,
                           (struct text){"", 0}, a);
        if (!more)
            return differs(why, "printed too little: word %zu should be \"%.*s%s\"%.*s%s", number, b,
                           (struct text){"", 0});
        if (!same_token(a, b, how, tolerance))
            return differs(why, "word %zu of the output: expected \"%.*s%s\", got \"%.*s%s\"", number, b, a);
    }
}
