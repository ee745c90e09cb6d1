// Advantages and the loss's host part against values that TRL computed (tools/golden_grpo.py), and by hand.
#include "test.h"

#include "base/json.h"
#include "graph/content.h"
#include "graph/plan.h"
#include "graph/program.h"
#include "ops/ops.h"
#include "rl/advantage.h"
#include "rl/loss.h"

static double number(const struct json *v) // null is NaN
{
    return json_number(v, NAN);
}

static bool near(double a, double b, double relative, double absolute)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= absolute + relative * fabs(b);
}

// What TRL computes in float32 ours must give within its rounding: 1e-5 relative to a case's largest value.
TEST(policy_loss, advantages_are_those_of_trl)
{
    struct err err = {0};
    struct json *golden = json_open(test_path("golden/advantages.json"), false, &err);
    EXPECT(golden, "%s", err.text);
    int cases = 0;
    for (const struct json *c = json_first(json_get(golden, "cases")); c; c = json_next(c), cases++) {
        double rewards[16], advantages[16];
        int group[16], n = 0;
        enum advantage_scale scale;
        const char *name = json_string(json_get(c, "name"), "");
        EXPECT(advantage_scale_parse(json_string(json_get(c, "scale"), ""), &scale, &err), "%s", err.text);
        const struct json *rows = json_get(c, "rewards"), *weights = json_get(c, "weights");
        for (const struct json *a = json_first(json_at(rows, 0)), *b = json_first(json_at(rows, 1)); a;
             a = json_next(a), b = json_next(b), n++) {
            double first = number(a) * number(json_at(weights, 0)), second = number(b) * number(json_at(weights, 1));
            rewards[n] = isnan(first) ? second : isnan(second) ? first : first + second;
            group[n] = n / (int)json_int(json_get(c, "group_size"), 1);
        }
        struct advantage_metrics m;
        advantage_compute(rewards, group, n, scale, advantages, &m);
        double largest = 0;
        for (const struct json *a = json_first(json_get(c, "advantages")); a; a = json_next(a))
            largest = fmax(largest, fabs(number(a)));
        int i = 0;
        for (const struct json *a = json_first(json_get(c, "advantages")); a; a = json_next(a), i++)
            EXPECT(near(advantages[i], number(a), 0, 1e-5 * largest), "%s, %s: advantage %d is %.9g, TRL's is %.9g",
                   name, json_string(json_get(c, "scale"), ""), i, advantages[i], number(a));
        EXPECT(near(m.reward, number(json_get(c, "reward")), 1e-5, 1e-6), "%s: reward %g", name, m.reward);
        EXPECT(near(m.reward_std, number(json_get(c, "reward_std")), 1e-5, 1e-6), "%s: std %g", name, m.reward_std);
        EXPECT(near(m.frac_reward_zero_std, number(json_get(c, "frac_reward_zero_std")), 0, 1e-6), "%s: %g", name,
               m.frac_reward_zero_std);
    }
    EXPECT(cases == 39, "%d cases", cases);
    json_close(golden);
    EXPECT(!advantage_scale_parse("std", &(enum advantage_scale){0}, &err), "accepted");
    EXPECT_ERR(&err, "scale_rewards is \"std\"; it must be group, batch or none");
}

TEST(policy_loss, equal_rewards_give_exactly_no_advantage)
{
    double rewards[7], advantages[7];
    int group[7] = {0};
    for (int i = 0; i < 7; i++)
        rewards[i] = 0.1;
    advantage_compute(rewards, group, 7, SCALE_GROUP, advantages, NULL);
    for (int i = 0; i < 7; i++)
        EXPECT(advantages[i] == 0, "%g", advantages[i]);
}

enum { TOKENS = 64 };

struct loss_golden { // the arrays of grpo_loss.json, flattened
    int start[17], n;
    double logp[TOKENS], old[TOKENS], ref[TOKENS], dlogp[TOKENS], advantage[16];
    uint8_t mask[2][TOKENS];
};

static int flatten(const struct json *rows, double *out, int *start)
{
    int t = 0, i = 0;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        for (const struct json *v = json_first(row); v; v = json_next(v))
            out[t++] = number(v);
        if (start)
            start[++i] = t;
    }
    return start ? i : t;
}

static void load_loss_golden(struct loss_golden *g, const struct json *golden)
{
    double mask[TOKENS];
    *g = (struct loss_golden){0};
    g->n = flatten(json_get(golden, "logp"), g->logp, g->start);
    flatten(json_get(golden, "logp_old"), g->old, NULL);
    flatten(json_get(golden, "logp_ref"), g->ref, NULL);
    for (int k = 0; k < 2; k++) {
        int tokens = flatten(json_get(golden, k ? "mask_truncated" : "mask"), mask, NULL);
        for (int t = 0; t < tokens; t++)
            g->mask[k][t] = mask[t] != 0;
    }
    int i = 0;
    for (const struct json *a = json_first(json_get(golden, "advantages")); a; a = json_next(a))
        g->advantage[i++] = number(a);
}

struct loss_input { // (T) arrays hold the tokens of the n sequences one after the other
    int n;
    const int *start;        // (n + 1) sequence i has tokens start[i] .. start[i+1]-1
    const double *logp;      // (T) nats
    const double *logp_old;  // (T), or NULL: equal to logp, the ratio is 1
    const double *logp_ref;  // (T)
    const uint8_t *mask;     // (T) 1 for tokens that count, 0 for others
    const double *advantage; // (n)
};

struct loss_output { // (T)
    double loss, dlogp[TOKENS];
    float losses[TOKENS], ratio[TOKENS], kl[TOKENS];
};

// The metrics as the trainer counts them, from what the op gave.
static void check_metrics(const struct loss_options *o, const struct loss_input *in, const struct loss_output *out,
                          const struct json *c)
{
    struct loss_sums s = LOSS_SUMS_EMPTY;
    for (int i = 0; i < in->n; i++) {
        int first = in->start[i], n = 0; // counted tokens are the first ones of a sequence, or none
        for (int t = first; t < in->start[i + 1]; t++)
            n += in->mask[t];
        if (n)
            loss_count(&s, o, in->advantage[i], out->losses + first, out->ratio + first, out->kl + first, n);
    }
    const struct json *clip = json_get(c, "clip_ratio");
    double tokens = fmax(s.tokens, 1);
    const struct {
        const char *name;
        double ours;
    } rows[] = {{"low_mean", s.low / tokens},
                {"low_min", s.tokens > 0 ? s.low_min : NAN},
                {"high_mean", s.high / tokens},
                {"high_max", s.tokens > 0 ? s.high_max : NAN},
                {"region_mean", (s.low + s.high) / tokens}};
    for (int i = 0; clip && i < 5; i++)
        EXPECT(near(rows[i].ours, number(json_get(clip, rows[i].name)), 1e-6, 1e-7), "clip_ratio/%s is %g, TRL's is %g",
               rows[i].name, rows[i].ours, number(json_get(clip, rows[i].name)));
    if (json_kind(json_get(c, "kl")) == JSON_NUMBER)
        EXPECT(near(s.kl / tokens, number(json_get(c, "kl")), 2e-6, 1e-7), "kl is %.9g, TRL's is %.9g", s.kl / tokens,
               number(json_get(c, "kl")));
    EXPECT(fabs(s.loss - out->loss) < 1e-6, "the counted loss is %.9g, not %.9g", s.loss, out->loss);
}

// Runs the op for the sequences.
static bool run_op(struct device *device, const struct loss_options *o, const struct loss_input *in,
                   struct loss_output *result, struct err *err)
{
    struct arena memory = {0};
    struct graph g;
    struct program p = {0};
    struct space inputs, work;
    float values[5][TOKENS] = {{0}}; // logp, logp_old, logp_ref, advantage, weight
    double weights[16], losses[TOKENS];
    *result = (struct loss_output){.loss = NAN};
    int lengths[16] = {0}, count = in->start[in->n];
    for (int i = 0; i < in->n; i++)
        for (int t = in->start[i]; t < in->start[i + 1]; t++)
            lengths[i] += in->mask[t];
    loss_weights(o, lengths, in->n, weights);
    for (int i = 0; i < in->n; i++)
        for (int t = in->start[i]; t < in->start[i + 1]; t++) {
            values[0][t] = (float)in->logp[t];
            values[1][t] = in->logp_old ? (float)in->logp_old[t] : 0;
            values[2][t] = (float)in->logp_ref[t];
            values[3][t] = (float)in->advantage[i];
            values[4][t] = in->mask[t] ? (float)weights[i] : 0;
        }
    static const char *const names[] = {"logp", "logp_old", "logp_ref", "advantage", "weight"};
    struct tensor *t[5];
    graph_init(&g, &memory);
    space_init(&inputs, device, "inputs");
    space_init(&work, device, "work");
    for (int i = 0; i < 5; i++)
        t[i] = (i == 1 && !in->logp_old) || (i == 2 && o->beta == 0) ? NULL
                                                                     : graph_input(&g, DTYPE_F32, names[i], count, 1);
    struct grpo_loss out = op_grpo_loss(&g, t[0], t[1], t[2], t[3], t[4], loss_params(o));
    graph_keep(out.loss);
    graph_keep(out.dlogp);
    graph_keep(out.ratio);
    graph_keep(out.kl);
    graph_plan(&g, device, false, 0);
    space_reserve(&work, &g.blocks);
    for (int i = 0; i < 5; i++)
        if (t[i])
            space_place(&inputs, t[i]);
    bool ok =
        space_commit(&inputs, err) && space_commit(&work, err) && program_init(&p, device, &g, &inputs, &work, err);
    for (int i = 0; ok && i < 5; i++)
        ok = !t[i] || tensor_write(t[i], values[i], err);
    ok = ok && program_run(&p, err) && tensor_read_double(out.loss, losses, err) &&
         tensor_read_double(out.dlogp, result->dlogp, err) && tensor_read(out.loss, result->losses, err) &&
         tensor_read(out.ratio, result->ratio, err) && tensor_read(out.kl, result->kl, err);
    for (int i = 0; ok && i < count; i++)
        result->loss = (i ? result->loss : 0) + losses[i];
    program_finish(&p);
    space_finish(&inputs);
    space_finish(&work);
    arena_finish(&memory);
    return ok;
}

// The options and inputs of golden case c.
static struct loss_input case_of(const struct json *golden, const struct json *c, const struct loss_golden *g,
                                 struct loss_options *o)
{
    struct err err = {0};
    *o = (struct loss_options){0};
    EXPECT(loss_type_parse(json_string(json_get(c, "loss_type"), ""), &o->type, &err), "%s", err.text);
    o->epsilon_low = number(json_get(c, "epsilon"));
    o->epsilon_high = number(json_get(c, "epsilon_high"));
    o->beta = number(json_get(c, "beta"));
    o->use_bias_correction_kl = json_bool(json_get(c, "use_bias_correction_kl"), false);
    o->delta = json_number(json_get(c, "delta"), 0);
    o->max_completion_length = (int)json_int(json_get(golden, "max_completion_length"), 0);
    return (struct loss_input){.n = g->n,
                               .start = g->start,
                               .logp = g->logp,
                               .logp_old = json_bool(json_get(c, "on_policy"), false) ? NULL : g->old,
                               .logp_ref = g->ref,
                               .mask = g->mask[json_bool(json_get(c, "mask_truncated"), false)],
                               .advantage = g->advantage};
}

// Real TRL, split into 1 and 4 micro-batches, in float32: loss within 2e-6, gradient within 3e-6, metrics.
static void expect_values_of_trl(const char *which)
{
    struct err err = {0};
    struct device device;
    if (!device_open(&device, which, &err)) {
        test_skip("%s", err.text);
        return;
    }
    struct json *golden = json_open(test_path("golden/grpo_loss.json"), false, &err);
    EXPECT(golden, "%s", err.text);
    struct loss_golden g;
    load_loss_golden(&g, golden);
    int cases = 0;
    double worst_loss = 0, worst_gradient = 0;
    for (const struct json *c = json_first(json_get(golden, "cases")); c; c = json_next(c), cases++) {
        struct loss_options o;
        struct loss_output out;
        double expected[TOKENS], wanted = number(json_get(c, "loss"));
        struct loss_input in = case_of(golden, c, &g, &o);
        EXPECT(run_op(&device, &o, &in, &out, &err), "%s", err.text);
        EXPECT(fabs(out.loss - wanted) <= 2e-6, "%s, case %d: loss %.9g, TRL's is %.9g", device.name, cases, out.loss,
               wanted);
        worst_loss = fmax(worst_loss, fabs(out.loss - wanted));
        int tokens = flatten(json_get(c, "dlogp"), expected, NULL);
        EXPECT(tokens == g.start[g.n], "%d tokens", tokens);
        for (int t = 0; t < tokens; t++) {
            EXPECT(fabs(out.dlogp[t] - expected[t]) <= 3e-6, "%s, case %d, token %d: %.9g, TRL's is %.9g", device.name,
                   cases, t, out.dlogp[t], expected[t]);
            worst_gradient = fmax(worst_gradient, fabs(out.dlogp[t] - expected[t]));
        }
        check_metrics(&o, &in, &out, c);
    }
    EXPECT(cases == 140, "%d cases", cases);
    EXPECT(worst_loss > 0 && worst_gradient > 0, "all agree to the bit: is anything compared?");
    json_close(golden);
    device_close(&device);
}

TEST(policy_loss, values_of_trl_in_double)
{
    expect_values_of_trl("cpu-double");
}

TEST(policy_loss, values_of_trl_on_the_cpu)
{
    expect_values_of_trl("cpu");
}

TEST(policy_loss, values_of_trl_on_vulkan)
{
    expect_values_of_trl(test_device());
}

// In double. The inputs are float32: x and the step are multiples of 2^-12, so that both ends are exact; the quotient
// is then off by h^2 / 6 of the third derivative, below 1e-6 here.
TEST(policy_loss, gradient_is_the_difference_quotient)
{
    static const int start[] = {0, 3, 4, 4, 6};
    double x[] = {-0.5, -1.25, -2.0, -0.125, -0.6875, -3.0}, old[] = {-0.625, -0.875, -2.5, -0.25, -0.6875, -2.875},
           ref[] = {-0.375, -1.0, -2.25, -0.3125, -0.125, -3.5}, h = 1.0 / 4096;
    const uint8_t mask[] = {1, 1, 0, 1, 1, 1};
    const double advantage[] = {1.5, -0.8, 2, 0.3};
    struct loss_input in = {4, start, x, old, ref, mask, advantage};
    struct err err = {0};
    struct device device;
    EXPECT(device_open(&device, "cpu-double", &err), "%s", err.text);
    for (int i = 0; i < 8; i++) {
        struct loss_options o = {(enum loss_type)(i / 2), 0.2, 0.3, i > 3 ? 1.6 : 0, 0.1, i % 2 == 0, 7};
        struct loss_output here, above, below;
        bool ok = run_op(&device, &o, &in, &here, &err);
        for (int t = 0; ok && t < 6; t++) {
            double at = x[t];
            x[t] = at + h;
            ok = run_op(&device, &o, &in, &above, &err);
            x[t] = at - h;
            ok = ok && run_op(&device, &o, &in, &below, &err);
            x[t] = at;
            double slope = (above.loss - below.loss) / (2 * h);
            EXPECT(fabs(slope - here.dlogp[t]) < 1e-6, "type %d, token %d: %.9g against %.9g", i / 2, t, here.dlogp[t],
                   slope);
        }
        EXPECT(ok, "%s", err.text);
    }
    device_close(&device);
}

TEST(policy_loss, loss_weights_by_hand)
{
    static const int lengths[] = {2, 0, 6};
    static const double expected[4][3] = {
        {1.0 / 6, 1.0 / 3, 1.0 / 18}, {0.125, 0.125, 0.125}, {1.0 / 30, 1.0 / 30, 1.0 / 30}, {0.125, 0.125, 0.125}};
    for (int type = LOSS_GRPO; type <= LOSS_DAPO; type++) {
        struct loss_options o = {.type = (enum loss_type)type, .max_completion_length = 10};
        double w[3];
        loss_weights(&o, lengths, 3, w);
        for (int i = 0; i < 3; i++)
            EXPECT(fabs(w[i] - expected[type][i]) < 1e-15, "type %d, sequence %d: %g", type, i, w[i]);
    }
    static const int nothing[] = {0, 0};
    double w[2];
    loss_weights(&(struct loss_options){.type = LOSS_DAPO}, nothing, 2, w);
    EXPECT(w[0] == 1 && w[1] == 1, "no token counts: %g", w[0]); // finite, and multiplied by nothing
    struct err err = {0};
    EXPECT(!loss_type_parse("ppo", &(enum loss_type){0}, &err), "accepted");
    EXPECT_ERR(&err, "loss_type is \"ppo\"; it must be grpo, bnpo, dr_grpo or dapo");
}
