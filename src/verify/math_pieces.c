// Sets of real numbers as sorted, disjoint intervals and points.
#include <string.h>

#include "verify/math_compare.h"
#include "verify/math_numeric.h"

enum { PIECES_MAX = 256 };

struct sorter {
    struct workspace *w;
    bool known; // false once two ends could not be ordered
};

static int order(struct sorter *s, const struct expr *a, const struct expr *b)
{
    int result = 0;
    if (a != b && s->known)
        s->known = numeric_order(s->w, a, b, &result);
    return result;
}

// The order of where two pieces begin or end; an open low end begins after a closed one.
static int order_lows(struct sorter *s, const struct piece *p, const struct piece *q)
{
    int o = order(s, p->low, q->low);
    return o ? o : p->open_low - q->open_low;
}

static int order_highs(struct sorter *s, const struct piece *p, const struct piece *q)
{
    int o = order(s, p->high, q->high);
    return o ? o : q->open_high - p->open_high;
}

static struct pieces pieces_new(struct workspace *w, int room)
{
    if (room > PIECES_MAX)
        workspace_give_up(w, "too many intervals");
    return (struct pieces){workspace_array(w, struct piece, room + 1), 0};
}

static struct pieces unite(struct sorter *s, struct pieces p, struct pieces q)
{
    struct pieces out = pieces_new(s->w, p.count + q.count), all = pieces_new(s->w, p.count + q.count);
    for (int i = 0; i < p.count + q.count; i++) { // insertion into the order of low ends
        struct piece x = i < p.count ? p.list[i] : q.list[i - p.count];
        int k = all.count++;
        for (; k > 0 && order_lows(s, &x, &all.list[k - 1]) < 0; k--)
            all.list[k] = all.list[k - 1];
        all.list[k] = x;
    }
    for (int i = 0; i < all.count; i++) {
        struct piece *last = out.count ? &out.list[out.count - 1] : NULL, *x = &all.list[i];
        int gap = last ? order(s, x->low, last->high) : 1;
        if (gap > 0 || (gap == 0 && x->open_low && last->open_high)) {
            out.list[out.count++] = *x;
        } else if (order_highs(s, x, last) > 0) {
            last->high = x->high;
            last->open_high = x->open_high;
        }
    }
    return out;
}

static struct pieces intersect(struct sorter *s, struct pieces p, struct pieces q)
{
    struct pieces out = pieces_new(s->w, p.count + q.count);
    int i = 0, j = 0;
    while (i < p.count && j < q.count) {
        const struct piece *x = &p.list[i], *y = &q.list[j];
        const struct piece *low = order_lows(s, x, y) >= 0 ? x : y, *high = order_highs(s, x, y) <= 0 ? x : y;
        struct piece both = {low->low, high->high, low->open_low, high->open_high};
        int o = order(s, both.low, both.high);
        if (o < 0 || (o == 0 && !both.open_low && !both.open_high))
            out.list[out.count++] = both;
        if (high == x)
            i++;
        else
            j++;
    }
    return out;
}

static const struct expr *infinity(struct workspace *w, bool negative)
{
    const struct expr *oo = expr_constant(w, EXPR_INFINITY);
    return negative ? expr_negate(w, oo) : oo;
}

static struct pieces complement(struct workspace *w, struct pieces p)
{
    struct pieces out = pieces_new(w, p.count + 1);
    struct piece rest = {infinity(w, true), NULL, true, true};
    for (int i = 0; i < p.count; i++) {
        rest.high = p.list[i].low;
        rest.open_high = !p.list[i].open_low;
        if (numeric_infinite(p.list[i].low) >= 0)
            out.list[out.count++] = rest;
        rest.low = p.list[i].high;
        rest.open_low = !p.list[i].open_high;
    }
    rest.high = infinity(w, false);
    rest.open_high = true;
    if (numeric_infinite(rest.low) <= 0)
        out.list[out.count++] = rest;
    return out;
}

static bool read_set(struct sorter *s, const struct expr *e, struct pieces *out);

static bool read_interval(struct sorter *s, const struct expr *e, struct pieces *out)
{
    bool tuple = e->kind == EXPR_TUPLE;
    if (e->count != 2)
        return false;
    struct piece p = {e->args[0], e->args[1], tuple || e->open_low || numeric_infinite(e->args[0]),
                      tuple || e->open_high || numeric_infinite(e->args[1])};
    int o = order(s, p.low, p.high);
    *out = pieces_new(s->w, 1);
    if (o < 0 || (o == 0 && !p.open_low && !p.open_high))
        out->list[out->count++] = p;
    return out->count;
}

static bool read_several(struct sorter *s, const struct expr *e, struct pieces *out)
{
    struct pieces next;
    if (!read_set(s, e->args[0], out))
        return false;
    for (int i = 1; i < e->count; i++) {
        if (!read_set(s, e->args[i], &next))
            return false;
        if (e->kind == EXPR_UNION)
            *out = unite(s, *out, next);
        else
            *out = intersect(s, *out, e->kind == EXPR_DIFFERENCE ? complement(s->w, next) : next);
    }
    return true;
}

static bool read_set(struct sorter *s, const struct expr *e, struct pieces *out)
{
    bool ok = true;
    workspace_enter(s->w);
    workspace_step(s->w, 10);
    if (e->kind == EXPR_SET) {
        *out = pieces_new(s->w, 0);
        for (int i = 0; i < e->count && ok; i++) {
            struct pieces point = pieces_new(s->w, 1);
            point.list[point.count++] = (struct piece){e->args[i], e->args[i], false, false};
            ok = !is_set_like(e->args[i]) && e->args[i]->kind != EXPR_RELATION;
            *out = unite(s, *out, point);
        }
    } else if (e->kind == EXPR_INTERVAL || e->kind == EXPR_TUPLE) {
        ok = read_interval(s, e, out);
    } else if (is_set_like(e) && e->count) {
        ok = read_several(s, e, out);
    } else {
        ok = false;
    }
    workspace_leave(s->w);
    return ok && s->known;
}

bool real_set(struct workspace *w, const struct expr *e, struct pieces *out)
{
    struct sorter s = {w, true};
    return read_set(&s, e, out);
}

const struct expr *pieces_expr(struct workspace *w, const struct pieces *p)
{
    const struct expr **list = workspace_array(w, const struct expr *, p->count + 1);
    for (int i = 0; i < p->count; i++) {
        const struct piece *x = &p->list[i];
        const struct expr *ends[] = {x->low, x->high};
        struct expr *e = expr_new(w, x->low == x->high ? EXPR_SET : EXPR_INTERVAL, 0, ends, x->low == x->high ? 1 : 2);
        e->open_low = x->open_low;
        e->open_high = x->open_high;
        list[i] = e;
    }
    return p->count == 1 ? list[0] : expr_new(w, p->count ? EXPR_UNION : EXPR_SET, 0, list, p->count);
}
