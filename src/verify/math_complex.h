// Complex numbers in floating point of fixed precision with a bound of their error: what expressions are compared with
// where no normal form decides. Real numbers have an imaginary part of exactly 0, which tells the two sides of a branch
// cut.
#pragma once
#include <mpfr.h>
#include <stdbool.h>

#include "verify/workspace.h"

struct number {
    mpfr_t re, im;
    long error; // |error| of both parts <= 2^error; NUMBER_EXACT: none
};

#define NUMBER_EXACT (-(1l << 40))

enum number_status {
    NUMBER_OK,
    NUMBER_UNDEFINED, // a division by 0, the logarithm of 0
    NUMBER_UNKNOWN,   // too large, too close to a jump, or a function without values
};

struct numeric {
    struct workspace *w;
    mpfr_prec_t precision;
    enum number_status status; // the first failure stays; values are meaningless then
};

void number_init(struct numeric *c, struct number *z);
void number_fail(struct numeric *c, enum number_status status);
long number_exponent(const struct number *z); // |z| < 2^(it + 1); very negative for 0
bool number_is_zero(const struct number *z);  // within its error
bool number_is_real(const struct number *z);  // exactly

void number_set(struct numeric *c, struct number *out, const struct number *z);
void number_set_long(struct numeric *c, struct number *out, long v);
void number_set_rational(struct numeric *c, struct number *out, mpq_srcptr v);
void number_set_double(struct numeric *c, struct number *out, double v); // exact
void number_set_pi(struct numeric *c, struct number *out);

// out may be an operand. What they take and give is as in the theory of complex functions, principal values.
void number_add(struct numeric *c, struct number *out, const struct number *x, const struct number *y);
void number_subtract(struct numeric *c, struct number *out, const struct number *x, const struct number *y);
void number_multiply(struct numeric *c, struct number *out, const struct number *x, const struct number *y);
void number_divide(struct numeric *c, struct number *out, const struct number *x, const struct number *y);
void number_scale(struct numeric *c, struct number *out, const struct number *x, long num, long den);
void number_turn(struct numeric *c, struct number *out, const struct number *x); // i x
void number_sqrt(struct numeric *c, struct number *out, const struct number *x);
void number_exp(struct numeric *c, struct number *out, const struct number *x);
void number_log(struct numeric *c, struct number *out, const struct number *x);
void number_sin_cos(struct numeric *c, struct number *sine, struct number *cosine, const struct number *x);
void number_power(struct numeric *c, struct number *out, const struct number *x, const struct number *y);
void number_power_integer(struct numeric *c, struct number *out, const struct number *x, unsigned long n);
void number_asin(struct numeric *c, struct number *out, const struct number *x);
void number_atan(struct numeric *c, struct number *out, const struct number *x);
void number_abs(struct numeric *c, struct number *out, const struct number *x);
void number_arg(struct numeric *c, struct number *out, const struct number *x);
void number_floor(struct numeric *c, struct number *out, const struct number *x); // of real numbers
void number_gamma(struct numeric *c, struct number *out, const struct number *x); // of real numbers
