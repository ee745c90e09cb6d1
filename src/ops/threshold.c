// The smallest scaled logit that the sampling filters leave, per row; KEEP_ALL when they are off.
//   top_k: the k-th largest z; ties stay
//   top_p: of what is left, the smallest set of largest z whose probability is at least top_p (Holtzman et al. 2020);
//          the token that crosses the limit and its ties stay
//   min_p: z >= z_max + log(min_p), i.e. p >= min_p * p_max (Nguyen et al. 2024)
// in the order of transformers' logits processors, after the temperature.
//   logits (C,V) in   sampling (1,4) in   threshold (C,1) out
#include "ops/ops.h"

#include "ops/real.h"
#include "ops/sampling.h"

static int order(real a, real pivot)
{
    return a > pivot ? 0 : a < pivot ? 2 : 1;
}

// The largest t among values[0..count) so that sum { weights[i] : values[i] >= t } >= need, by quickselect; the
// smallest value when there is none. Reorders both arrays.
static real select_threshold(real *values, real *weights, int64_t count, double need)
{
    double above = 0;
    real t = values[0];
    while (count > 0) {
        real a = values[0], b = values[count / 2], c = values[count - 1];
        t = a > b ? (b > c ? b : a > c ? c : a) : (a > c ? a : b > c ? c : b);
        double mass[3] = {0};
        int64_t size[3] = {0};
        for (int64_t i = 0; i < count; i++) {
            mass[order(values[i], t)] += (double)weights[i];
            size[order(values[i], t)]++;
        }
        if (above + mass[0] < need && above + mass[0] + mass[1] >= need)
            return t;
        int side = above + mass[0] >= need ? 0 : 2;
        if (!size[side])
            return t;
        int64_t kept = 0;
        for (int64_t i = 0; i < count; i++)
            if (order(values[i], t) == side) {
                values[kept] = values[i];
                weights[kept++] = weights[i];
            }
        above += side == 2 ? mass[0] + mass[1] : 0;
        count = kept;
    }
    return t;
}

static real row_threshold(const real *x, int64_t V, const real *sampling, real scale, real *values, real *weights)
{
    real largest = x[0] * scale, t = (real)KEEP_ALL;
    for (int64_t v = 1; v < V; v++)
        largest = x[v] * scale > largest ? x[v] * scale : largest;
    if (sampling[SAMPLING_TOP_K] > 0) {
        for (int64_t v = 0; v < V; v++) {
            values[v] = x[v] * scale;
            weights[v] = 1;
        }
        t = select_threshold(values, weights, V, (double)sampling[SAMPLING_TOP_K]);
    }
    if (sampling[SAMPLING_TOP_P] < 1) {
        int64_t kept = 0;
        double sum = 0;
        for (int64_t v = 0; v < V; v++) {
            if (x[v] * scale < t)
                continue;
            values[kept] = x[v] * scale;
            weights[kept] = real_exp(values[kept] - largest);
            sum += (double)weights[kept++];
        }
        real cut = select_threshold(values, weights, kept, (double)sampling[SAMPLING_TOP_P] * sum);
        t = cut > t ? cut : t;
    }
    if (sampling[SAMPLING_MIN_P] > 0) {
        real cut = largest + real_log(sampling[SAMPLING_MIN_P] < 1 ? sampling[SAMPLING_MIN_P] : 1);
        t = cut > t ? cut : t;
    }
    return t;
}

OP_CPU(threshold)
{
    const real *sampling = cpu_real(n->in[1]);
    real *out = cpu_real(n->out[0]), scale = sampling_scale(n->in[1]);
    int64_t C = tensor_rows(n->in[0]), V = tensor_cols(n->in[0]);
#pragma omp parallel if (C * V > CPU_WORTH_THREADS)
    {
        real *scratch = block_alloc(2 * sizeof(real) * (size_t)V);
        check_memory(scratch, "%lld bytes", (long long)(2 * sizeof(real)) * V);
#pragma omp for
        for (int64_t c = 0; c < C; c++)
            out[c] = row_threshold(cpu_real(n->in[0]) + c * V, V, sampling, scale, scratch, scratch + V);
        block_free(scratch);
    }
}

#ifndef OPS_DOUBLE
#include "ops/dispatch.h"
#include "threshold_args.h"

static struct tensor *with_form(struct graph *g, struct tensor *logits, struct tensor *sampling, enum op_form form)
{
    struct form_params p = {form};
    check(tensor_count(sampling) == SAMPLING_SIZE, "%s has %lld settings", sampling->name,
          (long long)tensor_count(sampling));
    struct tensor *t = graph_activation(g, "threshold", tensor_rows(logits), 1);
    graph_node(g, &node_threshold, &p, sizeof p, TENSORS(logits, sampling), TENSORS(t));
    return t;
}

struct tensor *op_threshold(struct graph *g, struct tensor *logits, struct tensor *sampling)
{
    return with_form(g, logits, sampling, FORM_AUTO);
}

static void threshold_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const uint32_t group = 256; // invocations that share a row
    uint64_t rows = (uint64_t)tensor_rows(n->in[0]);
    struct threshold_args args = {n->in[0]->address, n->in[1]->address, n->out[0]->address, (uint32_t)rows,
                                  (uint32_t)tensor_cols(n->in[0])};
    enum op_form form = ((const struct form_params *)(const void *)n->params)->form;
    // llvmpipe leaves all loops of an invocation after 65535 iterations in total; a row takes 24 passes at most.
    if (form == FORM_AUTO)
        form = op_on_processor(vk) && args.vocabulary < SAMPLING_WIDE ? FORM_INVOCATION : FORM_GROUP;
    if (form == FORM_INVOCATION)
        op_dispatch(n, vk, s, "threshold", NULL, 0, &args, sizeof args, (rows + 63) / 64);
    else
        op_dispatch(n, vk, s, "threshold_group", &group, 1, &args, sizeof args, rows);
}

static struct op_cost threshold_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]);
    return (struct op_cost){15 * count, 4 * count};
}

static struct tensor *threshold_build(struct graph *g, const struct op_case *c)
{
    struct tensor *logits = graph_input(g, DTYPE_F32, "logits", c->dims[0], c->dims[1]);
    with_form(g, logits, graph_input(g, DTYPE_F32, "sampling", 1, SAMPLING_SIZE), (enum op_form)c->dims[3]);
    return NULL;
}

#define CASE(label_, c_, v_, mode_, form_, ...)                                                                        \
    {                                                                                                                  \
        .label = label_, .dims = {c_, v_, mode_, form_}, .build = threshold_build, .fill = sampling_fill, __VA_ARGS__  \
    }
static const struct op_case threshold_cases[] = {
    CASE("filters off", 3, 37, SAMPLING_PLAIN, FORM_AUTO),
    CASE("one token", 2, 1, SAMPLING_CASE_ALL, FORM_AUTO),
    CASE("fewer tokens than k", 3, 3, SAMPLING_CASE_TOP_K, FORM_INVOCATION),
    CASE("fewer tokens than k, group", 3, 3, SAMPLING_CASE_TOP_K, FORM_GROUP),
    CASE("top-k", 9, 101, SAMPLING_CASE_TOP_K, FORM_INVOCATION),
    CASE("top-k, group", 9, 101, SAMPLING_CASE_TOP_K, FORM_GROUP),
    CASE("top-p", 9, 101, SAMPLING_CASE_TOP_P, FORM_INVOCATION),
    CASE("top-p, group", 9, 101, SAMPLING_CASE_TOP_P, FORM_GROUP),
    CASE("min-p", 9, 101, SAMPLING_CASE_MIN_P, FORM_INVOCATION),
    CASE("min-p, group", 9, 101, SAMPLING_CASE_MIN_P, FORM_GROUP),
    CASE("all filters", 9, 499, SAMPLING_CASE_ALL, FORM_INVOCATION),
    CASE("all filters, group", 9, 499, SAMPLING_CASE_ALL, FORM_GROUP),
    CASE("over 65535 rows", 70001, 7, SAMPLING_CASE_TOP_K, FORM_INVOCATION),
    CASE("SmolLM2 vocabulary", 8, 49152, SAMPLING_CASE_ALL, FORM_AUTO, .bench = true),
    CASE("SmolLM2 vocabulary, filters off", 8, 49152, SAMPLING_PLAIN, FORM_AUTO, .bench = true),
};

OP_DEFINE(threshold) = {
    .name = "threshold",
    OP_CPU_FUNCTIONS(threshold),
    .vulkan = threshold_vulkan,
    .cost = threshold_cost,
    .cases = threshold_cases,
    .case_count = sizeof threshold_cases / sizeof *threshold_cases,
    .tolerance = 8, // a product for top-k and top-p; a logarithm and a sum for min-p
};
#endif
