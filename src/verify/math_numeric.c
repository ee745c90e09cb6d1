#include "verify/math_numeric.h"

#include <string.h>

#include "verify/math_evaluate.h"

enum { POINTS_NEEDED = 3 };

// Values agree when they do to AGREEMENT bits. Where errors leave fewer, precision is doubled, up to PRECISION_MAX.
// SLACK bits of an error bound are not trusted to tell values apart.
enum { AGREEMENT = 80, PRECISION = 256, PRECISION_MAX = 2048, SLACK = 8 };

bool expr_has_symbols(struct workspace *w, const struct expr *e)
{
    bool found = e->kind == EXPR_SYMBOL;
    workspace_enter(w);
    workspace_step(w, 2);
    for (int i = 0; i < e->count && !found; i++)
        found = expr_has_symbols(w, e->args[i]);
    workspace_leave(w);
    return found;
}

static long larger(long x, long y)
{
    return x > y ? x : y;
}

static void value_at(struct workspace *w, const struct expr *e, int index, long precision, struct number *out,
                     enum number_status *status)
{
    struct point p = {.c = {.w = w, .precision = precision}, .index = index};
    number_init(&p.c, out);
    evaluate_at(&p, e, out);
    *status = p.c.status;
}

// How two values compare: EQUAL and UNEQUAL, or UNKNOWN where more precision is needed.
static enum numeric_verdict values_compare(struct numeric *c, const struct number *x, const struct number *y)
{
    struct number d;
    number_init(c, &d);
    number_subtract(c, &d, x, y);
    long error = larger(x->error, y->error), size = larger(number_exponent(x), number_exponent(y));
    if (error <= NUMBER_EXACT)
        return number_is_zero(&d) ? NUMERIC_EQUAL : NUMERIC_UNEQUAL;
    if (number_exponent(&d) > error + SLACK)
        return NUMERIC_UNEQUAL;
    bool precise = error <= size - AGREEMENT || (error <= -2 * AGREEMENT && size <= error + SLACK);
    return precise ? NUMERIC_EQUAL : NUMERIC_UNKNOWN;
}

static enum numeric_verdict compare_at(struct workspace *w, const struct expr *a, const struct expr *b, int index)
{
    for (long precision = PRECISION; precision <= PRECISION_MAX; precision *= 2) {
        struct workspace_mark mark;
        struct number x, y;
        enum number_status sx, sy;
        struct numeric c = {.w = w, .precision = precision};
        workspace_mark(w, &mark);
        value_at(w, a, index, precision, &x, &sx);
        value_at(w, b, index, precision, &y, &sy);
        enum numeric_verdict v = NUMERIC_UNKNOWN;
        bool decided = true;
        if (sx == NUMBER_OK && sy == NUMBER_OK) {
            v = values_compare(&c, &x, &y);
            decided = v != NUMERIC_UNKNOWN;
        } else if (sx != NUMBER_UNKNOWN && sy != NUMBER_UNKNOWN && sx != sy) {
            v = NUMERIC_UNEQUAL;
        }
        workspace_release(w, &mark);
        if (decided)
            return v;
    }
    return NUMERIC_UNKNOWN;
}

enum numeric_verdict numeric_compare(struct workspace *w, const struct expr *a, const struct expr *b)
{
    if (!expr_has_symbols(w, a) && !expr_has_symbols(w, b))
        return compare_at(w, a, b, 0);
    int equal = 0;
    for (int index = 0; index < EVALUATE_POINTS; index++) {
        enum numeric_verdict v = compare_at(w, a, b, index);
        if (v == NUMERIC_UNEQUAL)
            return v;
        equal += v == NUMERIC_EQUAL;
    }
    return equal >= POINTS_NEEDED ? NUMERIC_EQUAL : NUMERIC_UNKNOWN;
}

int numeric_ratio(struct workspace *w, const struct expr *a, const struct expr *b)
{
    struct workspace_mark mark;
    struct number first, x, y;
    enum number_status sx, sy;
    struct numeric c = {.w = w, .precision = PRECISION};
    int agreed = 0, sign = 0;
    workspace_mark(w, &mark);
    number_init(&c, &first);
    for (int index = 0; index < EVALUATE_POINTS; index++) {
        value_at(w, a, index, PRECISION, &x, &sx);
        value_at(w, b, index, PRECISION, &y, &sy);
        if (sx != NUMBER_OK || sy != NUMBER_OK) {
            if (sx != sy)
                agreed = -EVALUATE_POINTS;
            continue;
        }
        if (number_is_zero(&x) || number_is_zero(&y)) {
            agreed = -EVALUATE_POINTS;
            break;
        }
        number_divide(&c, &x, &x, &y);
        if (!sign) {
            number_set(&c, &first, &x);
            sign = mpfr_sgn(x.re);
        } else if (values_compare(&c, &first, &x) != NUMERIC_EQUAL) {
            agreed = -EVALUATE_POINTS;
            break;
        }
        agreed++;
    }
    bool real =
        number_exponent(&first) > first.error && (number_is_real(&first) || mpfr_get_exp(first.im) <= first.error);
    workspace_release(w, &mark);
    return agreed >= POINTS_NEEDED && real ? sign : 0;
}

static bool real_value(struct workspace *w, const struct expr *e, struct number *x)
{
    enum number_status status;
    value_at(w, e, 0, PRECISION, x, &status);
    return status == NUMBER_OK && (number_is_real(x) || mpfr_get_exp(x->im) <= x->error + SLACK);
}

bool numeric_value(struct workspace *w, const struct expr *e, double *value)
{
    struct workspace_mark mark;
    struct number x;
    if (expr_has_symbols(w, e))
        return false;
    workspace_mark(w, &mark);
    bool known = real_value(w, e, &x);
    *value = known ? mpfr_get_d(x.re, MPFR_RNDN) : 0;
    workspace_release(w, &mark);
    return known;
}

static void round_to(struct numeric *c, struct number *x, long scale)
{
    struct number half;
    number_init(c, &half);
    number_set_double(c, &half, 0.5);
    number_scale(c, x, x, scale, 1);
    number_add(c, x, x, &half);
    number_floor(c, x, x);
}

bool numeric_rounds_alike(struct workspace *w, const struct expr *a, const struct expr *b, long scale)
{
    struct workspace_mark mark;
    struct number x, y;
    struct numeric c = {.w = w, .precision = PRECISION};
    if (expr_has_symbols(w, a) || expr_has_symbols(w, b))
        return false;
    workspace_mark(w, &mark);
    bool alike = real_value(w, a, &x) && real_value(w, b, &y);
    if (alike) {
        mpfr_set_zero(x.im, 1);
        mpfr_set_zero(y.im, 1);
        round_to(&c, &x, scale);
        round_to(&c, &y, scale);
        alike = c.status == NUMBER_OK && mpfr_equal_p(x.re, y.re) && !mpfr_zero_p(x.re);
    }
    workspace_release(w, &mark);
    return alike;
}

int numeric_infinite(const struct expr *e)
{
    if (e->kind == EXPR_CONSTANT && e->op == EXPR_INFINITY)
        return 1;
    if (e->kind != EXPR_PRODUCT || e->count != 2)
        return 0;
    const struct expr *n = e->args[0]->kind == EXPR_NUMBER ? e->args[0] : e->args[1];
    const struct expr *other = n == e->args[0] ? e->args[1] : e->args[0];
    return n->kind == EXPR_NUMBER && other->kind == EXPR_CONSTANT && other->op == EXPR_INFINITY ? mpq_sgn(n->value) : 0;
}

bool numeric_order(struct workspace *w, const struct expr *a, const struct expr *b, int *order)
{
    struct workspace_mark mark;
    struct number x, y;
    if (numeric_infinite(a) || numeric_infinite(b)) {
        int p = numeric_infinite(a), q = numeric_infinite(b);
        *order = (p > q) - (p < q);
        return (p || !expr_has_symbols(w, a)) && (q || !expr_has_symbols(w, b));
    }
    if (a->kind == EXPR_NUMBER && b->kind == EXPR_NUMBER) {
        int c = mpq_cmp(a->value, b->value);
        *order = (c > 0) - (c < 0);
        return true;
    }
    if (expr_has_symbols(w, a) || expr_has_symbols(w, b))
        return false;
    workspace_mark(w, &mark);
    bool known = real_value(w, a, &x) && real_value(w, b, &y);
    struct numeric c = {.w = w, .precision = PRECISION};
    if (known) {
        mpfr_set_zero(x.im, 1);
        mpfr_set_zero(y.im, 1);
        enum numeric_verdict v = values_compare(&c, &x, &y);
        known = v != NUMERIC_UNKNOWN;
        *order = v == NUMERIC_EQUAL ? 0 : mpfr_cmp(x.re, y.re) < 0 ? -1 : 1;
    }
    workspace_release(w, &mark);
    return known;
}

static void print_part(struct workspace *w, mpfr_srcptr x, int digits, struct str *out)
{
    char *text = workspace_alloc(w, (size_t)digits + 8);
    mpfr_exp_t exponent;
    workspace_step(w, 4000);
    workspace_outside(w, true);
    mpfr_get_str(text, &exponent, 10, (size_t)digits, x, MPFR_RNDN);
    workspace_outside(w, false);
    bool minus = *text == '-';
    text += minus;
    size_t n = strlen(text);
    while (n > 1 && text[n - 1] == '0')
        text[--n] = 0;
    str_printf(out, "%s%c.%se%ld", minus ? "-" : "", *text, text[1] ? text + 1 : "0", (long)exponent - 1);
}

bool numeric_print(struct workspace *w, const struct expr *e, int digits, struct str *out)
{
    struct number x;
    enum number_status status;
    if (expr_has_symbols(w, e))
        return false;
    value_at(w, e, 0, PRECISION, &x, &status);
    if (status != NUMBER_OK || (x.error > number_exponent(&x) - AGREEMENT - 4l * digits && x.error > -PRECISION / 2))
        return false;
    bool real = number_is_real(&x) || mpfr_get_exp(x.im) <= x.error + SLACK;
    bool zero = mpfr_zero_p(x.re) || mpfr_get_exp(x.re) <= x.error + SLACK;
    if (!zero)
        print_part(w, x.re, digits, out);
    if (!real) {
        str_puts(out, zero ? "" : "+");
        print_part(w, x.im, digits, out);
        str_puts(out, "i");
    }
    if (zero && real)
        str_puts(out, "0");
    return true;
}
