// swiglu: y = g sigmoid(g) u. The sigmoid is made from exp(-|g|), which cannot overflow.
//   y (n) f32 overwritten   gate, up (n) f32
// Grid: vk_groups(ceil(n / 64)). Source: Shazeer 2020. Tested by the cases of src/ops/swiglu.c.
#version 450
#include "swiglu_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i >= args.n)
        return;
    float g = args.gate.v[i], e = exp(-abs(g));
    args.y.v[i] = g * ((g < 0.0 ? e : 1.0) / (1.0 + e)) * args.up.v[i];
}
