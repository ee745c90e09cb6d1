// Where tensors lie: places in blocks, by hand and at the limits, of real models' shapes, and with limits set small,
// which change no bit of a training run. The plan is what is allocated.
#include "test.h"

#include "base/file.h"
#include "device.h"
#include "graph/plan.h"
#include "ops/ops.h"
#include "program.h"
#include "rl/trainer.h"

static struct tensor *matrix(struct arena *a, enum tensor_kind kind, const char *name, int64_t rows)
{
    return tensor_new(a, kind, DTYPE_F32, name, rows, 64, 0, 0); // rows of 256 bytes
}

static void expect_place(const struct tensor *t, int block, uint64_t offset)
{
    EXPECT(t->block == block && t->offset == offset, "%s lies at %llu of block %d", t->name,
           (unsigned long long)t->offset, t->block);
}

// ---- spaces by hand

TEST(memory, a_block_ends_where_the_next_tensor_does_not_fit)
{
    struct arena a = {0};
    struct device d;
    struct space s;
    device_open_plan(&d);
    d.block_bytes = 4096; // 16 rows
    space_init(&s, &d, "space");
    static const int rows[] = {10, 6, 1, 17, 15, 1, 16};
    static const struct {
        int block;
        uint64_t offset;
    } places[] = {{0, 0}, {0, 2560}, {1, 0}, {2, 0}, {3, 0}, {3, 3840}, {4, 0}};
    for (int i = 0; i < 7; i++) {
        char name[8];
        snprintf(name, sizeof name, "t%d", i);
        struct tensor *t = matrix(&a, TENSOR_WEIGHT, name, rows[i]);
        space_place(&s, t);
        expect_place(t, places[i].block, places[i].offset);
    }
    EXPECT(s.planned.count == 5 && space_bytes(&s) == 66 * 256, "%d blocks, %llu bytes: there are holes",
           s.planned.count, (unsigned long long)space_bytes(&s));
    EXPECT(s.planned.bytes[2] == 17 * 256, "the large tensor's block has %llu bytes",
           (unsigned long long)s.planned.bytes[2]);
    space_finish(&s);
    arena_finish(&a);
}

// Tensors of odd sizes start at multiples of 256 bytes.
TEST(memory, tensors_are_aligned)
{
    struct arena a = {0};
    struct device d;
    struct space s;
    device_open_plan(&d);
    space_init(&s, &d, "space");
    struct tensor *first = tensor_new(&a, TENSOR_WEIGHT, DTYPE_F32, "first", 3, 5, 0, 0);
    struct tensor *second = tensor_new(&a, TENSOR_WEIGHT, DTYPE_BF16, "second", 1, 1, 0, 0);
    space_place(&s, first);
    space_place(&s, second);
    expect_place(second, 0, 256);
    EXPECT(space_bytes(&s) == 512, "%llu bytes", (unsigned long long)space_bytes(&s));
    space_finish(&s);
    arena_finish(&a);
}

// Everything that is refused says whose tensor it is and what helps; nothing is allocated.
TEST(memory, what_a_device_cannot_hold_is_refused_by_name)
{
    struct arena a = {0};
    struct device d;
    struct space s;
    struct err err = {0};
    device_open_plan(&d);
    d.block_bytes = d.tensor_max = 4096;
    space_init(&s, &d, "model");
    space_place(&s, matrix(&a, TENSOR_WEIGHT, "just fits", 16));
    EXPECT(space_planned(&s, &err), "%s", err.text);
    space_place(&s, matrix(&a, TENSOR_WEIGHT, "model.embed_tokens.weight", 17));
    space_place(&s, matrix(&a, TENSOR_WEIGHT, "the second", 18)); // the first one is named
    EXPECT(!space_commit(&s, &err) && d.used == 0, "%llu bytes", (unsigned long long)d.used);
    EXPECT_ERR(&err,
               "weight model.embed_tokens.weight (17 x 64) takes 0.0 MiB, and one tensor may take 0.0 MiB on a plan: "
               "store the model in 16 bits (model.dtype), or take a smaller one");
    space_finish(&s);

    static const struct {
        enum tensor_kind kind;
        const char *text;
    } rows[] = {{TENSOR_GRADIENT, "take a smaller model"},
                {TENSOR_STATE, "take a smaller model or, of the KV cache, fewer slots (rl.slots) or shorter texts"},
                {TENSOR_INPUT, "use fewer tokens a micro-batch (train.micro_batch_tokens, train.logit_rows) or fewer "
                               "slots (rl.slots)"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        err = (struct err){0};
        EXPECT(!device_holds(&d, matrix(&a, rows[i].kind, "t", 17), 17 * 256, &err), "it is held");
        EXPECT_ERR(&err, rows[i].text);
    }
    arena_finish(&a);
}

// Shaders count elements in 31 bits. Planning alone: none of this memory is there.
TEST(memory, more_elements_than_shaders_count)
{
    struct arena a = {0};
    struct device d;
    struct err err = {0};
    device_open_plan(&d);
    struct tensor *most = matrix(&a, TENSOR_WEIGHT, "most", (int64_t)1 << 25);
    EXPECT(device_holds(&d, most, tensor_bytes(most, 4), &err), "%s", err.text);
    struct tensor *more = matrix(&a, TENSOR_WEIGHT, "more", ((int64_t)1 << 25) + 1);
    EXPECT(!device_holds(&d, more, tensor_bytes(more, 4), &err), "it is held");
    EXPECT_ERR(&err, "weight more (33554433 x 64) has more than 2^31 elements, which shaders cannot count: ");
    arena_finish(&a);
}

// ---- activations by hand

// x -> x+x -> ... `length` times.
static struct tensor *chain(struct graph *g, struct tensor *x, int length)
{
    for (int i = 0; i < length; i++)
        x = op_add(g, x, x);
    return x;
}

TEST(memory, no_activation_crosses_a_block)
{
    struct arena a = {0};
    struct graph g;
    struct device d;
    device_open_plan(&d);
    d.block_bytes = 16 * 256;
    graph_init(&g, &a);
    graph_keep(chain(&g, graph_input(&g, DTYPE_F32, "x", 10, 64), 4)); // two live at a time
    graph_plan(&g, &d, true, 0);
    EXPECT(!g.err.text[0] && g.blocks.count == 2 && blocks_bytes(&g.blocks) == 2 * 2560, "%d blocks, %llu bytes: %s",
           g.blocks.count, (unsigned long long)blocks_bytes(&g.blocks), g.err.text);
    d.block_bytes = 20 * 256; // both fit just
    graph_plan(&g, &d, true, 0);
    EXPECT(g.blocks.count == 1 && blocks_bytes(&g.blocks) == 2 * 2560, "%d blocks", g.blocks.count);
    arena_finish(&a);
}

// Its block is larger than others, and what lives before or after it lies there as well.
TEST(memory, a_large_activation_has_a_block_that_others_share)
{
    struct arena a = {0};
    struct graph g;
    struct device d;
    device_open_plan(&d);
    d.block_bytes = 16 * 256;
    graph_init(&g, &a);
    struct tensor *large = chain(&g, graph_input(&g, DTYPE_F32, "x", 40, 64), 2);
    struct tensor *small = chain(&g, graph_view(&g, large, 0, 12), 3);
    graph_keep(small);
    graph_plan(&g, &d, true, 0);
    EXPECT(!g.err.text[0] && g.blocks.count == 2 && g.blocks.bytes[0] == 40 * 256 && g.blocks.bytes[1] == 40 * 256,
           "%d blocks, %llu bytes: %s", g.blocks.count, (unsigned long long)blocks_bytes(&g.blocks), g.err.text);
    EXPECT(small->block < 2, "%s has a block of its own", small->name);

    d.tensor_max = 30 * 256;
    graph_plan(&g, &d, true, 0);
    EXPECT_ERR(&g.err, "(40 x 64) takes 0.0 MiB, and one tensor may take 0.0 MiB on a plan: use fewer tokens a "
                       "micro-batch (train.micro_batch_tokens, train.logit_rows) or fewer slots (rl.slots)");
    arena_finish(&a);
}

// Two programs take turns in the same bytes; what is held lives in the second one and the third.
TEST(memory, programs_share_what_they_do_not_hold)
{
    struct arena a = {0};
    struct graph g[3];
    struct device d;
    struct plan p = {0};
    struct err err = {0};
    device_open_plan(&d);
    d.block_bytes = 16 * 256;
    for (int i = 0; i < 3; i++) { // two live at a time, of 12 rows in the first program, of 4 in the others
        graph_init(&g[i], &a);
        graph_keep(chain(&g[i], graph_input(&g[i], DTYPE_F32, "x", i ? 4 : 12, 64), 4));
        if (i < 2)
            plan_turn(&p);
        plan_graph(&p, &g[i]);
    }
    struct tensor *held = matrix(&a, TENSOR_STATE, "held", 8);
    plan_hold(&p, held);
    EXPECT(plan_place(&p, &d, true, 0, &err), "%s", err.text);
    EXPECT(p.blocks.count == 2 && blocks_bytes(&p.blocks) == 24 * 256, "%d blocks, %llu bytes", p.blocks.count,
           (unsigned long long)blocks_bytes(&p.blocks)); // 12 + 12 of the first; 8 + 4 and 4 of the others
    expect_place(held, 0, 0);
    for (int i = 1; i < 3; i++)
        for (int n = 0; n < g[i].node_count; n++) {
            const struct tensor *t = g[i].nodes[n]->out[0];
            EXPECT(t->block != held->block || t->offset >= 8 * 256, "%s lies in what is held", t->name);
        }
    plan_finish(&p);

    graph_fail(&g[1], "the graph's own failure");
    plan_graph(&p, &g[1]);
    EXPECT(!plan_place(&p, &d, true, 0, &err) && p.blocks.count == 0, "it is planned");
    EXPECT_ERR(&err, "the graph's own failure");
    plan_finish(&p);
    arena_finish(&a);
}

// ---- real models

struct planned {
    struct run_config config;
    struct trainer trainer;
    struct err err;
};

// The plan of a run of `init`, a config.json; nothing is allocated. settings: of other sections, may be "".
static bool open_run(struct planned *p, const char *init, bool recompute, const char *settings, bool planning)
{
    struct str text = {0};
    const char *path = test_tmp("shape.json");
    str_printf(&text,
               "{\"output_dir\": \"%s\", \"model\": {\"tokenizer\": \"%s\", \"recompute\": %s, \"init\": %s}, "
               "\"prompt\": {\"template\": \"raw\"}, \"data\": {\"kind\": \"arithmetic\", \"count\": 50}, "
               "\"reward\": \"numeric\"%s}",
               test_tmp("shape"), test_path("golden/stories260K"), recompute ? "true" : "false", init, settings);
    bool ok = file_write(path, text.data, text.size, &p->err) && run_config_open(&p->config, path, NULL, 0, &p->err) &&
              trainer_open(&p->trainer, TRAIN_RL, &p->config, planning, &p->err);
    EXPECT(ok, "%s", p->err.text);
    str_finish(&text);
    return ok;
}

static void close_run(struct planned *p)
{
    trainer_close(&p->trainer);
    run_config_close(&p->config);
}

#define SHAPE(type, width, ffn, layers, heads, kv_heads, vocab, tied)                                                  \
    "{\"model_type\": \"" type "\", \"hidden_size\": " #width ", \"intermediate_size\": " #ffn                         \
    ", \"num_hidden_layers\": " #layers ", \"num_attention_heads\": " #heads ", \"num_key_value_heads\": " #kv_heads   \
    ", \"vocab_size\": " #vocab ", \"max_position_embeddings\": 4096, \"tie_word_embeddings\": " #tied "}"

static const struct {
    const char *name, *init;
    double parameters; // millions
} shapes[] = {
    {"Qwen2.5-0.5B", SHAPE("qwen2", 896, 4864, 24, 14, 2, 151936, true), 494},
    {"Qwen2.5-1.5B", SHAPE("qwen2", 1536, 8960, 28, 12, 2, 151936, true), 1544},
    {"Qwen2.5-3B", SHAPE("qwen2", 2048, 11008, 36, 16, 2, 151936, true), 3086},
    {"Qwen2.5-7B", SHAPE("qwen2", 3584, 18944, 28, 28, 4, 152064, false), 7616},
    {"Llama-3.2-3B", SHAPE("llama", 3072, 8192, 28, 24, 8, 128256, true), 3213},
};

static double most(double a, double b)
{
    return a > b ? a : b;
}

// Weights, gradients, moments: their own bytes and hardly more.
static void expect_no_holes(const char *name, const struct trainer *t, double parameters)
{
    const struct model *m = &t->session.engine.model;
    uint64_t block = t->session.device.block_bytes, large = blocks_align(tensor_bytes(m->top[W_EMBED], 4));
    double wanted = (double)tensor_bytes(m->rope, 4), elements = 0;
    for (size_t w = 0; w < m->weight_count; w++) {
        wanted += 2 * (double)tensor_bytes(m->weights[w], 4);
        elements += (double)tensor_count(m->weights[w]);
    }
    EXPECT(fabs(elements / 1e6 - parameters) < 1, "%s has %.1f M parameters", name, elements / 1e6);
    double model = (double)space_bytes(&m->space), optimizer = (double)space_bytes(&t->optimizer.space);
    EXPECT(model >= wanted && model < 1.001 * wanted, "%s: %.0f bytes for %.0f", name, model, wanted);
    EXPECT(optimizer >= 8 * elements && optimizer < 1.001 * 8 * elements, "%s: %.0f bytes for %.0f", name, optimizer,
           8 * elements);
    for (int b = 0; b < m->space.planned.count; b++)
        EXPECT(m->space.planned.bytes[b] <= block || m->space.planned.bytes[b] == large, "%s: block %d has %llu bytes",
               name, b, (unsigned long long)m->space.planned.bytes[b]);
}

static double alone(struct graph *g, uint64_t block_bytes)
{
    struct device d;
    device_open_plan(&d);
    d.block_bytes = block_bytes;
    graph_plan(g, &d, true, 0);
    return (double)blocks_bytes(&g->blocks);
}

// The work space is as large as its largest program would be in one block without limit, and 1 % more at most.
static void expect_activations_fit(const char *name, struct trainer *t)
{
    double work = (double)space_bytes(&t->session.engine.work), cache = (double)trainer_memory(t).cache;
    double update = alone(&t->learner.graph, UINT64_MAX);
    double sampling = cache + most(alone(&rollout_widest(&t->rollout.prefill)->graph, UINT64_MAX),
                                   alone(&rollout_widest(&t->rollout.decode)->graph, UINT64_MAX));
    EXPECT(work < 1.01 * most(update, sampling),
           "%s: the work space has %.0f bytes; an update takes %.0f, sampling %.0f", name, work, update, sampling);
}

TEST(memory, plans_of_real_models_have_no_padding)
{
    static const char *const settings[] = {
        "",
        ", \"rl\": {\"max_prompt_length\": 512, \"max_completion_length\": 1024, \"slots\": 64}, "
        "\"train\": {\"micro_batch_tokens\": 8192, \"logit_rows\": 1024}",
        ", \"rl\": {\"max_prompt_length\": 1000, \"max_completion_length\": 3000, \"slots\": 100}, "
        "\"train\": {\"micro_batch_tokens\": 30011, \"logit_rows\": 1500}"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int k = 0; k < 6; k++) {
            struct planned p = {0};
            if (open_run(&p, shapes[i].init, k % 2 == 0, settings[k / 2], true)) {
                struct trainer_memory m = trainer_memory(&p.trainer);
                EXPECT(k > 1 || (strcmp(m.largest->name, "model.embed_tokens.weight") == 0 &&
                                 m.largest_bytes == tensor_bytes(p.trainer.session.engine.model.top[W_EMBED], 4)),
                       "%s: the largest tensor is %s", shapes[i].name, m.largest->name);
                expect_no_holes(shapes[i].name, &p.trainer, shapes[i].parameters);
                expect_activations_fit(shapes[i].name, &p.trainer);
            }
            close_run(&p);
        }
}

// ---- limits set small

enum { ROWS = 32, STEPS = 3 };

struct trained {
    float *weights, *logp; // of all steps
    int64_t count;
    int blocks, large; // of the model: how many blocks; tensors that have one of their own
};

// Some steps of a tiny model whose tensors lie in blocks of block_bytes, 0: the device's own limit.
static bool train(const char *device, uint64_t block_bytes, struct trained *out, struct arena *arena)
{
    static const int32_t prompt[] = {1, 5}, completion[] = {3, 10, 17, 24, 2, 9, 16, 23};
    const struct sequence s = {prompt, 2, completion, 8};
    struct err err = {0};
    struct weights w;
    struct device d = {0};
    struct engine e;
    struct learner l;
    struct optimizer o;
    if (!device_open(&d, device, &err)) {
        test_skip("%s", err.text);
        return false;
    }
    if (block_bytes)
        d.block_bytes = block_bytes;
    check(weights_open(&w, test_path("golden/tiny-llama-tied"), &err), "%s", err.text);
    engine_plan(&e, &d, &w.config, &w, (struct model_options){DTYPE_BF16, true, 32});
    learner_plan(&l, &e, &e.model,
                 (struct learner_options){.rows = ROWS, .chunk = 16, .train = true, .on_policy = true});
    optimizer_plan(&o, &e, (struct optimizer_options){0.9, 0.99, 1e-8, 0, 1});
    EXPECT(engine_commit(&e, &w, 7, &err) && learner_init(&l, &err) && optimizer_init(&o, &w, 7, &err), "%s", err.text);
    struct learner_tokens t = learner_tokens_new(arena, ROWS);
    batch_pack(&l.batch, &s, 0, 1);
    for (int r = 0; r < ROWS; r++) {
        t.advantage[r] = 1;
        t.weight[r] = l.batch.targets[r] < 0 ? 0 : 0.125f;
    }
    *out = (struct trained){.logp = arena_array(arena, float, STEPS *ROWS), .blocks = e.model.space.block_count};
    double norm;
    for (int step = 0; step < STEPS; step++) {
        EXPECT(learner_run(&l, &t, &err) && optimizer_update(&o, 1e-2, &norm, &err), "%s", err.text);
        memcpy(out->logp + step * ROWS, t.logp, sizeof(float) * ROWS);
    }
    for (size_t i = 0; i < e.model.weight_count; i++)
        out->count += tensor_count(e.model.weights[i]);
    out->weights = arena_array(arena, float, out->count);
    int64_t at = 0;
    for (size_t i = 0; i < e.model.weight_count; i++) {
        struct tensor *x = e.model.weights[i];
        EXPECT(tensor_read(x, out->weights + at, &err), "%s", err.text);
        at += tensor_count(x);
        out->large += e.model.space.planned.bytes[x->block] > d.block_bytes;
    }
    EXPECT(device_memory_used(&d) ==
               space_bytes(&e.model.space) + space_bytes(&e.work) + space_bytes(&e.inputs) + space_bytes(&o.space),
           "%llu bytes are allocated", (unsigned long long)device_memory_used(&d));
    learner_finish(&l);
    optimizer_finish(&o);
    engine_finish(&e);
    EXPECT(device_memory_used(&d) == 0, "%llu bytes are left", (unsigned long long)device_memory_used(&d));
    weights_close(&w);
    device_close(&d);
    return true;
}

static void expect_same_bits(const char *device)
{
    struct arena a = {0};
    struct trained whole, cut;
    if (train(device, 0, &whole, &a) && train(device, 2048, &cut, &a)) {
        EXPECT(whole.blocks == 1 && whole.large == 0, "%d blocks without a limit", whole.blocks);
        EXPECT(cut.blocks > 20 && cut.large > 0, "%d blocks, %d tensors with one of their own", cut.blocks, cut.large);
        EXPECT(memcmp(whole.logp, cut.logp, sizeof(float) * STEPS * ROWS) == 0, "the log-probabilities differ");
        EXPECT(memcmp(whole.weights, cut.weights, sizeof(float) * (size_t)whole.count) == 0, "the weights differ");
    }
    arena_finish(&a);
}

TEST(memory, small_blocks_change_no_bit_cpu)
{
    expect_same_bits("cpu");
}

TEST(memory, small_blocks_change_no_bit_vulkan)
{
    expect_same_bits(test_device());
}

// ---- the plan is what is allocated

static void expect_planned(const char *device)
{
    static const char init[] = SHAPE("llama", 64, 160, 3, 4, 2, 2000, false);
    char settings[200];
    struct planned plan = {0}, run = {0};
    snprintf(settings, sizeof settings,
             ", \"device\": %s%s%s, \"rl\": {\"max_prompt_length\": 64, \"max_completion_length\": 64, \"beta\": 0.1}, "
             "\"train\": {\"micro_batch_tokens\": 512}",
             device ? "\"" : "", device ? device : "null", device ? "\"" : "");
    if (open_run(&plan, init, false, settings, true) && open_run(&run, init, false, settings, false)) {
        EXPECT(trainer_start(&run.trainer, true, &run.err), "%s", run.err.text);
        double planned = (double)trainer_memory(&plan.trainer).total;
        double used = (double)device_memory_used(&run.trainer.session.device);
        EXPECT(fabs(used - planned) < 0.01 * planned && used > 1e6, "%.0f bytes are planned, %.0f are used", planned,
               used);
    }
    close_run(&plan);
    close_run(&run);
}

TEST(memory, the_plan_is_what_is_allocated_cpu)
{
    expect_planned("cpu");
}

TEST(memory, the_plan_is_what_is_allocated_vulkan)
{
    if (test_have_vulkan())
        expect_planned(test_device());
}

// A device that cannot hold a tensor refuses the run when it is planned.
TEST(memory, a_run_is_refused_when_it_is_planned)
{
    struct err err = {0};
    struct device d;
    struct engine e;
    struct learner l;
    struct weights w;
    check(weights_open(&w, test_path("golden/tiny-llama-tied"), &err), "%s", err.text);
    device_open_plan(&d);
    d.block_bytes = d.tensor_max = 1024;
    engine_plan(&e, &d, &w.config, &w, (struct model_options){DTYPE_F32, true, 32});
    learner_plan(&l, &e, &e.model, (struct learner_options){.rows = 1, .chunk = 1, .train = true, .on_policy = true});
    EXPECT(!engine_place(&e, &err) && d.used == 0, "it is planned");
    EXPECT_ERR(&err, "weight model.embed_tokens.weight (");
    EXPECT_ERR(&err, ": store the model in 16 bits (model.dtype), or take a smaller one");
    learner_finish(&l);
    engine_finish(&e);
    weights_close(&w);
}

// A run that takes too much: what the message advises is enough, and half as much of it is not.
static void expect_advice(const char *more, const char *vram, const char *said_part, const char *set,
                          const char *milder)
{
    struct str line = {0}, out = {0}, said = {0};
    const char *config = test_tmp("fit.json");
    struct err err = {0};
    str_printf(
        &line,
        "{\"output_dir\": \"none\", \"model\": {\"path\": \"%s\"}, \"prompt\": {\"template\": \"raw\"}, \"data\": "
        "{\"kind\": \"arithmetic\", \"count\": 50}, \"reward\": \"numeric\", \"rl\": {\"max_prompt_length\": 60, "
        "\"max_completion_length\": 100, \"beta\": 0.04, \"slots\": 32}, \"train\": {\"micro_batch_tokens\": 4096, "
        "\"logit_rows\": 1024}}",
        test_path("golden/stories260K"));
    EXPECT(file_write(config, line.data, line.size, &err), "%s", err.text);
    for (int i = 0; i < (milder ? 3 : 1); i++) {
        str_clear(&line);
        str_printf(&line, "plan '%s' --vram %s %s %s", config, vram, more, i == 0 ? "" : i == 1 ? set : milder);
        int code = program_run_vkr1(line.data, "", &out, &said);
        if (i == 0)
            EXPECT(code == 1 && strstr(said.data, said_part) && strstr(said.data, set), "%s", said.data);
        else
            EXPECT(code == (i == 2), "%s: exit code %d, %s", line.data, code, said.data);
    }
    str_finish(&line);
    str_finish(&out);
    str_finish(&said);
}

TEST(memory, advice_is_enough)
{
    static const char kept[] = "--set model.recompute=false";
    expect_advice(kept, "60M", "more than 90 % of 60.0 MiB: --set model.recompute=true is enough, it saves ",
                  "--set model.recompute=true", "--set rl.slots=31");
    expect_advice(kept, "30M", " is enough, it saves ", "--set train.micro_batch_tokens=1024",
                  "--set train.micro_batch_tokens=2048");
    expect_advice(kept, "12M", " together are enough, they save ",
                  "--set train.micro_batch_tokens=256 --set rl.slots=16", "--set train.micro_batch_tokens=256");
    expect_advice("--sft --set sft.max_length=100", "12M", " together are enough, they save ",
                  "--set train.micro_batch_tokens=1024 --set rl.slots=16", "--set train.micro_batch_tokens=1024");
    expect_advice(kept, "3M",
                  ": take a smaller model; with --set model.recompute=true --set train.logit_rows=128 --set ",
                  " it would still take ", NULL);
}
