// One token per row by the Gumbel-max trick (Gumbel 1954): argmax over kept v of z_v + G_v, lowest index on ties, with
// G_v = -log(-log u_v); z, kept and the log-probability as in logprob.c. Greedy: argmax of z.
//   logits (S,V) in   sampling (1,4) in   keys (S,4) i32 in {episode, position, seed, unused}   threshold (S,1),
//   optional token (S,1) i32 out   logp (S,1) out
// u_v is word v % 4 of Philox4x32-10 with counter {v / 4, position, episode, 0} and key {seed, RNG_SAMPLE}: its upper
// 23 bits and a half step, exact in f32. A row's token depends on its logits and its key alone.
#include "ops/ops.h"

#include "base/rng.h"
#include "ops/cpu_rows.h"
#include "ops/real.h"
#include "ops/sampling.h"

static real gumbel(double u)
{
#ifdef OPS_DOUBLE
    return -log(-log(u));
#else
    return -logf(-logf((float)u));
#endif
}

static double uniform(uint32_t word)
{
    return ((double)(word >> 9) + 0.5) * (1.0 / 8388608.0);
}

// A row while it is drawn. z + G beats `score` only when -log u < exp(z - score), and -log u >= 1 - u, so most tokens
// are dismissed without a logarithm by 1 - u > exp(z - largest) * reach, where reach = exp(largest - score) and a
// margin for rounding; and without a random number when even the smallest 1 - u, 2^-24, is above.
struct draw {
    const int32_t *key;
    const real *x;
    real scale, largest, score;
    double reach;
    int64_t best;
};

static void draw_take(struct draw *d, int64_t v, real score)
{
    d->best = v;
    d->score = score;
    d->reach = exp((double)(d->largest - score)) * 1.0001;
}

static void draw_words(const struct draw *d, int64_t v, uint32_t words[4])
{
    const uint32_t name[2] = {(uint32_t)d->key[2], RNG_SAMPLE};
    const uint32_t counter[4] = {(uint32_t)(v / 4), (uint32_t)d->key[1], (uint32_t)d->key[0], 0};
    rng_philox(counter, name, words);
}

// Tokens first .. first+count; e: exp(z - largest), 0 for those that are not kept.
static void draw_part(struct draw *d, int64_t first, int64_t count, const real *e)
{
    for (int64_t i = 0; i < count; i += 4) {
        int64_t n = i + 4 < count ? 4 : count - i;
        bool wanted = false;
        for (int64_t j = i; j < i + n; j++)
            wanted |= (double)e[j] * d->reach >= 0x1p-24;
        if (!wanted)
            continue;
        uint32_t words[4];
        draw_words(d, first + i, words);
        for (int64_t j = i; j < i + n; j++) {
            double u = uniform(words[j - i]);
            if (1 - u > (double)e[j] * d->reach)
                continue;
            real score = d->x[first + j] * d->scale + gumbel(u);
            if (score > d->score || (score == d->score && first + j < d->best))
                draw_take(d, first + j, score);
        }
    }
}

OP_CPU(sample)
{
    const struct tensor *limit = n->in[3];
    int32_t *token = cpu_i32(n->out[0]);
    real *logp = cpu_real(n->out[1]), scale = sampling_scale(n->in[1]);
    bool greedy = cpu_real(n->in[1])[SAMPLING_INV_TEMPERATURE] == 0;
    int64_t S = tensor_rows(n->in[0]), V = tensor_cols(n->in[0]);
#pragma omp parallel for if (S * V > CPU_WORTH_THREADS)
    for (int64_t s = 0; s < S; s++) {
        const real *x = cpu_real(n->in[0]) + s * V;
        real threshold = limit ? cpu_real(limit)[s] : (real)KEEP_ALL;
        struct draw d = {.key = cpu_i32(n->in[2]) + 4 * s, .x = x, .scale = scale, .best = sampling_largest(x, V)};
        d.largest = x[d.best] * scale;
        if (!greedy) { // starting at the likeliest lets most others be dismissed
            uint32_t words[4];
            draw_words(&d, d.best, words);
            draw_take(&d, d.best, d.largest + gumbel(uniform(words[d.best % 4])));
        }
        struct sampling_sum sum = {{0}, {0}};
        for (int64_t first = 0; first < V; first += SAMPLING_PART) {
            int64_t count = first + SAMPLING_PART < V ? SAMPLING_PART : V - first;
            real e[SAMPLING_PART], d_z[SAMPLING_PART];
            for (int64_t i = 0; i < count; i++)
                e[i] = d_z[i] = x[first + i] * scale < threshold ? DROPPED : x[first + i] * scale - d.largest;
            cpu_exp(e, count);
            sampling_add(&sum, e, d_z, count);
            if (!greedy)
                draw_part(&d, first, count, e);
        }
        token[s] = (int32_t)d.best;
        logp[s] = (real)((double)(x[d.best] * scale - d.largest) - log(sampling_total(sum.plain)));
    }
}

#ifndef OPS_DOUBLE
#include "ops/dispatch.h"
#include "sample_args.h"

void op_sample(struct graph *g, struct tensor *logits, struct tensor *threshold, struct tensor *sampling,
               struct tensor *keys, struct tensor **token, struct tensor **logp)
{
    int64_t S = tensor_rows(logits);
    check(tensor_count(keys) == 4 * S && (!threshold || tensor_count(threshold) == S) &&
              tensor_count(sampling) == SAMPLING_SIZE,
          "the tensors beside %s do not have its %lld rows", logits->name, (long long)S);
    *token = graph_activation(g, "token", S, 1);
    (*token)->dtype = DTYPE_I32;
    *logp = graph_activation(g, "token.logp", S, 1);
    struct tensor *partials =
        tensor_cols(logits) >= SAMPLING_WIDE ? op_scratch(g, "sample.partials", S, 4 * SAMPLING_BLOCKS) : NULL;
    graph_node(g, &node_sample, NULL, 0, TENSORS(logits, sampling, keys, threshold), TENSORS(*token, *logp, partials));
}

static void sample_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct tensor *limit = n->in[3], *partials = n->out[2];
    uint64_t rows = (uint64_t)tensor_rows(n->in[0]);
    struct sample_args args = {
        .logits = n->in[0]->address,
        .sampling = n->in[1]->address,
        .keys = n->in[2]->address,
        .threshold = limit ? limit->address : 0,
        .to_partials = partials ? partials->address : 0,
        .partials = partials ? partials->address : 0,
        .token = n->out[0]->address,
        .logp = n->out[1]->address,
        .rows = (uint32_t)rows,
        .vocabulary = (uint32_t)tensor_cols(n->in[0]),
        .blocks = SAMPLING_BLOCKS,
        .filtered = limit != NULL,
    };
    if (!partials) {
        op_dispatch(n, vk, s, "sample", NULL, 0, &args, sizeof args, (rows + 63) / 64);
        return;
    }
    op_dispatch(n, vk, s, "sample_partial", NULL, 0, &args, sizeof args, (rows * SAMPLING_BLOCKS + 63) / 64);
    op_pass(n, s, "combine");
    op_dispatch(n, vk, s, "sample_combine", NULL, 0, &args, sizeof args, (rows + 63) / 64);
}

static struct op_cost sample_cost(const struct node *n)
{
    double count =
        (double)tensor_count(n->in[0]); // Philox: 10 rounds of 8 operations for 4 tokens; logarithms and exp 10
    return (struct op_cost){50 * count, 4 * count};
}

static struct tensor *sample_build(struct graph *g, const struct op_case *c)
{
    struct tensor *logits = graph_input(g, DTYPE_F32, "logits", c->dims[0], c->dims[1]), *token, *logp;
    struct tensor *sampling = graph_input(g, DTYPE_F32, "sampling", 1, SAMPLING_SIZE);
    struct tensor *threshold = c->dims[2] >= SAMPLING_CASE_TOP_K ? op_threshold(g, logits, sampling) : NULL;
    op_sample(g, logits, threshold, sampling, graph_input(g, DTYPE_I32, "keys", c->dims[0], 4), &token, &logp);
    return NULL;
}

#define CASE(label_, c_, v_, mode_, ...)                                                                               \
    {                                                                                                                  \
        .label = label_, .dims = {c_, v_, mode_}, .build = sample_build, .fill = sampling_fill, __VA_ARGS__            \
    }
static const struct op_case sample_cases[] = {
    CASE("one token", 2, 1, SAMPLING_PLAIN),
    CASE("primes", 13, 131, SAMPLING_PLAIN),
    CASE("warm", 64, 103, SAMPLING_WARM),
    CASE("greedy", 13, 131, SAMPLING_GREEDY),
    CASE("top-k", 29, 101, SAMPLING_CASE_TOP_K),
    CASE("top-p", 29, 101, SAMPLING_CASE_TOP_P),
    CASE("all filters", 29, 1031, SAMPLING_CASE_ALL),
    CASE("huge values", 5, 67, SAMPLING_PLAIN, .magnitude = 6e4),
    CASE("over 65535 rows", 70001, 3, SAMPLING_GREEDY),
    CASE("tiny vocabulary", 64, 100, SAMPLING_PLAIN, .bench = true),
    CASE("SmolLM2 vocabulary", 16, 49152, SAMPLING_PLAIN, .magnitude = 3, .bench = true),
};

OP_DEFINE(sample) = {
    .name = "sample",
    OP_CPU_FUNCTIONS(sample),
    .vulkan = sample_vulkan,
    .cost = sample_cost,
    .cases = sample_cases,
    .case_count = sizeof sample_cases / sizeof *sample_cases,
    .tolerance = 16, // of the log-probability, as in logprob; another token would be an error of hundreds and more
};
#endif
