// load_all: every element of a stored tensor as f32, by both ways of lib/load.glsl.
//   one (n) f32 overwritten through LOAD   four (n) f32 overwritten through LOAD4   from (n) LOAD's type; n % 4 = 0
// Defines: LOAD, LOAD4. Grid: vk_groups(ceil(n/4 / 64)). Tested against src/base/dtype.c by tests/test_vk_lib.c.
#version 450
#include "load_all_args.h"
#include "lib/load.glsl"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index() * 4u;
    if (i >= args.n)
        return;
    vec4 x = LOAD4(args.from, i);
    for (uint j = 0u; j < 4u; j++) {
        args.one.v[i + j] = LOAD(args.from, i + j);
        args.four.v[i + j] = x[j];
    }
}
