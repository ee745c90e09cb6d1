// Learning as a whole: a model overfits a batch, GRPO raises the reward, runs continue to the bit, and what goes wrong
// on the way is said and loses nothing.
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/json.h"
#include "child.h"
#include "model/safetensors.h"
#include "ops/ops.h"
#include "train/checkpoint.h"
#include "train/checksums.h"
#include "train/learner.h"
#include "train/optimizer.h"

// ---- one batch, again and again

static void overfit(const char *device)
{
    enum { SEQUENCES = 3, LENGTH = 8, ROWS = 32 };
    static const int32_t prompts[SEQUENCES][2] = {{1, 5}, {1, 6}, {2, 5}};
    int32_t completions[SEQUENCES][LENGTH];
    struct sequence s[SEQUENCES];
    struct err err = {0};
    struct weights w;
    struct device d = {0};
    if (!device_open(&d, device, &err)) {
        test_skip("%s", err.text);
        return;
    }
    check(weights_open(&w, test_path("golden/tiny-llama-tied"), &err), "%s", err.text);
    for (int i = 0; i < SEQUENCES; i++) {
        for (int k = 0; k < LENGTH; k++) // texts that only their prompts tell apart
            completions[i][k] = (3 + 7 * i + 5 * k * (i + 1)) % 29;
        s[i] = (struct sequence){prompts[i], 2, completions[i], LENGTH};
    }
    struct engine e;
    struct learner l;
    struct optimizer o;
    struct arena arena = {0};
    engine_plan(&e, &d, &w.config, NULL, (struct model_options){DTYPE_F32, true, 32});
    learner_plan(&l, &e, &e.model,
                 (struct learner_options){.rows = ROWS, .chunk = 16, .train = true, .on_policy = true});
    optimizer_plan(&o, &e, (struct optimizer_options){0.9, 0.99, 1e-8, 0, 1});
    EXPECT(engine_commit(&e, NULL, 7, &err) && learner_init(&l, &err) && optimizer_init(&o, NULL, 7, &err), "%s",
           err.text);
    struct learner_tokens t = learner_tokens_new(&arena, ROWS);
    EXPECT(batch_pack(&l.batch, s, 0, SEQUENCES) == SEQUENCES, "%d packed", l.batch.count);
    for (int r = 0; r < ROWS; r++) {
        t.advantage[r] = 1;
        t.weight[r] = l.batch.targets[r] < 0 ? 0 : 1.0f / (SEQUENCES * LENGTH);
    }
    double first = 0, loss = 0, norm;
    for (int step = 0; step < 120 && !err.text[0]; step++) {
        loss = 0;
        EXPECT(learner_run(&l, &t, &err), "%s", err.text);
        for (int r = 0; r < ROWS; r++)
            loss -= (double)(t.weight[r] * t.logp[r]);
        if (step == 0)
            first = loss;
        EXPECT(optimizer_update(&o, 1e-2, &norm, &err), "step %d: %s", step, err.text);
    }
    EXPECT(first > 2 && loss < 0.05, "the loss went from %g to %g", first, loss);
    learner_finish(&l);
    optimizer_finish(&o);
    engine_finish(&e);
    weights_close(&w);
    device_close(&d);
    arena_finish(&arena);
}

TEST(learn, overfits_one_batch_cpu)
{
    overfit("cpu");
}

TEST(learn, overfits_one_batch_vulkan)
{
    overfit(test_device());
}

// ---- runs of the program

static bool same_file(const char *a, const char *b)
{
    struct file x = {0}, y = {0};
    struct err err = {0};
    bool ok = file_open(&x, a, &err) && file_open(&y, b, &err);
    EXPECT(ok, "%s", err.text);
    bool same = ok && x.size == y.size && memcmp(x.data, y.data, x.size) == 0;
    file_close(&x);
    file_close(&y);
    return same;
}

static bool is_time(const char *key)
{
    return strncmp(key, "timing_s/", 9) == 0 || strncmp(key, "perf/", 5) == 0 || strcmp(key, "step_time") == 0 ||
           strcmp(key, "eval_runtime") == 0;
}

// Every number but times must be the same.
static int compare_metrics(const char *a, const char *b)
{
    struct lines x = {0}, y = {0};
    struct err err = {0};
    int rows = 0;
    EXPECT(lines_open(&x, a, &err) && lines_open(&y, b, &err), "%s", err.text);
    while (lines_next(&x, &err)) {
        EXPECT(lines_next(&y, &err), "the second run has only %d lines", rows);
        struct json *p = json_parse(x.line.data, x.line.size, false, a, &err);
        struct json *q = json_parse(y.line.data, y.line.size, false, b, &err);
        EXPECT(p && q && json_count(p) == json_count(q), "line %d: %s", rows, err.text);
        for (const struct json *m = json_first(p); m; m = json_next(m)) {
            double u = json_number(m, NAN), v = json_number(json_get(q, json_key(m)), NAN);
            EXPECT(is_time(json_key(m)) || u == v, "line %d: %s is %.17g and %.17g", rows, json_key(m), u, v);
        }
        json_close(p);
        json_close(q);
        rows++;
    }
    EXPECT(!lines_next(&y, &err), "the second run has more than %d lines", rows);
    lines_close(&x);
    lines_close(&y);
    return rows;
}

// Small steps, each completion learnt from twice, with a KL term.
#define SMALL                                                                                                          \
    "--set", "rl.prompts_per_step=4", "--set", "rl.num_generations=4", "--set", "rl.slots=16", "--set",                \
        "train.micro_batch_tokens=384", "--set", "train.logit_rows=384", "--set", "eval.problems=8"
#define LONG_STEPS                                                                                                     \
    "--set", "rl.num_iterations=2", "--set", "rl.beta=0.02", "--set", "train.save_steps=3", "--set",                   \
        "train.max_steps=10", "--set", "eval.eval_steps=4"

static void resume(const char *device, const char *name)
{
    char whole[512], killed[512], label[64];
    struct str said = {0};
    snprintf(label, sizeof label, "%s-whole", name);
    snprintf(whole, sizeof whole, "%s", test_tmp(label));
    snprintf(label, sizeof label, "%s-killed", name);
    snprintf(killed, sizeof killed, "%s", test_tmp(label));
    struct child c = child_start("train", device, whole, 0, SMALL, LONG_STEPS, NULL);
    int code = child_finish(&c, &said);
    EXPECT(code == 0, "exit code %d: %s", code, said.data);
    c = child_start("train", device, killed, 0, SMALL, LONG_STEPS, NULL);
    EXPECT(child_wait_file(&c, run_file(killed, "checkpoints/step-000004")), "no checkpoint of step 4");
    kill(c.pid, SIGSTOP);
    struct child second = child_start("train", device, killed, 0, SMALL, LONG_STEPS, "--resume", NULL);
    int refused = child_finish(&second, &said);
    EXPECT(refused == 1 && strstr(said.data, "another process works in") && strstr(said.data, "take another directory"),
           "a second process in the run directory: %d: %s", refused, said.data);
    kill(c.pid, SIGKILL);
    code = child_finish(&c, &said);
    EXPECT(code == 128 + SIGKILL, "it ended before it was killed, code %d", code);
    EXPECT(!file_is_dir(run_file(killed, "checkpoints/step-000010")), "it was killed too late");
    c = child_start("train", device, killed, 0, SMALL, LONG_STEPS, NULL);
    code = child_finish(&c, &said);
    EXPECT(code == 1 && strstr(said.data, "already holds a run") && strstr(said.data, "--resume"), "%d: %s", code,
           said.data);
    c = child_start("train", device, killed, 0, SMALL, LONG_STEPS, "--resume", NULL);
    code = child_finish(&c, &said);
    EXPECT(code == 0 && strstr(said.data, "resuming from"), "exit code %d: %s", code, said.data);
    int rows = compare_metrics(run_file(whole, "metrics.jsonl"), run_file(killed, "metrics.jsonl"));
    EXPECT(rows == 11, "%d lines, expected the start and ten steps", rows);
    static const char *const files[] = {"checkpoints/step-000010/model.safetensors",
                                        "checkpoints/step-000010/optimizer.safetensors",
                                        "checkpoints/step-000010/trainer_state.json", "completions/step-000009.jsonl"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        EXPECT(same_file(run_file(whole, files[i]), run_file(killed, files[i])), "%s differs", files[i]);
    EXPECT(!same_file(run_file(whole, files[0]), TESTS_DIR "/../configs/quickstart-base/model.safetensors"),
           "nothing was learnt");
    str_finish(&said);
}

TEST(learn, resume_is_exact_cpu)
{
    resume("cpu", "cpu");
}

TEST(learn, resume_is_exact_vulkan)
{
    struct device d = {0};
    struct err err = {0};
    bool there = device_open(&d, test_device(), &err);
    device_close(&d);
    if (there)
        resume(test_device(), "vulkan");
    else
        test_skip("%s", err.text);
}

// Mean of rewards/numeric/mean over the steps [first, last] of a run.
static double mean_numeric(const char *dir, int first, int last)
{
    struct lines l = {0};
    struct err err = {0};
    double sum = 0;
    int n = 0;
    EXPECT(lines_open(&l, run_file(dir, "metrics.jsonl"), &err), "%s", err.text);
    while (lines_next(&l, &err)) {
        struct json *row = json_parse(l.line.data, l.line.size, false, "metrics", &err);
        int64_t step = json_int(json_get(row, "step"), -1);
        if (step >= first && step <= last) {
            sum += json_number(json_get(row, "rewards/numeric/mean"), NAN);
            n++;
        }
        json_close(row);
    }
    lines_close(&l);
    return sum / n;
}

TEST(learn, grpo_raises_the_reward)
{
    const char *dir = test_tmp("rises");
    struct str said = {0};
    // Eight problems only, so that few steps are enough.
    struct child c = child_start("train", "cpu", dir, 0, "--set", "data.count=8", "--set", "rl.prompts_per_step=8",
                                 "--set", "train.max_steps=30", "--set", "rl.slots=64", "--set",
                                 "train.learning_rate=3e-4", "--set", "eval.eval_steps=0", NULL);
    int code = child_finish(&c, &said);
    EXPECT(code == 0, "exit code %d: %s", code, said.data);
    double before = mean_numeric(dir, 1, 5), after = mean_numeric(dir, 26, 30);
    EXPECT(after > before + 0.2, "the share of right answers went from %.3f to %.3f", before, after);
    str_finish(&said);
}

TEST(learn, ctrl_c_saves_and_the_run_goes_on)
{
    char dir[512], expected[256], steps[64];
    struct str said = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("interrupted"));
    struct child c = child_start("train", "cpu", dir, 0, SMALL, "--set", "train.max_steps=1000000", "--set",
                                 "eval.eval_steps=1000000", NULL);
    EXPECT(child_wait_file(&c, run_file(dir, "completions/step-000003.jsonl")), "no third step");
    kill(c.pid, SIGINT);
    int code = child_finish(&c, &said);
    long long at = 0;
    const char *stopped = strstr(said.data, "stopped at step ");
    EXPECT(code == 130 && stopped && sscanf(stopped, "stopped at step %lld; continue with --resume", &at) == 1 &&
               at >= 2,
           "exit code %d: %s", code, said.data);
    snprintf(expected, sizeof expected, "checkpoints/step-%06lld", at);
    EXPECT(file_is_dir(run_file(dir, expected)), "%s is missing", expected);
    const char *answer = strstr(said.data, "; press Ctrl-C again to stop without saving\n");
    EXPECT(answer && answer < stopped, "no answer: %s", said.data);
    EXPECT(strstr(said.data, " % | - | ") && strstr(said.data, "(the start) |"), "no evaluation came after a step: %s",
           said.data);
    snprintf(steps, sizeof steps, "train.max_steps=%lld", at + 1);
    c = child_start("train", "cpu", dir, 0, SMALL, "--resume", "--set", steps, NULL);
    code = child_finish(&c, &said);
    snprintf(expected, sizeof expected, " s (%lld in all); ", at + 1);
    EXPECT(code == 0 && strstr(said.data, "\n1 steps in ") && strstr(said.data, expected), "exit code %d: %s", code,
           said.data);
    str_finish(&said);
}

// While a generation is learnt from sixty-four times, Ctrl-C is answered; once more, and nothing is saved.
TEST(learn, ctrl_c_answers_at_once_and_twice_stops)
{
    char dir[512];
    struct str said = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("twice"));
    struct child c = child_start("train", "cpu", dir, 0, "--set", "rl.num_iterations=64", "--set", "train.max_steps=64",
                                 "--set", "eval.eval_steps=0", "--set", "rl.temperature=1.5", NULL);
    EXPECT(child_wait_file(&c, run_file(dir, "completions/step-000001.jsonl")) && child_wait_said(&c, "step 2/64  "),
           "no step");
    kill(c.pid, SIGINT);
    EXPECT(child_wait_said(&c, "\nfinishing step 64, saving; press Ctrl-C again to stop without saving\n"),
           "no answer");
    kill(c.pid, SIGINT);
    int code = child_finish(&c, &said);
    EXPECT(code == 130 && strstr(said.data, "\nstopped without saving\n") && !strstr(said.data, "step 64/64"),
           "exit code %d: %s", code, said.data);
    EXPECT(!file_is_dir(run_file(dir, "checkpoints/step-000064")), "it was saved");
    str_finish(&said);
}

// The end of a terminal comes from the kernel and from the shell.
TEST(learn, the_end_of_the_terminal_may_come_twice)
{
    char dir[512], path[1024];
    struct str said = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("hung-up"));
    struct child c = child_start("train", "cpu", dir, 0, SMALL, "--set", "train.max_steps=1000000", "--set",
                                 "eval.eval_steps=0", "--set", "train.save_steps=0", NULL);
    EXPECT(child_wait_file(&c, run_file(dir, "completions/step-000003.jsonl")), "no third step");
    kill(c.pid, SIGHUP);
    EXPECT(child_wait_said(&c, "press Ctrl-C again"), "no answer");
    kill(c.pid, SIGHUP);
    int code = child_finish(&c, &said);
    EXPECT(code == 130 && checkpoint_find(dir, path, sizeof path), "exit code %d: %s", code, said.data);
    str_finish(&said);
}

// Ctrl-C ends `tee` too, so what the run says has no reader any more.
TEST(learn, ctrl_c_saves_without_a_reader)
{
    char dir[512], path[1024];
    snprintf(dir, sizeof dir, "%s", test_tmp("piped"));
    snprintf(path, sizeof path, "%s.said", dir);
    EXPECT(mkfifo(path, 0600) == 0, "mkfifo");
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct child c = child_start("train", "cpu", dir, 0, SMALL, "--set", "train.max_steps=1000000", "--set",
                                 "eval.eval_steps=0", "--set", "train.save_steps=0", NULL);
    EXPECT(child_wait_file(&c, run_file(dir, "completions/step-000003.jsonl")), "no third step");
    kill(c.pid, SIGINT);
    close(reader);
    int code = child_finish(&c, NULL);
    EXPECT(code == 130 && checkpoint_find(dir, path, sizeof path), "exit code %d", code);
}

// Wherever Ctrl-C falls between two lines of metrics, the lines of the whole run come out. That run is made afterwards,
// ten steps longer than where the other one was stopped.
TEST(learn, ctrl_c_between_two_lines)
{
    char whole[512], stopped[512], steps[64];
    struct str said = {0};
    long long at = 0;
    snprintf(whole, sizeof whole, "%s", test_tmp("lines-whole"));
    snprintf(stopped, sizeof stopped, "%s", test_tmp("lines-stopped"));
#define LINES                                                                                                          \
    "--set", "train.logging_steps=7", "--set", "eval.eval_steps=0", "--set", "train.lr_scheduler_type=constant", "--set"
    struct child c = child_start("train", "cpu", stopped, 0, SMALL, LINES, "train.max_steps=1000000", NULL);
    EXPECT(child_wait_file(&c, run_file(stopped, "completions/step-000011.jsonl")), "no eleventh step");
    kill(c.pid, SIGINT);
    int code = child_finish(&c, &said);
    const char *end = strstr(said.data, "stopped at step ");
    EXPECT(code == 130 && end && sscanf(end, "stopped at step %lld", &at) == 1 && at >= 10, "exit code %d: %s", code,
           said.data);
    snprintf(steps, sizeof steps, "train.max_steps=%lld", at + 10);
    c = child_start("train", "cpu", stopped, 0, SMALL, LINES, steps, "--resume", NULL);
    code = child_finish(&c, &said);
    EXPECT(code == 0 && strstr(said.data, "resuming from"), "exit code %d: %s", code, said.data);
    c = child_start("train", "cpu", whole, 0, SMALL, LINES, steps, NULL);
    code = child_finish(&c, &said);
    EXPECT(code == 0, "exit code %d: %s", code, said.data);
    int rows = compare_metrics(run_file(whole, "metrics.jsonl"), run_file(stopped, "metrics.jsonl")),
        expected = (int)((at + 10 + 6) / 7);
    EXPECT(rows == expected, "%d lines, expected %d of %lld steps", rows, expected, at + 10);
    str_finish(&said);
}

// Stopped before the evaluation after its only step is over, which takes long, a run has nothing left to do but that.
TEST(learn, an_evaluation_given_up_is_made_up_for)
{
    char dir[512];
    struct str said = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("given-up"));
    static const char *const keys[] = {"train.max_steps=1", "eval.eval_on_start=false", "data.held_out=200"};
    struct child c = child_start("train", "cpu", dir, 0, SMALL, "--set", keys[0], "--set", keys[1], "--set", keys[2],
                                 "--set", "eval.problems=200", "--set", "eval.samples=64", NULL);
    EXPECT(child_wait_said(&c, "step 1/1  reward"), "no step");
    nanosleep(&(struct timespec){0, 200000000}, NULL); // the evaluation has begun
    kill(c.pid, SIGINT);
    int code = child_finish(&c, &said);
    EXPECT(strstr(said.data,
                  "\nleaving the evaluation, which runs again on --resume, saving step 1; press Ctrl-C again "
                  "to stop without saving\n"),
           "no answer: %s", said.data);
    EXPECT(code == 130 && !strstr(said.data, "held-out pass@1") &&
               file_is_dir(run_file(dir, "checkpoints/step-000001")),
           "%d: %s", code, said.data);
    for (int again = 0; again < 2; again++) {
        c = child_start("train", "cpu", dir, 0, SMALL, "--resume", "--set", keys[0], "--set", keys[1], "--set", keys[2],
                        NULL);
        code = child_finish(&c, &said);
        EXPECT(code == 0 && (strstr(said.data, "step 1: held-out pass@1") != NULL) == !again, "%d, exit code %d: %s",
               again, code, said.data);
        EXPECT(strstr(said.data, "the run is complete: 1 of 1 steps; raise train.max_steps to go on\n"), "%s",
               said.data);
    }
    struct str metrics = {0};
    struct err err = {0};
    EXPECT(file_read(&metrics, run_file(dir, "metrics.jsonl"), 1 << 16, &err), "%s", err.text);
    const char *second = strstr(metrics.data, "\n{\"step\": 1,");
    EXPECT(second && strstr(second, "\"eval_pass@1\"") && !strstr(second + 1, "\n{"), "%s", metrics.data);
    str_finish(&metrics);
    str_finish(&said);
}

TEST(learn, nohup_outlives_the_terminal)
{
    char dir[512];
    struct str said = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("nohup"));
    void (*before)(int) = signal(SIGHUP, SIG_IGN); // as nohup leaves it to the program it starts
    struct child c =
        child_start("train", "cpu", dir, 0, SMALL, "--set", "train.max_steps=20", "--set", "eval.eval_steps=0", NULL);
    signal(SIGHUP, before);
    EXPECT(child_wait_file(&c, run_file(dir, "completions/step-000003.jsonl")), "no third step");
    kill(c.pid, SIGHUP);
    int code = child_finish(&c, &said);
    EXPECT(code == 0 && strstr(said.data, "20 steps in"), "exit code %d: %s", code, said.data);
    str_finish(&said);
}

// ---- what goes wrong

// A run of two steps with a checkpoint; its directory.
static void two_steps(char dir[512], const char *name)
{
    struct str said = {0};
    snprintf(dir, 512, "%s", test_tmp(name));
    struct child c =
        child_start("train", "cpu", dir, 0, SMALL, "--set", "train.max_steps=2", "--set", "eval.eval_steps=0", NULL);
    int code = child_finish(&c, &said);
    EXPECT(code == 0 && file_is_dir(run_file(dir, "checkpoints/step-000002")), "exit code %d: %s", code, said.data);
    str_finish(&said);
}

// Writes value into every element of a weight of a file.
static void poison(const char *path, const char *weight, float value)
{
    struct safetensors s = {0};
    struct err err = {0};
    struct file whole = {0};
    EXPECT(safetensors_open(&s, path, &err) && file_open(&whole, path, &err), "%s", err.text);
    const struct stored_tensor *t = safetensors_find(&s, weight);
    EXPECT(t && t->dtype == DTYPE_F32, "%s", weight);
    if (t) {
        uint8_t *bytes = block_alloc(whole.size);
        memcpy(bytes, whole.data, whole.size);
        size_t at = (size_t)((const uint8_t *)t->data - s.files[0].data);
        for (uint64_t i = 0; i < t->elements; i++)
            memcpy(bytes + at + 4 * i, &value, 4);
        EXPECT(file_write(path, bytes, whole.size, &err), "%s", err.text);
        block_free(bytes);
    }
    safetensors_close(&s);
    file_close(&whole);
}

static void expect_stop(const char *name, float value, const char *where)
{
    char dir[512];
    struct str said = {0};
    two_steps(dir, name);
    poison(run_file(dir, "checkpoints/step-000002/model.safetensors"), "model.layers.1.mlp.up_proj.weight", value);
    EXPECT(checksums_write(run_file(dir, "checkpoints/step-000002"), &(struct err){0}), "checksums"); // as if saved so
    struct child c = child_start("train", "cpu", dir, 0, SMALL, "--set", "train.max_steps=4", "--set",
                                 "eval.eval_steps=0", "--resume", NULL);
    int code = child_finish(&c, &said);
    EXPECT(code == 1 && strstr(said.data, "is not a finite number at step 3") && strstr(said.data, where),
           "exit code %d: %s", code, said.data);
    EXPECT(strstr(said.data, "the checkpoint of step 2 is kept"), "%s", said.data);
    EXPECT(file_is_dir(run_file(dir, "checkpoints/step-000002")) &&
               !file_is_dir(run_file(dir, "checkpoints/step-000003")),
           "checkpoints");
    str_finish(&said);
}

TEST(learn, nan_stops_and_names_the_tensor)
{
    expect_stop("nan", NAN, "the first such values are in the weight model.layers.1.mlp.up_proj.weight");
    expect_stop("overflow", 3e38f, "(node "); // finite weights, infinite activations
}

TEST(learn, full_disk_keeps_the_earlier_checkpoint)
{
    char dir[512];
    struct str said = {0};
    two_steps(dir, "full");
    struct child c = child_start("train", "cpu", dir, 200000, SMALL, "--set", "train.max_steps=3", "--set",
                                 "eval.eval_steps=0", "--resume", NULL);
    int code = child_finish(&c, &said);
    EXPECT(code == 1 && strstr(said.data, "checkpoint of step 3 was not saved, earlier ones are intact") &&
               strstr(said.data, "File too large"),
           "exit code %d: %s", code, said.data);
    EXPECT(file_is_dir(run_file(dir, "checkpoints/step-000002")) &&
               !file_is_dir(run_file(dir, "checkpoints/step-000003")) &&
               !file_is_dir(run_file(dir, "checkpoints/unfinished")),
           "checkpoints");
    c = child_start("train", "cpu", dir, 0, SMALL, "--set", "train.max_steps=3", "--set", "eval.eval_steps=0",
                    "--resume", NULL);
    code = child_finish(&c, &said); // with room again
    EXPECT(code == 0 && file_is_dir(run_file(dir, "checkpoints/step-000003")), "exit code %d: %s", code, said.data);
    str_finish(&said);
}
