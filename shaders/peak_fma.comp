// peak_fma: multiply-adds with nothing in their way; 16 chains of vec4 an invocation, so that no result is waited for.
//   to (n) vec4 overwritten   from (1) vec4
// Grid: vk_groups(ceil(n / 64)); an invocation does rounds * 16 * 4 multiply-adds. Used by `vkr1 bench`.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "peak_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    vec4 x[16], a = args.from.v[0];
    [[unroll]] for (uint j = 0; j < 16; j++)
        x[j] = vec4(float(i), float(j), 1, 0);
    for (uint r = 0; r < args.rounds; r++) {
        [[unroll]] for (uint j = 0; j < 16; j++)
            x[j] = fma(x[j], a, a);
    }
    [[unroll]] for (uint j = 1; j < 16; j++)
        x[0] += x[j];
    if (i < args.n)
        args.to.v[i] = x[0];
}
