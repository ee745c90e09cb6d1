// The normal form of an expression: a quotient of polynomials in atoms. What has none (sets, infinity, divisions by 0,
// what would grow too large) gives up: call it within workspace_attempt.
#pragma once
#include "verify/math_atoms.h"

struct fraction normal_form(struct atoms *a, const struct expr *e);

struct fraction normal_power(struct atoms *a, struct fraction base, struct fraction exponent);
struct fraction normal_root(struct atoms *a, struct fraction base, long p, long q); // base^(p/q), principal value
struct fraction normal_atom_power(struct atoms *a, int atom, long num, long den);
struct fraction normal_function(struct atoms *a, int op, const char *name, const struct fraction *args, int count);
struct fraction normal_sine(struct atoms *a, struct fraction x, bool cosine);
struct fraction normal_inverse(struct atoms *a, int op, struct fraction x); // inverse trigonometric functions
struct fraction normal_abs(struct atoms *a, struct fraction x);
struct fraction normal_log(struct atoms *a, struct fraction x);

// p = real + imaginary * i with real parts. False when an atom may have values that are not real.
bool normal_split(struct atoms *a, struct poly p, struct poly *real, struct poly *imaginary);
// The sign of a constant, told by its value in double precision: 0 when that is too close to 0 or p is no constant.
int normal_sign(const struct atoms *a, struct poly p);
double normal_value(const struct atoms *a, struct poly p); // NaN when unknown

// A positive rational as a product of primes (and of large numbers whose factors are unknown).
enum { PRIMES_MAX = 340 }; // those below 1000, and one larger, of numerator and denominator
struct primes {
    int atom[PRIMES_MAX];
    long times[PRIMES_MAX];
    int count;
};
struct primes *normal_primes(struct atoms *a, mpq_srcptr value);

// numerator/denominator times the square root of n
struct fraction normal_surd(struct atoms *a, long numerator, long denominator, long n);
bool fraction_is_plain(struct fraction f); // den is 1
// Whether nothing is unknown about how the atoms of f depend on each other: then its normal form is the only one.
bool exact_is_decisive(const struct atoms *a, struct fraction f);
// f is the rational number p/q with p, q of at most 24 bits
bool fraction_is_small(struct fraction f, long *p, long *q);
