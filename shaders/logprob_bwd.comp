// logprob_bwd: the gradient of logprob's logp, in place over the logits (src/ops/logprob.c).
//   dlogits = dlogp s (onehot(target) - exp(z - stats.x - stats.y)) for kept columns, else 0
//   logits (C,V) f32 inout   targets (C) i32   sampling (4) f32   threshold (C) f32 when filtered
//   stats (C,2), dlogp (C) f32
// One invocation for four columns of a row. Grid: vk_groups(ceil(C * ceil(V / 4) / 64)). Tested against the CPU
// reference.
#version 450
#include "logprob_bwd_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint quads = (args.vocabulary + 3u) / 4u, i = global_index();
    if (i >= args.rows * quads)
        return;
    uint row = i / quads, first = (i - row * quads) * 4u, base = row * args.vocabulary;
    int target = args.targets.v[row];
    float inverse = args.sampling.v[0], s = inverse == 0.0 ? 1.0 : inverse;
    float threshold = args.filtered != 0u ? args.threshold.v[row] : -3.402823466e38;
    float slope = target < 0 ? 0.0 : args.dlogp.v[row] * s;
    float largest = args.stats.v[2u * row], total = args.stats.v[2u * row + 1u];
    uvec4 v = first + uvec4(0u, 1u, 2u, 3u), at = base + min(v, uvec4(args.vocabulary - 1u));
    precise vec4 z = s * vec4(args.logits.v[at.x], args.logits.v[at.y], args.logits.v[at.z], args.logits.v[at.w]);
    bvec4 hit = equal(ivec4(v), ivec4(target)), dropped = lessThan(z, vec4(threshold));
    vec4 p = mix(exp(z - largest - total), vec4(0), bvec4(uvec4(dropped) & ~uvec4(hit) & 1u));
    vec4 d = slope * (vec4(hit) - p);
    if (target < 0)
        d = vec4(0);
    args.logits.v[at.x] = d.x;
    if (v.y < args.vocabulary)
        args.logits.v[at.y] = d.y;
    if (v.z < args.vocabulary)
        args.logits.v[at.z] = d.z;
    if (v.w < args.vocabulary)
        args.logits.v[at.w] = d.w;
}
