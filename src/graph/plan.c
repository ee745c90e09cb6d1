// Places: where a tensor's block grows least, and of those the lowest that is free while it lives. The order decides
// how many bytes there are: the turn that takes most comes first, which the others then share, and in a turn the
// biggest.
#include "graph/plan.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct plan_item {
    struct tensor *t;
    struct graph *graph;   // NULL of a tensor that is held
    int turn, first, last; // time; all of it when held
    int order;             // so that equal sizes keep a fixed order
    uint64_t bytes;
    uint64_t turn_bytes; // that live at one time of its turn, at most
};

uint64_t tensor_bytes(const struct tensor *t, int real_bytes)
{
    uint64_t n = (uint64_t)tensor_count(t);
    return t->dtype == DTYPE_F32 ? n * (uint64_t)real_bytes : dtype_bytes(t->dtype, n);
}

static void touch(struct tensor *t, int node)
{
    t = t->base ? t->base : t;
    if (t->first < 0)
        t->first = node;
    t->last = node;
}

static void find_lifetimes(struct graph *g)
{
    for (int i = 0; i < g->tensor_count; i++)
        g->tensors[i]->first = g->tensors[i]->last = -1;
    for (int i = 0; i < g->node_count; i++) {
        for (int j = 0; j < NODE_INPUTS; j++)
            if (g->nodes[i]->in[j])
                touch(g->nodes[i]->in[j], i);
        for (int j = 0; j < NODE_OUTPUTS; j++)
            if (g->nodes[i]->out[j])
                touch(g->nodes[i]->out[j], i);
    }
    for (int i = 0; i < g->tensor_count; i++)
        if (g->tensors[i]->keep)
            g->tensors[i]->last = g->node_count;
}

static void add(struct plan *p, struct plan_item item)
{
    if (p->count == p->room) {
        struct plan_item *more = arena_array(&p->arena, struct plan_item, 2 * p->room + 64);
        if (p->count)
            memcpy(more, p->items, sizeof *more * (size_t)p->count);
        p->items = more;
        p->room = 2 * p->room + 64;
    }
    item.turn = p->turns;
    item.order = p->count;
    p->items[p->count++] = item;
}

void plan_turn(struct plan *p)
{
    p->turns++;
}

void plan_graph(struct plan *p, struct graph *g)
{
    find_lifetimes(g);
    if (!p->err.text[0])
        p->err = g->err;
    g->blocks.count = 0;
    for (int i = 0; i < g->tensor_count; i++) {
        struct tensor *t = g->tensors[i];
        if (t->kind == TENSOR_ACTIVATION && !t->base && (t->first >= 0 || t->keep))
            add(p, (struct plan_item){.t = t, .graph = g, .first = p->end + t->first, .last = p->end + t->last});
    }
    p->end += g->node_count + 1;
}

void plan_hold(struct plan *p, struct tensor *t)
{
    add(p, (struct plan_item){.t = t, .last = INT_MAX});
}

static bool together(const struct plan_item *x, const struct plan_item *y)
{
    return x->turn == y->turn && x->first <= y->last && y->first <= x->last;
}

static int in_order(const void *a, const void *b)
{
    const struct plan_item *x = a, *y = b;
    if (x->turn_bytes != y->turn_bytes)
        return x->turn_bytes > y->turn_bytes ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->order - y->order;
}

// Sets turn_bytes; returns the largest, which no placing can undercut.
static uint64_t weigh(struct plan *p)
{
    uint64_t *alive = arena_array(&p->arena, uint64_t, p->end + 2),
             *held = arena_array(&p->arena, uint64_t, p->turns + 1),
             *most = arena_array(&p->arena, uint64_t, p->turns + 1), largest = 0;
    for (int i = 0; i < p->count; i++) {
        const struct plan_item *x = &p->items[i];
        if (!x->graph) {
            held[x->turn] += x->bytes;
            continue;
        }
        alive[x->first] += x->bytes;
        alive[x->last + 1] -= x->bytes;
    }
    for (int i = 1; i <= p->end; i++)
        alive[i] += alive[i - 1];
    for (int i = 0; i < p->count; i++) { // a turn's peak is where one of its tensors begins to live
        const struct plan_item *x = &p->items[i];
        uint64_t bytes = held[x->turn] + (x->graph ? alive[x->first] : 0);
        if (bytes > most[x->turn])
            most[x->turn] = bytes;
        if (bytes > largest)
            largest = bytes;
    }
    for (int i = 0; i < p->count; i++)
        p->items[i].turn_bytes = most[p->items[i].turn];
    return largest;
}

// placed: the items that have places, in the order of these. Blocks grow to block_bytes at most, unless the item itself
// is larger.
static void find(struct plan *p, uint64_t block_bytes, struct plan_item *item, struct plan_item *const *placed,
                 int count, bool reuse)
{
    uint64_t least = item->bytes, room = item->bytes > block_bytes ? item->bytes : block_bytes;
    item->t->block = p->blocks.count;
    item->t->offset = 0;
    for (int b = 0, i = 0; b < p->blocks.count && least > 0; b++) {
        uint64_t at = 0, now = p->blocks.bytes[b];
        for (; i < count && placed[i]->t->block == b; i++) {
            const struct plan_item *other = placed[i];
            if ((reuse && !together(item, other)) || at + item->bytes <= other->t->offset)
                continue;
            if (other->t->offset + other->bytes > at)
                at = other->t->offset + other->bytes;
        }
        uint64_t end = at + item->bytes, growth = end > now ? end - now : 0;
        if (growth > 0 && (end > room || growth > least || (growth == least && item->t->block < p->blocks.count)))
            continue;
        least = growth;
        item->t->block = b;
        item->t->offset = at;
    }
}

// Whether x lies before y.
static bool before(const struct tensor *x, const struct tensor *y)
{
    return x->block != y->block ? x->block < y->block : x->offset < y->offset;
}

static bool measure(struct plan *p, const struct device *d, uint64_t guard_bytes, struct err *err)
{
    uint64_t largest = 0;
    p->largest = NULL;
    for (int i = 0; i < p->count; i++) {
        struct plan_item *x = &p->items[i];
        x->bytes = blocks_align(tensor_bytes(x->t, d->real_bytes) + guard_bytes);
        if (!device_holds(d, x->t, x->bytes, err))
            return false;
        if (!p->largest || x->bytes > largest) {
            p->largest = x->t;
            largest = x->bytes;
        }
    }
    return true;
}

static uint64_t place_all(struct plan *p, uint64_t block_bytes, bool reuse, struct plan_item **placed)
{
    p->blocks.count = 0;
    for (int i = 0; i < p->count; i++) {
        struct plan_item *x = &p->items[i];
        int at = i;
        find(p, block_bytes, x, placed, i, reuse);
        for (; at > 0 && before(x->t, placed[at - 1]->t); at--)
            placed[at] = placed[at - 1];
        placed[at] = x;
        blocks_grow(&p->blocks, &p->arena, x->t->block, x->t->offset + x->bytes);
    }
    return blocks_bytes(&p->blocks);
}

// Blocks of the usual size serve best where memory is in several heaps or pieces. Where what the turns take does not
// fit into one set of such blocks, larger ones are taken if they save memory: then fewer borders are in the way.
static void place_in_turns(struct plan *p, const struct device *d, struct plan_item **placed)
{
    uint64_t peak = weigh(p), enough = peak + peak / 200, least = UINT64_MAX, best = 0, last = 0;
    qsort(p->items, (size_t)p->count, sizeof *p->items, in_order);
    for (uint64_t times = 1; times <= 4 && least > enough; times *= 2) {
        bool allowed = d->block_bytes <= d->tensor_max / times;
        last = allowed ? d->block_bytes * times : d->tensor_max;
        uint64_t bytes = place_all(p, last, true, placed);
        best = bytes < least ? last : best;
        least = bytes < least ? bytes : least;
    }
    if (last != best)
        place_all(p, best, true, placed);
}

bool plan_place(struct plan *p, const struct device *d, bool reuse, uint64_t guard_bytes, struct err *err)
{
    p->blocks.count = 0;
    if (p->err.text[0])
        return fail(err, "%s", p->err.text);
    if (!measure(p, d, guard_bytes, err))
        return false;
    struct plan_item **placed = arena_array(&p->arena, struct plan_item *, p->count + 1);
    if (reuse)
        place_in_turns(p, d, placed);
    else
        place_all(p, d->block_bytes, false, placed);
    for (int i = 0; i < p->count; i++) {
        const struct plan_item *x = &p->items[i];
        if (x->graph)
            blocks_grow(&x->graph->blocks, x->graph->arena, x->t->block, x->t->offset + x->bytes);
    }
    return true;
}

void plan_finish(struct plan *p)
{
    arena_finish(&p->arena);
    *p = (struct plan){0};
}

void graph_plan(struct graph *g, const struct device *d, bool reuse, uint64_t guard_bytes)
{
    struct plan p = {0};
    plan_graph(&p, g);
    plan_place(&p, d, reuse, guard_bytes, &g->err);
    plan_finish(&p);
}
