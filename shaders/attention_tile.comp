// attention_tile: as attention.comp, but an invocation makes ROWS neighbouring query rows of HEADS query heads that
// share a key head. With l the key rows of a query row's list, s_l = scale * q . k_l:
//   out = sum_l exp(s_l - lse) v_l     lse = log sum_l exp(s_l)     both 0 where the list is empty
//   to = out (N,H*A) f32 overwritten   to_rows = lse (N,H) f32 overwritten   q (N,H*A)   k, v (M,J*A) f32
//   ranges (N,4) i32   rows = N
// The sums are kept relative to the largest score so far (Milakov and Gimelshein 2018). A row's bits depend on its own
// list alone, see lib/attention_tile.glsl.
// Grid: vk_groups(H / HEADS * ceil(ceil(N / ROWS) / 32)), or workgroups [first, end) of it: neighbours share heads, so
// they mostly read the same keys.
// Specialisation: 0 A/4   1 ROWS   2 HEADS, a divisor of H/J. q and the sums live in registers: ROWS*HEADS*A of each.
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
vec4 q[TILE][A4], o[TILE][A4];
float most[TILE], sum[TILE], shrink[TILE], p[TILE];

void weigh(uint x, uint key)
{
    vec4 dots[TILE];
    [[unroll]] for (uint i = 0u; i < TILE; i++)
        dots[i] = vec4(0);
    [[unroll]] for (uint a = 0u; a < A4; a++) {
        vec4 k = args.k.v[key + a];
        [[unroll]] for (uint i = 0u; i < TILE; i++)
            dots[i] = fma(q[i][a], k, dots[i]);
    }
    [[unroll]] for (uint i = 0u; i < TILE; i++) {
        bool on = in_range(i / HEADS, x);
        precise float s = args.scale * sum_of(dots[i]);
        float e = exp(-abs(s - most[i]));
        shrink[i] = on && s > most[i] ? e : 1.0;
        p[i] = on ? (s > most[i] ? 1.0 : e) : 0.0;
        most[i] = on ? max(most[i], s) : most[i];
        sum[i] = fma(sum[i], shrink[i], p[i]);
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
            o[i][a] = vec4(0);
        }
        most[i] = -1.0e30; // a finite sentinel: no infinity minus infinity
        sum[i] = 0.0;
    }
    for (uint which = 0u; which < 2u; which++) {
        take_ranges(first, which);
        for (uint x = next_index(0u); x != END; x = next_index(x + 1u)) {
            uint key = (x * args.key_heads + j) * A4;
            weigh(x, key);
            [[unroll]] for (uint a = 0u; a < A4; a++) {
                vec4 v = args.v.v[key + a];
                [[unroll]] for (uint i = 0u; i < TILE; i++)
                    o[i][a] = fma(vec4(p[i]), v, o[i][a] * shrink[i]);
            }
        }
    }
    [[unroll]] for (uint i = 0u; i < TILE; i++) {
        uint query = (first + i / HEADS) * args.heads + head + i % HEADS;
        if (first + i / HEADS < args.rows) {
            [[unroll]] for (uint a = 0u; a < A4; a++)
                args.to.v[query * A4 + a] = sum[i] > 0.0 ? o[i][a] / sum[i] : vec4(0);
            precise float lse = most[i] + log(sum[i]);
            args.to_rows.v[query] = sum[i] > 0.0 ? lse : 0.0;
        }
    }
}
