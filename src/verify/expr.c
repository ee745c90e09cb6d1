#include "verify/expr.h"

#include <string.h>

struct expr *expr_new(struct workspace *w, enum expr_kind kind, int op, const struct expr *const *args, int count)
{
    struct expr *e = workspace_array(w, struct expr, 1);
    const struct expr **copy = workspace_array(w, const struct expr *, count);
    if (count)
        memcpy(copy, args, sizeof *copy * (size_t)count);
    *e = (struct expr){.kind = kind, .op = op, .count = count, .decimals = -1, .args = copy};
    return e;
}

struct expr *expr_with(struct workspace *w, const struct expr *e, const struct expr *const *args)
{
    struct expr *copy = expr_new(w, e->kind, e->op, args, e->count);
    const struct expr *const *own = copy->args;
    *copy = *e;
    copy->args = own;
    return copy;
}

const struct expr *expr_rational(struct workspace *w, mpq_srcptr value)
{
    struct expr *e = expr_new(w, EXPR_NUMBER, 0, NULL, 0);
    mpq_init(e->value);
    mpq_set(e->value, value);
    return e;
}

const struct expr *expr_in_unit(struct workspace *w, const struct expr *e, const char *unit)
{
    if (!unit)
        return e;
    struct expr *copy = expr_new(w, e->kind, e->op, NULL, 0);
    *copy = *e; // shares the value, which never changes
    copy->unit = unit;
    return copy;
}

const struct expr *expr_integer(struct workspace *w, long value)
{
    struct expr *e = expr_new(w, EXPR_NUMBER, 0, NULL, 0);
    mpq_init(e->value);
    mpq_set_si(e->value, value, 1);
    return e;
}

const struct expr *expr_named(struct workspace *w, enum expr_kind kind, struct text name)
{
    struct expr *e = expr_new(w, kind, 0, NULL, 0);
    char *copy = workspace_alloc(w, name.size + 1);
    memcpy(copy, name.at, name.size);
    e->name = copy;
    return e;
}

const struct expr *expr_constant(struct workspace *w, enum expr_constant c)
{
    return expr_new(w, EXPR_CONSTANT, c, NULL, 0);
}

static const struct expr *two(struct workspace *w, enum expr_kind kind, const struct expr *a, const struct expr *b)
{
    const struct expr *args[] = {a, b};
    return expr_new(w, kind, 0, args, 2);
}

const struct expr *expr_sum(struct workspace *w, const struct expr *a, const struct expr *b)
{
    return two(w, EXPR_SUM, a, b);
}

const struct expr *expr_product(struct workspace *w, const struct expr *a, const struct expr *b)
{
    return two(w, EXPR_PRODUCT, a, b);
}

const struct expr *expr_negate(struct workspace *w, const struct expr *a)
{
    return two(w, EXPR_PRODUCT, expr_integer(w, -1), a);
}

const struct expr *expr_power(struct workspace *w, const struct expr *base, const struct expr *exponent)
{
    return two(w, EXPR_POWER, base, exponent);
}

const struct expr *expr_quotient(struct workspace *w, const struct expr *a, const struct expr *b)
{
    return expr_product(w, a, expr_power(w, b, expr_integer(w, -1)));
}

const struct expr *expr_call(struct workspace *w, enum expr_function f, const struct expr *a)
{
    return expr_new(w, EXPR_FUNCTION, f, &a, 1);
}

static const char *const constants[] = {"pi", "e", "i", "oo"};
static const char *const functions[] = {
    [EXPR_LOG] = "log",     [EXPR_SIN] = "sin",     [EXPR_COS] = "cos",     [EXPR_TAN] = "tan",
    [EXPR_COT] = "cot",     [EXPR_SEC] = "sec",     [EXPR_CSC] = "csc",     [EXPR_ASIN] = "asin",
    [EXPR_ACOS] = "acos",   [EXPR_ATAN] = "atan",   [EXPR_ACOT] = "acot",   [EXPR_ASEC] = "asec",
    [EXPR_ACSC] = "acsc",   [EXPR_SINH] = "sinh",   [EXPR_COSH] = "cosh",   [EXPR_TANH] = "tanh",
    [EXPR_ASINH] = "asinh", [EXPR_ACOSH] = "acosh", [EXPR_ATANH] = "atanh", [EXPR_ABS] = "abs",
    [EXPR_FLOOR] = "floor", [EXPR_CEIL] = "ceil",   [EXPR_FACTORIAL] = "!", [EXPR_BINOMIAL] = "binomial",
    [EXPR_GCD] = "gcd",     [EXPR_LCM] = "lcm",     [EXPR_MIN] = "min",     [EXPR_MAX] = "max",
    [EXPR_MOD] = "mod",     [EXPR_RE] = "re",       [EXPR_IM] = "im",       [EXPR_CONJUGATE] = "conjugate",
    [EXPR_ARG] = "arg",     [EXPR_APPLY] = "apply",
};

const char *expr_function_name(enum expr_function f)
{
    return functions[f];
}

static const char *const relations[] = {"=", "!=", "<", "<=", ">", ">=", "~", "in"};
static const char *const kinds[] = {
    [EXPR_SUM] = "sum",
    [EXPR_PRODUCT] = "product",
    [EXPR_POWER] = "power",
    [EXPR_PLUS_MINUS] = "plus-minus",
    [EXPR_ALL] = "all",
    [EXPR_SET] = "set",
    [EXPR_TUPLE] = "tuple",
    [EXPR_UNION] = "union",
    [EXPR_MATRIX] = "matrix",
    [EXPR_INTERSECTION] = "intersection",
    [EXPR_DIFFERENCE] = "difference",
};

static void print_number(struct workspace *w, const struct expr *e, struct str *out)
{
    size_t room = mpz_sizeinbase(mpq_numref(e->value), 10) + mpz_sizeinbase(mpq_denref(e->value), 10) + 3;
    workspace_step(w, (long)room);
    char *text = workspace_alloc(w, room);
    str_puts(out, mpq_get_str(text, 10, e->value));
    if (e->decimals >= 0)
        str_putc(out, 'f');
    if (e->percent)
        str_putc(out, '%');
}

static const char *head(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_FUNCTION:
        return functions[e->op];
    case EXPR_RELATION:
        return relations[e->op];
    case EXPR_INTERVAL:
        return e->open_low ? (e->open_high ? "interval()" : "interval(]")
                           : (e->open_high ? "interval[)" : "interval[]");
    default:
        return kinds[e->kind];
    }
}

void expr_print(struct workspace *w, const struct expr *e, struct str *out)
{
    workspace_enter(w);
    workspace_step(w, 1);
    if (e->kind == EXPR_NUMBER) {
        print_number(w, e, out);
    } else if (e->kind == EXPR_CONSTANT) {
        str_puts(out, constants[e->op]);
    } else if (e->kind == EXPR_SYMBOL) {
        str_puts(out, e->name);
    } else if (e->kind == EXPR_TEXT || e->kind == EXPR_LITERAL) {
        str_printf(out, e->kind == EXPR_TEXT ? "\"%s\"" : "'%s'", e->name);
    } else {
        str_printf(out, "(%s", head(e));
        if (e->name)
            str_printf(out, " %s", e->name);
        if (e->kind == EXPR_MATRIX)
            str_printf(out, " %d", e->columns);
        for (int i = 0; i < e->count; i++) {
            str_putc(out, ' ');
            expr_print(w, e->args[i], out);
        }
        str_putc(out, ')');
    }
    workspace_leave(w);
}
