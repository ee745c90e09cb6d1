// Rows stand alone: what an op makes of a row has the same bits whatever the other rows are and however many, so that a
// rollout depends on neither slots nor batches. Each case below runs once with WHOLE rows, then with a few of the same
// rows; backward ops whose outputs are rows are compared too. Matrix products have a test of their own for all of their
// kernels (ops.matmul_rows_stand_alone).
#include "test.h"

#include "base/rng.h"
#include "ops/check.h"
#include "ops/trial.h"

enum { WHOLE = 131, VALUES = 64 };

// dims1: instead of the case's own, 0 for that. The labels are those of the ops' cases.
static const struct {
    const char *op, *label;
    int64_t dims1;
} table[] = {
    {"add", "primes", 0},
    {"attention", "decoding", 600},
    {"attention", "rows of 4 lanes, decoding", 600},
    {"attention", "rows of 1 lane, decoding", 600},
    {"bias", "primes", 0},
    {"copy", "f16, bf16", 0},
    {"copy", "bf16 large", 0},
    {"embed", "primes", 0},
    {"embed", "f16", 0},
    {"embed", "bf16", 0},
    {"embed", "q8_0", 0},
    {"embed", "q4_0", 0},
    {"embed", "q4_1", 0},
    {"grpo_loss", "everything", 0},
    {"grpo_loss", "kl times ratio", 0},
    {"logprob", "primes, warm", 0},
    {"logprob", "all filters", 0},
    {"logprob", "above a block", 0},
    {"matmul", "576 wide", 0},
    {"rmsnorm", "primes", 0},
    {"rmsnorm", "SmolLM2 width", 0},
    {"rope", "primes", 0},
    {"rope", "SmolLM2", 0},
    {"sample", "warm", 0},
    {"sample", "greedy", 0},
    {"sample", "all filters", 0},
    {"swiglu", "primes", 0},
    {"threshold", "top-k, group", 0},
    {"threshold", "all filters", 0},
    {"threshold", "all filters, group", 0},
};

// Ops without rows that stand alone: a result is made of all of them, or they are stored by the index of another
// tensor.
static const char *const others[] = {"adamw", "cache_append", "clip", "norm_partial", "zero"};

// The case that runs, for cut_fill: rows [first, first + rows) of what the whole case has.
static struct {
    const struct op_case *whole;
    int64_t first;
    const char *of_rows[TRIAL_LEAVES]; // leaves that have a row for each
    int count;
} cut;

static bool has_rows(const struct tensor *t)
{
    for (int i = 0; i < cut.count; i++)
        if (strcmp(cut.of_rows[i], t->name) == 0)
            return true;
    return false;
}

static bool cut_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    (void)c;
    struct tensor all = *t;
    all.shape[0] = has_rows(t) ? WHOLE : t->shape[0];
    int64_t n = tensor_count(&all), from = has_rows(t) ? cut.first * tensor_cols(t) : 0, count = tensor_count(t);
    struct arena a = {0};
    bool integers = t->dtype == DTYPE_I32;
    int32_t *i32 = arena_array(&a, int32_t, n);
    double *f64 = arena_array(&a, double, n);
    if (!cut.whole->fill || !cut.whole->fill(cut.whole, &all, i32, f64))
        for (int64_t i = 0; i < n; i++)
            f64[i] = rng_normal(3, RNG_TEST, trial_hash(t->name), (uint32_t)i);
    if (integers)
        memcpy(ints, i32 + from, sizeof *ints * (size_t)count);
    else
        memcpy(values, f64 + from, sizeof *values * (size_t)count);
    arena_finish(&a);
    return true;
}

struct values { // of one output, `rows` of them where it has a row for each
    char name[40];
    int64_t rows, cols;
    double *v;
};

static int read_outputs(struct trial *t, struct arena *a, struct values out[VALUES])
{
    int count = 0;
    struct err err = {0};
    for (int i = 0; i < t->g.node_count; i++)
        for (int j = 0; j < NODE_OUTPUTS; j++) {
            const struct tensor *o = t->g.nodes[i]->out[j];
            if (!o || o->scratch)
                continue;
            check(count < VALUES, "a case has more than %d outputs", VALUES);
            struct values *to = &out[count++];
            *to = (struct values){"", tensor_rows(o), tensor_cols(o), arena_array(a, double, tensor_count(o))};
            snprintf(to->name, sizeof to->name, "%s", o->name);
            int32_t *ints = arena_array(a, int32_t, tensor_count(o));
            bool ok = o->dtype == DTYPE_I32 ? tensor_read_i32(o, ints, &err) : tensor_read_double(o, to->v, &err);
            for (int64_t k = 0; o->dtype == DTYPE_I32 && k < tensor_count(o); k++)
                to->v[k] = ints[k];
            EXPECT(ok, "%s: %s", o->name, err.text);
        }
    return count;
}

// Runs rows [first, first + rows) of c; returns how many outputs there are.
static int run_rows(struct device *d, const struct op_case *c, int64_t first, int64_t rows, struct arena *a,
                    struct values out[VALUES])
{
    struct trial t = {0};
    struct err err = {0};
    struct op_case part = *c;
    part.dims[0] = rows;
    part.fill = cut_fill;
    cut.first = first;
    bool ok = trial_init(&t, d, &part, &err);
    EXPECT(ok, "%s: %s", c->label, err.text);
    if (rows == WHOLE) { // nothing was cut yet, so what has WHOLE rows is filled rightly
        cut.count = 0;
        for (int i = 0; i < t.leaf_count; i++)
            if (t.leaves[i]->shape[0] == WHOLE) {
                char *name = arena_alloc(a, strlen(t.leaves[i]->name) + 1);
                cut.of_rows[cut.count++] = strcpy(name, t.leaves[i]->name);
            }
    }
    int count = ok ? read_outputs(&t, a, out) : 0;
    trial_finish(&t);
    return count;
}

static void rows_alone(struct device *d, const struct op *op, const struct op_case *c)
{
    static const int64_t counts[] = {1, 8, 9, 64, 65}, firsts[] = {0, 1, WHOLE}; // WHOLE: the last ones
    struct arena arena = {0};
    struct values whole[VALUES], part[VALUES];
    cut.whole = c;
    cut.count = 0;
    int outputs = run_rows(d, c, 0, WHOLE, &arena, whole), compared = 0;
    for (int i = 0; i < 15; i++) {
        int64_t rows = counts[i / 3], first = firsts[i % 3] < WHOLE ? firsts[i % 3] : WHOLE - rows;
        struct arena a = {0};
        EXPECT(run_rows(d, c, first, rows, &a, part) == outputs, "%s, %s: other outputs", op->name, c->label);
        for (int j = 0; j < outputs; j++) {
            if (whole[j].rows != WHOLE || part[j].rows != rows)
                continue;
            compared++;
            EXPECT(memcmp(part[j].v, whole[j].v + first * whole[j].cols,
                          sizeof(double) * (size_t)(rows * whole[j].cols)) == 0,
                   "%s, %s: %s of rows [%lld,%lld) alone differs from the same rows of %d", op->name, c->label,
                   whole[j].name, (long long)first, (long long)(first + rows), WHOLE);
        }
        arena_finish(&a);
    }
    EXPECT(compared >= 15, "%s, %s: no output has rows", op->name, c->label);
    arena_finish(&arena);
}

static void table_rows_alone(struct device *d)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bool found = false;
        for (int o = 0; ops_all[o]; o++)
            for (int k = 0; k < ops_all[o]->case_count; k++) {
                struct op_case c = ops_all[o]->cases[k];
                if (strcmp(ops_all[o]->name, table[i].op) != 0 || strcmp(c.label, table[i].label) != 0)
                    continue;
                found = true;
                c.dims[0] = WHOLE;
                c.dims[1] = table[i].dims1 ? table[i].dims1 : c.dims[1];
                rows_alone(d, ops_all[o], &c);
            }
        EXPECT(found, "%s has no case \"%s\"", table[i].op, table[i].label);
    }
}

TEST(rows, stand_alone_cpu)
{
    struct err err = {0};
    struct device d;
    EXPECT(device_open(&d, "cpu", &err), "%s", err.text);
    table_rows_alone(&d);
    device_close(&d);
}

TEST(rows, stand_alone_vulkan)
{
    struct err err = {0};
    struct device d;
    if (!device_open(&d, test_device(), &err)) {
        test_skip("%s", err.text);
        return;
    }
    table_rows_alone(&d);
    device_close(&d);
}

TEST(rows, every_op_is_tried)
{
    for (int o = 0; ops_all[o]; o++) {
        bool found = !ops_all[o]->case_count; // part of another op's cases
        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
            found = found || strcmp(table[i].op, ops_all[o]->name) == 0;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            found = found || strcmp(others[i], ops_all[o]->name) == 0;
        EXPECT(found, "%s is neither in the table nor among the others", ops_all[o]->name);
    }
}
