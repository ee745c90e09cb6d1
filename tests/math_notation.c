#include "math_notation.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct reader {
    struct workspace *w;
    const char *at, *text;
};

static const char *const functions[] = {
    [EXPR_LOG] = "log",     [EXPR_SIN] = "sin",     [EXPR_COS] = "cos",        [EXPR_TAN] = "tan",
    [EXPR_COT] = "cot",     [EXPR_SEC] = "sec",     [EXPR_CSC] = "csc",        [EXPR_ASIN] = "asin",
    [EXPR_ACOS] = "acos",   [EXPR_ATAN] = "atan",   [EXPR_ACOT] = "acot",      [EXPR_ASEC] = "asec",
    [EXPR_ACSC] = "acsc",   [EXPR_SINH] = "sinh",   [EXPR_COSH] = "cosh",      [EXPR_TANH] = "tanh",
    [EXPR_ASINH] = "asinh", [EXPR_ACOSH] = "acosh", [EXPR_ATANH] = "atanh",    [EXPR_ABS] = "abs",
    [EXPR_FLOOR] = "floor", [EXPR_CEIL] = "ceil",   [EXPR_FACTORIAL] = "fact", [EXPR_BINOMIAL] = "binomial",
    [EXPR_GCD] = "gcd",     [EXPR_LCM] = "lcm",     [EXPR_MIN] = "min",        [EXPR_MAX] = "max",
    [EXPR_MOD] = "mod",     [EXPR_RE] = "re",       [EXPR_IM] = "im",          [EXPR_CONJUGATE] = "conjugate",
    [EXPR_ARG] = "arg",
};

static const struct expr *read_all(struct reader *r);
static const struct expr *read_sum(struct reader *r);

static bool eat(struct reader *r, const char *what)
{
    while (*r->at == ' ')
        r->at++;
    size_t n = strlen(what);
    if (strncmp(r->at, what, n) != 0 || (isalpha((unsigned char)*what) && isalnum((unsigned char)r->at[n])))
        return false;
    r->at += n;
    return true;
}

static void want(struct reader *r, const char *what)
{
    check(eat(r, what), "expected \"%s\" at \"%s\" in \"%s\"", what, r->at, r->text);
}

static const struct expr *two(struct reader *r, enum expr_kind kind, int op, const struct expr *a, const struct expr *b)
{
    const struct expr *args[] = {a, b};
    return expr_new(r->w, kind, op, args, 2);
}

static int read_list(struct reader *r, const struct expr **list, int room, int *columns)
{
    int n = 0;
    *columns = 0;
    do {
        check(n < room, "too many in \"%s\"", r->text);
        list[n++] = read_all(r);
        if (eat(r, ";")) {
            *columns = *columns ? *columns : n;
            continue;
        }
        if (!eat(r, ","))
            break;
    } while (true);
    return n;
}

static const struct expr *read_number(struct reader *r)
{
    struct expr *e = expr_new(r->w, EXPR_NUMBER, 0, NULL, 0);
    mpz_t scale;
    char digits[400];
    int n = 0;
    mpq_init(e->value);
    mpz_init(scale);
    for (; isdigit((unsigned char)*r->at) || (*r->at == '.' && e->decimals < 0); r->at++) {
        check(n < 399, "a long number");
        if (*r->at == '.') {
            e->decimals = 0;
            continue;
        }
        digits[n++] = *r->at;
        e->decimals += e->decimals >= 0;
    }
    digits[n] = 0;
    mpz_set_str(mpq_numref(e->value), digits, 10);
    e->percent = *r->at == '%';
    r->at += e->percent;
    mpz_ui_pow_ui(scale, 10, (unsigned long)((e->decimals > 0 ? e->decimals : 0) + (e->percent ? 2 : 0)));
    mpz_set(mpq_denref(e->value), scale);
    mpq_canonicalize(e->value);
    return e;
}

static const struct expr *read_name(struct reader *r)
{
    const char *begin = r->at;
    while (isalnum((unsigned char)*r->at) || *r->at == '_')
        r->at++;
    struct text name = {begin, (size_t)(r->at - begin)};
    static const char *const constants[] = {"pi", "e", "i", "oo"};
    for (int i = 0; i < 4 && *r->at != '('; i++)
        if (text_equals(name, constants[i]))
            return expr_constant(r->w, (enum expr_constant)i);
    if (*r->at != '(')
        return expr_named(r->w, EXPR_SYMBOL, name);
    r->at++;
    const struct expr *args[16];
    int columns, n = read_list(r, args, 16, &columns);
    want(r, ")");
    if (text_equals(name, "sqrt"))
        return expr_power(r->w, args[0], expr_quotient(r->w, expr_integer(r->w, 1), expr_integer(r->w, 2)));
    for (int i = 0; i < EXPR_APPLY; i++)
        if (text_equals(name, functions[i]))
            return expr_new(r->w, EXPR_FUNCTION, i, args, n);
    struct expr *e = expr_new(r->w, EXPR_FUNCTION, EXPR_APPLY, args, n);
    e->name = expr_named(r->w, EXPR_SYMBOL, name)->name;
    return e;
}

static const struct expr *read_quoted(struct reader *r, char quote)
{
    const char *begin = r->at, *end = strchr(begin, quote);
    check(end, "an open quote in \"%s\"", r->text);
    r->at = end + 1;
    return expr_named(r->w, quote == '"' ? EXPR_TEXT : EXPR_LITERAL, (struct text){begin, (size_t)(end - begin)});
}

static const struct expr *read_bracket(struct reader *r, char open)
{
    static const struct expr *list[200000];
    const struct expr *some[64];
    const struct expr **args = open == '{' ? list : some;
    int columns, n = 0;
    if (!(open == '{' && eat(r, "}")))
        n = read_list(r, args, open == '{' ? 200000 : 64, &columns);
    else
        return expr_new(r->w, EXPR_SET, 0, NULL, 0);
    if (open == '(') {
        want(r, ")");
        return n == 1 ? args[0] : expr_new(r->w, EXPR_TUPLE, 0, args, n);
    }
    if (open == '{') {
        want(r, "}");
        return expr_new(r->w, EXPR_SET, 0, args, n);
    }
    if (open == '<') {
        want(r, ">");
        struct expr *e = expr_new(r->w, EXPR_MATRIX, 0, args, n);
        e->columns = columns ? columns : n;
        return e;
    }
    struct expr *e = expr_new(r->w, EXPR_INTERVAL, 0, args, n);
    e->open_low = open == ']';
    e->open_high = eat(r, "[");
    if (!e->open_high)
        want(r, "]");
    return e;
}

static const struct expr *read_atom(struct reader *r)
{
    while (*r->at == ' ')
        r->at++;
    char c = *r->at;
    if (isdigit((unsigned char)c) || c == '.')
        return read_number(r);
    if (isalpha((unsigned char)c))
        return read_name(r);
    check(c && strchr("({[]<\"'", c), "at \"%s\" in \"%s\"", r->at, r->text);
    r->at++;
    return c == '"' || c == '\'' ? read_quoted(r, c) : read_bracket(r, c);
}

static const struct expr *read_signed(struct reader *r);

static const struct expr *read_power(struct reader *r)
{
    const struct expr *e = read_atom(r);
    return eat(r, "^") ? expr_power(r->w, e, read_signed(r)) : e;
}

static const struct expr *read_signed(struct reader *r)
{
    if (eat(r, "+-"))
        return two(r, EXPR_PLUS_MINUS, 0, expr_integer(r->w, 0), read_power(r));
    if (eat(r, "-"))
        return expr_negate(r->w, read_signed(r));
    return read_power(r);
}

static const struct expr *read_product(struct reader *r)
{
    const struct expr *e = read_signed(r);
    for (;;) {
        if (eat(r, "*"))
            e = expr_product(r->w, e, read_signed(r));
        else if (eat(r, "/"))
            e = expr_quotient(r->w, e, read_signed(r));
        else
            return e;
    }
}

// Sums are flat, as the parser of answers makes them.
static const struct expr *read_sum(struct reader *r)
{
    static const struct expr *list[200000];
    int begin = 0, n = 0;
    static int used;
    begin = used;
    list[begin + n++] = read_product(r);
    used = begin + n;
    for (;;) {
        const struct expr *next;
        if (eat(r, "+-")) {
            const struct expr *left = n == 1 ? list[begin] : expr_new(r->w, EXPR_SUM, 0, list + begin, n);
            next = two(r, EXPR_PLUS_MINUS, 0, left, read_product(r));
            n = 0;
        } else if (eat(r, "+")) {
            next = read_product(r);
        } else if (eat(r, "-")) {
            next = expr_negate(r->w, read_product(r));
        } else {
            break;
        }
        list[begin + n++] = next;
        used = begin + n;
    }
    used = begin;
    return n == 1 ? list[begin] : expr_new(r->w, EXPR_SUM, 0, list + begin, n);
}

static const struct expr *read_sets(struct reader *r)
{
    const struct expr *e = read_sum(r);
    for (;;) {
        if (eat(r, "union"))
            e = two(r, EXPR_UNION, 0, e, read_sum(r));
        else if (eat(r, "inter"))
            e = two(r, EXPR_INTERSECTION, 0, e, read_sum(r));
        else if (eat(r, "minus"))
            e = two(r, EXPR_DIFFERENCE, 0, e, read_sum(r));
        else
            return e;
    }
}

static const struct expr *read_relation(struct reader *r)
{
    static const char *const operators[] = {"=", "!=", "<=", "<", ">=", ">", "~", "in"};
    static const int ops[] = {EXPR_EQUAL,         EXPR_UNEQUAL, EXPR_LESS_EQUAL,  EXPR_LESS,
                              EXPR_GREATER_EQUAL, EXPR_GREATER, EXPR_APPROXIMATE, EXPR_ELEMENT};
    const struct expr *e = read_sets(r);
    if (*r->text == '<') // within a matrix > is its end
        return e;
    for (int i = 0; i < 8; i++) {
        if (eat(r, "inter") || !eat(r, operators[i]))
            continue;
        return two(r, EXPR_RELATION, ops[i], e, read_sets(r));
    }
    return e;
}

static const struct expr *read_all(struct reader *r)
{
    const struct expr *list[16] = {read_relation(r)};
    int n = 1;
    while (eat(r, "&")) {
        check(n < 16, "too many in \"%s\"", r->text);
        list[n++] = read_relation(r);
    }
    return n == 1 ? list[0] : expr_new(r->w, EXPR_ALL, 0, list, n);
}

const struct expr *notation_read(struct workspace *w, const char *text)
{
    struct reader r = {w, text, text};
    const struct expr *e = read_all(&r);
    while (*r.at == ' ')
        r.at++;
    check(!*r.at, "\"%s\" is left of \"%s\"", r.at, text);
    return e;
}
