// A small notation for mathematical trees, so that tests of the comparison need not go through the parser of answers:
//   2*x^2 - 1/3   sin(x)   f(x)   log(8, 2)   0.25   28%   a +- b   {1, 2}   (1, 2)   [1, 2]   ]1, 2[   <1, 2; 3, 4>
//   x = 1   1 < x & x <= 2   x in S   A union B   A inter B   A minus B   "words"   'literal'   oo pi e i
// Products want their *; ]1, 2[ is an open interval, (1, 2) a tuple.
#pragma once
#include "verify/expr.h"

const struct expr *notation_read(struct workspace *w, const char *text); // stops the program on a mistake
