// clip: the norm of all gradients and the factor that clips it (src/ops/norm.c).
//   x (n) f32: partial sums of squares   hyper (8) f32: 7 is max_norm, 0 for none
//   result (2) f32 overwritten: norm, factor
// Grid: 1 workgroup. Tested against the CPU reference.
#version 450
#include "norm_args.h"
layout(local_size_x = 64) in;
#include "lib/reduce.glsl"

void main()
{
    float sum = 0.0;
    for (uint i = gl_LocalInvocationID.x; i < args.n; i += 64u)
        sum += args.x.v[i];
    float norm = sqrt(group_sum(sum)), limit = args.hyper.v[7];
    if (gl_LocalInvocationID.x == 0u) {
        args.result.v[0] = norm;
        args.result.v[1] = !is_finite(norm) ? 0.0 : limit > 0.0 ? min(1.0, limit / (norm + 1e-6)) : 1.0;
    }
}
