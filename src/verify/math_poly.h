// Polynomials over the rationals in "atoms" (math_atoms.h), and their quotients: the normal form of what can be
// computed exactly. Exponents are rational numbers: sqrt(x) is x^(1/2), i is (-1)^(1/2), 1/x is x^(-1). Products apply
// what is known of an atom: 2^(1/2) * 2^(1/2) = 2, i^2 = -1, |x|^2 = x^2, sin(x)^2 = 1 - cos(x)^2.
//
// Everything is immutable and lives in the workspace. What grows too large gives up (see workspace_attempt).
#pragma once
#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "verify/workspace.h"

enum { POLY_TERMS = 4096 }; // of one polynomial

struct factor { // atom^(num / den)
    int atom;
    int num, den; // lowest terms, den > 0, num is not 0
};

struct term {
    mpq_t value;                  // not 0
    const struct factor *factors; // by the order of their atoms
    int count;
};

struct poly {
    const struct term *terms; // different monomials, in a fixed order; none for 0
    int count;
};

struct fraction { // den is 1 or has several terms of which the first has the value 1
    struct poly num, den;
};

struct atoms; // math_atoms.h

struct poly poly_constant(struct workspace *w, mpq_srcptr value);
struct poly poly_integer(struct workspace *w, long value);
struct poly poly_atom(struct workspace *w, int atom, int num, int den);   // atom^(num/den), which must need no rule
struct poly poly_monomial(struct atoms *a, int atom, long num, long den); // rules applied; num >= 0 for roots, |x|, sin
bool poly_is_zero(struct poly p);
bool poly_is_constant(struct poly p);
bool poly_is_integer(struct poly p, long value);
// The value of a constant polynomial: a shared 0 for the zero polynomial.
mpq_srcptr poly_value(struct poly p);

struct poly poly_sum(struct atoms *a, const struct poly *list, int count);
struct poly poly_add(struct atoms *a, struct poly p, struct poly q);
struct poly poly_subtract(struct atoms *a, struct poly p, struct poly q);
struct poly poly_scale(struct atoms *a, struct poly p, mpq_srcptr value);
struct poly poly_negate(struct atoms *a, struct poly p);
struct poly poly_multiply(struct atoms *a, struct poly p, struct poly q);
struct poly poly_power(struct atoms *a, struct poly p, unsigned long n);
bool poly_equal(struct poly p, struct poly q);
uint64_t poly_hash(const struct atoms *a, struct poly p); // does not depend on the order in which atoms were made
int poly_compare_monomials(const struct atoms *a, const struct term *s, const struct term *t);

// The largest monomial that divides every term (value 1), and p without it.
struct term poly_monomial_content(struct atoms *a, struct poly p);
struct poly poly_multiply_term(struct atoms *a, struct poly p, struct term t);
struct term poly_term_inverse(struct atoms *a, struct term t);
// The positive rational that leaves whole coefficients without a common divisor.
void poly_content(struct atoms *a, struct poly p, mpq_ptr content);

// The limit of the exponents of an atom to which a rule belongs, and whether the rule gives a number; 0: no rule.
int atom_limit(const struct atoms *a, int atom, bool *number);

// p / q when that is a polynomial.
bool poly_divide(struct atoms *a, struct poly p, struct poly q, struct poly *quotient);
// A greatest common divisor, or 1 where the search would take long.
struct poly poly_gcd(struct atoms *a, struct poly p, struct poly q);

struct fraction fraction_of(struct atoms *a, struct poly num);
struct fraction fraction_make(struct atoms *a, struct poly num, struct poly den); // gives up when den is 0
struct fraction fraction_add(struct atoms *a, struct fraction f, struct fraction g);
struct fraction fraction_multiply(struct atoms *a, struct fraction f, struct fraction g);
struct fraction fraction_invert(struct atoms *a, struct fraction f);
struct fraction fraction_power(struct atoms *a, struct fraction f, long n);
struct fraction fraction_negate(struct atoms *a, struct fraction f);
bool fraction_equal(struct atoms *a, struct fraction f, struct fraction g);
bool fraction_is_constant(struct fraction f);
uint64_t fraction_hash(const struct atoms *a, struct fraction f);
