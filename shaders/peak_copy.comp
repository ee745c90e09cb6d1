// peak_copy: to = from, 16 bytes an invocation.
//   to (n) vec4 overwritten   from (n) vec4
// Grid: vk_groups(ceil(n / 64)). Used by `vkr1 bench`.
#version 450
#include "peak_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i < args.n)
        args.to.v[i] = args.from.v[i];
}
