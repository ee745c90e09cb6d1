// matmul_tiled: 256 invocations compute a tile of GROUP_ROWS x GROUP_COLS outputs, each TILE_ROWS x TILE_COLS of them.
// Pieces of 16 terms of both factors go through shared memory, unpacked to f32 on the way, while the next piece is
// already being loaded into registers.
//   c (rows,cols) f32 overwritten, or accumulated in form TN   a f32   w of LOAD4's type; see lib/matmul.glsl
// Grid: vk_groups(ceil(rows / GROUP_ROWS) * col_tiles).
// Specialisation: 0 GROUP_ROWS  1 GROUP_COLS  2 TILE_ROWS  3 TILE_COLS, multiples of 4, with
// GROUP_ROWS/TILE_ROWS * GROUP_COLS/TILE_COLS = 256. Shared memory: 64 * (GROUP_ROWS + GROUP_COLS + 8) bytes.
// Limits: rows of a and of w are multiples of 4 elements. Tested by the cases of src/ops/matmul_cases.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "matmul_args.h"
#include "lib/load.glsl"
#include "lib/matmul.glsl"
layout(local_size_x = 256) in;
layout(constant_id = 0) const uint GROUP_ROWS = 64;
layout(constant_id = 1) const uint GROUP_COLS = 64;
layout(constant_id = 2) const uint TILE_ROWS = 4;
layout(constant_id = 3) const uint TILE_COLS = 4;

const uint TERMS = 16;
const uint A_FOURS = GROUP_ROWS * TERMS / 4, W_FOURS = GROUP_COLS * TERMS / 4; // vec4 of a piece
const uint A_STEPS = (A_FOURS + 255) / 256, W_STEPS = (W_FOURS + 255) / 256;   // of them an invocation loads
const uint A_STRIDE = GROUP_ROWS + 4, W_STRIDE = GROUP_COLS + 4;               // of a term in shared memory
shared float shared_a[TERMS * A_STRIDE];
shared float shared_w[TERMS * W_STRIDE];

#ifdef W_F32
#define LOAD4(w, i) args.w_fours.v[(i) / 4]
#endif

// Which four elements of a piece a number means, as (position in the tile, term): neighbours in memory.
uvec2 along_terms(uint i)
{
    return uvec2(i / (TERMS / 4), i % (TERMS / 4) * 4);
}
uvec2 along_tile(uint i, uint size)
{
    return uvec2(i % (size / 4) * 4, i / (size / 4));
}

#ifdef FORM_TN
#define A_PLACE(i) along_tile(i, GROUP_ROWS)
#else
#define A_PLACE(i) along_terms(i)
#endif
#ifdef FORM_NT
#define W_PLACE(i) along_terms(i)
#else
#define W_PLACE(i) along_tile(i, GROUP_COLS)
#endif

vec4 next_a[A_STEPS], next_w[W_STEPS];

void load(uint row0, uint col0, uint k0)
{
    [[unroll]] for (uint s = 0; s < A_STEPS; s++) {
        uvec2 p = A_PLACE(gl_LocalInvocationIndex + s * 256) + uvec2(row0, k0);
        next_a[s] = p.x < args.rows && p.y < args.sum ? args.a_fours.v[a_index(p.x, p.y) / 4] : vec4(0);
    }
    [[unroll]] for (uint s = 0; s < W_STEPS; s++) {
        uvec2 p = W_PLACE(gl_LocalInvocationIndex + s * 256) + uvec2(col0, k0);
        next_w[s] = p.x < args.cols && p.y < args.sum ? LOAD4(args.w, w_index(p.x, p.y)) : vec4(0);
    }
}

void to_shared()
{
    [[unroll]] for (uint s = 0; s < A_STEPS; s++) {
        uint i = gl_LocalInvocationIndex + s * 256;
        uvec2 p = A_PLACE(i);
        [[unroll]] for (uint t = 0; t < 4; t++) {
#ifdef FORM_TN
            uint at = p.y * A_STRIDE + p.x + t;
#else
            uint at = (p.y + t) * A_STRIDE + p.x;
#endif
            if (i < A_FOURS)
                shared_a[at] = next_a[s][t];
        }
    }
    [[unroll]] for (uint s = 0; s < W_STEPS; s++) {
        uint i = gl_LocalInvocationIndex + s * 256;
        uvec2 p = W_PLACE(i);
        [[unroll]] for (uint t = 0; t < 4; t++) {
#ifdef FORM_NT
            uint at = (p.y + t) * W_STRIDE + p.x;
#else
            uint at = p.y * W_STRIDE + p.x + t;
#endif
            if (i < W_FOURS)
                shared_w[at] = next_w[s][t];
        }
    }
}

// Row i (column j) of this invocation within the tile: groups of four neighbours, spread over it.
uint row_of(uint i)
{
    return i / 4 * (GROUP_ROWS / TILE_ROWS * 4) + gl_LocalInvocationIndex / (GROUP_COLS / TILE_COLS) * 4 + i % 4;
}
uint col_of(uint j)
{
    return j / 4 * (GROUP_COLS / TILE_COLS * 4) + gl_LocalInvocationIndex % (GROUP_COLS / TILE_COLS) * 4 + j % 4;
}

void main()
{
    uint row0 = group_index() / args.col_tiles * GROUP_ROWS, col0 = group_index() % args.col_tiles * GROUP_COLS;
    if (row0 >= args.rows) // the same for the whole workgroup
        return;
    float acc[TILE_ROWS][TILE_COLS];
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++)
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
            acc[i][j] = 0;
    load(row0, col0, 0);
    for (uint k0 = 0; k0 < args.sum; k0 += TERMS) {
        to_shared();
        barrier();
        if (k0 + TERMS < args.sum)
            load(row0, col0, k0 + TERMS);
        for (uint k = 0; k < TERMS; k++) {
            float a[TILE_ROWS], w[TILE_COLS];
            [[unroll]] for (uint i = 0; i < TILE_ROWS; i++)
                a[i] = shared_a[k * A_STRIDE + row_of(i)];
            [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
                w[j] = shared_w[k * W_STRIDE + col_of(j)];
            [[unroll]] for (uint i = 0; i < TILE_ROWS; i++)
                [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
                    acc[i][j] = fma(a[i], w[j], acc[i][j]);
        }
        barrier();
    }
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++) {
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++) {
            uint row = row0 + row_of(i), col = col0 + col_of(j);
            if (row < args.rows && col < args.cols)
                store(row, col, acc[i][j]);
        }
    }
}
