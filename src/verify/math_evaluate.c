#include "verify/math_evaluate.h"

#include "verify/math_atoms.h"

enum { EXPONENT_MAX = 1 << 30 };

// Ranges of the symbols' values by point: magnitude, and whether the sign is positive, negative or the name's.
static const struct {
    double low, high;
    int sign;
} ranges[EVALUATE_POINTS] = {{0.3, 3, 1}, {0.2, 3, 0}, {0.3, 3, -1}, {0.05, 0.95, 0}, {0.05, 0.9, 0},
                             {10, 40, 0}, {2, 8, 0},   {1, 5, 0},    {110, 900, 1},   {110, 900, -1}};

// A bit for each point where names have signs of their own. Other names have other bits, but for chance, so that no
// product or difference of two symbols has one sign at all points: |x y| is not x y.
static unsigned sign_bits(const char *name)
{
    unsigned bits = 0, odd = 1;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++, odd += 2)
        bits += odd * *c;
    return bits;
}

static double symbol_value(int index, const char *name)
{
    uint64_t h = hash_mix(hash_text(name), 1000 + (uint64_t)index);
    double part = (double)(h >> 44) / (1 << 20); // exact in binary
    double v = ranges[index].low + (ranges[index].high - ranges[index].low) * part;
    int place = 0;
    for (int i = 0; i < index; i++)
        place += ranges[i].sign == 0;
    v = (double)(long)(v * (1 << 20)) / (1 << 20);
    bool negative = ranges[index].sign < 0 || (ranges[index].sign == 0 && (sign_bits(name) >> place & 1));
    return negative ? -v : v;
}

// An unknown function: a polynomial with coefficients by chance, so that f(2 x / 2) = f(x) and nothing else.
static void apply(struct point *p, const struct expr *e, const struct number *args, struct number *out)
{
    struct numeric *c = &p->c;
    struct number t, sum;
    number_init(c, &t);
    number_init(c, &sum);
    uint64_t h = hash_text(e->name);
    for (int i = 0; i < e->count; i++) {
        number_set_long(c, &t, 1);
        for (int degree = 0; degree < 4; degree++) {
            struct number term;
            number_init(c, &term);
            h = hash_mix(h, (uint64_t)(16 * i + degree));
            number_set_double(c, &term, 1 + (double)(h >> 44) / (1 << 18));
            number_multiply(c, &term, &term, &t);
            number_add(c, &sum, &sum, &term);
            number_multiply(c, &t, &t, &args[i]);
        }
    }
    number_set(c, out, &sum);
}

static void gamma_after(struct point *p, const struct number *x, struct number *out) // x!
{
    struct number one;
    number_init(&p->c, &one);
    number_set_long(&p->c, &one, 1);
    number_add(&p->c, &one, x, &one);
    number_gamma(&p->c, out, &one);
}

static void binomial(struct point *p, const struct number *n, const struct number *k, struct number *out)
{
    struct number t, u;
    number_init(&p->c, &t);
    number_init(&p->c, &u);
    gamma_after(p, n, &t);
    gamma_after(p, k, &u);
    number_divide(&p->c, &t, &t, &u);
    number_subtract(&p->c, &u, n, k);
    gamma_after(p, &u, &u);
    number_divide(&p->c, out, &t, &u);
}

static void extreme(struct point *p, int op, const struct number *args, int count, struct number *out)
{
    int best = 0;
    for (int i = 0; i < count; i++) {
        if (!number_is_real(&args[i]))
            number_fail(&p->c, NUMBER_UNKNOWN);
        int order = mpfr_cmp(args[i].re, args[best].re);
        best = (op == EXPR_MAX ? order > 0 : order < 0) ? i : best;
    }
    number_set(&p->c, out, &args[best]);
}

static void trigonometric(struct point *p, int op, const struct number *x, struct number *out)
{
    struct numeric *c = &p->c;
    struct number s, k;
    number_init(c, &s);
    number_init(c, &k);
    number_sin_cos(c, &s, &k, x);
    struct number one;
    number_init(c, &one);
    number_set_long(c, &one, 1);
    if (op == EXPR_SIN || op == EXPR_COS)
        number_set(c, out, op == EXPR_SIN ? &s : &k);
    else if (op == EXPR_TAN)
        number_divide(c, out, &s, &k);
    else if (op == EXPR_COT)
        number_divide(c, out, &k, &s);
    else
        number_divide(c, out, &one, op == EXPR_SEC ? &k : &s);
}

static void inverse(struct point *p, int op, const struct number *x, struct number *out)
{
    struct numeric *c = &p->c;
    struct number t, pi;
    number_init(c, &t);
    number_init(c, &pi);
    number_set_pi(c, &pi);
    number_scale(c, &pi, &pi, 1, 2);
    if (op == EXPR_ACOT && number_is_zero(x)) {
        number_set(c, out, &pi);
        return;
    }
    number_set(c, &t, x);
    if (op == EXPR_ACOT || op == EXPR_ASEC || op == EXPR_ACSC) {
        number_set_long(c, &t, 1);
        number_divide(c, &t, &t, x);
    }
    if (op == EXPR_ATAN || op == EXPR_ACOT)
        number_atan(c, out, &t);
    else
        number_asin(c, out, &t);
    if (op == EXPR_ACOS || op == EXPR_ASEC)
        number_subtract(c, out, &pi, out);
}

static void hyperbolic(struct point *p, int op, const struct number *x, struct number *out)
{
    struct numeric *c = &p->c;
    struct number e, f, one;
    number_init(c, &e);
    number_init(c, &f);
    number_init(c, &one);
    number_set_long(c, &one, 1);
    if (op == EXPR_SINH || op == EXPR_COSH || op == EXPR_TANH) {
        number_exp(c, &e, x);
        number_divide(c, &f, &one, &e);
        number_subtract(c, &one, &e, &f);
        number_add(c, &f, &e, &f);
        if (op == EXPR_TANH)
            number_divide(c, out, &one, &f);
        else
            number_scale(c, out, op == EXPR_SINH ? &one : &f, 1, 2);
    } else if (op == EXPR_ATANH) {
        number_add(c, &e, &one, x);
        number_subtract(c, &f, &one, x);
        number_log(c, &e, &e);
        number_log(c, &f, &f);
        number_subtract(c, &e, &e, &f);
        number_scale(c, out, &e, 1, 2);
    } else { // log(x + sqrt(x^2 + 1)), log(x + sqrt(x - 1) sqrt(x + 1))
        number_add(c, &e, x, &one);
        number_subtract(c, &f, x, &one);
        number_sqrt(c, &e, &e);
        number_sqrt(c, &f, &f);
        number_multiply(c, &e, &e, &f);
        if (op == EXPR_ASINH) {
            number_multiply(c, &e, x, x);
            number_add(c, &e, &e, &one);
            number_sqrt(c, &e, &e);
        }
        number_add(c, &e, &e, x);
        number_log(c, out, &e);
    }
}

static void modulo(struct point *p, const struct number *x, const struct number *m, struct number *out)
{
    struct number t;
    number_init(&p->c, &t);
    number_divide(&p->c, &t, x, m);
    number_floor(&p->c, &t, &t);
    number_multiply(&p->c, &t, &t, m);
    number_subtract(&p->c, out, x, &t);
}

static void round_up(struct point *p, const struct number *x, struct number *out)
{
    struct number t;
    number_init(&p->c, &t);
    number_scale(&p->c, &t, x, -1, 1);
    number_floor(&p->c, &t, &t);
    number_scale(&p->c, out, &t, -1, 1);
}

static void part(struct point *p, int op, const struct number *x, struct number *out)
{
    if (op == EXPR_ARG) {
        number_arg(&p->c, out, x);
        return;
    }
    number_set(&p->c, out, x);
    if (op == EXPR_CONJUGATE) {
        mpfr_neg(out->im, out->im, MPFR_RNDN);
        return;
    }
    if (op == EXPR_IM)
        mpfr_swap(out->re, out->im);
    mpfr_set_zero(out->im, 1);
}

static void function(struct point *p, const struct expr *e, struct number *out)
{
    struct numeric *c = &p->c;
    struct number *args = workspace_array(c->w, struct number, e->count);
    for (int i = 0; i < e->count; i++) {
        number_init(c, &args[i]);
        evaluate_at(p, e->args[i], &args[i]);
    }
    if (c->status != NUMBER_OK)
        return;
    switch (e->op) {
    case EXPR_LOG:
        number_log(c, out, &args[0]);
        if (e->count > 1) {
            number_log(c, &args[1], &args[1]);
            number_divide(c, out, out, &args[1]);
        }
        break;
    case EXPR_SIN:
    case EXPR_COS:
    case EXPR_TAN:
    case EXPR_COT:
    case EXPR_SEC:
    case EXPR_CSC:
        trigonometric(p, e->op, &args[0], out);
        break;
    case EXPR_ASIN:
    case EXPR_ACOS:
    case EXPR_ATAN:
    case EXPR_ACOT:
    case EXPR_ASEC:
    case EXPR_ACSC:
        inverse(p, e->op, &args[0], out);
        break;
    case EXPR_SINH:
    case EXPR_COSH:
    case EXPR_TANH:
    case EXPR_ASINH:
    case EXPR_ACOSH:
    case EXPR_ATANH:
        hyperbolic(p, e->op, &args[0], out);
        break;
    case EXPR_ABS:
        number_abs(c, out, &args[0]);
        break;
    case EXPR_FLOOR:
        number_floor(c, out, &args[0]);
        break;
    case EXPR_CEIL:
        round_up(p, &args[0], out);
        break;
    case EXPR_FACTORIAL:
        gamma_after(p, &args[0], out);
        break;
    case EXPR_BINOMIAL:
        binomial(p, &args[0], &args[1], out);
        break;
    case EXPR_MIN:
    case EXPR_MAX:
        extreme(p, e->op, args, e->count, out);
        break;
    case EXPR_MOD:
        modulo(p, &args[0], &args[1], out);
        break;
    case EXPR_RE:
    case EXPR_IM:
    case EXPR_CONJUGATE:
    case EXPR_ARG:
        part(p, e->op, &args[0], out);
        break;
    case EXPR_APPLY:
        apply(p, e, args, out);
        break;
    default:
        number_fail(c, NUMBER_UNKNOWN); // whole numbers only
    }
}

static void power(struct point *p, const struct expr *e, struct number *out)
{
    struct numeric *c = &p->c;
    const struct expr *base = e->args[0], *exponent = e->args[1];
    struct number x, y;
    number_init(c, &x);
    number_init(c, &y);
    if (base->kind == EXPR_CONSTANT && base->op == EXPR_E) {
        evaluate_at(p, exponent, &y);
        if (c->status == NUMBER_OK)
            number_exp(c, out, &y);
        return;
    }
    evaluate_at(p, base, &x);
    if (c->status != NUMBER_OK)
        return;
    if (exponent->kind != EXPR_NUMBER || mpz_sizeinbase(mpq_numref(exponent->value), 2) > 30) {
        evaluate_at(p, exponent, &y);
        if (c->status != NUMBER_OK)
            return;
        bool whole = y.error <= NUMBER_EXACT && number_is_real(&y) && mpfr_integer_p(y.re) &&
                     mpfr_cmpabs_ui(y.re, EXPONENT_MAX) < 0;
        if (!whole) {
            number_power(c, out, &x, &y);
            return;
        }
    }
    long n = exponent->kind == EXPR_NUMBER && mpz_sizeinbase(mpq_numref(exponent->value), 2) <= 30
                 ? mpz_get_si(mpq_numref(exponent->value))
                 : mpfr_get_si(y.re, MPFR_RNDN);
    if (exponent->kind == EXPR_NUMBER && mpz_cmp_ui(mpq_denref(exponent->value), 1) != 0) {
        if (mpz_cmp_ui(mpq_denref(exponent->value), 2) == 0 && (n == 1 || n == -1)) {
            number_sqrt(c, out, &x);
        } else {
            number_set_rational(c, &y, exponent->value);
            number_power(c, out, &x, &y);
            return;
        }
    } else {
        number_power_integer(c, out, &x, n < 0 ? -(unsigned long)n : (unsigned long)n);
    }
    if (n < 0) {
        number_set_long(c, &y, 1);
        number_divide(c, out, &y, out);
    }
}

static void constant(struct point *p, int op, struct number *out)
{
    switch (op) {
    case EXPR_PI:
        number_set_pi(&p->c, out);
        break;
    case EXPR_E:
        number_set_long(&p->c, out, 1);
        number_exp(&p->c, out, out);
        break;
    case EXPR_I:
        number_set_long(&p->c, out, 1);
        number_turn(&p->c, out, out);
        break;
    default:
        number_fail(&p->c, NUMBER_UNKNOWN);
    }
}

static void fold(struct point *p, const struct expr *e, struct number *out)
{
    struct number t;
    number_init(&p->c, &t);
    number_set_long(&p->c, out, e->kind == EXPR_PRODUCT);
    for (int i = 0; i < e->count && p->c.status == NUMBER_OK; i++) {
        evaluate_at(p, e->args[i], &t);
        if (e->kind == EXPR_PRODUCT)
            number_multiply(&p->c, out, out, &t);
        else
            number_add(&p->c, out, out, &t);
    }
}

void evaluate_at(struct point *p, const struct expr *e, struct number *out)
{
    struct workspace *w = p->c.w;
    struct workspace_mark mark;
    workspace_step(w, 10);
    if (p->c.status != NUMBER_OK)
        return;
    if (e->kind == EXPR_NUMBER) {
        number_set_rational(&p->c, out, e->value);
        return;
    }
    if (e->kind == EXPR_SYMBOL) {
        number_set_double(&p->c, out, symbol_value(p->index, e->name));
        return;
    }
    workspace_enter(w);
    workspace_mark(w, &mark);
    struct number value;
    number_init(&p->c, &value);
    if (e->kind == EXPR_SUM || e->kind == EXPR_PRODUCT)
        fold(p, e, &value);
    else if (e->kind == EXPR_POWER)
        power(p, e, &value);
    else if (e->kind == EXPR_FUNCTION)
        function(p, e, &value);
    else if (e->kind == EXPR_CONSTANT)
        constant(p, e->op, &value);
    else
        number_fail(&p->c, NUMBER_UNKNOWN);
    number_set(&p->c, out, &value);
    workspace_release(w, &mark);
    workspace_leave(w);
}
