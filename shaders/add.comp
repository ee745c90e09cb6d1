// add: sum[i] = x[i] + y[i].
//   sum (n) f32 overwritten (may be x or y)   x (n) f32   y (n) f32
// Grid: vk_groups(ceil(n / 64)). Tested by tests/test_vk.c.
#version 450
#include "add_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i < args.n)
        args.sum.v[i] = args.x.v[i] + args.y.v[i];
}
