// Quotients of polynomials: exact division, common divisors, denominators without roots.
#include "verify/math_atoms.h"
#include "verify/math_poly.h"

enum { DEGREE = 100, GCD_STEPS = 60000, GCD_TERMS = 400 };

static struct poly without_monomial(struct atoms *a, struct poly p, struct term *content)
{
    *content = poly_monomial_content(a, p);
    return content->count ? poly_multiply_term(a, p, poly_term_inverse(a, *content)) : p;
}

static bool whole_quotient(const struct term *t)
{
    for (int i = 0; i < t->count; i++)
        if (t->factors[i].num < 0)
            return false;
    return true;
}

// Division by leading terms. The rules of atoms may bring other terms than expected; what ends in remainder 0 is a
// quotient all the same.
bool poly_divide(struct atoms *a, struct poly p, struct poly q, struct poly *quotient)
{
    struct term pc, qc;
    if (!q.count)
        return false;
    p = without_monomial(a, p, &pc);
    q = without_monomial(a, q, &qc);
    struct term lead = poly_term_inverse(a, q.terms[0]);
    struct term *terms = workspace_array(a->w, struct term, GCD_TERMS);
    int n = 0;
    while (p.count) {
        struct poly t = poly_multiply_term(a, (struct poly){p.terms, 1}, lead);
        if (n == GCD_TERMS || t.count != 1 || !whole_quotient(&t.terms[0]))
            return false;
        struct poly rest = poly_subtract(a, p, poly_multiply(a, q, t));
        if (rest.count && poly_compare_monomials(a, &rest.terms[0], &p.terms[0]) >= 0)
            return false;
        terms[n++] = t.terms[0];
        p = rest;
    }
    struct poly result = poly_sum(a, &(struct poly){terms, n}, 1);
    result = poly_multiply_term(a, result, pc);
    *quotient = poly_multiply_term(a, result, poly_term_inverse(a, qc));
    return true;
}

// ---- Greatest common divisors: Euclid's algorithm in one atom, its coefficients' common divisors apart ----

static bool uses(const struct term *t, int atom, const struct factor **found)
{
    for (int i = 0; i < t->count; i++) {
        if (t->factors[i].atom == atom) {
            *found = &t->factors[i];
            return true;
        }
    }
    return false;
}

struct powers { // of one atom y = atom^(1/root): the sum of coefficients[i] * y^i
    struct poly coefficients[DEGREE + 1];
    int degree;
};

static int common_root(struct workspace *w, struct poly p, int atom, int root)
{
    const struct factor *f;
    for (int i = 0; i < p.count; i++) {
        if (!uses(&p.terms[i], atom, &f))
            continue;
        for (int step = root; root % f->den;)
            root += step;
        if (root > 64)
            workspace_give_up(w, "too large");
    }
    return root;
}

static struct powers *split(struct atoms *a, struct poly p, int atom, int root)
{
    struct powers *s = workspace_array(a->w, struct powers, 1);
    workspace_step(a->w, 8l * p.count);
    for (int i = 0; i < p.count; i++) {
        const struct factor *f = NULL;
        struct term t = p.terms[i];
        int degree = uses(&t, atom, &f) ? f->num * (root / f->den) : 0;
        if (degree < 0 || degree > DEGREE)
            workspace_give_up(a->w, "too large");
        s->degree = degree > s->degree ? degree : s->degree;
        if (f) {
            struct factor *list = workspace_array(a->w, struct factor, t.count);
            int n = 0;
            for (int j = 0; j < t.count; j++)
                if (&t.factors[j] != f)
                    list[n++] = t.factors[j];
            t.factors = list;
            t.count = n;
        }
        struct poly *c = &s->coefficients[degree];
        if (!c->count)
            c->terms = workspace_array(a->w, struct term, p.count);
        ((struct term *)c->terms)[c->count++] = t; // the order of terms stays
    }
    return s;
}

static struct poly unite(struct atoms *a, const struct powers *s, int atom, int root)
{
    struct poly list[DEGREE + 1];
    int n = 0;
    for (int i = 0; i <= s->degree; i++) {
        if (!s->coefficients[i].count)
            continue;
        int den = root, num = i;
        for (int d = 2; d <= root; d++)
            while (num % d == 0 && den % d == 0)
                num /= d, den /= d;
        list[n++] = i ? poly_multiply(a, s->coefficients[i], poly_atom(a->w, atom, num, den)) : s->coefficients[i];
    }
    return poly_sum(a, list, n);
}

static struct poly gcd(struct atoms *a, struct poly p, struct poly q);

static struct poly whole_coefficients(struct atoms *a, struct poly p)
{
    mpq_t content;
    mpq_init(content);
    poly_content(a, p, content);
    if (mpq_sgn(content) == 0)
        return p;
    mpq_inv(content, content);
    return poly_scale(a, p, content);
}

// The common divisor of all coefficients; s is divided by it.
static struct poly take_content(struct atoms *a, struct powers *s)
{
    struct poly content = {0};
    for (int i = s->degree; i >= 0 && !(content.count && poly_is_constant(content)); i--)
        if (s->coefficients[i].count)
            content = content.count ? gcd(a, content, s->coefficients[i]) : s->coefficients[i];
    if (poly_is_constant(content)) {
        mpq_t part, all;
        mpq_inits(part, all, NULL);
        for (int i = 0; i <= s->degree; i++) {
            if (!s->coefficients[i].count)
                continue;
            poly_content(a, s->coefficients[i], part);
            mpz_gcd(mpq_numref(all), mpq_numref(all), mpq_numref(part));
            mpz_lcm(mpq_denref(all), mpq_denref(all), mpq_denref(part));
        }
        mpq_inv(all, all);
        for (int i = 0; i <= s->degree; i++)
            s->coefficients[i] = poly_scale(a, s->coefficients[i], all);
        return poly_integer(a->w, 1);
    }
    for (int i = 0; i <= s->degree; i++)
        if (s->coefficients[i].count && !poly_divide(a, s->coefficients[i], content, &s->coefficients[i]))
            workspace_give_up(a->w, "no common divisor");
    return content;
}

// p becomes the remainder of lead(q)^k * p by q.
static void remainder_of(struct atoms *a, struct powers *p, const struct powers *q)
{
    struct poly lead = q->coefficients[q->degree];
    while (p->degree >= q->degree && p->coefficients[p->degree].count) {
        struct poly top = p->coefficients[p->degree];
        int shift = p->degree - q->degree;
        for (int i = 0; i < p->degree; i++) {
            p->coefficients[i] = poly_multiply(a, p->coefficients[i], lead);
            if (i >= shift)
                p->coefficients[i] =
                    poly_subtract(a, p->coefficients[i], poly_multiply(a, top, q->coefficients[i - shift]));
        }
        p->coefficients[p->degree] = (struct poly){0};
        while (p->degree > 0 && !p->coefficients[p->degree].count)
            p->degree--;
        if (p->degree == 0)
            return;
    }
}

static int main_atom(struct poly p)
{
    for (int i = 0; i < p.count; i++)
        if (p.terms[i].count)
            return p.terms[i].factors[0].atom;
    return -1;
}

static struct poly gcd(struct atoms *a, struct poly p, struct poly q)
{
    struct term ignored;
    struct poly one = poly_integer(a->w, 1);
    p = without_monomial(a, p, &ignored);
    q = without_monomial(a, q, &ignored);
    if (poly_is_constant(p) || poly_is_constant(q))
        return one;
    workspace_enter(a->w);
    int atom = main_atom(p), root = common_root(a->w, q, atom, common_root(a->w, p, atom, 1));
    struct powers *s = split(a, p, atom, root), *t = split(a, q, atom, root);
    struct poly common = gcd(a, take_content(a, s), take_content(a, t));
    if (t->degree == 0)
        t->coefficients[0] = one;
    while (t->degree > 0) {
        if (s->degree >= t->degree)
            remainder_of(a, s, t);
        struct powers *swap = s;
        s = t;
        t = swap;
        if (t->degree == 0)
            break;
        take_content(a, t);
    }
    // A remainder of degree 0 that is not 0: nothing in common but what the coefficients have.
    if (!t->coefficients[0].count)
        common = poly_multiply(a, common, unite(a, s, atom, root));
    workspace_leave(a->w);
    return common;
}

struct gcd_call {
    struct atoms *a;
    struct poly p, q, result;
};

static void gcd_call(struct workspace *w, void *argument)
{
    struct gcd_call *c = argument;
    (void)w;
    c->result = gcd(c->a, c->p, c->q);
}

static bool has_rules(const struct atoms *a, struct poly p)
{
    bool number;
    for (int i = 0; i < p.count; i++)
        for (int j = 0; j < p.terms[i].count; j++)
            if (atom_limit(a, p.terms[i].factors[j].atom, &number))
                return true;
    return false;
}

struct poly poly_gcd(struct atoms *a, struct poly p, struct poly q)
{
    struct gcd_call c = {.a = a, .p = p, .q = q};
    int count = a->count;
    if (p.count > GCD_TERMS || q.count > GCD_TERMS || has_rules(a, p) || has_rules(a, q) ||
        !workspace_attempt(a->w, GCD_STEPS, gcd_call, &c)) {
        a->count = count;
        return poly_integer(a->w, 1);
    }
    return whole_coefficients(a, c.result);
}

// ---- Quotients ----

struct fraction fraction_of(struct atoms *a, struct poly num)
{
    return (struct fraction){num, poly_integer(a->w, 1)};
}

// Multiplies both by what completes the powers of ruled atoms in a monomial of den, so that none is left there:
// 1 / |x| = |x| / x^2.
static void complete_powers(struct atoms *a, struct term t, struct poly *num, struct poly *den)
{
    for (int i = 0; i < t.count; i++) {
        bool number;
        struct factor f = t.factors[i];
        int limit = atom_limit(a, f.atom, &number);
        if (!limit || number)
            continue;
        int rest = limit * f.den - f.num;
        struct poly more = poly_power(a, poly_atom(a->w, f.atom, 1, f.den), (unsigned long)(rest > 0 ? rest : -f.num));
        *num = poly_multiply(a, *num, more);
        *den = poly_multiply(a, *den, more);
    }
}

// An atom of den that occurs with half of its limit only: a square root, |x|, sin(x).
static int square_root_in(const struct atoms *a, struct poly den)
{
    for (int i = 0; i < den.count; i++) {
        for (int j = 0; j < den.terms[i].count; j++) {
            const struct factor *f = &den.terms[i].factors[j], *g;
            bool number, half = true;
            int limit = atom_limit(a, f->atom, &number);
            if (!limit)
                continue;
            for (int k = 0; k < den.count; k++)
                if (uses(&den.terms[k], f->atom, &g))
                    half = half && 2 * g->num == limit * g->den;
            if (half)
                return f->atom;
        }
    }
    return -1;
}

// den = A + B r with r^2 free of r: multiplies by A - B r, round by round.
static void clear_roots(struct atoms *a, struct poly *num, struct poly *den)
{
    for (int round = 0; round < 8 && den->count <= 24; round++) {
        int atom = square_root_in(a, *den);
        if (atom < 0)
            return;
        struct term *list = workspace_array(a->w, struct term, den->count);
        for (int i = 0; i < den->count; i++) {
            const struct factor *f;
            list[i] = den->terms[i];
            if (!uses(&list[i], atom, &f))
                continue;
            mpq_init(list[i].value);
            mpq_neg(list[i].value, den->terms[i].value);
        }
        struct poly conjugate = {list, den->count}, square = poly_multiply(a, *den, conjugate);
        if (!square.count)
            return;
        *num = poly_multiply(a, *num, conjugate);
        *den = square;
    }
}

static struct fraction over_monomial(struct atoms *a, struct poly num, struct poly den)
{
    num = poly_multiply_term(a, num, poly_term_inverse(a, den.terms[0]));
    return fraction_of(a, num);
}

struct fraction fraction_make(struct atoms *a, struct poly num, struct poly den)
{
    if (!den.count)
        workspace_give_up(a->w, "division by 0");
    if (!num.count)
        return fraction_of(a, num);
    clear_roots(a, &num, &den);
    struct term content;
    for (int round = 0; round < 4; round++) {
        content = poly_monomial_content(a, den);
        struct poly before = den;
        complete_powers(a, content, &num, &den);
        if (poly_equal(before, den))
            break;
    }
    if (!den.count)
        workspace_give_up(a->w, "division by 0");
    if (den.count == 1)
        return over_monomial(a, num, den);
    if (content.count) {
        struct term inverse = poly_term_inverse(a, content);
        num = poly_multiply_term(a, num, inverse);
        den = poly_multiply_term(a, den, inverse);
    }
    struct poly quotient, common = poly_gcd(a, num, den);
    if (!poly_is_constant(common) && poly_divide(a, den, common, &quotient)) {
        struct poly rest;
        if (poly_divide(a, num, common, &rest)) {
            num = rest;
            den = quotient;
        }
    }
    if (den.count == 1)
        return over_monomial(a, num, den);
    if (den.count == 0)
        workspace_give_up(a->w, "division by 0");
    mpq_t lead;
    mpq_init(lead);
    mpq_inv(lead, den.terms[0].value);
    return (struct fraction){poly_scale(a, num, lead), poly_scale(a, den, lead)};
}

static bool is_plain(struct fraction f)
{
    return poly_is_integer(f.den, 1);
}

struct fraction fraction_add(struct atoms *a, struct fraction f, struct fraction g)
{
    if (is_plain(f) && is_plain(g))
        return fraction_of(a, poly_add(a, f.num, g.num));
    if (poly_equal(f.den, g.den))
        return fraction_make(a, poly_add(a, f.num, g.num), f.den);
    struct poly left = poly_multiply(a, f.num, g.den), right = poly_multiply(a, g.num, f.den);
    return fraction_make(a, poly_add(a, left, right), poly_multiply(a, f.den, g.den));
}

struct fraction fraction_multiply(struct atoms *a, struct fraction f, struct fraction g)
{
    if (is_plain(f) && is_plain(g))
        return fraction_of(a, poly_multiply(a, f.num, g.num));
    return fraction_make(a, poly_multiply(a, f.num, g.num), poly_multiply(a, f.den, g.den));
}

struct fraction fraction_invert(struct atoms *a, struct fraction f)
{
    return fraction_make(a, f.den, f.num);
}

struct fraction fraction_power(struct atoms *a, struct fraction f, long n)
{
    if (n < 0)
        f = fraction_invert(a, f);
    unsigned long m = n < 0 ? -(unsigned long)n : (unsigned long)n;
    return (struct fraction){poly_power(a, f.num, m), poly_power(a, f.den, m)};
}

struct fraction fraction_negate(struct atoms *a, struct fraction f)
{
    return (struct fraction){poly_negate(a, f.num), f.den};
}

bool fraction_equal(struct atoms *a, struct fraction f, struct fraction g)
{
    if (poly_equal(f.den, g.den))
        return poly_equal(f.num, g.num);
    struct poly left = poly_multiply(a, f.num, g.den), right = poly_multiply(a, g.num, f.den);
    return poly_equal(left, right);
}

bool fraction_is_constant(struct fraction f)
{
    return is_plain(f) && poly_is_constant(f.num);
}

uint64_t fraction_hash(const struct atoms *a, struct fraction f)
{
    return hash_mix(poly_hash(a, f.num), poly_hash(a, f.den));
}
