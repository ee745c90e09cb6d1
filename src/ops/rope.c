// Rotary position embedding (Su et al. 2021), Hugging Face's half-split layout. Of every head of A values, for i < A/2,
// with c, s = cosine and sine i of the table's row positions[n]:
//   y[i] = x[i] c - x[i+A/2] s     y[i+A/2] = x[i+A/2] c + x[i] s
//   x, y (N,heads*A)   table (P,A): A/2 cosines, then A/2 sines   positions (N,1) i32
// Backward: the inverse rotation, that is s with the other sign.
#include "ops/ops.h"

#include "ops/dispatch.h"
#include "ops/real.h"
#include "rope_args.h"

struct rope_params {
    int32_t head_size;
    float direction; // 1, or -1 for the inverse
};

OP_CPU(rope)
{
    const struct rope_params *p = (const void *)n->params;
    const real *x = cpu_real(n->in[0]), *table = cpu_real(n->in[1]);
    const int32_t *positions = cpu_i32(n->in[2]);
    real *y = cpu_real(n->out[0]);
    int64_t A = p->head_size, half = A / 2, N = tensor_rows(n->in[0]), W = tensor_cols(n->in[0]);
    for (int64_t i = 0; i < N; i++)
        check(positions[i] >= 0 && positions[i] < tensor_rows(n->in[1]),
              "row %lld is at position %d; the table ends at %lld", (long long)i, positions[i],
              (long long)tensor_rows(n->in[1]));
#pragma omp parallel for if (N * W > CPU_WORTH_THREADS)
    for (int64_t i = 0; i < N; i++) {
        const real *c = table + positions[i] * A, *s = c + half;
        for (int64_t at = i * W; at < (i + 1) * W; at += A)
            for (int64_t a = 0; a < half; a++) {
                real u = x[at + a], v = x[at + half + a], sine = (real)p->direction * s[a];
                y[at + a] = u * c[a] - v * sine;
                y[at + half + a] = v * c[a] + u * sine;
            }
    }
}

#ifndef OPS_DOUBLE
static struct tensor *rotate(struct graph *g, struct tensor *x, struct tensor *table, struct tensor *positions,
                             struct rope_params p)
{
    struct tensor *y = graph_like(g, p.direction > 0 ? "rope" : "d.rope", x);
    graph_node(g, &node_rope, &p, sizeof p, TENSORS(x, table, positions), TENSORS(y));
    return y;
}

struct tensor *op_rope(struct graph *g, struct tensor *x, struct tensor *table, struct tensor *positions,
                       int64_t head_size)
{
    check(head_size > 0 && head_size % 2 == 0 && tensor_cols(x) % head_size == 0, "rope: width %lld in heads of %lld",
          (long long)tensor_cols(x), (long long)head_size);
    check(table->dtype == DTYPE_F32 && tensor_cols(table) == head_size, "rope: the table must be (P,%lld) f32",
          (long long)head_size);
    check(positions->dtype == DTYPE_I32 && tensor_count(positions) == tensor_rows(x),
          "rope: positions must be (%lld,1) i32", (long long)tensor_rows(x));
    return rotate(g, x, table, positions, (struct rope_params){(int32_t)head_size, 1});
}

static void rope_gradient(struct graph *g, struct node *n)
{
    struct rope_params p = *(const struct rope_params *)(const void *)n->params;
    p.direction = -p.direction;
    graph_add_grad(g, n->in[0], rotate(g, graph_grad(g, n->out[0]), n->in[1], n->in[2], p));
}

static void rope_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct rope_params *p = (const void *)n->params;
    int64_t N = tensor_rows(n->in[0]);
    uint32_t half = (uint32_t)p->head_size / 2;
    struct rope_args args = {n->in[0]->address,
                             n->in[1]->address,
                             n->in[2]->address,
                             n->out[0]->address,
                             (uint32_t)N,
                             (uint32_t)tensor_cols(n->in[0]),
                             (uint32_t)tensor_rows(n->in[1]),
                             p->direction};
    op_dispatch(n, vk, s, "rope", &half, 1, &args, sizeof args, (uint64_t)N);
}

static struct op_cost rope_cost(const struct node *n)
{
    double count = (double)tensor_count(n->out[0]);
    return (struct op_cost){3 * count, 8 * count};
}

// {N, heads, A, P}
static bool rope_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    (void)values;
    for (int64_t i = 0; t->dtype == DTYPE_I32 && i < c->dims[0]; i++)
        ints[i] = (int32_t)(i * 5 % c->dims[3]);
    return t->dtype == DTYPE_I32;
}

static struct tensor *rope_build(struct graph *g, const struct op_case *c)
{
    struct tensor *table = tensor_new(g->arena, TENSOR_STATE, DTYPE_F32, "table", c->dims[3], c->dims[2], 0, 0);
    struct tensor *positions = graph_input(g, DTYPE_I32, "positions", c->dims[0], 1);
    return op_rope(g, case_input(g, "x", c->dims[0], c->dims[1] * c->dims[2]), table, positions, c->dims[2]);
}

#define CASE(label_, n_, h_, a_, p_, ...)                                                                              \
    {                                                                                                                  \
        .label = label_, .dims = {n_, h_, a_, p_}, .build = rope_build, .fill = rope_fill, __VA_ARGS__                 \
    }
static const struct op_case rope_cases[] = {
    CASE("one pair", 1, 1, 2, 1),
    CASE("primes", 13, 3, 14, 7),
    CASE("huge values", 5, 2, 32, 8, .magnitude = 6e4),
    CASE("over 65535 rows", 70001, 1, 2, 11),
    CASE("SmolLM2", 512, 9, 64, 512, .bench = true),
};

OP_DEFINE(rope) = {
    .name = "rope",
    OP_CPU_FUNCTIONS(rope),
    .vulkan = rope_vulkan,
    .gradient = rope_gradient,
    .cost = rope_cost,
    .cases = rope_cases,
    .case_count = sizeof rope_cases / sizeof *rope_cases,
    .tolerance = 2, // two products and a sum
};
#endif
