// rope: rotary position embedding, half-split layout. In every head of 2*HALF values, with c, s = cosine and sine a of
// the table's row positions[n]:
//   y[a] = x[a] c - x[a+HALF] s     y[a+HALF] = x[a+HALF] c + x[a] s
//   y (N,W) f32 overwritten   x (N,W) f32   table (P,2*HALF) f32   positions (N) i32
//   direction: 1, or -1 for the inverse rotation (the gradient). A position outside the table gives NaN.
// Grid: vk_groups(N), a workgroup a row. Specialisation: 0 HALF. Source: Su et al. 2021, as in Hugging Face's Llama.
// Tested by the cases of src/ops/rope.c.
#version 450
#include "rope_args.h"
layout(constant_id = 0) const uint HALF = 32;
layout(local_size_x = 32) in;

void main()
{
    uint row = group_index();
    if (row >= args.rows)
        return;
    uint position = uint(args.positions.v[row]);
    bool inside = position < args.table_rows;
    uint c = (inside ? position : 0u) * 2u * HALF;
    for (uint i = gl_LocalInvocationID.x; i < args.cols / 2u; i += gl_WorkGroupSize.x) {
        uint a = i % HALF, at = row * args.cols + i / HALF * 2u * HALF + a;
        float u = args.x.v[at], v = args.x.v[at + HALF];
        float cosine = args.table.v[c + a], sine = args.direction * args.table.v[c + HALF + a];
        args.y.v[at] = inside ? fma(u, cosine, -(v * sine)) : uintBitsToFloat(0x7fc00000u);
        args.y.v[at + HALF] = inside ? fma(v, cosine, u * sine) : uintBitsToFloat(0x7fc00000u);
    }
}
