#include "verify/math_poly.h"

#include <string.h>

#include "verify/math_atoms.h"

enum { NUMBER_BITS = 100000, PRODUCTS = 2 * POLY_TERMS };

static struct term *terms_new(struct workspace *w, long count)
{
    if (count > PRODUCTS)
        workspace_give_up(w, "too large");
    return workspace_array(w, struct term, count ? count : 1);
}

struct poly poly_constant(struct workspace *w, mpq_srcptr value)
{
    if (mpq_sgn(value) == 0)
        return (struct poly){0};
    struct term *t = terms_new(w, 1);
    mpq_init(t->value);
    mpq_set(t->value, value);
    return (struct poly){t, 1};
}

struct poly poly_integer(struct workspace *w, long value)
{
    struct term *t = terms_new(w, 1);
    mpq_init(t->value);
    mpq_set_si(t->value, value, 1);
    return (struct poly){t, value != 0};
}

struct poly poly_atom(struct workspace *w, int atom, int num, int den)
{
    struct term *t = terms_new(w, 1);
    struct factor *f = workspace_array(w, struct factor, 1);
    *f = (struct factor){atom, num, den};
    t->factors = f;
    t->count = 1;
    mpq_init(t->value);
    mpq_set_si(t->value, 1, 1);
    return (struct poly){t, 1};
}

bool poly_is_zero(struct poly p)
{
    return p.count == 0;
}

bool poly_is_constant(struct poly p)
{
    return p.count == 0 || (p.count == 1 && p.terms[0].count == 0);
}

bool poly_is_integer(struct poly p, long value)
{
    return poly_is_constant(p) && mpq_cmp_si(poly_value(p), value, 1) == 0;
}

mpq_srcptr poly_value(struct poly p)
{
    static const mp_limb_t one = 1;
    static const mpq_t zero = {{._mp_num = {0, 0, (mp_limb_t *)&one}, ._mp_den = {1, 1, (mp_limb_t *)&one}}};
    return p.count ? p.terms[0].value : zero;
}

// ---- Monomials ----

static int compare_atoms(const struct atoms *a, int x, int y)
{
    uint64_t hx = a->list[x].hash, hy = a->list[y].hash;
    return hx != hy ? (hx < hy ? -1 : 1) : (x > y) - (x < y);
}

// Lexicographic by exponents; factors that are absent have the exponent 0.
int poly_compare_monomials(const struct atoms *a, const struct term *s, const struct term *t)
{
    int i = 0, j = 0;
    while (i < s->count || j < t->count) {
        int order = i == s->count ? 1 : j == t->count ? -1 : compare_atoms(a, s->factors[i].atom, t->factors[j].atom);
        if (order < 0)
            return s->factors[i].num;
        if (order > 0)
            return -t->factors[j].num;
        const struct factor *f = &s->factors[i++], *g = &t->factors[j++];
        long x = (long)f->num * g->den, y = (long)g->num * f->den;
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static struct factor factor_make(struct workspace *w, int atom, long num, long den)
{
    for (long x = num, y = den;;) { // the common divisor ends in x
        long r = x % y;
        x = y;
        y = r;
        if (!y) {
            x = x < 0 ? -x : x;
            num /= x;
            den /= x;
            break;
        }
    }
    if (num > 1 << 24 || num < -(1 << 24) || den > 1 << 12)
        workspace_give_up(w, "too large");
    return (struct factor){atom, (int)num, (int)den};
}

// The product of two monomials, exponents added; no rules applied.
static void join_factors(struct atoms *a, const struct term *s, const struct term *t, struct term *out)
{
    workspace_step(a->w, 8 + 2 * (s->count + t->count));
    struct factor *list = workspace_array(a->w, struct factor, s->count + t->count);
    int n = 0, i = 0, j = 0;
    while (i < s->count || j < t->count) {
        int order = i == s->count ? 1 : j == t->count ? -1 : compare_atoms(a, s->factors[i].atom, t->factors[j].atom);
        if (order != 0) {
            list[n++] = order < 0 ? s->factors[i++] : t->factors[j++];
            continue;
        }
        const struct factor *f = &s->factors[i++], *g = &t->factors[j++];
        struct factor sum =
            f->den == 1 && g->den == 1
                ? factor_make(a->w, f->atom, (long)f->num + g->num, 1)
                : factor_make(a->w, f->atom, (long)f->num * g->den + (long)g->num * f->den, (long)f->den * g->den);
        if (sum.num)
            list[n++] = sum;
    }
    out->factors = list;
    out->count = n;
}

static size_t limbs(mpq_srcptr q)
{
    return mpz_size(mpq_numref(q)) + mpz_size(mpq_denref(q));
}

static void multiply_values(struct atoms *a, mpq_ptr out, mpq_srcptr x, mpq_srcptr y)
{
    size_t m = limbs(x), n = limbs(y);
    if (m + n > 8)
        workspace_step_divide(a->w, m, n);
    workspace_step(a->w, 25);
    mpq_mul(out, x, y);
}

static void power_value(struct atoms *a, mpq_ptr out, mpq_srcptr x, unsigned long n)
{
    size_t bits = mpz_sizeinbase(mpq_numref(x), 2) + mpz_sizeinbase(mpq_denref(x), 2);
    bool unit = mpz_cmpabs_ui(mpq_numref(x), 1) <= 0 && mpz_cmp_ui(mpq_denref(x), 1) == 0;
    if (!unit && (n > NUMBER_BITS || bits * n > NUMBER_BITS))
        workspace_give_up(a->w, "too large");
    workspace_step_multiply(a->w, unit ? 1 : bits * n / 64 + 1, unit ? 1 : bits * n / 64 + 1);
    mpz_pow_ui(mpq_numref(out), mpq_numref(x), unit ? n % 2 : n);
    mpz_pow_ui(mpq_denref(out), mpq_denref(x), unit ? 1 : n);
}

// ---- Rules of atoms: what a power that is a whole multiple of `limit` stands for ----

static int rule_limit(const struct atoms *a, int atom)
{
    const struct atom *x = &a->list[atom];
    if (x->kind == ATOM_PRIME || x->kind == ATOM_MINUS_ONE || x->kind == ATOM_ROOT)
        return 1;
    if (x->kind != ATOM_FUNCTION)
        return 0;
    return x->op == EXPR_SIN || (x->op == EXPR_ABS && poly_is_real(a, x->args[0].num)) ? 2 : 0;
}

int atom_limit(const struct atoms *a, int atom, bool *number)
{
    *number = a->list[atom].kind == ATOM_PRIME || a->list[atom].kind == ATOM_MINUS_ONE;
    return rule_limit(a, atom);
}

static struct poly rule_value(struct atoms *a, int atom)
{
    const struct atom x = a->list[atom];
    if (x.kind == ATOM_ROOT)
        return x.args[0].num;
    if (x.op == EXPR_ABS)
        return poly_power(a, x.args[0].num, 2);
    int cosine = atom_new(a, ATOM_FUNCTION, EXPR_COS, NULL, x.args, 1);
    return poly_subtract(a, poly_integer(a->w, 1), poly_atom(a->w, cosine, 2, 1));
}

// Brings the exponents of one term into their ranges. `extra` becomes a polynomial that remains to be multiplied in.
static void settle(struct atoms *a, struct term *t, struct poly *extra)
{
    struct factor *list = (struct factor *)t->factors;
    int n = 0;
    for (int i = 0; i < t->count; i++) {
        struct factor f = list[i];
        int limit = rule_limit(a, f.atom);
        long whole =
            limit ? (f.num >= 0 ? f.num / ((long)f.den * limit) : -((-(long)f.num - 1) / ((long)f.den * limit)) - 1)
                  : 0;
        if (whole && a->list[f.atom].kind == ATOM_MINUS_ONE) {
            if (whole & 1)
                mpq_neg(t->value, t->value);
        } else if (whole && a->list[f.atom].kind == ATOM_PRIME) {
            mpq_t p;
            mpq_init(p);
            mpq_set_z(p, a->list[f.atom].value);
            power_value(a, p, p, (unsigned long)(whole < 0 ? -whole : whole));
            if (whole < 0)
                mpq_inv(p, p);
            multiply_values(a, t->value, t->value, p);
        } else if (whole > 0) {
            struct poly value = poly_power(a, rule_value(a, f.atom), (unsigned long)whole);
            *extra = extra->count ? poly_multiply(a, *extra, value) : value;
        } else {
            whole = 0;
        }
        f.num -= (int)(whole * f.den * limit);
        if (f.num)
            list[n++] = f;
    }
    t->count = n;
}

static bool needs_rules(const struct atoms *a, const struct term *t)
{
    for (int i = 0; i < t->count; i++) {
        int limit = rule_limit(a, t->factors[i].atom);
        if (limit && (t->factors[i].num < 0 || t->factors[i].num >= limit * t->factors[i].den))
            return true;
    }
    return false;
}

// ---- Sums ----

static void merge(const struct atoms *a, struct term *from, struct term *to, long begin, long middle, long end)
{
    long i = begin, j = middle;
    for (long k = begin; k < end; k++)
        to[k] = j == end || (i < middle && poly_compare_monomials(a, &from[i], &from[j]) >= 0) ? from[i++] : from[j++];
}

// Sorts and adds up terms of equal monomials; `list` is overwritten.
static struct poly collect(struct atoms *a, struct term *list, long count)
{
    struct term *other = count > 1 ? terms_new(a->w, count) : list;
    for (long width = 1; width < count; width *= 2) {
        workspace_step(a->w, 6 * count);
        for (long i = 0; i < count; i += 2 * width) {
            long middle = i + width < count ? i + width : count, end = i + 2 * width < count ? i + 2 * width : count;
            merge(a, list, other, i, middle, end);
        }
        struct term *swap = list;
        list = other;
        other = swap;
    }
    int n = 0;
    for (long i = 0; i < count; n++) {
        struct term first = list[i];
        long j = i + 1;
        list[n] = first;
        for (; j < count && poly_compare_monomials(a, &first, &list[j]) == 0; j++) {
            if (j == i + 1) { // values are shared with other polynomials
                mpq_init(list[n].value);
                mpq_set(list[n].value, first.value);
            }
            workspace_step(a->w, 25);
            if (limbs(list[n].value) + limbs(list[j].value) > 8)
                workspace_step_divide(a->w, limbs(list[n].value), limbs(list[j].value));
            mpq_add(list[n].value, list[n].value, list[j].value);
        }
        i = j;
        if (mpq_sgn(list[n].value) == 0)
            n--;
    }
    if (n > POLY_TERMS)
        workspace_give_up(a->w, "too large");
    return (struct poly){list, n};
}

struct poly poly_sum(struct atoms *a, const struct poly *list, int count)
{
    long total = 0, n = 0;
    for (int i = 0; i < count; i++)
        total += list[i].count;
    struct term *terms = terms_new(a->w, total);
    for (int i = 0; i < count; i++) {
        if (list[i].count)
            memcpy(terms + n, list[i].terms, sizeof *terms * (size_t)list[i].count);
        n += list[i].count;
    }
    return collect(a, terms, total);
}

struct poly poly_add(struct atoms *a, struct poly p, struct poly q)
{
    if (!p.count || !q.count)
        return p.count ? p : q;
    return poly_sum(a, (struct poly[]){p, q}, 2);
}

struct poly poly_scale(struct atoms *a, struct poly p, mpq_srcptr value)
{
    if (mpq_sgn(value) == 0)
        return (struct poly){0};
    struct term *list = terms_new(a->w, p.count);
    for (int i = 0; i < p.count; i++) {
        list[i] = p.terms[i];
        mpq_init(list[i].value);
        multiply_values(a, list[i].value, p.terms[i].value, value);
    }
    return (struct poly){list, p.count};
}

struct poly poly_negate(struct atoms *a, struct poly p)
{
    return poly_scale(a, p, poly_value(poly_integer(a->w, -1)));
}

struct poly poly_subtract(struct atoms *a, struct poly p, struct poly q)
{
    return poly_add(a, p, poly_negate(a, q));
}

// ---- Products ----

struct poly poly_multiply(struct atoms *a, struct poly p, struct poly q)
{
    long total = (long)p.count * q.count, n = 0, later = 0;
    if (poly_is_constant(q))
        return poly_scale(a, p, poly_value(q));
    if (poly_is_constant(p))
        return poly_scale(a, q, poly_value(p));
    workspace_enter(a->w);
    struct term *list = terms_new(a->w, total);
    struct poly *expanded = NULL;
    for (int i = 0; i < p.count; i++) {
        for (int j = 0; j < q.count; j++) {
            struct term *t = &list[n];
            struct poly extra = {0};
            join_factors(a, &p.terms[i], &q.terms[j], t);
            mpq_init(t->value);
            multiply_values(a, t->value, p.terms[i].value, q.terms[j].value);
            if (needs_rules(a, t))
                settle(a, t, &extra);
            if (!extra.count) {
                n++;
                continue;
            }
            if (!expanded)
                expanded = workspace_array(a->w, struct poly, total + 1);
            struct term *one = terms_new(a->w, 1);
            *one = *t;
            expanded[++later] = poly_multiply(a, (struct poly){one, 1}, extra);
        }
    }
    struct poly result = collect(a, list, n);
    if (later) {
        expanded[0] = result;
        result = poly_sum(a, expanded, (int)later + 1);
    }
    workspace_leave(a->w);
    return result;
}

struct poly poly_multiply_term(struct atoms *a, struct poly p, struct term t)
{
    struct term *one = terms_new(a->w, 1);
    *one = t;
    return poly_multiply(a, p, (struct poly){one, 1});
}

static struct poly term_power(struct atoms *a, const struct term *t, unsigned long n)
{
    struct term *out = terms_new(a->w, 1);
    struct factor *list = workspace_array(a->w, struct factor, t->count);
    struct poly extra = {0};
    if (n > 1 << 24)
        workspace_give_up(a->w, "too large");
    for (int i = 0; i < t->count; i++)
        list[i] = factor_make(a->w, t->factors[i].atom, t->factors[i].num * (long)n, t->factors[i].den);
    *out = (struct term){.factors = list, .count = t->count};
    mpq_init(out->value);
    power_value(a, out->value, t->value, n);
    if (needs_rules(a, out))
        settle(a, out, &extra);
    struct poly result = {out, 1};
    return extra.count ? poly_multiply(a, result, extra) : result;
}

struct poly poly_monomial(struct atoms *a, int atom, long num, long den)
{
    struct term *t = terms_new(a->w, 1);
    struct factor *f = workspace_array(a->w, struct factor, 1);
    struct poly extra = {0};
    if (num == 0)
        return poly_integer(a->w, 1);
    *f = factor_make(a->w, atom, num, den);
    *t = (struct term){.factors = f, .count = 1};
    mpq_init(t->value);
    mpq_set_si(t->value, 1, 1);
    if (needs_rules(a, t))
        settle(a, t, &extra);
    struct poly result = {t, 1};
    return extra.count ? poly_multiply(a, result, extra) : result;
}

struct poly poly_power(struct atoms *a, struct poly p, unsigned long n)
{
    if (n == 0)
        return poly_integer(a->w, 1);
    if (p.count == 0 || n == 1)
        return p;
    if (poly_is_constant(p)) {
        mpq_t value;
        mpq_init(value);
        if (n > (1ul << 40))
            workspace_give_up(a->w, "too large");
        power_value(a, value, poly_value(p), n);
        return poly_constant(a->w, value);
    }
    if (p.count == 1)
        return term_power(a, &p.terms[0], n);
    if (n > 1000)
        workspace_give_up(a->w, "too large");
    struct poly result = p;
    for (unsigned long i = 1; i < n; i++)
        result = poly_multiply(a, result, p);
    return result;
}

// ---- What polynomials have in common ----

bool poly_equal(struct poly p, struct poly q)
{
    if (p.count != q.count)
        return false;
    for (int i = 0; i < p.count; i++) {
        const struct term *s = &p.terms[i], *t = &q.terms[i];
        if (s->count != t->count || !mpq_equal(s->value, t->value))
            return false;
        for (int j = 0; j < s->count; j++)
            if (s->factors[j].atom != t->factors[j].atom || s->factors[j].num != t->factors[j].num ||
                s->factors[j].den != t->factors[j].den)
                return false;
    }
    return true;
}

uint64_t poly_hash(const struct atoms *a, struct poly p)
{
    uint64_t sum = 0;
    for (int i = 0; i < p.count; i++) {
        uint64_t h = hash_mix(hash_integer(mpq_numref(p.terms[i].value)), hash_integer(mpq_denref(p.terms[i].value)));
        for (int j = 0; j < p.terms[i].count; j++) {
            const struct factor *f = &p.terms[i].factors[j];
            h = hash_mix(h, hash_mix(a->list[f->atom].hash, (uint64_t)((long)f->num * 4096 + f->den)));
        }
        sum += h;
    }
    return hash_mix(sum, (uint64_t)p.count);
}

struct term poly_monomial_content(struct atoms *a, struct poly p)
{
    struct term result = {0};
    mpq_init(result.value);
    mpq_set_si(result.value, 1, 1);
    int room = 0, n = 0;
    for (int i = 0; i < p.count; i++)
        room += p.terms[i].count;
    struct factor *list = workspace_array(a->w, struct factor, room);
    workspace_step(a->w, room);
    // An atom that is absent from a term has the exponent 0 there.
    for (int i = 0; i < p.count; i++) {
        for (int j = 0; j < p.terms[i].count; j++) {
            const struct factor *f = &p.terms[i].factors[j];
            int k = 0;
            while (k < n && list[k].atom != f->atom)
                k++;
            workspace_step(a->w, 1 + k / 4);
            if (k == n) {
                list[n++] = i == 0 || f->num < 0 ? *f : (struct factor){f->atom, 0, 1};
            } else if ((long)f->num * list[k].den < (long)list[k].num * f->den) {
                list[k] = *f;
            }
        }
        for (int k = 0; k < n; k++) {
            bool found = false;
            for (int j = 0; j < p.terms[i].count; j++)
                found |= p.terms[i].factors[j].atom == list[k].atom;
            workspace_step(a->w, 1 + p.terms[i].count / 4);
            if (!found && list[k].num > 0)
                list[k] = (struct factor){list[k].atom, 0, 1};
        }
    }
    for (int k = 0; k < n; k++) // back into the order of atoms
        for (int i = k; i > 0 && compare_atoms(a, list[i].atom, list[i - 1].atom) < 0; i--) {
            struct factor swap = list[i];
            list[i] = list[i - 1];
            list[i - 1] = swap;
        }
    for (int k = 0; k < n; k++)
        if (list[k].num)
            list[result.count++] = list[k];
    result.factors = list;
    return result;
}

struct term poly_term_inverse(struct atoms *a, struct term t)
{
    struct factor *list = workspace_array(a->w, struct factor, t.count);
    for (int i = 0; i < t.count; i++)
        list[i] = (struct factor){t.factors[i].atom, -t.factors[i].num, t.factors[i].den};
    struct term result = {.factors = list, .count = t.count};
    mpq_init(result.value);
    mpq_inv(result.value, t.value);
    return result;
}

void poly_content(struct atoms *a, struct poly p, mpq_ptr content)
{
    mpq_set_si(content, p.count ? 0 : 1, 1);
    for (int i = 0; i < p.count; i++) {
        mpq_srcptr v = p.terms[i].value;
        workspace_step(a->w, 20);
        workspace_step_divide(a->w, limbs(v), limbs(content));
        mpz_gcd(mpq_numref(content), mpq_numref(content), mpq_numref(v));
        mpz_lcm(mpq_denref(content), mpq_denref(content), mpq_denref(v));
    }
}
