#include "verify/math.h"

void math_canonical(struct workspace *w, const struct expr *e, struct str *out)
{
    expr_print(w, e, out);
}
