// bias_bwd: db += sum_n dy, in the order of n; 16 rows a round, because llvmpipe ends an invocation's loops after
// 65535 rounds.
//   db (D) f32 accumulated (args.y)   dy (N,D) f32 (args.x); N = args.rows, D = args.cols
// Grid: vk_groups(ceil(D / 32)), an invocation a column. Tested by the cases of src/ops/bias.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "bias_args.h"
layout(local_size_x = 32) in;

void main()
{
    uint d = global_index();
    if (d >= args.cols)
        return;
    float sum = 0.0;
    for (uint block = 0u; block < args.rows; block += 16u)
        [[unroll]] for (uint i = 0u; i < 16u; i++)
            if (block + i < args.rows)
                sum += args.x.v[(block + i) * args.cols + d];
    args.y.v[d] += sum;
}
