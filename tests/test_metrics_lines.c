// The lines of metrics.jsonl when a line stands for several steps (train.logging_steps), across resumes too.
#include "test.h"

#include "base/file.h"
#include "base/lines.h"
#include "base/json.h"
#include "program.h"
#include "quickstart_run.h"

struct table { // metrics.jsonl
    struct json *rows[64];
    int n;
};

static struct table read_table(const char *dir)
{
    char path[2048];
    struct lines l = {0};
    struct err err = {0};
    struct table t = {.n = 0};
    snprintf(path, sizeof path, "%s/metrics.jsonl", dir);
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    while (t.n < 64 && lines_next(&l, &err))
        t.rows[t.n++] = json_parse(l.line.data, l.line.size, false, "metrics", &err);
    lines_close(&l);
    EXPECT(!err.text[0], "%s", err.text);
    return t;
}

static void table_close(struct table *t)
{
    for (int i = 0; i < t->n; i++)
        json_close(t->rows[i]);
}

static double number_of(const struct json *row, const char *name)
{
    return json_number(json_get(row, name), NAN);
}

// Whether a value is of the clock, and so of no other run.
static bool timed(const char *name)
{
    return strncmp(name, "timing_s/", 9) == 0 || strncmp(name, "perf/", 5) == 0 || strcmp(name, "step_time") == 0 ||
           strcmp(name, "eval_runtime") == 0;
}

// What a line of the steps (before, step] must have, from the lines of single steps; NaN: nothing.
static double expected_value(const struct table *single, const char *name, double before, double step)
{
    static const char *const newest[] = {"grad_norm", "learning_rate", "num_tokens", "epoch"};
    bool last = strncmp(name, "eval_", 5) == 0;
    for (int i = 0; i < 4; i++)
        last |= strcmp(name, newest[i]) == 0;
    double sum = 0, value = NAN;
    int count = 0;
    for (int i = 0; i < single->n; i++) {
        double at = number_of(single->rows[i], "step"), x = number_of(single->rows[i], name);
        if (at <= before || at > step || isnan(x))
            continue;
        value = x;
        sum += x;
        count++;
    }
    return last || !count ? value : sum / count;
}

// The lines of `means` hold the means of what those of `single` hold, and nothing is missing.
static void compare_lines(const struct table *single, const struct table *means, const int *steps, int n)
{
    double before = -1;
    int compared = 0;
    EXPECT(means->n == n, "%d lines, expected %d", means->n, n);
    for (int i = 0; i < n && i < means->n; i++) {
        const struct json *row = means->rows[i];
        double step = number_of(row, "step");
        EXPECT(step == steps[i], "line %d is of step %g, expected %d", i, step, steps[i]);
        bool evaluation = isnan(number_of(row, "loss")); // alone in its line
        for (int k = 0; k < single->n; k++) {
            double at = number_of(single->rows[k], "step");
            if (at <= before || at > step)
                continue;
            for (const struct json *v = json_first(single->rows[k]); v; v = json_next(v)) {
                const char *name = json_key(v);
                bool eval = strncmp(name, "eval_", 5) == 0;
                if (strcmp(name, "step") == 0 || timed(name) || (evaluation && !eval) || (eval && at < step))
                    continue;
                double want = expected_value(single, name, before, step), got = number_of(row, name);
                EXPECT(fabs(got - want) <= 1e-14 * fmax(1, fabs(want)), "step %g: %s is %.17g, expected %.17g", step,
                       name, got, want);
                compared++;
            }
        }
        before = evaluation && step > 0 ? before : step;
    }
    EXPECT(compared > 100, "%d values were compared", compared);
}

#define EIGHT                                                                                                          \
    BASE, "rl.steps_per_generation=2", "rl.beta=0.02", "rl.epsilon=0.01", "train.max_steps=8", "eval.eval_steps=4",    \
        "train.learning_rate=1e-3", "train.warmup_steps=0", "rl.max_completion_length=28", "eval.samples=2"

TEST(metrics_lines, lines_are_means_of_their_steps)
{
    static const int lines[] = {0, 3, 4, 6, 8}; // 4: an evaluation
    struct str said = {0};
    char expected[64];
    struct table single = read_table(quickstart_run("each", NULL, EIGHT, "train.logging_steps=1", NULL));
    struct table means = read_table(quickstart_run("thirds", &said, EIGHT, "train.logging_steps=3", NULL));
    compare_lines(&single, &means, lines, 5);
    snprintf(expected, sizeof expected, "step 6/8  reward %.3f (", number_of(means.rows[3], "reward"));
    EXPECT(strstr(said.data, expected) && !strstr(said.data, "step 4/8  ") && strstr(said.data, "step 8/8  "),
           "no \"%s\" in %s", expected, said.data);
    table_close(&single);
    table_close(&means);
    str_finish(&said);
}

TEST(metrics_lines, a_generation_of_many_steps_has_several_lines)
{
    static const int lines[] = {0, 3, 6, 8};
    struct table single =
        read_table(quickstart_run("all", NULL, EIGHT, "rl.num_iterations=4", "eval.eval_steps=8", NULL));
    struct table means = read_table(
        quickstart_run("some", NULL, EIGHT, "rl.num_iterations=4", "eval.eval_steps=8", "train.logging_steps=3", NULL));
    compare_lines(&single, &means, lines, 4);
    EXPECT(!isnan(number_of(means.rows[1], "reward")) && isnan(number_of(means.rows[2], "reward")),
           "a generation began");
    table_close(&single);
    table_close(&means);
}

// A checkpoint whose metrics are no object must be refused; it is left as it was.
static void damage_metrics(const char *dir, const char *path)
{
    struct err err = {0};
    struct file f;
    struct str whole = {0}, broken = {0};
    char arguments[2048], said[4096];
    static const char key[] = "\"metrics\": ";
    EXPECT(file_open(&f, path, &err), "%s", err.text);
    str_append(&whole, f.data, f.size);
    file_close(&f);
    char *at = strstr(whole.data, key);
    EXPECT(at && at[sizeof key - 1] == '{' && at[sizeof key] == '"', "no metrics are kept: %s", whole.data);
    if (at)
        str_printf(&broken, "%.*s%s[]}\n", (int)(at - whole.data), whole.data, key);
    EXPECT(file_write(path, broken.data, broken.size, &err), "%s", err.text);
    char sums[2048], aside[2048]; // which would notice it first
    snprintf(sums, sizeof sums, "%.*schecksums.json", (int)(strlen(path) - strlen("trainer_state.json")), path);
    snprintf(aside, sizeof aside, "%.2000s.aside", sums);
    EXPECT(rename(sums, aside) == 0, "%s", sums);
    snprintf(arguments, sizeof arguments, "--resume --set output_dir='%s'", dir);
    snprintf(said, sizeof said,
             "%.1000s: \"metrics\" is not an object of [sum, count]: the file is damaged; remove %.*s to resume from "
             "the one before",
             path, (int)(strlen(path) - strlen("/trainer_state.json")), path);
    expect_refused("train", arguments, said);
    EXPECT(file_write(path, whole.data, whole.size, &err) && rename(aside, sums) == 0, "%s", err.text);
    str_finish(&whole);
    str_finish(&broken);
}

// The checkpoint of step 4 lies between the lines of steps 3 and 6.
TEST(metrics_lines, resuming_between_two_lines)
{
    struct err err = {0};
    struct str said = {0};
    char path[2048], dir[1024];
    snprintf(dir, sizeof dir, "%s",
             quickstart_run("between", NULL, EIGHT, "train.logging_steps=3", "train.save_steps=4",
                            "train.save_total_limit=2", NULL));
    struct table whole = read_table(dir);
    snprintf(path, sizeof path, "%s/checkpoints/step-000008", dir);
    EXPECT(dir_remove(path, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/checkpoints/step-000004/trainer_state.json", dir);
    damage_metrics(dir, path);
    quickstart_run("between", &said, EIGHT, "train.logging_steps=3", "train.save_steps=4", "train.save_total_limit=2",
                   "--resume", NULL);
    struct table resumed = read_table(dir);
    EXPECT(strstr(said.data, "checkpoints/step-000004\n") && resumed.n == 5 && whole.n == 5, "%d lines: %s", resumed.n,
           said.data);
    for (int i = 0; i < 5; i++) {
        EXPECT(json_count(whole.rows[i]) == json_count(resumed.rows[i]), "line %d", i);
        for (const struct json *v = json_first(whole.rows[i]); v; v = json_next(v))
            EXPECT(timed(json_key(v)) || json_number(v, NAN) == number_of(resumed.rows[i], json_key(v)),
                   "line %d: %s is %.17g, was %.17g", i, json_key(v), number_of(resumed.rows[i], json_key(v)),
                   json_number(v, NAN));
    }
    table_close(&whole);
    table_close(&resumed);
    str_finish(&said);
}

// A run that ended before its first checkpoint begins again: nothing of it stays, not the evaluation of step 0 either.
TEST(metrics_lines, beginning_again)
{
    struct err err = {0};
    double step[64];
    char path[2048], dir[1024];
    snprintf(dir, sizeof dir, "%s", quickstart_run("begins", NULL, BASE, "train.max_steps=2", NULL));
    snprintf(path, sizeof path, "%s/checkpoints", dir);
    EXPECT(dir_remove(path, &err), "%s", err.text);
    quickstart_run("begins", NULL, BASE, "train.max_steps=2", "--resume", NULL);
    int n = values_of(dir, "step", step);
    EXPECT(n == 3 && step[0] == 0 && step[1] == 1 && step[2] == 2, "%d lines", n);
}

TEST(metrics_lines, lines_of_supervised_training_are_means_too)
{
    struct str out = {0}, said = {0};
    struct table t[2];
    for (int k = 0; k < 2; k++) {
        struct str command = {0};
        char dir[1024];
        snprintf(dir, sizeof dir, "%s", test_tmp(k ? "sft-2" : "sft-1"));
        str_printf(
            &command,
            "sft '%s' --device cpu --set output_dir='%s' --set train.max_steps=3 --set train.logging_steps=%d --set "
            "model.path='%s' --set model.init=null --set model.tokenizer=null --set sft.batch_size=4 --set "
            "eval.eval_steps=0",
            test_path("../configs/quickstart-base.json"), dir, k + 1, test_path("../configs/quickstart-base"));
        str_clear(&said);
        EXPECT(program_run_vkr1(command.data, "", &out, &said) == 0, "%s", said.data);
        t[k] = read_table(dir);
        str_finish(&command);
    }
    double first = number_of(t[0].rows[t[0].n - 3], "loss"), second = number_of(t[0].rows[t[0].n - 2], "loss");
    double both = number_of(t[1].rows[t[1].n - 2], "loss");
    char expected[64];
    snprintf(expected, sizeof expected, "step 2/3  loss %.4f  norm %.3f", both,
             number_of(t[0].rows[t[0].n - 2], "grad_norm"));
    EXPECT(first != second && fabs(both - (first + second) / 2) < 1e-12, "losses %g, %g; mean %g", first, second, both);
    EXPECT(strstr(said.data, expected) && strstr(said.data, "step 3/3  loss"), "no \"%s\" in %s", expected, said.data);
    EXPECT(number_of(t[1].rows[t[1].n - 1], "loss") == number_of(t[0].rows[t[0].n - 1], "loss"), "the last line");
    table_close(&t[0]);
    table_close(&t[1]);
    str_finish(&out);
    str_finish(&said);
}
