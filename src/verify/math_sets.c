// Sets, tuples, intervals.
#include <math.h>
#include <string.h>

#include "verify/math_compare.h"
#include "verify/math_numeric.h"

// An element and what it is worth, so that only those compare that may be equal.
struct element {
    const struct expr *e;
    double key; // NaN: unknown, or several values (28 % is also 28)
};

static double key_of(struct workspace *w, const struct expr *e)
{
    struct written n;
    double value = NAN;
    if (is_equation(e))
        e = e->args[1];
    if (as_written(w, e, &n))
        return n.percent ? NAN : mpq_get_d(n.value);
    if (is_set_like(e) || e->kind >= EXPR_PLUS_MINUS || !numeric_value(w, e, &value))
        return NAN;
    return value;
}

static bool before(const struct element *a, const struct element *b)
{
    return a->key < b->key || (isnan(b->key) && !isnan(a->key));
}

// By key, those without one last; stable.
static struct element *sorted(struct workspace *w, const struct expr *const *args, int count)
{
    struct element *from = workspace_array(w, struct element, count), *to = workspace_array(w, struct element, count);
    for (int i = 0; i < count; i++)
        from[i] = (struct element){args[i], key_of(w, args[i])};
    for (int width = 1; width < count; width *= 2) {
        workspace_step(w, 4l * count);
        for (int begin = 0; begin < count; begin += 2 * width) {
            int middle = begin + width < count ? begin + width : count,
                end = middle + width < count ? middle + width : count;
            for (int k = begin, i = begin, j = middle; k < end; k++)
                to[k] = j == end || (i < middle && !before(&from[j], &from[i])) ? from[i++] : from[j++];
        }
        struct element *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

// Decimals may differ by 10^-6.
static bool may_equal(const struct element *a, const struct element *b)
{
    if (isnan(a->key) || isnan(b->key))
        return true;
    return !(fabs(a->key - b->key) > 2e-6 + 1e-9 * fabs(a->key));
}

static bool pair_up(struct workspace *w, const struct element *gold, const struct element *pred, int count)
{
    bool *used = workspace_array(w, bool, count);
    int first = 0;
    for (int i = 0; i < count; i++) {
        int j = first;
        for (;; j++) {
            if (j == count)
                return false;
            workspace_step(w, 2);
            if (!used[j] && may_equal(&gold[i], &pred[j]) && compare_any(w, gold[i].e, pred[j].e))
                break;
        }
        used[j] = true;
        while (first < count && used[first])
            first++;
    }
    return true;
}

static int without_repeats(struct workspace *w, struct element *list, int count)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        bool repeated = false;
        for (int j = n - 1; j >= 0 && !repeated; j--) {
            workspace_step(w, 2);
            if (!may_equal(&list[i], &list[j]))
                break; // those before are further away
            repeated = compare_any(w, list[j].e, list[i].e);
        }
        if (!repeated)
            list[n++] = list[i];
    }
    return n;
}

bool match_unordered(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (gold->count != pred->count)
        return false;
    return pair_up(w, sorted(w, gold->args, gold->count), sorted(w, pred->args, pred->count), gold->count);
}

static bool match_sets(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    struct element *a = sorted(w, gold->args, gold->count), *b = sorted(w, pred->args, pred->count);
    int n = without_repeats(w, a, gold->count);
    return n == without_repeats(w, b, pred->count) && pair_up(w, a, b, n);
}

static bool match_ordered(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (gold->count != pred->count)
        return false;
    for (int i = 0; i < gold->count; i++)
        if (!compare_any(w, gold->args[i], pred->args[i]))
            return false;
    return true;
}

static bool is_interval(const struct expr *e)
{
    return e->kind == EXPR_INTERVAL;
}

const struct expr *set_coordinates(struct workspace *w, const struct expr *set)
{
    const struct expr **list = workspace_array(w, const struct expr *, set->count);
    for (int i = 0; i < set->count; i++) {
        const struct expr *e = set->args[i];
        if (e->kind != EXPR_RELATION || e->op != EXPR_EQUAL || e->args[0]->kind != EXPR_SYMBOL)
            return NULL;
        int k = i;
        for (; k > 0 && strcmp(list[k - 1]->args[0]->name, e->args[0]->name) >= 0; k--) {
            workspace_step(w, 4);
            if (strcmp(list[k - 1]->args[0]->name, e->args[0]->name) == 0)
                return NULL;
            list[k] = list[k - 1];
        }
        list[k] = e;
    }
    return expr_new(w, EXPR_TUPLE, 0, list, set->count);
}

static bool match_set_and_tuple(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    const struct expr *set = gold->kind == EXPR_SET ? gold : pred, *named = set->count ? set_coordinates(w, set) : NULL;
    if (named) // x = 1, y = 2 is (1, 2)
        return match_ordered(w, gold, pred) ||
               (gold == set ? match_ordered(w, named, pred) : match_ordered(w, gold, named));
    // A gold set takes what was written in any order; a gold tuple wants its own.
    return gold == set ? match_unordered(w, gold, pred) : match_ordered(w, gold, pred);
}

static bool compare_intervals(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    bool flags[2][2];
    const struct expr *both[] = {gold, pred};
    for (int i = 0; i < 2; i++) { // a tuple of two is an open interval; infinite ends are open
        flags[i][0] = !is_interval(both[i]) || both[i]->open_low || numeric_infinite(both[i]->args[0]);
        flags[i][1] = !is_interval(both[i]) || both[i]->open_high || numeric_infinite(both[i]->args[1]);
    }
    return flags[0][0] == flags[1][0] && flags[0][1] == flags[1][1] && match_ordered(w, gold, pred);
}

static bool is_composed(const struct expr *e)
{
    return e->kind == EXPR_UNION || e->kind == EXPR_INTERSECTION || e->kind == EXPR_DIFFERENCE;
}

static bool compare_pieces(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    struct pieces a, b;
    if (!real_set(w, gold, &a) || !real_set(w, pred, &b))
        return gold->kind == pred->kind &&
               (gold->kind == EXPR_DIFFERENCE ? match_ordered(w, gold, pred) : match_unordered(w, gold, pred));
    if (a.count != b.count)
        return false;
    for (int i = 0; i < a.count; i++) {
        const struct piece *p = &a.list[i], *q = &b.list[i];
        if (p->open_low != q->open_low || p->open_high != q->open_high || !compare_any(w, p->low, q->low) ||
            !compare_any(w, p->high, q->high))
            return false;
    }
    return true;
}

bool compare_sets(struct workspace *w, const struct expr *gold, const struct expr *pred)
{
    if (!is_set_like(gold))
        gold = expr_new(w, EXPR_SET, 0, &gold, 1);
    if (!is_set_like(pred))
        pred = expr_new(w, EXPR_SET, 0, &pred, 1);
    if (is_composed(gold) || is_composed(pred))
        return compare_pieces(w, gold, pred);
    if (gold->kind == EXPR_SET && pred->kind == EXPR_SET)
        return match_sets(w, gold, pred);
    if (is_interval(gold) || is_interval(pred)) {
        const struct expr *other = is_interval(gold) ? pred : gold, *interval = is_interval(gold) ? gold : pred;
        if (other->kind != EXPR_SET)
            return other->count == 2 && compare_intervals(w, gold, pred);
        if (!interval->open_low || !interval->open_high || other->count != 2)
            return other->count == 1 && compare_pieces(w, gold, pred);
    }
    if (gold->kind == EXPR_TUPLE && pred->kind == EXPR_TUPLE)
        return match_ordered(w, gold, pred);
    return match_set_and_tuple(w, gold, pred);
}
