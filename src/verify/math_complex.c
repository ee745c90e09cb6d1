#include "verify/math_complex.h"

#include <stdlib.h>

// Steps of the functions of MPFR 4.2 at 256 bits on a core of 2.5 GHz, in units of 5 ns; they grow with precision^1.3.
enum {
    COST_MULTIPLY = 10,
    COST_DIVIDE = 25,
    COST_SQRT = 50,
    COST_EXP = 600,
    COST_LOG = 1100,
    COST_SINE = 1000,
    COST_ATAN = 3500,
    COST_GAMMA = 8000
};
enum { HUGE_EXPONENT = 200, GAMMA_MAX = 200 };
static const long EXPONENT_MAX = 1l << 38; // less than that of NUMBER_EXACT

static void pay(struct numeric *c, long steps)
{
    workspace_step(c->w, steps * (c->precision / 256) * (c->precision > 512 ? 2 : 1));
}

// MPFR's own temporaries come from malloc: no jump may leave them, so steps are paid before.
static void begin(struct numeric *c, long steps)
{
    pay(c, steps);
    workspace_outside(c->w, true);
}

static void end(struct numeric *c)
{
    workspace_outside(c->w, false);
}

static void init(struct numeric *c, mpfr_ptr x)
{
    void *limbs = workspace_alloc(c->w, mpfr_custom_get_size(c->precision));
    mpfr_custom_init(limbs, c->precision);
    mpfr_custom_init_set(x, MPFR_ZERO_KIND, 0, c->precision, limbs);
}

void number_init(struct numeric *c, struct number *z)
{
    init(c, z->re);
    init(c, z->im);
    z->error = NUMBER_EXACT;
}

void number_fail(struct numeric *c, enum number_status status)
{
    if (c->status == NUMBER_OK)
        c->status = status;
}

static long exponent(mpfr_srcptr x)
{
    return mpfr_regular_p(x) ? (long)mpfr_get_exp(x) : NUMBER_EXACT;
}

static long larger(long x, long y)
{
    return x > y ? x : y;
}

long number_exponent(const struct number *z)
{
    return larger(exponent(z->re), exponent(z->im));
}

bool number_is_zero(const struct number *z)
{
    return number_exponent(z) <= z->error || (mpfr_zero_p(z->re) && mpfr_zero_p(z->im));
}

bool number_is_real(const struct number *z)
{
    return mpfr_zero_p(z->im);
}

// The error of a value is that of its operands and of one rounding.
// Not a number, infinite, or with an exponent that a further operation may not have. (Products that are beyond MPFR's
// exponents make mpfr_fmma of MPFR 4.2.0 return numbers that it cannot read itself.)
static bool is_beyond(mpfr_srcptr x)
{
    return !mpfr_number_p(x) || (mpfr_regular_p(x) && labs((long)mpfr_get_exp(x)) > EXPONENT_MAX);
}

static void settle(struct numeric *c, struct number *z, long error)
{
    if (is_beyond(z->re) || is_beyond(z->im)) {
        number_fail(c, NUMBER_UNKNOWN);
        mpfr_set_zero(z->re, 1);
        mpfr_set_zero(z->im, 1);
    }
    z->error = larger(error, number_exponent(z) - (long)c->precision + 2);
    if (z->error < NUMBER_EXACT)
        z->error = NUMBER_EXACT;
}

void number_set(struct numeric *c, struct number *out, const struct number *z)
{
    (void)c;
    mpfr_set(out->re, z->re, MPFR_RNDN);
    mpfr_set(out->im, z->im, MPFR_RNDN);
    out->error = z->error;
}

void number_set_long(struct numeric *c, struct number *out, long v)
{
    (void)c;
    mpfr_set_si(out->re, v, MPFR_RNDN);
    mpfr_set_zero(out->im, 1);
    out->error = NUMBER_EXACT;
}

void number_set_double(struct numeric *c, struct number *out, double v)
{
    (void)c;
    mpfr_set_d(out->re, v, MPFR_RNDN);
    mpfr_set_zero(out->im, 1);
    out->error = NUMBER_EXACT;
}

void number_set_rational(struct numeric *c, struct number *out, mpq_srcptr v)
{
    workspace_step_divide(c->w, mpz_size(mpq_numref(v)) / 8 + 4, mpz_size(mpq_denref(v)) / 8 + 4);
    begin(c, COST_DIVIDE);
    int inexact = mpfr_set_q(out->re, v, MPFR_RNDN);
    end(c);
    mpfr_set_zero(out->im, 1);
    settle(c, out, NUMBER_EXACT);
    out->error = inexact ? out->error : NUMBER_EXACT;
}

void number_set_pi(struct numeric *c, struct number *out)
{
    begin(c, COST_EXP);
    mpfr_const_pi(out->re, MPFR_RNDN);
    end(c);
    mpfr_set_zero(out->im, 1);
    settle(c, out, NUMBER_EXACT);
}

static void add(struct numeric *c, struct number *out, const struct number *x, const struct number *y, bool minus)
{
    int (*operation)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t) = minus ? mpfr_sub : mpfr_add;
    begin(c, COST_MULTIPLY);
    int inexact = operation(out->re, x->re, y->re, MPFR_RNDN);
    inexact |= operation(out->im, x->im, y->im, MPFR_RNDN);
    end(c);
    long error = larger(x->error, y->error) + 1;
    settle(c, out, error);
    if (!inexact)
        out->error = error > NUMBER_EXACT + 1 ? error : NUMBER_EXACT;
}

void number_add(struct numeric *c, struct number *out, const struct number *x, const struct number *y)
{
    add(c, out, x, y, false);
}

void number_subtract(struct numeric *c, struct number *out, const struct number *x, const struct number *y)
{
    add(c, out, x, y, true);
}

static long product_error(const struct number *x, const struct number *y)
{
    if (x->error <= NUMBER_EXACT && y->error <= NUMBER_EXACT)
        return NUMBER_EXACT;
    long error = larger(number_exponent(x) + y->error, number_exponent(y) + x->error);
    return larger(error, x->error + y->error) + 3;
}

void number_multiply(struct numeric *c, struct number *out, const struct number *x, const struct number *y)
{
    long error = product_error(x, y);
    if (number_is_real(x) && number_is_real(y)) {
        begin(c, COST_MULTIPLY);
        int inexact = mpfr_mul(out->re, x->re, y->re, MPFR_RNDN);
        end(c);
        mpfr_set_zero(out->im, 1);
        settle(c, out, error);
        out->error = inexact || error > NUMBER_EXACT ? out->error : NUMBER_EXACT;
        return;
    }
    mpfr_t re, im;
    init(c, re);
    init(c, im);
    begin(c, 6 * COST_MULTIPLY);
    mpfr_fmms(re, x->re, y->re, x->im, y->im, MPFR_RNDN);
    mpfr_fmma(im, x->re, y->im, x->im, y->re, MPFR_RNDN);
    mpfr_set(out->re, re, MPFR_RNDN);
    mpfr_set(out->im, im, MPFR_RNDN);
    end(c);
    settle(c, out, error);
}

void number_divide(struct numeric *c, struct number *out, const struct number *x, const struct number *y)
{
    if (number_is_zero(y)) {
        number_fail(c, NUMBER_UNDEFINED);
        return;
    }
    long ey = number_exponent(y), quotient = number_exponent(x) - ey;
    long error = larger(x->error - ey, y->error > NUMBER_EXACT ? quotient + y->error - ey : NUMBER_EXACT) + 4;
    if (number_is_real(x) && number_is_real(y)) {
        begin(c, COST_DIVIDE);
        mpfr_div(out->re, x->re, y->re, MPFR_RNDN);
        end(c);
        mpfr_set_zero(out->im, 1);
        settle(c, out, error);
        return;
    }
    mpfr_t size, re, im;
    init(c, size);
    init(c, re);
    init(c, im);
    begin(c, 8 * COST_MULTIPLY + 2 * COST_DIVIDE);
    mpfr_fmma(size, y->re, y->re, y->im, y->im, MPFR_RNDN);
    mpfr_fmma(re, x->re, y->re, x->im, y->im, MPFR_RNDN);
    mpfr_fmms(im, x->im, y->re, x->re, y->im, MPFR_RNDN);
    mpfr_div(out->re, re, size, MPFR_RNDN);
    mpfr_div(out->im, im, size, MPFR_RNDN);
    end(c);
    settle(c, out, larger(error, quotient - (long)c->precision + 4));
}

void number_scale(struct numeric *c, struct number *out, const struct number *x, long num, long den)
{
    begin(c, 2 * COST_DIVIDE);
    mpfr_mul_si(out->re, x->re, num, MPFR_RNDN);
    mpfr_mul_si(out->im, x->im, num, MPFR_RNDN);
    mpfr_div_si(out->re, out->re, den, MPFR_RNDN);
    mpfr_div_si(out->im, out->im, den, MPFR_RNDN);
    end(c);
    long e = 0;
    while ((num < 0 ? -num : num) >> e)
        e++;
    settle(c, out, x->error > NUMBER_EXACT ? x->error + e : NUMBER_EXACT);
}

void number_turn(struct numeric *c, struct number *out, const struct number *x)
{
    (void)c;
    long error = x->error;
    if (out != x)
        number_set(c, out, x);
    mpfr_swap(out->re, out->im); // limbs of the workspace change owners
    mpfr_neg(out->re, out->re, MPFR_RNDN);
    out->error = error;
}

// An imaginary part that is 0 within the error of a negative number is 0: else the side of the cut would be chance.
static void onto_cut(const struct number *x, mpfr_ptr im)
{
    if (mpfr_sgn(x->re) < 0 && exponent(x->im) <= x->error)
        mpfr_set_zero(im, 1);
}

void number_sqrt(struct numeric *c, struct number *out, const struct number *x)
{
    long e = number_exponent(x), error = NUMBER_EXACT;
    if (number_is_zero(x))
        error = x->error / 2 + 1;
    else if (x->error > NUMBER_EXACT)
        error = x->error - e / 2 + 1;
    mpfr_t size, im;
    init(c, size);
    init(c, im);
    begin(c, number_is_real(x) ? COST_SQRT : 4 * COST_SQRT);
    mpfr_set(im, x->im, MPFR_RNDN);
    onto_cut(x, im);
    if (mpfr_zero_p(im)) {
        bool negative = mpfr_sgn(x->re) < 0;
        mpfr_abs(size, x->re, MPFR_RNDN);
        mpfr_sqrt(negative ? out->im : out->re, size, MPFR_RNDN);
        mpfr_set_zero(negative ? out->re : out->im, 1);
    } else { // sqrt((|x| + |re|) / 2) and im over twice that
        bool negative = mpfr_sgn(x->re) < 0, below = mpfr_sgn(im) < 0;
        mpfr_hypot(size, x->re, im, MPFR_RNDN);
        if (negative)
            mpfr_sub(size, size, x->re, MPFR_RNDN);
        else
            mpfr_add(size, size, x->re, MPFR_RNDN);
        mpfr_div_2ui(size, size, 1, MPFR_RNDN);
        mpfr_sqrt(size, size, MPFR_RNDN);
        mpfr_div(im, im, size, MPFR_RNDN);
        mpfr_div_2ui(im, im, 1, MPFR_RNDN);
        if (negative) {
            mpfr_abs(out->re, im, MPFR_RNDN);
            mpfr_setsign(out->im, size, below, MPFR_RNDN);
        } else {
            mpfr_set(out->re, size, MPFR_RNDN);
            mpfr_set(out->im, im, MPFR_RNDN);
        }
    }
    end(c);
    settle(c, out, larger(error, e / 2 - (long)c->precision + 4));
}

void number_exp(struct numeric *c, struct number *out, const struct number *x)
{
    if (exponent(x->re) > 40 || exponent(x->im) > HUGE_EXPONENT || x->error > 0) {
        number_fail(c, NUMBER_UNKNOWN);
        return;
    }
    long error = x->error;
    mpfr_t size, s, k;
    init(c, size);
    init(c, s);
    init(c, k);
    begin(c, number_is_real(x) ? COST_EXP : COST_EXP + COST_SINE);
    mpfr_exp(size, x->re, MPFR_RNDN);
    if (mpfr_zero_p(x->im)) {
        mpfr_set(out->re, size, MPFR_RNDN);
        mpfr_set_zero(out->im, 1);
    } else {
        mpfr_sin_cos(s, k, x->im, MPFR_RNDN);
        mpfr_mul(out->re, size, k, MPFR_RNDN);
        mpfr_mul(out->im, size, s, MPFR_RNDN);
    }
    end(c);
    long e = exponent(size);
    settle(c, out, larger(error > NUMBER_EXACT ? e + error + 2 : NUMBER_EXACT, e - (long)c->precision + 3));
}

void number_log(struct numeric *c, struct number *out, const struct number *x)
{
    if (number_is_zero(x)) {
        number_fail(c, NUMBER_UNDEFINED);
        return;
    }
    long error = x->error > NUMBER_EXACT ? x->error - number_exponent(x) + 2 : NUMBER_EXACT;
    mpfr_t size, im;
    init(c, size);
    init(c, im);
    begin(c, number_is_real(x) ? COST_LOG : COST_LOG + COST_ATAN + 2 * COST_SQRT);
    mpfr_set(im, x->im, MPFR_RNDN);
    onto_cut(x, im);
    if (mpfr_zero_p(im)) {
        bool negative = mpfr_sgn(x->re) < 0;
        mpfr_abs(size, x->re, MPFR_RNDN);
        if (negative)
            mpfr_const_pi(out->im, MPFR_RNDN);
        else
            mpfr_set_zero(out->im, 1);
    } else {
        mpfr_hypot(size, x->re, im, MPFR_RNDN);
        mpfr_atan2(out->im, im, x->re, MPFR_RNDN);
    }
    mpfr_log(out->re, size, MPFR_RNDN);
    end(c);
    settle(c, out, larger(error, 3 - (long)c->precision));
}

// mpfr_sinh_cosh computes with as many bits as x has zeros after the point; sinh x = x + x^3/6, cosh x = 1 + x^2/2 do
// not.
static void sinh_cosh(const struct numeric *c, mpfr_ptr sh, mpfr_ptr ch, mpfr_srcptr x)
{
    if (exponent(x) >= -(long)c->precision / 2) {
        mpfr_sinh_cosh(sh, ch, x, MPFR_RNDN);
        return;
    }
    mpfr_set(sh, x, MPFR_RNDN);
    mpfr_set_ui(ch, 1, MPFR_RNDN);
}

void number_sin_cos(struct numeric *c, struct number *sine, struct number *cosine, const struct number *x)
{
    if (exponent(x->re) > HUGE_EXPONENT || exponent(x->im) > 20 || x->error > 0) {
        number_fail(c, NUMBER_UNKNOWN);
        return;
    }
    mpfr_t s, k, sh, ch;
    init(c, s);
    init(c, k);
    init(c, sh);
    init(c, ch);
    long error = x->error > NUMBER_EXACT ? x->error + 1 : NUMBER_EXACT;
    bool real = number_is_real(x);
    begin(c, real ? COST_SINE : COST_SINE + 2 * COST_EXP);
    mpfr_sin_cos(s, k, x->re, MPFR_RNDN);
    if (real) {
        mpfr_set(sine->re, s, MPFR_RNDN);
        mpfr_set(cosine->re, k, MPFR_RNDN);
        mpfr_set_zero(sine->im, 1);
        mpfr_set_zero(cosine->im, 1);
    } else {
        sinh_cosh(c, sh, ch, x->im);
        mpfr_mul(sine->re, s, ch, MPFR_RNDN);
        mpfr_mul(sine->im, k, sh, MPFR_RNDN);
        mpfr_mul(cosine->re, k, ch, MPFR_RNDN);
        mpfr_mul(cosine->im, s, sh, MPFR_RNDN);
        mpfr_neg(cosine->im, cosine->im, MPFR_RNDN);
    }
    end(c);
    long growth = real ? 0 : larger(exponent(ch), 0);
    settle(c, sine, larger(error + growth, growth - (long)c->precision + 4));
    settle(c, cosine, larger(error + growth, growth - (long)c->precision + 4));
}

void number_power_integer(struct numeric *c, struct number *out, const struct number *x, unsigned long n)
{
    struct number base, result;
    number_init(c, &base);
    number_init(c, &result);
    number_set(c, &base, x);
    number_set_long(c, &result, 1);
    for (; n && c->status == NUMBER_OK; n >>= 1) {
        if (n & 1)
            number_multiply(c, &result, &result, &base);
        if (n > 1)
            number_multiply(c, &base, &base, &base);
    }
    number_set(c, out, &result);
}

void number_power(struct numeric *c, struct number *out, const struct number *x, const struct number *y)
{
    if (number_is_zero(x)) {
        if (number_is_zero(y))
            number_set_long(c, out, 1);
        else if (mpfr_sgn(y->re) > 0 && number_exponent(x) <= NUMBER_EXACT)
            number_set_long(c, out, 0);
        else
            number_fail(c, mpfr_sgn(y->re) > 0 ? NUMBER_UNKNOWN : NUMBER_UNDEFINED);
        return;
    }
    struct number t;
    number_init(c, &t);
    number_log(c, &t, x);
    number_multiply(c, &t, &t, y);
    number_exp(c, out, &t);
}

// asin(x) = -i log(i x + sqrt(1 - x^2)) where x is no real number in [-1, 1]
void number_asin(struct numeric *c, struct number *out, const struct number *x)
{
    if (number_is_real(x) && mpfr_cmpabs_ui(x->re, 1) <= 0) {
        // near +-1 the error grows to its root
        long error = x->error > NUMBER_EXACT ? x->error / 2 + 2 : NUMBER_EXACT;
        begin(c, COST_ATAN);
        if (exponent(x->re) < 0 && x->error > NUMBER_EXACT)
            error = x->error + 1;
        mpfr_asin(out->re, x->re, MPFR_RNDN);
        mpfr_set_zero(out->im, 1);
        end(c);
        settle(c, out, error);
        return;
    }
    struct number t, one;
    number_init(c, &t);
    number_init(c, &one);
    number_set_long(c, &one, 1);
    number_multiply(c, &t, x, x);
    number_subtract(c, &t, &one, &t);
    number_sqrt(c, &t, &t);
    number_turn(c, &one, x);
    number_add(c, &t, &t, &one);
    number_log(c, &t, &t);
    number_turn(c, &t, &t);
    number_scale(c, out, &t, -1, 1);
}

// atan(x) = i/2 (log(1 - i x) - log(1 + i x)) for numbers that are not real
void number_atan(struct numeric *c, struct number *out, const struct number *x)
{
    if (number_is_real(x)) {
        long error = x->error;
        begin(c, COST_ATAN);
        mpfr_atan(out->re, x->re, MPFR_RNDN);
        mpfr_set_zero(out->im, 1);
        end(c);
        settle(c, out, error);
        return;
    }
    struct number t, one, s;
    number_init(c, &t);
    number_init(c, &one);
    number_init(c, &s);
    number_set_long(c, &one, 1);
    number_turn(c, &t, x);
    number_subtract(c, &s, &one, &t);
    number_add(c, &t, &one, &t);
    number_log(c, &s, &s);
    number_log(c, &t, &t);
    number_subtract(c, &s, &s, &t);
    number_turn(c, &s, &s);
    number_scale(c, out, &s, 1, 2);
}

void number_abs(struct numeric *c, struct number *out, const struct number *x)
{
    long error = x->error > NUMBER_EXACT ? x->error + 1 : NUMBER_EXACT;
    bool real = number_is_real(x);
    begin(c, real ? COST_MULTIPLY : 2 * COST_SQRT);
    if (real)
        mpfr_abs(out->re, x->re, MPFR_RNDN);
    else
        mpfr_hypot(out->re, x->re, x->im, MPFR_RNDN);
    end(c);
    mpfr_set_zero(out->im, 1);
    settle(c, out, error);
    out->error = real ? error : out->error;
}

void number_arg(struct numeric *c, struct number *out, const struct number *x)
{
    number_log(c, out, x);
    mpfr_set(out->re, out->im, MPFR_RNDN);
    mpfr_set_zero(out->im, 1);
}

void number_floor(struct numeric *c, struct number *out, const struct number *x)
{
    if (!number_is_real(x) || exponent(x->re) > (long)c->precision - 8 || x->error > -8) {
        number_fail(c, NUMBER_UNKNOWN);
        return;
    }
    mpfr_t near;
    init(c, near);
    begin(c, 4 * COST_MULTIPLY);
    mpfr_rint(near, x->re, MPFR_RNDN);
    mpfr_sub(out->re, x->re, near, MPFR_RNDN);
    bool whole = mpfr_zero_p(out->re) || exponent(out->re) <= x->error + 2; // a whole number within the error
    if (!whole && mpfr_sgn(out->re) < 0)
        mpfr_sub_ui(near, near, 1, MPFR_RNDN);
    mpfr_set(out->re, near, MPFR_RNDN);
    mpfr_set_zero(out->im, 1);
    end(c);
    out->error = NUMBER_EXACT;
}

void number_gamma(struct numeric *c, struct number *out, const struct number *x)
{
    if (!number_is_real(x) || mpfr_cmpabs_ui(x->re, GAMMA_MAX) > 0 || x->error > -20) {
        number_fail(c, NUMBER_UNKNOWN);
        return;
    }
    if (mpfr_integer_p(x->re) && mpfr_sgn(x->re) <= 0) {
        number_fail(c, NUMBER_UNDEFINED);
        return;
    }
    long error = x->error;
    begin(c, COST_GAMMA);
    mpfr_gamma(out->re, x->re, MPFR_RNDN);
    end(c);
    mpfr_set_zero(out->im, 1);
    // |digamma| <= 8 for arguments of this size that keep away from the poles
    settle(c, out, error > NUMBER_EXACT ? error + number_exponent(out) + 6 : NUMBER_EXACT);
}
