// norm_parts: result[p] = sum of x[i] over the p-th of 64 ranges of `part` elements; ranges after the end give 0.
//   x (n) f32   result (64) f32 overwritten
// Grid: 8 workgroups. Tested against the CPU reference.
#version 450
#include "norm_args.h"
layout(local_size_x = 8) in;

void main()
{
    uint p = global_index();
    if (p >= 64u)
        return;
    float sum = 0.0;
    for (uint i = p * args.part; i < min((p + 1u) * args.part, args.n); i++)
        sum += args.x.v[i];
    args.result.v[p] = sum;
}
