// The table of the op matmul, and its check and benchmark cases: every form, weight type and variant, at sizes around
// the tiles' edges.
#include "ops/matmul.h"
#include "ops/ops.h"

#ifndef OPS_DOUBLE // the host part alone

// dims: N, O, K, variant, workgroups of a dispatch (0: as many as it takes). The backward pass runs NN (sums of O
// terms) and TN (sums of N terms).
static struct tensor *build(struct graph *g, const struct op_case *c)
{
    struct tensor *x = case_input(g, "x", c->dims[0], c->dims[2]);
    struct matmul_params how = {.variant = (enum matmul_variant)c->dims[3], .most_groups = (uint32_t)c->dims[4]};
    return matmul_build(g, x, case_weight(g, c, "w", c->dims[1], c->dims[2]), how);
}

#define LONGEST(a, b, c) ((a) > (b) && (a) > (c) ? (a) : (b) > (c) ? (b) : (c))
#define CASE(label_, n_, o_, k_, variant_, ...)                                                                        \
    {                                                                                                                  \
        .label = label_, .dims = {n_, o_, k_, MATMUL_##variant_}, .reduction = LONGEST(n_, o_, k_), .build = build,    \
        __VA_ARGS__                                                                                                    \
    }
// All types of weights, rows of whole blocks.
#define TYPES(label, n, o, k, variant)                                                                                 \
    CASE(label " f32", n, o, k, variant), CASE(label " f16", n, o, k, variant, .dtype = DTYPE_F16),                    \
        CASE(label " bf16", n, o, k, variant, .dtype = DTYPE_BF16),                                                    \
        CASE(label " q8_0", n, o, k, variant, .dtype = DTYPE_Q8_0),                                                    \
        CASE(label " q4_0", n, o, k, variant, .dtype = DTYPE_Q4_0),                                                    \
        CASE(label " q4_1", n, o, k, variant, .dtype = DTYPE_Q4_1)
#define EACH(label, variant)                                                                                           \
    CASE(label " one", 1, 1, 1, variant), CASE(label " primes", 13, 31, 67, variant),                                  \
        CASE(label " below a tile", 7, 63, 31, variant), CASE(label " a tile", 8, 64, 32, variant),                    \
        CASE(label " above a tile", 9, 65, 33, variant), CASE(label " one row", 1, 131, 50, variant),                  \
        CASE(label " one column", 130, 1, 17, variant), CASE(label " one term", 19, 66, 1, variant),                   \
        CASE(label " over 65535 rows", 65541, 3, 5, variant), CASE(label " over 65535 columns", 3, 65541, 4, variant), \
        CASE(label " small values", 10, 70, 140, variant, .magnitude = 1e-4),                                          \
        CASE(label " large values", 10, 70, 140, variant, .magnitude = 6e4),                                           \
        TYPES(label " blocks", 11, 37, 96, variant), TYPES(label " one row, blocks", 1, 32, 64, variant),              \
        CASE(label " odd rows f16", 9, 35, 37, variant, .dtype = DTYPE_F16),                                           \
        CASE(label " odd rows bf16", 9, 35, 38, variant, .dtype = DTYPE_BF16),                                         \
        CASE(label " small values f16", 9, 36, 36, variant, .dtype = DTYPE_F16, .magnitude = 1e-4),                    \
        CASE(label " large values bf16", 9, 36, 36, variant, .dtype = DTYPE_BF16, .magnitude = 6e4)

// Forms for GPUs: around the tiles' edges, rows of fours and others, sums of one chunk and of several.
#define TILED(label, variant)                                                                                          \
    CASE(label " one", 1, 1, 1, variant), CASE(label " one four", 4, 4, 4, variant),                                   \
        CASE(label " below a tile", 28, 124, 12, variant), CASE(label " above a tile", 132, 132, 20, variant),         \
        CASE(label " odd rows", 37, 68, 52, variant), CASE(label " primes", 37, 67, 523, variant),                     \
        CASE(label " 33 pieces", 9, 11, 516, variant), CASE(label " chunks", 5, 260, 1030, variant),                   \
        CASE(label " odd rows f16", 9, 35, 37, variant, .dtype = DTYPE_F16),                                           \
        CASE(label " odd rows bf16", 9, 35, 270, variant, .dtype = DTYPE_BF16),                                        \
        TYPES(label " blocks", 9, 36, 96, variant)
// In several dispatches.
#define PARTS(label_, variant_, parts_)                                                                                \
    {                                                                                                                  \
        .label = label_, .dims = {67, 259, 261, MATMUL_##variant_, parts_}, .reduction = 261, .build = build           \
    }

static const struct op_case matmul_cases[] = {
    EACH("auto", AUTO),
    EACH("plain", PLAIN),
    TILED("tiles of 128", TILED_128),
    TILED("tiles of 64", TILED_64),
    TILED("tiles of 32", TILED_32),
    TILED("tiles of 64 x 32", TILED_SMALL),
    TILED("thin", THIN),
    TYPES("thin", 8, 34, 352, THIN),
    CASE("thin, 8 lanes", 3, 17, 2049, THIN),
    CASE("thin, 17 chunks", 2, 9, 4100, THIN),
    PARTS("parts of plain", PLAIN, 100),
    PARTS("parts of direct", DIRECT, 3),
    PARTS("parts of tiles", TILED_64, 2),
    PARTS("parts of thin", THIN, 7),
    CASE("thin, one row", 1, 7, 1028, THIN),
    CASE("thin, three rows", 3, 1, 4, THIN),
    CASE("thin, eleven rows", 11, 5, 260, THIN),
    // SmolLM2-135M: attention's output, the feed-forward layers; and the shapes of the project's floor of speed.
    CASE("576 wide", 29, 576, 576, AUTO),
    CASE("n=1", 1, 768, 768, AUTO, .bench = true),
    CASE("n=8", 8, 768, 768, AUTO, .bench = true),
    CASE("n=32", 32, 768, 768, AUTO, .bench = true),
    CASE("768^3", 768, 768, 768, AUTO, .bench = true),
    CASE("768^3 bf16", 768, 768, 768, AUTO, .bench = true, .dtype = DTYPE_BF16),
    CASE("n=8 f16", 8, 768, 768, AUTO, .bench = true, .dtype = DTYPE_F16),
    CASE("n=8 q8_0", 8, 768, 768, AUTO, .bench = true, .dtype = DTYPE_Q8_0),
    CASE("n=32 q4_0", 32, 768, 768, AUTO, .bench = true, .dtype = DTYPE_Q4_0),
    CASE("SmolLM2 gate, n=128", 128, 1536, 576, AUTO, .bench = true),
    CASE("SmolLM2 down, n=128", 128, 576, 1536, AUTO, .bench = true),
};

OP_DEFINE(matmul) = {
    .name = "matmul",
    OP_CPU_FUNCTIONS(matmul),
    .vulkan = matmul_vulkan,
    .gradient = matmul_gradient,
    .cost = matmul_cost,
    .cases = matmul_cases,
    .case_count = sizeof matmul_cases / sizeof *matmul_cases,
    .tolerance = 4, // one sum; its error grows with the square root of its length for random values
};
#endif
