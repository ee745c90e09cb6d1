// Comparisons by normal forms.
#include "verify/math_compare.h"
#include "verify/math_normal.h"

enum { EXACT_STEPS = 250000, PRIME_LIMIT = 1000000 };

struct pair {
    const struct expr *a, *b;
    bool zeros;
    int result;
};

// Whether nothing is unknown about how the atoms of p depend on each other: then unequal normal forms are unequal.
static bool is_decisive(const struct atoms *a, struct poly p, bool *transcendental)
{
    for (int i = 0; i < p.count; i++) {
        for (int j = 0; j < p.terms[i].count; j++) {
            const struct factor *f = &p.terms[i].factors[j];
            const struct atom *x = &a->list[f->atom];
            if (x->kind == ATOM_PI || x->kind == ATOM_E) {
                if (*transcendental && !(x->kind == ATOM_PI && f->den == 1))
                    return false;
                *transcendental = *transcendental || x->kind == ATOM_E;
            } else if (x->kind == ATOM_MINUS_ONE ? f->den != 2
                       : x->kind == ATOM_PRIME   ? mpz_cmp_ui(x->value, PRIME_LIMIT) > 0
                                                 : x->kind != ATOM_SYMBOL) {
                return false;
            }
        }
    }
    return true;
}

bool exact_is_decisive(const struct atoms *a, struct fraction f)
{
    bool transcendental = poly_has_kind(a, f.num, ATOM_PI);
    return is_decisive(a, f.num, &transcendental) && is_decisive(a, f.den, &transcendental);
}

static void compare(struct workspace *w, void *argument)
{
    struct pair *p = argument;
    struct atoms a;
    atoms_init(&a, w);
    struct fraction f = normal_form(&a, p->a), g = normal_form(&a, p->b);
    bool transcendental = poly_has_kind(&a, f.num, ATOM_PI) || poly_has_kind(&a, g.num, ATOM_PI);
    p->result = EXACT_UNKNOWN;
    if (fraction_equal(&a, f, g))
        p->result = EXACT_EQUAL;
    else if (is_decisive(&a, f.num, &transcendental) && is_decisive(&a, f.den, &transcendental) &&
             is_decisive(&a, g.num, &transcendental) && is_decisive(&a, g.den, &transcendental))
        p->result = EXACT_UNEQUAL;
}

static long share(const struct workspace *w)
{
    return w->steps / 3 < EXACT_STEPS ? w->steps / 3 : EXACT_STEPS;
}

enum exact_verdict exact_compare(struct workspace *w, const struct expr *a, const struct expr *b)
{
    struct pair p = {.a = a, .b = b};
    struct workspace_mark mark;
    workspace_mark(w, &mark);
    bool done = workspace_attempt(w, share(w), compare, &p);
    workspace_release(w, &mark);
    return done ? (enum exact_verdict)p.result : EXACT_UNKNOWN;
}

// p without negative exponents.
static struct poly without_inverses(struct atoms *a, struct poly p)
{
    struct term t = poly_monomial_content(a, p);
    struct factor *list = workspace_array(a->w, struct factor, t.count);
    int n = 0;
    for (int i = 0; i < t.count; i++)
        if (t.factors[i].num < 0)
            list[n++] = t.factors[i];
    t.factors = list;
    t.count = n;
    return n ? poly_multiply_term(a, p, poly_term_inverse(a, t)) : p;
}

static void ratio(struct workspace *w, void *argument)
{
    struct pair *p = argument;
    struct atoms a;
    atoms_init(&a, w);
    struct fraction f = normal_form(&a, p->a), g = normal_form(&a, p->b);
    struct poly left, right;
    if (p->zeros) {
        left = without_inverses(&a, f.num);
        right = without_inverses(&a, g.num);
    } else {
        left = poly_multiply(&a, f.num, g.den);
        right = poly_multiply(&a, g.num, f.den);
    }
    p->result = 0;
    if (!left.count || !right.count)
        return;
    mpq_t c;
    mpq_init(c);
    mpq_div(c, left.terms[0].value, right.terms[0].value);
    if (poly_equal(left, poly_scale(&a, right, c)))
        p->result = mpq_sgn(c);
}

int exact_ratio(struct workspace *w, const struct expr *a, const struct expr *b, bool zeros)
{
    struct pair p = {.a = a, .b = b, .zeros = zeros};
    struct workspace_mark mark;
    workspace_mark(w, &mark);
    bool done = workspace_attempt(w, share(w), ratio, &p);
    workspace_release(w, &mark);
    return done ? p.result : 0;
}
