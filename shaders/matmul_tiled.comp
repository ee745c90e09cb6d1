// matmul_tiled: INVOCATIONS compute a tile of GROUP_ROWS x GROUP_COLS outputs, each TILE_ROWS x TILE_COLS of them.
// Pieces of 16 terms of both factors go through shared memory, unpacked to f32 on the way, while the next piece is
// already being loaded into registers.
//   c (rows,cols) f32 overwritten, or accumulated in form TN   a f32   w of LOAD4's type; see lib/matmul.glsl
// Grid: vk_groups(end - first), of ceil(rows / GROUP_ROWS) * col_tiles in all.
// Specialisation: 0 GROUP_ROWS  1 GROUP_COLS  2 TILE_ROWS  3 TILE_COLS, multiples of 4  4 INVOCATIONS, which is
// GROUP_ROWS/TILE_ROWS * GROUP_COLS/TILE_COLS  5 A_ALIGNED and 6 W_ALIGNED, whether rows of a and of w are multiples of
// 4 elements. Shared memory: 64 * (GROUP_ROWS + GROUP_COLS + 8) bytes. Tested by the cases of src/ops/matmul_cases.c.
// The sums of chunks are added up in c: registers for them would halve the number of workgroups in flight.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "matmul_args.h"
#include "lib/load.glsl"
#include "lib/matmul.glsl"
layout(local_size_x_id = 4) in;
layout(constant_id = 0) const uint GROUP_ROWS = 64;
layout(constant_id = 1) const uint GROUP_COLS = 64;
layout(constant_id = 2) const uint TILE_ROWS = 4;
layout(constant_id = 3) const uint TILE_COLS = 4;
layout(constant_id = 4) const uint INVOCATIONS = 256;
layout(constant_id = 5) const bool A_ALIGNED = true;
layout(constant_id = 6) const bool W_ALIGNED = true;

const uint TERMS = 16;
// Terms of an iteration. GPUs' compilers unroll a small tile's loop anyway; llvmpipe ends an invocation's loops after
// 65535 iterations in all, which 4 make sums of 170,000 terms. A second term of 8 x 8 outputs costs registers.
const uint STEP = TILE_ROWS * TILE_COLS > 16 ? 1 : 4;
const uint A_FOURS = GROUP_ROWS * TERMS / 4, W_FOURS = GROUP_COLS * TERMS / 4; // vec4 of a piece
const uint A_STEPS = (A_FOURS + INVOCATIONS - 1) / INVOCATIONS;                // of them an invocation loads
const uint W_STEPS = (W_FOURS + INVOCATIONS - 1) / INVOCATIONS;
const uint A_STRIDE = GROUP_ROWS + 4, W_STRIDE = GROUP_COLS + 4;               // of a term in shared memory
shared float shared_a[TERMS * A_STRIDE];
shared float shared_w[TERMS * W_STRIDE];

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
        uvec2 p = A_PLACE(gl_LocalInvocationIndex + s * INVOCATIONS) + uvec2(row0, k0);
        next_a[s] = a_four(p.x, p.y, A_ALIGNED);
    }
    [[unroll]] for (uint s = 0; s < W_STEPS; s++) {
        uvec2 p = W_PLACE(gl_LocalInvocationIndex + s * INVOCATIONS) + uvec2(col0, k0);
        next_w[s] = w_four(p.x, p.y, W_ALIGNED);
    }
}

void to_shared()
{
    [[unroll]] for (uint s = 0; s < A_STEPS; s++) {
        uint i = gl_LocalInvocationIndex + s * INVOCATIONS;
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
        uint i = gl_LocalInvocationIndex + s * INVOCATIONS;
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

float acc[TILE_ROWS][TILE_COLS];

void add_term(uint k)
{
    float a[TILE_ROWS], w[TILE_COLS];
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++)
        a[i] = shared_a[k * A_STRIDE + row_of(i)];
    [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
        w[j] = shared_w[k * W_STRIDE + col_of(j)];
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++)
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
            acc[i][j] = fma(a[i], w[j], acc[i][j]);
}

// The terms of a piece that lies in shared memory.
void add_piece()
{
    for (uint k = 0; k < TERMS; k += STEP)
        [[unroll]] for (uint t = 0; t < STEP; t++)
            add_term(k + t);
}

// Adds the sums of a chunk to those before it and begins the next ones.
void end_chunk(uint row0, uint col0, bool first)
{
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++) {
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++) {
            uint row = row0 + row_of(i), col = col0 + col_of(j);
            if (row < args.rows && col < args.cols)
                store(row, col, (first ? start(row, col) : args.c.v[row * args.cols + col]) + acc[i][j]);
            acc[i][j] = 0;
        }
    }
}

void main()
{
    uint group = args.first + group_index();
    uint row0 = group / args.col_tiles * GROUP_ROWS, col0 = group % args.col_tiles * GROUP_COLS;
    if (group >= args.end) // the same for the whole workgroup
        return;
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++)
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
            acc[i][j] = 0;
    load(row0, col0, 0);
    for (uint k0 = 0; k0 < args.sum; k0 += CHUNK) {
        uint end = min(k0 + CHUNK, args.sum);
        for (uint k = k0; k < end; k += TERMS) {
            to_shared();
            barrier();
            if (k + TERMS < args.sum)
                load(row0, col0, k + TERMS);
            add_piece();
            barrier();
        }
        end_chunk(row0, col0, k0 == 0);
    }
}
