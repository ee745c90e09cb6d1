// How many dispatches and barriers the programs of a run record. A dispatch that waits for another costs a GPU 2 to 5
// us, and in a decode step of a small model that is most of the time; so the order in which a model's nodes are built
// counts, and no other test would notice a worse one.
#include "test.h"

#include "device.h"
#include "rl/rollout.h"
#include "train/learner.h"
#include "train/optimizer.h"
#include "vk/vk.h"

// At most `each` for every layer and `rest` for what is there once (below 0 where the last layer has less to do: what
// prefill wants of it is its rows of the cache).
struct bound {
    int each, rest;
};

static void within(const char *name, const struct program *p, int layers, struct bound dispatches,
                   struct bound barriers)
{
    struct vk_stream_stats s = vk_stream_stats(p->stream);
    EXPECT(s.dispatches <= dispatches.each * layers + dispatches.rest,
           "%s of %d layers: %d dispatches, at most %d + %d a layer", name, layers, s.dispatches, dispatches.rest,
           dispatches.each);
    EXPECT(s.barriers <= barriers.each * layers + barriers.rest,
           "%s of %d layers: %d barriers, at most %d + %d a layer", name, layers, s.barriers, barriers.rest,
           barriers.each);
}

// A model of Qwen2's form: biases on q, k and v.
static void programs_of(uint32_t layers)
{
    struct err err = {0};
    struct weights w;
    struct device d = {0};
    struct engine e;
    struct learner l;
    struct optimizer o;
    struct rollout r;
    check(weights_open(&w, test_path("golden/tiny-qwen2"), &err) && device_open(&d, test_device(), &err), "%s",
          err.text);
    w.config.layers = layers;
    engine_plan(&e, &d, &w.config, NULL, (struct model_options){DTYPE_F32, true, 64});
    learner_plan(
        &l, &e, &e.model,
        (struct learner_options){.rows = 64, .chunk = 64, .train = true, .recompute = true, .on_policy = true});
    optimizer_plan(&o, &e, (struct optimizer_options){0.9, 0.99, 1e-8, 0, 1});
    rollout_plan(
        &r, &e,
        (struct rollout_options){.slots = 8, .prompts = 2, .max_prompt = 16, .max_completion = 16, .prefill_rows = 32});
    bool ok = engine_commit(&e, NULL, 7, &err) && learner_init(&l, &err) && optimizer_init(&o, NULL, 7, &err) &&
              rollout_init(&r, &err);
    EXPECT(ok, "%s", err.text);
    if (ok) {
        within("decode", &rollout_widest(&r.decode)->program, (int)layers, (struct bound){20, 4},
               (struct bound){14, 3});
        within("prefill", &rollout_widest(&r.prefill)->program, (int)layers, (struct bound){20, -11},
               (struct bound){14, -9});
        within("a micro-batch", &l.program, (int)layers, (struct bound){66, 14}, (struct bound){42, 10});
        within("the optimiser", &o.program, (int)layers, (struct bound){36, 9}, (struct bound){0, 3});
    }
    rollout_finish(&r);
    optimizer_finish(&o);
    learner_finish(&l);
    engine_finish(&e);
    weights_close(&w);
    device_close(&d);
}

TEST(recorded, dispatches_and_barriers_are_bounded)
{
    if (!test_have_vulkan())
        return;
    programs_of(2);
    programs_of(6);
}
