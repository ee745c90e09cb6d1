// GRPO's clipped surrogate per token (Shao et al. 2024; TRL's conventions):
//   ratio = exp(logp - logp_old), 1 without logp_old      low, high = 1 - eps_low, 1 + eps_high
//   pg = -min(min(ratio, delta) A, clamp(ratio, low, high) A)      kl = exp(d) - d - 1, d = logp_ref - logp
//   with kl_times_ratio (TRL's use_bias_correction_kl; DeepSeek-V3.2, arXiv 2512.02556) kl is multiplied by the ratio
//   loss = weight (pg + beta kl)
// Its derivative, since d ratio / d logp = ratio and d kl / d logp = 1 - exp(d) = -(kl + d):
//   dlogp = weight (-beta (kl + d) - A ratio s), and with kl_times_ratio weight (-beta d ratio - A ratio s)
// where s is 1 for the branch that the minimum takes if that branch is not clamped, else 0. As in torch, a ratio
// exactly on a bound counts as not clamped, and when both branches are equal each gives half.
//   logp, advantage, weight (N,1) in   logp_old, logp_ref (N,1) in, optional   loss, dlogp, ratio, kl (N,1) out
// A weight of 0 gives loss and dlogp 0 whatever the other values are.
#include "ops/ops.h"

#include "ops/real.h"

// The factor s.
static real passes(real bounded, real clipped, real advantage, bool bound_open, bool clip_open)
{
    real a = bounded * advantage, b = clipped * advantage;
    if (a < b)
        return bound_open ? 1 : 0;
    if (b < a)
        return clip_open ? 1 : 0;
    return ((bound_open ? (real)1 : (real)0) + (clip_open ? (real)1 : (real)0)) / 2;
}

// exp(d) - d - 1 without cancellation: its series to d^9 where that is exact in f32.
static real k3(real d)
{
    if (real_fabs(d) > (real)0.5)
        return real_exp(d) - d - 1;
    real sum = 1 + d / 9;
    for (int i = 8; i >= 3; i--)
        sum = 1 + d / (real)i * sum;
    return d * d / 2 * sum;
}

OP_CPU(grpo_loss)
{
    const struct grpo_loss_params *p = (const void *)n->params;
    const real *logp = cpu_real(n->in[0]), *advantage = cpu_real(n->in[1]), *weight = cpu_real(n->in[2]);
    const real *old = n->in[3] ? cpu_real(n->in[3]) : NULL, *ref = n->in[4] ? cpu_real(n->in[4]) : NULL;
    real *loss = cpu_real(n->out[0]), *dlogp = cpu_real(n->out[1]), *ratio = cpu_real(n->out[2]),
         *kl = cpu_real(n->out[3]);
    real low = 1 - (real)p->eps_low, high = 1 + (real)p->eps_high, delta = (real)p->delta, beta = (real)p->beta;
    for (int64_t i = 0, count = tensor_count(n->in[0]); i < count; i++) {
        real r = old ? real_exp(logp[i] - old[i]) : 1, A = advantage[i];
        real d = ref ? ref[i] - logp[i] : 0;
        real bounded = delta > 0 && r > delta ? delta : r, clipped = r < low ? low : r > high ? high : r;
        real a = bounded * A, b = clipped * A;
        real s = passes(bounded, clipped, A, !(delta > 0 && r > delta), r >= low && r <= high);
        ratio[i] = r;
        real k = k3(d), dk = -(k + d);
        if (p->kl_times_ratio) {
            k *= r;
            dk = -d * r;
        }
        kl[i] = k;
        loss[i] = weight[i] == 0 ? 0 : weight[i] * (beta * kl[i] - (a < b ? a : b));
        dlogp[i] = weight[i] == 0 ? 0 : weight[i] * (beta * dk - A * r * s);
    }
}

#ifndef OPS_DOUBLE
#include "ops/dispatch.h"
#include "grpo_loss_args.h"

struct grpo_loss op_grpo_loss(struct graph *g, struct tensor *logp, struct tensor *logp_old, struct tensor *logp_ref,
                              struct tensor *advantage, struct tensor *weight, struct grpo_loss_params params)
{
    struct tensor *in[] = {logp, logp_old, logp_ref, advantage, weight};
    for (int i = 0; i < 5; i++)
        check(!in[i] || tensor_count(in[i]) == tensor_count(logp), "%s has %lld tokens instead of %lld", in[i]->name,
              (long long)tensor_count(in[i]), (long long)tensor_count(logp));
    struct grpo_loss out = {graph_like(g, "loss", logp), graph_like(g, "d.logp", logp), graph_like(g, "ratio", logp),
                            graph_like(g, "kl", logp)};
    graph_node(g, &node_grpo_loss, &params, sizeof params, TENSORS(logp, advantage, weight, logp_old, logp_ref),
               TENSORS(out.loss, out.dlogp, out.ratio, out.kl));
    return out;
}

static void grpo_loss_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct grpo_loss_params *p = (const void *)n->params;
    const struct tensor *old = n->in[3], *ref = n->in[4];
    uint64_t count = (uint64_t)tensor_count(n->in[0]);
    struct grpo_loss_args args = {
        .logp = n->in[0]->address,
        .advantage = n->in[1]->address,
        .weight = n->in[2]->address,
        .old = old ? old->address : 0,
        .ref = ref ? ref->address : 0,
        .loss = n->out[0]->address,
        .dlogp = n->out[1]->address,
        .ratio = n->out[2]->address,
        .kl = n->out[3]->address,
        .n = (uint32_t)count,
        .has = (old ? 1u : 0u) | (ref ? 2u : 0u),
        .kl_times_ratio = p->kl_times_ratio,
        .low = 1 - p->eps_low,
        .high = 1 + p->eps_high,
        .delta = p->delta,
        .beta = p->beta,
    };
    op_dispatch(n, vk, s, "grpo_loss", NULL, 0, &args, sizeof args, (count + 63) / 64);
}

static struct op_cost grpo_loss_cost(const struct node *n)
{
    double count = (double)tensor_count(n->in[0]);
    return (struct op_cost){40 * count, 36 * count};
}

// dims: rows, whether there is an old and a reference policy, delta in hundredths, kl_times_ratio.
static struct tensor *grpo_loss_build(struct graph *g, const struct op_case *c)
{
    static const char *const names[] = {"logp", "logp_old", "logp_ref", "advantage", "weight"};
    struct tensor *t[5];
    for (int i = 0; i < 5; i++)
        t[i] = (i == 1 && !c->dims[1]) || (i == 2 && !c->dims[2]) ? NULL
                                                                  : graph_input(g, DTYPE_F32, names[i], c->dims[0], 1);
    struct grpo_loss_params p = {0.2f, 0.28f, (float)c->dims[3] / 100, c->dims[2] ? 0.04f : 0, c->dims[4] != 0};
    op_grpo_loss(g, t[0], t[1], t[2], t[3], t[4], p);
    return NULL;
}

#define CASE(label_, ...)                                                                                              \
    {                                                                                                                  \
        .label = label_, .dims = {__VA_ARGS__}, .build = grpo_loss_build                                               \
    }
static const struct op_case grpo_loss_cases[] = {
    CASE("one", 1, 1, 1, 0),
    CASE("on policy", 131, 0, 0, 0),
    CASE("reference only", 131, 0, 1, 0),
    CASE("old policy", 521, 1, 0, 0),
    CASE("everything", 521, 1, 1, 150),
    CASE("kl times ratio", 521, 1, 1, 0, 1),
    CASE("kl times ratio, on policy", 131, 0, 1, 0, 1),
    CASE("over 65535 rows", 70001, 1, 1, 0),
    {.label = "64 completions of 512", .dims = {32768, 1, 1, 0}, .build = grpo_loss_build, .bench = true},
};

OP_DEFINE(grpo_loss) = {
    .name = "grpo_loss",
    OP_CPU_FUNCTIONS(grpo_loss),
    .vulkan = grpo_loss_vulkan,
    .cost = grpo_loss_cost,
    .cases = grpo_loss_cases,
    .case_count = sizeof grpo_loss_cases / sizeof *grpo_loss_cases,
    .tolerance = 16, // exponentials of a few units whose argument carries one rounding
};
#endif
