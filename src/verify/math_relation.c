// Equations and inequalities.
#include "verify/math_compare.h"
#include "verify/math_numeric.h"

bool is_equation(const struct expr *e)
{
    return e->kind == EXPR_RELATION && (e->op == EXPR_EQUAL || e->op == EXPR_APPROXIMATE || e->op == EXPR_ELEMENT);
}

bool is_inequality(const struct expr *e)
{
    if (e->kind == EXPR_RELATION)
        return !is_equation(e);
    bool all = e->kind == EXPR_ALL && e->count > 0;
    for (int i = 0; all && i < e->count; i++)
        all = e->args[i]->kind == EXPR_RELATION && !is_equation(e->args[i]);
    return all;
}

static bool only_symbols(struct workspace *w, const struct expr *e)
{
    bool all = true;
    workspace_step(w, 2);
    workspace_enter(w);
    if (e->kind == EXPR_POWER)
        all =
            e->args[1]->kind == EXPR_NUMBER && mpq_cmp_si(e->args[1]->value, -1, 1) == 0 && only_symbols(w, e->args[0]);
    else if (e->kind == EXPR_PRODUCT || e->kind == EXPR_SUM || e->kind == EXPR_TUPLE ||
             (e->kind == EXPR_FUNCTION && e->op == EXPR_APPLY))
        for (int i = 0; i < e->count && all; i++)
            all = only_symbols(w, e->args[i]) || (e->kind == EXPR_FUNCTION && e->args[i]->kind == EXPR_NUMBER);
    else
        all = e->kind == EXPR_SYMBOL || e->kind == EXPR_TEXT;
    workspace_leave(w);
    return all;
}

bool is_assignment(struct workspace *w, const struct expr *e)
{
    return is_equation(e) && only_symbols(w, e->args[0]);
}

static bool is_scalar(const struct expr *e)
{
    return !is_set_like(e) && e->kind != EXPR_RELATION && e->kind != EXPR_ALL && e->kind != EXPR_MATRIX &&
           e->kind != EXPR_TEXT && e->kind != EXPR_LITERAL && e->kind != EXPR_PLUS_MINUS;
}

static int flipped(int op)
{
    static const int other[] = {
        [EXPR_LESS] = EXPR_GREATER,
        [EXPR_LESS_EQUAL] = EXPR_GREATER_EQUAL,
        [EXPR_GREATER] = EXPR_LESS,
        [EXPR_GREATER_EQUAL] = EXPR_LESS_EQUAL,
    };
    return op == EXPR_LESS || op == EXPR_LESS_EQUAL || op == EXPR_GREATER || op == EXPR_GREATER_EQUAL ? other[op] : op;
}

static const struct expr *difference(struct workspace *w, const struct expr *relation, bool flip)
{
    const struct expr *left = relation->args[flip], *right = relation->args[!flip];
    return expr_sum(w, left, expr_negate(w, right));
}

// left - right of both have a constant ratio; for inequalities one of the right sign.
static bool compare_differences(struct workspace *w, const struct expr *gold, const struct expr *pred, int op)
{
    bool ordered = flipped(op) != op, flip = ordered && pred->op != op;
    const struct expr *a = difference(w, gold, false), *b = difference(w, pred, flip);
    if (exact_compare(w, a, b) == EXACT_EQUAL)
        return true;
    int sign = exact_ratio(w, a, b, !ordered);
    if (!sign)
        sign = numeric_ratio(w, a, b);
    return ordered ? sign > 0 : sign != 0;
}

static bool compare_two(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    int p = gold->op == EXPR_APPROXIMATE ? EXPR_EQUAL : gold->op,
        q = pred->op == EXPR_APPROXIMATE ? EXPR_EQUAL : pred->op;
    if (gold->kind != EXPR_RELATION || pred->kind != EXPR_RELATION || (p != q && flipped(p) != q))
        return false;
    if (p == EXPR_ELEMENT)
        return compare_any(w, gold->args[0], pred->args[0]) && compare_any(w, gold->args[1], pred->args[1]);
    bool scalars =
        is_scalar(gold->args[0]) && is_scalar(gold->args[1]) && is_scalar(pred->args[0]) && is_scalar(pred->args[1]);
    if (scalars)
        return compare_differences(w, gold, pred, p);
    if (p == q && compare_any(w, gold->args[0], pred->args[0]) && compare_any(w, gold->args[1], pred->args[1]))
        return true;
    return flipped(p) == q && compare_any(w, gold->args[0], pred->args[1]) &&
           compare_any(w, gold->args[1], pred->args[0]);
}

bool compare_relations(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (gold->kind == EXPR_RELATION && pred->kind == EXPR_RELATION && compare_two(w, gold, pred))
        return true;
    if (gold->kind == EXPR_ALL && pred->kind == EXPR_ALL && gold->count == pred->count &&
        match_unordered(w, gold, pred))
        return true;
    if (!is_inequality(gold) || !is_inequality(pred))
        return false;
    const char *symbol = NULL;
    if (!expr_one_symbol(w, gold, &symbol) || !expr_one_symbol(w, pred, &symbol))
        return false;
    const struct expr *a = solution_set(w, gold), *b = a ? solution_set(w, pred) : NULL;
    return a && b && compare_sets(w, a, b);
}
