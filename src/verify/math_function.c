// Values of functions in normal form: exact where they are known, else atoms.
#include "verify/math_normal.h"

enum { FACTORIAL_MAX = 4000, SHIFT_MAX = 12 };

static struct fraction integer(struct atoms *a, long v)
{
    return fraction_of(a, poly_integer(a->w, v));
}

static struct fraction unknown(struct atoms *a, int op, const char *name, const struct fraction *args, int count)
{
    return fraction_of(a, poly_atom(a->w, atom_new(a, ATOM_FUNCTION, op, name, args, count), 1, 1));
}

static struct fraction subtract(struct atoms *a, struct fraction f, struct fraction g)
{
    return fraction_add(a, f, fraction_negate(a, g));
}

static struct fraction divide(struct atoms *a, struct fraction f, struct fraction g)
{
    return fraction_multiply(a, f, fraction_invert(a, g));
}

static struct fraction halve(struct atoms *a, struct fraction f)
{
    return fraction_multiply(a, f, normal_surd(a, 1, 2, 1));
}

static struct fraction square_root(struct atoms *a, struct fraction f)
{
    return normal_root(a, f, 1, 2);
}

static struct fraction exponential(struct atoms *a, struct fraction x)
{
    return normal_power(a, fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_E), 1, 1)), x);
}

// ---- Logarithms ----

static struct fraction log_of_atom(struct atoms *a, int atom)
{
    const struct atom x = a->list[atom];
    if (x.kind == ATOM_E)
        return integer(a, 1);
    if (x.kind == ATOM_POWER && x.positive)
        return fraction_multiply(a, x.args[1], normal_log(a, x.args[0]));
    struct fraction arg = fraction_of(a, poly_atom(a->w, atom, 1, 1));
    if (x.kind == ATOM_PRIME) {
        mpq_t v;
        mpq_init(v);
        mpq_set_z(v, x.value);
        arg = fraction_of(a, poly_constant(a->w, v));
    }
    return unknown(a, EXPR_LOG, NULL, &arg, 1);
}

static struct fraction add_log(struct atoms *a, struct fraction sum, int atom, long num, long den)
{
    return fraction_add(a, sum, fraction_multiply(a, log_of_atom(a, atom), normal_surd(a, num, den, 1)));
}

// What is known to be positive leaves the logarithm: log(4 x) = 2 log(2) + log(x).
struct fraction normal_log(struct atoms *a, struct fraction x)
{
    struct fraction sum = integer(a, 0);
    if (!x.num.count)
        workspace_give_up(a->w, "the logarithm of 0");
    if (!fraction_is_plain(x))
        return unknown(a, EXPR_LOG, NULL, &x, 1);
    workspace_enter(a->w);
    struct term common = poly_monomial_content(a, x.num);
    struct factor *taken = workspace_array(a->w, struct factor, common.count);
    struct term t = {.factors = taken};
    mpq_init(t.value);
    poly_content(a, x.num, t.value);
    struct primes *primes = normal_primes(a, t.value);
    for (int i = 0; i < primes->count; i++)
        sum = add_log(a, sum, primes->atom[i], primes->times[i], 1);
    for (int i = 0; i < common.count; i++) {
        struct factor f = common.factors[i];
        if (!a->list[f.atom].positive)
            continue;
        sum = add_log(a, sum, f.atom, f.num, f.den);
        taken[t.count++] = f;
    }
    struct poly rest = poly_multiply_term(a, x.num, poly_term_inverse(a, t));
    struct fraction arg = fraction_of(a, rest);
    if (poly_is_integer(rest, -1)) {
        struct fraction i = fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_MINUS_ONE), 1, 2));
        sum = fraction_add(a, sum,
                           fraction_multiply(a, i, fraction_of(a, poly_atom(a->w, atom_plain(a, ATOM_PI), 1, 1))));
    } else if (rest.count == 1 && rest.terms[0].count == 1 && mpq_cmp_si(rest.terms[0].value, 1, 1) == 0 &&
               rest.terms[0].factors[0].num > 0 && rest.terms[0].factors[0].num <= rest.terms[0].factors[0].den) {
        // log(x^r) = r log(x) for 0 < r <= 1
        sum =
            add_log(a, sum, rest.terms[0].factors[0].atom, rest.terms[0].factors[0].num, rest.terms[0].factors[0].den);
    } else if (!poly_is_integer(rest, 1)) {
        sum = fraction_add(a, sum, unknown(a, EXPR_LOG, NULL, &arg, 1));
    }
    workspace_leave(a->w);
    return sum;
}

// ---- Absolute values ----

static struct fraction abs_of_poly(struct atoms *a, struct poly p)
{
    struct poly real, imaginary;
    if (!p.count)
        return fraction_of(a, p);
    if (normal_split(a, p, &real, &imaginary) && imaginary.count) {
        struct poly square = poly_add(a, poly_power(a, real, 2), poly_power(a, imaginary, 2));
        return square_root(a, fraction_of(a, square));
    }
    struct fraction out = integer(a, 1);
    struct term common = poly_monomial_content(a, p);
    struct factor *taken = workspace_array(a->w, struct factor, common.count);
    struct term t = {.factors = taken};
    mpq_init(t.value);
    poly_content(a, p, t.value);
    for (int i = 0; i < common.count; i++) {
        struct factor f = common.factors[i];
        const struct atom x = a->list[f.atom];
        struct fraction arg = fraction_of(a, poly_atom(a->w, f.atom, 1, 1));
        if (x.positive)
            out = fraction_multiply(a, out, normal_atom_power(a, f.atom, f.num, f.den));
        else if (f.den == 1 && p.count + common.count > 2)
            out = fraction_multiply(a, out, fraction_power(a, abs_of_poly(a, arg.num), f.num));
        else if (f.den == 1 && (f.num != 1 || mpq_cmp_si(p.terms[0].value, 1, 1) != 0))
            out = fraction_multiply(a, out, fraction_power(a, abs_of_poly(a, arg.num), f.num));
        else
            continue;
        taken[t.count++] = f;
    }
    struct poly rest = poly_multiply_term(a, p, poly_term_inverse(a, t));
    int sign = normal_sign(a, rest);
    if (sign < 0 || (sign == 0 && mpq_sgn(rest.terms[0].value) < 0))
        rest = poly_negate(a, rest);
    struct fraction arg = fraction_of(a, rest);
    if (sign == 0)
        arg = unknown(a, EXPR_ABS, NULL, &arg, 1);
    out = fraction_multiply(a, out, arg);
    return fraction_multiply(a, out, fraction_of(a, poly_constant(a->w, t.value)));
}

struct fraction normal_abs(struct atoms *a, struct fraction x)
{
    struct fraction num = abs_of_poly(a, x.num);
    return fraction_is_plain(x) ? num : divide(a, num, abs_of_poly(a, x.den));
}

// ---- Whole numbers ----

static struct fraction whole(struct atoms *a, mpz_srcptr z)
{
    mpq_t v;
    mpq_init(v);
    mpq_set_z(v, z);
    return fraction_of(a, poly_constant(a->w, v));
}

static struct fraction rounded(struct atoms *a, int op, struct fraction x)
{
    if (!fraction_is_constant(x))
        return unknown(a, op, NULL, &x, 1);
    mpq_srcptr v = poly_value(x.num);
    mpz_t z;
    mpz_init(z);
    workspace_step_divide(a->w, mpz_size(mpq_numref(v)), mpz_size(mpq_denref(v)));
    if (op == EXPR_FLOOR)
        mpz_fdiv_q(z, mpq_numref(v), mpq_denref(v));
    else
        mpz_cdiv_q(z, mpq_numref(v), mpq_denref(v));
    return whole(a, z);
}

// (x + k)! = x! (x + 1) ... (x + k)
static struct fraction factorial(struct atoms *a, struct fraction x)
{
    long p, q;
    mpz_t z;
    mpz_init(z);
    if (fraction_is_constant(x)) {
        if (!fraction_is_small(x, &p, &q) || q != 1 || p < 0 || p > FACTORIAL_MAX)
            workspace_give_up(a->w, "a factorial");
        workspace_step(a->w, 50 + p * p / 100);
        mpz_fac_ui(z, (unsigned long)p);
        return whole(a, z);
    }
    struct fraction base = x, out;
    for (int i = 0; fraction_is_plain(x) && i < x.num.count; i++) {
        struct poly c = {&x.num.terms[i], 1};
        if (x.num.terms[i].count || !fraction_is_small(fraction_of(a, c), &p, &q))
            continue;
        long shift = p >= 0 ? p / q : -((-p + q - 1) / q);
        if (shift > SHIFT_MAX || shift < -SHIFT_MAX)
            break;
        base = fraction_add(a, x, integer(a, -shift));
        out = unknown(a, EXPR_FACTORIAL, NULL, &base, 1);
        for (long k = 1; k <= shift; k++)
            out = fraction_multiply(a, out, fraction_add(a, base, integer(a, k)));
        for (long k = 0; k > shift; k--)
            out = divide(a, out, fraction_add(a, base, integer(a, k)));
        return out;
    }
    return unknown(a, EXPR_FACTORIAL, NULL, &base, 1);
}

static struct fraction binomial(struct atoms *a, struct fraction n, struct fraction k)
{
    long p, q;
    if (fraction_is_small(k, &p, &q) && q == 1 && p < 0)
        return integer(a, 0);
    if (fraction_is_small(k, &p, &q) && q == 1 && p <= (fraction_is_constant(n) ? 2000 : SHIFT_MAX)) {
        struct fraction out = integer(a, 1);
        for (long i = 0; i < p; i++)
            out = fraction_multiply(
                a, out, fraction_multiply(a, fraction_add(a, n, integer(a, -i)), normal_surd(a, 1, i + 1, 1)));
        return out;
    }
    return divide(a, divide(a, factorial(a, n), factorial(a, k)), factorial(a, subtract(a, n, k)));
}

static struct fraction of_whole_numbers(struct atoms *a, int op, const char *name, const struct fraction *args,
                                        int count)
{
    mpz_t result;
    mpz_init(result);
    for (int i = 0; i < count; i++) {
        if (!fraction_is_constant(args[i]) || mpz_cmp_ui(mpq_denref(poly_value(args[i].num)), 1) != 0)
            return unknown(a, op, name, args, count);
        mpz_srcptr z = mpq_numref(poly_value(args[i].num));
        workspace_step_divide(a->w, mpz_size(result), mpz_size(z));
        if (i == 0)
            mpz_abs(result, z);
        else if (op == EXPR_GCD)
            mpz_gcd(result, result, z);
        else
            mpz_lcm(result, result, z);
    }
    return whole(a, result);
}

static struct fraction extreme(struct atoms *a, int op, const char *name, const struct fraction *args, int count)
{
    int best = 0;
    for (int i = 0; i < count; i++) {
        if (!fraction_is_constant(args[i]))
            return unknown(a, op, name, args, count);
        int order = mpq_cmp(poly_value(args[i].num), poly_value(args[best].num));
        best = (op == EXPR_MAX ? order > 0 : order < 0) ? i : best;
    }
    return args[best];
}

static struct fraction modulo(struct atoms *a, struct fraction x, struct fraction m)
{
    if (!fraction_is_constant(x) || !fraction_is_constant(m) || !m.num.count)
        return unknown(a, EXPR_MOD, NULL, (struct fraction[]){x, m}, 2);
    return subtract(a, x, fraction_multiply(a, m, rounded(a, EXPR_FLOOR, divide(a, x, m))));
}

// ---- Parts of complex numbers ----

static struct fraction part(struct atoms *a, int op, struct fraction x)
{
    struct poly real, imaginary;
    if (!fraction_is_plain(x) || !normal_split(a, x.num, &real, &imaginary)) {
        if (op == EXPR_CONJUGATE && fraction_is_real(a, x))
            return x;
        return unknown(a, op, NULL, &x, 1);
    }
    if (op == EXPR_RE)
        return fraction_of(a, real);
    if (op == EXPR_IM)
        return fraction_of(a, imaginary);
    struct poly i = poly_atom(a->w, atom_plain(a, ATOM_MINUS_ONE), 1, 2);
    if (op == EXPR_CONJUGATE)
        return fraction_of(a, poly_subtract(a, real, poly_multiply(a, imaginary, i)));
    int sign = normal_sign(a, real);
    if (sign <= 0)
        return unknown(a, op, NULL, &x, 1);
    return normal_inverse(a, EXPR_ATAN, divide(a, fraction_of(a, imaginary), fraction_of(a, real)));
}

// ---- Hyperbolic functions, by e^x and logarithms ----

static struct fraction hyperbolic(struct atoms *a, int op, struct fraction x)
{
    struct fraction one = integer(a, 1), square = fraction_power(a, x, 2), e, f;
    switch (op) {
    case EXPR_SINH:
    case EXPR_COSH:
        e = exponential(a, x);
        f = fraction_invert(a, e);
        return halve(a, op == EXPR_SINH ? subtract(a, e, f) : fraction_add(a, e, f));
    case EXPR_TANH:
        e = exponential(a, fraction_multiply(a, x, integer(a, 2)));
        return divide(a, subtract(a, e, one), fraction_add(a, e, one));
    case EXPR_ASINH:
        return normal_log(a, fraction_add(a, x, square_root(a, fraction_add(a, square, one))));
    case EXPR_ACOSH:
        f = fraction_multiply(a, square_root(a, subtract(a, x, one)), square_root(a, fraction_add(a, x, one)));
        return normal_log(a, fraction_add(a, x, f));
    default:
        f = subtract(a, normal_log(a, fraction_add(a, one, x)), normal_log(a, subtract(a, one, x)));
        return halve(a, f);
    }
}

static struct fraction trigonometric(struct atoms *a, int op, struct fraction x)
{
    switch (op) {
    case EXPR_SIN:
        return normal_sine(a, x, false);
    case EXPR_COS:
        return normal_sine(a, x, true);
    case EXPR_TAN:
        return divide(a, normal_sine(a, x, false), normal_sine(a, x, true));
    case EXPR_COT:
        return divide(a, normal_sine(a, x, true), normal_sine(a, x, false));
    case EXPR_SEC:
        return fraction_invert(a, normal_sine(a, x, true));
    default:
        return fraction_invert(a, normal_sine(a, x, false));
    }
}

struct fraction normal_function(struct atoms *a, int op, const char *name, const struct fraction *args, int count)
{
    struct fraction f;
    workspace_step(a->w, 20);
    switch (op) {
    case EXPR_LOG:
        f = normal_log(a, args[0]);
        return count == 2 ? divide(a, f, normal_log(a, args[1])) : f;
    case EXPR_SIN:
    case EXPR_COS:
    case EXPR_TAN:
    case EXPR_COT:
    case EXPR_SEC:
    case EXPR_CSC:
        return trigonometric(a, op, args[0]);
    case EXPR_ASIN:
    case EXPR_ACOS:
    case EXPR_ATAN:
    case EXPR_ACOT:
    case EXPR_ASEC:
    case EXPR_ACSC:
        return normal_inverse(a, op, args[0]);
    case EXPR_SINH:
    case EXPR_COSH:
    case EXPR_TANH:
    case EXPR_ASINH:
    case EXPR_ACOSH:
    case EXPR_ATANH:
        return hyperbolic(a, op, args[0]);
    case EXPR_ABS:
        return normal_abs(a, args[0]);
    case EXPR_FLOOR:
    case EXPR_CEIL:
        return rounded(a, op, args[0]);
    case EXPR_FACTORIAL:
        return factorial(a, args[0]);
    case EXPR_BINOMIAL:
        return binomial(a, args[0], args[1]);
    case EXPR_GCD:
    case EXPR_LCM:
        return of_whole_numbers(a, op, name, args, count);
    case EXPR_MIN:
    case EXPR_MAX:
        return extreme(a, op, name, args, count);
    case EXPR_MOD:
        return modulo(a, args[0], args[1]);
    case EXPR_RE:
    case EXPR_IM:
    case EXPR_CONJUGATE:
    case EXPR_ARG:
        return part(a, op, args[0]);
    default:
        return unknown(a, op, name, args, count);
    }
}
