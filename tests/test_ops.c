// Every op's cases: the CPU in float and the Vulkan device against the CPU in double, and gradient rules against
// differences.
#include "test.h"

#include "base/rng.h"
#include "ops/check.h"
#include "ops/ops.h"

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

// A row of a product is the same whichever rows stand beside it: rollouts depend on neither slots nor batches.
static void rows_alone(enum device_kind kind, enum dtype dtype)
{
    enum { ROWS = 29, O = 50, WIDEST = 1120 };
    struct err err = {0};
    struct device d;
    if (!device_open(&d, kind == DEVICE_CPU ? "cpu" : test_device(), &err)) {
        test_skip("%s", err.text);
        return;
    }
    static float x[ROWS * WIDEST], w[O * WIDEST], y[ROWS][ROWS * O];
    int k = dtype == DTYPE_F32 ? 1091 : WIDEST; // both beyond the pieces that sums are cut into
    for (int i = 0; i < ROWS * k; i++)
        x[i] = (float)rng_normal(1, RNG_TEST, 0, (uint32_t)i);
    for (int i = 0; i < O * k; i++)
        w[i] = (float)rng_normal(1, RNG_TEST, 1, (uint32_t)i);
    for (int rows = ROWS; rows >= 1; rows -= rows > 9 ? 5 : 1) {
        struct arena arena = {0};
        struct graph g;
        graph_init(&g, &arena);
        struct tensor *tx = graph_input(&g, DTYPE_F32, "x", rows, k);
        struct tensor *tw = tensor_new(&arena, TENSOR_WEIGHT, dtype, "w", O, k, 0, 0);
        struct tensor *ty = op_matmul(&g, tx, tw);
        graph_keep(ty);
        graph_plan(&g, 0, 4, true, 0);
        struct space in, work;
        space_init(&in, &d, "in");
        space_init(&work, &d, "work");
        space_place(&in, tx);
        space_place(&in, tw);
        space_reserve(&work, g.work_bytes);
        struct program p = {0};
        bool ok = space_commit(&in, &err) && space_commit(&work, &err);
        space_bind(&in, tw);
        ok = ok && program_init(&p, &d, &g, &in, &work, &err) && tensor_write(tx, x + (ROWS - rows) * k, &err) &&
             tensor_write(tw, w, &err) && program_run(&p, &err) && tensor_read(ty, y[rows - 1], &err);
        EXPECT(ok, "%s", err.text); // the last `rows` rows, so that each stands at another place
        EXPECT(memcmp(y[rows - 1], y[ROWS - 1] + (ROWS - rows) * O, sizeof(float) * (size_t)(rows * O)) == 0,
               "%s weights: %d rows alone differ from the same rows among %d", dtype_name(dtype), rows, ROWS);
        program_finish(&p);
        space_finish(&in);
        space_finish(&work);
        arena_finish(&arena);
    }
    device_close(&d);
}

TEST(ops, matmul_rows_stand_alone)
{
    const enum device_kind kinds[] = {DEVICE_CPU, DEVICE_VULKAN};
    for (int i = 0; i < 2; i++) {
        rows_alone(kinds[i], DTYPE_F32);
        rows_alone(kinds[i], DTYPE_BF16);
        rows_alone(kinds[i], DTYPE_Q8_0);
    }
}
