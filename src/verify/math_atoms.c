#include "verify/math_atoms.h"

#include <string.h>

uint64_t hash_mix(uint64_t h, uint64_t value)
{
    h = (h ^ value) * 0x9E3779B97F4A7C15u; // the finaliser of SplitMix64
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
    h = (h ^ h >> 27) * 0x94D049BB133111EBu;
    return h ^ h >> 31;
}

uint64_t hash_text(const char *s)
{
    uint64_t h = 1;
    for (; s && *s; s++)
        h = hash_mix(h, (unsigned char)*s);
    return h;
}

uint64_t hash_integer(mpz_srcptr z)
{
    uint64_t h = hash_mix(2, (uint64_t)mpz_sgn(z));
    for (size_t i = 0; i < mpz_size(z); i++)
        h = hash_mix(h, mpz_getlimbn(z, (mp_size_t)i));
    return h;
}

void atoms_init(struct atoms *a, struct workspace *w)
{
    *a = (struct atoms){.w = w, .list = workspace_array(w, struct atom, ATOMS_MAX)};
}

bool poly_is_real(const struct atoms *a, struct poly p)
{
    for (int i = 0; i < p.count; i++) {
        for (int j = 0; j < p.terms[i].count; j++) {
            const struct factor *f = &p.terms[i].factors[j];
            if (f->den > 1 ? !a->list[f->atom].positive : !a->list[f->atom].real)
                return false;
        }
    }
    return true;
}

bool fraction_is_real(const struct atoms *a, struct fraction f)
{
    return poly_is_real(a, f.num) && poly_is_real(a, f.den);
}

bool poly_has_kind(const struct atoms *a, struct poly p, enum atom_kind kind)
{
    for (int i = 0; i < p.count; i++)
        for (int j = 0; j < p.terms[i].count; j++)
            if (a->list[p.terms[i].factors[j].atom].kind == kind)
                return true;
    return false;
}

static bool same(struct atoms *a, const struct atom *x, const struct atom *y)
{
    if (x->hash != y->hash || x->kind != y->kind || x->op != y->op || x->count != y->count)
        return false;
    if ((x->name || y->name) && (!x->name || !y->name || strcmp(x->name, y->name) != 0))
        return false;
    if (x->kind == ATOM_PRIME && mpz_cmp(x->value, y->value) != 0)
        return false;
    for (int i = 0; i < x->count; i++)
        if (!fraction_equal(a, x->args[i], y->args[i]))
            return false;
    return true;
}

static int intern(struct atoms *a, const struct atom *x)
{
    workspace_step(a->w, 4 + a->count / 4);
    for (int i = 0; i < a->count; i++)
        if (same(a, &a->list[i], x))
            return i;
    if (a->count == ATOMS_MAX)
        workspace_give_up(a->w, "too large");
    a->list[a->count] = *x;
    return a->count++;
}

int atom_symbol(struct atoms *a, const char *name)
{
    return intern(a,
                  &(struct atom){
                      .kind = ATOM_SYMBOL, .name = name, .real = true, .hash = hash_mix(ATOM_SYMBOL, hash_text(name))});
}

int atom_plain(struct atoms *a, enum atom_kind kind)
{
    bool real = kind != ATOM_MINUS_ONE;
    return intern(a, &(struct atom){.kind = kind, .real = real, .positive = real, .hash = hash_mix(kind, 0)});
}

int atom_prime(struct atoms *a, mpz_srcptr value)
{
    struct atom x = {
        .kind = ATOM_PRIME, .real = true, .positive = true, .hash = hash_mix(ATOM_PRIME, hash_integer(value))};
    mpz_init_set(x.value, value);
    return intern(a, &x);
}

// Functions that take real values of real arguments.
static bool stays_real(int op)
{
    switch (op) {
    case EXPR_SIN:
    case EXPR_COS:
    case EXPR_TAN:
    case EXPR_COT:
    case EXPR_SEC:
    case EXPR_CSC:
    case EXPR_ATAN:
    case EXPR_ACOT:
    case EXPR_SINH:
    case EXPR_COSH:
    case EXPR_TANH:
    case EXPR_ASINH:
    case EXPR_FLOOR:
    case EXPR_CEIL:
    case EXPR_GCD:
    case EXPR_LCM:
    case EXPR_MIN:
    case EXPR_MAX:
    case EXPR_MOD:
    case EXPR_FACTORIAL:
        return true;
    default:
        return false;
    }
}

int atom_new(struct atoms *a, enum atom_kind kind, int op, const char *name, const struct fraction *args, int count)
{
    struct fraction *copy = workspace_array(a->w, struct fraction, count);
    struct atom x = {.kind = kind, .op = op, .name = name, .args = copy, .count = count};
    bool real = true;
    x.hash = hash_mix(hash_mix(kind, (uint64_t)op), hash_text(name));
    for (int i = 0; i < count; i++) {
        copy[i] = args[i];
        x.hash = hash_mix(x.hash, fraction_hash(a, args[i]));
        real = real && fraction_is_real(a, args[i]);
    }
    if (kind == ATOM_POWER) {
        // A positive base is a number or an atom that says so; then real exponents give positive values.
        struct poly base = args[0].num;
        bool positive = base.count == 1 && mpq_sgn(base.terms[0].value) > 0;
        for (int i = 0; positive && i < base.terms[0].count; i++)
            positive = a->list[base.terms[0].factors[i].atom].positive;
        x.real = x.positive = positive && real && poly_is_integer(args[0].den, 1);
    } else if (kind == ATOM_FUNCTION) {
        x.positive = op == EXPR_ABS || (op == EXPR_COSH && real); // or 0
        x.real = op == EXPR_ABS || op == EXPR_RE || op == EXPR_IM || op == EXPR_ARG || (real && stays_real(op));
    }
    return intern(a, &x);
}
