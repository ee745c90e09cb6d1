// Values of expressions at points, for comparisons that no normal form decides.
#pragma once
#include "base/str.h"
#include "verify/expr.h"

enum numeric_verdict { NUMERIC_UNKNOWN, NUMERIC_EQUAL, NUMERIC_UNEQUAL };

// Compares a and b at a few points that depend on the names of the symbols alone: positive and negative ones, small and
// large. One point where one side has a value and the other has none, or another, makes them unequal; SymPy's symbols
// under Math-Verify are real numbers, and so are these. Without symbols there is one point.
enum numeric_verdict numeric_compare(struct workspace *w, const struct expr *a, const struct expr *b);

// Whether a / b has the same value, not 0, at all points: its sign, or 0 when it has not.
int numeric_ratio(struct workspace *w, const struct expr *a, const struct expr *b);

// For expressions without symbols that are real numbers: false when e is not one. `value` is rounded to double.
bool numeric_value(struct workspace *w, const struct expr *e, double *value);
// Whether two numbers are equal when both are rounded to multiples of 1/scale (halves up).
bool numeric_rounds_alike(struct workspace *w, const struct expr *a, const struct expr *b, long scale);
// The order of two real numbers (also infinite ones): -1, 0, 1; false when it is not known.
bool numeric_order(struct workspace *w, const struct expr *a, const struct expr *b, int *order);
// A real number to `digits` decimal digits, "1.234e+05"; false when it has no value or is no real number.
bool numeric_print(struct workspace *w, const struct expr *e, int digits, struct str *out);

int numeric_infinite(const struct expr *e); // 1: infinity, -1: minus infinity, 0: neither
bool expr_has_symbols(struct workspace *w, const struct expr *e);
