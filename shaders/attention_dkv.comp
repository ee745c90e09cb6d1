// attention_dkv: one invocation a key row m and key head; n are the query rows of its list, in each the heads of the group.
//   p = exp(scale * q_n . k - lse_n)   dv = sum p do_n   dk = sum ds q_n with ds = scale * p * (do_n . v - delta_n)
//   to = dk, to2 = dv (M,J*A) f32 overwritten (0 where the list is empty)   q, dout (N,H*A)   k, v (M,J*A) f32
//   lse, delta (N,H) f32   ranges (M,4) i32
// Grid: vk_groups(J * ceil(M / 32)). Specialisation: 0 A/4. Limits: A is a multiple of 4; k, v and both sums live in
// registers. Source: Dao 2023, algorithm 2. Tested by the cases of src/ops/attention.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "attention_args.h"
#include "lib/ranges.glsl"
layout(constant_id = 0) const uint A4 = 16;
layout(local_size_x = 32) in;

vec4 k[A4], v[A4], dk[A4], dv[A4];

void add_pair(uint query) // of query row and head, in rows of A
{
    vec4 qk = vec4(0), dov = vec4(0);
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        qk += k[a] * args.q.v[query * A4 + a];
        dov += v[a] * args.dout.v[query * A4 + a];
    }
    float p = exp(args.scale * ((qk.x + qk.y) + (qk.z + qk.w)) - args.lse.v[query]);
    float ds = args.scale * p * ((dov.x + dov.y) + (dov.z + dov.w) - args.delta.v[query]);
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        dv[a] += p * args.dout.v[query * A4 + a];
        dk[a] += ds * args.q.v[query * A4 + a];
    }
}

void main()
{
    uint blocks = (args.rows + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    uint m = group_index() % blocks * gl_WorkGroupSize.x + gl_LocalInvocationID.x, j = group_index() / blocks;
    if (m >= args.rows || j >= args.key_heads)
        return;
    uint at = (m * args.key_heads + j) * A4, group = args.heads / args.key_heads;
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        k[a] = args.k.v[at + a];
        v[a] = args.v.v[at + a];
        dk[a] = dv[a] = vec4(0);
    }
    ranges list = ranges_of(m);
    for (uint l = 0u; l < list.count; l++)
        for (uint h = 0u; h < group; h++)
            add_pair(ranges_row(list, l) * args.heads + j * group + h);
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        args.to.v[at + a] = dk[a];
        args.to2.v[at + a] = dv[a];
    }
}
