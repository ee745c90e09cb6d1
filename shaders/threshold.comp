// threshold: the smallest scaled logit that top-k, top-p and min-p leave, per row (src/ops/threshold.c).
// Without a sort: floats map to unsigned integers of the same order, and the largest t that satisfies
//   top-k: #{z >= t} >= k
//   top-p: sum_{z >= t, z >= top-k's t} exp(z - max) >= top_p * (the sum over all of these)
// is found by cutting its range in nine, round by round (at most 11). Sums have a fixed order.
//   logits (C,V) f32   sampling (4) f32   threshold (C) f32 overwritten
// Forms: one invocation a row (V < 1024), grid vk_groups(ceil(C / 64)); -DGROUP: one workgroup a row, grid
// vk_groups(C), with constant 0 its size (a power of two). Tested against the CPU reference.
#version 450
#include "threshold_args.h"
#ifdef GROUP
layout(local_size_x_id = 0) in;
#include "lib/reduce.glsl"
#define LANE gl_LocalInvocationID.x
#define LANES gl_WorkGroupSize.x
#else
layout(local_size_x = 64) in;
#define LANE 0u
#define LANES 1u
vec2 group_sum(vec2 x) { return x; }
float group_max(float x) { return x; }
#endif
#include "lib/log.glsl"

const uint LOWEST = 0x00800000u; // of -FLT_MAX

uint ordered(float x)
{
    uint u = floatBitsToUint(x);
    return (u & 0x80000000u) != 0u ? ~u : u | 0x80000000u;
}

float unordered(uint k)
{
    return uintBitsToFloat((k & 0x80000000u) != 0u ? k & 0x7fffffffu : ~k);
}

uint base;
float scale, largest;

// Sums over the columns with key >= low of 1 or exp(z - largest), in eight parts: those with key >= pivot.
void weigh(uint low, uvec4 pivot_a, uvec4 pivot_b, bool mass, out vec4 a, out vec4 b)
{
    a = b = vec4(0);
    for (uint start = LANE; start < args.vocabulary; start += 64u * LANES) {
        vec4 part_a = vec4(0), part_b = vec4(0); // sums of sums keep their digits
        for (uint v = start; v < min(start + 64u * LANES, args.vocabulary); v += LANES) {
            precise float z = args.logits.v[base + v] * scale;
            uint key = ordered(z);
            if (key < low)
                continue;
            float w = mass ? exp(z - largest) : 1.0;
            part_a += mix(vec4(0), vec4(w), greaterThanEqual(uvec4(key), pivot_a));
            part_b += mix(vec4(0), vec4(w), greaterThanEqual(uvec4(key), pivot_b));
        }
        a += part_a;
        b += part_b;
    }
    a = vec4(group_sum(a.xy), group_sum(a.zw));
    b = vec4(group_sum(b.xy), group_sum(b.zw));
}

// The largest key in [low, end) that keeps `need`; low is known to.
uint search(uint low, uint end, bool mass, float need)
{
    uint from = low;
    for (int round = 0; round < 11; round++) {
        if (end - from <= 1u)
            break;
        uint cut = (end - from + 8u) / 9u, next = from;
        uvec4 pivot_a = from + cut * uvec4(1u, 2u, 3u, 4u), pivot_b = from + cut * uvec4(5u, 6u, 7u, 8u);
        vec4 a, b;
        weigh(low, pivot_a, pivot_b, mass, a, b);
        for (uint j = 0u; j < 8u; j++) {
            uint pivot = j < 4u ? pivot_a[j] : pivot_b[j - 4u];
            if (pivot < end && (j < 4u ? a[j] : b[j - 4u]) >= need)
                next = pivot;
        }
        end = min(end, next + cut);
        from = next;
    }
    return from;
}

void main()
{
#ifdef GROUP
    uint row = group_index();
#else
    uint row = global_index();
#endif
    if (row >= args.rows)
        return;
    float inverse = args.sampling.v[0], k = args.sampling.v[1], top_p = args.sampling.v[2], min_p = args.sampling.v[3];
    float t = -3.402823466e38;
    base = row * args.vocabulary;
    scale = inverse == 0.0 ? 1.0 : inverse;
    if (k > 0.0 || top_p < 1.0 || min_p > 0.0) {
        largest = -3.402823466e38;
        for (uint v = LANE; v < args.vocabulary; v += LANES)
            largest = max(largest, args.logits.v[base + v] * scale);
        largest = group_max(largest);
        uint low = LOWEST, end = ordered(largest) + 1u;
        if (k > 0.0)
            low = search(low, end, false, min(k, float(args.vocabulary)));
        if (top_p < 1.0) {
            vec4 a, b;
            weigh(low, uvec4(low), uvec4(low), true, a, b);
            low = search(low, end, true, top_p * a.x);
        }
        t = unordered(low);
        if (min_p > 0.0)
            t = max(t, largest + log_exact(min(min_p, 1.0)));
    }
    if (LANE == 0u)
        args.threshold.v[row] = t;
}
