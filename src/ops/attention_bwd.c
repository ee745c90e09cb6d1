// Backward pass of attention (Dao 2023, algorithm 2), with p_nm = exp(scale * q_n . k_m - lse_n) made again:
//   delta (N,H) = sum_a do * o
//   dv_m = sum_n p_nm do_n     ds_nm = scale * p_nm (do_n . v_m - delta_n)     dk_m = sum_n ds_nm q_n
//   dq_n = sum_m ds_nm k_m
// dk and dv walk the query rows of a key row, and of each row the query heads of the key head's group, in that order;
// dq walks the key rows of a query row. Nothing is shared between rows, so nothing is atomic.
#include "ops/ops.h"

#include "ops/attention.h"
#include "ops/cpu_rows.h"
#include "ops/real.h"

enum { BLOCK = 64 }; // pairs whose scores are made at a time

OP_CPU(attention_delta)
{
    const real *d_o = cpu_real(n->in[0]), *o = cpu_real(n->in[1]);
    real *delta = cpu_real(n->out[0]);
    int64_t A = tensor_cols(n->in[0]) / tensor_cols(n->out[0]), rows = tensor_count(n->out[0]);
#pragma omp parallel for if (rows * A > CPU_WORTH_THREADS)
    for (int64_t r = 0; r < rows; r++) {
        const real *row = o + r * A;
        cpu_dots(d_o + r * A, &row, 1, A, delta + r);
    }
}

// From the scores s and the products dp = do . v of count pairs: p in s, ds in dp.
static void weights(real *s, real *dp, const real *lse, const real *delta, int64_t count, real scale)
{
    for (int64_t i = 0; i < count; i++)
        s[i] = s[i] * scale - lse[i];
    cpu_exp(s, count);
    for (int64_t i = 0; i < count; i++)
        dp[i] = scale * s[i] * (dp[i] - delta[i]);
}

// One key row and head. q, d_o, lse and delta point to the first query head of the group, of row 0.
static void gather_dkv(const real *k, const real *v, const real *q, const real *d_o, const real *lse, const real *delta,
                       const int32_t *ranges, int64_t H, int64_t group, int64_t A, real scale, real *dk, real *dv)
{
    real s[BLOCK], dp[BLOCK], l[BLOCK], d[BLOCK];
    const real *qs[BLOCK], *dos[BLOCK];
    int64_t length = ranges_length(ranges) * group;
    for (int64_t a = 0; a < A; a++)
        dk[a] = dv[a] = 0;
    for (int64_t first = 0; first < length; first += BLOCK) {
        int64_t count = length - first < BLOCK ? length - first : BLOCK;
        for (int64_t i = 0; i < count; i++) {
            int64_t at = ranges_row(ranges, (first + i) / group) * H + (first + i) % group;
            qs[i] = q + at * A;
            dos[i] = d_o + at * A;
            l[i] = lse[at];
            d[i] = delta[at];
        }
        cpu_dots(k, qs, count, A, s);
        cpu_dots(v, dos, count, A, dp);
        weights(s, dp, l, d, count, scale);
        cpu_weighted_sum(dv, s, dos, count, A);
        cpu_weighted_sum(dk, dp, qs, count, A);
    }
}

OP_CPU(attention_dkv)
{
    const struct attention_params *p = (const void *)n->params;
    const real *q = cpu_real(n->in[0]), *k = cpu_real(n->in[1]), *v = cpu_real(n->in[2]);
    const real *lse = cpu_real(n->in[4]), *delta = cpu_real(n->in[5]), *d_o = cpu_real(n->in[6]);
    const int32_t *ranges = cpu_i32(n->in[3]);
    real *dk = cpu_real(n->out[0]), *dv = cpu_real(n->out[1]);
    int64_t A = p->head_size, M = tensor_rows(n->in[1]), H = tensor_cols(n->in[0]) / A, J = tensor_cols(n->in[1]) / A;
    ranges_check(n->in[3], tensor_rows(n->in[0]));
#pragma omp parallel for collapse(2) schedule(dynamic, 8)
    for (int64_t m = 0; m < M; m++)
        for (int64_t j = 0; j < J; j++) {
            int64_t at = (m * J + j) * A, h = j * (H / J);
            gather_dkv(k + at, v + at, q + h * A, d_o + h * A, lse + h, delta + h, ranges + 4 * m, H, H / J, A,
                       (real)p->scale, dk + at, dv + at);
        }
}

// One query row and head; k and v point to the key/value head's part of row 0, rows are stride apart.
static void gather_dq(const real *q, const real *d_o, real lse, real delta, const real *k, const real *v,
                      int64_t stride, const int32_t *ranges, int64_t A, real scale, real *dq)
{
    real s[BLOCK], dp[BLOCK], l[BLOCK], d[BLOCK];
    const real *ks[BLOCK], *vs[BLOCK];
    int64_t length = ranges_length(ranges);
    for (int64_t a = 0; a < A; a++)
        dq[a] = 0;
    for (int64_t first = 0; first < length; first += BLOCK) {
        int64_t count = length - first < BLOCK ? length - first : BLOCK;
        for (int64_t i = 0; i < count; i++) {
            int64_t at = ranges_row(ranges, first + i) * stride;
            ks[i] = k + at;
            vs[i] = v + at;
            l[i] = lse;
            d[i] = delta;
        }
        cpu_dots(q, ks, count, A, s);
        cpu_dots(d_o, vs, count, A, dp);
        weights(s, dp, l, d, count, scale);
        cpu_weighted_sum(dq, dp, ks, count, A);
    }
}

OP_CPU(attention_dq)
{
    const struct attention_params *p = (const void *)n->params;
    const real *q = cpu_real(n->in[0]), *k = cpu_real(n->in[1]), *v = cpu_real(n->in[2]);
    const real *lse = cpu_real(n->in[4]), *delta = cpu_real(n->in[5]), *d_o = cpu_real(n->in[6]);
    const int32_t *ranges = cpu_i32(n->in[3]);
    real *dq = cpu_real(n->out[0]);
    int64_t A = p->head_size, N = tensor_rows(n->in[0]), H = tensor_cols(n->in[0]) / A, J = tensor_cols(n->in[1]) / A;
    ranges_check(n->in[3], tensor_rows(n->in[1]));
#pragma omp parallel for collapse(2) schedule(dynamic, 8)
    for (int64_t i = 0; i < N; i++)
        for (int64_t h = 0; h < H; h++) {
            int64_t at = i * H + h, j = h * J / H;
            gather_dq(q + at * A, d_o + at * A, lse[at], delta[at], k + j * A, v + j * A, J * A, ranges + 4 * i, A,
                      (real)p->scale, dq + at * A);
        }
}

#ifndef OPS_DOUBLE
static struct op_cost delta_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]);
    return (struct op_cost){2 * count, 8 * count};
}

static struct op_cost dkv_cost(const struct node *n)
{
    return attention_cost_of(n, 4);
}

static struct op_cost dq_cost(const struct node *n)
{
    return attention_cost_of(n, 3);
}

OP_DEFINE(attention_delta) = {
    .name = "attention_delta",
    OP_CPU_FUNCTIONS(attention_delta),
    .vulkan = attention_delta_vulkan,
    .cost = delta_cost,
    .tolerance = 8, // the error of o, times do, summed
};

OP_DEFINE(attention_dkv) = {
    .name = "attention_dkv",
    OP_CPU_FUNCTIONS(attention_dkv),
    .vulkan = attention_dkv_vulkan,
    .cost = dkv_cost,
    .tolerance = 16, // two weights' errors (see attention), and do . v and delta may cancel
};

OP_DEFINE(attention_dq) = {
    .name = "attention_dq",
    OP_CPU_FUNCTIONS(attention_dq),
    .vulkan = attention_dq_vulkan,
    .cost = dq_cost,
    .tolerance = 16, // as attention_dkv
};
#endif
