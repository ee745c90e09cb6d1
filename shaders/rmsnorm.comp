// rmsnorm: y = x * rstd * w, rstd = 1 / sqrt(mean_d x^2 + eps).
//   y (N,D) f32 overwritten   rstd (N) f32 overwritten   x (N,D) f32   w (D) f32
// Grid: vk_groups(N), a workgroup a row. Specialisation: 0 invocations of a workgroup (a power of two without
// subgroups). Defines: REDUCE_SUBGROUP. Source: Zhang and Sennrich 2019. Tested by the cases of src/ops/rmsnorm.c.
#version 450
#include "rmsnorm_args.h"
layout(local_size_x_id = 0) in;
#include "lib/reduce.glsl"

void main()
{
    uint row = group_index();
    if (row >= args.rows)
        return;
    uint first = row * args.cols;
    float sum = 0.0;
    for (uint d = gl_LocalInvocationID.x; d < args.cols; d += gl_WorkGroupSize.x) {
        float x = args.x.v[first + d];
        sum = fma(x, x, sum);
    }
    precise float mean = group_sum(sum) / float(args.cols);
    float rstd = 1.0 / sqrt(mean + args.eps);
    for (uint d = gl_LocalInvocationID.x; d < args.cols; d += gl_WorkGroupSize.x)
        args.y.v[first + d] = args.x.v[first + d] * rstd * args.w.v[d];
    if (gl_LocalInvocationID.x == 0u)
        args.rstd.v[row] = rstd;
}
