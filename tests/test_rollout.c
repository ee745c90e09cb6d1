// Sampling: greedy tokens as transformers', log-probabilities as the train program's, and results that depend neither
// on slots nor on company.
#include "test.h"

#include <stdlib.h>

#include "device.h"
#include "model/safetensors.h"
#include "rl/rollout.h"
#include "train/learner.h"

struct fixture {
    struct err err;
    struct arena arena;
    struct device device;
    struct weights weights;
    struct engine engine;
    struct learner scorer;
    struct rollout rollout;
};

// config: of a new model with random weights, NULL for the stored one; its matrices are stored as dtype.
static bool start_as(struct fixture *f, const char *name, const char *device, struct rollout_options options,
                     const struct model_config *config, enum dtype dtype)
{
    check(weights_open(&f->weights, test_path(name), &f->err), "%s", f->err.text);
    check(device_open(&f->device, device, &f->err), "%s", f->err.text);
    const struct weights *w = config ? NULL : &f->weights;
    engine_plan(&f->engine, &f->device, config ? config : &f->weights.config, w,
                (struct model_options){dtype, false, 128});
    learner_plan(&f->scorer, &f->engine, &f->engine.model,
                 (struct learner_options){.rows = 128, .chunk = 32, .truncate = options.truncate});
    rollout_plan(&f->rollout, &f->engine, options);
    bool ok = engine_commit(&f->engine, w, 7, &f->err) && learner_init(&f->scorer, &f->err) &&
              rollout_init(&f->rollout, &f->err);
    EXPECT(ok, "%s: %s", name, f->err.text);
    return ok;
}

static bool start(struct fixture *f, const char *name, const char *device, struct rollout_options options)
{
    return start_as(f, name, device, options, NULL, DTYPE_F32);
}

static void stop(struct fixture *f)
{
    learner_finish(&f->scorer);
    rollout_finish(&f->rollout);
    engine_finish(&f->engine);
    weights_close(&f->weights);
    device_close(&f->device);
    arena_finish(&f->arena);
}

static const struct rollout_options small = {
    .slots = 4, .prompts = 3, .max_prompt = 16, .max_completion = 24, .prefill_rows = 8};

static void greedy(const char *device)
{
    static const char *const models[] = {"golden/tiny-llama", "golden/tiny-llama-tied", "golden/tiny-qwen2"};
    for (int i = 0; i < 3; i++) {
        struct fixture f = {0};
        struct safetensors golden = {0};
        char path[1024];
        snprintf(path, sizeof path, "%s/golden.safetensors", test_path(models[i]));
        check(safetensors_open(&golden, path, &f.err), "%s", f.err.text);
        int32_t want[64];
        const struct stored_tensor *t = safetensors_find(&golden, "greedy");
        int total = (int)t->elements, prompt = total - 20;
        memcpy(want, t->data, t->bytes);
        if (start(&f, models[i], device, small)) {
            f.rollout.eos_count = 0; // the golden text goes on after an end token
            struct episode e = {.prompt = want, .prompt_count = prompt};
            struct rollout_run run = {.sampling = {0, 0, 1, 0}, .max_completion = 20};
            EXPECT(rollout_sample(&f.rollout, &e, 1, &run, &f.arena, &f.err), "%s", f.err.text);
            EXPECT(e.completion_count == 20 && e.finish == FINISH_LENGTH, "%d tokens", e.completion_count);
            for (int k = 0; k < 20 && k < e.completion_count; k++)
                EXPECT(e.completion[k] == want[prompt + k], "%s: token %d is %d, transformers' %d", models[i], k,
                       e.completion[k], want[prompt + k]);
        }
        safetensors_close(&golden);
        stop(&f);
    }
}

TEST(rollout, greedy_as_transformers_cpu)
{
    greedy("cpu");
}

TEST(rollout, greedy_as_transformers_vulkan)
{
    if (test_have_vulkan())
        greedy(test_device());
}

// Episodes for n prompts of different lengths, `group` completions each.
static struct episode *episodes_new(struct fixture *f, int prompts, int group)
{
    struct episode *e = arena_array(&f->arena, struct episode, prompts * group);
    for (int p = 0; p < prompts; p++) {
        int32_t *tokens = arena_array(&f->arena, int32_t, 16);
        for (int i = 0; i < 16; i++)
            tokens[i] = 3 + (p * 31 + i * 7) % 90;
        for (int g = 0; g < group; g++)
            e[p * group + g] = (struct episode){.group = p, .prompt = tokens, .prompt_count = 2 + p * 3};
    }
    return e;
}

static const struct sampling_params warm = {1.0, 0, 1.0, 0};

// max |logp of the sampler - logp of the train program| over all tokens.
static double logp_difference(struct fixture *f, const struct episode *e, int count, const struct sampling_params *p)
{
    struct learner_tokens t = learner_tokens_new(&f->arena, f->scorer.options.rows);
    struct sequence *s = arena_array(&f->arena, struct sequence, count);
    float values[SAMPLING_SIZE];
    double worst = 0;
    sampling_values(p, values);
    EXPECT(learner_set_sampling(&f->scorer, values, &f->err), "%s", f->err.text);
    for (int i = 0; i < count; i++)
        s[i] = (struct sequence){e[i].prompt, e[i].prompt_count, e[i].completion, e[i].completion_count};
    for (int first = 0, n; first < count; first += n) {
        struct batch *b = &f->scorer.batch;
        n = batch_pack(b, s, first, count);
        check(n, "episode %d does not fit", first);
        EXPECT(learner_run(&f->scorer, &t, &f->err), "%s", f->err.text);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < s[first + i].completion_count; k++) {
                double d = fabs((double)t.logp[b->first_row[i] + k] - (double)e[first + i].logp_old[k]);
                worst = d > worst || isnan(d) ? d : worst;
            }
    }
    return worst;
}

// The sampler's log-probabilities are the trainer's, to the bit: every kernel of both adds in one order.
static void agrees_with_training(const char *device, const struct model_config *config, enum dtype dtype,
                                 const struct sampling_params *kind, int count)
{
    struct fixture f = {0};
    struct rollout_options o = small;
    o.truncate = true;
    if (start_as(&f, "golden/tiny-llama", device, o, config, dtype)) {
        struct episode *e = episodes_new(&f, 5, 3);
        struct rollout_run run = {.sampling = *kind, .seed = 9};
        EXPECT(rollout_sample(&f.rollout, e, count, &run, &f.arena, &f.err), "%s", f.err.text);
        double d = logp_difference(&f, e, count, kind);
        EXPECT(d == 0, "%s%s, temperature %g, top_k %d, min_p %g: log-probabilities differ by %.3g nats",
               config ? "wide, " : "", dtype_name(dtype), kind->temperature, kind->top_k, kind->min_p, d);
    }
    stop(&f);
}

static void filters_agree_with_training(const char *device)
{
    static const struct sampling_params kinds[] = {
        {1, 0, 1, 0}, {0.7, 0, 1, 0}, {1.3, 20, 0.9, 0}, {1, 0, 1, 0.05}, {0, 0, 1, 0}};
    for (int i = 0; i < 5; i++)
        agrees_with_training(device, NULL, DTYPE_F32, &kinds[i], 15);
}

// Sums have several chunks, attention's rows several lanes, and the vocabulary several blocks.
static void wide_model_agrees_with_training(const char *device)
{
    struct model_config wide;
    struct err err = {0};
    check(config_read_dir(&wide, test_path("golden/tiny-qwen2"), &err), "%s", err.text);
    wide.width = 300, wide.ffn = 270, wide.head_size = 64, wide.layers = 1, wide.vocab = 1531;
    agrees_with_training(device, &wide, DTYPE_F32, &(struct sampling_params){1.3, 20, 0.9, 0}, 4);
    agrees_with_training(device, &wide, DTYPE_BF16, &(struct sampling_params){0.7, 0, 1, 0}, 4);
}

TEST(rollout, log_probabilities_are_those_of_training_cpu)
{
    filters_agree_with_training("cpu");
    wide_model_agrees_with_training("cpu");
}

TEST(rollout, log_probabilities_are_those_of_training_vulkan)
{
    if (test_have_vulkan())
        filters_agree_with_training(test_device());
}

TEST(rollout, wide_log_probabilities_are_those_of_training_vulkan)
{
    if (test_have_vulkan())
        wide_model_agrees_with_training(test_device());
}

// The same episodes with other slots, other prefill rows and in other company: the same tokens and the same bits.
static void independent_of_company(const char *device)
{
    struct fixture a = {0}, b = {0};
    struct rollout_options other = {
        .slots = 7, .prompts = 5, .max_prompt = 16, .max_completion = 24, .prefill_rows = 19};
    if (start(&a, "golden/tiny-qwen2", device, small) && start(&b, "golden/tiny-qwen2", device, other)) {
        struct episode *x = episodes_new(&a, 5, 3), *y = episodes_new(&b, 5, 3), *alone = episodes_new(&b, 5, 3);
        struct rollout_run run = {.sampling = warm, .seed = 5};
        EXPECT(rollout_sample(&a.rollout, x, 15, &run, &a.arena, &a.err), "%s", a.err.text);
        EXPECT(rollout_sample(&b.rollout, y, 15, &run, &b.arena, &b.err), "%s", b.err.text);
        run.first_id = 13;
        EXPECT(rollout_sample(&b.rollout, alone + 13, 1, &run, &b.arena, &b.err), "%s", b.err.text);
        for (int i = 0; i < 15; i++) {
            bool same = x[i].completion_count == y[i].completion_count && x[i].finish == y[i].finish &&
                        memcmp(x[i].completion, y[i].completion, sizeof(int32_t) * (size_t)x[i].completion_count) == 0;
            EXPECT(same, "episode %d differs with other slots", i);
            for (int k = 0; same && k < x[i].completion_count; k++)
                EXPECT(x[i].logp_old[k] == y[i].logp_old[k], "episode %d, token %d: %.9g and %.9g", i, k,
                       (double)x[i].logp_old[k], (double)y[i].logp_old[k]);
        }
        EXPECT(alone[13].completion_count == x[13].completion_count &&
                   memcmp(alone[13].completion, x[13].completion, sizeof(int32_t) * (size_t)x[13].completion_count) ==
                       0,
               "episode 13 differs when it is sampled alone");
    }
    stop(&a);
    stop(&b);
}

TEST(rollout, independent_of_company_cpu)
{
    independent_of_company("cpu");
}

TEST(rollout, independent_of_company_vulkan)
{
    if (test_have_vulkan())
        independent_of_company(test_device());
}

// Narrow programs give the bits of the widest one, which is all that the second rollout has.
static void widths_agree(const char *device)
{
    struct fixture a = {0}, b = {0};
    struct rollout_options o = {.slots = 7, .prompts = 5, .max_prompt = 16, .max_completion = 24, .prefill_rows = 19};
    if (start(&a, "golden/tiny-qwen2", device, o) && start(&b, "golden/tiny-qwen2", device, o)) {
        static const int wanted[] = {1, 2, 4, 4, 7, 7, 7};
        for (int i = 0; i < 7; i++)
            EXPECT(rollout_fitting(&a.rollout.decode, i + 1)->rows == wanted[i], "%d rows run in %d", i + 1,
                   rollout_fitting(&a.rollout.decode, i + 1)->rows);
        EXPECT(rollout_fitting(&a.rollout.prefill, 3)->rows == 8 && rollout_fitting(&a.rollout.prefill, 17)->rows == 19,
               "prefill has %d widths", a.rollout.prefill.count);
        struct rollout_programs *only_widest[] = {&b.rollout.prefill, &b.rollout.decode};
        for (int k = 0; k < 2; k++)
            for (int i = 0; i < only_widest[k]->count - 1; i++)
                only_widest[k]->all[i].rows = 0;
        for (int count = 1; count <= 15; count += 7) {
            struct episode *x = episodes_new(&a, 5, 3), *y = episodes_new(&b, 5, 3);
            struct rollout_run run = {.sampling = warm, .seed = 5};
            EXPECT(rollout_sample(&a.rollout, x, count, &run, &a.arena, &a.err), "%s", a.err.text);
            EXPECT(rollout_sample(&b.rollout, y, count, &run, &b.arena, &b.err), "%s", b.err.text);
            for (int i = 0; i < count; i++) {
                size_t n = (size_t)x[i].completion_count;
                EXPECT(x[i].completion_count == y[i].completion_count &&
                           memcmp(x[i].completion, y[i].completion, n * sizeof(int32_t)) == 0 &&
                           memcmp(x[i].logp_old, y[i].logp_old, n * sizeof(float)) == 0,
                       "episode %d of %d differs", i, count);
            }
        }
    }
    stop(&a);
    stop(&b);
}

TEST(rollout, widths_agree_cpu)
{
    widths_agree("cpu");
}

TEST(rollout, widths_agree_vulkan)
{
    if (test_have_vulkan())
        widths_agree(test_device());
}

TEST(rollout, prompt_too_long)
{
    struct fixture f = {0};
    if (start(&f, "golden/tiny-llama", "cpu", small)) {
        int32_t long_prompt[40] = {0};
        struct episode e = {.prompt = long_prompt, .prompt_count = 40};
        struct rollout_run run = {.sampling = warm};
        EXPECT(!rollout_sample(&f.rollout, &e, 1, &run, &f.arena, &f.err), "accepted");
        EXPECT_ERR(&f.err, "a prompt has 40 tokens, the limit is 16: raise max_prompt_length");
    }
    stop(&f);
}
