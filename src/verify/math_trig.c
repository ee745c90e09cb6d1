// Sines and cosines at fractions of pi, and the functions that undo them.
#include "verify/math_normal.h"

static struct fraction integer(struct atoms *a, long v)
{
    return fraction_of(a, poly_integer(a->w, v));
}

static struct fraction ratio(struct atoms *a, long p, long q)
{
    return normal_surd(a, p, q, 1);
}

// sin(pi n / 60) for n in 0..30 where it is written with square roots
static bool sine_value(struct atoms *a, long n, struct fraction *out)
{
    switch (n) {
    case 0:
        *out = integer(a, 0);
        return true;
    case 5:
        *out = fraction_add(a, normal_surd(a, 1, 4, 6), normal_surd(a, -1, 4, 2));
        return true;
    case 6:
        *out = fraction_add(a, normal_surd(a, 1, 4, 5), ratio(a, -1, 4));
        return true;
    case 10:
        *out = ratio(a, 1, 2);
        return true;
    case 15:
        *out = normal_surd(a, 1, 2, 2);
        return true;
    case 18:
        *out = fraction_add(a, normal_surd(a, 1, 4, 5), ratio(a, 1, 4));
        return true;
    case 20:
        *out = normal_surd(a, 1, 2, 3);
        return true;
    case 25:
        *out = fraction_add(a, normal_surd(a, 1, 4, 6), normal_surd(a, 1, 4, 2));
        return true;
    case 30:
        *out = integer(a, 1);
        return true;
    default:
        return false;
    }
}

static struct fraction function_atom(struct atoms *a, int op, struct fraction x)
{
    return fraction_of(a, poly_atom(a->w, atom_new(a, ATOM_FUNCTION, op, NULL, &x, 1), 1, 1));
}

// The rational number r of the term r * pi, and x without it.
static struct fraction take_turn(struct atoms *a, struct fraction x, mpq_ptr turn)
{
    if (!fraction_is_plain(x))
        return x;
    for (int i = 0; i < x.num.count; i++) {
        const struct term *t = &x.num.terms[i];
        if (t->count == 1 && a->list[t->factors[0].atom].kind == ATOM_PI && t->factors[0].num == 1 &&
            t->factors[0].den == 1) {
            mpq_set(turn, t->value);
            return fraction_of(a, poly_subtract(a, x.num, (struct poly){t, 1}));
        }
    }
    return x;
}

struct fraction normal_sine(struct atoms *a, struct fraction x, bool cosine)
{
    mpq_t turn;
    mpz_t quarter;
    mpq_init(turn);
    mpz_init(quarter);
    x = take_turn(a, x, turn);
    bool negative = false;
    if (x.num.count && mpq_sgn(x.num.terms[0].value) < 0) { // f(turn + x) with x = -y
        x = fraction_negate(a, x);
        mpq_neg(turn, turn);
        negative = !cosine;
    }
    // turn = quarter / 2 + what lies in [0, 1/2)
    workspace_step_divide(a->w, mpz_size(mpq_numref(turn)), mpz_size(mpq_denref(turn)));
    mpq_mul_2exp(turn, turn, 1);
    mpz_fdiv_qr(quarter, mpq_numref(turn), mpq_numref(turn), mpq_denref(turn));
    mpq_canonicalize(turn);
    mpq_div_2exp(turn, turn, 1);
    unsigned long q = mpz_fdiv_ui(quarter, 4) + (cosine ? 1 : 0); // cos(u) = sin(u + pi/2)
    cosine = q & 1;
    negative ^= q >> 1 & 1;
    struct fraction f;
    mpq_t step;
    mpq_init(step);
    mpq_set_si(step, 60, 1);
    mpq_mul(step, step, turn);
    bool known = !x.num.count && mpz_cmp_ui(mpq_denref(step), 1) == 0;
    long n = known ? mpz_get_si(mpq_numref(step)) : 0;
    if (!known || !sine_value(a, cosine ? 30 - n : n, &f)) {
        if (!x.num.count && mpq_cmp_ui(turn, 1, 4) > 0) { // sin(u) = cos(pi/2 - u)
            mpq_set_si(step, 1, 2);
            mpq_sub(turn, step, turn);
            cosine = !cosine;
        }
        struct poly pi = poly_atom(a->w, atom_plain(a, ATOM_PI), 1, 1);
        x = fraction_add(a, x, fraction_of(a, poly_scale(a, pi, turn)));
        f = function_atom(a, cosine ? EXPR_COS : EXPR_SIN, x);
    }
    return negative ? fraction_negate(a, f) : f;
}

static struct fraction pi_times(struct atoms *a, long p, long q)
{
    return fraction_multiply(a, fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_PI), 1, 1)), ratio(a, p, q));
}

// The multiple of pi/60 whose sine (or tangent) is x.
static bool find_angle(struct atoms *a, struct fraction x, bool tangent, long *n)
{
    for (*n = 0; *n < 30 + !tangent; ++*n) {
        struct fraction s, c;
        if (!sine_value(a, *n, &s) || (tangent && !sine_value(a, 30 - *n, &c)))
            continue;
        if (tangent)
            s = fraction_multiply(a, s, fraction_invert(a, c));
        if (fraction_equal(a, s, x))
            return true;
    }
    return false;
}

static struct fraction inverse_of(struct atoms *a, int op, struct fraction x)
{
    long n;
    bool negative =
        x.num.count && (normal_sign(a, x.num) < 0 || (!normal_sign(a, x.num) && mpq_sgn(x.num.terms[0].value) < 0));
    if (negative)
        x = fraction_negate(a, x);
    bool roots = fraction_is_plain(x);
    for (int i = 0; i < x.num.count; i++)
        for (int j = 0; j < x.num.terms[i].count; j++)
            roots = roots && a->list[x.num.terms[i].factors[j].atom].kind == ATOM_PRIME;
    struct fraction f = roots && find_angle(a, x, op == EXPR_ATAN, &n) ? pi_times(a, n, 60) : function_atom(a, op, x);
    return negative ? fraction_negate(a, f) : f;
}

struct fraction normal_inverse(struct atoms *a, int op, struct fraction x)
{
    switch (op) {
    case EXPR_ACOS: // pi/2 - asin(x)
        return fraction_add(a, pi_times(a, 1, 2), fraction_negate(a, inverse_of(a, EXPR_ASIN, x)));
    case EXPR_ACOT: // atan(1/x), pi/2 for 0
        return x.num.count ? inverse_of(a, EXPR_ATAN, fraction_invert(a, x)) : pi_times(a, 1, 2);
    case EXPR_ASEC:
        return normal_inverse(a, EXPR_ACOS, fraction_invert(a, x));
    case EXPR_ACSC:
        return inverse_of(a, EXPR_ASIN, fraction_invert(a, x));
    default:
        return inverse_of(a, op, x);
    }
}
