// Exact numbers for the rewards: fractions of 64-bit integers that report overflow instead of rounding, and decimals
// of any sensible length as people and models write them.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/text.h"

struct rational { // top / bottom in lowest terms, bottom > 0
    int64_t top, bottom;
};

// Each writes the exact result and returns true, or returns false on overflow and on division by zero.
bool rational_make(int64_t top, int64_t bottom, struct rational *out);
bool rational_add(struct rational a, struct rational b, struct rational *out);
bool rational_subtract(struct rational a, struct rational b, struct rational *out);
bool rational_multiply(struct rational a, struct rational b, struct rational *out);
bool rational_divide(struct rational a, struct rational b, struct rational *out);

enum { NUMBER_DIGITS = 128 };

struct decimal { // (-1)^negative * digits * 10^exponent; no zeros at either end of digits; zero has count 0
    bool negative;
    int count, exponent;
    char digits[NUMBER_DIGITS];
};

struct number {
    struct decimal top;
    struct decimal bottom; // 1 unless written as a fraction
    bool fraction;
};

// Reads a number at the very start of t: digits with or without thousands commas (1,234,567; 1{,}234), decimals (2.50,
// .5), an exponent (1e3), a fraction of two such (3/4); no sign. Returns the bytes read, 0 when t does not start with
// one. *valid is false for one that is too long (NUMBER_DIGITS), has an exponent beyond +-999 or a zero denominator.
size_t number_read(struct text t, struct number *out, bool *valid);

// The last number in t, also \frac{3}{4}, with its sign ("-3", "-$3", "$-3", U+2212); a minus behind a letter, digit or
// ")" is no sign ("10-20" ends with 20), and exponents are none ("10 cm^2" ends with 10). *at is where it stands. False
// when there is none, or when the last one is not valid or has an exponent (2^10).
bool number_last(struct text t, struct number *out, struct text *at);

// Exactly equal: 0.50 = .5 = 1/2. Fractions beyond 64 bits compare as different.
bool number_equal(const struct number *a, const struct number *b);

// One text for all ways to write a value ("0.5", "1/2" and "2/4" give the same), for voting and messages.
void number_print(const struct number *n, struct str *out);
