// attention_dq_tile: as attention_dq.comp, but an invocation makes ROWS neighbouring query rows of HEADS query heads
// that share a key head; m are the key rows of a query row's list.
//   dq = sum_m ds k_m with p = exp(scale * q . k_m - lse), ds = scale * p * (do . v_m - delta)
//   to = dq (N,H*A) f32 overwritten (0 where the list is empty)   q, dout (N,H*A)   k, v (M,J*A) f32
//   lse, delta (N,H) f32
//   ranges (N,4) i32   rows = N
// Grid: vk_groups(H / HEADS * ceil(ceil(N / ROWS) / 32)). Specialisation: 0 A/4   1 ROWS   2 HEADS, a divisor of H/J.
// q, do and the sums live in registers: ROWS*HEADS*A of each. Source: Dao 2023, algorithm 2.
// Tested by the cases of src/ops/attention.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "attention_args.h"
layout(constant_id = 0) const uint A4 = 16;
layout(constant_id = 1) const uint ROWS = 1;
layout(constant_id = 2) const uint HEADS = 1;
layout(local_size_x = 32) in;
#include "lib/attention_tile.glsl"

const uint TILE = ROWS * HEADS; // output i is row i / HEADS, head i % HEADS
vec4 q[TILE][A4], d_o[TILE][A4], dq[TILE][A4], k[A4];
float lse[TILE], delta[TILE];

void add_key(uint x, uint key)
{
    vec4 qk[TILE], dov[TILE];
    [[unroll]] for (uint i = 0u; i < TILE; i++)
        qk[i] = dov[i] = vec4(0);
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        k[a] = args.k.v[key + a];
        vec4 v = args.v.v[key + a];
        [[unroll]] for (uint i = 0u; i < TILE; i++) {
            qk[i] = fma(q[i][a], k[a], qk[i]);
            dov[i] = fma(d_o[i][a], v, dov[i]);
        }
    }
    [[unroll]] for (uint i = 0u; i < TILE; i++) {
        float p = exp(fma(args.scale, sum_of(qk[i]), -lse[i]));
        float ds = in_range(i / HEADS, x) ? args.scale * p * (sum_of(dov[i]) - delta[i]) : 0.0;
        [[unroll]] for (uint a = 0u; a < A4; a++)
            dq[i][a] = fma(vec4(ds), k[a], dq[i][a]);
    }
}

void main()
{
    uint blocks = ((args.rows + ROWS - 1u) / ROWS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    uint group = args.first + group_index();
    uint first = (group % blocks * gl_WorkGroupSize.x + gl_LocalInvocationID.x) * ROWS;
    uint head = group / blocks * HEADS, j = head * args.key_heads / args.heads;
    if (first >= args.rows || group >= args.end)
        return;
    [[unroll]] for (uint i = 0u; i < TILE; i++) {
        uint query = min(first + i / HEADS, args.rows - 1u) * args.heads + head + i % HEADS;
        [[unroll]] for (uint a = 0u; a < A4; a++) {
            q[i][a] = args.q.v[query * A4 + a];
            d_o[i][a] = args.dout.v[query * A4 + a];
            dq[i][a] = vec4(0);
        }
        lse[i] = args.lse.v[query];
        delta[i] = args.delta.v[query];
    }
    for (uint which = 0u; which < 2u; which++) {
        take_ranges(first, which);
        for (uint x = next_index(0u); x != END; x = next_index(x + 1u))
            add_key(x, (x * args.key_heads + j) * A4);
    }
    [[unroll]] for (uint i = 0u; i < TILE; i++) {
        uint query = (first + i / HEADS) * args.heads + head + i % HEADS;
        [[unroll]] for (uint a = 0u; a < A4; a++)
            if (first + i / HEADS < args.rows)
                args.to.v[query * A4 + a] = dq[i][a];
    }
}
