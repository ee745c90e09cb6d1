// copy: to = from, n words of 32 bits.
// Grid: vk_groups(ceil(n / 64)). Tested by the cases of src/ops/copy.c.
#version 450
#include "copy_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i < args.n)
        args.to.v[i] = args.from.v[i];
}
