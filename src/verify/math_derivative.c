// Derivatives: d/dx (x^2), d^2y/dx^2, partial ones. Those of sums, products and powers with a number as exponent are
// computed; of everything else they are unknown functions, which equal themselves alone.
#include <string.h>

#include "verify/math_compare.h"
#include "verify/math_tokens.h"

enum { ORDER_MAX = 9, STEPS = 100000 };

struct derivative {
    const char *sign;                 // d or partial
    const char *variables[ORDER_MAX]; // one for each time
    int order;
    const struct expr *operand, *value;
};

static bool is_sign(const struct expr *e, const char *sign)
{
    return e->kind == EXPR_SYMBOL && strcmp(e->name, sign) == 0;
}

// A factor and how often it stands there: x^2 is x, twice. NULL for what is no name.
static const struct expr *repeated(const struct expr *e, int *times)
{
    *times = 1;
    if (e->kind == EXPR_POWER && e->args[1]->kind == EXPR_NUMBER && mpz_cmp_ui(mpq_denref(e->args[1]->value), 1) == 0 &&
        mpq_cmp_si(e->args[1]->value, 1, 1) >= 0 && mpq_cmp_si(e->args[1]->value, ORDER_MAX, 1) <= 0) {
        *times = (int)mpz_get_si(mpq_numref(e->args[1]->value));
        e = e->args[0];
    }
    return e->kind == EXPR_SYMBOL ? e : NULL;
}

// dx, dx^2, or dx dy below the line.
static bool read_variables(struct derivative *d, const struct expr *below)
{
    if (below->kind != EXPR_PRODUCT || below->count % 2)
        return false;
    d->order = 0;
    for (int i = 0, times; i < below->count; i += 2) {
        const struct expr *x = repeated(below->args[i + 1], &times);
        if (!is_sign(below->args[i], d->sign) || !x || d->order + times > ORDER_MAX)
            return false;
        while (times--)
            d->variables[d->order++] = x->name;
    }
    return true;
}

static bool read_derivative(struct workspace *w, struct derivative *d, const struct expr *above,
                            const struct expr *below)
{
    bool product = above->kind == EXPR_PRODUCT;
    int times;
    const struct expr *sign = repeated(product ? above->args[0] : above, &times);
    if (!sign || (!is_sign(sign, "d") && !is_sign(sign, "partial")))
        return false;
    d->sign = sign->name;
    if (product)
        d->operand =
            above->count == 2 ? above->args[1] : expr_new(w, EXPR_PRODUCT, 0, above->args + 1, above->count - 1);
    return read_variables(d, below) && d->order == times;
}

// ---- values ----

static bool is_zero(const struct expr *e)
{
    return e->kind == EXPR_NUMBER && mpq_sgn(e->value) == 0;
}

static const struct expr *derived(struct workspace *w, const struct expr *e, const char *x);

static const struct expr *of_product(struct workspace *w, const struct expr *e, const char *x)
{
    struct list terms = {0};
    const struct expr **factors = workspace_array(w, const struct expr *, e->count);
    for (int i = 0; i < e->count; i++) {
        const struct expr *part = derived(w, e->args[i], x);
        if (!part)
            return NULL;
        workspace_step(w, e->count);
        memcpy(factors, e->args, sizeof *factors * (size_t)e->count);
        factors[i] = part;
        if (!is_zero(part))
            list_add(w, &terms, expr_new(w, EXPR_PRODUCT, 0, factors, e->count));
    }
    return terms.count == 0   ? expr_integer(w, 0)
           : terms.count == 1 ? terms.items[0]
                              : expr_new(w, EXPR_SUM, 0, terms.items, terms.count);
}

static const struct expr *of_sum(struct workspace *w, const struct expr *e, const char *x)
{
    struct list terms = {0};
    for (int i = 0; i < e->count; i++) {
        const struct expr *part = derived(w, e->args[i], x);
        if (!part)
            return NULL;
        if (!is_zero(part))
            list_add(w, &terms, part);
    }
    return terms.count == 0   ? expr_integer(w, 0)
           : terms.count == 1 ? terms.items[0]
                              : expr_new(w, EXPR_SUM, 0, terms.items, terms.count);
}

static const struct expr *of_power(struct workspace *w, const struct expr *e, const char *x)
{
    const struct expr *inner = derived(w, e->args[0], x), *n = e->args[1];
    if (!inner || is_zero(inner) || n->kind != EXPR_NUMBER)
        return inner && is_zero(inner) ? derived(w, n, x) : NULL; // 2^x has a derivative that is not computed
    mpq_t one, less;
    mpq_inits(one, less, NULL);
    mpq_set_ui(one, 1, 1);
    mpq_sub(less, n->value, one);
    const struct expr *power = mpq_sgn(less) ? expr_power(w, e->args[0], expr_rational(w, less)) : expr_integer(w, 1);
    const struct expr *factors[] = {n, power, inner};
    return is_zero(n) ? n : expr_new(w, EXPR_PRODUCT, 0, factors, 3);
}

// NULL: not computed.
static const struct expr *derived(struct workspace *w, const struct expr *e, const char *x)
{
    const struct expr *result = NULL;
    workspace_enter(w);
    workspace_step(w, 10);
    if (e->kind == EXPR_NUMBER || (e->kind == EXPR_CONSTANT && e->op != EXPR_INFINITY))
        result = expr_integer(w, 0);
    else if (e->kind == EXPR_SYMBOL)
        result = expr_integer(w, strcmp(e->name, x) == 0);
    else if (e->kind == EXPR_SUM)
        result = of_sum(w, e, x);
    else if (e->kind == EXPR_PRODUCT)
        result = of_product(w, e, x);
    else if (e->kind == EXPR_POWER)
        result = of_power(w, e, x);
    workspace_leave(w);
    return result;
}

// Beside d another letter than the variable may depend on it, beside the partial sign it does not.
static void compute(struct workspace *w, void *argument)
{
    struct derivative *d = argument;
    const struct expr *e = d->operand;
    for (int i = 0; i < d->order && e; i++) {
        const char *x = d->variables[i];
        e = strcmp(d->sign, "d") != 0 || expr_one_symbol(w, e, &x) ? derived(w, e, d->variables[i]) : NULL;
    }
    d->value = e;
}

// "derivative d x x"
static const char *operator_name(struct workspace *w, const struct derivative *d)
{
    size_t size = sizeof "derivative  " + strlen(d->sign);
    for (int i = 0; i < d->order; i++)
        size += 1 + strlen(d->variables[i]);
    char *name = workspace_alloc(w, size);
    workspace_step(w, (long)size * (d->order + 1));
    strcat(strcpy(name, "derivative "), d->sign);
    for (int i = 0; i < d->order; i++)
        strcat(strcat(name, " "), d->variables[i]);
    return name;
}

const struct expr *parse_derivative(struct parser *p, const struct expr *above, const struct expr *below)
{
    struct derivative d = {0};
    if (!read_derivative(p->w, &d, above, below))
        return NULL;
    if (!d.operand && parse_starts(p))
        d.operand = parse_product(p);
    const char *name = operator_name(p->w, &d);
    if (!d.operand)
        return math_symbol(p->w, name);
    if (!p->bad && workspace_attempt(p->w, STEPS, compute, &d) && d.value)
        return d.value;
    return math_apply(p->w, name, &d.operand, 1);
}
