// logprob_bwd: the gradient of logprob's logp, in place over the logits (src/ops/logprob.c).
//   dlogits = dlogp s (onehot(target) - exp(z - stats.x - stats.y)) for kept columns, else 0
//   logits (C,V) f32 inout   targets (C) i32   sampling (4) f32   threshold (C) f32 when filtered   stats (C,2), dlogp (C) f32
// One invocation for four columns of a row. Grid: vk_groups(ceil(C * ceil(V / 4) / 64)). Tested against the CPU reference.
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
    float slope = target < 0 ? 0.0 : args.dlogp.v[row] * s, largest = args.stats.v[2u * row], total = args.stats.v[2u * row + 1u];
    for (uint v = first; v < min(first + 4u, args.vocabulary); v++) {
        float z = args.logits.v[base + v] * s;
        bool hit = int(v) == target, kept = target >= 0 && (!(z < threshold) || hit);
        float p = kept ? exp(z - largest - total) : 0.0;
        args.logits.v[base + v] = kept ? slope * ((hit ? 1.0 : 0.0) - p) : 0.0;
    }
}
