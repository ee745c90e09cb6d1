// attention_dkv: LANES invocations a key row m and key head (lib/lanes.glsl); n are the query rows of its list, in each
// the heads of the group.
//   p = exp(scale * q_n . k - lse_n)   dv = sum p do_n   dk = sum ds q_n with ds = scale * p * (do_n . v - delta_n)
//   to = dk, to2 = dv (M,J*A) f32 overwritten (0 where the list is empty)   q, dout (N,H*A)   k, v (M,J*A) f32
//   lse, delta (N,H) f32   ranges (M,4) i32
// Grid: vk_groups(J * ceil(M / (32 / LANES))), or workgroups [first, end) of it. Specialisation: 0 A/4, with -DSPLIT 1
// LANES. Limits: A is a multiple of 4; k, v and both sums live in registers. Source: Dao 2023, algorithm 2. Tested by
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

vec4 k[PART], v[PART], dk[PART], dv[PART];

void add_pair(uint query, bool there) // of query row and head, in rows of A
{
    uint from = query * A4 + lane();
    vec4 qk = vec4(0), dov = vec4(0);
    if (there)
        [[unroll]] for (uint a = 0u; a < PART; a++)
            if (OWN(a)) {
                qk = fma(k[a], args.q.v[from + LANES * a], qk);
                dov = fma(v[a], args.dout.v[from + LANES * a], dov);
            }
    float score = lanes_sum(qk), dp = lanes_sum(dov);
    if (!there)
        return;
    float p = exp(fma(args.scale, score, -args.lse.v[query])), ds = args.scale * p * (dp - args.delta.v[query]);
    [[unroll]] for (uint a = 0u; a < PART; a++)
        if (OWN(a)) {
            dv[a] = fma(vec4(p), args.dout.v[from + LANES * a], dv[a]);
            dk[a] = fma(vec4(ds), args.q.v[from + LANES * a], dk[a]);
        }
}

void main()
{
    uint blocks = (args.rows + ROWS - 1u) / ROWS;
    uint group = args.first + group_index();
    uint row = group % blocks * ROWS + gl_LocalInvocationID.x / LANES, j = group / blocks;
    if (group >= args.end)
        return;
    bool made = row < args.rows;
    uint m = min(row, args.rows - 1u);
    uint at = (m * args.key_heads + j) * A4 + lane(), heads = args.heads / args.key_heads;
    [[unroll]] for (uint a = 0u; a < PART; a++) {
        k[a] = OWN(a) ? args.k.v[at + LANES * a] : vec4(0);
        v[a] = OWN(a) ? args.v.v[at + LANES * a] : vec4(0);
        dk[a] = dv[a] = vec4(0);
    }
    ranges list = ranges_of(m);
    uint count = made ? list.count : 0u, rounds = lanes_rounds(count);
    for (uint l = 0u; l < rounds; l++)
        for (uint h = 0u; h < heads; h++)
            add_pair(ranges_row(list, l) * args.heads + j * heads + h, l < count);
    if (!made)
        return;
    [[unroll]] for (uint a = 0u; a < PART; a++)
        if (OWN(a)) {
            args.to.v[at + LANES * a] = dk[a];
            args.to2.v[at + LANES * a] = dv[a];
        }
}
