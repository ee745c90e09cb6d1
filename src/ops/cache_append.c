// Writing rows of keys or values into the cache: cache[rows[n]] = x[n], a negative row is skipped.
//   cache (M,W) inout   x (N,W)   rows (N,1) i32, no row twice
#include "ops/ops.h"

#include "ops/dispatch.h"
#include "cache_append_args.h"

OP_CPU(cache_append)
{
    const real *x = cpu_real(n->in[1]);
    const int32_t *rows = cpu_i32(n->in[2]);
    real *cache = cpu_real(n->out[0]);
    int64_t N = tensor_rows(n->in[1]), W = tensor_cols(n->in[1]), M = tensor_rows(n->out[0]);
    for (int64_t i = 0; i < N; i++) {
        check(rows[i] < M, "row %lld goes to row %d of a cache of %lld", (long long)i, rows[i], (long long)M);
        for (int64_t w = 0; rows[i] >= 0 && w < W; w++)
            cache[rows[i] * W + w] = x[i * W + w];
    }
}

#ifndef OPS_DOUBLE
void op_cache_append(struct graph *g, struct tensor *cache, struct tensor *x, struct tensor *rows)
{
    check(tensor_cols(cache) == tensor_cols(x) && cache->dtype == DTYPE_F32,
          "a cache of %s, %lld wide, for rows of %lld", dtype_name(cache->dtype), (long long)tensor_cols(cache),
          (long long)tensor_cols(x));
    check(rows->dtype == DTYPE_I32 && tensor_count(rows) == tensor_rows(x), "cache_append: rows must be (%lld,1) i32",
          (long long)tensor_rows(x));
    graph_node(g, &node_cache_append, NULL, 0, TENSORS(cache, x, rows), TENSORS(cache));
}

static void cache_append_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t N = tensor_rows(n->in[1]);
    struct cache_append_args args = {n->in[1]->address,
                                     n->in[2]->address,
                                     n->out[0]->address,
                                     (uint32_t)N,
                                     (uint32_t)tensor_cols(n->in[1]),
                                     (uint32_t)tensor_rows(n->out[0])};
    op_dispatch(n, vk, s, "cache_append", NULL, 0, &args, sizeof args, (uint64_t)N);
}

static struct op_cost cache_append_cost(const struct node *n)
{
    return (struct op_cost){0, 8 * (double)tensor_count(n->in[1])};
}

// {N, M, W}: every fifth row is skipped, the others go to rows from the end of the cache.
static bool cache_append_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    (void)values;
    for (int64_t i = 0; t->dtype == DTYPE_I32 && i < c->dims[0]; i++)
        ints[i] = (int32_t)(i % 5 == 4 ? -1 - i : c->dims[1] - 1 - i);
    return t->dtype == DTYPE_I32;
}

static struct tensor *cache_append_build(struct graph *g, const struct op_case *c)
{
    struct tensor *cache = tensor_new(g->arena, TENSOR_STATE, DTYPE_F32, "cache", c->dims[1], c->dims[2], 0, 0);
    struct tensor *rows = graph_input(g, DTYPE_I32, "rows", c->dims[0], 1);
    op_cache_append(g, cache, case_input(g, "x", c->dims[0], c->dims[2]), rows);
    return NULL;
}

#define CASE(label_, n_, m_, w_, ...)                                                                                  \
    {                                                                                                                  \
        .label = label_, .dims = {n_, m_, w_}, .build = cache_append_build, .fill = cache_append_fill, __VA_ARGS__     \
    }
static const struct op_case cache_append_cases[] = {
    CASE("one", 1, 1, 1),
    CASE("primes", 13, 29, 37),
    CASE("decoding", 32, 1024, 192),
    CASE("over 65535 rows", 70001, 70003, 1),
    CASE("SmolLM2, a prompt", 512, 4096, 192, .bench = true),
};

OP_DEFINE(cache_append) = {
    .name = "cache_append",
    OP_CPU_FUNCTIONS(cache_append),
    .vulkan = cache_append_vulkan,
    .cost = cache_append_cost,
    .cases = cache_append_cases,
    .case_count = sizeof cache_append_cases / sizeof *cache_append_cases,
    .tolerance = 0, // bits are moved
};
#endif
