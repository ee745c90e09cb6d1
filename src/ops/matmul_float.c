// Matrix products of the CPU executor in float. Own code instead of CBLAS, because a row's result must not depend on
// the other rows (OpenBLAS sums rows beyond a multiple of 12 or so in another order, so a rollout would depend on which
// slot it ran in), and because decoding multiplies few rows: OpenBLAS repacks the whole weight first
// (docs/perf-log.md).
#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/arena.h"
#include "graph/device.h"
#include "ops/matmul.h"

#ifndef OPS_DOUBLE
struct matmul_block {
    const float *x, *w;
    float *y;
    int64_t rows, cols, k;
    int64_t x_stride, w_stride, y_stride;
    bool add; // y += instead of y =
};

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

// MULTIPLY_ADD(a, b, c) = a * b + c. Where it is fused it is written as the instruction: a compiler that may contract
// fuses some of the products of a tile and leaves others (gcc 14), and then a row's bits depend on its place. Plain is
// never fused: -ffp-contract=off.
#define LANES     4
#define TILE_ROWS 4
#define TILE_COLS 2
#define TARGET
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define NAME(x)               plain_##x
#include "ops/matmul_tile.h"
#ifdef __x86_64__
#define LANES                 8
#define TILE_ROWS             4
#define TILE_COLS             3
#define TARGET                __attribute__((target("avx2,fma")))
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define NAME(x)               avx2_##x
#include "ops/matmul_tile.h"
#define LANES                 16
#define TILE_ROWS             8
#define TILE_COLS             3
#define TARGET                __attribute__((target("avx512f,avx512vl,avx2,fma")))
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define NAME(x)               avx512_##x
#include "ops/matmul_tile.h"
#endif

typedef void block_function(struct matmul_block m);

static block_function *block_of_processor(void)
{
#ifdef __x86_64__
    static block_function *const blocks[CPU_SETS] = {plain_block, avx2_block, avx512_block};
    return blocks[device_cpu_set()];
#else
    return plain_block;
#endif
}

// Sums are cut into pieces of TERMS, products into blocks of BLOCK columns; a packed piece of a block fits a core's
// second-level cache beside ROWS rows of the other factor.
enum { TERMS = 1024, BLOCK = 48, ROWS = 64 };
// Multiply-adds from which a second thread pays: some 20 microseconds of one core.
static const double WORTH_THREADS = 1e6;
static _Thread_local float packed_x[BLOCK * TERMS], packed_w[BLOCK * TERMS];

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// to[c][s] = from[s][c], from's rows `stride` long, to's rows `terms`.
static void transpose(const float *from, int64_t stride, int64_t terms, int64_t cols, float *to)
{
    for (int64_t s0 = 0; s0 < terms; s0 += 16)
        for (int64_t c = 0; c < cols; c++)
            for (int64_t s = s0, end = least(s0 + 16, terms); s < end; s++)
                to[c * terms + s] = from[s * stride + c];
}

// Columns [c0, c0 + cols) of the product need these terms of w, one row each: rows of w in form NT, columns else.
static void pack_w(enum matmul_form form, const struct tensor *w, int64_t c0, int64_t cols, int64_t s0, int64_t terms,
                   float *to)
{
    const void *values = (const void *)(uintptr_t)w->address;
    uint64_t width = (uint64_t)tensor_cols(w);
    if (form == MATMUL_NT) {
        for (int64_t c = 0; c < cols; c++)
            dtype_to_f32(w->dtype, values, (uint64_t)(c0 + c) * width + (uint64_t)s0, (uint64_t)terms, to + c * terms);
    } else if (w->dtype == DTYPE_F32) {
        transpose((const float *)values + (uint64_t)s0 * width + c0, (int64_t)width, terms, cols, to);
    } else {
        float rows[16 * BLOCK];
        for (int64_t s = 0; s < terms; s += 16) {
            int64_t n = least(16, terms - s);
            for (int64_t i = 0; i < n; i++)
                dtype_to_f32(w->dtype, values, (uint64_t)(s0 + s + i) * width + (uint64_t)c0, (uint64_t)cols,
                             rows + i * cols);
            for (int64_t c = 0; c < cols; c++)
                for (int64_t i = 0; i < n; i++)
                    to[c * terms + s + i] = rows[i * cols + c];
        }
    }
}

// NT and NN: every task owns a block of columns, packs its part of w and goes over all rows.
static void by_columns(enum matmul_form form, const struct tensor *a, const struct tensor *w, const struct tensor *c)
{
    block_function *block = block_of_processor();
    int64_t rows = tensor_rows(c), cols = tensor_cols(c), sum = tensor_cols(a);
    const float *av = cpu_real(a);
    bool direct = form == MATMUL_NT && w->dtype == DTYPE_F32;
#pragma omp parallel for schedule(dynamic, 1) if ((double)rows * (double)cols * (double)sum > WORTH_THREADS)
    for (int64_t c0 = 0; c0 < cols; c0 += BLOCK) {
        int64_t width = least(BLOCK, cols - c0);
        for (int64_t s0 = 0; s0 < sum; s0 += TERMS) {
            int64_t terms = least(TERMS, sum - s0);
            struct matmul_block m = {.cols = width, .k = terms, .x_stride = sum, .y_stride = cols, .add = s0 > 0};
            if (!direct)
                pack_w(form, w, c0, width, s0, terms, packed_w);
            m.w = direct ? cpu_real(w) + c0 * sum + s0 : packed_w;
            m.w_stride = direct ? sum : terms;
            for (int64_t r0 = 0; r0 < rows; r0 += ROWS) {
                m.rows = least(ROWS, rows - r0);
                m.x = av + r0 * sum + s0;
                m.y = cpu_real(c) + r0 * cols + c0;
                block(m);
            }
        }
    }
}

// TN: w's columns are packed once for all; then every task owns a block of rows and packs its part of a.
static void by_rows(const struct tensor *a, const struct tensor *w, const struct tensor *c)
{
    block_function *block = block_of_processor();
    int64_t rows = tensor_rows(c), cols = tensor_cols(c), sum = tensor_rows(a);
    float *packed = block_alloc(sizeof *packed * (size_t)(cols * least(TERMS, sum)));
    check(packed, "no memory to multiply %s with", c->name);
    bool threads = (double)rows * (double)cols * (double)sum > WORTH_THREADS;
    for (int64_t s0 = 0; s0 < sum; s0 += TERMS) {
        int64_t terms = least(TERMS, sum - s0);
#pragma omp parallel for schedule(dynamic, 1) if (threads)
        for (int64_t c0 = 0; c0 < cols; c0 += BLOCK)
            pack_w(MATMUL_TN, w, c0, least(BLOCK, cols - c0), s0, terms, packed + c0 * terms);
#pragma omp parallel for schedule(dynamic, 1) if (threads)
        for (int64_t r0 = 0; r0 < rows; r0 += BLOCK) {
            struct matmul_block m = {.rows = least(BLOCK, rows - r0),
                                     .k = terms,
                                     .x = packed_x,
                                     .x_stride = terms,
                                     .w_stride = terms,
                                     .y_stride = cols,
                                     .add = true};
            transpose(cpu_real(a) + s0 * rows + r0, rows, terms, m.rows, packed_x);
            for (int64_t c0 = 0; c0 < cols; c0 += BLOCK) {
                m.cols = least(BLOCK, cols - c0);
                m.w = packed + c0 * terms;
                m.y = cpu_real(c) + r0 * cols + c0;
                block(m);
            }
        }
    }
    block_free(packed);
}

void matmul_float(enum matmul_form form, const struct tensor *a, const struct tensor *w, const struct tensor *c)
{
    if (form == MATMUL_TN)
        by_rows(a, w, c);
    else
        by_columns(form, a, w, c);
}
#endif
