// attention_delta: delta = sum_a do * o, an invocation a query row and head.
//   to_rows = delta (N,H) f32 overwritten   out_ (N,H*A) f32   dout (N,H*A) f32
// Grid: vk_groups(ceil(N*H / 32)). Specialisation: 0 A/4. Tested by the cases of src/ops/attention.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "attention_args.h"
layout(constant_id = 0) const uint A4 = 16;
layout(local_size_x = 32) in;

void main()
{
    uint i = global_index();
    if (i >= args.rows * args.heads)
        return;
    vec4 dots = vec4(0);
    [[unroll]] for (uint a = 0u; a < A4; a++)
        dots = fma(args.dout.v[i * A4 + a], args.out_.v[i * A4 + a], dots);
    args.to_rows.v[i] = (dots.x + dots.y) + (dots.z + dots.w);
}
