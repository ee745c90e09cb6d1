// Exact arithmetic for countdown: fractions of 64-bit integers that report overflow instead of rounding. Numbers in
// texts are read by src/verify/math.h.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct rational { // top / bottom in lowest terms, bottom > 0
    int64_t top, bottom;
};

// Each writes the exact result and returns true, or returns false on overflow and on division by zero.
bool rational_make(int64_t top, int64_t bottom, struct rational *out);
bool rational_add(struct rational a, struct rational b, struct rational *out);
bool rational_subtract(struct rational a, struct rational b, struct rational *out);
bool rational_multiply(struct rational a, struct rational b, struct rational *out);
bool rational_divide(struct rational a, struct rational b, struct rational *out);
