// matmul_thin: form NT for the few rows of decoding, where reading the weight once is all that counts. A workgroup
// computes ROWS x COLS outputs; its 64 invocations share the terms of each sum, four neighbours at a time, and shared
// memory joins their parts, in the same order for every row and every ROWS.
//   c (rows,cols) f32 overwritten   a (rows,sum) f32   w (cols,sum) of LOAD4's type
// Grid: vk_groups(ceil(rows / ROWS) * col_tiles).
// Specialisation: 0 ROWS, 1 to 8   1 COLS. Shared memory: 256 * (ROWS * COLS + 1) bytes.
// Limits: sum is a multiple of 4. Tested by the cases of src/ops/matmul_cases.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "matmul_args.h"
#include "lib/load.glsl"
#include "lib/matmul.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint ROWS = 8;
layout(constant_id = 1) const uint COLS = 4;

const uint STRIDE = ROWS * COLS + 1;
shared float parts[64 * STRIDE];

#ifdef W_F32
#define LOAD4(w, i) args.w_fours.v[(i) / 4]
#endif

void main()
{
    uint row0 = group_index() / args.col_tiles * ROWS, col0 = group_index() % args.col_tiles * COLS;
    if (row0 >= args.rows) // the same for the whole workgroup
        return;
    uint me = gl_LocalInvocationIndex;
    float acc[ROWS][COLS];
    [[unroll]] for (uint r = 0; r < ROWS; r++)
        [[unroll]] for (uint c = 0; c < COLS; c++)
            acc[r][c] = 0;
    for (uint k = me * 4; k < args.sum; k += 256) {
        vec4 w[COLS];
        [[unroll]] for (uint c = 0; c < COLS; c++)
            w[c] = LOAD4(args.w, w_index(min(col0 + c, args.cols - 1), k));
        [[unroll]] for (uint r = 0; r < ROWS; r++) {
            vec4 a = args.a_fours.v[a_index(min(row0 + r, args.rows - 1), k) / 4];
            [[unroll]] for (uint c = 0; c < COLS; c++)
                acc[r][c] = fma(a.w, w[c].w, fma(a.z, w[c].z, fma(a.y, w[c].y, fma(a.x, w[c].x, acc[r][c]))));
        }
    }
    [[unroll]] for (uint r = 0; r < ROWS; r++)
        [[unroll]] for (uint c = 0; c < COLS; c++)
            parts[me * STRIDE + r * COLS + c] = acc[r][c];
    barrier();
    uint row = row0 + me / COLS, col = col0 + me % COLS;
    if (me < ROWS * COLS && row < args.rows && col < args.cols) {
        float sum = 0;
        for (uint i = 0; i < 64; i++)
            sum += parts[i * STRIDE + me];
        store(row, col, sum);
    }
}
