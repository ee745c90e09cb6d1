// Logits of whole models: against transformers, and of quantised weights against their dequantised values.
#include "device.h"
#include "model/model.h"
#include "model/safetensors.h"
#include "train/batch.h"
#include "train/engine.h"

struct forward {
    struct err err;
    struct arena arena;
    struct device device;
    struct engine engine;
    struct graph graph;
    struct program program;
    float *logits; // (rows,V)
};

// Logits of the given sequences (first token: prompt), packed into one batch.
static bool run(struct forward *f, const char *path, const char *device, enum dtype dtype, const struct sequence *s,
                int n, int rows)
{
    struct weights w = {0};
    struct batch b;
    bool ok = weights_open(&w, path, &f->err) && device_open(&f->device, device, &f->err);
    EXPECT(ok, "%s", f->err.text);
    if (!ok)
        return false;
    engine_plan(&f->engine, &f->device, &w.config, &w, (struct model_options){dtype, false, 128});
    graph_init(&f->graph, &f->arena);
    struct model_inputs in = model_inputs_new(&f->graph, rows, false, false);
    struct tensor *out =
        model_logits(&f->graph, &f->engine.model, model_forward(&f->graph, &f->engine.model, &in, NULL, false));
    graph_keep(out);
    engine_plan_graph(&f->engine, &f->graph);
    batch_init(&b, &f->arena, rows, n);
    EXPECT(batch_pack(&b, s, 0, n) == n, "the sequences do not fit");
    f->logits = arena_array(&f->arena, float, tensor_count(out));
    ok = engine_commit(&f->engine, &w, 0, &f->err) &&
         engine_init_program(&f->engine, &f->program, &f->graph, &f->err) &&
         tensor_write_i32(in.tokens, b.tokens, rows, &f->err) &&
         tensor_write_i32(in.positions, b.positions, rows, &f->err) &&
         tensor_write_i32(in.key_ranges, b.key_ranges, 4 * (int64_t)rows, &f->err) &&
         program_run(&f->program, &f->err) && tensor_read(out, f->logits, &f->err);
    EXPECT(ok, "%s", f->err.text);
    weights_close(&w);
    return ok;
}

static void stop(struct forward *f)
{
    program_finish(&f->program);
    engine_finish(&f->engine);
    device_close(&f->device);
    arena_finish(&f->arena);
}

// The bar of the project: 1e-4 of the largest logit.
static void matches_transformers(const char *device)
{
    static const char *const models[] = {"golden/tiny-llama", "golden/tiny-llama-tied", "golden/tiny-qwen2"};
    for (int i = 0; i < 3; i++) {
        struct forward f = {0};
        struct safetensors golden = {0};
        char path[1024];
        snprintf(path, sizeof path, "%s/golden.safetensors", test_path(models[i]));
        check(safetensors_open(&golden, path, &f.err), "%s", f.err.text);
        const struct stored_tensor *ids = safetensors_find(&golden, "ids"),
                                   *logits = safetensors_find(&golden, "logits");
        int S = (int)ids->shape[1];
        int64_t V = (int64_t)logits->shape[2];
        int32_t *tokens = arena_array(&f.arena, int32_t, 2 * S + 1);
        float *want = arena_array(&f.arena, float, logits->elements);
        memcpy(tokens, ids->data, sizeof(int32_t) * 2 * (size_t)S);
        memcpy(want, logits->data, logits->bytes);
        // the last token is fed too, so it needs some target after it: the next sequence's first, or the zero at the
        // end
        struct sequence s[2] = {{tokens, 1, tokens + 1, S}, {tokens + S, 1, tokens + S + 1, S}};
        if (run(&f, test_path(models[i]), device, DTYPE_F32, s, 2, 2 * S + 5)) {
            double error = test_relative_error(f.logits, want, (size_t)(2 * S * V));
            EXPECT(error <= 1e-4, "%s: logits are off by %.3g of the largest", models[i], error);
        }
        safetensors_close(&golden);
        stop(&f);
    }
}

TEST(logits, as_transformers_cpu)
{
    matches_transformers("cpu");
}

TEST(logits, as_transformers_vulkan)
{
    if (test_have_vulkan())
        matches_transformers(test_device());
}

// Weights used as they are stored (f16, bf16, Q8_0, Q4_0, Q4_1) give what their f32 values give.
static void stored_as_f32(const char *device)
{
    struct forward stored = {0}, f32 = {0};
    int32_t tokens[24];
    for (int i = 0; i < 24; i++)
        tokens[i] = 3 + i * 37 % 90;
    struct sequence s = {tokens, 1, tokens + 1, 23};
    const char *path = test_path("golden/tiny-llama-mixed.gguf");
    if (run(&stored, path, device, DTYPE_COUNT, &s, 1, 24) && run(&f32, path, "cpu-double", DTYPE_F32, &s, 1, 24)) {
        int kinds = 0, seen[DTYPE_COUNT] = {0};
        for (size_t i = 0; i < stored.engine.model.weight_count; i++)
            kinds += !seen[stored.engine.model.weights[i]->dtype]++;
        EXPECT(kinds >= 5, "only %d storage types are in use", kinds);
        double error = test_relative_error(stored.logits, f32.logits, (size_t)(23 * stored.engine.model.config.vocab));
        EXPECT(error <= 1e-5, "logits are off by %.3g of the largest", error); // the same values, f32 sums
    }
    stop(&stored);
    stop(&f32);
}

TEST(logits, stored_weights_cpu)
{
    stored_as_f32("cpu");
}

TEST(logits, stored_weights_vulkan)
{
    if (test_have_vulkan())
        stored_as_f32(test_device());
}
