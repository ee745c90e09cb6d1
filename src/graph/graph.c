#include "graph/graph.h"

#include <stdio.h>
#include <string.h>

void graph_init(struct graph *g, struct arena *arena)
{
    *g = (struct graph){.arena = arena};
}

struct tensor *tensor_new(struct arena *a, enum tensor_kind kind, enum dtype dtype, const char *name, int64_t s0,
                          int64_t s1, int64_t s2, int64_t s3)
{
    struct tensor *t = arena_array(a, struct tensor, 1);
    const int64_t sizes[TENSOR_RANK] = {s0, s1, s2, s3};
    snprintf(t->name, sizeof t->name, "%s", name);
    t->dtype = dtype;
    t->kind = kind;
    t->first = t->last = -1;
    for (int i = 0; i < TENSOR_RANK && sizes[i]; i++) {
        check(sizes[i] > 0, "%s: size %d is %lld", name, i, (long long)sizes[i]);
        t->shape[t->rank++] = sizes[i];
    }
    check(t->rank > 0, "%s has no size", name);
    return t;
}

// Doubles a pointer array inside the graph's arena.
static void *grow(struct graph *g, void *items, int count, int *room)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 256;
    void **bigger = arena_array(g->arena, void *, *room);
    if (count)
        memcpy(bigger, items, sizeof(void *) * (size_t)count);
    return bigger;
}

static struct tensor *adopt(struct graph *g, struct tensor *t)
{
    g->tensors = grow(g, g->tensors, g->tensor_count, &g->tensor_room);
    return g->tensors[g->tensor_count++] = t;
}

struct tensor *graph_input(struct graph *g, enum dtype dtype, const char *name, int64_t s0, int64_t s1)
{
    return adopt(g, tensor_new(g->arena, TENSOR_INPUT, dtype, name, s0, s1, 0, 0));
}

struct tensor *graph_activation(struct graph *g, const char *name, int64_t s0, int64_t s1)
{
    return adopt(g, tensor_new(g->arena, TENSOR_ACTIVATION, DTYPE_F32, name, s0, s1, 0, 0));
}

struct tensor *graph_like(struct graph *g, const char *name, const struct tensor *like)
{
    return adopt(g, tensor_new(g->arena, TENSOR_ACTIVATION, DTYPE_F32, name, like->shape[0], like->shape[1],
                               like->shape[2], like->shape[3]));
}

struct tensor *graph_clone(struct graph *g, const struct tensor *t)
{
    return adopt(g, tensor_new(g->arena, TENSOR_ACTIVATION, t->dtype, t->name, t->shape[0], t->shape[1], t->shape[2],
                               t->shape[3]));
}

struct tensor *graph_view(struct graph *g, struct tensor *t, int64_t row, int64_t rows)
{
    check(t->rank == 2 && row >= 0 && rows > 0 && row + rows <= t->shape[0], "view [%lld, +%lld) of %s", (long long)row,
          (long long)rows, t->name);
    struct tensor *view = tensor_new(g->arena, t->kind, t->dtype, t->name, rows, t->shape[1], 0, 0);
    snprintf(view->name, sizeof view->name, "%.60s[%lld]", t->name, (long long)row);
    view->base = t->base ? t->base : t;
    view->base_row = t->base_row + row;
    view->needs_grad = t->needs_grad;
    return adopt(g, view);
}

void graph_keep(struct tensor *t)
{
    (t->base ? t->base : t)->keep = true;
}

struct node *graph_node(struct graph *g, const struct op *op, const void *params, size_t param_bytes,
                        struct tensor *const in[NODE_INPUTS], struct tensor *const out[NODE_OUTPUTS])
{
    check(param_bytes <= NODE_PARAM_BYTES, "parameters of %zu bytes", param_bytes);
    struct node *n = arena_array(g->arena, struct node, 1);
    n->op = op;
    n->segment = g->segment;
    if (param_bytes)
        memcpy(n->params, params, param_bytes);
    bool needs_grad = false;
    for (int i = 0; i < NODE_INPUTS; i++) {
        n->in[i] = in[i];
        needs_grad |= in[i] && in[i]->needs_grad;
    }
    for (int i = 0; i < NODE_OUTPUTS; i++) {
        n->out[i] = out[i];
        if (out[i] && out[i]->kind == TENSOR_ACTIVATION)
            (out[i]->base ? out[i]->base : out[i])->needs_grad |= needs_grad, out[i]->needs_grad |= needs_grad;
    }
    g->nodes = grow(g, g->nodes, g->node_count, &g->node_room);
    return g->nodes[g->node_count++] = n;
}

void graph_segment_begin(struct graph *g)
{
    check(!g->segment, "segment %d is still open", g->segment);
    g->segment = ++g->segment_count;
}

void graph_segment_end(struct graph *g)
{
    check(g->segment, "no segment is open");
    g->segment = 0;
}

static bool is_output(const struct node *n, const struct tensor *t)
{
    for (int i = 0; i < NODE_OUTPUTS; i++)
        if (n->out[i] == t)
            return true;
    return false;
}

void graph_prune(struct graph *g)
{
    // Backwards: a tensor is needed when a needed node reads it. `last` serves as the mark.
    for (int i = 0; i < g->tensor_count; i++)
        g->tensors[i]->last = -1;
    int kept = g->node_count;
    for (int i = g->node_count - 1; i >= 0; i--) {
        struct node *n = g->nodes[i];
        bool needed = false;
        for (int j = 0; j < NODE_OUTPUTS; j++) {
            const struct tensor *t = n->out[j], *own = t && t->base ? t->base : t;
            needed |= own && (own->kind != TENSOR_ACTIVATION || own->keep || own->last >= 0);
        }
        if (!needed)
            continue;
        for (int j = 0; j < NODE_INPUTS; j++)
            if (n->in[j] && !is_output(n, n->in[j]))
                (n->in[j]->base ? n->in[j]->base : n->in[j])->last = i;
        g->nodes[--kept] = n;
    }
    g->node_count -= kept;
    memmove(g->nodes, g->nodes + kept, sizeof *g->nodes * (size_t)g->node_count);
    for (int i = 0; i < g->tensor_count; i++)
        g->tensors[i]->last = -1;
}
