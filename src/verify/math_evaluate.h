// The value of an expression at a point that the names of its symbols decide.
#pragma once
#include "verify/expr.h"
#include "verify/math_complex.h"

enum { EVALUATE_POINTS = 10 };

struct point {
    struct numeric c;
    int index; // of the point, in 0..EVALUATE_POINTS-1: positive and negative, small and large values
};

// out: initialised; its value is meaningless unless p->c.status stays NUMBER_OK.
void evaluate_at(struct point *p, const struct expr *e, struct number *out);
