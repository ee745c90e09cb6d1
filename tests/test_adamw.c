// Norm, clipping and AdamW against torch (tools/golden_adamw.py): 20 steps of two parameters.
#include "op_run.h"

#include "base/json.h"

enum { PARAMETERS = 2, LARGEST = 16 };

struct optimizer {
    struct op_run r;
    struct tensor *w[PARAMETERS], *master[PARAMETERS], *grad[PARAMETERS], *hyper, *clip;
    int sizes[PARAMETERS];
};

static bool optimizer_begin(struct optimizer *o, const char *which, enum dtype dtype, bool decay)
{
    static const int sizes[PARAMETERS] = {13, 7};
    *o = (struct optimizer){0};
    if (!op_run_begin(&o->r, which))
        return false;
    struct graph *g = &o->r.g;
    struct tensor *partials = graph_activation(g, "partials", PARAMETERS, 1);
    o->hyper = graph_input(g, DTYPE_F32, "hyper", 1, HYPER_SIZE);
    for (int p = 0; p < PARAMETERS; p++) {
        o->sizes[p] = sizes[p];
        o->grad[p] = op_run_state(&o->r, DTYPE_F32, "grad", 1, sizes[p]);
        op_norm_partial(g, o->grad[p], graph_view(g, partials, p, 1));
    }
    o->clip = op_clip(g, partials, o->hyper);
    graph_keep(o->clip);
    for (int p = 0; p < PARAMETERS; p++) {
        o->w[p] = op_run_state(&o->r, dtype, "w", 1, sizes[p]);
        o->master[p] = dtype == DTYPE_F32 ? NULL : op_run_state(&o->r, DTYPE_F32, "master", 1, sizes[p]);
        struct tensor *m = op_run_state(&o->r, DTYPE_F32, "m", 1, sizes[p]),
                      *v = op_run_state(&o->r, DTYPE_F32, "v", 1, sizes[p]);
        op_adamw(g, o->w[p], o->master[p], o->grad[p], m, v, o->hyper, o->clip, decay);
    }
    op_run_end(&o->r);
    float values[LARGEST];
    for (int p = 0; p < PARAMETERS; p++) {
        for (int i = 0; i < sizes[p]; i++)
            values[i] = (float)cos(0.11 * i + 0.5 * p);
        op_run_write(o->w[p], values);
        if (o->master[p])
            op_run_write(o->master[p], values);
    }
    return true;
}

static void optimizer_step(struct optimizer *o, const struct json *c, int step)
{
    double beta1 = json_number(json_get(c, "beta1"), NAN), beta2 = json_number(json_get(c, "beta2"), NAN);
    float grad[LARGEST],
        hyper[HYPER_SIZE] = {[HYPER_LR] = (float)json_number(json_get(c, "lr"), NAN),
                             [HYPER_GAIN1] = (float)(1 - beta1),
                             [HYPER_GAIN2] = (float)(1 - beta2),
                             [HYPER_EPS] = (float)json_number(json_get(c, "eps"), NAN),
                             [HYPER_WEIGHT_DECAY] = (float)json_number(json_get(c, "weight_decay"), NAN),
                             [HYPER_CORRECTION1] = (float)(1 - pow(beta1, step)),
                             [HYPER_CORRECTION2] = (float)(1 - pow(beta2, step)),
                             [HYPER_MAX_NORM] = (float)json_number(json_get(c, "max_norm"), NAN)};
    op_run_write(o->hyper, hyper);
    for (int p = 0; p < PARAMETERS; p++) {
        for (int i = 0; i < o->sizes[p]; i++)
            grad[i] = (float)(json_number(json_get(c, "scale"), NAN) * sin(0.37 * i + 1.3 * step + 2.1 * p));
        op_run_write(o->grad[p], grad);
    }
    op_run_go(&o->r);
}

// Parameters within 1e-6 of values around 1: torch works in float32 itself, so that each of the 20 steps rounds them by
// up to 6e-8.
static void expect_recorded(const struct optimizer *o, const struct json *recorded, int number, int step)
{
    double clip[2], values[LARGEST], norm = json_number(json_get(recorded, "norm"), NAN);
    op_run_read(o->clip, clip);
    EXPECT(fabs(clip[0] - norm) <= 1e-6 * norm, "case %d, step %d: norm %.9g instead of %.9g", number, step, clip[0],
           norm);
    for (int p = 0; p < PARAMETERS; p++) {
        op_run_read(o->master[p] ? o->master[p] : o->w[p], values);
        const struct json *v = json_first(json_at(json_get(recorded, "values"), (size_t)p));
        for (int i = 0; i < o->sizes[p]; i++, v = json_next(v))
            EXPECT(fabs(values[i] - json_number(v, NAN)) < 1e-6,
                   "case %d, step %d, element %d of %d: %.9g instead of %.9g", number, step, i, p, values[i],
                   json_number(v, NAN));
    }
}

static void expect_torch(const char *which, enum dtype dtype)
{
    struct err err = {0};
    struct json *golden = json_open(test_path("golden/adamw.json"), false, &err);
    EXPECT(golden, "%s", err.text);
    int number = 0;
    bool opened = true;
    for (const struct json *c = json_first(json_get(golden, "cases")); c; c = json_next(c), number++) {
        struct optimizer o;
        opened = optimizer_begin(&o, which, dtype, json_number(json_get(c, "weight_decay"), 0) > 0);
        if (!opened)
            break;
        const struct json *recorded = json_first(json_get(c, "steps"));
        for (int step = 1; step <= 20; step++) {
            optimizer_step(&o, c, step);
            if (recorded && json_int(json_get(recorded, "step"), 0) == step) {
                expect_recorded(&o, recorded, number, step);
                recorded = json_next(recorded);
            }
        }
        EXPECT(!recorded, "case %d: a recorded step was not reached", number);
        for (int p = 0; dtype != DTYPE_F32 && p < PARAMETERS; p++) { // w is the master, rounded
            double stored[LARGEST], master[LARGEST];
            op_run_read(o.w[p], stored);
            op_run_read(o.master[p], master);
            for (int i = 0; i < o.sizes[p]; i++) {
                float wide = (float)master[i], back;
                uint16_t half;
                dtype_from_f32(dtype, &wide, 0, 1, &half);
                dtype_to_f32(dtype, &half, 0, 1, &back);
                EXPECT(stored[i] == (double)back, "case %d: stored %.9g, master %.9g", number, stored[i], master[i]);
            }
        }
        op_run_finish(&o.r);
    }
    EXPECT(number == 5 || !opened, "%d cases", number);
    json_close(golden);
}

TEST(adamw, torch_on_the_cpu)
{
    expect_torch("cpu", DTYPE_F32);
    expect_torch("cpu-double", DTYPE_F32);
    expect_torch("cpu", DTYPE_F16);
    expect_torch("cpu", DTYPE_BF16);
}

TEST(adamw, torch_on_vulkan)
{
    expect_torch(test_device(), DTYPE_F32);
    expect_torch(test_device(), DTYPE_F16);
    expect_torch(test_device(), DTYPE_BF16);
}

// A gradient that is not finite: norm not finite, factor 0, nothing changes.
static void expect_skipped(const char *which, float bad)
{
    struct optimizer o;
    if (!optimizer_begin(&o, which, DTYPE_BF16, true))
        return;
    float hyper[HYPER_SIZE] = {0.1f, 0.1f, 0.001f, 1e-8f, 0.1f, 0.1f, 0.001f, 1}, grad[LARGEST] = {0, 0, bad};
    double before[2][LARGEST], after[2][LARGEST], clip[2];
    op_run_write(o.hyper, hyper);
    op_run_write(o.grad[0], grad);
    op_run_write(o.grad[1], (float[LARGEST]){0});
    op_run_read(o.w[0], before[0]);
    op_run_read(o.master[0], before[1]);
    op_run_go(&o.r);
    op_run_read(o.w[0], after[0]);
    op_run_read(o.master[0], after[1]);
    op_run_read(o.clip, clip);
    EXPECT(!isfinite(clip[0]) && clip[1] == 0, "norm %g, factor %g", clip[0], clip[1]);
    for (int i = 0; i < o.sizes[0]; i++)
        EXPECT(before[0][i] == after[0][i] && before[1][i] == after[1][i], "element %d changed", i);
    op_run_finish(&o.r);
}

TEST(adamw, a_gradient_that_is_not_finite_changes_nothing)
{
    expect_skipped("cpu", NAN);
    expect_skipped("cpu", 1e38f); // its square overflows
}

TEST(adamw, a_gradient_that_is_not_finite_changes_nothing_on_vulkan)
{
    expect_skipped(test_device(), NAN);
    expect_skipped(test_device(), 1e38f);
}
