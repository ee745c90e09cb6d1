// What a resumed run finds: whole checkpoints among many, damaged and mixed ones, inputs that changed meanwhile.
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "program.h"
#include "quickstart_run.h"
#include "train/checkpoint.h"

#define TWO                                                                                                            \
    "train.max_steps=2", "train.save_steps=1", "train.save_total_limit=2", "eval.eval_steps=0",                        \
        "train.log_completions=true"

static void flip(const char *path, size_t at)
{
    struct file f;
    struct err err = {0};
    struct str s = {0};
    EXPECT(file_open(&f, path, &err), "%s", err.text);
    str_append(&s, f.data, f.size);
    file_close(&f);
    s.data[at % s.size] ^= 1;
    EXPECT(file_write(path, s.data, s.size, &err), "%s", err.text);
    str_finish(&s);
}

static void copy_file(const char *from, const char *to)
{
    struct file f;
    struct err err = {0};
    EXPECT(file_open(&f, from, &err) && file_write(to, f.data, f.size, &err), "%s", err.text);
    file_close(&f);
}

TEST(resume, damaged_and_mixed_checkpoints_are_noticed)
{
    static const char *const files[] = {"model.safetensors", "optimizer.safetensors", "trainer_state.json",
                                        "config.json"};
    char dir[512], path[1024], said[2048], arguments[1024];
    snprintf(dir, sizeof dir, "%s", quickstart_run("whole", NULL, BASE, TWO, NULL));
    snprintf(arguments, sizeof arguments, "--resume --set output_dir='%s' --set train.max_steps=2", dir);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/checkpoints/step-000002/%s", dir, files[i]);
        snprintf(said, sizeof said, "%s is not what was saved: it is damaged, or from another checkpoint", path);
        flip(path, i < 2 ? 20000 : 40); // a value, not the structure
        expect_refused("train", arguments, said);
        flip(path, i < 2 ? 20000 : 40);
    }
    char other[1024], kept[1024];
    snprintf(path, sizeof path, "%s/checkpoints/step-000002/optimizer.safetensors", dir);
    snprintf(other, sizeof other, "%s/checkpoints/step-000001/optimizer.safetensors", dir);
    snprintf(kept, sizeof kept, "%s", test_tmp("kept"));
    copy_file(path, kept);
    copy_file(other, path);
    snprintf(said, sizeof said, "%s is not what was saved: it is damaged, or from another checkpoint", path);
    expect_refused("train", arguments, said);
    copy_file(kept, path);
    struct str messages = {0};
    snprintf(path, sizeof path, "%s/checkpoints/step-000002/checksums.json", dir);
    EXPECT(unlink(path) == 0, "%s", path);
    quickstart_run("whole", &messages, BASE, TWO, "--resume", NULL);
    EXPECT(strstr(messages.data, "has no checksums.json: its files are not compared with what was saved"), "%s",
           messages.data);
    str_finish(&messages);
}

TEST(resume, the_newest_of_many_checkpoints)
{
    char dir[512], path[1024], want[1024];
    struct err err = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("many"));
    EXPECT(!checkpoint_find(dir, path, sizeof path), "found %s", path);
    for (int step = 5000; step > 0; step--) { // more than any list of fixed length
        snprintf(path, sizeof path, "%s/checkpoints/step-%06d", dir, step);
        if (step == 5000)
            EXPECT(dir_create(path, &err), "%s", err.text);
        else
            mkdir(path, 0777);
    }
    snprintf(want, sizeof want, "%s/checkpoints/step-005000", dir);
    EXPECT(checkpoint_find(dir, path, sizeof path) && strcmp(path, want) == 0, "%s", path);
}

TEST(resume, completions_follow_no_link)
{
    char dir[512], path[1024], victim[512];
    struct err err = {0};
    struct file f;
    snprintf(dir, sizeof dir, "%s", test_tmp("linked"));
    snprintf(victim, sizeof victim, "%s", test_tmp("victim"));
    EXPECT(file_write(victim, "precious", 8, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/completions", dir);
    EXPECT(dir_create(path, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/completions/step-000001.jsonl", dir);
    EXPECT(symlink(victim, path) == 0, "symlink");
    snprintf(path, sizeof path, "%s/completions/step-000002.jsonl", dir);
    EXPECT(link(victim, path) == 0, "link");
    quickstart_run("linked", NULL, BASE, TWO, NULL);
    EXPECT(file_open(&f, victim, &err) && f.size == 8 && memcmp(f.data, "precious", 8) == 0, "the file was written");
    file_close(&f);
    struct stat st;
    snprintf(path, sizeof path, "%s/completions/step-000001.jsonl", dir);
    EXPECT(lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 100, "no completions");
}

static void write_problems(const char *path, int first)
{
    struct str s = {0};
    struct err err = {0};
    for (int i = 0; i < 16; i++)
        str_printf(&s, "{\"prompt\": \"%d+1=\", \"answer\": \"%d\"}\n", first + i, first + i + 1);
    EXPECT(file_write(path, s.data, s.size, &err), "%s", err.text);
    str_finish(&s);
}

// Runs two steps with a model and a problem file of its own, and resumes after they may have changed.
static void resume_after(const char *name, bool data, bool model)
{
    static const char *const files[] = {"config.json", "model.safetensors", "tokenizer.json"};
    char dir[512], problems[512], from[1024], to[1024], data_key[1024], model_key[1024];
    struct err err = {0};
    struct str said = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("inputs"));
    snprintf(problems, sizeof problems, "%s", test_tmp("problems.jsonl"));
    EXPECT(dir_create(dir, &err), "%s", err.text);
    for (int i = 0; i < 3; i++) {
        snprintf(from, sizeof from, "%s/configs/quickstart-base/%s", test_path(".."), files[i]);
        snprintf(to, sizeof to, "%s/%s", dir, files[i]);
        copy_file(from, to);
    }
    write_problems(problems, 3);
    snprintf(data_key, sizeof data_key, "data={\"kind\": \"plain\", \"path\": \"%s\", \"held_out\": 0}", problems);
    snprintf(model_key, sizeof model_key, "model.path=%s", dir);
#define INPUTS                                                                                                         \
    "rl.beta=0.01", "rl.prompts_per_step=4", "rl.num_generations=4", "rl.slots=16", "train.micro_batch_tokens=384",    \
        "train.logit_rows=384"
    quickstart_run(name, NULL, INPUTS, TWO, data_key, model_key, NULL);
    if (data)
        write_problems(problems, 5);
    snprintf(to, sizeof to, "%s/model.safetensors", dir);
    if (model)
        flip(to, 30000);
    quickstart_run(name, &said, INPUTS, TWO, data_key, model_key, "--resume", NULL);
    EXPECT((strstr(said.data, "the data file has changed since the checkpoint was saved: the run goes on with other "
                              "problems") != NULL) == data,
           "%s: %s", name, said.data);
    EXPECT((strstr(said.data, "have changed since the checkpoint was saved: the KL term is taken against others") !=
            NULL) == model,
           "%s: %s", name, said.data);
    EXPECT(strstr(said.data, "resuming from"), "%s", said.data);
    str_finish(&said);
}

TEST(resume, inputs_that_changed_are_said)
{
    resume_after("same", false, false);
    resume_after("other-data", true, false);
    resume_after("other-reference", false, true);
}

// Runs a command on a directory; what it printed and said.
static void run_on(const char *form, const char *dir, int code, struct str *out, struct str *said)
{
    char args[2048];
    snprintf(args, sizeof args, form, dir);
    int got = program_run_vkr1(args, "", out, said);
    EXPECT(got == code, "%s: exit code %d: %s", args, got, said->data);
}

// Commands that use a checkpoint look at its files as --resume does.
static void refuse_damaged(const char *dir, const char *step, struct str *out, struct str *said)
{
    char path[1024], want[4096];
    snprintf(path, sizeof path, "%s/model.safetensors", step);
    snprintf(
        want, sizeof want,
        "cannot use %s (if it is damaged, remove it: then the one before it is taken): %s is not what was saved: it "
        "is damaged, or from another checkpoint",
        step, path);
    flip(path, 20000); // a value, not the structure
    run_on("eval '%s'", dir, 1, out, said);
    EXPECT(strstr(said->data, want), "%s", said->data);
    run_on("eval --model '%s'", step, 1, out, said);
    EXPECT(strstr(said->data, want), "%s", said->data);
    run_on("generate '%s' '457+368='", dir, 1, out, said);
    EXPECT(strstr(said->data, want) && !out->size, "%s", said->data);
    flip(path, 20000);
    snprintf(path, sizeof path, "%s/run.json", step);
    EXPECT(unlink(path) == 0, "%s", path);
    run_on("generate '%s' '457+368='", dir, 1, out, said);
    EXPECT(strstr(said->data, "cannot use ") && strstr(said->data, "/run.json"), "%s", said->data);
}

// The quickstart's prompts are raw, its problems generated, its rewards two: all of that comes from run.json.
TEST(resume, a_run_keeps_its_prompt_form_rewards_and_task)
{
    char dir[512], step[1024];
    struct str out = {0}, said = {0}, again = {0};
    struct err err = {0};
    snprintf(dir, sizeof dir, "%s", quickstart_run("task", NULL, BASE, TWO, NULL));
    snprintf(step, sizeof step, "%s/checkpoints/step-000002", dir);
    run_on("eval '%s' --json", dir, 0, &out, &said);
    EXPECT(strstr(said.data, "the newest checkpoint of the run: ") && strstr(said.data, "step-000002"), "%s",
           said.data);
    struct json *j = json_parse(out.data, out.size, false, "eval", &err);
    EXPECT(json_int(json_get(j, "n"), 0) == 8, "%s", out.data); // data.held_out=8
    double reward = json_number(json_get(j, "reward"), 0), pass = json_number(json_get(j, "pass@1"), 0);
    EXPECT(reward > pass + 0.05, "the format is not rewarded: %s", out.data); // numeric alone would be pass@1
    json_close(j);
    run_on("eval --model '%s' --json", step, 0, &again, &said);
    size_t same = (size_t)(strstr(out.data, "\"seconds\"") - out.data);
    EXPECT(strncmp(out.data, again.data, same) == 0, "%s and %s", out.data, again.data);
    run_on("generate '%s' --temperature 0 '457+368='", dir, 0, &out, &said);
    EXPECT(strstr(out.data, "<think>7+8=15,"), "%s", out.data);
    run_on("eval '%s' --task plain", dir, 1, &out, &said);
    EXPECT(strstr(said.data, "--data is missing"), "%s", said.data);
    refuse_damaged(dir, step, &out, &said);
    str_finish(&out);
    str_finish(&said);
    str_finish(&again);
}

static int64_t evaluated(const struct str *out, const char *name)
{
    struct err err = {0};
    struct json *j = json_parse(out->data, out->size, false, "eval", &err);
    int64_t n = json_int(json_get(j, name), -1);
    EXPECT(j, "%s", err.text);
    json_close(j);
    return n;
}

// The options of "data" hold in eval too, from a run, from a config file, and by --set; what contradicts is refused.
TEST(resume, eval_takes_the_options_of_data)
{
    char dir[512], data[1024], form[2048];
    struct str out = {0}, said = {0};
    struct err err = {0};
    static const char rows[] = "{\"q\": \"457+368=\", \"meta\": {\"gold\": 825}}\n{\"q\": \"1+1=\", \"meta\": {}}\n"
                               "{\"q\": \"125+368=\", \"meta\": {\"gold\": 493}}\n";
    snprintf(dir, sizeof dir, "%s", quickstart_run("options", NULL, BASE, TWO, NULL));
    snprintf(data, sizeof data, "%s", test_tmp("fields.jsonl"));
    EXPECT(file_write(data, rows, sizeof rows - 1, &err), "%s", err.text);

    run_on("eval '%s' --json --set data.held_out=5", dir, 0, &out, &said);
    EXPECT(evaluated(&out, "n") == 5, "%s", out.data);
    run_on("eval '%s' --json --set data.held_out=0 --set data.count=7 --set data.digits=2 --set data.min=0", dir, 0,
           &out, &said);
    EXPECT(evaluated(&out, "n") == 7, "%s", out.data);
    snprintf(form, sizeof form,
             "eval '%%s' --json --task plain --data '%s' --set data.prompt=q --set data.answer=meta.gold", data);
    run_on(form, dir, 1, &out, &said);
    EXPECT(strstr(said.data, "line 2: the field \"meta.gold\" is missing"), "%s", said.data);
    strcat(form, " --set data.max_bad_rows=1");
    run_on(form, dir, 0, &out, &said);
    EXPECT(evaluated(&out, "n") == 2, "%s", out.data);
    snprintf(form, sizeof form, "eval '%%s' --json --data '%s'", data);
    run_on(form, dir, 1, &out, &said);
    EXPECT(strstr(said.data, "key \"path\" of the dataset is for the rows of a file, but kind arithmetic makes its "
                             "problems"),
           "%s", said.data);
    snprintf(form, sizeof form, "eval --model '%%s' --task arithmetic --data '%s'", data);
    run_on(form, dir, 1, &out, &said);
    EXPECT(strstr(said.data, "kind arithmetic makes its problems"), "%s", said.data);
    run_on("eval '%s' --set data.answers=x", dir, 1, &out, &said);
    EXPECT(strstr(said.data, "did you mean \"answer\"?"), "%s", said.data);

    // A config file says what a run would: the quickstart's own task, for another model.
    snprintf(form, sizeof form, "eval '%s' --model '%%s' --device cpu --json --limit 9",
             test_path("../configs/quickstart.json"));
    run_on(form, dir, 0, &out, &said);
    EXPECT(evaluated(&out, "n") == 9 && strstr(out.data, "\"reward\": 0.3"), "%s", out.data); // right 0.1, form 0.2
    str_finish(&out);
    str_finish(&said);
}

// What evaluations said before a run was stopped stands in the table at its end, as in that of a run which was not.
TEST(resume, the_table_has_what_came_before)
{
    struct str whole = {0}, said = {0};
    char table[512] = "";
#define EVALUATED                                                                                                      \
    "train.save_steps=1", "eval.eval_steps=1", "eval.problems=8", "train.learning_rate=3e-2", "train.warmup_steps=0"
    quickstart_run("at-once", &whole, BASE, EVALUATED, "train.max_steps=2", NULL);
    quickstart_run("in-two", &said, BASE, EVALUATED, "train.max_steps=1", NULL);
    EXPECT(strstr(said.data, "\n1 steps in ") && !strstr(said.data, "in all"), "%s", said.data);
    quickstart_run("in-two", &said, BASE, EVALUATED, "train.max_steps=2", "--resume", NULL);
    const char *row = strstr(whole.data, "at-once | ");
    EXPECT(row && sscanf(row, "at-once %500[^\n]", table) == 1 && !strstr(table, " - "), "%s", whole.data);
    EXPECT(strstr(said.data, table), "no \"%s\" in %s", table, said.data);
    EXPECT(strstr(said.data, "\n1 steps in ") && strstr(said.data, " s (2 in all); metrics"), "%s", said.data);
    EXPECT(!strstr(said.data, "is complete"), "%s", said.data);
    quickstart_run("in-two", &said, BASE, EVALUATED, "train.max_steps=2", "--resume", NULL);
    EXPECT(strstr(said.data, "the run is complete: 2 of 2 steps; raise train.max_steps to go on\n") &&
               strstr(said.data, table) && strstr(said.data, "\n0 steps in ") &&
               strstr(said.data, " s (2 in all); metrics"),
           "%s", said.data);
    str_finish(&whole);
    str_finish(&said);
}
