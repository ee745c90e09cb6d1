// Powers in normal form: roots of numbers by their primes, roots of squares, powers with symbolic exponents.
#include "verify/math_normal.h"

enum { TRIAL_LIMIT = 1000, FACTOR_BITS = 4096 };

struct fraction normal_atom_power(struct atoms *a, int atom, long num, long den)
{
    bool number;
    if (num < 0 && atom_limit(a, atom, &number) && !number)
        return fraction_invert(a, fraction_of(a, poly_monomial(a, atom, -num, den)));
    return fraction_of(a, poly_monomial(a, atom, num, den));
}

// (-1)^(p/q). Those whose parts are square roots are written so.
static struct fraction minus_one_power(struct atoms *a, long p, long q)
{
    if (q == 2 || (12 % q != 0))
        return normal_atom_power(a, atom_plain(a, ATOM_MINUS_ONE), p, q);
    struct poly angle = poly_atom(a->w, atom_plain(a, ATOM_PI), 1, 1);
    mpq_t turn;
    mpq_init(turn);
    mpq_set_si(turn, p, (unsigned long)q);
    mpq_canonicalize(turn);
    struct fraction x = fraction_of(a, poly_scale(a, angle, turn));
    struct fraction i = fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_MINUS_ONE), 1, 2));
    return fraction_add(a, normal_sine(a, x, true), fraction_multiply(a, i, normal_sine(a, x, false)));
}

static void add_prime(struct atoms *a, mpz_srcptr prime, long count, struct primes *list)
{
    list->atom[list->count] = atom_prime(a, prime);
    list->times[list->count++] = count;
}

static void factorize(struct atoms *a, mpz_srcptr z, long sign, struct primes *list)
{
    mpz_t rest, d;
    mpz_init_set(rest, z);
    mpz_init(d);
    if (mpz_sizeinbase(z, 2) > FACTOR_BITS)
        workspace_give_up(a->w, "too large");
    for (unsigned long p = 2; p < TRIAL_LIMIT && mpz_cmp_ui(rest, 1) != 0; p += 1 + (p & 1)) {
        long count = 0;
        workspace_step(a->w, 3 + (long)mpz_size(rest));
        while (mpz_divisible_ui_p(rest, p)) {
            workspace_step(a->w, 5 + 2 * (long)mpz_size(rest));
            mpz_divexact_ui(rest, rest, p);
            count++;
        }
        mpz_set_ui(d, p);
        if (count)
            add_prime(a, d, sign * count, list);
        if (mpz_cmp_ui(rest, p * p) < 0)
            p = TRIAL_LIMIT;
    }
    if (mpz_cmp_ui(rest, 1) == 0)
        return;
    long count = 1;
    for (unsigned long k = 2; k < 8; k++) {
        workspace_step_divide(a->w, mpz_size(rest), mpz_size(rest));
        while (mpz_root(d, rest, k)) {
            workspace_step_divide(a->w, mpz_size(rest), mpz_size(rest));
            mpz_set(rest, d);
            count *= (long)k;
        }
    }
    add_prime(a, rest, sign * count, list);
}

struct primes *normal_primes(struct atoms *a, mpq_srcptr value)
{
    struct primes *list = workspace_array(a->w, struct primes, 1);
    factorize(a, mpq_numref(value), 1, list);
    factorize(a, mpq_denref(value), -1, list);
    return list;
}

// value^(p/q * exponent) of a positive rational; exponent may be NULL for 1
static struct fraction number_power(struct atoms *a, mpq_srcptr value, long p, long q, const struct fraction *exponent)
{
    struct primes *list = normal_primes(a, value);
    struct fraction result = fraction_of(a, poly_integer(a->w, 1));
    for (int i = 0; i < list->count; i++) {
        int atom = list->atom[i];
        if (exponent) {
            mpq_t v;
            mpq_init(v);
            mpq_set_z(v, a->list[atom].value);
            struct fraction args[] = {fraction_of(a, poly_constant(a->w, v)), *exponent};
            atom = atom_new(a, ATOM_POWER, 0, NULL, args, 2);
        }
        result = fraction_multiply(a, result, normal_atom_power(a, atom, list->times[i] * p, q));
    }
    return result;
}

struct fraction normal_surd(struct atoms *a, long numerator, long denominator, long n)
{
    mpq_t v;
    mpq_init(v);
    mpq_set_si(v, n, 1);
    struct fraction root = number_power(a, v, 1, 2, NULL);
    mpq_set_si(v, numerator, (unsigned long)denominator);
    mpq_canonicalize(v);
    return fraction_multiply(a, root, fraction_of(a, poly_constant(a->w, v)));
}

// sqrt(s + t) with s rational and t^2 rational: sqrt((s+d)/2) +- sqrt((s-d)/2), d = sqrt(s^2 - t^2), when d is
// rational.
static bool denest(struct atoms *a, struct poly p, struct fraction *root)
{
    if (p.count != 2 || (p.terms[0].count && p.terms[1].count))
        return false;
    const struct term *s = &p.terms[p.terms[0].count != 0], *t = &p.terms[p.terms[0].count == 0];
    struct poly square = poly_power(a, (struct poly){t, 1}, 2), one = poly_integer(a->w, 1);
    if (!poly_is_constant(square) || mpq_sgn(s->value) <= 0)
        return false;
    mpq_t d, half;
    mpq_inits(d, half, NULL);
    mpq_mul(d, s->value, s->value);
    mpq_sub(d, d, poly_value(square));
    workspace_step_divide(a->w, mpz_size(mpq_numref(d)) + mpz_size(mpq_denref(d)), 4);
    if (mpq_sgn(d) <= 0 || !mpz_perfect_square_p(mpq_numref(d)) || !mpz_perfect_square_p(mpq_denref(d)))
        return false;
    mpz_sqrt(mpq_numref(d), mpq_numref(d));
    mpz_sqrt(mpq_denref(d), mpq_denref(d));
    mpq_set_si(half, 1, 2);
    struct poly sd = poly_constant(a->w, d), base = poly_scale(a, one, s->value);
    struct fraction plus = normal_root(a, fraction_of(a, poly_scale(a, poly_add(a, base, sd), half)), 1, 2);
    struct fraction minus = normal_root(a, fraction_of(a, poly_scale(a, poly_subtract(a, base, sd), half)), 1, 2);
    *root = fraction_add(a, plus, mpq_sgn(t->value) < 0 ? fraction_negate(a, minus) : minus);
    return true;
}

// Takes what is known not to be negative out of base^(p/q): *out is multiplied by it, p keeps the rest.
static struct poly take_positive(struct atoms *a, struct poly base, long p, long q, struct fraction *out)
{
    struct term common = poly_monomial_content(a, base);
    struct factor *taken = workspace_array(a->w, struct factor, common.count);
    int n = 0;
    for (int i = 0; i < common.count; i++) {
        struct factor f = common.factors[i];
        if (a->list[f.atom].positive) {
            *out = fraction_multiply(a, *out, normal_atom_power(a, f.atom, f.num * p, f.den * q));
        } else if (f.den == 1 && a->list[f.atom].real && f.num != 1) {
            f.num -= f.num & 1; // the even part
            struct fraction size = normal_abs(a, fraction_of(a, poly_atom(a->w, f.atom, 1, 1)));
            *out = fraction_multiply(a, *out, normal_root(a, fraction_power(a, size, f.num), p, q));
        } else {
            continue;
        }
        taken[n++] = f;
    }
    struct term t = {.factors = taken, .count = n};
    mpq_init(t.value);
    poly_content(a, base, t.value);
    *out = fraction_multiply(a, *out, number_power(a, t.value, p, q, NULL));
    return poly_multiply_term(a, base, poly_term_inverse(a, t));
}

static struct fraction root_of_rest(struct atoms *a, struct poly base, long p, long q)
{
    if (poly_is_integer(base, 1))
        return fraction_of(a, base);
    if (poly_is_integer(base, -1))
        return minus_one_power(a, p, q);
    if (base.count == 1 && base.terms[0].count == 1 && mpq_cmp_si(base.terms[0].value, 1, 1) == 0) {
        struct factor f = base.terms[0].factors[0];
        if (f.num > 0 && f.num <= f.den) // (x^s)^t = x^(s t) for 0 < s <= 1
            return normal_atom_power(a, f.atom, f.num * p, f.den * q);
    }
    struct fraction root;
    if (q == 2 && denest(a, base, &root))
        return fraction_power(a, root, p);
    long whole = p >= 0 ? p / q : -((-p + q - 1) / q);
    struct fraction arg = fraction_of(a, base);
    int atom = atom_new(a, ATOM_ROOT, 0, NULL, &arg, 1);
    root = fraction_of(a, poly_monomial(a, atom, p - whole * q, q));
    return fraction_multiply(a, fraction_power(a, arg, whole), root);
}

struct fraction normal_root(struct atoms *a, struct fraction base, long p, long q)
{
    if (q == 1)
        return fraction_power(a, base, p);
    if (!base.num.count) {
        if (p < 0)
            workspace_give_up(a->w, "division by 0");
        return base;
    }
    workspace_enter(a->w);
    struct fraction out = fraction_of(a, poly_integer(a->w, 1));
    if (!fraction_is_plain(base)) { // (n/d)^(p/q) = (n d)^(p/q) |d|^(-2p/q)
        if (!fraction_is_real(a, base))
            workspace_give_up(a->w, "a root of a quotient");
        struct fraction size = normal_abs(a, fraction_of(a, base.den));
        out = normal_root(a, fraction_power(a, size, 2), -p, q);
        base = fraction_of(a, poly_multiply(a, base.num, base.den));
    }
    struct poly rest = take_positive(a, base.num, p, q, &out);
    struct fraction f = fraction_multiply(a, out, root_of_rest(a, rest, p, q));
    workspace_leave(a->w);
    return f;
}

// e^(c m) for a monomial m that holds the imaginary unit and pi, or one logarithm
static bool exponential(struct atoms *a, const struct term *m, long p, long q, struct fraction *out)
{
    bool turn = m->count == 2, pi = false, unit = false;
    for (int i = 0; i < m->count && turn; i++) {
        const struct factor *f = &m->factors[i];
        pi = pi || (a->list[f->atom].kind == ATOM_PI && f->num == 1 && f->den == 1);
        unit = unit || (a->list[f->atom].kind == ATOM_MINUS_ONE && f->num == 1 && f->den == 2);
    }
    if (turn && pi && unit) {
        *out = minus_one_power(a, p, q);
        return true;
    }
    if (m->count == 1 && m->factors[0].num == 1 && m->factors[0].den == 1) {
        const struct atom x = a->list[m->factors[0].atom];
        if (x.kind == ATOM_FUNCTION && x.op == EXPR_LOG) {
            *out = normal_root(a, x.args[0], p, q);
            return true;
        }
    }
    return false;
}

// base^(c m), m a monomial with the value 1, c = p/q
static struct fraction power_of_monomial(struct atoms *a, struct fraction base, const struct term *m, long p, long q)
{
    struct fraction exponent = fraction_of(a, (struct poly){m, 1}), out;
    if (fraction_is_constant(base)) {
        mpq_t size;
        mpq_init(size);
        mpq_abs(size, poly_value(base.num));
        if (mpq_sgn(size) == 0)
            workspace_give_up(a->w, "a power of 0");
        out = number_power(a, size, p, q, &exponent);
        if (mpq_sgn(poly_value(base.num)) > 0)
            return out;
        struct fraction args[] = {fraction_of(a, poly_integer(a->w, -1)), exponent};
        return fraction_multiply(a, out, normal_atom_power(a, atom_new(a, ATOM_POWER, 0, NULL, args, 2), p, q));
    }
    if (fraction_is_plain(base) && base.num.count == 1 && base.num.terms[0].count == 1 &&
        mpq_cmp_si(base.num.terms[0].value, 1, 1) == 0) {
        struct factor f = base.num.terms[0].factors[0];
        const struct atom x = a->list[f.atom];
        if (x.kind == ATOM_E && f.num == 1 && f.den == 1 && exponential(a, m, p, q, &out))
            return out;
        if (x.kind == ATOM_POWER && x.positive && poly_is_real(a, exponent.num)) // (b^s)^t = b^(s t)
            return normal_power(
                a, x.args[0],
                fraction_multiply(a, x.args[1],
                                  fraction_multiply(a, exponent, normal_surd(a, p * f.num, q * f.den, 1))));
        if (x.positive && (f.num != 1 || f.den != 1)) {
            struct fraction args[] = {fraction_of(a, poly_atom(a->w, f.atom, 1, 1)), exponent};
            return normal_atom_power(a, atom_new(a, ATOM_POWER, 0, NULL, args, 2), p * f.num, q * f.den);
        }
    }
    struct fraction args[] = {base, exponent};
    return normal_atom_power(a, atom_new(a, ATOM_POWER, 0, NULL, args, 2), p, q);
}

struct fraction normal_power(struct atoms *a, struct fraction base, struct fraction exponent)
{
    long p, q;
    workspace_enter(a->w);
    struct fraction out = fraction_of(a, poly_integer(a->w, 1));
    if (fraction_is_small(exponent, &p, &q)) {
        if (!base.num.count && p < 0)
            workspace_give_up(a->w, "a power of 0");
        out = normal_root(a, base, p, q);
    } else if (fraction_is_constant(exponent) || !fraction_is_plain(exponent)) {
        if (fraction_is_constant(exponent) && !poly_is_integer(base.num, 1))
            workspace_give_up(a->w, "too large");
        struct fraction args[] = {base, exponent};
        if (!poly_is_integer(base.num, 1) || !fraction_is_plain(base))
            out = fraction_of(a, poly_atom(a->w, atom_new(a, ATOM_POWER, 0, NULL, args, 2), 1, 1));
    } else {
        for (int i = 0; i < exponent.num.count; i++) {
            struct term t = exponent.num.terms[i];
            struct fraction c = fraction_of(a, poly_constant(a->w, t.value));
            if (!fraction_is_small(c, &p, &q))
                workspace_give_up(a->w, "too large");
            mpq_init(t.value);
            mpq_set_si(t.value, 1, 1);
            struct term *m = workspace_array(a->w, struct term, 1);
            *m = t;
            struct fraction part = t.count ? power_of_monomial(a, base, m, p, q) : normal_root(a, base, p, q);
            out = fraction_multiply(a, out, part);
        }
    }
    workspace_leave(a->w);
    return out;
}
