// Embedding: y[n] = table[tokens[n]].
//   table (V,D) in, any dtype   tokens (N,1) i32 in   y (N,D) out
// Backward: dtable[tokens[n]] += dy[n], summed in the order of n.
#include "ops/ops.h"

#include "ops/dispatch.h"
#include "ops/real.h"
#include "embed_args.h"
#include "embed_bwd_args.h"

static void check_tokens(const struct tensor *tokens, const struct tensor *table)
{
    const int32_t *t = cpu_i32(tokens);
    for (int64_t i = 0, count = tensor_count(tokens); i < count; i++)
        check(t[i] >= 0 && t[i] < tensor_rows(table), "row %lld of %s is token %d; %s has %lld rows", (long long)i,
              tokens->name, t[i], table->name, (long long)tensor_rows(table));
}

OP_CPU(embed)
{
    const int32_t *tokens = cpu_i32(n->in[1]);
    real *y = cpu_real(n->out[0]);
    int64_t N = tensor_rows(n->out[0]), D = tensor_cols(n->out[0]);
    check_tokens(n->in[1], n->in[0]);
#pragma omp parallel for if (N * D > CPU_WORTH_THREADS)
    for (int64_t i = 0; i < N; i++)
        cpu_load_row(n->in[0], tokens[i], y + i * D);
}

OP_CPU(embed_bwd)
{
    const real *dy = cpu_real(n->in[0]);
    const int32_t *tokens = cpu_i32(n->in[1]);
    real *dtable = cpu_real(n->out[0]);
    int64_t N = tensor_rows(n->in[0]), D = tensor_cols(n->in[0]);
    check_tokens(n->in[1], n->out[0]);
    for (int64_t i = 0; i < N; i++)
        for (int64_t d = 0; d < D; d++)
            dtable[tokens[i] * D + d] += dy[i * D + d];
}

#ifndef OPS_DOUBLE
struct tensor *op_embed(struct graph *g, struct tensor *table, struct tensor *tokens)
{
    check(tokens->dtype == DTYPE_I32 && tensor_cols(tokens) == 1, "embed: tokens must be (N,1) i32");
    check(tensor_cols(table) % dtype_block(table->dtype) == 0,
          "embed: %s has rows of %lld, no whole number of %s blocks", table->name, (long long)tensor_cols(table),
          dtype_name(table->dtype));
    struct tensor *y = graph_activation(g, "embed", tensor_rows(tokens), tensor_cols(table));
    graph_node(g, &node_embed, NULL, 0, TENSORS(table, tokens), TENSORS(y));
    return y;
}

static void embed_gradient(struct graph *g, struct node *n)
{
    struct tensor *dtable = n->in[0]->grad;
    if (dtable)
        graph_node(g, &node_embed_bwd, NULL, 0, TENSORS(graph_grad(g, n->out[0]), n->in[1], dtable), TENSORS(dtable));
}

static void embed_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    static const char *const kernels[DTYPE_COUNT] = {
        [DTYPE_F32] = "embed_f32",   [DTYPE_F16] = "embed_f16",   [DTYPE_BF16] = "embed_bf16",
        [DTYPE_Q8_0] = "embed_q8_0", [DTYPE_Q4_0] = "embed_q4_0", [DTYPE_Q4_1] = "embed_q4_1",
    };
    const struct tensor *table = n->in[0];
    int64_t N = tensor_rows(n->out[0]);
    struct embed_args args = {table->address,
                              n->in[1]->address,
                              n->out[0]->address,
                              (uint32_t)N,
                              (uint32_t)tensor_cols(table),
                              (uint32_t)tensor_rows(table)};
    op_dispatch(n, vk, s, kernels[table->dtype], NULL, 0, &args, sizeof args, (uint64_t)N);
}

static void embed_bwd_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t N = tensor_rows(n->in[0]);
    uint32_t size;
    const char *kernel = op_reduce_kernel(vk, "embed_bwd", "embed_bwd_subgroup", &size);
    if (N > 32000) { // see the shader
        vk_stream_fail(s, "embed_bwd: %lld tokens in one pass; 32000 are possible: make micro-batches smaller",
                       (long long)N);
        return;
    }
    int64_t D = tensor_cols(n->in[0]);
    struct embed_bwd_args args = {n->in[0]->address, n->in[1]->address, n->out[0]->address,
                                  (uint32_t)N,       (uint32_t)D,       (uint32_t)tensor_rows(n->out[0])};
    op_dispatch(n, vk, s, kernel, &size, 1, &args, sizeof args, (uint64_t)N * groups_of(D, 8 * (int64_t)size));
}

static struct op_cost embed_cost(const struct node *n)
{
    double count = (double)tensor_count(n->out[0]);
    return (struct op_cost){0, 4 * count + count * dtype_block_bytes(n->in[0]->dtype) / dtype_block(n->in[0]->dtype)};
}

static struct op_cost embed_bwd_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]);
    return (struct op_cost){count, 12 * count};
}

// {N, V, D}: every third token is the same one.
static bool embed_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    (void)values;
    for (int64_t i = 0; t->dtype == DTYPE_I32 && i < c->dims[0]; i++)
        ints[i] = (int32_t)((i % 3 ? i * 7919 : c->dims[1] - 1) % c->dims[1]);
    return t->dtype == DTYPE_I32;
}

static struct tensor *embed_build(struct graph *g, const struct op_case *c)
{
    struct tensor *tokens = graph_input(g, DTYPE_I32, "tokens", c->dims[0], 1);
    return op_embed(g, case_weight(g, c, "table", c->dims[1], c->dims[2]), tokens);
}

static struct tensor *embed_build_frozen(struct graph *g, const struct op_case *c)
{
    struct tensor *tokens = graph_input(g, DTYPE_I32, "tokens", c->dims[0], 1);
    graph_keep(
        op_embed(g, tensor_new(g->arena, TENSOR_WEIGHT, c->dtype, "table", c->dims[1], c->dims[2], 0, 0), tokens));
    return NULL;
}

#define CASE(label_, n_, v_, d_, ...)                                                                                  \
    {                                                                                                                  \
        .label = label_, .dims = {n_, v_, d_}, .reduction = n_, .build = embed_build, .fill = embed_fill, __VA_ARGS__  \
    }
static const struct op_case embed_cases[] = {
    CASE("one", 1, 1, 1),
    CASE("primes", 41, 13, 37),
    CASE("f16", 41, 13, 37, .dtype = DTYPE_F16),
    CASE("bf16", 17, 31, 64, .dtype = DTYPE_BF16),
    CASE("q8_0", 17, 31, 96, .dtype = DTYPE_Q8_0),
    CASE("q4_0", 17, 31, 96, .dtype = DTYPE_Q4_0),
    CASE("q4_1", 17, 31, 96, .dtype = DTYPE_Q4_1),
    {.label = "over 65535 rows", .dims = {70001, 70003, 2}, .build = embed_build_frozen, .fill = embed_fill},
    CASE("one token everywhere", 3001, 1, 131),
    CASE("SmolLM2", 512, 4096, 576, .bench = true),
};

OP_DEFINE(embed) = {
    .name = "embed",
    OP_CPU_FUNCTIONS(embed),
    .vulkan = embed_vulkan,
    .gradient = embed_gradient,
    .cost = embed_cost,
    .cases = embed_cases,
    .case_count = sizeof embed_cases / sizeof *embed_cases,
    .tolerance = 1, // at most the product of a quantised value and its block's scale
};

OP_DEFINE(embed_bwd) = {
    .name = "embed_bwd",
    OP_CPU_FUNCTIONS(embed_bwd),
    .vulkan = embed_bwd_vulkan,
    .cost = embed_bwd_cost,
    .tolerance = 4, // one sum
};
#endif
