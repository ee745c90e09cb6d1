// Normal forms as text: equal ones have the same text.
#pragma once
#include "base/str.h"
#include "verify/math_normal.h"

void print_fraction(const struct atoms *a, struct fraction f, struct str *out);
// The polynomial divided by its first coefficient, or by that one's size where `sign` must stay. Gives up on 0.
void print_monic(struct atoms *a, struct poly p, bool sign, struct str *out);
void print_rational(struct workspace *w, mpq_srcptr value, struct str *out);
