// grpo_loss: GRPO's clipped surrogate per token and its derivative (src/ops/grpo_loss.c).
//   ratio = exp(logp - old)   kl = k3(ref - logp)
//   loss = weight (beta kl - min(min(ratio, delta) A, clamp(ratio, low, high) A))
//   dlogp = weight (-beta (kl + d) - A ratio s), s as in the CPU form
//   with kl_times_ratio kl is multiplied by the ratio, and dlogp = weight (-beta d ratio - A ratio s)
//   logp, advantage, weight (N) f32   old (N) when has & 1, ref (N) when has & 2
//   loss, dlogp, ratio, kl (N) overwritten
// Grid: vk_groups(ceil(N / 64)). Tested against the CPU reference.
#version 450
#include "grpo_loss_args.h"
layout(local_size_x = 64) in;

float k3(float d) // exp(d) - d - 1 without cancellation
{
    if (abs(d) > 0.5)
        return exp(d) - d - 1.0;
    float sum = fma(d, 1.0 / 9.0, 1.0);
    for (int i = 8; i >= 3; i--)
        sum = fma(d / float(i), sum, 1.0);
    precise float k = d * d * 0.5 * sum;
    return k;
}

void main()
{
    uint i = global_index();
    if (i >= args.n)
        return;
    float logp = args.logp.v[i], advantage = args.advantage.v[i], weight = args.weight.v[i];
    float r = (args.has & 1u) != 0u ? exp(logp - args.old.v[i]) : 1.0;
    float d = (args.has & 2u) != 0u ? args.ref.v[i] - logp : 0.0;
    bool bounded = args.delta > 0.0 && r > args.delta, inside = r >= args.low && r <= args.high;
    float a = (bounded ? args.delta : r) * advantage, b = clamp(r, args.low, args.high) * advantage;
    float open_a = bounded ? 0.0 : 1.0, open_b = inside ? 1.0 : 0.0;
    float s = a < b ? open_a : b < a ? open_b : 0.5 * (open_a + open_b), k = k3(d), kl = k;
    float slope = -(k + d);
    if (args.kl_times_ratio != 0u) {
        kl = k * r;
        slope = -d * r;
    }
    args.ratio.v[i] = r;
    args.kl.v[i] = kl;
    args.loss.v[i] = weight == 0.0 ? 0.0 : weight * fma(args.beta, kl, -min(a, b));
    args.dlogp.v[i] = weight == 0.0 ? 0.0 : weight * fma(args.beta, slope, -(advantage * r * s));
}
