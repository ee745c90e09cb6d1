// zero: to[i] = 0.
//   to (n) f32 overwritten; its address is a multiple of 16, and given twice
// One invocation for four elements. Grid: vk_groups(ceil(n / 256)). Tested against the CPU reference.
#version 450
#include "zero_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = 4u * global_index();
    if (i + 4u <= args.n)
        args.to.v[i / 4u] = vec4(0);
    else
        for (; i < args.n; i++)
            args.elements.v[i] = 0.0;
}
