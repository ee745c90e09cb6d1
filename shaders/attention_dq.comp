// attention_dq: LANES invocations a query row and head (lib/lanes.glsl); m are the key rows of its list.
//   dq = sum_m ds k_m with p = exp(scale * q . k_m - lse), ds = scale * p * (do . v_m - delta)
//   to = dq (N,H*A) f32 overwritten (0 where the list is empty)   q, dout (N,H*A)   k, v (M,J*A) f32
//   lse, delta (N,H) f32
//   ranges (N,4) i32
// Grid: vk_groups(H * ceil(N / (32 / LANES))), or workgroups [first, end) of it. Specialisation: 0 A/4, with -DSPLIT 1
// LANES. Limits: A is a multiple of 4; q, do and the sum live in registers. Source: Dao 2023, algorithm 2. Tested by
// the cases of src/ops/attention.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#ifdef SPLIT
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#endif
#include "attention_args.h"
#include "lib/ranges.glsl"
layout(constant_id = 0) const uint A4 = 16;
layout(local_size_x = 32) in;
#include "lib/lanes.glsl"

void main()
{
    uint blocks = (args.rows + ROWS - 1u) / ROWS;
    uint group = args.first + group_index();
    uint row = group % blocks * ROWS + gl_LocalInvocationID.x / LANES, h = group / blocks;
    if (group >= args.end)
        return;
    bool made = row < args.rows;
    uint n = min(row, args.rows - 1u);
    uint query = n * args.heads + h, at = query * A4 + lane(), j = h * args.key_heads / args.heads;
    vec4 q[PART], dout[PART], dq[PART];
    [[unroll]] for (uint a = 0u; a < PART; a++) {
        q[a] = OWN(a) ? args.q.v[at + LANES * a] : vec4(0);
        dout[a] = OWN(a) ? args.dout.v[at + LANES * a] : vec4(0);
        dq[a] = vec4(0);
    }
    ranges list = ranges_of(n);
    uint count = made ? list.count : 0u, rounds = lanes_rounds(count);
    float lse = args.lse.v[query], delta = args.delta.v[query];
    for (uint l = 0u; l < rounds; l++) {
        uint key = (ranges_row(list, l) * args.key_heads + j) * A4 + lane();
        vec4 qk = vec4(0), dov = vec4(0);
        if (l < count)
            [[unroll]] for (uint a = 0u; a < PART; a++)
                if (OWN(a)) {
                    qk = fma(q[a], args.k.v[key + LANES * a], qk);
                    dov = fma(dout[a], args.v.v[key + LANES * a], dov);
                }
        float score = lanes_sum(qk), dp = lanes_sum(dov);
        if (l < count) {
            float p = exp(fma(args.scale, score, -lse)), ds = args.scale * p * (dp - delta);
            [[unroll]] for (uint a = 0u; a < PART; a++)
                if (OWN(a))
                    dq[a] = fma(vec4(ds), args.k.v[key + LANES * a], dq[a]);
        }
    }
    if (!made)
        return;
    [[unroll]] for (uint a = 0u; a < PART; a++)
        if (OWN(a))
            args.to.v[at + LANES * a] = dq[a];
}
