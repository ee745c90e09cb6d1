// bias: y = x + b.
//   y (N,D) f32 overwritten   x (N,D) f32   b (D) f32; N = args.rows, D = args.cols
// Grid: vk_groups(N), a workgroup a row. Tested by the cases of src/ops/bias.c.
#version 450
#include "bias_args.h"
layout(local_size_x = 32) in;

void main()
{
    uint row = group_index();
    if (row >= args.rows)
        return;
    for (uint d = gl_LocalInvocationID.x; d < args.cols; d += gl_WorkGroupSize.x)
        args.y.v[row * args.cols + d] = args.x.v[row * args.cols + d] + args.b.v[d];
}
