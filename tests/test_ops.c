// Every op's cases: the CPU in float and the Vulkan device against the CPU in double, and gradient rules against
// differences.
#include "test.h"

#include "base/rng.h"
#include "graph/plan.h"
#include "ops/check.h"
#include "ops/matmul.h"
#include "ops/ops.h"
#include "vk/vk.h"

static void run_all(struct device *d)
{
    for (int i = 0; ops_all[i]; i++)
        for (int j = 0; j < ops_all[i]->case_count; j++) {
            struct err err = {0};
            struct op_check r;
            EXPECT(op_check_run(d, ops_all[i], &ops_all[i]->cases[j], &r, &err), "%s", err.text);
            EXPECT(err.text[0] || r.ok, "%s, %s: %s", r.op, r.label, r.why);
        }
}

TEST(ops, cpu_float)
{
    struct err err = {0};
    struct device d;
    EXPECT(device_open(&d, "cpu", &err), "%s", err.text);
    run_all(&d);
    device_close(&d);
}

TEST(ops, gradients_against_differences)
{
    for (int i = 0; ops_all[i]; i++)
        for (int j = 0; j < ops_all[i]->case_count; j++) {
            const struct op_case *c = &ops_all[i]->cases[j];
            if (c->bench) // sizes that the float and device checks cover; differences need three runs a leaf
                continue;
            struct err err = {0};
            struct op_check r;
            EXPECT(op_check_gradient(ops_all[i], c, &r, &err), "%s", err.text);
            EXPECT(err.text[0] || r.ok, "%s, %s: %s", r.op, r.label, r.why);
        }
}

TEST(ops, vulkan)
{
    struct err err = {0};
    struct device d;
    if (!device_open(&d, test_device(), &err)) {
        test_skip("%s", err.text);
        return;
    }
    run_all(&d);
    device_close(&d);
}

// The last `rows` rows of x (ROWS,k) times w (O,k)^T, by a kernel form, to y.
enum { ROWS = 1024, O = 50, WIDEST = 1120 };
static void product(struct device *d, enum dtype dtype, enum matmul_variant variant, int rows, int k, const float *x,
                    const float *w, float *y)
{
    struct err err = {0};
    struct arena arena = {0};
    struct graph g;
    graph_init(&g, &arena);
    struct tensor *tx = graph_input(&g, DTYPE_F32, "x", rows, k);
    struct tensor *tw = tensor_new(&arena, TENSOR_WEIGHT, dtype, "w", O, k, 0, 0);
    struct tensor *ty = matmul_build(&g, tx, tw, (struct matmul_params){.variant = variant});
    graph_keep(ty);
    graph_plan(&g, d, true, 0);
    struct space in, work;
    space_init(&in, d, "in");
    space_init(&work, d, "work");
    space_place(&in, tx);
    space_place(&in, tw);
    space_reserve(&work, &g.blocks);
    struct program p = {0};
    bool ok = space_commit(&in, &err) && space_commit(&work, &err);
    space_bind(&in, tw);
    ok = ok && program_init(&p, d, &g, &in, &work, &err) && tensor_write(tx, x + (ROWS - rows) * k, &err) &&
         tensor_write(tw, w, &err) && program_run(&p, &err) && tensor_read(ty, y, &err);
    EXPECT(ok, "%s", err.text);
    program_finish(&p);
    space_finish(&in);
    space_finish(&work);
    arena_finish(&arena);
}

// A row of a product is the same whichever rows stand beside it, and whichever kernel makes it: rollouts depend on
// neither slots nor batches, and the trainer sees what the sampler saw. Sums of several chunks
// (shaders/lib/matmul.glsl).
static void rows_alone(enum device_kind kind, enum dtype dtype, int k)
{
    static const int counts[] = {ROWS, 65, 64, 29, 9, 8, 7, 2, 1};
    static float x[ROWS * WIDEST], w[O * WIDEST], all[ROWS * O], y[ROWS * O];
    struct err err = {0};
    struct device d;
    if (!device_open(&d, kind == DEVICE_CPU ? "cpu" : test_device(), &err)) {
        test_skip("%s", err.text);
        return;
    }
    for (int i = 0; i < ROWS * k; i++)
        x[i] = (float)rng_normal(1, RNG_TEST, 0, (uint32_t)i);
    for (int i = 0; i < O * k; i++)
        w[i] = (float)rng_normal(1, RNG_TEST, 1, (uint32_t)i);
    int variants = kind == DEVICE_CPU ? MATMUL_PLAIN : MATMUL_THIN + 1;
    product(&d, dtype, MATMUL_AUTO, ROWS, k, x, w, all);
    for (int v = MATMUL_AUTO; v < variants; v++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            int rows = counts[i];
            if (v != MATMUL_AUTO && rows > 65)
                continue;
            product(&d, dtype, (enum matmul_variant)v, rows, k, x, w, y);
            EXPECT(memcmp(y, all + (ROWS - rows) * O, sizeof(float) * (size_t)(rows * O)) == 0,
                   "%s weights, %d terms, variant %d: %d rows alone differ from the same rows among %d",
                   dtype_name(dtype), k, v, rows, ROWS);
        }
    device_close(&d);
}

TEST(ops, matmul_rows_stand_alone)
{
    static const enum dtype types[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16, DTYPE_Q8_0, DTYPE_Q4_0, DTYPE_Q4_1};
    const enum device_kind kinds[] = {DEVICE_CPU, DEVICE_VULKAN};
    for (int i = 0; i < 2; i++) {
        for (size_t t = 0; t < sizeof types / sizeof *types; t++)
            rows_alone(kinds[i], types[t], WIDEST); // a multiple of 32, as quantised rows are
        rows_alone(kinds[i], DTYPE_F32, 1091);
        rows_alone(kinds[i], DTYPE_BF16, 523);
    }
}

// Which of matmul's kernels a device gets. Columns: form, type, N or O rows, columns, terms.
TEST(ops, matmul_kernel_of_a_device)
{
    const struct vk_info gpu = {.kind = "discrete",
                                .subgroup_size = 32,
                                .subgroup_min = 32,
                                .subgroup_max = 32,
                                .subgroup_ballot = true,
                                .max_invocations = 256,
                                .max_group_size = {256, 256, 64},
                                .shared_bytes = 32 << 10};
    struct vk_info processor = gpu, pretending, tiny = gpu;
    processor.kind = "cpu-vulkan";
    processor.subgroup_size = processor.subgroup_min = processor.subgroup_max = 8;
    pretending = processor;
    pretending.pretends = "discrete";
    tiny.shared_bytes = 16 << 10;
    const struct {
        const struct vk_info *device;
        struct matmul_shape shape;
        enum matmul_variant wanted, expected;
        const char *kernel;
        uint32_t rows;
    } table[] = {
        {&gpu, {MATMUL_NT, DTYPE_BF16, 512, 49152, 576}, MATMUL_AUTO, MATMUL_TILED_128, "matmul_tiled_nt_bf16", 128},
        {&tiny, {MATMUL_NT, DTYPE_BF16, 512, 49152, 576}, MATMUL_AUTO, MATMUL_TILED_64, "matmul_tiled_nt_bf16", 64},
        {&gpu, {MATMUL_NN, DTYPE_F32, 512, 576, 1536}, MATMUL_AUTO, MATMUL_TILED_64, "matmul_tiled_nn_f32", 64},
        {&gpu, {MATMUL_TN, DTYPE_F32, 1536, 576, 500}, MATMUL_AUTO, MATMUL_TILED_64, "matmul_tiled_tn_f32", 64},
        {&gpu, {MATMUL_NT, DTYPE_Q8_0, 32, 576, 576}, MATMUL_AUTO, MATMUL_THIN, "matmul_thin_nt_q8_0", 8},
        {&gpu, {MATMUL_NN, DTYPE_Q8_0, 32, 576, 576}, MATMUL_AUTO, MATMUL_TILED_32, "matmul_tiled_nn_q8_0", 32},
        {&gpu, {MATMUL_NT, DTYPE_Q4_1, 3, 576, 576}, MATMUL_AUTO, MATMUL_THIN, "matmul_thin_nt_q4_1", 4},
        {&gpu, {MATMUL_NT, DTYPE_F32, 512, 49152, 577}, MATMUL_AUTO, MATMUL_TILED_64, "matmul_tiled_nt_f32", 64},
        {&gpu, {MATMUL_NT, DTYPE_F32, 512, 576, 576}, MATMUL_DIRECT, MATMUL_TILED_64, "matmul_tiled_nt_f32", 64},
        {&gpu, {MATMUL_NT, DTYPE_F32, 512, 576, 576}, MATMUL_PLAIN, MATMUL_PLAIN, "matmul_plain_nt_f32", 1},
        {&processor, {MATMUL_NT, DTYPE_F32, 1, 577, 577}, MATMUL_AUTO, MATMUL_DIRECT, "matmul_direct_nt_f32", 1},
        {&processor, {MATMUL_NT, DTYPE_F16, 9, 577, 577}, MATMUL_AUTO, MATMUL_PLAIN, "matmul_plain_nt_f16", 1},
        {&processor, {MATMUL_NN, DTYPE_Q4_0, 512, 576, 1536}, MATMUL_AUTO, MATMUL_DIRECT, "matmul_direct_nn_q4_0", 8},
        {&pretending, {MATMUL_NT, DTYPE_F32, 512, 576, 576}, MATMUL_AUTO, MATMUL_TILED_64, "matmul_tiled_nt_f32", 64},
        {&processor,
         {MATMUL_NN, DTYPE_Q4_0, 512, 576, 1536},
         MATMUL_TILED_64,
         MATMUL_TILED_64,
         "matmul_tiled_nn_q4_0",
         64},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct matmul_kernel k;
        enum matmul_variant v = matmul_choose(table[i].device, &table[i].shape, table[i].wanted, &k);
        EXPECT(v == table[i].expected && strcmp(k.name, table[i].kernel) == 0 && k.tile_rows == table[i].rows,
               "row %zu: variant %d, %s, %u rows", i, (int)v, k.name, k.tile_rows);
        EXPECT(vk_kernel_exists(k.name), "row %zu: no kernel %s", i, k.name);
    }
}

// No product of a real model falls to one output an invocation or runs long in one dispatch, on small devices either.
TEST(ops, matmul_dispatches_are_short)
{
    static const uint32_t widths[][2] = {{896, 4864}, {1536, 8960}, {2048, 11008}}; // Qwen2.5-0.5B, 1.5B, 3B
    static const uint32_t vocabularies[] = {32000, 32003, 50257, 151936}, rows[] = {1, 8, 32, 64, 128, 2048, 16384};
    for (int invocations = 128; invocations <= 256; invocations *= 2)
        for (size_t m = 0; m < 3; m++)
            for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
                for (size_t v = 0; v < 5; v++) {
                    struct vk_info gpu = {.kind = "integrated",
                                          .max_invocations = (uint32_t)invocations,
                                          .max_group_size = {(uint32_t)invocations, 128, 64},
                                          .shared_bytes = 16 << 10};
                    uint32_t D = widths[m][0], N = rows[r], V = v < 4 ? vocabularies[v] : widths[m][1];
                    const struct matmul_shape shapes[] = {{MATMUL_NT, DTYPE_BF16, N, V, D},
                                                          {MATMUL_NN, DTYPE_BF16, N, D, V},
                                                          {MATMUL_TN, DTYPE_F32, V, D, N}};
                    for (int f = 0; f < 3; f++) {
                        struct matmul_kernel k;
                        enum matmul_variant chosen = matmul_choose(&gpu, &shapes[f], MATMUL_AUTO, &k);
                        double flops = 2.0 * k.tile_rows * k.tile_cols * shapes[f].sum * k.most_groups;
                        EXPECT(chosen != MATMUL_PLAIN && flops <= 0.2 * 50e9 && k.most_groups >= 1,
                               "form %d, %u x %u x %u: %s, %.0f ms at 50 GFLOP/s", f, shapes[f].rows, shapes[f].cols,
                               shapes[f].sum, k.name, flops / 50e6);
                    }
                }
}
