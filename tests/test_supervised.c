// Supervised training with held-out rows: the loss on them.
#include "test.h"

#include <signal.h>
#include <time.h>

#include "base/file.h"
#include "child.h"
#include "data/dataset.h"
#include "graph/device.h"
#include "program.h"
#include "quickstart_run.h"

enum { ROWS = 16, HELD = 12 };

static void put_row(struct str *s, const char *prompt, const char *completion)
{
    str_puts(s, "{\"prompt\": ");
    str_put_json(s, prompt, strlen(prompt));
    str_puts(s, ", \"completion\": ");
    str_put_json(s, completion, strlen(completion));
    str_puts(s, "}\n");
}

// Two files: ROWS rows of which HELD are held out, and those alone.
static void write_rows(const char *all, const char *held)
{
    struct str s = {0};
    struct err err = {0};
    struct dataset d;
    struct dataset_options o;
    for (int i = 0; i < ROWS; i++) {
        char prompt[32], completion[64];
        snprintf(prompt, sizeof prompt, "%d+%d=", 3 * i, i * i);
        snprintf(completion, sizeof completion, "%.*s%d", i, "<think>\nit is clear", 3 * i + i * i); // of many lengths
        put_row(&s, prompt, completion);
    }
    EXPECT(file_write(all, s.data, s.size, &err), "%s", err.text);
    dataset_defaults(&o, PROBLEM_SFT);
    o.path = all;
    o.held_out = HELD;
    EXPECT(dataset_open(&d, &o, &err), "%s", err.text);
    str_clear(&s);
    for (uint32_t i = 0; i < d.held_out_count; i++)
        put_row(&s, dataset_held_out(&d, i)->prompt, dataset_held_out(&d, i)->solution);
    EXPECT(d.held_out_count == HELD && file_write(held, s.data, s.size, &err), "%s", err.text);
    dataset_close(&d);
    str_finish(&s);
}

// vkr1 sft with the quickstart's base model; its directory.
static const char *sft(const char *device, const char *name, const char *file, const char *more, struct str *said)
{
    static char dir[512];
    struct str args = {0}, out = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp(name));
    str_printf(&args,
               "sft '%s' --set model.path='%s' --set model.init=null --set model.tokenizer=null --set output_dir='%s' "
               "--set data='{\"kind\": \"sft\", \"path\": \"%s\"}' --set reward=null --set sft.max_length=100 "
               "--set train.micro_batch_tokens=128 --set train.logging_steps=1 --set train.lr_scheduler_type=constant "
               "--set train.warmup_steps=0 --set eval.eval_on_start=true %s",
               test_path("../configs/quickstart-base.json"), test_path("../configs/quickstart-base"), dir, file, more);
    if (device)
        str_printf(&args, " --device '%s'", device);
    int code = program_run_vkr1(args.data, "", &out, said);
    EXPECT(code == 0, "exit code %d: %s", code, said->data);
    str_puts(said, out.data);
    str_finish(&args);
    str_finish(&out);
    return dir;
}

// The loss on held-out rows is what training reports of the same rows before it changes anything. Sums run in another
// order, in double: 1e-12.
static void validate(const char *device, const char *label)
{
    char all[512], held[512], name[64], line[64];
    struct str said = {0};
    double loss[64], step[64];
    snprintf(all, sizeof all, "%s", test_tmp("all.jsonl"));
    snprintf(held, sizeof held, "%s", test_tmp("held.jsonl"));
    write_rows(all, held);
    snprintf(name, sizeof name, "%s-trained", label);
    double trained = value_of(
        sft(device, name, held, "--set sft.batch_size=12 --set train.max_steps=1 --set train.learning_rate=0", &said),
        "loss", 0);
    EXPECT(!strstr(said.data, "held-out"), "%s", said.data);
    snprintf(name, sizeof name, "%s-held", label);
    static const char still[] = "--set data.held_out=12 --set sft.batch_size=2 --set train.max_steps=3 --set "
                                "eval.eval_steps=2 --set train.learning_rate=0";
    const char *dir = sft(device, name, all, still, &said);
    int n = values_of(dir, "eval_loss", loss);
    EXPECT(n == 4 && values_of(dir, "step", step) == 4, "%d lines", n); // the start, 1 to 3
    EXPECT(step[0] == 0 && fabs(loss[0] - trained) < 1e-12 * trained, "held-out loss %.17g, training's %.17g", loss[0],
           trained);
    EXPECT(isnan(loss[1]) && loss[2] == loss[0] && loss[3] == loss[0], "losses %.17g, %.17g, %.17g", loss[1], loss[2],
           loss[3]);
    snprintf(line, sizeof line, "step 2: held-out loss %.4f, 12 rows, ", trained);
    EXPECT(strstr(said.data, line), "no \"%s\" in %s", line, said.data);
    double runtime = value_of(dir, "eval_runtime", 2);
    EXPECT(runtime > 0, "eval_runtime %g", runtime);
    str_finish(&said);
}

TEST(supervised, loss_of_held_out_rows_cpu)
{
    validate("cpu", "cpu");
}

TEST(supervised, loss_of_held_out_rows_vulkan)
{
    struct device d = {0};
    struct err err = {0};
    bool there = device_open(&d, test_device(), &err);
    device_close(&d);
    if (there)
        validate(test_device(), "vulkan");
    else
        test_skip("%s", err.text);
}

// Looking at held-out rows changes nothing of what is learnt, and a resumed run has each line once.
TEST(supervised, the_loss_of_held_out_rows_leaves_no_trace)
{
    char all[512], dir[512];
    struct str said = {0};
    double plain[64], looked[64], step[64], loss[64], again[64];
    snprintf(all, sizeof all, "%s", test_tmp("all.jsonl"));
    write_rows(all, test_tmp("held.jsonl"));
#define LEARN "--set data.held_out=12 --set sft.batch_size=2 --set train.learning_rate=1e-3 --set train.max_steps="
    snprintf(dir, sizeof dir, "%s", sft("cpu", "plain", all, LEARN "4 --set eval.eval_steps=0", &said));
    EXPECT(values_of(dir, "loss", plain) == 4, "lines");
    snprintf(dir, sizeof dir, "%s", sft("cpu", "looked", all, LEARN "4 --set eval.eval_steps=1", &said));
    EXPECT(values_of(dir, "loss", looked) == 5 && values_of(dir, "eval_loss", loss) == 5, "lines");
    for (int i = 0; i < 4; i++)
        EXPECT(looked[i + 1] == plain[i], "step %d: %.17g, without evaluations %.17g", i + 1, looked[i + 1], plain[i]);
    char table[64];
    snprintf(table, sizeof table, "looked | %.4f | %.4f |\n", loss[0], loss[4]);
    EXPECT(strstr(said.data, table), "no \"%s\" in %s", table, said.data);
    EXPECT(loss[4] < loss[0], "the held-out loss went from %g to %g", loss[0], loss[4]);
    sft("cpu", "resumed", all, LEARN "2 --set eval.eval_steps=1", &said);
    snprintf(dir, sizeof dir, "%s", sft("cpu", "resumed", all, LEARN "4 --set eval.eval_steps=1 --resume", &said));
    snprintf(table, sizeof table, "resumed | %.4f | %.4f |\n", loss[0], loss[4]);
    EXPECT(strstr(said.data, table), "no \"%s\" in %s", table, said.data);
    EXPECT(values_of(dir, "step", step) == 5 && values_of(dir, "eval_loss", again) == 5, "lines");
    for (int i = 0; i < 5; i++)
        EXPECT(step[i] == i && again[i] == loss[i], "line %d: step %g, %.17g, not interrupted %.17g", i, step[i],
               again[i], loss[i]);
    str_finish(&said);
}

// With rewards too an evaluation has both, in one line.
TEST(supervised, loss_and_samples_of_one_evaluation)
{
    char all[512];
    struct str said = {0};
    snprintf(all, sizeof all, "%s", test_tmp("all.jsonl"));
    write_rows(all, test_tmp("held.jsonl"));
    const char *dir = sft("cpu", "both", all,
                          LEARN "1 --set eval.eval_steps=1 --set reward=exact --set data.answer=completion "
                                "--set rl.max_prompt_length=20 --set rl.max_completion_length=20",
                          &said);
    EXPECT(value_of(dir, "eval_loss", 0) > 0 && value_of(dir, "eval_pass@1", 0) >= 0, "the start: %s", said.data);
    EXPECT(value_of(dir, "eval_loss", 1) > 0 && value_of(dir, "eval_pass@1", 1) >= 0, "the end: %s", said.data);
    str_finish(&said);
}

TEST(supervised, held_out_rows_that_are_too_long_are_said)
{
    char all[512];
    struct str said = {0};
    snprintf(all, sizeof all, "%s", test_tmp("all.jsonl"));
    write_rows(all, test_tmp("held.jsonl"));
    sft("cpu", "long", all, LEARN "1 --set eval.eval_steps=1 --set sft.max_length=14", &said);
    EXPECT(strstr(said.data, " of the 12 held-out problems are left out, since their rows are longer than "
                             "sft.max_length = 14 tokens: line "),
           "%s", said.data);
    EXPECT(strstr(said.data, "step 1: held-out loss "), "%s", said.data);
    sft("cpu", "long-rows", all,
        "--set data.shuffle=false --set sft.batch_size=8 --set train.max_steps=1 --set "
        "sft.max_length=14",
        &said);
    EXPECT(strstr(said.data, " tokens, more than sft.max_length = 14: such rows are passed over\n"), "%s", said.data);
    str_finish(&said);
}

// Stopped while it looks at thousands of held-out rows, a run has nothing left to do but that; its line comes once.
TEST(supervised, an_evaluation_given_up_runs_again)
{
    char dir[512], model[1024];
    struct str said = {0};
    double step[64], loss[64];
    snprintf(dir, sizeof dir, "%s", test_tmp("given-up"));
    snprintf(model, sizeof model, "model.path=%s", test_path("../configs/quickstart-base"));
#define ONE                                                                                                            \
    "--set", model, "--set", "model.init=null", "--set", "model.tokenizer=null", "--set", "reward=null", "--set",      \
        "eval.eval_steps=1", "--set", "eval.eval_on_start=false", "--set", "train.max_steps=1", "--set",               \
        "data.held_out=9000", "--set"
    struct child c = child_start("sft", "cpu", dir, 0, ONE, "eval.problems=9000", NULL);
    EXPECT(child_wait_said(&c, "step 1/1  loss"), "no step");
    nanosleep(&(struct timespec){0, 200000000}, NULL); // the evaluation has begun
    kill(c.pid, SIGINT);
    int code = child_finish(&c, &said);
    EXPECT(code == 130 && strstr(said.data, "\nleaving the evaluation, which runs again on --resume, saving step 1; "),
           "%d: %s", code, said.data);
    EXPECT(!strstr(said.data, "held-out loss") && values_of(dir, "eval_loss", loss) == 1 && isnan(loss[0]), "%s",
           said.data);
    for (int again = 0; again < 2; again++) {
        c = child_start("sft", "cpu", dir, 0, "--resume", ONE, "eval.problems=30", NULL);
        code = child_finish(&c, &said);
        EXPECT(code == 0 && (strstr(said.data, "step 1: held-out loss") != NULL) == !again, "%d: %s", code, said.data);
        EXPECT(strstr(said.data, "the run is complete: 1 of 1 steps"), "%s", said.data);
        EXPECT(values_of(dir, "step", step) == 2 && values_of(dir, "eval_loss", loss) == 2 && step[1] == 1 &&
                   isnan(loss[0]) && loss[1] > 0,
               "lines of steps %g and %g, losses %g and %g", step[0], step[1], loss[0], loss[1]);
    }
    str_finish(&said);
}

TEST(supervised, rows_without_a_completion_are_refused)
{
    char path[512], arguments[1024];
    struct err err = {0};
    static const char text[] = "{\"prompt\": \"1+1=\", \"answer\": 2}\n{\"prompt\": \"1+2=\", \"answer\": 3}\n";
    static const char *const others[][2] = {
        {"{\"prompt\": \"a\", \"completion\": \"b\"}\n\n{\"prompt\": \"c\", \"completion\": null}\n",
         ", line 3: the field \"completion\" must be a text or messages with one of role assistant"},
        {"{\"prompt\": \"a\", \"response\": \"b\"}\n{\"prompt\": \"c\"}\n",
         ", line 2: the field \"response\" is missing; the row has prompt"},
        {"{\"nums\": [1, 2], \"target\": 3, \"solution\": \"1+2\"}\n{\"nums\": [1, 2], \"target\": 3}\n",
         ", line 2: the field \"solution\" is missing; the row has nums, target"},
        {"{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n",
         ", line 1: the field \"messages\" must be messages with role and content, the last two of the roles user and "
         "assistant"},
    };
    snprintf(path, sizeof path, "%s", test_tmp("bare.jsonl"));
    EXPECT(file_write(path, text, sizeof text - 1, &err), "%s", err.text);
    for (int held = 0; held < 2; held++) {
        snprintf(arguments, sizeof arguments,
                 "--set data='{\"path\": \"%s\", \"held_out\": %d}' --set reward=null --set sft.max_length=100 --set "
                 "train.micro_batch_tokens=128 --set output_dir='%s'",
                 path, held, test_tmp(held ? "bare-1" : "bare-0"));
        expect_refused("sft", arguments, "2 of the 2 rows of ");
        expect_refused("sft", arguments, ", line 1: the field \"completion\" is missing; the row has prompt, answer; ");
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        EXPECT(file_write(path, others[i][0], strlen(others[i][0]), &err), "%s", err.text);
        snprintf(arguments, sizeof arguments, "--set data='{\"path\": \"%s\"}' --set reward=null --set output_dir='%s'",
                 path, test_tmp("bare-2"));
        expect_refused("sft", arguments, others[i][1]);
    }
}
