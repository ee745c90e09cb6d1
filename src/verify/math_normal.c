#include "verify/math_normal.h"

#include <math.h>
#include <stdlib.h>

bool fraction_is_plain(struct fraction f)
{
    return poly_is_integer(f.den, 1);
}

bool fraction_is_small(struct fraction f, long *p, long *q)
{
    if (!fraction_is_constant(f))
        return false;
    mpq_srcptr v = poly_value(f.num);
    if (mpz_sizeinbase(mpq_numref(v), 2) > 24 || mpz_sizeinbase(mpq_denref(v), 2) > 24)
        return false;
    *p = mpz_get_si(mpq_numref(v));
    *q = mpz_get_si(mpq_denref(v));
    return true;
}

// ---- Values in double precision, for signs ----

static double atom_value(const struct atoms *a, const struct atom *x)
{
    switch (x->kind) {
    case ATOM_PI:
        return 3.14159265358979323846;
    case ATOM_E:
        return 2.71828182845904523536;
    case ATOM_PRIME:
        return mpz_get_d(x->value);
    case ATOM_ROOT:
        return normal_value(a, x->args[0].num);
    case ATOM_FUNCTION:
        if (x->op != EXPR_SIN && x->op != EXPR_COS && x->op != EXPR_LOG)
            return NAN;
        double u = normal_value(a, x->args[0].num) / normal_value(a, x->args[0].den);
        return x->op == EXPR_SIN ? sin(u) : x->op == EXPR_COS ? cos(u) : u > 0 ? log(u) : NAN;
    default:
        return NAN;
    }
}

double normal_value(const struct atoms *a, struct poly p)
{
    double sum = 0, size = 0;
    workspace_enter(a->w);
    for (int i = 0; i < p.count; i++) {
        double v = mpq_get_d(p.terms[i].value);
        workspace_step(a->w, 100);
        for (int j = 0; j < p.terms[i].count; j++) {
            const struct factor *f = &p.terms[i].factors[j];
            v *= pow(atom_value(a, &a->list[f->atom]), (double)f->num / f->den);
        }
        sum += v;
        size += fabs(v);
    }
    workspace_leave(a->w);
    return fabs(sum) > 1e-9 * size && size < 1e200 && size > 1e-200 ? sum : NAN;
}

int normal_sign(const struct atoms *a, struct poly p)
{
    double v = normal_value(a, p);
    return isnan(v) ? 0 : v < 0 ? -1 : 1;
}

bool normal_split(struct atoms *a, struct poly p, struct poly *real, struct poly *imaginary)
{
    struct term *lists[2] = {workspace_array(a->w, struct term, p.count + 1),
                             workspace_array(a->w, struct term, p.count + 1)};
    int n[2] = {0};
    for (int i = 0; i < p.count; i++) {
        struct term t = p.terms[i];
        struct factor *rest = workspace_array(a->w, struct factor, t.count);
        int k = 0;
        bool odd = false;
        for (int j = 0; j < t.count; j++) {
            const struct factor *f = &t.factors[j];
            const struct atom *x = &a->list[f->atom];
            if (x->kind == ATOM_MINUS_ONE && f->num == 1 && f->den == 2)
                odd = true;
            else if (f->den == 1 ? x->real : x->positive)
                rest[k++] = *f;
            else
                return false;
        }
        t.factors = rest;
        t.count = k;
        lists[odd][n[odd]++] = t;
    }
    *real = poly_sum(a, &(struct poly){lists[0], n[0]}, 1);
    *imaginary = poly_sum(a, &(struct poly){lists[1], n[1]}, 1);
    return true;
}

// ---- Trees ----

static struct fraction sum(struct atoms *a, const struct expr *e)
{
    mpq_t number;
    mpq_init(number);
    struct poly *list = workspace_array(a->w, struct poly, e->count + 1);
    struct fraction total = fraction_of(a, (struct poly){0});
    int n = 0;
    for (int i = 0; i < e->count; i++) {
        if (e->args[i]->kind == EXPR_NUMBER) {
            mpq_srcptr v = e->args[i]->value;
            workspace_step(a->w, 20);
            workspace_step_divide(a->w, mpz_size(mpq_numref(v)) + mpz_size(mpq_denref(v)),
                                  mpz_size(mpq_denref(number)));
            mpq_add(number, number, v);
            continue;
        }
        struct fraction f = normal_form(a, e->args[i]);
        if (fraction_is_plain(f))
            list[n++] = f.num;
        else
            total = fraction_add(a, total, f);
    }
    list[n++] = poly_constant(a->w, number);
    return fraction_add(a, total, fraction_of(a, poly_sum(a, list, n)));
}

static struct fraction product(struct atoms *a, const struct expr *e)
{
    struct fraction f = normal_form(a, e->args[0]);
    for (int i = 1; i < e->count; i++)
        f = fraction_multiply(a, f, normal_form(a, e->args[i]));
    return f;
}

static struct fraction constant(struct atoms *a, int op)
{
    switch (op) {
    case EXPR_PI:
        return fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_PI), 1, 1));
    case EXPR_E:
        return fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_E), 1, 1));
    case EXPR_I:
        return fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_MINUS_ONE), 1, 2));
    default:
        workspace_give_up(a->w, "no number");
    }
}

static struct fraction function(struct atoms *a, const struct expr *e)
{
    struct fraction *args = workspace_array(a->w, struct fraction, e->count);
    for (int i = 0; i < e->count; i++)
        args[i] = normal_form(a, e->args[i]);
    return normal_function(a, e->op, e->name, args, e->count);
}

struct fraction normal_form(struct atoms *a, const struct expr *e)
{
    struct fraction f;
    workspace_enter(a->w);
    workspace_step(a->w, 10);
    switch (e->kind) {
    case EXPR_NUMBER:
        f = fraction_of(a, poly_constant(a->w, e->value));
        break;
    case EXPR_CONSTANT:
        f = constant(a, e->op);
        break;
    case EXPR_SYMBOL:
        f = fraction_of(a, poly_atom(a->w, atom_symbol(a, e->name), 1, 1));
        break;
    case EXPR_SUM:
        f = sum(a, e);
        break;
    case EXPR_PRODUCT:
        f = product(a, e);
        break;
    case EXPR_POWER:
        f = normal_power(a, normal_form(a, e->args[0]), normal_form(a, e->args[1]));
        break;
    case EXPR_FUNCTION:
        f = function(a, e);
        break;
    default:
        workspace_give_up(a->w, "no number");
    }
    workspace_leave(a->w);
    return f;
}
