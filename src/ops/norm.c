// The norm of all gradients and the factor that clips it, in steps so that every sum has a fixed order.
//   norm_partial   t (any, n elements) in   partials (ceil(n/NORM_CHUNK),1) out: sums of squares of its chunks
//   clip           partials (any,1) in   hyper (1,8) in   out (1,2): norm, factor
//                  norm = sqrt(sum of partials)   factor = min(1, max_norm / (norm + 1e-6)), 1 without clipping,
//                  0 when the norm is not finite. As torch.nn.utils.clip_grad_norm_.
#include "ops/ops.h"

#include "ops/real.h"

enum { NORM_CHUNK = 4096 };

static int64_t chunks_of(int64_t count)
{
    return (count + NORM_CHUNK - 1) / NORM_CHUNK;
}

OP_CPU(norm_partial)
{
    const real *x = cpu_real(n->in[0]);
    real *partials = cpu_real(n->out[0]);
    int64_t count = tensor_count(n->in[0]), parts = chunks_of(count);
#pragma omp parallel for if (count > CPU_WORTH_THREADS)
    for (int64_t p = 0; p < parts; p++) {
        double sum[8] = {0}; // independent sums let the processor overlap the additions
        int64_t i = p * NORM_CHUNK, end = i + NORM_CHUNK < count ? i + NORM_CHUNK : count;
        for (; i + 8 <= end; i += 8)
            for (int j = 0; j < 8; j++)
                sum[j] += (double)x[i + j] * (double)x[i + j];
        for (; i < end; i++)
            sum[0] += (double)x[i] * (double)x[i];
        partials[p] = (real)(((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])));
    }
}

OP_CPU(clip)
{
    const real *partials = cpu_real(n->in[0]), limit = cpu_real(n->in[1])[HYPER_MAX_NORM];
    real *out = cpu_real(n->out[0]);
    double sum = 0;
    for (int64_t i = 0, count = tensor_count(n->in[0]); i < count; i++)
        sum += (double)partials[i];
    out[0] = (real)sqrt(sum);
    real factor = limit > 0 ? limit / (out[0] + (real)1e-6) : 1;
    out[1] = !isfinite(out[0]) ? 0 : factor < 1 ? factor : 1;
}

#ifndef OPS_DOUBLE
#include "ops/dispatch.h"
#include "norm_args.h"

int64_t op_norm_parts(const struct tensor *t)
{
    return chunks_of(tensor_count(t));
}

static void with_form(struct graph *g, struct tensor *t, struct tensor *partials, enum op_form form)
{
    struct form_params p = {form};
    check(t->dtype == DTYPE_F32 && tensor_count(partials) == op_norm_parts(t),
          "%s has %lld partial sums instead of %lld", t->name, (long long)tensor_count(partials),
          (long long)op_norm_parts(t));
    graph_node(g, &node_norm_partial, &p, sizeof p, TENSORS(t), TENSORS(partials));
}

void op_norm_partial(struct graph *g, struct tensor *t, struct tensor *partials)
{
    with_form(g, t, partials, FORM_AUTO);
}

struct tensor *op_clip(struct graph *g, struct tensor *partials, struct tensor *hyper)
{
    check(tensor_cols(partials) == 1 && tensor_count(hyper) == HYPER_SIZE, "%s or %s has the wrong shape",
          partials->name, hyper->name);
    struct tensor *out = graph_activation(g, "clip", 1, 2);
    graph_node(g, &node_clip, NULL, 0, TENSORS(partials, hyper), TENSORS(out));
    return out;
}

static void norm_partial_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const uint32_t group = 256; // invocations that share a chunk
    int64_t count = tensor_count(n->in[0]), chunks = chunks_of(count);
    struct norm_args args = {
        .x = n->in[0]->address, .result = n->out[0]->address, .n = (uint32_t)count, .part = NORM_CHUNK};
    enum op_form form = ((const struct form_params *)(const void *)n->params)->form;
    if (form == FORM_AUTO)
        form = op_on_processor(vk) ? FORM_INVOCATION : FORM_GROUP;
    if (form == FORM_INVOCATION)
        op_dispatch(n, vk, s, "norm_chunks", NULL, 0, &args, sizeof args, ((uint64_t)chunks + 7) / 8);
    else
        op_dispatch(n, vk, s, "norm_chunks_group", &group, 1, &args, sizeof args, (uint64_t)chunks);
}

static void clip_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct norm_args args = {.x = n->in[0]->address,
                             .hyper = n->in[1]->address,
                             .result = n->out[0]->address,
                             .n = (uint32_t)tensor_count(n->in[0])};
    op_dispatch(n, vk, s, "clip", NULL, 0, &args, sizeof args, 1);
}

static struct op_cost norm_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]);
    return (struct op_cost){2 * count, 4 * count};
}

static struct tensor *norm_partial_build(struct graph *g, const struct op_case *c)
{
    struct tensor *t = tensor_new(g->arena, TENSOR_GRADIENT, DTYPE_F32, "gradient", c->dims[0], c->dims[1], 0, 0);
    int64_t parts = op_norm_parts(t);
    struct tensor *whole = graph_activation(g, "partials", c->bench ? parts : 2 * parts, 1);
    with_form(g, t, graph_view(g, whole, 0, parts), c->bench ? FORM_AUTO : FORM_INVOCATION);
    if (!c->bench)
        with_form(g, t, graph_view(g, whole, parts, parts), FORM_GROUP);
    return NULL;
}

// dims: partials in 64s, largest norm in hundredths.
static struct tensor *clip_build(struct graph *g, const struct op_case *c)
{
    struct tensor *partials = graph_input(g, DTYPE_F32, "partials", c->dims[0] * 64, 1);
    op_clip(g, partials, graph_input(g, DTYPE_F32, "hyper", 1, HYPER_SIZE));
    return NULL;
}

static bool clip_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    (void)ints;
    int64_t count = tensor_count(t);
    for (int64_t i = 0; i < count; i++)
        values[i] = t->name[0] == 'h' ? (i == HYPER_MAX_NORM ? (double)c->dims[1] / 100 : 1) : (double)(i % 37) / 64;
    return true;
}

static const struct op_case norm_partial_cases[] = {
    {.label = "one", .dims = {1, 1}, .build = norm_partial_build, .reduction = 1},
    {.label = "fewer than parts", .dims = {1, 61}, .build = norm_partial_build, .reduction = 61},
    {.label = "primes", .dims = {131, 67}, .build = norm_partial_build, .reduction = 4096},
    {.label = "huge values", .dims = {131, 67}, .magnitude = 6e4, .build = norm_partial_build, .reduction = 4096},
    {.label = "tiny values", .dims = {131, 67}, .magnitude = 1e-4, .build = norm_partial_build, .reduction = 4096},
    {.label = "a chunk", .dims = {8, 512}, .build = norm_partial_build, .reduction = 4096},
    {.label = "above 64 chunks", .dims = {1, 262147}, .build = norm_partial_build, .reduction = 8192},
    {.label = "SmolLM2 layer", .dims = {1536, 576}, .build = norm_partial_build, .reduction = 13824, .bench = true},
};

static const struct op_case clip_cases[] = {
    {.label = "one weight, clipped", .dims = {1, 100}, .build = clip_build, .fill = clip_fill, .reduction = 64},
    {.label = "no clipping", .dims = {3, 0}, .build = clip_build, .fill = clip_fill, .reduction = 192},
    {.label = "below the limit", .dims = {3, 100000}, .build = clip_build, .fill = clip_fill, .reduction = 192},
    {.label = "SmolLM2's 272 weights",
     .dims = {272, 100},
     .build = clip_build,
     .fill = clip_fill,
     .reduction = 17408,
     .bench = true},
};

OP_DEFINE(norm_partial) = {
    .name = "norm_partial",
    OP_CPU_FUNCTIONS(norm_partial),
    .vulkan = norm_partial_vulkan,
    .cost = norm_cost,
    .cases = norm_partial_cases,
    .case_count = sizeof norm_partial_cases / sizeof *norm_partial_cases,
    .tolerance = 2, // a sum of positive terms, made of short sums
};

OP_DEFINE(clip) = {
    .name = "clip",
    OP_CPU_FUNCTIONS(clip),
    .vulkan = clip_vulkan,
    .cost = norm_cost,
    .cases = clip_cases,
    .case_count = sizeof clip_cases / sizeof *clip_cases,
    .tolerance = 4, // a sum of positive terms, a square root and a division
};
#endif
