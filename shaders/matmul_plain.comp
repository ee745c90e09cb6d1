// matmul_plain: one output an invocation; for the forms see lib/matmul.glsl. Runs on any device and any shape with
// fewer than 2^32 elements a matrix (on llvmpipe sums of a million terms at most).
//   c (rows,cols) f32 overwritten, or accumulated in form TN   a f32   w of LOAD's type
// Grid: vk_groups(end - first), of ceil(rows*cols / 64) in all. Tested by the cases of src/ops/matmul_cases.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "matmul_args.h"
#include "lib/load.glsl"
#include "lib/matmul.glsl"
layout(local_size_x = 64) in;
const uint TERMS = 16; // of an iteration: llvmpipe ends an invocation's loops after 65535 iterations in all

void main()
{
    uint group = args.first + group_index(), i = group * 64 + gl_LocalInvocationIndex;
    if (group >= args.end || i >= args.rows * args.cols)
        return;
    uint row = i / args.cols, col = i % args.cols;
    float total = start(row, col);
    uint k = 0;
    while (k < args.sum) {
        float sum = 0;
        uint end = min(k + CHUNK, args.sum);
        for (; k + TERMS <= end; k += TERMS) {
            [[unroll]] for (uint t = 0; t < TERMS; t++)
                sum = fma(args.a.v[a_index(row, k + t)], LOAD(args.w, w_index(col, k + t)), sum);
        }
        for (; k < end; k++)
            sum = fma(args.a.v[a_index(row, k)], LOAD(args.w, w_index(col, k)), sum);
        total += sum;
    }
    store(row, col, total);
}
