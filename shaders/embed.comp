// embed: y[n] = table[tokens[n]].
//   y (N,D) f32 overwritten   table (V,D) of LOAD's type   tokens (N) i32; a token outside the table gives NaN
// Defines: LOAD (load_T of lib/load.glsl). Grid: vk_groups(N), a workgroup a row. Tested by the cases of
// src/ops/embed.c.
#version 450
#include "embed_args.h"
#include "lib/load.glsl"
layout(local_size_x = 32) in;

void main()
{
    uint n = group_index();
    if (n >= args.rows)
        return;
    uint row = uint(args.tokens.v[n]);
    bool inside = row < args.table_rows;
    row = inside ? row : 0u;
    for (uint d = gl_LocalInvocationID.x; d < args.cols; d += gl_WorkGroupSize.x)
        args.y.v[n * args.cols + d] = inside ? LOAD(args.table, row * args.cols + d) : uintBitsToFloat(0x7fc00000u);
}
