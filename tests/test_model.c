// Whole models against transformers (tests/golden/, written by tools/golden_models.py): logits, every gradient by name,
// ten AdamW losses, greedy tokens; on the CPU in float and in double and on the Vulkan device. And properties: packing,
// shared prefixes, recompute and micro-batches change nothing.
#include "test.h"

#include <stdlib.h>

#include "base/json.h"
#include "model/safetensors.h"
#include "device.h"
#include "ops/ops.h"
#include "rl/rollout.h"
#include "train/learner.h"
#include "train/optimizer.h"

static const char *const models[] = {"golden/tiny-llama", "golden/tiny-llama-tied", "golden/tiny-qwen2"};
enum { MODELS = sizeof models / sizeof *models };

struct fixture {
    struct err err;
    struct arena arena;
    struct device device;
    struct weights weights;
    struct safetensors golden;
    struct engine engine;
    struct learner learner;
    struct optimizer optimizer;
    const int32_t *ids; // (2,S)
    int S;
    struct sequence sequences[2];
};

static void open_golden(struct fixture *f, const char *name, const char *device)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/golden.safetensors", test_path(name));
    check(safetensors_open(&f->golden, path, &f->err), "%s", f->err.text);
    check(weights_open(&f->weights, test_path(name), &f->err), "%s", f->err.text);
    check(device_open(&f->device, device, &f->err), "%s", f->err.text);
    const struct stored_tensor *ids = safetensors_find(&f->golden, "ids");
    f->S = (int)ids->shape[1];
    int32_t *copy = arena_array(&f->arena, int32_t, 2 * f->S);
    memcpy(copy, ids->data, sizeof(int32_t) * 2 * (size_t)f->S);
    f->ids = copy;
    // a prompt of one token: every later token is a target
    for (int i = 0; i < 2; i++)
        f->sequences[i] = (struct sequence){copy + i * f->S, 1, copy + i * f->S + 1, f->S - 1};
}

static const struct learner_options plain = {
    .rows = 64, .chunk = 16, .train = true, .on_policy = true, .loss = {.eps_low = 0.2f, .eps_high = 0.2f}};
static const struct optimizer_options adamw = {0.9, 0.95, 1e-8, 0.1, 0};

static bool start(struct fixture *f, const char *name, const char *device, struct learner_options options)
{
    open_golden(f, name, device);
    engine_plan(&f->engine, &f->device, &f->weights.config, &f->weights, (struct model_options){DTYPE_F32, true, 128});
    learner_plan(&f->learner, &f->engine, &f->engine.model, options);
    optimizer_plan(&f->optimizer, &f->engine, adamw);
    bool ok = engine_commit(&f->engine, &f->weights, 0, &f->err) && learner_init(&f->learner, &f->err) &&
              optimizer_init(&f->optimizer, &f->weights, 0, &f->err);
    EXPECT(ok, "%s: %s", name, f->err.text);
    return ok;
}

static void stop(struct fixture *f)
{
    learner_finish(&f->learner);
    optimizer_finish(&f->optimizer);
    engine_finish(&f->engine);
    weights_close(&f->weights);
    safetensors_close(&f->golden);
    device_close(&f->device);
    arena_finish(&f->arena);
}

// Mean cross entropy over the batch's targets, gradients accumulated (the policy loss with advantage 1 and ratio 1).
static double run_batch(struct fixture *f, int first, int end)
{
    struct learner *l = &f->learner;
    struct learner_tokens t = learner_tokens_new(&f->arena, l->options.rows);
    double loss = 0;
    int targets = 2 * (f->S - 1);
    while (first < end) {
        int n = batch_pack(&l->batch, f->sequences, first, end);
        check(n > 0, "a sequence does not fit");
        for (int i = 0; i < l->options.rows; i++) {
            bool target = l->batch.targets[i] >= 0;
            t.weight[i] = target ? 1.0f / (float)targets : 0;
            t.advantage[i] = target;
        }
        EXPECT(learner_run(l, &t, &f->err), "%s", f->err.text);
        for (int i = 0; i < l->options.rows; i++)
            loss -= l->batch.targets[i] >= 0 ? (double)t.logp[i] / targets : 0;
        first += n;
    }
    return loss;
}

static void gradients_match(struct fixture *f, const char *name, double tolerance)
{
    for (size_t i = 0; i < f->engine.model.weight_count; i++) {
        char key[256];
        const struct tensor *w = f->engine.model.weights[i];
        snprintf(key, sizeof key, "grad.%s", f->engine.model.list[i].name);
        const struct stored_tensor *want = safetensors_find(&f->golden, key);
        EXPECT(want, "%s: the golden file lacks %s", name, key);
        float *got = arena_array(&f->arena, float, tensor_count(w)),
              *copy = arena_array(&f->arena, float, tensor_count(w));
        if (!want)
            continue;
        memcpy(copy, want->data, want->bytes);
        EXPECT(tensor_read(w->grad, got, &f->err), "%s", f->err.text);
        double error = test_relative_error(got, copy, want->elements);
        EXPECT(error <= tolerance, "%s: %s is off by %.3g of its largest value", name, key, error);
    }
}

// Issue bar: logits and every gradient within 1e-4 relative of transformers in f32.
static void matches_transformers(const char *device)
{
    for (int i = 0; i < MODELS; i++) {
        struct fixture f = {0};
        if (start(&f, models[i], device, plain)) {
            float want;
            memcpy(&want, safetensors_find(&f.golden, "loss")->data, sizeof want);
            double loss = run_batch(&f, 0, 2);
            EXPECT(fabs(loss - (double)want) < 1e-5, "%s: loss %.7f, transformers' %.7f", models[i], loss,
                   (double)want);
            gradients_match(&f, models[i], 1e-4);
        }
        stop(&f);
    }
}

TEST(model, gradients_as_transformers_cpu)
{
    matches_transformers("cpu");
}

TEST(model, gradients_as_transformers_cpu_double)
{
    matches_transformers("cpu-double");
}

TEST(model, gradients_as_transformers_vulkan)
{
    if (test_have_vulkan())
        matches_transformers(test_device());
}

// Ten updates on the same batch; weight decay on matrices only, as transformers' Trainer does.
static void ten_losses(const char *device)
{
    for (int i = 0; i < MODELS; i++) {
        struct fixture f = {0};
        if (start(&f, models[i], device, plain)) {
            float want[10];
            memcpy(want, safetensors_find(&f.golden, "adamw_losses")->data, sizeof want);
            for (int step = 0; step < 10; step++) {
                double norm, loss = run_batch(&f, 0, 2);
                EXPECT(fabs(loss - (double)want[step]) < 2e-4, "%s: loss %d is %.6f, transformers' %.6f", models[i],
                       step, loss, (double)want[step]);
                EXPECT(optimizer_update(&f.optimizer, 3e-3, &norm, &f.err), "%s", f.err.text);
            }
        }
        stop(&f);
    }
}

TEST(model, ten_adamw_losses_cpu)
{
    ten_losses("cpu");
}

TEST(model, ten_adamw_losses_vulkan)
{
    if (test_have_vulkan())
        ten_losses(test_device());
}

static void read_gradients(struct fixture *f, float **out)
{
    for (size_t i = 0; i < f->engine.model.weight_count; i++) {
        const struct tensor *g = f->engine.model.weights[i]->grad;
        out[i] = arena_array(&f->arena, float, tensor_count(g));
        EXPECT(tensor_read(g, out[i], &f->err), "%s", f->err.text);
    }
}

// The gradient of the two sequences under other options must be that under `plain`, within float rounding.
static void same_gradient(const char *what, struct learner_options options, bool split)
{
    struct fixture a = {0}, b = {0};
    float *ga[64], *gb[64];
    if (start(&a, models[1], "cpu-double", plain) && start(&b, models[1], "cpu-double", options)) {
        double la = run_batch(&a, 0, 2), lb = split ? run_batch(&b, 0, 1) + run_batch(&b, 1, 2) : run_batch(&b, 0, 2);
        read_gradients(&a, ga);
        read_gradients(&b, gb);
        EXPECT(fabs(la - lb) < 1e-6, "%s: losses %.9f and %.9f", what, la, lb); // logp comes back as f32
        for (size_t i = 0; i < a.engine.model.weight_count; i++) {
            double error = test_relative_error(gb[i], ga[i], a.engine.model.list[i].elements);
            EXPECT(error < 1e-6, "%s: gradient of %s differs by %.3g", what, a.engine.model.list[i].name, error);
        }
    }
    stop(&a);
    stop(&b);
}

TEST(model, recompute_changes_nothing)
{
    struct learner_options o = plain;
    o.recompute = true;
    same_gradient("recompute", o, false);
}

TEST(model, micro_batches_change_nothing)
{
    same_gradient("one sequence a micro-batch", plain, true);
}

TEST(model, chunks_of_the_head_change_nothing)
{
    struct learner_options o = plain;
    o.chunk = 7;
    same_gradient("chunks of 7 rows", o, false);
}

TEST(model, padding_changes_nothing)
{
    struct learner_options o = plain;
    o.rows = 111;
    same_gradient("111 rows", o, false);
}

// Completions that share a prompt's rows get the gradient of completions with a prompt each.
TEST(model, shared_prefix_equals_repeated_prompts)
{
    float *g[2][64];
    double loss[2] = {0};
    struct fixture f[2];
    memset(f, 0, sizeof f);
    for (int i = 0; i < 2; i++) {
        struct learner_options o = plain;
        o.rows = 128;
        if (!start(&f[i], models[0], "cpu-double", o))
            continue;
        int32_t *again = arena_array(&f[i].arena, int32_t, f[i].S);
        memcpy(again, f[i].ids, sizeof(int32_t) * (size_t)f[i].S);
        const int32_t *prompts[2] = {f[i].ids, i ? again : f[i].ids}; // equal text; the same pointer is shared
        for (int s = 0; s < 2; s++)
            f[i].sequences[s] = (struct sequence){prompts[s], 9, f[i].ids + 9 + s * f[i].S, f[i].S - 9};
        loss[i] = run_batch(&f[i], 0, 2);
        read_gradients(&f[i], g[i]);
        EXPECT(f[i].learner.batch.used == 2 * (f[i].S - 9) + (i ? 16 : 8), "%d rows are used", f[i].learner.batch.used);
    }
    EXPECT(fabs(loss[0] - loss[1]) < 1e-6 && loss[0] > 1, "losses %.9f and %.9f", loss[0], loss[1]);
    for (size_t i = 0; i < f[0].engine.model.weight_count; i++) {
        double error = test_relative_error(g[1][i], g[0][i], f[0].engine.model.list[i].elements);
        EXPECT(error < 1e-6, "gradient of %s differs by %.3g", f[0].engine.model.list[i].name, error);
    }
    stop(&f[0]);
    stop(&f[1]);
}
