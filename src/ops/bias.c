// Bias: y = x + b.   x, y (N,O)   b (1,O)
// Backward: dx = dy   db += sum_n dy, in the order of n.
#include "ops/ops.h"

#include "ops/dispatch.h"
#include "ops/real.h"
#include "bias_args.h"

OP_CPU(bias)
{
    const real *x = cpu_real(n->in[0]), *b = cpu_real(n->in[1]);
    real *y = cpu_real(n->out[0]);
    int64_t N = tensor_rows(n->in[0]), O = tensor_cols(n->in[0]);
#pragma omp parallel for if (N * O > CPU_WORTH_THREADS)
    for (int64_t i = 0; i < N; i++)
        for (int64_t o = 0; o < O; o++)
            y[i * O + o] = x[i * O + o] + b[o];
}

OP_CPU(bias_bwd)
{
    const real *dy = cpu_real(n->in[0]);
    real *db = cpu_real(n->out[0]);
    int64_t N = tensor_rows(n->in[0]), O = tensor_cols(n->in[0]);
    for (int64_t i = 0; i < N; i++)
        for (int64_t o = 0; o < O; o++)
            db[o] += dy[i * O + o];
}

#ifndef OPS_DOUBLE
struct tensor *op_bias(struct graph *g, struct tensor *x, struct tensor *b)
{
    check(tensor_count(b) == tensor_cols(x) && b->dtype == DTYPE_F32,
          "%s (%lld values, %s) is no f32 bias for width %lld", b->name, (long long)tensor_count(b),
          dtype_name(b->dtype), (long long)tensor_cols(x));
    struct tensor *y = graph_like(g, b->name, x);
    graph_node(g, &node_bias, NULL, 0, TENSORS(x, b), TENSORS(y));
    return y;
}

static void bias_gradient(struct graph *g, struct node *n)
{
    struct tensor *dy = graph_grad(g, n->out[0]), *db = n->in[1]->grad;
    graph_add_grad(g, n->in[0], dy);
    if (db)
        graph_node(g, &node_bias_bwd, NULL, 0, TENSORS(dy, db), TENSORS(db));
}

static void bias_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t N = tensor_rows(n->in[0]);
    struct bias_args args = {n->in[0]->address, n->in[1]->address, n->out[0]->address, (uint32_t)N,
                             (uint32_t)tensor_cols(n->in[0])};
    op_dispatch(n, vk, s, "bias", NULL, 0, &args, sizeof args, (uint64_t)N);
}

static void bias_bwd_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t O = tensor_cols(n->in[0]);
    struct bias_args args = {
        .x = n->in[0]->address, .y = n->out[0]->address, .rows = (uint32_t)tensor_rows(n->in[0]), .cols = (uint32_t)O};
    op_dispatch(n, vk, s, "bias_bwd", NULL, 0, &args, sizeof args, groups_of(O, 32));
}

static struct op_cost bias_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]);
    return (struct op_cost){count, (n->out[0]->kind == TENSOR_GRADIENT ? 4 : 8) * count};
}

static struct tensor *bias_build(struct graph *g, const struct op_case *c)
{
    return op_bias(g, case_input(g, "x", c->dims[0], c->dims[1]), case_weight(g, c, "b", 1, c->dims[1]));
}

static const struct op_case bias_cases[] = {
    {.label = "one", .dims = {1, 1}, .build = bias_build},
    {.label = "primes", .dims = {7, 131}, .build = bias_build, .reduction = 7},
    {.label = "huge values", .dims = {67, 64}, .magnitude = 6e4, .build = bias_build, .reduction = 67},
    {.label = "over 65535 rows", .dims = {70001, 3}, .build = bias_build, .reduction = 70001},
    {.label = "SmolLM2 width", .dims = {512, 576}, .build = bias_build, .reduction = 512, .bench = true},
};

OP_DEFINE(bias) = {
    .name = "bias",
    OP_CPU_FUNCTIONS(bias),
    .vulkan = bias_vulkan,
    .gradient = bias_gradient,
    .cost = bias_cost,
    .cases = bias_cases,
    .case_count = sizeof bias_cases / sizeof *bias_cases,
    .tolerance = 1, // one rounding
};

OP_DEFINE(bias_bwd) = {
    .name = "bias_bwd",
    OP_CPU_FUNCTIONS(bias_bwd),
    .vulkan = bias_bwd_vulkan,
    .cost = bias_cost,
    .tolerance = 4, // one sum over tokens
};
#endif
