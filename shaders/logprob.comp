// logprob: log-probability of a target and entropy of the distribution, per row (src/ops/logprob.c).
//   z = logits * s; kept: z >= threshold, and the target
//   stats = (m, log sum_kept exp(z - m)), m = max_kept z    logp = z_target - m - stats.y
//   entropy = stats.y - sum_kept exp(z - m) (z - m) / sum_kept exp(z - m)
//   logits (C,V) f32   targets (C) i32, negative: all outputs 0   sampling (4) f32   threshold (C) f32 when filtered
//   partials (C,blocks,3) f32 scratch   logp, entropy (C) f32, stats (C,2) f32 overwritten
// Forms: one invocation a row; -DPARTIAL: one a row and block (lib/vocabulary.glsl); -DCOMBINE: then one a row. The
// order of the sums depends on V and blocks alone.
// Grid: vk_groups(ceil(invocations / 64)). Tested against the CPU reference.
#version 450
#include "logprob_args.h"
#include "lib/log.glsl"
#include "lib/softmax.glsl"
#include "lib/vocabulary.glsl"
layout(local_size_x = 64) in;

float scale()
{
    float inverse = args.sampling.v[0];
    return inverse == 0.0 ? 1.0 : inverse;
}

Softmax scan(uint row, Part part)
{
    uint base = row * args.vocabulary, last = args.vocabulary - 1u;
    uint target = uint(args.targets.v[row]);
    float s = scale(), threshold = args.filtered != 0u ? args.threshold.v[row] : -3.402823466e38;
    Softmax a = softmax_empty();
    for (uint v = part.first; v < part.end; v += part.step) {
        uvec4 at = uvec4(v, v + 1u, v + 2u, v + 3u), in_row = min(at, uvec4(last));
        uvec4 column = base + in_row;
        precise vec4 z = vec4(args.logits.v[column.x], args.logits.v[column.y], args.logits.v[column.z],
                              args.logits.v[column.w]) * s;
        bvec4 kept = bvec4(!(z.x < threshold), !(z.y < threshold) && at.y <= last, !(z.z < threshold) && at.z <= last,
                           !(z.w < threshold) && at.w <= last);
        if (target - v < 4u)
            kept[target - v] = true;
        softmax_add(a, z, kept);
    }
    return a;
}

void finish(uint row, Softmax a)
{
    bool padding = args.targets.v[row] < 0;
    uint target = padding ? 0u : uint(args.targets.v[row]);
    float total = log_exact(a.sum);
    precise float z = args.logits.v[row * args.vocabulary + target] * scale(), mean = a.weighted / a.sum;
    if (!is_finite(a.sum))
        total = a.sum;
    args.stats.v[2u * row] = padding ? 0.0 : a.largest;
    args.stats.v[2u * row + 1u] = padding ? 0.0 : total;
    args.logp.v[row] = padding ? 0.0 : z - a.largest - total;
    args.entropy.v[row] = padding ? 0.0 : total - mean;
}

void main()
{
    uint i = global_index();
#if defined(PARTIAL)
    if (i >= args.rows * args.blocks)
        return;
    Softmax a = scan(i / args.blocks, part_of(i % args.blocks, args.blocks, args.vocabulary));
    args.to_partials.v[3u * i] = a.largest;
    args.to_partials.v[3u * i + 1u] = a.sum;
    args.to_partials.v[3u * i + 2u] = a.weighted;
#elif defined(COMBINE)
    if (i >= args.rows)
        return;
    Softmax a = softmax_empty();
    for (uint b = 0u; b < args.blocks; b++) {
        uint at = 3u * (i * args.blocks + b);
        softmax_join(a, Softmax(args.partials.v[at], args.partials.v[at + 1u], args.partials.v[at + 2u]));
    }
    finish(i, a);
#else
    if (i < args.rows)
        finish(i, scan(i, Part(0u, args.vocabulary, 4u)));
#endif
}
