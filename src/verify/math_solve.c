// Inequalities in one symbol as sets: the zeros of numerator and denominator bound intervals, and a value inside of
// each tells whether it belongs.
#include <math.h>
#include <string.h>

#include "verify/math_compare.h"
#include "verify/math_normal.h"
#include "verify/math_numeric.h"

enum { ROOTS = 16, SOLVE_STEPS = 100000, DEGREE = 2 };

struct bound { // a zero of the numerator or of the denominator
    const struct expr *at;
    double value;
    bool pole;
};

struct solver {
    struct workspace *w;
    struct atoms atoms;
    int op;
    const char *symbol;
    struct bound bounds[ROOTS];
    int count;
    struct fraction f;
};

static void add_bound(struct solver *s, const struct expr *at, bool pole)
{
    double v;
    if (s->count == ROOTS || !numeric_value(s->w, at, &v))
        workspace_give_up(s->w, "no solution");
    int k = s->count++;
    for (; k > 0 && s->bounds[k - 1].value > v; k--)
        s->bounds[k] = s->bounds[k - 1];
    s->bounds[k] = (struct bound){at, v, pole};
}

// The degree of a term in the one symbol; -1 when it holds anything else but roots of numbers and pi, e.
static int degree_of(struct solver *s, const struct term *t, int *factor)
{
    int degree = 0;
    *factor = -1;
    for (int i = 0; i < t->count; i++) {
        const struct factor *f = &t->factors[i];
        const struct atom *x = &s->atoms.list[f->atom];
        if (x->kind == ATOM_SYMBOL && f->den == 1 && strcmp(x->name, s->symbol) == 0) {
            degree = f->num;
            *factor = i;
        } else if (x->kind != ATOM_PRIME && x->kind != ATOM_PI && x->kind != ATOM_E) {
            return -1;
        }
    }
    return degree;
}

static const struct expr *coefficient_expr(struct solver *s, const struct term *t, int without)
{
    struct workspace *w = s->w;
    const struct expr *e = expr_rational(w, t->value);
    for (int i = 0; i < t->count; i++) {
        const struct factor *f = &t->factors[i];
        const struct atom *x = &s->atoms.list[f->atom];
        if (i == without)
            continue;
        mpq_t v;
        mpq_init(v);
        if (x->kind == ATOM_PRIME)
            mpq_set_z(v, x->value);
        const struct expr *base =
            x->kind == ATOM_PRIME ? expr_rational(w, v) : expr_constant(w, x->kind == ATOM_PI ? EXPR_PI : EXPR_E);
        mpq_set_si(v, f->num, (unsigned long)f->den);
        e = expr_product(w, e, expr_power(w, base, expr_rational(w, v)));
    }
    return e;
}

static const struct expr *square(struct workspace *w, const struct expr *e)
{
    return expr_product(w, e, e);
}

// The real zeros of a polynomial of degree 0, 1, 2 in the symbol.
static void add_zeros(struct solver *s, struct poly p, bool pole)
{
    struct workspace *w = s->w;
    const struct expr *c[DEGREE + 1] = {expr_integer(w, 0), expr_integer(w, 0), expr_integer(w, 0)};
    int top = 0, order;
    for (int i = 0; i < p.count; i++) {
        int factor, degree = degree_of(s, &p.terms[i], &factor);
        if (degree < 0 || degree > DEGREE)
            workspace_give_up(w, "no solution");
        c[degree] = expr_sum(w, c[degree], coefficient_expr(s, &p.terms[i], factor));
        top = degree > top ? degree : top;
    }
    if (top == 1)
        add_bound(s, expr_negate(w, expr_quotient(w, c[0], c[1])), pole);
    if (top != 2)
        return;
    mpq_t half;
    mpq_init(half);
    mpq_set_si(half, 1, 2);
    const struct expr *four = expr_product(w, expr_integer(w, 4), expr_product(w, c[2], c[0])),
                      *zero = expr_integer(w, 0);
    const struct expr *inside = expr_sum(w, square(w, c[1]), expr_negate(w, four)),
                      *twice = expr_product(w, expr_integer(w, 2), c[2]);
    if (!numeric_order(w, inside, zero, &order))
        workspace_give_up(w, "no solution");
    const struct expr *root = expr_power(w, inside, expr_rational(w, half)), *minus = expr_negate(w, c[1]);
    if (order >= 0)
        add_bound(s, expr_quotient(w, expr_sum(w, minus, root), twice), pole);
    if (order > 0)
        add_bound(s, expr_quotient(w, expr_sum(w, minus, expr_negate(w, root)), twice), pole);
}

static double value_of(struct solver *s, struct poly p, double x)
{
    double sum = 0;
    for (int i = 0; i < p.count; i++) {
        int factor, degree = degree_of(s, &p.terms[i], &factor);
        double v;
        if (!numeric_value(s->w, coefficient_expr(s, &p.terms[i], factor), &v))
            workspace_give_up(s->w, "no solution");
        sum += v * pow(x, degree);
    }
    return sum;
}

static bool holds(int op, double sign)
{
    switch (op) {
    case EXPR_LESS:
        return sign < 0;
    case EXPR_LESS_EQUAL:
        return sign <= 0;
    case EXPR_GREATER:
        return sign > 0;
    case EXPR_GREATER_EQUAL:
        return sign >= 0;
    default:
        return sign != 0;
    }
}

static void add_interval(struct solver *s, const struct expr **list, int *n, const struct expr *low,
                         const struct expr *high)
{
    const struct expr *ends[] = {low, high};
    struct expr *e = expr_new(s->w, low == high ? EXPR_SET : EXPR_INTERVAL, 0, ends, low == high ? 1 : 2);
    e->open_low = e->open_high = low != high;
    list[(*n)++] = e;
}

static const struct expr *pieces_between(struct solver *s)
{
    const struct expr *list[2 * ROOTS + 1], *oo = expr_constant(s->w, EXPR_INFINITY);
    int n = 0;
    for (int i = 0; i <= s->count; i++) {
        double low = i ? s->bounds[i - 1].value : 0, high = i < s->count ? s->bounds[i].value : 0;
        double x = !s->count       ? 0.5
                   : i == 0        ? high - 1 - fabs(high) / 8
                   : i == s->count ? low + 1 + fabs(low) / 8
                                   : (low + high) / 2;
        if (holds(s->op, value_of(s, s->f.num, x) / value_of(s, s->f.den, x)))
            add_interval(s, list, &n, i ? s->bounds[i - 1].at : expr_negate(s->w, oo),
                         i < s->count ? s->bounds[i].at : oo);
        if (i < s->count && !s->bounds[i].pole && holds(s->op, 0))
            add_interval(s, list, &n, s->bounds[i].at, s->bounds[i].at);
    }
    if (n == 1)
        return list[0];
    return expr_new(s->w, n ? EXPR_UNION : EXPR_SET, 0, list, n);
}

struct solving {
    const struct expr *relation, *result;
    const char *symbol;
};

bool expr_one_symbol(struct workspace *w, const struct expr *e, const char **name)
{
    bool one = true;
    workspace_enter(w);
    workspace_step(w, 2);
    if (e->kind == EXPR_SYMBOL) {
        one = !*name || strcmp(*name, e->name) == 0;
        *name = e->name;
    }
    for (int i = 0; i < e->count && one; i++)
        one = expr_one_symbol(w, e->args[i], name);
    workspace_leave(w);
    return one;
}

static void solve(struct workspace *w, void *argument)
{
    struct solving *call = argument;
    struct solver *s = workspace_array(w, struct solver, 1);
    *s = (struct solver){.w = w, .op = call->relation->op, .symbol = call->symbol};
    atoms_init(&s->atoms, w);
    s->f = normal_form(&s->atoms, expr_sum(w, call->relation->args[0], expr_negate(w, call->relation->args[1])));
    struct term t = poly_monomial_content(&s->atoms, s->f.num);
    for (int i = 0; i < t.count; i++) { // 1/x as a quotient of polynomials
        if (t.factors[i].num >= 0)
            continue;
        struct poly power = poly_monomial(&s->atoms, t.factors[i].atom, -t.factors[i].num, t.factors[i].den);
        s->f.num = poly_multiply(&s->atoms, s->f.num, power);
        s->f.den = poly_multiply(&s->atoms, s->f.den, power);
    }
    add_zeros(s, s->f.den, true);
    add_zeros(s, s->f.num, false);
    for (int i = 1; i < s->count; i++)
        if (s->bounds[i].value - s->bounds[i - 1].value < 1e-9 * (1 + fabs(s->bounds[i].value)))
            workspace_give_up(w, "no solution");
    call->result = pieces_between(s);
}

static const struct expr *relation_of(struct workspace *w, int op, const struct expr *left, const struct expr *right)
{
    const struct expr *args[] = {left, right};
    return expr_new(w, EXPR_RELATION, op, args, 2);
}

static bool is_abs(const struct expr *e)
{
    return e->kind == EXPR_FUNCTION && e->op == EXPR_ABS;
}

static const struct expr *solve_one(struct workspace *w, const struct expr *e)
{
    static const int mirrored[] = {[EXPR_EQUAL] = EXPR_EQUAL,  [EXPR_UNEQUAL] = EXPR_UNEQUAL,
                                   [EXPR_LESS] = EXPR_GREATER, [EXPR_LESS_EQUAL] = EXPR_GREATER_EQUAL,
                                   [EXPR_GREATER] = EXPR_LESS, [EXPR_GREATER_EQUAL] = EXPR_LESS_EQUAL};
    struct solving call = {.relation = e};
    if (is_abs(e->args[1]) && !is_abs(e->args[0]))
        e = relation_of(w, mirrored[e->op], e->args[1], e->args[0]);
    if (is_abs(e->args[0]) && !expr_has_symbols(w, e->args[1])) { // |u| < c: u < c and u > -c; |u| > c: either
        const struct expr *u = e->args[0]->args[0], *c = e->args[1], *both[2];
        workspace_enter(w);
        both[0] = solve_one(w, relation_of(w, e->op, u, c));
        both[1] = solve_one(w, relation_of(w, mirrored[e->op], u, expr_negate(w, c)));
        workspace_leave(w);
        bool together = e->op == EXPR_LESS || e->op == EXPR_LESS_EQUAL || e->op == EXPR_UNEQUAL;
        return both[0] && both[1] ? expr_new(w, together ? EXPR_INTERSECTION : EXPR_UNION, 0, both, 2) : NULL;
    }
    if (!expr_one_symbol(w, e, &call.symbol) || !call.symbol)
        return NULL;
    return workspace_attempt(w, SOLVE_STEPS, solve, &call) ? call.result : NULL;
}

const struct expr *solution_set(struct workspace *w, const struct expr *inequality)
{
    struct pieces p;
    const char *symbol = NULL;
    if (!expr_one_symbol(w, inequality, &symbol) || !symbol)
        return NULL;
    const struct expr *set = NULL;
    if (inequality->kind == EXPR_RELATION) {
        set = solve_one(w, inequality);
    } else {
        const struct expr **list = workspace_array(w, const struct expr *, inequality->count);
        for (int i = 0; i < inequality->count; i++) {
            list[i] = solve_one(w, inequality->args[i]);
            if (!list[i])
                return NULL;
        }
        set = inequality->count == 1 ? list[0] : expr_new(w, EXPR_INTERSECTION, 0, list, inequality->count);
    }
    return set && real_set(w, set, &p) ? pieces_expr(w, &p) : NULL;
}

const struct expr *solution_union(struct workspace *w, const struct expr *either)
{
    struct pieces p;
    const char *symbol = NULL;
    if (!expr_one_symbol(w, either, &symbol) || !symbol)
        return NULL;
    const struct expr **list = workspace_array(w, const struct expr *, either->count);
    for (int i = 0; i < either->count; i++)
        if (!(list[i] = solution_set(w, either->args[i])))
            return NULL;
    const struct expr *set = expr_new(w, EXPR_UNION, 0, list, either->count);
    return real_set(w, set, &p) ? pieces_expr(w, &p) : NULL;
}
