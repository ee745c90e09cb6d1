// Memory of activations: offsets from lifetimes, biggest first, each at the lowest place that is free while it lives.
#include <stdlib.h>

#include "graph/graph.h"

enum { ALIGN = 256 };

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

struct item {
    struct tensor *t;
    uint64_t bytes;
    int order; // of creation, so that equal sizes keep a fixed order
};

static int bigger_first(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->order - y->order;
}

static int lower_first(const void *a, const void *b)
{
    const struct item *x = *(const struct item *const *)a, *y = *(const struct item *const *)b;
    if (x->t->offset != y->t->offset)
        return x->t->offset < y->t->offset ? -1 : 1;
    return x->order - y->order;
}

static uint64_t fit(uint64_t at, uint64_t bytes)
{
    at = (at + ALIGN - 1) / ALIGN * ALIGN;
    if (at / SPACE_BLOCK != (at + bytes - 1) / SPACE_BLOCK)
        at = (at / SPACE_BLOCK + 1) * SPACE_BLOCK;
    return at;
}

void graph_plan(struct graph *g, uint64_t start, int real_bytes, bool reuse, uint64_t guard_bytes)
{
    struct arena scratch = {0};
    struct item *items = arena_array(&scratch, struct item, g->tensor_count + 1);
    const struct item **living = arena_array(&scratch, const struct item *, g->tensor_count + 1);
    int count = 0;
    find_lifetimes(g);
    for (int i = 0; i < g->tensor_count; i++) {
        struct tensor *t = g->tensors[i];
        if (t->kind != TENSOR_ACTIVATION || t->base || (t->first < 0 && !t->keep))
            continue;
        uint64_t bytes = tensor_bytes(t, real_bytes) + guard_bytes;
        if (bytes > SPACE_BLOCK)
            graph_fail(
                g, "%s (%lld x %lld) takes %.2f GiB; a tensor may take 1 GiB at most: use fewer tokens a micro-batch",
                t->name, (long long)tensor_rows(t), (long long)tensor_cols(t), (double)bytes / (double)(1 << 30));
        items[count++] = (struct item){t, bytes, i};
    }
    if (reuse)
        qsort(items, (size_t)count, sizeof *items, bigger_first);
    g->work_bytes = start;
    for (int i = 0; i < count && !g->err.text[0]; i++) {
        struct tensor *t = items[i].t;
        int alive = 0;
        for (int j = 0; j < i; j++)
            if (!reuse || (items[j].t->first <= t->last && t->first <= items[j].t->last))
                living[alive++] = &items[j];
        qsort(living, (size_t)alive, sizeof *living, lower_first);
        uint64_t at = fit(start, items[i].bytes);
        for (int j = 0; j < alive; j++) {
            if (at + items[i].bytes <= living[j]->t->offset)
                break;
            uint64_t behind = living[j]->t->offset + living[j]->bytes;
            if (behind > at)
                at = fit(behind, items[i].bytes);
        }
        t->offset = at;
        if (at + items[i].bytes > g->work_bytes)
            g->work_bytes = at + items[i].bytes;
    }
    for (int i = 0; i < g->tensor_count; i++) {
        struct tensor *t = g->tensors[i];
        if (t->base && t->kind == TENSOR_ACTIVATION)
            t->offset = t->base->offset + (uint64_t)t->base_row * tensor_bytes(t, real_bytes) / (uint64_t)t->shape[0];
    }
    arena_finish(&scratch);
}
