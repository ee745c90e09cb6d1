#include "ops/trial.h"

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "graph/plan.h"
#include "vk/vk.h"

#ifndef OPS_DOUBLE
enum { SEED = 20240229 };

struct tensor *case_input(struct graph *g, const char *name, int64_t rows, int64_t cols)
{
    struct tensor *t = tensor_new(g->arena, TENSOR_WEIGHT, DTYPE_F32, name, rows, cols, 0, 0);
    t->needs_grad = true; // not trained: its gradient is an activation
    return t;
}

struct tensor *case_weight(struct graph *g, const struct op_case *c, const char *name, int64_t rows, int64_t cols)
{
    char grad[80];
    snprintf(grad, sizeof grad, "d.%s", name);
    struct tensor *t = tensor_new(g->arena, TENSOR_WEIGHT, c->dtype, name, rows, cols, 0, 0);
    t->needs_grad = true;
    t->grad = tensor_new(g->arena, TENSOR_GRADIENT, DTYPE_F32, grad, rows, cols, 0, 0);
    return t;
}

// The nodes of a case, backward pass included.
static void build(struct graph *g, const struct op_case *c, struct tensor **out, struct tensor **seed)
{
    *out = c->build(g, c);
    if (!*out)
        return;
    *seed = graph_input(g, DTYPE_F32, "seed", (*out)->shape[0], (*out)->shape[1]);
    graph_keep(*out);
    graph_add_grad(g, *out, *seed);
    graph_backward(g);
}

static void add_leaf(struct trial *b, struct tensor *t)
{
    t = t && t->base ? t->base : t;
    if (!t || t->kind == TENSOR_ACTIVATION)
        return;
    for (int i = 0; i < b->leaf_count; i++)
        if (b->leaves[i] == t)
            return;
    check(b->leaf_count < TRIAL_LEAVES, "a case has more than %d leaves", TRIAL_LEAVES);
    b->leaves[b->leaf_count++] = t;
}

uint32_t trial_hash(const char *s)
{
    uint32_t h = 2166136261u; // FNV-1a
    while (*s)
        h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

static bool fill_leaf(const struct op_case *c, struct tensor *t, struct err *err)
{
    int64_t n = tensor_count(t);
    struct arena a = {0};
    bool ints = t->dtype == DTYPE_I32, ok;
    int32_t *whole = arena_array(&a, int32_t, ints ? n : 1);
    double *values = arena_array(&a, double, ints ? 1 : n);
    float *narrow = arena_array(&a, float, ints ? 1 : n);
    if (!c->fill || !c->fill(c, t, whole, values)) {
        check(!ints, "the case %s does not fill %s", c->label, t->name);
        for (int64_t i = 0; i < n; i++)
            values[i] =
                (c->magnitude != 0 ? c->magnitude : 1) * rng_normal(SEED, RNG_TEST, trial_hash(t->name), (uint32_t)i);
    }
    for (int64_t i = 0; !ints && i < n; i++)
        narrow[i] = (float)values[i];
    ok = ints ? tensor_write_i32(t, whole, n, err) : tensor_write(t, narrow, err);
    arena_finish(&a);
    return ok;
}

// 0xFF bytes are NaN as f32 and as f64.
bool trial_fill(struct trial *b, const struct op_case *c, struct err *err)
{
    if (!space_fill(&b->leaves_space, ~0u, err) || !space_fill(&b->work, ~0u, err))
        return false;
    for (int i = 0; i < b->leaf_count; i++)
        if (!fill_leaf(c, b->leaves[i], err))
            return false;
    return true;
}

bool trial_init(struct trial *b, struct device *d, const struct op_case *c, struct err *err)
{
    graph_init(&b->g, &b->arena);
    build(&b->g, c, &b->out, &b->seed);
    add_leaf(b, b->seed);
    for (int i = 0; i < b->g.node_count; i++) {
        for (int j = 0; j < NODE_INPUTS; j++)
            add_leaf(b, b->g.nodes[i]->in[j]);
        for (int j = 0; j < NODE_OUTPUTS; j++)
            add_leaf(b, b->g.nodes[i]->out[j]);
    }
    graph_plan(&b->g, d, false, TRIAL_GUARD);
    space_init(&b->leaves_space, d, "leaves");
    space_init(&b->work, d, "work");
    b->leaves_space.guard_bytes = TRIAL_GUARD;
    for (int i = 0; i < b->leaf_count; i++)
        space_place(&b->leaves_space, b->leaves[i]);
    space_reserve(&b->work, &b->g.blocks);
    if (!space_commit(&b->leaves_space, err) || !space_commit(&b->work, err))
        return false;
    for (int i = 0; i < b->leaf_count; i++)
        space_bind(&b->leaves_space, b->leaves[i]);
    return program_init(&b->program, d, &b->g, &b->leaves_space, &b->work, err) && trial_fill(b, c, err) &&
           program_run(&b->program, err);
}

// Addresses that nobody reads: streams only compare them.
static void place(struct tensor *t, uint64_t *next)
{
    if (!t || t->address)
        return;
    if (t->base) {
        place(t->base, next);
        t->address = t->base->address + (uint64_t)t->base_row * (tensor_bytes(t, 4) / (uint64_t)t->shape[0]);
        return;
    }
    t->address = *next;
    *next += (tensor_bytes(t, 4) + 511) / 256 * 256;
}

bool trial_record(struct vk *vk, const struct op_case *c,
                  void (*look)(void *user, int i, const struct node *n, const struct vk_stream *s), void *user,
                  struct err *err)
{
    struct arena arena = {0};
    struct graph g;
    struct tensor *out, *seed;
    uint64_t next = 1 << 20;
    graph_init(&g, &arena);
    build(&g, c, &out, &seed);
    bool ok = !g.err.text[0] || fail(err, "%s", g.err.text);
    for (int i = 0; ok && i < g.node_count; i++) {
        const struct node *n = g.nodes[i];
        for (int j = 0; j < NODE_INPUTS; j++)
            place(n->in[j], &next);
        for (int j = 0; j < NODE_OUTPUTS; j++)
            place(n->out[j], &next);
        struct vk_stream *s = vk_stream_create(vk);
        vk_stream_node(s, n->op->name);
        if (n->op->vulkan)
            n->op->vulkan(n, vk, s);
        ok = vk_stream_end(s, err);
        if (ok)
            look(user, i, n, s);
        vk_stream_free(s);
    }
    arena_finish(&arena);
    return ok;
}

void trial_finish(struct trial *b)
{
    program_finish(&b->program);
    space_finish(&b->leaves_space);
    space_finish(&b->work);
    arena_finish(&b->arena);
}
#endif
