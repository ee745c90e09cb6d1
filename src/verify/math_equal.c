#include "verify/math.h"

#include <string.h>

#include "verify/math_atoms.h"
#include "verify/math_compare.h"
#include "verify/math_numeric.h"

enum { VARIANTS = 16 }; // of four signs

bool is_set_like(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_SET:
    case EXPR_TUPLE:
    case EXPR_INTERVAL:
    case EXPR_UNION:
    case EXPR_INTERSECTION:
    case EXPR_DIFFERENCE:
        return true;
    default:
        return false;
    }
}

uint64_t expr_hash(struct workspace *w, const struct expr *e)
{
    bool ordered = e->kind != EXPR_SUM && e->kind != EXPR_PRODUCT && e->kind != EXPR_SET && e->kind != EXPR_UNION;
    uint64_t h = hash_mix(hash_mix(e->kind, (uint64_t)e->op), hash_text(e->name)), sum = 0;
    workspace_enter(w);
    workspace_step(w, 4 + (e->name ? (long)strlen(e->name) : 0));
    if (e->kind == EXPR_NUMBER) {
        workspace_step(w, (long)mpz_size(mpq_numref(e->value)) + (long)mpz_size(mpq_denref(e->value)));
        h = hash_mix(hash_mix(h, hash_integer(mpq_numref(e->value))), hash_integer(mpq_denref(e->value)));
    }
    h = hash_mix(h, hash_text(e->unit));
    h = hash_mix(h, (uint64_t)(e->columns * 4 + e->open_low * 2 + e->open_high));
    for (int i = 0; i < e->count; i++) {
        uint64_t arg = expr_hash(w, e->args[i]);
        if (ordered)
            h = hash_mix(h, arg);
        sum += hash_mix(arg, 7);
    }
    workspace_leave(w);
    return ordered ? h : hash_mix(h, sum + (uint64_t)e->count);
}

// ---- Plus or minus ----

static int count_signs(struct workspace *w, const struct expr *e)
{
    int n = e->kind == EXPR_PLUS_MINUS;
    workspace_enter(w);
    workspace_step(w, 2);
    for (int i = 0; i < e->count; i++)
        n += count_signs(w, e->args[i]);
    workspace_leave(w);
    return n;
}

// e with its signs chosen by the bits of `choice`, from bit *next on.
static const struct expr *choose(struct workspace *w, const struct expr *e, int choice, int *next)
{
    if (!e->count)
        return e;
    workspace_enter(w);
    workspace_step(w, 4);
    const struct expr **args = workspace_array(w, const struct expr *, e->count);
    bool changed = e->kind == EXPR_PLUS_MINUS;
    bool minus = changed && (choice >> (*next)++ & 1);
    for (int i = 0; i < e->count; i++) {
        args[i] = choose(w, e->args[i], choice, next);
        changed = changed || args[i] != e->args[i];
    }
    const struct expr *result = e;
    if (e->kind == EXPR_PLUS_MINUS)
        result = expr_sum(w, args[0], minus ? expr_negate(w, args[1]) : args[1]);
    else if (changed)
        result = expr_with(w, e, args);
    workspace_leave(w);
    return result;
}

const struct expr *expand_plus_minus(struct workspace *w, const struct expr *e)
{
    int signs = count_signs(w, e);
    if (signs == 0)
        return e;
    if (e->kind == EXPR_RELATION && is_equation(e)) {
        const struct expr *args[] = {e->args[0], expand_plus_minus(w, e->args[1])};
        return expr_new(w, EXPR_RELATION, e->op, args, 2);
    }
    const struct expr *list[8 * VARIANTS];
    int n = 0;
    if (e->kind == EXPR_SET) { // each element for itself
        for (int i = 0; i < e->count; i++) {
            const struct expr *part = expand_plus_minus(w, e->args[i]);
            bool several = part != e->args[i] && part->kind == EXPR_SET;
            for (int j = 0; j < (several ? part->count : 1); j++) {
                if (n == 8 * VARIANTS)
                    workspace_give_up(w, "too many signs");
                list[n++] = several ? part->args[j] : part;
            }
        }
    } else {
        if (signs > 4)
            workspace_give_up(w, "too many signs");
        for (int choice = 0; choice < 1 << signs; choice++) {
            int next = 0;
            list[n++] = choose(w, e, choice, &next);
        }
    }
    return expr_new(w, EXPR_SET, 0, list, n);
}

// ---- What is compared with what ----

static bool compare_matrices(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (gold->kind != EXPR_MATRIX || pred->kind != EXPR_MATRIX || gold->count != pred->count ||
        gold->columns != pred->columns)
        return false;
    for (int i = 0; i < gold->count; i++)
        if (!compare_any(w, gold->args[i], pred->args[i]))
            return false;
    return true;
}

static bool is_relation(const struct expr *e)
{
    return e->kind == EXPR_RELATION || e->kind == EXPR_ALL;
}

// A system of equations is the set of them: "x = 1 and y = 2" as "x = 1, y = 2".
const struct expr *math_simplified(struct workspace *w, const struct expr *e)
{
    if ((e->kind == EXPR_ALL || e->kind == EXPR_SUM || e->kind == EXPR_PRODUCT) && e->count == 1)
        return math_simplified(w, e->args[0]);
    bool equations = e->kind == EXPR_ALL;
    for (int i = 0; i < e->count && equations; i++)
        equations = is_equation(e->args[i]);
    if (equations)
        e = expr_new(w, EXPR_SET, 0, e->args, e->count);
    const struct expr *matrix =
        e->kind == EXPR_SUM || e->kind == EXPR_PRODUCT || e->kind == EXPR_POWER ? matrix_value(w, e) : NULL;
    return matrix ? matrix : expand_plus_minus(w, e);
}

bool is_either(const struct expr *e)
{
    return e->kind == EXPR_SET && e->op == EXPR_EITHER;
}

// Whether no two symbols stand in them.
static bool same_symbol(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    const char *symbol = NULL;
    return expr_one_symbol(w, gold, &symbol) && expr_one_symbol(w, pred, &symbol);
}

// Inequalities beside a set, or beside others that are put together in another way, as the sets of what they hold for.
static void solve_both(struct workspace *w, const struct expr **gold, const struct expr **pred)
{
    const struct expr *g = *gold, *p = *pred;
    bool element = g->kind == EXPR_RELATION && g->op == EXPR_ELEMENT && is_inequality(p); // x in (1, 2), 1 < x < 2
    bool solvable =
        element || (is_inequality(g) && is_set_like(p)) || (is_either(g) && (is_inequality(p) || is_set_like(p)));
    if (!solvable)
        return;
    bool same = same_symbol(w, g, p);
    const struct expr *set = element ? g->args[1] : is_either(g) ? solution_union(w, g) : solution_set(w, g);
    if (!set && is_either(g) && !is_inequality(p))
        return; // compared as they stand
    *gold = set;
    if (is_inequality(p) || is_either(p))
        *pred = !same ? NULL : is_either(p) ? solution_union(w, p) : solution_set(w, p);
}

static bool is_scale(const char *degree, const char *unit)
{
    return strcmp(degree, "degree") == 0 && (strcmp(unit, "celsius") == 0 || strcmp(unit, "fahrenheit") == 0);
}

bool units_differ(const struct expr *a, const struct expr *b)
{
    const char *x = a->percent ? "percent" : a->unit, *y = b->percent ? "percent" : b->unit;
    return x && y && x[0] != '~' && y[0] != '~' && strcmp(x, y) != 0 && !is_scale(x, y) && !is_scale(y, x);
}

static bool same_words(const struct expr *a, const struct expr *b)
{
    return a->unit && b->unit && strcmp(a->unit, b->unit) == 0;
}

// Whether two elements of a list name different things: 3 red and 5 blue, 12 hours and 3 minutes.
static bool names_elements(struct workspace *w, const struct expr *e)
{
    bool names = false;
    workspace_step(w, e->count);
    for (int i = 1; e->kind == EXPR_SET && i < e->count; i++)
        names |= e->args[i]->unit && e->args[0]->unit && !same_words(e->args[0], e->args[i]);
    return names;
}

// Lists whose elements have names: element by element, by the names where both have the same, else in order.
static bool compare_named(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (gold->kind != pred->kind || gold->count != pred->count)
        return false;
    for (int i = 0; i < gold->count; i++) {
        int j = 0;
        while (j < pred->count && !same_words(gold->args[i], pred->args[j]))
            j++;
        workspace_step(w, 4l * pred->count);
        if (!compare_any(w, gold->args[i], pred->args[j < pred->count ? j : i]))
            return false;
    }
    return true;
}

// Whether an equation says a value: x = 5, |z| = 5 and 2 + 3 = 5 do, 3 = 5 and 2 x = 5 do not.
static bool says_value(struct workspace *w, const struct expr *e)
{
    const struct expr *left = e->args[0], *right = e->args[1];
    return e->op == EXPR_ELEMENT || is_assignment(w, e) || left->kind == EXPR_LITERAL ||
           (left->kind == EXPR_FUNCTION && expr_has_symbols(w, left)) || compare_any(w, left, right);
}

bool compare_any(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (units_differ(gold, pred))
        return false;
    workspace_enter(w);
    workspace_step(w, 10);
    gold = math_simplified(w, gold);
    pred = math_simplified(w, pred);
    // The form of the gold answer decides: beside gold 1, "x = 1" says 1; beside gold "x = 1", 1 says so too, but not
    // beside "2 x + z = 1" or the plane "x + y + z = 0".
    bool other = is_equation(pred) && pred->op == EXPR_ELEMENT && (is_inequality(gold) || is_either(gold)) &&
                 !same_symbol(w, gold, pred);
    if (is_equation(pred) && !is_equation(gold) && !other)
        pred = says_value(w, pred) ? math_simplified(w, pred->args[1]) : NULL;
    else if (is_assignment(w, gold) && gold->args[0]->kind != EXPR_SUM && !is_equation(pred) &&
             !(gold->op == EXPR_ELEMENT && is_inequality(pred)))
        gold = math_simplified(w, gold->args[1]);
    if (pred)
        solve_both(w, &gold, &pred);
    bool equal = false;
    if (!gold || !pred || units_differ(gold, pred))
        equal = false;
    else if (names_elements(w, gold) || names_elements(w, pred))
        equal = compare_named(w, gold, pred);
    else if (expr_hash(w, gold) == expr_hash(w, pred))
        equal = true;
    else if (is_relation(gold) || is_relation(pred))
        equal = is_relation(gold) && is_relation(pred) && compare_relations(w, gold, pred);
    else if (is_set_like(gold) || is_set_like(pred))
        equal = compare_sets(w, gold, pred);
    else if (gold->kind == EXPR_MATRIX || pred->kind == EXPR_MATRIX)
        equal = compare_matrices(w, gold, pred);
    else
        equal = compare_scalars(w, gold, pred);
    workspace_leave(w);
    return equal;
}

bool math_equal(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    return compare_any(w, gold, pred);
}
