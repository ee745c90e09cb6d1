// What the layout of a batch must not change: a row's bits depend on the rows that it attends, not on where they lie,
// how they are cut into two ranges, or what else is in the batch. So rollouts agree with training, and packing with
// padding.
#include "op_run.h"

#include <math.h>

#include "base/rng.h"
#include "ops/trial.h"
#include "vk/vk.h"

enum { H = 4, J = 2, A = 16, ROWS = 61, MOST = 400 };

struct run {
    struct op_run r;
    struct tensor *q, *k, *v, *key_ranges, *query_ranges, *seed, *o;
};

// N query rows, M key rows; with gradients where `trained`.
static bool begin(struct run *t, const char *device, int64_t N, int64_t M, bool trained)
{
    if (!op_run_begin(&t->r, device))
        return false;
    struct graph *g = &t->r.g;
    t->q = graph_input(g, DTYPE_F32, "q", N, H * A);
    t->k = graph_input(g, DTYPE_F32, "k", M, J * A);
    t->v = graph_input(g, DTYPE_F32, "v", M, J * A);
    t->key_ranges = graph_input(g, DTYPE_I32, "key_ranges", N, 4);
    t->query_ranges = trained ? graph_input(g, DTYPE_I32, "query_ranges", M, 4) : NULL;
    t->q->needs_grad = t->k->needs_grad = t->v->needs_grad = trained;
    t->o = op_attention(g, t->q, t->k, t->v, t->key_ranges, t->query_ranges, A);
    graph_keep(t->o);
    if (trained) {
        t->seed = graph_input(g, DTYPE_F32, "seed", N, H * A);
        graph_add_grad(g, t->o, t->seed);
        graph_backward(g);
        graph_keep(graph_grad(g, t->q));
        graph_keep(graph_grad(g, t->k));
        graph_keep(graph_grad(g, t->v));
    }
    op_run_end(&t->r);
    return t->r.ready;
}

// Row `name` of a made-up text: the same values wherever it is put.
static void put_row(float *to, int64_t row, int64_t cols, uint32_t name, uint32_t which)
{
    for (int64_t i = 0; i < cols; i++)
        to[row * cols + i] = (float)rng_normal(7, RNG_TEST, 1000 * which + name, (uint32_t)i);
}

static void expect_rows(const double *got, int64_t row, const double *want, int64_t wanted, int64_t cols,
                        const char *what, const char *device)
{
    EXPECT(memcmp(got + row * cols, want + wanted * cols, sizeof *got * (size_t)cols) == 0,
           "%s: %s of row %lld differs from row %lld of the other layout, e.g. %.9g and %.9g", device, what,
           (long long)row, (long long)wanted, got[row * cols], want[wanted * cols]);
}

// One segment of ROWS rows that see their own past, after `before` rows of another one and before padding.
static bool run_packed(struct run *t, const char *device, int before, int behind)
{
    static float q[MOST * H * A], seed[MOST * H * A], k[MOST * J * A], v[MOST * J * A];
    static int32_t keys[MOST * 4], queries[MOST * 4];
    int N = before + ROWS + behind;
    memset(keys, 0, sizeof keys);
    memset(queries, 0, sizeof queries);
    for (int n = 0; n < N; n++) {
        uint32_t name = (uint32_t)(n < before ? 500 + n : n - before);
        bool padding = n >= before + ROWS;
        put_row(q, n, H * A, name, 1);
        put_row(k, n, J * A, name, 2);
        put_row(v, n, J * A, name, 3);
        put_row(seed, n, H * A, name, 4);
        keys[4 * n] = n < before ? 0 : before;
        keys[4 * n + 1] = padding ? 0 : n + 1;
        queries[4 * n] = n;
        queries[4 * n + 1] = padding ? 0 : n < before ? before : before + ROWS;
    }
    if (!begin(t, device, N, N, true))
        return false;
    op_run_write(t->q, q);
    op_run_write(t->k, k);
    op_run_write(t->v, v);
    op_run_write(t->seed, seed);
    op_run_write_i32(t->key_ranges, keys);
    op_run_write_i32(t->query_ranges, queries);
    op_run_go(&t->r);
    return true;
}

static void packing(const char *device)
{
    static double alone[4][MOST * H * A], packed[4][MOST * H * A];
    static const char *const names[] = {"o", "dq", "dk", "dv"};
    for (int side = 0; side < 2; side++) {
        struct run t;
        if (!run_packed(&t, device, side ? 29 : 0, side ? 75 : 0))
            return;
        const struct tensor *made[] = {t.o, graph_grad(&t.r.g, t.q), graph_grad(&t.r.g, t.k), graph_grad(&t.r.g, t.v)};
        for (int i = 0; i < 4; i++)
            op_run_read(made[i], side ? packed[i] : alone[i]);
        op_run_finish(&t.r);
    }
    for (int i = 0; i < 4; i++)
        for (int row = 0; row < ROWS; row++)
            expect_rows(packed[i], 29 + row, alone[i], row, (i < 2 ? H : J) * A, names[i], device);
    for (int i = 0; i < (H * A); i++) // the first padding row
        EXPECT(packed[0][(29 + ROWS) * H * A + i] == 0 && packed[1][(29 + ROWS) * H * A + i] == 0,
               "padding is not zero");
}

// Rows 40.. of the segment once more, from a cache where its first 17 rows stand after the others.
static void decoding(const char *device)
{
    enum { CACHE = 200, PREFIX = 17, AT = 120, OWN = 5, FIRST = 40, N = ROWS - FIRST };
    static float q[N * H * A], k[CACHE * J * A], v[CACHE * J * A];
    static double whole[ROWS * H * A], row[N * H * A];
    int32_t ranges[N * 4];
    struct run t;
    if (!run_packed(&t, device, 0, 0))
        return;
    op_run_read(t.o, whole);
    op_run_finish(&t.r);
    for (int m = 0; m < ROWS; m++) {
        put_row(k, m < PREFIX ? AT + m : OWN + m - PREFIX, J * A, (uint32_t)m, 2);
        put_row(v, m < PREFIX ? AT + m : OWN + m - PREFIX, J * A, (uint32_t)m, 3);
    }
    for (int n = 0; n < N; n++) {
        put_row(q, n, H * A, (uint32_t)(FIRST + n), 1);
        ranges[4 * n] = AT, ranges[4 * n + 1] = AT + PREFIX;
        ranges[4 * n + 2] = OWN, ranges[4 * n + 3] = OWN + FIRST + n + 1 - PREFIX;
    }
    if (!begin(&t, device, N, CACHE, false))
        return;
    op_run_write(t.q, q);
    op_run_write(t.k, k);
    op_run_write(t.v, v);
    op_run_write_i32(t.key_ranges, ranges);
    op_run_go(&t.r);
    op_run_read(t.o, row);
    op_run_finish(&t.r);
    for (int n = 0; n < N; n++)
        expect_rows(row, n, whole, FIRST + n, H * A, "o", device);
}

static void count_dispatches(void *user, int i, const struct node *n, const struct vk_stream *s)
{
    (void)i;
    double flops = n->op->cost(n).flops; // of causal lists: the longest is twice the average
    int needed = (int)ceil(2 * flops / (0.2 * 50e9));
    if (flops > 1e9)
        ++*(int *)user;
    EXPECT(vk_stream_stats(s).dispatches >= needed, "%s: %d dispatches, %d needed", n->op->name,
           vk_stream_stats(s).dispatches, needed);
}

// A context of 12,288 tokens of Qwen2.5-0.5B: no dispatch is longer than 200 ms at 50 GFLOP/s.
TEST(attention, dispatches_are_short)
{
    struct err err = {0};
    struct device d;
    int long_nodes = 0;
    if (!device_open(&d, test_device(), &err)) {
        test_skip("%s", err.text);
        return;
    }
    struct op_case c = node_attention.cases[0];
    for (int i = 0; i < node_attention.case_count; i++)
        if (strcmp(node_attention.cases[i].label, "causal") == 0)
            c = node_attention.cases[i];
    c.dims[0] = c.dims[1] = 12288, c.dims[2] = 14, c.dims[3] = 2, c.dims[4] = 64;
    EXPECT(trial_record(d.vk, &c, count_dispatches, &long_nodes, &err), "%s", err.text);
    EXPECT(long_nodes == 3, "%d nodes", long_nodes);
    device_close(&d);
}

TEST(attention, packing_changes_no_bits_on_the_cpu)
{
    packing("cpu");
}

TEST(attention, packing_changes_no_bits)
{
    packing(test_device());
}

TEST(attention, decoding_equals_training_on_the_cpu)
{
    decoding("cpu");
}

TEST(attention, decoding_equals_training)
{
    decoding(test_device());
}
