// The memory plan: activations share bytes when they do not live at the same time, and only then; sampling and training
// share one work space. The lifetimes are found here a second time, from the nodes.
#include "test.h"

#include <stdlib.h>

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
    graph_init(&g, &a);
    graph_keep(chain(&g, graph_input(&g, DTYPE_F32, "x", 10, ROW), 8));
    graph_plan(&g, 0, 4, true, 0);
    EXPECT(g.work_bytes == 2 * 2560, "%llu bytes", (unsigned long long)g.work_bytes);
    graph_plan(&g, 0, 8, true, 0);
    EXPECT(g.work_bytes == 2 * 5120, "%llu bytes in double", (unsigned long long)g.work_bytes);
    graph_plan(&g, 512, 4, true, 256);
    EXPECT(g.work_bytes == 512 + 2 * (2560 + 256), "%llu bytes with guards", (unsigned long long)g.work_bytes);
    graph_plan(&g, 0, 4, false, 0);
    EXPECT(g.work_bytes == 8 * 2560, "%llu bytes without reuse", (unsigned long long)g.work_bytes);
    arena_finish(&a);
}

TEST(graph, what_is_kept_lives_to_the_end)
{
    struct arena a = {0};
    struct graph g;
    graph_init(&g, &a);
    struct tensor *first = chain(&g, graph_input(&g, DTYPE_F32, "x", 10, ROW), 1);
    struct tensor *view = graph_view(&g, first, 3, 2);
    graph_keep(view); // with what it shows
    graph_keep(chain(&g, first, 7));
    graph_plan(&g, 0, 4, true, 0);
    EXPECT(g.work_bytes == 3 * 2560, "%llu bytes", (unsigned long long)g.work_bytes);
    EXPECT(view->offset == first->offset + 3 * 256, "the view lies at %llu", (unsigned long long)view->offset);
    arena_finish(&a);
}

// Planning alone: none of this memory is there.
TEST(graph, no_tensor_crosses_a_block)
{
    struct arena a = {0};
    struct graph g;
    graph_init(&g, &a);
    const int64_t rows = 2621440; // of 256 bytes: 640 MiB
    graph_keep(chain(&g, graph_input(&g, DTYPE_F32, "x", rows, ROW), 4));
    graph_plan(&g, 0, 4, true, 0);
    EXPECT(g.work_bytes == SPACE_BLOCK + (uint64_t)rows * 256, "%llu bytes", (unsigned long long)g.work_bytes);
    EXPECT(!g.err.text[0], "%s", g.err.text);
    arena_finish(&a);

    graph_init(&g, &a);
    graph_keep(chain(&g, graph_input(&g, DTYPE_F32, "x", 2 * rows, ROW), 1));
    graph_plan(&g, 0, 4, true, 0);
    EXPECT_ERR(&g.err,
               "(5242880 x 64) takes 1.25 GiB; a tensor may take 1 GiB at most: use fewer tokens a micro-batch");
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

// What a plan must hold: activations that live at the same time share no byte, and there are hardly more bytes than
// live at one node (5 %: biggest first leaves few holes). The bytes of all activations come to `times` the work space
// at least.
static void expect_plan_holds(const char *name, const struct graph *g, uint64_t start, double times)
{
    uint64_t sum = 0, peak = 0;
    struct arena a = {0};
    struct life *lives = arena_array(&a, struct life, g->tensor_count + 1);
    int count = find_lives(g, lives);
    EXPECT(count > 10, "%s: only %d activations", name, count);
    for (int i = 0; i < count; i++) {
        const struct life *x = &lives[i];
        uint64_t at = x->t->offset, end = at + x->bytes;
        EXPECT(at >= start && end <= g->work_bytes && at % 256 == 0, "%s: %s lies at %llu of %llu", name, x->t->name,
               (unsigned long long)at, (unsigned long long)g->work_bytes);
        EXPECT(at / SPACE_BLOCK == (end - 1) / SPACE_BLOCK, "%s: %s crosses a block", name, x->t->name);
        for (int j = 0; j < i; j++) {
            const struct life *y = &lives[j];
            bool together = x->first <= y->last && y->first <= x->last;
            bool apart = end <= y->t->offset || y->t->offset + y->bytes <= at;
            EXPECT(!together || apart, "%s: %s and %s live at the same time and share bytes", name, x->t->name,
                   y->t->name);
        }
        sum += x->bytes;
    }
    for (int n = 0; n <= g->node_count; n++) {
        uint64_t alive = 0;
        for (int i = 0; i < count; i++)
            alive += lives[i].first <= n && n <= lives[i].last ? lives[i].bytes : 0;
        peak = most(peak, alive);
    }
    double work = (double)(g->work_bytes - start);
    EXPECT(work <= 1.05 * (double)peak, "%s: %.0f bytes, of which %.0f live at a time", name, work, (double)peak);
    EXPECT((double)sum >= times * work, "%s: %.0f bytes for activations of %.0f in all", name, work, (double)sum);
    arena_finish(&a);
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
    const char *set[] = {model, "rl.max_prompt_length=60", override, another};
    bool ok = run_config_open(&p->config, init, set, 4, &p->err) &&
              trainer_open(&p->trainer, TRAIN_RL, &p->config, true, &p->err);
    EXPECT(ok, "%s", p->err.text);
    return ok;
}

static void unplan(struct planned *p)
{
    trainer_close(&p->trainer);
    run_config_close(&p->config);
}

// Bytes of the key/value cache, whose tensors lie one behind the other before all activations.
static uint64_t cache_end(const struct rollout *r)
{
    uint64_t end = 0;
    for (uint32_t l = 0; l < r->engine->model.config.layers; l++)
        for (int v = 0; v < 2; v++) {
            const struct tensor *x = v ? r->cache.v[l] : r->cache.k[l];
            EXPECT(x->offset >= end, "%s lies in the tensor before it", x->name);
            end = x->offset + tensor_bytes(x, 4);
        }
    return end;
}

TEST(graph, plans_of_programs_hold)
{
    struct planned p = {0};
    const struct trainer *t = &p.trainer;
    if (plan_run(&p, "rl.beta=0.1", "rl.top_k=5")) {
        uint64_t cache = cache_end(&t->rollout);
        expect_plan_holds("train", &t->learner.graph, 0, 2.5);
        expect_plan_holds("reference", &t->reference_scorer.graph, 0, 10); // nothing waits for a backward pass
        expect_plan_holds("prefill", &t->rollout.prefill, cache, 3);
        expect_plan_holds("decode", &t->rollout.decode, cache, 3);
    }
    unplan(&p);
    if (plan_run(&p, "model.recompute=true", "train.logit_rows=100"))
        expect_plan_holds("train with recompute", &t->learner.graph, 0, 5);
    unplan(&p);
}

static uint64_t train_bytes(const char *override, const char *another)
{
    struct planned p = {0};
    uint64_t bytes = plan_run(&p, override, another) ? p.trainer.learner.graph.work_bytes : 0;
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

// The work space is as large as what the largest program needs, whichever that is.
static void expect_shared(const char *override, bool sampling_is_larger)
{
    struct planned p = {0};
    const struct trainer *t = &p.trainer;
    if (plan_run(&p, override, "rl.beta=0.1")) {
        uint64_t update = most(most(t->learner.graph.work_bytes, t->reference_scorer.graph.work_bytes),
                               t->optimizer.graph.work_bytes);
        uint64_t sampling = most(t->rollout.prefill.work_bytes, t->rollout.decode.work_bytes),
                 work = trainer_memory(t).work;
        EXPECT(work == most(update, sampling), "%s: %llu bytes, an update takes %llu, sampling %llu", override,
               (unsigned long long)work, (unsigned long long)update, (unsigned long long)sampling);
        EXPECT(sampling > cache_end(&t->rollout), "sampling leaves no room for the cache");
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
