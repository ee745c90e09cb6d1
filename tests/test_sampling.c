// Sampling: kept tokens, log-probabilities and entropies against transformers (tools/golden_sampling.py); the
// statistics of the draws; and that a row depends on nothing but itself.
#include "op_run.h"

#include "base/json.h"
#include "base/rng.h"

enum { ROWS = 6, VOCABULARY = 37 };

// ---- golden values

struct golden_case {
    float settings[SAMPLING_SIZE];
    int rows;
    bool kept[ROWS][VOCABULARY];
    int32_t target[ROWS];
    double logp[ROWS], entropy[ROWS];
};

static void load_case(const struct json *c, struct golden_case *out)
{
    *out = (struct golden_case){.settings = {(float)(1 / json_number(json_get(c, "temperature"), NAN)),
                                             (float)json_number(json_get(c, "top_k"), NAN),
                                             (float)json_number(json_get(c, "top_p"), NAN),
                                             (float)json_number(json_get(c, "min_p"), NAN)},
                                .rows = (int)json_count(json_get(c, "kept"))};
    for (int i = 0; i < ROWS; i++)
        out->target[i] = -1; // rows that the case does not use are padding
    for (int i = 0; i < out->rows; i++) {
        for (const struct json *v = json_first(json_at(json_get(c, "kept"), (size_t)i)); v; v = json_next(v))
            out->kept[i][json_int(v, 0)] = true;
        out->target[i] = (int32_t)json_int(json_at(json_get(c, "target"), (size_t)i), -1);
        out->logp[i] = json_number(json_at(json_get(c, "logp"), (size_t)i), NAN);
        out->entropy[i] = json_number(json_at(json_get(c, "entropy"), (size_t)i), NAN);
    }
}

struct golden_run {
    struct op_run r;
    struct tensor *logits, *targets, *sampling, *threshold, *logp, *entropy;
    float values[ROWS * VOCABULARY];
};

static void expect_case(struct golden_run *t, const struct golden_case *c, int number)
{
    double threshold[ROWS], logp[ROWS], entropy[ROWS];
    op_run_write(t->sampling, c->settings);
    op_run_write_i32(t->targets, c->target);
    op_run_go(&t->r);
    op_run_read(t->threshold, threshold);
    op_run_read(t->logp, logp);
    op_run_read(t->entropy, entropy);
    for (int i = 0; i < c->rows; i++) {
        for (int v = 0; v < VOCABULARY; v++) {
            float z = t->values[i * VOCABULARY + v] * c->settings[SAMPLING_INV_TEMPERATURE];
            bool kept = t->r.device.kind == DEVICE_CPU_DOUBLE
                            ? (double)t->values[i * VOCABULARY + v] * (double)c->settings[SAMPLING_INV_TEMPERATURE] >=
                                  threshold[i]
                            : z >= (float)threshold[i];
            EXPECT(kept == c->kept[i][v], "case %d, row %d: token %d is %s", number, i, v, kept ? "kept" : "dropped");
        }
        EXPECT(fabs(logp[i] - c->logp[i]) < 2e-6, "case %d, row %d: logp %.9g instead of %.9g", number, i, logp[i],
               c->logp[i]);
        EXPECT(fabs(entropy[i] - c->entropy[i]) < 2e-6, "case %d, row %d: entropy %.9g instead of %.9g", number, i,
               entropy[i], c->entropy[i]);
    }
}

static void expect_golden(const char *which)
{
    struct err err = {0};
    struct golden_run t = {0};
    if (!op_run_begin(&t.r, which))
        return;
    struct json *golden = json_open(test_path("golden/sampling.json"), false, &err);
    EXPECT(golden, "%s", err.text);
    t.logits = graph_input(&t.r.g, DTYPE_F32, "logits", ROWS, VOCABULARY);
    t.targets = graph_input(&t.r.g, DTYPE_I32, "targets", ROWS, 1);
    t.sampling = graph_input(&t.r.g, DTYPE_F32, "sampling", 1, SAMPLING_SIZE);
    t.threshold = op_threshold(&t.r.g, t.logits, t.sampling);
    t.logp = graph_activation(&t.r.g, "logp", ROWS, 1);
    t.entropy = graph_activation(&t.r.g, "entropy", ROWS, 1);
    op_logprob_to(&t.r.g, t.logits, t.targets, t.sampling, t.threshold, t.logp, t.entropy);
    graph_keep(t.threshold);
    graph_keep(t.logp);
    graph_keep(t.entropy);
    op_run_end(&t.r);
    int i = 0, number = 0;
    for (const struct json *row = json_first(json_get(golden, "logits")); row; row = json_next(row))
        for (const struct json *v = json_first(row); v; v = json_next(v))
            t.values[i++] = (float)json_number(v, NAN);
    op_run_write(t.logits, t.values);
    for (const struct json *c = json_first(json_get(golden, "cases")); c; c = json_next(c), number++) {
        struct golden_case g;
        load_case(c, &g);
        expect_case(&t, &g, number);
    }
    EXPECT(i == ROWS * VOCABULARY && number == 15, "%d values, %d cases", i, number);
    json_close(golden);
    op_run_finish(&t.r);
}

TEST(sampling, transformers_on_the_cpu)
{
    expect_golden("cpu");
    expect_golden("cpu-double");
}

TEST(sampling, transformers_on_vulkan)
{
    expect_golden(test_device());
}

// ---- draws

struct draw_run {
    struct op_run r;
    struct tensor *logits, *sampling, *keys, *token, *logp;
};

static bool draw_begin(struct draw_run *t, const char *which, int64_t rows, int64_t vocabulary, bool filtered)
{
    *t = (struct draw_run){0};
    if (!op_run_begin(&t->r, which))
        return false;
    t->logits = graph_input(&t->r.g, DTYPE_F32, "logits", rows, vocabulary);
    t->sampling = graph_input(&t->r.g, DTYPE_F32, "sampling", 1, SAMPLING_SIZE);
    t->keys = graph_input(&t->r.g, DTYPE_I32, "keys", rows, 4);
    struct tensor *threshold = filtered ? op_threshold(&t->r.g, t->logits, t->sampling) : NULL;
    op_sample(&t->r.g, t->logits, threshold, t->sampling, t->keys, &t->token, &t->logp);
    graph_keep(t->token);
    graph_keep(t->logp);
    op_run_end(&t->r);
    return true;
}

static void draw(struct draw_run *t, const float *logits, const float *settings, const int32_t *keys, int32_t *token,
                 double *logp)
{
    struct err err = {0};
    op_run_write(t->logits, logits);
    op_run_write(t->sampling, settings);
    op_run_write_i32(t->keys, keys);
    op_run_go(&t->r);
    EXPECT(tensor_read_i32(t->token, token, &err), "%s", err.text);
    op_run_read(t->logp, logp);
}

enum { DRAWS = 20000, SIDES = 23 };

// The tokens of DRAWS draws from one distribution.
static bool draw_many(const char *which, const float settings[SAMPLING_SIZE], int32_t *tokens, double *logp)
{
    struct draw_run t;
    struct arena a = {0};
    if (!draw_begin(&t, which, DRAWS, SIDES, true))
        return false;
    float *logits = arena_array(&a, float, DRAWS *SIDES);
    int32_t *keys = arena_array(&a, int32_t, DRAWS * 4);
    for (int i = 0; i < DRAWS; i++) {
        for (int v = 0; v < SIDES; v++)
            logits[i * SIDES + v] = (float)(v * 7 % SIDES) * 0.15f;
        keys[4 * i] = i / 100;     // episode
        keys[4 * i + 1] = i % 100; // position
        keys[4 * i + 2] = 42;
    }
    draw(&t, logits, settings, keys, tokens, logp);
    op_run_finish(&t.r);
    arena_finish(&a);
    return true;
}

// Pearson's chi-square over the kept tokens against 99.9 % quantiles; the seed is fixed, so the outcome is too.
static void expect_statistics(const char *which, const float settings[SAMPLING_SIZE], int kept, double quantile)
{
    static int32_t tokens[DRAWS];
    static double logp[DRAWS];
    int counts[SIDES] = {0};
    double probability[SIDES], sum = 0, chi = 0;
    if (!draw_many(which, settings, tokens, logp))
        return;
    for (int v = 0; v < SIDES; v++) {
        int rank = v * 7 % SIDES; // SIDES - 1 is the likeliest
        probability[v] = rank >= SIDES - kept ? exp(rank * 0.15 * (double)settings[SAMPLING_INV_TEMPERATURE]) : 0;
        sum += probability[v];
    }
    for (int i = 0; i < DRAWS; i++) {
        EXPECT(tokens[i] >= 0 && tokens[i] < SIDES, "draw %d is %d", i, (int)tokens[i]);
        EXPECT(fabs(logp[i] - log(probability[tokens[i]] / sum)) < 2e-6, "draw %d: logp %.9g", i, logp[i]);
        counts[tokens[i]]++;
    }
    for (int v = 0; v < SIDES; v++) {
        double expected = probability[v] / sum * DRAWS;
        if (expected > 0)
            chi += (counts[v] - expected) * (counts[v] - expected) / expected;
        EXPECT(expected > 0 || counts[v] == 0, "token %d was dropped and drawn", v);
    }
    EXPECT(chi < quantile, "chi-square %.2f over %d tokens exceeds %.2f", chi, kept, quantile);
}

TEST(sampling, draws_have_the_right_probabilities)
{
    expect_statistics("cpu", (float[]){1, 0, 1, 0}, 23, 48.27); // 22 degrees of freedom
    expect_statistics("cpu", (float[]){1 / 0.5f, 0, 1, 0}, 23, 48.27);
    expect_statistics("cpu", (float[]){1, 7, 1, 0}, 7, 22.46); // 6
}

TEST(sampling, draws_have_the_right_probabilities_on_vulkan)
{
    expect_statistics(test_device(), (float[]){1, 0, 1, 0}, 23, 48.27);
    expect_statistics(test_device(), (float[]){1, 7, 1, 0}, 7, 22.46);
}

TEST(sampling, all_executors_draw_the_same_tokens)
{
    static int32_t tokens[3][DRAWS];
    static double logp[DRAWS];
    const float settings[] = {1 / 0.8f, 0, 0.95f, 0};
    const char *const which[] = {"cpu-double", "cpu", test_device()};
    for (int k = 0; k < 3; k++) {
        if (!draw_many(which[k], settings, tokens[k], logp))
            return;
        for (int i = 0; i < DRAWS; i++)
            EXPECT(tokens[k][i] == tokens[0][i], "draw %d: %d instead of %d on %s", i, (int)tokens[k][i],
                   (int)tokens[0][i], which[k] ? which[k] : "Vulkan");
    }
}

// Row 1 of three and the same row alone give the same bits, for a small and for a wide vocabulary; another key gives
// another number.
static void expect_rows_alone(const char *which, int64_t vocabulary)
{
    struct draw_run three, one;
    struct arena a = {0};
    if (!draw_begin(&three, which, 3, vocabulary, false))
        return;
    draw_begin(&one, which, 1, vocabulary, false);
    float *logits = arena_array(&a, float, 3 * vocabulary);
    const float settings[] = {0.4f, 0, 1, 0};
    int32_t keys[12] = {4, 9, 1, 0, 5, 2, 1, 0, 6, 3, 1, 0}, tokens[3], token;
    double logp[3], alone;
    int different = 0;
    for (int64_t i = 0; i < 3 * vocabulary; i++)
        logits[i] = (float)rng_normal(3, RNG_TEST, 0, (uint32_t)i);
    for (int trial = 0; trial < 8; trial++) {
        keys[5] = trial;
        draw(&three, logits, settings, keys, tokens, logp);
        draw(&one, logits + vocabulary, settings, keys + 4, &token, &alone);
        EXPECT(token == tokens[1] && memcmp(&alone, &logp[1], sizeof alone) == 0,
               "trial %d: token %d, logp %.17g; beside others %d, %.17g", trial, (int)token, alone, (int)tokens[1],
               logp[1]);
        different += tokens[1] != tokens[0];
    }
    EXPECT(different > 0, "rows with different keys draw the same");
    op_run_finish(&three.r);
    op_run_finish(&one.r);
    arena_finish(&a);
}

TEST(sampling, a_row_depends_on_itself_alone)
{
    expect_rows_alone("cpu", 101);
    expect_rows_alone("cpu", 2053);
}

TEST(sampling, a_row_depends_on_itself_alone_on_vulkan)
{
    expect_rows_alone(test_device(), 101);
    expect_rows_alone(test_device(), 2053);
}
