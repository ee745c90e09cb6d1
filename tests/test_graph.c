// The memory plan: activations share bytes when they do not live at the same time, and only then; sampling and training
// share one work space. The lifetimes are found here a second time, from the nodes.
#include "test.h"

#include <stdlib.h>

#include "graph/plan.h"
#include "ops/ops.h"
#include "rl/trainer.h"

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

// ---- by hand

enum { ROW = 64 }; // columns: a row is 256 bytes

// x -> x+x -> ... `length` times.
static struct tensor *chain(struct graph *g, struct tensor *x, int length)
{
    for (int i = 0; i < length; i++)
        x = op_add(g, x, x);
    return x;
}

TEST(graph, a_chain_needs_two_places)
{
    struct arena a = {0};
    struct graph g;
    struct device d;
    device_open_plan(&d);
    graph_init(&g, &a);
    graph_keep(chain(&g, graph_input(&g, DTYPE_F32, "x", 10, ROW), 8));
    graph_plan(&g, &d, true, 0);
    EXPECT(blocks_bytes(&g.blocks) == 2 * 2560, "%llu bytes", (unsigned long long)blocks_bytes(&g.blocks));
    d.real_bytes = 8;
    graph_plan(&g, &d, true, 0);
    EXPECT(blocks_bytes(&g.blocks) == 2 * 5120, "%llu bytes in double", (unsigned long long)blocks_bytes(&g.blocks));
    d.real_bytes = 4;
    graph_plan(&g, &d, true, 256);
    EXPECT(blocks_bytes(&g.blocks) == 2 * (2560 + 256), "%llu bytes with guards",
           (unsigned long long)blocks_bytes(&g.blocks));
    graph_plan(&g, &d, false, 0);
    EXPECT(blocks_bytes(&g.blocks) == 8 * 2560, "%llu bytes without reuse",
           (unsigned long long)blocks_bytes(&g.blocks));
    arena_finish(&a);
}

TEST(graph, what_is_kept_lives_to_the_end)
{
    struct arena a = {0};
    struct graph g;
    struct device d;
    device_open_plan(&d);
    graph_init(&g, &a);
    struct tensor *first = chain(&g, graph_input(&g, DTYPE_F32, "x", 10, ROW), 1);
    struct tensor *view = graph_view(&g, first, 3, 2);
    graph_keep(view); // with what it shows
    graph_keep(chain(&g, first, 7));
    graph_plan(&g, &d, true, 0);
    EXPECT(blocks_bytes(&g.blocks) == 3 * 2560, "%llu bytes", (unsigned long long)blocks_bytes(&g.blocks));
    arena_finish(&a);
}

// ---- plans of real runs

struct life {
    const struct tensor *t;
    uint64_t bytes;
    int first, last; // nodes
};

static bool shows(const struct tensor *t, const struct tensor *whole)
{
    return t == whole || (t && t->base == whole);
}

// The activations that have bytes of their own; returns how many.
static int find_lives(const struct graph *g, struct life *out)
{
    int count = 0;
    for (int i = 0; i < g->tensor_count; i++) {
        struct life l = {.t = g->tensors[i], .first = g->node_count, .last = -1};
        if (l.t->kind != TENSOR_ACTIVATION || l.t->base)
            continue;
        for (int n = 0; n < g->node_count; n++) {
            bool used = false;
            for (int j = 0; j < NODE_INPUTS; j++)
                used |= shows(g->nodes[n]->in[j], l.t);
            for (int j = 0; j < NODE_OUTPUTS; j++)
                used |= shows(g->nodes[n]->out[j], l.t);
            if (used && n < l.first)
                l.first = n;
            if (used)
                l.last = n;
        }
        l.bytes = tensor_bytes(l.t, 4);
        if (l.t->keep)
            l.last = g->node_count;
        if (l.last >= l.first)
            out[count++] = l;
    }
    return count;
}

// What a plan must hold: activations that live at the same time share no byte, with each other or with the cache (NULL:
// none). Returns the most bytes that live at one node; the bytes of all activations come to `times` that at least.
static uint64_t expect_plan_holds(const char *name, const struct graph *g, const struct rollout *cached, double times)
{
    uint64_t sum = 0, peak = 0;
    struct arena a = {0};
    int layers = cached ? (int)cached->engine->model.config.layers : 0;
    struct life *lives = arena_array(&a, struct life, g->tensor_count + 2 * layers + 1);
    int own = find_lives(g, lives), count = own;
    EXPECT(own > 10, "%s: only %d activations", name, own);
    for (int l = 0; l < 2 * layers; l++) {
        const struct tensor *t = l % 2 ? cached->cache.v[l / 2] : cached->cache.k[l / 2];
        lives[count++] = (struct life){t, tensor_bytes(t, 4), 0, g->node_count};
    }
    for (int i = 0; i < count; i++) {
        const struct life *x = &lives[i];
        uint64_t at = x->t->offset, end = at + x->bytes;
        EXPECT(i >= own || (x->t->block < g->blocks.count && end <= g->blocks.bytes[x->t->block]),
               "%s: %s ends at %llu of block %d", name, x->t->name, (unsigned long long)end, x->t->block);
        EXPECT(at % 256 == 0, "%s: %s lies at %llu", name, x->t->name, (unsigned long long)at);
        for (int j = 0; j < i; j++) {
            const struct life *y = &lives[j];
            bool together = x->first <= y->last && y->first <= x->last;
            bool apart = x->t->block != y->t->block || end <= y->t->offset || y->t->offset + y->bytes <= at;
            EXPECT(!together || apart, "%s: %s and %s live at the same time and share bytes", name, x->t->name,
                   y->t->name);
        }
        sum += i < own ? x->bytes : 0;
    }
    uint64_t cache = 0;
    for (int i = own; i < count; i++)
        cache += lives[i].bytes;
    for (int n = 0; n <= g->node_count; n++) {
        uint64_t alive = 0;
        for (int i = 0; i < own; i++)
            alive += lives[i].first <= n && n <= lives[i].last ? lives[i].bytes : 0;
        peak = most(peak, alive);
    }
    EXPECT((double)sum >= times * (double)peak, "%s: %.0f bytes at a time for activations of %.0f in all", name,
           (double)peak, (double)sum);
    arena_finish(&a);
    return peak + cache;
}

// The plan of the quickstart with two overrides of its config; nothing is allocated.
struct planned {
    struct run_config config;
    struct trainer trainer;
    struct err err;
};

static bool plan_run(struct planned *p, const char *override, const char *another)
{
    char model[1200], init[1200];
    snprintf(model, sizeof model, "model.path=%s", test_path("golden/stories260K"));
    snprintf(init, sizeof init, "%s", test_path("../configs/quickstart.json"));
    const char *set[] = {model, "rl.max_prompt_length=60", "rl.num_generations=1024", override, another};
    bool ok = run_config_open(&p->config, init, set, 5, &p->err) &&
              trainer_open(&p->trainer, TRAIN_RL, &p->config, true, &p->err);
    EXPECT(ok, "%s", p->err.text);
    return ok;
}

static void unplan(struct planned *p)
{
    trainer_close(&p->trainer);
    run_config_close(&p->config);
}

// There are hardly more bytes than live at one node of the largest program (5 %: biggest first leaves few holes).
static void expect_tight(const struct trainer *t, uint64_t peak)
{
    double work = (double)trainer_memory(t).work;
    EXPECT(work >= (double)peak && work <= 1.05 * (double)peak, "%.0f bytes, of which %.0f live at a time", work,
           (double)peak);
}

TEST(graph, plans_of_programs_hold)
{
    struct planned p = {0};
    struct trainer *t = &p.trainer;
    if (plan_run(&p, "rl.beta=0.1", "rl.top_k=5")) {
        uint64_t train = expect_plan_holds("train", &t->learner.graph, NULL, 2.5);
        uint64_t scorer = expect_plan_holds("reference", &t->reference_scorer.graph, NULL, 10); // no backward pass
        uint64_t prefill = expect_plan_holds("prefill", &rollout_widest(&t->rollout.prefill)->graph, &t->rollout, 3);
        uint64_t decode = expect_plan_holds("decode", &rollout_widest(&t->rollout.decode)->graph, &t->rollout, 3);
        expect_tight(t, most(most(train, scorer), most(prefill, decode)));
    }
    unplan(&p);
    if (plan_run(&p, "rl.slots=4096", "rl.num_generations=2"))
        EXPECT(t->rollout.options.slots == 2 * p.config.rl.prompts_per_step, "%d slots", t->rollout.options.slots);
    unplan(&p);
    if (plan_run(&p, "rl.slots=4096", "rl.top_k=5"))
        expect_tight(t, most(expect_plan_holds("prefill", &rollout_widest(&t->rollout.prefill)->graph, &t->rollout, 3),
                             expect_plan_holds("decode", &rollout_widest(&t->rollout.decode)->graph, &t->rollout, 3)));
    unplan(&p);
    if (plan_run(&p, "model.recompute=true", "train.logit_rows=100"))
        expect_plan_holds("train with recompute", &t->learner.graph, NULL, 5);
    unplan(&p);
}

// What a program would take by itself.
static uint64_t alone(struct graph *g, const struct trainer *t)
{
    graph_plan(g, &t->session.device, true, 0);
    return blocks_bytes(&g->blocks);
}

static uint64_t train_bytes(const char *override, const char *another)
{
    struct planned p = {0};
    uint64_t bytes = plan_run(&p, override, another) ? alone(&p.trainer.learner.graph, &p.trainer) : 0;
    unplan(&p);
    return bytes;
}

TEST(graph, recompute_lowers_the_memory)
{
    uint64_t kept = train_bytes("model.recompute=false", "train.logit_rows=64");
    uint64_t rebuilt = train_bytes("model.recompute=true", "train.logit_rows=64");
    uint64_t whole_head = train_bytes("model.recompute=false", "train.logit_rows=2560");
    // Of five layers one is there at a time, beside what lies between them.
    EXPECT(rebuilt * 5 < kept * 2, "%llu bytes with recompute, %llu without", (unsigned long long)rebuilt,
           (unsigned long long)kept);
    EXPECT(kept < whole_head, "%llu bytes with the head in chunks, %llu without", (unsigned long long)kept,
           (unsigned long long)whole_head);
}

// The work space is hardly larger than what the largest program takes, whichever that is.
static void expect_shared(const char *override, bool sampling_is_larger)
{
    struct planned p = {0};
    struct trainer *t = &p.trainer;
    if (plan_run(&p, override, "rl.beta=0.1")) {
        struct trainer_memory m = trainer_memory(t);
        uint64_t update = most(most(alone(&t->learner.graph, t), alone(&t->reference_scorer.graph, t)),
                               alone(&t->optimizer.graph, t));
        uint64_t sampling = m.cache + most(alone(&rollout_widest(&t->rollout.prefill)->graph, t),
                                           alone(&rollout_widest(&t->rollout.decode)->graph, t));
        EXPECT((double)m.work <= 1.01 * (double)most(update, sampling),
               "%s: %llu bytes, an update takes %llu, sampling %llu", override, (unsigned long long)m.work,
               (unsigned long long)update, (unsigned long long)sampling);
        EXPECT((sampling > update) == sampling_is_larger, "%s: an update takes %llu, sampling %llu", override,
               (unsigned long long)update, (unsigned long long)sampling);
    }
    unplan(&p);
}

TEST(graph, sampling_and_training_share_the_work_space)
{
    expect_shared("rl.slots=64", false);
    expect_shared("rl.slots=4096", true);
}

// What a recompute segment makes is made again in the type of the original.
TEST(graph, clones_have_the_type_of_their_originals)
{
    struct arena a = {0};
    struct graph g;
    graph_init(&g, &a);
    struct tensor *x = graph_input(&g, DTYPE_F32, "x", 4, ROW);
    graph_segment_begin(&g);
    struct tensor *y = op_add(&g, x, x);
    graph_segment_end(&g);
    y->dtype = DTYPE_BF16;
    int before = g.tensor_count, clones = 0;
    graph_backward(&g);
    for (int i = before; i < g.tensor_count; i++)
        if (g.tensors[i]->clone_of == y) {
            EXPECT(g.tensors[i]->dtype == DTYPE_BF16, "%s", dtype_name(g.tensors[i]->dtype));
            clones++;
        }
    EXPECT(clones == 1, "%d clones", clones);
    arena_finish(&a);
}
