// matmul_thin: form NT for the few rows of decoding, where reading the weight once is all that counts. A workgroup
// computes ROWS x COLS outputs. An invocation has a column and, of LANES neighbouring chunks of the sums
// (lib/matmul.glsl), one: long sums are walked at LANES places at once. Pieces of 16 terms of every chunk go through
// shared memory, while the next ones are already being loaded into registers.
//   c (rows,cols) f32 overwritten   a (rows,sum) f32   w (cols,sum) of LOAD4's type
// Grid: vk_groups(end - first), of ceil(rows / ROWS) * col_tiles in all.
// Specialisation: 0 ROWS, 1 to 8  1 COLS  2 LANES, 1 to 8, COLS * LANES = 64  3 A_ALIGNED and 4 W_ALIGNED, whether rows
// of a and of w are multiples of 4 elements. Shared memory: 5120 + 80 * LANES * ROWS + 256 * ROWS bytes.
// Tested by the cases of src/ops/matmul_cases.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "matmul_args.h"
#include "lib/load.glsl"
#include "lib/matmul.glsl"
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint ROWS = 8;
layout(constant_id = 1) const uint COLS = 16;
layout(constant_id = 2) const uint LANES = 4;
layout(constant_id = 3) const bool A_ALIGNED = true;
layout(constant_id = 4) const bool W_ALIGNED = true;

const uint TERMS = 16, FOURS = TERMS / 4, STRIDE = FOURS + 1; // of a piece; a stride that spreads over the banks
const uint A_FOURS = LANES * ROWS * FOURS, A_STEPS = (A_FOURS + 63) / 64;
const uint OUTPUTS = (ROWS + LANES - 1) / LANES; // of an invocation, when the chunks' sums are joined
shared vec4 shared_w[64 * STRIDE];               // [LANES][COLS]
shared vec4 shared_a[LANES * ROWS * STRIDE];     // [LANES][ROWS]
shared float parts[64 * ROWS];                   // [ROWS][LANES][COLS]

vec4 next_a[A_STEPS], next_w[FOURS];

// The terms of `at` on in each of the chunks from k0 on.
void load(uint row0, uint col0, uint k0, uint at)
{
    [[unroll]] for (uint s = 0; s < FOURS; s++) {
        uint i = gl_LocalInvocationIndex + s * 64, place = i / FOURS;
        next_w[s] = w_four(col0 + place % COLS, k0 + place / COLS * CHUNK + at + i % FOURS * 4, W_ALIGNED);
    }
    [[unroll]] for (uint s = 0; s < A_STEPS; s++) {
        uint i = gl_LocalInvocationIndex + s * 64, place = i / FOURS;
        next_a[s] = a_four(row0 + place % ROWS, k0 + place / ROWS * CHUNK + at + i % FOURS * 4, A_ALIGNED);
    }
}

void to_shared()
{
    [[unroll]] for (uint s = 0; s < FOURS; s++) {
        uint i = gl_LocalInvocationIndex + s * 64;
        shared_w[i / FOURS * STRIDE + i % FOURS] = next_w[s];
    }
    [[unroll]] for (uint s = 0; s < A_STEPS; s++) {
        uint i = gl_LocalInvocationIndex + s * 64;
        if (i < A_FOURS)
            shared_a[i / FOURS * STRIDE + i % FOURS] = next_a[s];
    }
}

void main()
{
    // Rows go first: neighbouring workgroups share the columns of w.
    uint group = args.first + group_index(), row_tiles = (args.rows + ROWS - 1) / ROWS;
    if (group >= args.end) // the same for the whole workgroup
        return;
    uint row0 = group % row_tiles * ROWS, col0 = group / row_tiles * COLS;
    uint me = gl_LocalInvocationIndex, lane = me / COLS, column = me % COLS;
    float total[OUTPUTS], acc[ROWS];
    [[unroll]] for (uint i = 0; i < OUTPUTS; i++)
        total[i] = 0;
    for (uint k0 = 0; k0 < args.sum; k0 += LANES * CHUNK) {
        [[unroll]] for (uint r = 0; r < ROWS; r++)
            acc[r] = 0;
        uint terms = min(CHUNK, args.sum - k0); // of the longest chunk
        load(row0, col0, k0, 0);
        for (uint at = 0; at < terms; at += TERMS) {
            to_shared();
            barrier();
            if (at + TERMS < terms)
                load(row0, col0, k0, at + TERMS);
            [[unroll]] for (uint f = 0; f < FOURS; f++) {
                vec4 w = shared_w[me * STRIDE + f];
                [[unroll]] for (uint r = 0; r < ROWS; r++) {
                    vec4 a = shared_a[(lane * ROWS + r) * STRIDE + f];
                    acc[r] = fma(a.w, w.w, fma(a.z, w.z, fma(a.y, w.y, fma(a.x, w.x, acc[r]))));
                }
            }
            barrier();
        }
        [[unroll]] for (uint r = 0; r < ROWS; r++)
            parts[r * 64 + me] = acc[r];
        barrier();
        [[unroll]] for (uint i = 0; i < OUTPUTS; i++) { // rows lane, lane + LANES, ...
            uint r = min(lane + i * LANES, ROWS - 1);
            [[unroll]] for (uint l = 0; l < LANES; l++) // what is no chunk any more adds 0
                total[i] += parts[r * 64 + l * COLS + column];
        }
        barrier();
    }
    [[unroll]] for (uint i = 0; i < OUTPUTS; i++) {
        uint r = lane + i * LANES;
        if (r < ROWS && row0 + r < args.rows && col0 + column < args.cols)
            store(row0 + r, col0 + column, total[i]);
    }
}
