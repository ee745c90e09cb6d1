// What polynomials are made of: symbols, constants, roots, powers with symbolic exponents, values of functions. Equal
// atoms are one; each has a hash of what it says, which orders them the same way whatever came first.
#pragma once
#include "verify/expr.h"
#include "verify/math_poly.h"

enum atom_kind {
    ATOM_SYMBOL, // name
    ATOM_PI,
    ATOM_E,
    ATOM_MINUS_ONE, // exponents in [0, 1); 1/2 is i
    ATOM_PRIME,     // value: a prime, or a large number of unknown factors; exponents in [0, 1)
    ATOM_ROOT,      // args[0]: a base without a common factor; exponents in [0, 1)
    ATOM_POWER,     // args: base, exponent (not a rational number)
    ATOM_FUNCTION,  // op, name: enum expr_function; args
};

struct atom {
    enum atom_kind kind;
    int op;
    const char *name;
    mpz_t value;
    const struct fraction *args;
    int count;
    bool real, positive; // for real values of all symbols
    uint64_t hash;
};

enum { ATOMS_MAX = 1024 };

struct atoms {
    struct workspace *w;
    struct atom *list;
    int count;
};

void atoms_init(struct atoms *a, struct workspace *w);
int atom_symbol(struct atoms *a, const char *name);
int atom_plain(struct atoms *a, enum atom_kind kind); // pi, e, -1
int atom_prime(struct atoms *a, mpz_srcptr value);
int atom_new(struct atoms *a, enum atom_kind kind, int op, const char *name, const struct fraction *args, int count);
bool poly_is_real(const struct atoms *a, struct poly p);
bool fraction_is_real(const struct atoms *a, struct fraction f);
bool poly_has_kind(const struct atoms *a, struct poly p, enum atom_kind kind);

// Mixes a value into a hash.
uint64_t hash_mix(uint64_t h, uint64_t value);
uint64_t hash_text(const char *s);
uint64_t hash_integer(mpz_srcptr z);
