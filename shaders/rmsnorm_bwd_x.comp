// rmsnorm_bwd_x: dx = rstd * (w*dy - xhat * mean_d(w*dy*xhat)), xhat = x * rstd.
//   out_ = dx (N,D) f32 overwritten   dy, x (N,D) f32   w (D) f32   rstd (N) f32 from the forward pass
// Grid: vk_groups(N), a workgroup a row. Specialisation: 0 invocations of a workgroup (a power of two without
// subgroups). Defines: REDUCE_SUBGROUP. Tested by the cases of src/ops/rmsnorm.c.
#version 450
#include "rmsnorm_bwd_args.h"
layout(local_size_x_id = 0) in;
#include "lib/reduce.glsl"

void main()
{
    uint row = group_index();
    if (row >= args.rows)
        return;
    uint first = row * args.cols;
    float rstd = args.rstd.v[row], sum = 0.0;
    for (uint d = gl_LocalInvocationID.x; d < args.cols; d += gl_WorkGroupSize.x)
        sum = fma(args.w.v[d] * args.dy.v[first + d], args.x.v[first + d] * rstd, sum);
    float mean = group_sum(sum) / float(args.cols);
    for (uint d = gl_LocalInvocationID.x; d < args.cols; d += gl_WorkGroupSize.x)
        args.out_.v[first + d] = rstd * fma(args.w.v[d], args.dy.v[first + d], -(args.x.v[first + d] * rstd * mean));
}
