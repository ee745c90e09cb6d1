// rmsnorm_bwd_w: dw += sum_n dy * x * rstd, in the order of n; 16 rows a round, because llvmpipe
// ends an invocation's loops after 65535 rounds.
//   out_ = dw (D) f32 accumulated   dy, x (N,D) f32   rstd (N) f32 from the forward pass
// Grid: vk_groups(ceil(D / 32)), an invocation a column. Tested by the cases of src/ops/rmsnorm.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "rmsnorm_bwd_args.h"
layout(local_size_x = 32) in;

void main()
{
    uint d = global_index();
    if (d >= args.cols)
        return;
    float sum = 0.0;
    for (uint block = 0u; block < args.rows; block += 16u)
        [[unroll]] for (uint i = 0u; i < 16u; i++)
            if (block + i < args.rows) {
                uint at = (block + i) * args.cols + d;
                sum = fma(args.dy.v[at], args.x.v[at] * args.rstd.v[block + i], sum);
            }
    args.out_.v[d] += sum;
}
