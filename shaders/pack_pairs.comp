// pack_pairs: to = from, rounded to 16 bits by PACK (pack_f16 or pack_bf16 of lib/load.glsl).
//   to (n) 16 bits overwritten   from (n) f32; n is even
// Defines: PACK. Grid: vk_groups(ceil(n/2 / 64)). Tested against src/base/dtype.c by tests/test_vk_lib.c.
#version 450
#include "pack_pairs_args.h"
#include "lib/load.glsl"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i < args.n / 2u)
        args.to.v[i] = PACK(vec2(args.from.v[2u * i], args.from.v[2u * i + 1u]));
}
