// norm_chunks: result[c] = sum of x[i]^2 over the c-th chunk of `part` elements (src/ops/norm.c).
//   x (n) f32   result (ceil(n / part)) f32 overwritten
// Forms: one invocation a chunk, 8 of them a workgroup; -DGROUP: one workgroup a chunk, with constant 0 its size (a
// power of two). Tested against the CPU reference.
#version 450
#include "norm_args.h"
#ifdef GROUP
layout(local_size_x_id = 0) in;
#include "lib/reduce.glsl"
#define CHUNK group_index()
#define LANE gl_LocalInvocationID.x
#define LANES gl_WorkGroupSize.x
#else
layout(local_size_x = 8) in;
#define CHUNK global_index()
#define LANE 0u
#define LANES 1u
float group_sum(float x) { return x; }
#endif

void main()
{
    uint c = CHUNK;
    if (c >= (args.n + args.part - 1u) / args.part)
        return;
    uint i = c * args.part + LANE, end = min((c + 1u) * args.part, args.n);
    vec4 sum = vec4(0);
    for (; i + 3u * LANES < end; i += 4u * LANES) {
        vec4 x = vec4(args.x.v[i], args.x.v[i + LANES], args.x.v[i + 2u * LANES], args.x.v[i + 3u * LANES]);
        sum = fma(x, x, sum);
    }
    for (; i < end; i += LANES)
        sum.x = fma(args.x.v[i], args.x.v[i], sum.x);
    float total = group_sum((sum.x + sum.y) + (sum.z + sum.w));
    if (LANE == 0u)
        args.result.v[c] = total;
}
