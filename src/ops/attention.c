// Grouped-query attention over two ranges of key rows per query row, as if they were one list. With l = key row of the
// list, s_l = scale * q_n . k_l:
//   o_n = sum_l exp(s_l - lse_n) v_l     lse_n = log sum_l exp(s_l)
//   q (N,H*A)   k, v (M,J*A)   key_ranges (N,4) i32   o (N,H*A) out   lse (N,H) out (0 where the list is empty)
// Scores are made for a few keys at a time and merged with a running maximum (Milakov and Gimelshein 2018). The bits of
// a row depend on its own list only, not on where the list is cut in two, nor on other rows: decoding against a
// cache agrees with training. Backward: attention_bwd.c.
#include "ops/ops.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "ops/attention.h"
#include "ops/cpu_rows.h"

enum { BLOCK = 64 }; // keys whose scores are made at a time

static real merge_block(real *s, int64_t count, real scale, real *max, real *sum)
{
    real top = *max;
    for (int64_t i = 0; i < count; i++) {
        s[i] *= scale;
        top = s[i] > top ? s[i] : top;
    }
    real shrink = *max - top;
    for (int64_t i = 0; i < count; i++)
        s[i] -= top;
    cpu_exp(s, count);
    cpu_exp(&shrink, 1);
    *sum *= shrink;
    for (int64_t i = 0; i < count; i++)
        *sum += s[i];
    *max = top;
    return shrink;
}

// One query row and head; k and v point to the key/value head's part of row 0, rows are stride apart.
static real attend(const real *q, const real *k, const real *v, int64_t stride, const int32_t *ranges, int64_t A,
                   real scale, real *o)
{
    real s[BLOCK], max = (real)-1e30, sum = 0; // a finite sentinel: no infinity minus infinity
    const real *rows[BLOCK];
    int64_t length = ranges_length(ranges);
    for (int64_t a = 0; a < A; a++)
        o[a] = 0;
    for (int64_t l = 0; l < length; l += BLOCK) {
        int64_t count = length - l < BLOCK ? length - l : BLOCK;
        for (int64_t i = 0; i < count; i++)
            rows[i] = k + ranges_row(ranges, l + i) * stride;
        cpu_dots(q, rows, count, A, s);
        real shrink = merge_block(s, count, scale, &max, &sum);
        for (int64_t a = 0; a < A; a++)
            o[a] *= shrink;
        for (int64_t i = 0; i < count; i++)
            rows[i] = v + (rows[i] - k);
        cpu_weighted_sum(o, s, rows, count, A);
    }
    if (length == 0)
        return 0;
    for (int64_t a = 0; a < A; a++)
        o[a] /= sum;
    return max + (real)log((double)sum);
}

void ranges_check(const struct tensor *ranges, int64_t rows)
{
    const int32_t *r = cpu_i32(ranges);
    for (int64_t i = 0, count = tensor_count(ranges); i < count; i += 2)
        check(r[i] >= r[i + 1] || (r[i] >= 0 && r[i + 1] <= rows), "row %lld of %s has the range [%d,%d) of %lld rows",
              (long long)i / 4, ranges->name, r[i], r[i + 1], (long long)rows);
}

OP_CPU(attention)
{
    const struct attention_params *p = (const void *)n->params;
    const real *q = cpu_real(n->in[0]), *k = cpu_real(n->in[1]), *v = cpu_real(n->in[2]);
    const int32_t *ranges = cpu_i32(n->in[3]);
    real *o = cpu_real(n->out[0]), *lse = cpu_real(n->out[1]);
    int64_t A = p->head_size, N = tensor_rows(n->in[0]), H = tensor_cols(n->in[0]) / A, J = tensor_cols(n->in[1]) / A;
    int64_t M = tensor_rows(n->in[1]);
    ranges_check(n->in[3], M);
#pragma omp parallel for collapse(2) schedule(dynamic, 8)
    for (int64_t i = 0; i < N; i++)
        for (int64_t h = 0; h < H; h++) {
            int64_t j = h * J / H;
            lse[i * H + h] = attend(q + (i * H + h) * A, k + j * A, v + j * A, J * A, ranges + 4 * i, A, (real)p->scale,
                                    o + (i * H + h) * A);
        }
}

#ifndef OPS_DOUBLE
static void check_shapes(const struct tensor *q, const struct tensor *k, const struct tensor *v,
                         const struct tensor *key_ranges, const struct tensor *query_ranges, int64_t A)
{
    check(A >= 4 && A <= ATTENTION_HEAD_MAX && A % 4 == 0, "attention: head size %lld; multiples of 4 up to %d work",
          (long long)A, ATTENTION_HEAD_MAX);
    check(tensor_cols(q) % A == 0 && tensor_cols(k) % A == 0,
          "attention: widths %lld and %lld are no multiples of %lld", (long long)tensor_cols(q),
          (long long)tensor_cols(k), (long long)A);
    check(tensor_cols(q) % tensor_cols(k) == 0, "attention: %lld query heads for %lld key heads",
          (long long)(tensor_cols(q) / A), (long long)(tensor_cols(k) / A));
    check(tensor_rows(k) == tensor_rows(v) && tensor_cols(k) == tensor_cols(v), "attention: %s and %s differ in shape",
          k->name, v->name);
    check(q->dtype == DTYPE_F32 && k->dtype == DTYPE_F32 && v->dtype == DTYPE_F32, "attention: q, k and v are f32");
    check(key_ranges->dtype == DTYPE_I32 && tensor_rows(key_ranges) == tensor_rows(q) && tensor_cols(key_ranges) == 4,
          "attention: key_ranges must be (%lld,4) i32", (long long)tensor_rows(q));
    check(!query_ranges || (query_ranges->dtype == DTYPE_I32 && tensor_rows(query_ranges) == tensor_rows(k) &&
                            tensor_cols(query_ranges) == 4),
          "attention: query_ranges must be (%lld,4) i32", (long long)tensor_rows(k));
}

struct tensor *op_attention(struct graph *g, struct tensor *q, struct tensor *k, struct tensor *v,
                            struct tensor *key_ranges, struct tensor *query_ranges, int64_t head_size)
{
    check_shapes(q, k, v, key_ranges, query_ranges, head_size);
    struct attention_params p = {.scale = (float)(1 / sqrt((double)head_size)), .head_size = (int32_t)head_size};
    struct tensor *o = graph_like(g, "attention", q);
    struct tensor *lse = graph_activation(g, "lse", tensor_rows(q), tensor_cols(q) / head_size);
    graph_node(g, &node_attention, &p, sizeof p, TENSORS(q, k, v, key_ranges, query_ranges), TENSORS(o, lse));
    return o;
}

static void attention_gradient(struct graph *g, struct node *n)
{
    struct tensor *q = n->in[0], *k = n->in[1], *v = n->in[2], *key_ranges = n->in[3], *query_ranges = n->in[4];
    struct tensor *o = n->out[0], *lse = n->out[1], *d_o = graph_grad(g, o);
    check(query_ranges, "attention: gradients need query_ranges");
    struct tensor *delta = graph_like(g, "delta", lse);
    graph_node(g, &node_attention_delta, n->params, sizeof(struct attention_params), TENSORS(d_o, o), TENSORS(delta));
    if (k->needs_grad || v->needs_grad) {
        struct tensor *dk = graph_like(g, "d.k", k), *dv = graph_like(g, "d.v", v);
        graph_node(g, &node_attention_dkv, n->params, sizeof(struct attention_params),
                   TENSORS(q, k, v, query_ranges, lse, delta, d_o), TENSORS(dk, dv));
        graph_add_grad(g, k, dk);
        graph_add_grad(g, v, dv);
    }
    if (q->needs_grad) {
        struct tensor *dq = graph_like(g, "d.q", q);
        graph_node(g, &node_attention_dq, n->params, sizeof(struct attention_params),
                   TENSORS(q, k, v, key_ranges, lse, delta, d_o), TENSORS(dq));
        graph_add_grad(g, q, dq);
    }
}

struct op_cost attention_cost_of(const struct node *n, double products)
{
    const struct attention_params *p = (const void *)n->params;
    int64_t N = tensor_rows(n->in[0]), M = tensor_rows(n->in[1]);
    double bytes = 0, pairs = p->pairs > 0 ? p->pairs : (double)N * (double)M / 2;
    for (int i = 0; i < NODE_INPUTS; i++)
        bytes += n->in[i] ? (double)tensor_bytes(n->in[i], 4) : 0;
    for (int i = 0; i < NODE_OUTPUTS; i++)
        bytes += n->out[i] ? (double)tensor_bytes(n->out[i], 4) : 0;
    if (p->pairs > 0)
        bytes -= 4.0 * (double)(M - p->key_rows) * (double)(tensor_cols(n->in[1]) + tensor_cols(n->in[2]));
    return (struct op_cost){2 * products * pairs * (double)tensor_cols(n->in[0]), bytes};
}

static struct op_cost attention_cost(const struct node *n)
{
    return attention_cost_of(n, 2);
}

// ---- cases: {N, M, H, J, A, layout, G, lanes + 10 * workgroups of a dispatch}

enum layout {
    CAUSAL, // row n sees rows 0..n
    PACKED, // a prefix of N/4 rows, a padding row, then G completions that see the prefix and their own past; padding
    WINDOW, // the first range is empty, the second one holds the last five rows
    DECODE, // each row sees the first M/4 rows of the cache and a part of its own of the rest; no gradients
    EMPTY,  // nothing but padding
};

static void list_of_row(const struct op_case *c, int64_t n, int32_t r[4])
{
    const int32_t N = (int32_t)c->dims[0], M = (int32_t)c->dims[1], G = (int32_t)c->dims[6], i = (int32_t)n;
    r[0] = r[1] = r[2] = r[3] = 0;
    if (c->dims[5] == CAUSAL) {
        r[1] = i + 1;
    } else if (c->dims[5] == PACKED) {
        int32_t prefix = N / 4, own = (N - prefix - 1) / G, start = prefix + 1 + (i - prefix - 1) / own * own;
        if (i < prefix)
            r[1] = i + 1;
        else if (i > prefix && start + own <= N)
            r[1] = prefix, r[2] = start, r[3] = i + 1;
    } else if (c->dims[5] == WINDOW) {
        r[0] = r[1] = N / 2;
        r[2] = i < 4 ? 0 : i - 4, r[3] = i + 1;
    } else if (c->dims[5] == DECODE) {
        int32_t prefix = M / 4, own = (M - prefix) / N;
        r[1] = prefix, r[2] = prefix + i * own, r[3] = r[2] + 1 + i % own;
    }
}

static bool attention_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    (void)values;
    if (t->dtype != DTYPE_I32)
        return false;
    bool inverse = strcmp(t->name, "query_ranges") == 0;
    for (int64_t i = 0, count = tensor_count(t); i < count; i++)
        ints[i] = 0;
    for (int32_t n = 0; n < c->dims[0]; n++) {
        int32_t r[4];
        list_of_row(c, n, r);
        for (int i = 0; !inverse && i < 4; i++)
            ints[4 * n + i] = r[i];
        for (int64_t l = 0; inverse && l < ranges_length(r); l++) {
            int32_t *run = ints + 4 * ranges_row(r, l);
            if (run[1] > run[0] && run[1] != n) // the first run of query rows has ended: this is the second
                run += 2;
            if (run[1] == run[0])
                run[0] = run[1] = n;
            check(run[1]++ == n, "a layout gives a key row more than two ranges");
        }
    }
    return true;
}

// As above with values of v near the end of binary16's range, as real models have them.
static bool attention_fill_huge(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    if (strcmp(t->name, "v") != 0)
        return attention_fill(c, t, ints, values);
    for (int64_t i = 0, count = tensor_count(t); i < count; i++)
        values[i] = 6e4 * rng_normal(1, RNG_TEST, 2, (uint32_t)i);
    return true;
}

// What a case's lists hold, for its cost.
static void count_lists(struct graph *g, const struct op_case *c, struct attention_params *p)
{
    bool *seen = arena_array(g->arena, bool, c->dims[1]);
    for (int64_t n = 0; n < c->dims[0]; n++) {
        int32_t r[4];
        list_of_row(c, n, r);
        int64_t length = ranges_length(r);
        p->pairs += (double)length;
        for (int64_t l = 0; l < length; l++) {
            bool *row = &seen[ranges_row(r, l)];
            p->key_rows += !*row;
            *row = true;
        }
    }
}

static struct tensor *attention_build(struct graph *g, const struct op_case *c)
{
    int64_t N = c->dims[0], M = c->dims[1], H = c->dims[2], J = c->dims[3], A = c->dims[4];
    bool trained = c->dims[5] != DECODE;
    struct tensor *q = case_input(g, "q", N, H * A), *k = case_input(g, "k", M, J * A),
                  *v = case_input(g, "v", M, J * A);
    struct tensor *key_ranges = graph_input(g, DTYPE_I32, "key_ranges", N, 4);
    struct tensor *query_ranges = trained ? graph_input(g, DTYPE_I32, "query_ranges", M, 4) : NULL;
    struct tensor *o = op_attention(g, q, k, v, key_ranges, query_ranges, A);
    struct attention_params *p = (void *)g->nodes[g->node_count - 1]->params;
    p->lanes = (int32_t)c->dims[7] % 10;
    p->most_groups = (int32_t)c->dims[7] / 10;
    count_lists(g, c, p);
    graph_keep(o);
    return trained ? o : NULL;
}

// Reduction: the list's length in the forward pass and A in the scores; their product in dk and dv.
#define SPLIT_CASE(label_, lanes_, n_, m_, h_, j_, a_, layout_, g_, ...)                                               \
    {                                                                                                                  \
        .label = label_, .dims = {n_, m_, h_, j_, a_, layout_, g_, lanes_}, .reduction = m_, .build = attention_build, \
        .fill = attention_fill, __VA_ARGS__                                                                            \
    }
#define CASE(label_, n_, m_, h_, j_, a_, layout_, g_, ...)                                                             \
    SPLIT_CASE(label_, 0, n_, m_, h_, j_, a_, layout_, g_, __VA_ARGS__)
static const struct op_case attention_cases[] = {
    CASE("one row", 1, 1, 1, 1, 4, DECODE, 1), // its gradients would be differences of equal numbers
    CASE("two rows", 2, 2, 1, 1, 4, CAUSAL, 1),
    CASE("causal", 13, 13, 3, 1, 12, CAUSAL, 1),
    CASE("equal heads", 17, 17, 2, 2, 20, CAUSAL, 1),
    CASE("seven heads a group", 19, 19, 7, 1, 8, CAUSAL, 1),
    CASE("rows that share an invocation", 131, 131, 8, 2, 8, PACKED, 5),
    CASE("packed", 41, 41, 4, 2, 16, PACKED, 3),
    CASE("below a block", 63, 63, 2, 1, 32, CAUSAL, 1),
    CASE("a block", 64, 64, 2, 1, 64, CAUSAL, 1),
    CASE("above a block", 131, 131, 2, 1, 128, PACKED, 2),
    CASE("empty first range", 29, 29, 2, 1, 8, WINDOW, 1),
    CASE("padding only", 5, 5, 2, 1, 8, EMPTY, 1),
    CASE("decoding", 7, 200, 6, 2, 16, DECODE, 1),
    CASE("sharp", 37, 37, 2, 1, 64, PACKED, 2, .magnitude = 4),
    CASE("flat", 37, 37, 2, 1, 64, PACKED, 2, .magnitude = 1e-4),
    {.label = "huge values",
     .dims = {33, 33, 2, 1, 16, CAUSAL, 1},
     .reduction = 33,
     .build = attention_build,
     .fill = attention_fill_huge},
    SPLIT_CASE("rows of 1 lane", 1, 41, 41, 4, 2, 16, PACKED, 3),
    SPLIT_CASE("rows of 1 lane, decoding", 1, 7, 200, 6, 2, 16, DECODE, 1),
    SPLIT_CASE("rows of 2 lanes", 2, 41, 41, 4, 2, 16, PACKED, 3),
    SPLIT_CASE("rows of 4 lanes", 4, 37, 37, 4, 2, 64, PACKED, 2),
    SPLIT_CASE("rows of 4 lanes, one idle at the end", 4, 17, 17, 2, 2, 20, CAUSAL, 1),
    SPLIT_CASE("rows of 8 lanes", 8, 131, 131, 2, 1, 128, PACKED, 2),
    SPLIT_CASE("rows of 4 lanes, decoding", 4, 7, 200, 6, 2, 64, DECODE, 1),
    SPLIT_CASE("in dispatches of 3 workgroups", 30, 131, 131, 4, 2, 16, PACKED, 3),
    SPLIT_CASE("rows of 4 lanes, in dispatches of 3 workgroups", 34, 41, 41, 4, 2, 64, PACKED, 3),
    CASE("over 65535 rows", 70001, 70001, 1, 1, 4, WINDOW, 1, .bench = true),
    CASE("tiny model", 512, 512, 4, 2, 16, PACKED, 8, .bench = true),
    CASE("tiny model, decoding", 32, 3200, 4, 2, 16, DECODE, 1, .bench = true),
    CASE("SmolLM2", 512, 512, 9, 3, 64, PACKED, 4, .bench = true),
};

OP_DEFINE(attention) = {
    .name = "attention",
    OP_CPU_FUNCTIONS(attention),
    .vulkan = attention_vulkan,
    .gradient = attention_gradient,
    .cost = attention_cost,
    .cases = attention_cases,
    .case_count = sizeof attention_cases / sizeof *attention_cases,
    .tolerance = 8, // an error of the score, absolute, is one of its weight, relative
};
#endif
