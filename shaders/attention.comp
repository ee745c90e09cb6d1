// attention: one invocation a query row and head; l are the key rows of its list, s_l = scale * q . k_l.
//   out = sum_l exp(s_l - lse) v_l     lse = log sum_l exp(s_l)     both 0 where the list is empty
//   out_ (N,H*A) f32 overwritten   lse (N,H) f32 overwritten   q (N,H*A)   k, v (M,J*A) f32   ranges (N,4) i32
// The sums are kept relative to the largest score so far (Milakov and Gimelshein 2018). The order of a row's sums depends
// on its own list alone.
// Grid: vk_groups(H * ceil(N / 32)): neighbours share a head, so they mostly read the same keys.
// Specialisation: 0 A/4. Limits: A is a multiple of 4; q and the sum live in registers.
// Tested by the cases of src/ops/attention.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "attention_args.h"
#include "lib/ranges.glsl"
layout(constant_id = 0) const uint A4 = 16;
layout(local_size_x = 32) in;

void main()
{
    uint blocks = (args.rows + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    uint n = group_index() % blocks * gl_WorkGroupSize.x + gl_LocalInvocationID.x, h = group_index() / blocks;
    if (n >= args.rows || h >= args.heads)
        return;
    uint at = (n * args.heads + h) * A4, j = h * args.key_heads / args.heads;
    vec4 q[A4], o[A4];
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        q[a] = args.q.v[at + a];
        o[a] = vec4(0);
    }
    ranges list = ranges_of(n);
    float most = -1.0e30, sum = 0.0; // a finite sentinel: no infinity minus infinity
    for (uint l = 0u; l < list.count; l++) {
        uint key = (ranges_row(list, l) * args.key_heads + j) * A4;
        vec4 dots = vec4(0);
        [[unroll]] for (uint a = 0u; a < A4; a++)
            dots += q[a] * args.k.v[key + a];
        float s = args.scale * ((dots.x + dots.y) + (dots.z + dots.w));
        float e = exp(-abs(s - most)), shrink = s > most ? e : 1.0, p = s > most ? 1.0 : e;
        most = max(most, s);
        sum = sum * shrink + p;
        [[unroll]] for (uint a = 0u; a < A4; a++)
            o[a] = o[a] * shrink + p * args.v.v[key + a];
    }
    [[unroll]] for (uint a = 0u; a < A4; a++)
        args.out_.v[at + a] = list.count > 0u ? o[a] / sum : vec4(0);
    args.lse.v[n * args.heads + h] = list.count > 0u ? most + log(sum) : 0.0;
}
