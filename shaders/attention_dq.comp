// attention_dq: one invocation a query row and head; m are the key rows of its list.
//   dq = sum_m ds k_m with p = exp(scale * q . k_m - lse), ds = scale * p * (do . v_m - delta)
//   to = dq (N,H*A) f32 overwritten (0 where the list is empty)   q, dout (N,H*A)   k, v (M,J*A) f32   lse, delta (N,H) f32
//   ranges (N,4) i32
// Grid: vk_groups(H * ceil(N / 32)). Specialisation: 0 A/4. Limits: A is a multiple of 4; q, do and the sum live in
// registers. Source: Dao 2023, algorithm 2. Tested by the cases of src/ops/attention.c.
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
    uint query = n * args.heads + h, j = h * args.key_heads / args.heads;
    vec4 q[A4], dout[A4], dq[A4];
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        q[a] = args.q.v[query * A4 + a];
        dout[a] = args.dout.v[query * A4 + a];
        dq[a] = vec4(0);
    }
    ranges list = ranges_of(n);
    float lse = args.lse.v[query], delta = args.delta.v[query];
    for (uint l = 0u; l < list.count; l++) {
        uint key = (ranges_row(list, l) * args.key_heads + j) * A4;
        vec4 qk = vec4(0), dov = vec4(0);
        [[unroll]] for (uint a = 0u; a < A4; a++) {
            qk += q[a] * args.k.v[key + a];
            dov += dout[a] * args.v.v[key + a];
        }
        float p = exp(args.scale * ((qk.x + qk.y) + (qk.z + qk.w)) - lse);
        float ds = args.scale * p * ((dov.x + dov.y) + (dov.z + dov.w) - delta);
        [[unroll]] for (uint a = 0u; a < A4; a++)
            dq[a] += ds * args.k.v[key + a];
    }
    [[unroll]] for (uint a = 0u; a < A4; a++)
        args.to.v[query * A4 + a] = dq[a];
}
