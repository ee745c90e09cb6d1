// AdamW (Loshchilov and Hutter 2019; the order of operations of torch.optim.AdamW), one step, in place:
//   g = grad * factor      p = p (1 - lr decay)      m += (1 - beta1) (g - m)      v += (1 - beta2) (g^2 - v)
//   p -= lr / correction1 * m / (sqrt(v) / sqrt(correction2) + eps)
// p is master when there is one, else w; with a master, w = p rounded to w's dtype (nearest even).
//   w (any shape; f32, f16 or bf16), master (like w, f32, optional), m, v (like w) inout   grad (like w) in
//   hyper (1,8) in   clip (1,2) in: norm, factor; with factor 0 nothing changes
#include "ops/ops.h"

#include "ops/real.h"

struct adamw_params {
    int32_t decay; // 0: weight decay is left out
};

static void round_weights(const struct tensor *w, const real *master, int64_t first, int64_t count)
{
    float part[256];
    for (int64_t i = first; i < first + count; i += 256) {
        int64_t n = first + count - i < 256 ? first + count - i : 256;
        for (int64_t j = 0; j < n; j++)
            part[j] = (float)master[i + j];
        dtype_from_f32(w->dtype, part, (uint64_t)i, (uint64_t)n, (void *)(uintptr_t)w->address);
    }
}

OP_CPU(adamw)
{
    const struct adamw_params *params = (const void *)n->params;
    const real *hyper = cpu_real(n->in[5]), factor = cpu_real(n->in[6])[1], *grad = cpu_real(n->in[4]);
    real *p = cpu_real(n->in[1] ? n->in[1] : n->in[0]), *m = cpu_real(n->in[2]), *v = cpu_real(n->in[3]);
    if (factor == 0)
        return;
    real gain1 = hyper[HYPER_GAIN1], gain2 = hyper[HYPER_GAIN2], eps = hyper[HYPER_EPS];
    real shrink = params->decay ? 1 - hyper[HYPER_LR] * hyper[HYPER_WEIGHT_DECAY] : 1;
    real step = hyper[HYPER_LR] / hyper[HYPER_CORRECTION1], root = 1 / real_sqrt(hyper[HYPER_CORRECTION2]);
    int64_t count = tensor_count(n->in[0]), chunk = 4096;
#pragma omp parallel for if (count > CPU_WORTH_THREADS)
    for (int64_t first = 0; first < count; first += chunk) {
        int64_t end = first + chunk < count ? first + chunk : count;
        for (int64_t i = first; i < end; i++) {
            real g = grad[i] * factor;
            m[i] += gain1 * (g - m[i]);
            v[i] += gain2 * (g * g - v[i]);
            p[i] = p[i] * shrink - step * m[i] / (real_sqrt(v[i]) * root + eps);
        }
        if (n->in[1])
            round_weights(n->in[0], p, first, end - first);
    }
}

#ifndef OPS_DOUBLE
#include "ops/dispatch.h"
#include "adamw_args.h"

void op_adamw(struct graph *g, struct tensor *w, struct tensor *master, struct tensor *grad, struct tensor *m,
              struct tensor *v, struct tensor *hyper, struct tensor *clip, bool decay)
{
    check(w->dtype == DTYPE_F32 ? !master : master && (w->dtype == DTYPE_F16 || w->dtype == DTYPE_BF16),
          "%s is stored as %s, %s a master copy", w->name, dtype_name(w->dtype), master ? "with" : "without");
    struct tensor *same[] = {master, m, v, grad};
    for (int i = 0; i < 4; i++)
        check(!same[i] || tensor_count(same[i]) == tensor_count(w), "%s has %lld elements, %s has %lld", same[i]->name,
              (long long)tensor_count(same[i]), w->name, (long long)tensor_count(w));
    struct adamw_params p = {decay};
    graph_node(g, &node_adamw, &p, sizeof p, TENSORS(w, master, m, v, grad, hyper, clip),
               master ? TENSORS(m, v, w, master) : TENSORS(m, v, w));
}

static void adamw_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct adamw_params *params = (const void *)n->params;
    const struct tensor *w = n->in[0], *master = n->in[1];
    uint64_t count = (uint64_t)tensor_count(w);
    struct adamw_args args = {
        .p = (master ? master : w)->address,
        .p_elements = (master ? master : w)->address,
        .m_elements = n->in[2]->address,
        .v_elements = n->in[3]->address,
        .stored = w->address,
        .grad = n->in[4]->address,
        .m = n->in[2]->address,
        .v = n->in[3]->address,
        .hyper = n->in[5]->address,
        .clip = n->in[6]->address,
        .n = (uint32_t)count,
        .decay = (uint32_t)params->decay,
    };
    const char *kernel = w->dtype == DTYPE_F16 ? "adamw_f16" : w->dtype == DTYPE_BF16 ? "adamw_bf16" : "adamw";
    op_dispatch(n, vk, s, kernel, NULL, 0, &args, sizeof args, (count + 255) / 256);
}

static struct op_cost adamw_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]), size = n->in[1] ? 2 : 0;
    return (struct op_cost){14 * count, (28 + size) * count};
}

// dims: rows, columns, decay, the clip factor in hundredths.
static struct tensor *adamw_build(struct graph *g, const struct op_case *c)
{
    static const char *const names[] = {"w", "master", "grad", "m", "v"};
    struct tensor *t[5];
    for (int i = 0; i < 5; i++)
        t[i] = i == 1 && c->dtype == DTYPE_F32
                   ? NULL
                   : tensor_new(g->arena,
                                i == 2 ? TENSOR_GRADIENT
                                : i    ? TENSOR_STATE
                                       : TENSOR_WEIGHT,
                                i ? DTYPE_F32 : c->dtype, names[i], c->dims[0], c->dims[1], 0, 0);
    op_adamw(g, t[0], t[1], t[2], t[3], t[4], graph_input(g, DTYPE_F32, "hyper", 1, HYPER_SIZE),
             graph_input(g, DTYPE_F32, "clip", 1, 2), c->dims[2] != 0);
    return NULL;
}

// A master value that stays at least an eighth of a step of f16 and bf16 away from where rounding turns.
static double steady(int64_t i)
{
    static const double part[4] = {0, 0.25, -0.25, 0.375};
    return (128 + (double)(i * 37 % 128) + part[i % 4]) / 128;
}

static bool adamw_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    (void)ints;
    static const double hyper[HYPER_SIZE] = {1e-4, 0.1, 0.01, 1e-8, 0.1, 1 - 0.9 * 0.9, 1 - 0.99 * 0.99, 1};
    int64_t count = tensor_count(t);
    if (t->name[0] == 'h')
        for (int i = 0; i < HYPER_SIZE; i++)
            values[i] = hyper[i];
    else if (t->name[0] == 'c')
        values[0] = 1, values[1] = (double)c->dims[3] / 100;
    else if (t->name[0] == 'v')
        for (int64_t i = 0; i < count; i++)
            values[i] = 0.01 + (double)(i % 101) / 50;
    else if (t->name[0] == 'm' && t->name[1] == 'a')
        for (int64_t i = 0; i < count; i++)
            values[i] = steady(i);
    else
        return false;
    return true;
}

#define CASE(label_, rows, cols, decay, factor, ...)                                                                   \
    {                                                                                                                  \
        .label = label_, .dims = {rows, cols, decay, factor}, .build = adamw_build, .fill = adamw_fill, __VA_ARGS__    \
    }
static const struct op_case adamw_cases[] = {
    CASE("one", 1, 1, 1, 100),
    CASE("primes, no decay", 13, 67, 0, 100),
    CASE("clipped", 13, 67, 1, 37),
    CASE("skipped", 13, 67, 1, 0),
    CASE("f16", 7, 131, 1, 100, .dtype = DTYPE_F16),
    CASE("bf16", 7, 131, 1, 50, .dtype = DTYPE_BF16),
    CASE("bf16, skipped", 3, 131, 1, 0, .dtype = DTYPE_BF16),
    CASE("huge gradients", 3, 64, 1, 100, .magnitude = 6e4),
    CASE("over 65535 rows", 70001, 3, 1, 100),
    CASE("SmolLM2 layer", 1536, 576, 1, 100, .bench = true),
};

OP_DEFINE(adamw) = {
    .name = "adamw",
    OP_CPU_FUNCTIONS(adamw),
    .vulkan = adamw_vulkan,
    .cost = adamw_cost,
    .cases = adamw_cases,
    .case_count = sizeof adamw_cases / sizeof *adamw_cases,
    .tolerance = 8, // some roundings, each of one operation, added to a value that is larger than the step
};
#endif
