// fill: to[i] = word.
//   to (n) u32 overwritten
// Grid: vk_groups(ceil(n / 64)). Tested by tests/test_vk.c.
#version 450
#include "fill_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i < args.n)
        args.to.v[i] = args.word;
}
