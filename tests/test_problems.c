// What is said of problems when a run opens: golds that the rewards cannot read, prompts that do not fit.
#include "test.h"

#include "base/file.h"
#include "program.h"
#include "quickstart_run.h"
#include "rl/problems.h"

// A file of rows {"prompt": ..., "answer": ...}, divided by a bar.
static const char *rows_file(const char *name, const char *const *rows, int n)
{
    static char path[1024];
    struct str text = {0};
    struct err err = {0};
    snprintf(path, sizeof path, "%s", test_tmp(name));
    for (int i = 0; i < n; i++) {
        const char *bar = strchr(rows[i], '|');
        str_puts(&text, "{\"prompt\": ");
        str_put_json(&text, rows[i], (size_t)(bar - rows[i]));
        str_puts(&text, ", \"answer\": ");
        str_put_json(&text, bar + 1, strlen(bar + 1));
        str_puts(&text, "}\n");
    }
    EXPECT(file_write(path, text.data, text.size, &err), "%s", err.text);
    str_finish(&text);
    return path;
}

// vkr1 COMMAND configs/quickstart.json with a file of rows; what it said.
static int run_on(const char *command, const char *path, const char *more, struct str *said)
{
    static int runs;
    char name[32];
    snprintf(name, sizeof name, "run-%d", runs++);
    struct str args = {0}, out = {0};
    if (strcmp(command, "eval") == 0)
        str_printf(&args, "eval --model '%s' --device cpu --task auto --data '%s' --template raw --max-tokens 8 %s",
                   test_path("../configs/quickstart-base"), path, more);
    else
        str_printf(&args,
                   "%s '%s' --device cpu --set model.path='%s' --set output_dir='%s' --set data='{\"path\": \"%s\"}' "
                   "--set rl.prompts_per_step=2 --set rl.num_generations=2 --set rl.max_completion_length=16 "
                   "--set train.max_steps=1 --set train.micro_batch_tokens=240 --set eval.eval_steps=1 %s",
                   command, test_path("../configs/quickstart.json"), test_path("../configs/quickstart-base"),
                   test_tmp(name), path, more);
    int code = program_run_vkr1(args.data, "", &out, said);
    str_finish(&args);
    str_finish(&out);
    return code;
}

static void expect_said(const char *command, const char *path, const char *more, int code, const char *message)
{
    struct str said = {0};
    int got = run_on(command, path, more, &said);
    EXPECT(got == code && strstr(said.data, message), "%s %s: exit code %d, \"%s\" is not in %s", command, more, got,
           message, said.data);
    str_finish(&said);
}

static const char *const names[] = {"1+2=|apples", "2+2=|pears", "3+2=|plums", "4+2=|figs"};
static const char *const mixed[] = {"1+2=|3", "2+2=|pears", "3+2=|5", "4+2=|6", "5+2=|", "6+2=|dates", "7+2=|limes"};

TEST(problems, golds_that_no_reward_can_read_are_refused)
{
    const char *path = rows_file("names.jsonl", names, 4);
    static const char all[] =
        "the reward numeric can judge none of the 4 training problems, whose gold answers are in the field \"answer\": "
        "line 1: the gold answer \"apples\" is not a number; line 2: the gold answer \"pears\" is not a number; "
        "line 3: the gold answer \"plums\" is not a number; .... Take another reward, or name the field that has what "
        "it reads";
    expect_said("train", path, "--set reward=format:1,numeric:1", 1, all);
    expect_said("eval", path, "", 1, "the reward numeric can judge none of the 4 problems, whose gold answers are in");
    expect_said("eval", path, "--limit 2", 1, "can judge none of the 2 problems");
    // one of two judges reads none: it would be skipped in the whole run
    expect_said("train", path, "--set reward=exact:1,numeric:1", 1, "the reward numeric can judge none of the 4");
    expect_said("train", path, "--set reward=countdown:1", 1,
                "line 1: the problem has no nums or no target; line 2: the problem has no nums");
    static const char work[] = "{\"prompt\": \"1+2=\", \"completion\": \"3\", \"answer\": \"apples\"}\n"
                               "{\"prompt\": \"2+2=\", \"completion\": \"4\", \"answer\": \"pears\"}\n"
                               "{\"prompt\": \"3+2=\", \"completion\": \"5\", \"answer\": \"plums\"}\n";
    struct err err = {0};
    char worked[1024];
    snprintf(worked, sizeof worked, "%s", test_tmp("worked.jsonl"));
    EXPECT(file_write(worked, work, sizeof work - 1, &err), "%s", err.text);
    expect_said("sft", worked, "--set data.held_out=2 --set train.micro_batch_tokens=1024 --set sft.max_length=100", 1,
                "the reward numeric can judge none of the 2 held-out problems");
}

TEST(problems, golds_that_some_rewards_can_read_are_counted)
{
    const char *path = rows_file("mixed.jsonl", mixed, 7);
    static const char some[] =
        "warning: the reward numeric skips 4 of the 7 training problems, whose gold answers are in the field "
        "\"answer\", since it cannot judge them: line 2: the gold answer \"pears\" is not a number; line 5: no gold "
        "answer; line 6: the gold answer \"dates\" is not a number; ...\n";
    expect_said("train", path, "--set reward=numeric", 0, some);
    expect_said("eval", path, "", 0, "warning: the reward numeric skips 4 of the 7 problems, whose");
    expect_said("eval", path, "--reward exact", 0, "the reward exact skips 1 of the 7 problems");
    struct str said = {0};
    EXPECT(run_on("eval", path, "--limit 1", &said) == 0 && !strstr(said.data, "skips"), "%s", said.data);
    str_finish(&said);
}

// Held-out problems stand by themselves: the training problems can be read, they cannot.
TEST(problems, held_out_golds_are_looked_at_apart)
{
    char path[1024];
    struct err err = {0};
    static const char text[] = "[{\"prompt\": \"1+1=\", \"answer\": 2},\n{\"prompt\": \"1+2=\", \"answer\": 3},"
                               "{\"prompt\": \"1+3=\", \"answer\": \"pears\"}]";
    snprintf(path, sizeof path, "%s", test_tmp("apart.json"));
    EXPECT(file_write(path, text, sizeof text - 1, &err), "%s", err.text);
    int held = 0; // whichever is held out by this seed, the one that cannot be read is said by its row
    for (int seed = 0; seed < 12; seed++) {
        char more[128];
        struct str said = {0};
        snprintf(more, sizeof more, "--set data.held_out=1 --set data.split_seed=%d", seed);
        int code = run_on("train", path, more, &said);
        bool none =
            strstr(said.data, "the reward numeric can judge none of the 1 held-out problems, whose gold answers "
                              "are in the field \"answer\": row 3: the gold answer \"pears\" is not a number. ");
        EXPECT(code == none && (none || strstr(said.data, "skips 1 of the 2 training problems")), "%s", said.data);
        held += none;
        str_finish(&said);
    }
    EXPECT(held > 0 && held < 12, "held out %d times", held);
}

TEST(problems, prompts_that_are_too_long_are_said)
{
    static const char *const rows[] = {"1+2=|3",
                                       "what is the sum of 2 and 2?|4",
                                       "3+2=|5",
                                       "how much is 4 and 2?|6",
                                       "five and five is what?|10",
                                       "twenty and two is what?|22"};
    const char *path = rows_file("long.jsonl", rows, 6);
    expect_said("eval", path, "--max-prompt 8", 0,
                "warning: 4 of the 6 problems are left out, since their prompts are longer than --max-prompt = 8 "
                "tokens: line 2: 27 tokens; line 4: 20 tokens; line 5: 22 tokens; ...\n");
    expect_said("eval", path, "--max-prompt 3", 1,
                "the prompts of all of the 6 problems are longer than --max-prompt = 3 tokens: line 1: 4 tokens; ");
    expect_said("train", path, "--set data.held_out=5 --set data.split_seed=1", 0,
                "of the 5 held-out problems are left out, since their prompts are longer than rl.max_prompt_length = "
                "12 tokens: ");
    expect_said("train", path, "--set data.held_out=0 --set train.max_steps=8", 0,
                " tokens, more than rl.max_prompt_length = 12: such prompts are passed over");
    expect_said("train", path, "--set data.held_out=0 --set train.max_steps=8", 0,
                " prompts were passed over, since they are longer than rl.max_prompt_length\n");
    // one prompt too long, the other without a gold: nothing is left to judge
    static const char *const rest[] = {"what is the sum of 2 and 2?|4", "3+2=|"};
    expect_said(
        "eval", rows_file("rest.jsonl", rest, 2), "--max-prompt 8", 1,
        "none of the 2 problems could be judged: 1 prompts do not fit into 8 tokens, 1 have no gold answer that "
        "numeric can read");
}

// Whatever the golds are, looking at them ends.
TEST(problems, looking_ends_in_time)
{
    struct arena memory = {0};
    struct reward_set rewards;
    struct dataset d;
    struct dataset_options o;
    struct err err = {0};
    double before = problems_seconds;
    dataset_defaults(&o, PROBLEM_PLAIN);
    o.path = rows_file("time.jsonl", names, 4);
    EXPECT(dataset_open(&d, &o, &err) && reward_set_parse(&rewards, "numeric", &memory, &err) &&
               reward_set_open(&rewards, &err),
           "%s", err.text);
    const struct problem *all[4];
    for (int i = 0; i < 4; i++)
        all[i] = &d.problems[i];
    problems_seconds = -1;
    EXPECT(!problems_check_golds(&d, all, 4, "problems", &rewards, &err), "accepted");
    problems_seconds = before;
    EXPECT_ERR(&err, "the reward numeric can judge none of the first 1 of 4 problems, whose");
    reward_set_close(&rewards);
    dataset_close(&d);
    arena_finish(&memory);
}
