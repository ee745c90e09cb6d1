// matmul_direct: a workgroup is one subgroup and computes a tile of TILE_ROWS x (TILE_COLS * SUBGROUP) outputs in
// registers, TILE_ROWS x TILE_COLS an invocation; no shared memory, no barrier. For processors that pretend to be a
// GPU: there a load costs as much as tens of multiply-adds, and a barrier more. So the lanes load SUBGROUP different
// values of a at once, and each is handed to all lanes by subgroupBroadcast, which is a register operation.
//   c (rows,cols) f32 overwritten, or accumulated in form TN   a f32   w of LOAD's type; see lib/matmul.glsl
// Grid: vk_groups(end - first), of ceil(rows / TILE_ROWS) * col_tiles in all. Loads beyond an edge are clamped to it,
// stores are masked.
// Specialisation: 0 SUBGROUP, the device's subgroup size, a multiple of 4   1 TILE_ROWS   2 TILE_COLS, a multiple of 4
// Limits: with -DPACKED (w is not f32) w's rows are a multiple of 4 elements. The subgroup size must not vary.
// Tested by the cases of src/ops/matmul_cases.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "matmul_args.h"
#include "lib/load.glsl"
#include "lib/matmul.glsl"
layout(constant_id = 0) const uint SUBGROUP = 8;
layout(constant_id = 1) const uint TILE_ROWS = 8;
layout(constant_id = 2) const uint TILE_COLS = 8;
layout(local_size_x_id = 0) in;

#ifdef FORM_TN // lanes lie along the rows of the tile
const uint A_COUNT = (TILE_ROWS + SUBGROUP - 1) / SUBGROUP;
#define A_OF(row, k) subgroupBroadcast(a[(row) / SUBGROUP], (row) % SUBGROUP)
#else // lanes lie along the sum
const uint A_COUNT = TILE_ROWS;
#define A_OF(row, k) subgroupBroadcast(a[row], k)
#endif

float acc[TILE_ROWS][TILE_COLS];
float a[A_COUNT];
float w[TILE_COLS];
uint row0, lane;

// Column j of this lane's tile, from the first of the tile's. Packed types give 4 neighbours for little more than one.
uint column(uint j)
{
#if defined(PACKED) && !defined(FORM_NT)
    return j / 4 * 4 * SUBGROUP + lane * 4 + j % 4;
#else
    return j * SUBGROUP + lane;
#endif
}

// For the terms [k, k + SUBGROUP), or for one term in form TN.
void load_a(uint k)
{
    [[unroll]] for (uint i = 0; i < A_COUNT; i++) {
#ifdef FORM_TN
        a[i] = args.a.v[a_index(min(row0 + i * SUBGROUP + lane, args.rows - 1), k)];
#else
        a[i] = args.a.v[a_index(min(row0 + i, args.rows - 1), min(k + lane, args.sum - 1))];
#endif
    }
}

void load_w(uint columns[TILE_COLS], uint k)
{
#if defined(PACKED) && !defined(FORM_NT)
    [[unroll]] for (uint j = 0; j < TILE_COLS; j += 4) {
        vec4 four = LOAD4(args.w, w_index(columns[j], k));
        [[unroll]] for (uint t = 0; t < 4; t++)
            w[j + t] = four[t];
    }
#else
    [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
        w[j] = LOAD(args.w, w_index(columns[j], k));
#endif
}

void add_term(uint k)
{
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++) {
        float x = A_OF(i, k);
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
            acc[i][j] = fma(x, w[j], acc[i][j]);
    }
}

// All terms of a block of SUBGROUP.
void add_block(uint columns[TILE_COLS], uint k0)
{
#if defined(PACKED) && defined(FORM_NT)
    load_a(k0);
    [[unroll]] for (uint k = 0; k < SUBGROUP; k += 4) {
        vec4 four[TILE_COLS];
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
            four[j] = LOAD4(args.w, w_index(columns[j], k0 + k));
        [[unroll]] for (uint t = 0; t < 4; t++) {
            [[unroll]] for (uint j = 0; j < TILE_COLS; j++)
                w[j] = four[j][t];
            add_term(k + t);
        }
    }
#else
#ifndef FORM_TN
    load_a(k0);
#endif
    [[unroll]] for (uint k = 0; k < SUBGROUP; k++) {
#ifdef FORM_TN
        load_a(k0 + k);
#endif
        load_w(columns, k0 + k);
        add_term(k);
    }
#endif
}

// The rest, [k0, args.sum), one at a time.
void add_rest(uint columns[TILE_COLS], uint k0)
{
#ifndef FORM_TN
    load_a(k0);
#endif
    for (uint k = k0; k < args.sum; k++) {
#ifdef FORM_TN
        load_a(k);
#endif
        load_w(columns, k);
        add_term(k - k0);
    }
}

void main()
{
    // Rows go first: neighbouring workgroups share the columns of w, which stay in the processor's cache.
    uint tile = args.first + group_index(), row_tiles = (args.rows + TILE_ROWS - 1) / TILE_ROWS;
    uint col0 = tile / row_tiles * TILE_COLS * SUBGROUP;
    if (tile >= args.end)
        return;
    row0 = tile % row_tiles * TILE_ROWS;
    lane = gl_SubgroupInvocationID;
    uint columns[TILE_COLS];
    float total[TILE_ROWS][TILE_COLS];
    [[unroll]] for (uint j = 0; j < TILE_COLS; j++) {
#if defined(PACKED) && !defined(FORM_NT) // fours stay together
        columns[j] = min(col0 + column(j), args.cols - 4 + j % 4);
#else
        columns[j] = min(col0 + column(j), args.cols - 1);
#endif
        [[unroll]] for (uint i = 0; i < TILE_ROWS; i++) {
            acc[i][j] = 0;
            total[i][j] = start(min(row0 + i, args.rows - 1), columns[j]);
        }
    }
    for (uint k = 0; k < args.sum;) {
        uint end = min(k + CHUNK, args.sum);
        for (; k + SUBGROUP <= end; k += SUBGROUP)
            add_block(columns, k);
        if (k < end)
            add_rest(columns, k);
        k = end;
        [[unroll]] for (uint i = 0; i < TILE_ROWS; i++) {
            [[unroll]] for (uint j = 0; j < TILE_COLS; j++) {
                total[i][j] += acc[i][j];
                acc[i][j] = 0;
            }
        }
    }
    [[unroll]] for (uint i = 0; i < TILE_ROWS; i++) {
        [[unroll]] for (uint j = 0; j < TILE_COLS; j++) {
            uint col = col0 + column(j);
            if (row0 + i < args.rows && col < args.cols)
                store(row0 + i, col, total[i][j]);
        }
    }
}
