// Sums, products, powers and determinants of matrices.
#include "verify/math_compare.h"

enum { POWER_MAX = 64, NUMBERS_MAX = 12, FORMULAS_MAX = 4 };

static const struct expr *matrix_new(struct workspace *w, const struct expr *const *args, int count, int columns)
{
    struct expr *e = expr_new(w, EXPR_MATRIX, 0, args, count);
    e->columns = columns;
    return e;
}

static bool is_exact(const struct expr *e)
{
    return e->kind == EXPR_NUMBER && e->decimals < 0 && !e->percent;
}

// The sum or product of two entries; of exact numbers it is a number again, so that powers stay small.
static const struct expr *combined(struct workspace *w, const struct expr *a, const struct expr *b, bool multiply)
{
    if (!is_exact(a) || !is_exact(b))
        return multiply ? expr_product(w, a, b) : expr_sum(w, a, b);
    mpq_t value;
    size_t n = mpz_size(mpq_numref(a->value)) + mpz_size(mpq_denref(a->value)),
           m = mpz_size(mpq_numref(b->value)) + mpz_size(mpq_denref(b->value));
    workspace_step_divide(w, n + m, n + m);
    mpq_init(value);
    if (multiply)
        mpq_mul(value, a->value, b->value);
    else
        mpq_add(value, a->value, b->value);
    return expr_rational(w, value);
}

static const struct expr *scale(struct workspace *w, const struct expr *m, const struct expr *factor)
{
    const struct expr **args = workspace_array(w, const struct expr *, m->count);
    for (int i = 0; i < m->count; i++)
        args[i] = combined(w, factor, m->args[i], true);
    return matrix_new(w, args, m->count, m->columns);
}

static const struct expr *add(struct workspace *w, const struct expr *a, const struct expr *b)
{
    if (a->columns != b->columns || a->count != b->count)
        return NULL;
    const struct expr **args = workspace_array(w, const struct expr *, a->count);
    for (int i = 0; i < a->count; i++)
        args[i] = combined(w, a->args[i], b->args[i], false);
    return matrix_new(w, args, a->count, a->columns);
}

static const struct expr *multiply(struct workspace *w, const struct expr *a, const struct expr *b)
{
    int inner = a->columns, columns = b->columns, rows = inner ? a->count / inner : 0;
    if (!inner || !columns || b->count / columns != inner)
        return NULL;
    const struct expr **args = workspace_array(w, const struct expr *, (long)rows *columns);
    for (int i = 0; i < rows * columns; i++) {
        for (int k = 0; k < inner; k++) {
            const struct expr *part =
                combined(w, a->args[i / columns * inner + k], b->args[k * columns + i % columns], true);
            args[i] = args[i] ? combined(w, args[i], part, false) : part;
        }
    }
    return matrix_new(w, args, rows * columns, columns);
}

static const struct expr *product(struct workspace *w, const struct expr *e)
{
    const struct expr *m = NULL, *factor = NULL;
    for (int i = 0; i < e->count; i++) {
        const struct expr *part = matrix_value(w, e->args[i]);
        if (!part && (is_set_like(e->args[i]) || e->args[i]->kind >= EXPR_RELATION))
            return NULL;
        if (!part)
            factor = factor ? combined(w, factor, e->args[i], true) : e->args[i];
        else if (m && !(part = multiply(w, m, part)))
            return NULL;
        m = part ? part : m;
    }
    return m && factor ? scale(w, m, factor) : m;
}

static const struct expr *sum(struct workspace *w, const struct expr *e)
{
    const struct expr *m = matrix_value(w, e->args[0]);
    for (int i = 1; i < e->count && m; i++) {
        const struct expr *part = matrix_value(w, e->args[i]);
        m = part ? add(w, m, part) : NULL;
    }
    return m;
}

static const struct expr *power(struct workspace *w, const struct expr *e)
{
    const struct expr *m = matrix_value(w, e->args[0]), *n = e->args[1], *result = m;
    if (!m || n->kind != EXPR_NUMBER || mpz_cmp_ui(mpq_denref(n->value), 1) != 0 || mpq_cmp_si(n->value, 1, 1) < 0 ||
        mpq_cmp_si(n->value, POWER_MAX, 1) > 0)
        return NULL;
    for (long k = mpz_get_si(mpq_numref(n->value)); k > 1 && result; k--)
        result = multiply(w, result, m);
    return result;
}

const struct expr *matrix_value(struct workspace *w, const struct expr *e)
{
    const struct expr *m = NULL;
    workspace_enter(w);
    workspace_step(w, 4);
    if (e->kind == EXPR_MATRIX)
        m = e;
    else if (e->kind == EXPR_PRODUCT)
        m = product(w, e);
    else if (e->kind == EXPR_SUM)
        m = sum(w, e);
    else if (e->kind == EXPR_POWER)
        m = power(w, e);
    workspace_leave(w);
    return m;
}

// ---- determinants ----

static bool all_exact(const struct expr *m)
{
    for (int i = 0; i < m->count; i++)
        if (!is_exact(m->args[i]))
            return false;
    return true;
}

static bool all_scalars(struct workspace *w, const struct expr *m)
{
    for (int i = 0; i < m->count; i++)
        if (is_set_like(m->args[i]) || m->args[i]->kind >= EXPR_PLUS_MINUS || matrix_value(w, m->args[i]))
            return false;
    return true;
}

// Row `to` minus so much of row `from` that column `from` of it is 0.
static void eliminate(struct workspace *w, mpq_t *m, int n, int from, int to)
{
    mpq_t factor, part;
    mpq_inits(factor, part, NULL);
    mpq_div(factor, m[to * n + from], m[from * n + from]);
    for (int j = from; j < n; j++) {
        size_t size = mpz_size(mpq_numref(factor)) + mpz_size(mpq_denref(factor)) +
                      mpz_size(mpq_numref(m[from * n + j])) + mpz_size(mpq_denref(m[from * n + j])) +
                      mpz_size(mpq_numref(m[to * n + j])) + mpz_size(mpq_denref(m[to * n + j]));
        workspace_step_divide(w, size, size);
        mpq_mul(part, factor, m[from * n + j]);
        mpq_sub(m[to * n + j], m[to * n + j], part);
    }
}

// Of exact numbers, by elimination.
static const struct expr *number_determinant(struct workspace *w, const struct expr *e)
{
    int n = e->columns;
    mpq_t *m = workspace_array(w, mpq_t, e->count), product;
    for (int i = 0; i < e->count; i++) {
        mpq_init(m[i]);
        mpq_set(m[i], e->args[i]->value);
    }
    mpq_init(product);
    mpq_set_ui(product, 1, 1);
    for (int i = 0; i < n; i++) {
        int pivot = i;
        while (pivot < n && mpq_sgn(m[pivot * n + i]) == 0)
            pivot++;
        if (pivot == n)
            return expr_integer(w, 0);
        for (int j = 0; j < n && pivot != i; j++)
            mpq_swap(m[pivot * n + j], m[i * n + j]);
        if (pivot != i)
            mpq_neg(product, product);
        size_t size = mpz_size(mpq_numref(product)) + mpz_size(mpq_denref(product));
        workspace_step_divide(w, size, size);
        mpq_mul(product, product, m[i * n + i]);
        for (int j = i + 1; j < n; j++)
            eliminate(w, m, n, i, j);
    }
    return expr_rational(w, product);
}

// Of formulas, by the first row.
static const struct expr *formula_determinant(struct workspace *w, const struct expr *e)
{
    int n = e->columns;
    if (n == 1)
        return e->args[0];
    const struct expr *terms[FORMULAS_MAX], *cells[(FORMULAS_MAX - 1) * (FORMULAS_MAX - 1)];
    for (int k = 0; k < n; k++) {
        int count = 0;
        for (int i = n; i < n * n; i++)
            if (i % n != k)
                cells[count++] = e->args[i];
        const struct expr *minor = formula_determinant(w, matrix_new(w, cells, count, n - 1));
        terms[k] = combined(w, k % 2 ? expr_negate(w, e->args[k]) : e->args[k], minor, true);
    }
    return expr_new(w, EXPR_SUM, 0, terms, n);
}

const struct expr *matrix_determinant(struct workspace *w, const struct expr *e)
{
    int n = e->columns;
    if (n == 0 || e->count != n * n || n > NUMBERS_MAX)
        return NULL;
    if (all_exact(e))
        return number_determinant(w, e);
    return n <= FORMULAS_MAX && all_scalars(w, e) ? formula_determinant(w, e) : NULL;
}
