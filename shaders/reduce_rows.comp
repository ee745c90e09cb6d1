// reduce_rows: result[n] = (sum, max, sum of squares, number of positive elements) of row n of x.
//   result (N,4) f32 overwritten   x (N,D) f32
// Grid: vk_groups(N). Constants: 0 invocations of a workgroup. Defines: REDUCE_SUBGROUP. Shows and tests
// lib/reduce.glsl (tests/test_vk_lib.c).
#version 450
#include "reduce_rows_args.h"
layout(local_size_x_id = 0) in;
#include "lib/reduce.glsl"

void main()
{
    uint row = group_index();
    if (row >= args.n)
        return;
    vec2 sums = vec2(0);
    float largest = -3.0e38;
    uint positive = 0u;
    for (uint i = gl_LocalInvocationID.x; i < args.d; i += gl_WorkGroupSize.x) {
        float x = args.x.v[row * args.d + i];
        sums = vec2(sums.x + x, fma(x, x, sums.y));
        largest = max(largest, x);
        positive += x > 0.0 ? 1u : 0u;
    }
    float sum = group_sum(sums.x);
    largest = group_max(largest);
    sums = group_sum(sums);
    positive = group_sum(positive);
    if (gl_LocalInvocationID.x == 0u) {
        args.result.v[row * 4u] = sum;
        args.result.v[row * 4u + 1u] = largest;
        args.result.v[row * 4u + 2u] = sums.y;
        args.result.v[row * 4u + 3u] = float(positive);
    }
}
