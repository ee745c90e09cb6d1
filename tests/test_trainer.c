// The trainer's options from the outside: runs of a few steps of the quickstart on the CPU, whose metrics, completions
// and checkpoints must be what the options say.
#include "test.h"

#include <dirent.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/json.h"
#include "program.h"
#include "quickstart_run.h"

// ---- the loss of one step, from the completions' file and the formulas of docs/config.md

struct completions {
    double reward[64], advantage[64], tokens[64], numeric[64];
    bool cut[64];
    size_t prompt[64]; // bytes, of which each is a token here
    int n;
};

static struct completions read_completions(const char *dir)
{
    char path[2048];
    struct lines l = {0};
    struct err err = {0};
    struct completions c = {.n = 0};
    snprintf(path, sizeof path, "%s/completions/step-000001.jsonl", dir);
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    for (; c.n < 64 && lines_next(&l, &err); c.n++) {
        struct json *row = json_parse(l.line.data, l.line.size, false, "completions", &err);
        c.reward[c.n] = json_number(json_get(row, "reward"), NAN);
        c.advantage[c.n] = json_number(json_get(row, "advantage"), NAN);
        c.tokens[c.n] = json_number(json_get(row, "tokens"), NAN);
        c.numeric[c.n] = json_number(json_get(row, "numeric"), NAN);
        c.prompt[c.n] = strlen(json_string(json_get(row, "prompt"), ""));
        c.cut[c.n] = strcmp(json_string(json_get(row, "finish"), ""), "length") == 0;
        json_close(row);
    }
    lines_close(&l);
    return c;
}

static double deviation(const double *x, int n, double *mean)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    *mean = sum / n;
    for (int i = 0; i < n; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    return sqrt(squares / (n - 1));
}

// On policy the ratio is 1, so a token's loss is its sequence's advantage, negative.
static double expected_loss(const struct completions *c, const char *type, const char *scale, bool masked,
                            double longest)
{
    double all, batch = deviation(c->reward, c->n, &all), tokens = 0, loss = 0;
    for (int i = 0; i < c->n; i++)
        tokens += masked && c->cut[i] ? 0 : c->tokens[i];
    for (int i = 0; i < c->n; i++) {
        double mean, std = deviation(c->reward + i / 4 * 4, 4, &mean), a = c->reward[i] - mean;
        a /= strcmp(scale, "group") == 0 ? std + 1e-4 : strcmp(scale, "batch") == 0 ? batch + 1e-4 : 1;
        EXPECT(fabs(a - c->advantage[i]) < 1e-5, "completion %d: advantage %g, expected %g", i, c->advantage[i], a);
        if (masked && c->cut[i])
            continue;
        loss -=
            a * (strcmp(type, "grpo") == 0 ? 1.0 / c->n
                                           : c->tokens[i] / (strcmp(type, "dr_grpo") == 0 ? c->n * longest : tokens));
    }
    return loss;
}

TEST(trainer, loss_options_reach_the_loss)
{
    static const char *const cases[][2] = {{"dapo", "group"},    {"grpo", "batch"}, {"bnpo", "none"},
                                           {"dr_grpo", "group"}, {"dapo", "batch"}, {"dr_grpo", "none"}};
    int cut = 0, different = 0;
    for (int i = 0; i < 12; i++) {
        char name[16], type[64], scale[64], mask[64];
        const char *const *c = cases[i / 2];
        bool masked = i % 2;
        snprintf(name, sizeof name, "loss-%d", i);
        snprintf(type, sizeof type, "rl.loss_type=%s", c[0]);
        snprintf(scale, sizeof scale, "rl.scale_rewards=%s", c[1]);
        snprintf(mask, sizeof mask, "rl.mask_truncated_completions=%s", masked ? "true" : "false");
        const char *dir = quickstart_run(name, NULL, BASE, type, scale, mask, "rl.max_completion_length=28",
                                         "train.max_steps=1", "eval.eval_steps=0", "train.save_steps=0", NULL);
        struct completions own = read_completions(dir);
        EXPECT(own.n == 16, "%d completions", own.n);
        double wanted = expected_loss(&own, c[0], c[1], masked, 28), loss = value_of(dir, "loss", 0);
        EXPECT(fabs(loss - wanted) < 2e-6, "%s, %s, %s: loss %.9g, expected %.9g", c[0], c[1], mask, loss, wanted);
        for (int k = 0; k < own.n; k++)
            cut += own.cut[k];
        different += fabs(wanted - expected_loss(&own, c[0], c[1], !masked, 28)) > 1e-4;
    }
    EXPECT(cut > 12 && different > 6, "%d completions were cut, the mask matters in %d cases: is anything compared?",
           cut, different);
}

static void expect_metric(const char *dir, const char *name, double want)
{
    double got = value_of(dir, name, 0);
    EXPECT(fabs(got - want) < 1e-9, "%s is %.12g, expected %.12g", name, got, want);
}

// What TRL's _generate and _generate_and_score_completions put into _metrics, from the completions.
TEST(trainer, completions_are_counted_as_in_trl)
{
    const char *dir = quickstart_run("counted", NULL, BASE, "rl.max_completion_length=27", "train.max_steps=1",
                                     "eval.eval_steps=0", "rl.scale_rewards=none", NULL);
    struct completions c = read_completions(dir);
    double ended[64], all = 0, prompts = 0, mean, std, zero = 0, least = INFINITY, most = 0;
    int n = 0;
    for (int i = 0; i < c.n; i++) {
        all += c.tokens[i];
        prompts += (double)c.prompt[i];
        least = fmin(least, c.tokens[i]);
        most = fmax(most, c.tokens[i]);
        if (!c.cut[i])
            ended[n++] = c.tokens[i];
        if (i % 4 == 0)
            zero += deviation(c.reward + i, 4, &mean) == 0;
    }
    EXPECT(c.n == 16 && n > 2 && n < 14, "%d of %d ended: the test shows nothing", n, c.n);
    expect_metric(dir, "completions/mean_length", all / c.n);
    expect_metric(dir, "completions/min_length", least);
    expect_metric(dir, "completions/max_length", most);
    expect_metric(dir, "completions/clipped_ratio", 1 - (double)n / c.n);
    deviation(ended, n, &mean);
    expect_metric(dir, "completions/mean_terminated_length", mean);
    least = most = ended[0];
    for (int i = 1; i < n; i++) {
        least = fmin(least, ended[i]);
        most = fmax(most, ended[i]);
    }
    expect_metric(dir, "completions/min_terminated_length", least);
    expect_metric(dir, "completions/max_terminated_length", most);
    expect_metric(dir, "num_tokens", all + prompts);
    std = deviation(c.reward, c.n, &mean);
    expect_metric(dir, "reward", mean);
    expect_metric(dir, "reward_std", std);
    std = deviation(c.numeric, c.n, &mean);
    expect_metric(dir, "rewards/numeric/mean", mean);
    expect_metric(dir, "rewards/numeric/std", std);
    expect_metric(dir, "frac_reward_zero_std", zero / 4);
}

// A resumed run stops where the run that was never interrupted does.
TEST(trainer, stops_hold_after_a_resume)
{
    static const char *const lengths[] = {"train.max_steps=2", "train.max_steps=1", "train.max_steps=2"};
    struct str whole = {0}, resumed = {0};
    for (int i = 0; i < 3; i++) {
        struct err err = {0};
        struct file f;
        char path[2048];
        const char *dir = quickstart_run(i ? "stops-resumed" : "stops-whole", NULL, BASE, "rl.stop=,", lengths[i],
                                         "train.lr_scheduler_type=constant", "rl.max_completion_length=20",
                                         "eval.eval_steps=0", i == 2 ? "--resume" : NULL, NULL);
        snprintf(path, sizeof path, "%s/completions/step-000002.jsonl", dir);
        if (i == 1)
            continue;
        EXPECT(file_open(&f, path, &err), "%s", err.text);
        str_append(i ? &resumed : &whole, (const char *)f.data, f.size);
        file_close(&f);
    }
    EXPECT(strstr(whole.data, "\"finish\": \"stop\"") && strcmp(whole.data, resumed.data) == 0, "%s\nand\n%s",
           whole.data, resumed.data);
    str_finish(&whole);
    str_finish(&resumed);
}

// Completions that end at a stop are not cut: in the file, in the metrics and for the mask.
TEST(trainer, stops_end_completions)
{
    struct lines l = {0};
    struct err err = {0};
    char path[2048];
    const char *dir = quickstart_run("stopped", NULL, BASE, "rl.stop=[\",\", \"+4\"]", "rl.max_completion_length=14",
                                     "rl.temperature=2.5", "reward=contains(text=1,counts=substrings),numeric",
                                     "train.max_steps=1", "rl.mask_truncated_completions=true", NULL);
    int stopped = 0, n = 0;
    snprintf(path, sizeof path, "%s/completions/step-000001.jsonl", dir);
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    for (; lines_next(&l, &err); n++) {
        struct json *row = json_parse(l.line.data, l.line.size, false, "completions", &err);
        const char *text = json_string(json_get(row, "completion"), ""), *at = strchr(text, ',');
        at = at ? at : strstr(text, "+4") ? strstr(text, "+4") + 1 : NULL;
        if (strcmp(json_string(json_get(row, "finish"), ""), "stop") == 0) {
            stopped++;
            EXPECT(at && !at[1], "%s", text);
        } else {
            EXPECT(!at, "%s has a stop", text);
        }
        json_close(row);
    }
    lines_close(&l);
    struct completions c = read_completions(dir);
    int cut = 0;
    for (int i = 0; i < c.n; i++)
        cut += c.cut[i];
    EXPECT(n == 16 && stopped > 8, "%d of %d completions met a stop", stopped, n);
    EXPECT(value_of(dir, "completions/clipped_ratio", 1) == cut / 16.0, "%d cut", cut);
    EXPECT(value_of(dir, "grad_norm", 1) > 0, "the mask takes completions that met a stop");
    EXPECT(value_of(dir, "eval_completions/clipped_ratio", 1) < 1, "the evaluation met no stop");
    struct str out = {0}, said = {0};
    snprintf(path, sizeof path, "generate '%s' --temperature 0 --max-tokens 30 '457+368='", dir);
    EXPECT(program_run_vkr1(path, "", &out, &said) == 0 && strcmp(out.data, "<think>7+8=15,\n") == 0, "%s%s", out.data,
           said.data); // run.json keeps the stops
    snprintf(path, sizeof path, "generate '%s' --temperature 0 --max-tokens 30 --stop = '457+368='", dir);
    EXPECT(program_run_vkr1(path, "", &out, &said) == 0 && strcmp(out.data, "<think>7+8=\n") == 0, "%s%s", out.data,
           said.data);
    str_finish(&out);
    str_finish(&said);
}

TEST(trainer, masked_completions_teach_nothing)
{
    for (int masked = 0; masked < 2; masked++) {
        const char *dir =
            quickstart_run(masked ? "masked" : "unmasked", NULL, BASE, "reward=contains(text=+1,counts=substrings)",
                           "rl.max_completion_length=20", "rl.temperature=1", "rl.num_generations=16", "rl.slots=64",
                           "train.max_steps=1", "eval.eval_steps=0",
                           masked ? "rl.mask_truncated_completions=true" : "rl.mask_truncated_completions=false", NULL);
        double norm = value_of(dir, "grad_norm", 0);
        EXPECT(value_of(dir, "completions/clipped_ratio", 0) == 1, "not all are cut");
        EXPECT(masked ? norm == 0 : norm > 0, "masked %d: norm %g", masked, norm);
        EXPECT(isnan(value_of(dir, "clip_ratio/high_max", 0)) == (masked != 0), "a share of no tokens");
    }
}

// Two parts, learnt from twice; the reference is the policy of the start and stays it.
#define PARTS                                                                                                          \
    "rl.steps_per_generation=2", "rl.num_iterations=2", "train.max_steps=4", "eval.eval_steps=0",                      \
        "train.learning_rate=1e-3", "train.lr_scheduler_type=constant", "train.warmup_steps=0"

TEST(trainer, steps_of_a_generation)
{
    double kl[64], reward[64], difference[64], clipped[64];
    const char *dir = quickstart_run("parts", NULL, BASE, PARTS, "rl.beta=0.02", "rl.epsilon=1e-6", NULL);
    int n = values_of(dir, "kl", kl);
    EXPECT(n == 4 && values_of(dir, "reward", reward) == 4 && values_of(dir, "clip_ratio/region_mean", clipped) == 4 &&
               values_of(dir, "sampling/sampling_logp_difference/max", difference) == 4,
           "%d lines", n);
    EXPECT(fabs(kl[0]) < 1e-9 && kl[1] > 1e-7 && kl[2] > kl[1] && kl[3] > 1e-5, "kl %g %g %g %g", kl[0], kl[1], kl[2],
           kl[3]);
    EXPECT(difference[0] == 0 && difference[1] > 1e-4 && difference[3] > 1e-3, "differences %g %g %g", difference[0],
           difference[1], difference[3]);
    EXPECT(clipped[0] == 0 && clipped[2] > 0.1 && clipped[3] > 0.1, "clipped %g %g %g", clipped[0], clipped[2],
           clipped[3]);
    EXPECT(!isnan(reward[0]) && isnan(reward[1]) && isnan(reward[3]),
           "the generation's values stand in its first line");
}

TEST(trainer, ranges_of_clipping)
{
    static const struct {
        const char *low, *high, *delta;
        bool clips_low, clips_high;
    } cases[] = {
        {"rl.epsilon=0.01", "rl.epsilon_high=0.01", "rl.delta=null", true, true},
        {"rl.epsilon=0.01", "rl.epsilon_high=100", "rl.delta=null", true, false},
        {"rl.epsilon=0.99", "rl.epsilon_high=0.01", "rl.delta=null", false, true},
        {"rl.epsilon=0.99", "rl.epsilon_high=0.01", "rl.delta=1.005", false, false}}; // bounded before it is counted
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "clips-%d", i);
        const char *dir = quickstart_run(name, NULL, BASE, PARTS, "train.learning_rate=2e-4", cases[i].low,
                                         cases[i].high, cases[i].delta, NULL);
        double low = value_of(dir, "clip_ratio/low_mean", 3), high = value_of(dir, "clip_ratio/high_mean", 3);
        EXPECT((low > 0) == cases[i].clips_low && (high > 0) == cases[i].clips_high, "case %d: low %g, high %g", i, low,
               high);
    }
}

// Rewards that do not differ teach nothing: no pass over the model is made, and after ten generations a sentence says
// why. The optimiser's step takes place all the same.
TEST(trainer, generations_without_spread)
{
    static const struct {
        const char *reward, *length, *why;
    } cases[] = {
        {"reward=format(style=r1)", "rl.max_completion_length=28",
         "no completion has the form that format wants: show it in prompt.system or by vkr1 sft first"},
        {"reward=contains(text=apples)", "rl.max_completion_length=28",
         "no completion is right (contains is 0): take easier problems, more generations, or a model that solves some"},
        {"reward=contains(text=<think>)", "rl.max_completion_length=28",
         "every completion is right (contains is 1): take harder problems"},
        {"reward=format(style=r1)", "rl.max_completion_length=4",
         "every completion is cut at rl.max_completion_length = 4: raise it, or train on shorter ones"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str said = {0};
        char name[16];
        double values[64], entropy[64];
        snprintf(name, sizeof name, "flat-%zu", i);
        const char *dir = quickstart_run(name, &said, BASE, cases[i].reward, cases[i].length, "train.max_steps=11",
                                         "rl.temperature=1", "eval.eval_steps=0", NULL);
        const char *at = strstr(said.data, "nothing was learnt in 10 generations, since the rewards of a prompt's "
                                           "completions do not differ: ");
        EXPECT(at && strstr(at, cases[i].why) && !strstr(at + 1, "nothing was learnt"), "case %zu: %s", i, said.data);
        int n = values_of(dir, "sampling/sampling_logp_difference/max", values);
        EXPECT(n == 11 && values_of(dir, "entropy", entropy) == 11, "%d lines", n);
        for (int k = 0; k < n; k++)
            EXPECT(isnan(values[k]) && entropy[k] > 0 && entropy[k] < 1, "step %d: %g, entropy %g", k, values[k],
                   entropy[k]);
        EXPECT(values_of(dir, "grad_norm", values) == 11 && values[0] == 0 && values[10] == 0, "norm %g", values[0]);
        str_finish(&said);
    }
}

// Of one step a generation the first pass of each is compared with the first weights: only in the very first is it
// them.
TEST(trainer, the_reference_stays_while_generations_go_on)
{
    double kl[64];
    const char *dir = quickstart_run("frozen", NULL, BASE, "rl.beta=0.02", "train.max_steps=4", "eval.eval_steps=0",
                                     "train.learning_rate=1e-3", "train.warmup_steps=0", NULL);
    int n = values_of(dir, "kl", kl);
    EXPECT(n == 4 && fabs(kl[0]) < 1e-9 && kl[1] > 1e-7 && kl[2] > 1e-6 && kl[3] > 1e-6, "kl %g %g %g %g", kl[0], kl[1],
           kl[2], kl[3]);
}

// The filters narrow what is sampled, and the update sees the narrowed distribution too.
TEST(trainer, filters_hold_in_sampling_and_in_training)
{
    static const char *const filters[] = {"rl.top_k=0", "rl.top_k=2", "rl.top_p=0.6", "rl.min_p=0.4"};
    double whole = 0;
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "filter-%d", i);
        const char *dir = quickstart_run(name, NULL, BASE, filters[i], "rl.temperature=2.5", "train.max_steps=1",
                                         "eval.eval_steps=0", "reward=numeric,length", NULL);
        double entropy = value_of(dir, "entropy", 0),
               difference = value_of(dir, "sampling/sampling_logp_difference/max", 0);
        EXPECT(difference == 0, "%s: sampler and trainer are %g apart", filters[i], difference);
        if (i == 0)
            whole = entropy;
        else
            EXPECT(entropy > 0 && entropy < 0.8 * whole, "%s: entropy %g, without %g", filters[i], entropy, whole);
    }
}

// One problem, a policy that stands still: each generation draws other completions.
TEST(trainer, generations_draw_other_numbers)
{
    struct str first = {0}, second = {0};
    const char *dir = quickstart_run("draws", NULL, BASE, "data.count=1", "data.held_out=0", "rl.prompts_per_step=1",
                                     "rl.num_generations=16", "train.max_steps=2", "eval.eval_steps=0",
                                     "train.learning_rate=1e-20", NULL);
    for (int step = 1; step <= 2; step++) {
        char path[2048];
        struct lines l = {0};
        struct err err = {0};
        snprintf(path, sizeof path, "%s/completions/step-%06d.jsonl", dir, step);
        EXPECT(lines_open(&l, path, &err), "%s", err.text);
        while (lines_next(&l, &err)) {
            struct json *row = json_parse(l.line.data, l.line.size, false, "completions", &err);
            str_printf(step == 1 ? &first : &second, "%s\n", json_string(json_get(row, "completion"), "?"));
            json_close(row);
        }
        lines_close(&l);
    }
    EXPECT(first.size > 100 && second.size > 100 && strcmp(first.data, second.data) != 0, "twice %s", first.data);
    str_finish(&first);
    str_finish(&second);
}

TEST(trainer, what_cannot_work_is_refused_at_the_start)
{
    expect_refused("train", "--set rl.num_iterations=4 --set train.max_steps=6",
                   "train.max_steps = 6 would end inside a generation, which takes 4 steps (rl.num_iterations x "
                   "rl.steps_per_generation): take 8");
    static const char *const scales[] = {"group", "batch", "none"}; // each takes the mean of the group off
    for (int i = 0; i < 3; i++) {
        char alone[80];
        snprintf(alone, sizeof alone, "--set rl.num_generations=1 --set rl.scale_rewards=%s", scales[i]);
        expect_refused("train", alone,
                       "rl.num_generations is 1: the advantage of a group of one is always 0; use at least 2");
    }
    expect_refused("sft", "--set reward=null --set train.micro_batch_tokens=1024",
                   "sequences of 1024 tokens are wanted, the model was made for 128: lower sft.max_length");
    expect_refused("train", "--set reward=format",
                   "none of the rewards tells right from wrong, so there is nothing to evaluate: add "
                   "one that does, e.g. numeric, or set eval.eval_steps to 0");
}

TEST(trainer, resuming_what_is_another_run)
{
    struct str said = {0};
    char arguments[2048];
    const char *dir = quickstart_run("other", NULL, BASE, "train.max_steps=1", "eval.eval_steps=0", NULL);
    snprintf(arguments, sizeof arguments,
             "--resume --set output_dir='%s' --set eval.eval_steps=0 --set train.max_steps=2 --set model.path='%s'",
             dir, test_path("golden/stories260K"));
    expect_refused("train", arguments,
                   "the weights: they belong to another model: model.embed_tokens.weight has 101 x 64 elements, "
                   "this one's 512 x 64");
    snprintf(arguments, sizeof arguments,
             "--resume --set output_dir='%s' --set eval.eval_steps=0 --set train.max_steps=2 --set sft.max_length=90",
             dir);
    expect_refused("sft", arguments, "the run is one of vkr1 train, not of vkr1 sft");
    expect_refused("sft", arguments,
                   "/checkpoints/step-000001 (if it is damaged, remove it: then the one before it is taken): ");
    quickstart_run("other", &said, BASE, "train.max_steps=2", "eval.eval_steps=0", "train.learning_rate=1e-4", "seed=5",
                   "train.warmup_steps=4e0", "--resume", NULL);
    EXPECT(strstr(said.data, "the run goes on with other values than it began with: seed 1 -> 5, train.learning_rate "
                             "2.5e-4 -> 1e-4\n"),
           "%s", said.data);
    str_finish(&said);
}

// The model's directory has a tokenizer too, with other ids.
TEST(trainer, checkpoints_keep_the_tokenizer_of_the_run)
{
    char model[1024], tokenizer[1024];
    struct err err = {0};
    struct file used = {0}, kept = {0};
    snprintf(model, sizeof model, "model.path=%s", test_path("golden/stories260K"));
    snprintf(tokenizer, sizeof tokenizer, "model.tokenizer=%s", test_path("../configs/quickstart-base"));
    quickstart_run("tokenizer", NULL, BASE, model, tokenizer, "train.max_steps=1", "eval.eval_steps=0", NULL);
    EXPECT(file_open(&used, test_path("../configs/quickstart-base/tokenizer.json"), &err) &&
               file_open(&kept, test_tmp("tokenizer/checkpoints/step-000001/tokenizer.json"), &err) &&
               used.size == kept.size && memcmp(used.data, kept.data, used.size) == 0,
           "the checkpoint has another tokenizer: %s", err.text);
    file_close(&used);
    file_close(&kept);
}

TEST(trainer, epochs_are_counted_in_steps)
{
    struct str said = {0};
    double step[64], epoch[64], rate[64];
    // 10 problems in batches of 4: 2 epochs are 5 generations of 2 steps
    const char *dir = quickstart_run("epochs", &said, BASE, "data.count=10", "train.num_train_epochs=2",
                                     "rl.num_iterations=2", "eval.eval_steps=0", "train.lr_scheduler_type=linear",
                                     "train.warmup_steps=0", "train.learning_rate=1e-4", NULL);
    int n = values_of(dir, "step", step);
    values_of(dir, "epoch", epoch);
    values_of(dir, "learning_rate", rate);
    EXPECT(n == 10 && epoch[8] == 2 && fabs(rate[9] - 1e-5) < 1e-9, "%d lines, epoch %g, last rate %g", n, epoch[8],
           rate[9]);
    EXPECT(strstr(said.data, "2 epochs of 10 problems are 10 steps"), "%s", said.data);
    str_finish(&said);
}

TEST(trainer, nothing_held_out_is_said)
{
    struct str said = {0};
    quickstart_run("blind", &said, BASE, "data.held_out=0", "train.max_steps=1", NULL);
    EXPECT(strstr(said.data, "no problems are held out (data.held_out), so nothing is evaluated"), "%s", said.data);
    str_finish(&said);
}

static int checkpoints_of(const char *dir, int64_t steps[64])
{
    char path[2048];
    int n = 0;
    snprintf(path, sizeof path, "%s/checkpoints", dir);
    DIR *d = opendir(path);
    for (struct dirent *e; d && n < 64 && (e = readdir(d)) != NULL;) {
        long long step;
        if (sscanf(e->d_name, "step-%lld", &step) == 1)
            steps[n++] = step;
    }
    if (d)
        closedir(d);
    return n;
}

// A rate that spoils the model at once, so that the best lies before the end.
TEST(trainer, the_best_checkpoint_is_kept)
{
    double pass[64];
    int64_t steps[64];
    struct str said = {0};
    char expected[128];
    const char *dir =
        quickstart_run("best", &said, BASE, "train.max_steps=12", "eval.eval_steps=1", "train.save_steps=5",
                       "train.save_total_limit=2", "train.learning_rate=3e-2", "train.lr_scheduler_type=linear",
                       "train.warmup_steps=12", "eval.problems=8", "eval.samples=8", "eval.eval_on_start=false", NULL);
    int n = values_of(dir, "eval_pass@1", pass), best = 0;
    EXPECT(n == 12, "%d lines", n);
    for (int i = 1; i < n; i++)
        best = pass[i] > pass[best] ? i : best;
    double most = pass[best++]; // line 0 is step 1
    EXPECT(most > 0 && best < 9, "the best is step %d: the test shows nothing", best);
    int count = checkpoints_of(dir, steps);
    bool there[16] = {false};
    for (int i = 0; i < count; i++)
        there[steps[i] & 15] = true;
    EXPECT(count == 3 && there[12] && there[10] && there[best & 15], "%d checkpoints, the best is step %d: %s", count,
           best, said.data);
    snprintf(expected, sizeof expected, "%.1f %% (%d) |", 100 * most, best);
    EXPECT(strstr(said.data, expected), "no \"%s\" in %s", expected, said.data);
    snprintf(expected, sizeof expected, ", the best %.80s/checkpoints/step-%06d\n", dir, best);
    EXPECT(strstr(said.data, expected), "no \"%s\" in %s", expected, said.data);
    str_finish(&said);
}
