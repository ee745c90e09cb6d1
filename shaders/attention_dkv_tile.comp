// attention_dkv_tile: as attention_dkv.comp, but an invocation makes ROWS neighbouring key rows of a key head; n are
// the query rows of a key row's list, in each the query heads of the group.
//   p = exp(scale * q_n . k - lse_n)   dv = sum p do_n   dk = sum ds q_n with ds = scale * p * (do_n . v - delta_n)
//   to = dk, to2 = dv (M,J*A) f32 overwritten (0 where the list is empty)   q, dout (N,H*A)   k, v (M,J*A) f32
//   lse, delta (N,H) f32   ranges (M,4) i32   rows = M
// Grid: vk_groups(J * ceil(ceil(M / ROWS) / 32)). Specialisation: 0 A/4   1 ROWS. k, v and both sums live in registers:
// ROWS*A of each. Source: Dao 2023, algorithm 2. Tested by the cases of src/ops/attention.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "attention_args.h"
layout(constant_id = 0) const uint A4 = 16;
layout(constant_id = 1) const uint ROWS = 1;
layout(local_size_x = 32) in;
#include "lib/attention_tile.glsl"

vec4 k[ROWS][A4], v[ROWS][A4], dk[ROWS][A4], dv[ROWS][A4], q[A4], d_o[A4];

void add_query(uint x, uint query)
{
    vec4 qk[ROWS], dov[ROWS];
    [[unroll]] for (uint i = 0u; i < ROWS; i++)
        qk[i] = dov[i] = vec4(0);
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        q[a] = args.q.v[query * A4 + a];
        d_o[a] = args.dout.v[query * A4 + a];
        [[unroll]] for (uint i = 0u; i < ROWS; i++) {
            qk[i] = fma(k[i][a], q[a], qk[i]);
            dov[i] = fma(v[i][a], d_o[a], dov[i]);
        }
    }
    float lse = args.lse.v[query], delta = args.delta.v[query];
    [[unroll]] for (uint i = 0u; i < ROWS; i++) {
        float p = in_range(i, x) ? exp(fma(args.scale, sum_of(qk[i]), -lse)) : 0.0;
        float ds = args.scale * p * (sum_of(dov[i]) - delta);
        [[unroll]] for (uint a = 0u; a < A4; a++) {
            dv[i][a] = fma(vec4(p), d_o[a], dv[i][a]);
            dk[i][a] = fma(vec4(ds), q[a], dk[i][a]);
        }
    }
}

void main()
{
    uint blocks = ((args.rows + ROWS - 1u) / ROWS + gl_WorkGroupSize.x - 1u) / gl_WorkGroupSize.x;
    uint group = args.first + group_index();
    uint first = (group % blocks * gl_WorkGroupSize.x + gl_LocalInvocationID.x) * ROWS;
    uint j = group / blocks, heads = args.heads / args.key_heads;
    if (first >= args.rows || group >= args.end)
        return;
    [[unroll]] for (uint i = 0u; i < ROWS; i++) {
        uint key = min(first + i, args.rows - 1u) * args.key_heads + j;
        [[unroll]] for (uint a = 0u; a < A4; a++) {
            k[i][a] = args.k.v[key * A4 + a];
            v[i][a] = args.v.v[key * A4 + a];
            dk[i][a] = dv[i][a] = vec4(0);
        }
    }
    for (uint which = 0u; which < 2u; which++) {
        take_ranges(first, which);
        for (uint x = next_index(0u); x != END; x = next_index(x + 1u))
            for (uint h = 0u; h < heads; h++)
                add_query(x, x * args.heads + j * heads + h);
    }
    [[unroll]] for (uint i = 0u; i < ROWS; i++) {
        uint key = (first + i) * args.key_heads + j;
        [[unroll]] for (uint a = 0u; a < A4; a++)
            if (first + i < args.rows) {
                args.to.v[key * A4 + a] = dk[i][a];
                args.to2.v[key * A4 + a] = dv[i][a];
            }
    }
}
