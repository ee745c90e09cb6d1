// attention: LANES invocations a query row and head (lib/lanes.glsl); l are the key rows of its list,
// s_l = scale * q . k_l.
//   out = sum_l exp(s_l - lse) v_l     lse = log sum_l exp(s_l)     both 0 where the list is empty
//   to = out (N,H*A) f32 overwritten   to_rows = lse (N,H) f32 overwritten   q (N,H*A)   k, v (M,J*A) f32
//   ranges (N,4) i32
// The sums are kept relative to the largest score so far (Milakov and Gimelshein 2018). The order of a row's sums
// depends on its own list alone.
// Grid: vk_groups(H * ceil(N / (32 / LANES))), or workgroups [first, end) of it: neighbours share a head, so they
// mostly read the same keys.
// Specialisation: 0 A/4, with -DSPLIT 1 LANES. Limits: A is a multiple of 4; q and the sum live in registers.
// Tested by the cases of src/ops/attention.c.
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
    uint at = (n * args.heads + h) * A4 + lane(), j = h * args.key_heads / args.heads;
    vec4 q[PART], o[PART];
    [[unroll]] for (uint a = 0u; a < PART; a++) {
        q[a] = OWN(a) ? args.q.v[at + LANES * a] : vec4(0);
        o[a] = vec4(0);
    }
    ranges list = ranges_of(n);
    uint count = made ? list.count : 0u, rounds = lanes_rounds(count);
    float most = -1.0e30, sum = 0.0; // a finite sentinel: no infinity minus infinity
    for (uint l = 0u; l < rounds; l++) {
        uint key = (ranges_row(list, l) * args.key_heads + j) * A4 + lane();
        vec4 dots = vec4(0);
        if (l < count)
            [[unroll]] for (uint a = 0u; a < PART; a++)
                if (OWN(a))
                    dots = fma(q[a], args.k.v[key + LANES * a], dots);
        precise float s = args.scale * lanes_sum(dots);
        if (l < count) {
            float e = exp(-abs(s - most)), shrink = s > most ? e : 1.0, p = s > most ? 1.0 : e;
            most = max(most, s);
            sum = fma(sum, shrink, p);
            [[unroll]] for (uint a = 0u; a < PART; a++)
                if (OWN(a))
                    o[a] = fma(vec4(p), args.v.v[key + LANES * a], o[a] * shrink);
        }
    }
    if (!made)
        return;
    [[unroll]] for (uint a = 0u; a < PART; a++)
        if (OWN(a))
            args.to.v[at + LANES * a] = count > 0u ? o[a] / sum : vec4(0);
    if (lane() == 0u) {
        precise float lse = most + log(sum);
        args.to_rows.v[n * args.heads + h] = count > 0u ? lse : 0.0;
    }
}
