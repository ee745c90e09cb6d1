// Log-probability of a target and entropy of the distribution, per row, over the kept part of the vocabulary.
//   z = logits * s, s = 1/temperature (1 for greedy); kept: z >= threshold, and the target itself
//   logp = z_target - log sum_kept exp z      entropy = log sum_kept exp z - sum_kept p z      p = exp z / sum
//   logits (C,V) in   targets (C,1) in, negative: padding, everything 0   sampling (1,4) in   threshold (C,1) in,
//   optional logp, entropy (C,1) out   stats (C,2) out: the largest kept z and the logarithm of sum exp(z - largest)
// Backward, in place over the logits:
//   dlogits = dlogp * s * (onehot(target) - p) for kept tokens, else 0
// The largest z and the logarithm are kept apart because their sum would lose the digits of small differences.
#include "ops/ops.h"

#include <string.h>

#include "ops/cpu_rows.h"
#include "ops/real.h"
#include "ops/sampling.h"

OP_CPU(logprob)
{
    const struct tensor *limit = n->in[3];
    const int32_t *targets = cpu_i32(n->in[1]);
    real *logp = cpu_real(n->out[0]), *entropy = cpu_real(n->out[1]), *stats = cpu_real(n->out[2]);
    int64_t C = tensor_rows(n->in[0]), V = tensor_cols(n->in[0]);
    real scale = sampling_scale(n->in[2]);
#pragma omp parallel for if (C * V > CPU_WORTH_THREADS)
    for (int64_t c = 0; c < C; c++) {
        const real *x = cpu_real(n->in[0]) + c * V;
        int64_t target = targets[c];
        logp[c] = entropy[c] = stats[2 * c] = stats[2 * c + 1] = 0;
        if (target < 0)
            continue;
        real threshold = limit ? cpu_real(limit)[c] : (real)KEEP_ALL;
        real zt = x[target] * scale, largest = x[sampling_largest(x, V)] * scale;
        if (largest < threshold) // then the target alone is kept
            largest = zt;
        struct sampling_sum sums = {{0}, {0}};
        for (int64_t first = 0; first < V; first += SAMPLING_PART) {
            int64_t end = first + SAMPLING_PART < V ? first + SAMPLING_PART : V;
            real e[SAMPLING_PART], d[SAMPLING_PART];
            for (int64_t v = first; v < end; v++)
                e[v - first] = d[v - first] = x[v] * scale < threshold ? DROPPED : x[v] * scale - largest;
            if (target >= first && target < end)
                e[target - first] = d[target - first] = zt - largest;
            cpu_exp(e, end - first);
            sampling_add(&sums, e, d, end - first);
        }
        double sum = sampling_total(sums.plain), weighted = sampling_total(sums.weighted);
        stats[2 * c] = largest;
        stats[2 * c + 1] = (real)log(sum);
        logp[c] = (real)((double)(zt - largest) - log(sum));
        entropy[c] = (real)(log(sum) - weighted / sum);
    }
}

OP_CPU(logprob_bwd)
{
    const struct tensor *limit = n->in[3];
    const int32_t *targets = cpu_i32(n->in[1]);
    const real *stats = cpu_real(n->in[4]), *dlogp = cpu_real(n->in[5]);
    int64_t C = tensor_rows(n->in[0]), V = tensor_cols(n->in[0]);
    real scale = sampling_scale(n->in[2]);
#pragma omp parallel for if (C * V > CPU_WORTH_THREADS)
    for (int64_t c = 0; c < C; c++) {
        real *x = cpu_real(n->out[0]) + c * V;
        int64_t target = targets[c];
        real threshold = limit ? cpu_real(limit)[c] : (real)KEEP_ALL, slope = dlogp[c] * scale;
        if (target < 0) {
            memset(x, 0, sizeof *x * (size_t)V);
            continue;
        }
        real at_target = x[target] * scale - stats[2 * c] - stats[2 * c + 1]; // kept in any case
        for (int64_t v = 0; v < V; v++)
            x[v] = x[v] * scale < threshold ? DROPPED : x[v] * scale - stats[2 * c] - stats[2 * c + 1];
        x[target] = at_target;
        cpu_exp(x, V);
        for (int64_t v = 0; v < V; v++)
            x[v] *= -slope;
        x[target] += slope;
    }
}

#ifndef OPS_DOUBLE
#include "ops/dispatch.h"
#include "logprob_args.h"
#include "logprob_bwd_args.h"

void op_logprob_to(struct graph *g, struct tensor *logits, struct tensor *targets, struct tensor *sampling,
                   struct tensor *threshold, struct tensor *logp, struct tensor *entropy)
{
    int64_t C = tensor_rows(logits);
    check(tensor_count(targets) == C && tensor_count(logp) == C && tensor_count(entropy) == C &&
              (!threshold || tensor_count(threshold) == C) && tensor_count(sampling) == SAMPLING_SIZE,
          "the tensors beside %s do not have its %lld rows", logits->name, (long long)C);
    struct tensor *stats = graph_activation(g, "logprob.stats", C, 2);
    struct tensor *partials =
        tensor_cols(logits) >= SAMPLING_WIDE ? op_scratch(g, "logprob.partials", C, 3 * SAMPLING_BLOCKS) : NULL;
    graph_node(g, &node_logprob, NULL, 0, TENSORS(logits, targets, sampling, threshold),
               TENSORS(logp, entropy, stats, partials));
}

static void logprob_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct tensor *limit = n->in[3], *partials = n->out[3];
    uint64_t rows = (uint64_t)tensor_rows(n->in[0]);
    struct logprob_args args = {
        .logits = n->in[0]->address,
        .targets = n->in[1]->address,
        .sampling = n->in[2]->address,
        .threshold = limit ? limit->address : 0,
        .to_partials = partials ? partials->address : 0,
        .partials = partials ? partials->address : 0,
        .logp = n->out[0]->address,
        .entropy = n->out[1]->address,
        .stats = n->out[2]->address,
        .rows = (uint32_t)rows,
        .vocabulary = (uint32_t)tensor_cols(n->in[0]),
        .blocks = SAMPLING_BLOCKS,
        .filtered = limit != NULL,
    };
    if (!partials) {
        op_dispatch(n, vk, s, "logprob", NULL, 0, &args, sizeof args, (rows + 63) / 64);
        return;
    }
    op_dispatch(n, vk, s, "logprob_partial", NULL, 0, &args, sizeof args, (rows * SAMPLING_BLOCKS + 63) / 64);
    op_pass(n, s, "combine");
    op_dispatch(n, vk, s, "logprob_combine", NULL, 0, &args, sizeof args, (rows + 63) / 64);
}

static void logprob_bwd_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct tensor *limit = n->in[3];
    uint64_t rows = (uint64_t)tensor_rows(n->in[0]), columns = (uint64_t)tensor_cols(n->in[0]);
    struct logprob_bwd_args args = {
        .logits = n->out[0]->address,
        .targets = n->in[1]->address,
        .sampling = n->in[2]->address,
        .threshold = limit ? limit->address : 0,
        .stats = n->in[4]->address,
        .dlogp = n->in[5]->address,
        .rows = (uint32_t)rows,
        .vocabulary = (uint32_t)columns,
        .filtered = limit != NULL,
    };
    op_dispatch(n, vk, s, "logprob_bwd", NULL, 0, &args, sizeof args, (rows * ((columns + 3) / 4) + 63) / 64);
}

static void logprob_gradient(struct graph *g, struct node *n)
{
    struct tensor *logits = n->in[0], *dlogp = graph_grad(g, n->out[0]);
    check(dlogp, "the entropy of %s is not differentiable", logits->name);
    graph_node(g, &node_logprob_bwd, NULL, 0, TENSORS(logits, n->in[1], n->in[2], n->in[3], n->out[2], dlogp),
               TENSORS(logits));
    graph_add_grad(g, logits, logits);
}

static struct op_cost logprob_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]); // an exponential counts 10
    return (struct op_cost){15 * count, 4 * count};
}

static struct op_cost logprob_bwd_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]);
    return (struct op_cost){15 * count, 8 * count};
}

static struct tensor *logprob_build(struct graph *g, const struct op_case *c)
{
    struct tensor *logits = case_input(g, "logits", c->dims[0], c->dims[1]);
    struct tensor *targets = graph_input(g, DTYPE_I32, "targets", c->dims[0], 1);
    struct tensor *sampling = graph_input(g, DTYPE_F32, "sampling", 1, SAMPLING_SIZE);
    struct tensor *threshold = c->dims[2] >= SAMPLING_CASE_TOP_K ? op_threshold(g, logits, sampling) : NULL;
    struct tensor *logp = graph_activation(g, "logp", c->dims[0], 1);
    struct tensor *entropy = graph_activation(g, "entropy", c->dims[0], 1);
    op_logprob_to(g, logits, targets, sampling, threshold, logp, entropy);
    return logp;
}

#define CASE(label_, c_, v_, mode_, ...)                                                                               \
    {                                                                                                                  \
        .label = label_, .dims = {c_, v_, mode_}, .build = logprob_build, .fill = sampling_fill, __VA_ARGS__           \
    }
static const struct op_case logprob_cases[] = {
    CASE("one token", 1, 1, SAMPLING_PLAIN),
    CASE("primes, warm", 13, 131, SAMPLING_WARM),
    CASE("greedy has temperature 1", 3, 37, SAMPLING_GREEDY),
    CASE("top-k", 9, 101, SAMPLING_CASE_TOP_K),
    CASE("top-p", 9, 101, SAMPLING_CASE_TOP_P),
    CASE("all filters", 9, 499, SAMPLING_CASE_ALL),
    CASE("below a block", 3, 1023, SAMPLING_WARM),
    CASE("a block", 3, 1024, SAMPLING_WARM),
    CASE("above a block", 3, 1031, SAMPLING_CASE_TOP_P),
    CASE("huge values", 5, 67, SAMPLING_PLAIN, .magnitude = 6e4),
    CASE("tiny values", 5, 67, SAMPLING_PLAIN, .magnitude = 1e-4),
    CASE("over 65535 rows", 70001, 3, SAMPLING_PLAIN),
    CASE("tiny vocabulary", 512, 100, SAMPLING_PLAIN, .bench = true),
    CASE("SmolLM2 vocabulary", 64, 49152, SAMPLING_PLAIN, .magnitude = 3, .bench = true),
};

OP_DEFINE(logprob) = {
    .name = "logprob",
    OP_CPU_FUNCTIONS(logprob),
    .vulkan = logprob_vulkan,
    .gradient = logprob_gradient,
    .cost = logprob_cost,
    .cases = logprob_cases,
    .case_count = sizeof logprob_cases / sizeof *logprob_cases,
    .tolerance = 16, // exponentials of up to 4 units, a logarithm, and a sum that averages their errors
};

OP_DEFINE(logprob_bwd) = {
    .name = "logprob_bwd",
    OP_CPU_FUNCTIONS(logprob_bwd),
    .vulkan = logprob_bwd_vulkan,
    .cost = logprob_bwd_cost,
    .tolerance = 32, // an exponential whose argument carries the rounding of z, up to 20 units large
};
#endif
