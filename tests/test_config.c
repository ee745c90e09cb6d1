// What a config file and --set say: paths, and the messages about keys.
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "program.h"
#include "train/run_config.h"

static char there[2048]; // the working directory before a test went elsewhere

// A fresh directory with the folders "configs" and "configs/data"; works in it.
static void enter(const char *name, char dir[512])
{
    struct err err = {0};
    char path[600];
    snprintf(dir, 512, "%s", test_tmp(name));
    snprintf(path, sizeof path, "%s/configs/data", dir);
    EXPECT(dir_create(path, &err), "%s", err.text);
    EXPECT(getcwd(there, sizeof there) && chdir(dir) == 0, "cannot work in %s", dir);
}

static void leave(void)
{
    EXPECT(chdir(there) == 0, "cannot go back to %s", there);
}

static void put(const char *path, const char *text)
{
    struct err err = {0};
    EXPECT(file_write(path, text, strlen(text), &err), "%s", err.text);
}

static void expect_text(const char *what, const char *got, const char *expected)
{
    EXPECT(got && strcmp(got, expected) == 0, "%s is %s, expected %s", what, got ? got : "NULL", expected);
}

// In what is kept of a config section.key is dir and value.
static void expect_kept(const struct run_config *c, const char *section, const char *key, const char *dir,
                        const char *value)
{
    struct str text = {0}, expected = {0};
    struct err err = {0};
    run_config_print(c, &text);
    struct json *j = json_parse(text.data, text.size, false, "kept", &err);
    str_printf(&expected, "%s%s", dir, value);
    expect_text(key, json_string(json_get(section ? json_get(j, section) : j, key), NULL), expected.data);
    json_close(j);
    str_finish(&text);
    str_finish(&expected);
}

static const char CONFIG[] = "{\"output_dir\": \"out\", \"model\": {\"path\": \"../model\", \"tokenizer\": \"~/tok\"}, "
                             "\"data\": {\"path\": \"data/rows.jsonl\"}, \"prompt\": {\"template\": \"chat.jinja\"}}";

TEST(config, paths_count_from_the_folder_of_the_config)
{
    char dir[512], home[600];
    struct err err = {0};
    struct run_config c;
    enter("paths", dir);
    put("configs/a.json", CONFIG);
    snprintf(home, sizeof home, "%s/tok", getenv("HOME"));
    EXPECT(run_config_open(&c, "configs/a.json", NULL, 0, &err), "%s", err.text);
    expect_text("model.path", c.model.path, "configs/../model");
    expect_text("model.tokenizer", c.model.tokenizer, home);
    expect_text("data.path", json_string(json_get(c.data, "path"), NULL), "configs/data/rows.jsonl");
    expect_text("prompt.template", c.prompt.template_, "configs/chat.jinja");
    expect_text("output_dir", c.output_dir, "out"); // what is written goes where the command runs
    expect_kept(&c, "model", "path", dir, "/configs/../model");
    expect_kept(&c, "data", "path", dir, "/configs/data/rows.jsonl");
    expect_kept(&c, "prompt", "template", dir, "/configs/chat.jinja");
    expect_kept(&c, NULL, "output_dir", dir, "/out");
    run_config_close(&c);
    leave();
}

TEST(config, paths_of_set_count_from_the_working_directory)
{
    char dir[512], home[600];
    struct err err = {0};
    struct run_config c;
    const char *set[] = {"model.path=./m.gguf", "data.path=~/rows.jsonl", "prompt.template=<{prompt}>/",
                         "model.tokenizer=tok"};
    enter("set", dir);
    put("configs/a.json", CONFIG);
    snprintf(home, sizeof home, "%s/rows.jsonl", getenv("HOME"));
    EXPECT(run_config_open(&c, "configs/a.json", set, 4, &err), "%s", err.text);
    expect_text("model.path", c.model.path, "./m.gguf");
    expect_text("data.path", json_string(json_get(c.data, "path"), NULL), home);
    expect_text("prompt.template", c.prompt.template_, "<{prompt}>/"); // a text, no file
    expect_kept(&c, "model", "path", dir, "/m.gguf");
    expect_kept(&c, "model", "tokenizer", dir, "/tok");
    run_config_close(&c);
    EXPECT(run_config_open(&c, NULL, set, 4, &err), "%s", err.text);
    expect_kept(&c, "model", "path", dir, "/m.gguf");
    run_config_close(&c);
    leave();
}

TEST(config, a_path_as_if_from_the_working_directory)
{
    char dir[512];
    struct err err = {0};
    struct run_config c;
    const char *set[] = {"data.path=data/rows.jsonl"};
    enter("wrong", dir);
    EXPECT(dir_create("data", &err) && dir_create("org/name", &err), "%s", err.text);
    put("data/rows.jsonl", "{}");
    put("configs/a.json", CONFIG);
    EXPECT(!run_config_open(&c, "configs/a.json", NULL, 0, &err), "accepted");
    expect_text("the message", err.text,
                "configs/a.json: \"data.path\" is \"data/rows.jsonl\", which counts from the folder of the config, and "
                "there is no configs/data/rows.jsonl; there is one in the working directory: write its whole path, or "
                "give --set data.path=data/rows.jsonl");
    err.text[0] = 0;
    EXPECT(run_config_open(&c, "configs/a.json", set, 1, &err), "%s", err.text);
    run_config_close(&c);
    put("configs/b.json", "{\"model\": {\"path\": \"org/name\"}}");
    EXPECT(!run_config_open(&c, "configs/b.json", NULL, 0, &err), "accepted");
    EXPECT_ERR(&err, "\"model.path\" is \"org/name\", which counts from the folder of the config");
    leave();
}

TEST(config, a_name_of_the_hub_is_no_path)
{
    char dir[512];
    struct err err = {0};
    struct run_config c;
    enter("hub", dir);
    put("configs/a.json", "{\"model\": {\"path\": \"Qwen/Qwen2.5-0.5B\"}}");
    EXPECT(run_config_open(&c, "configs/a.json", NULL, 0, &err), "%s", err.text);
    expect_text("model.path", c.model.path, "Qwen/Qwen2.5-0.5B");
    expect_kept(&c, "model", "path", "", "Qwen/Qwen2.5-0.5B");
    run_config_close(&c);
    EXPECT(dir_create("configs/Qwen/Qwen2.5-0.5B", &err), "%s", err.text); // unless it is one
    EXPECT(run_config_open(&c, "configs/a.json", NULL, 0, &err), "%s", err.text);
    expect_text("model.path", c.model.path, "configs/Qwen/Qwen2.5-0.5B");
    run_config_close(&c);
    leave();
}

// A run is begun in one directory, continued in a second and evaluated in a third; its model and rows lie beside the
// config.
TEST(config, a_run_goes_on_from_anywhere)
{
    char dir[512], args[1600], model[1024];
    struct str out = {0}, said = {0}, rows = {0};
    enter("anywhere", dir);
    snprintf(model, sizeof model, "%s", test_path("../configs/quickstart-base"));
    EXPECT(symlink(model, "configs/model") == 0, "no link to %s", model);
    for (int i = 0; i < 16; i++)
        str_printf(&rows, "{\"prompt\": \"%d+%d=\", \"answer\": \"%d\"}\n", 100 + i, 200, 300 + i);
    put("configs/data/rows.jsonl", rows.data);
    put("configs/a.json",
        "{\"output_dir\": \"run\", \"device\": \"cpu\", \"model\": {\"path\": \"model\"}, \"prompt\": {\"template\": "
        "\"raw\"}, \"data\": {\"path\": \"data/rows.jsonl\", \"held_out\": 4}, \"reward\": \"numeric\", \"rl\": "
        "{\"max_prompt_length\": 12, \"max_completion_length\": 16, \"num_generations\": 2, \"prompts_per_step\": 2}, "
        "\"train\": {\"max_steps\": 1, \"micro_batch_tokens\": 32}, \"eval\": {\"eval_steps\": 0}}");
    EXPECT(program_run_vkr1("train configs/a.json", "", &out, &said) == 0, "%s", said.data);
    EXPECT(file_exists("run/checkpoints/step-000001"), "%s", said.data);
    EXPECT(chdir("/") == 0, "no /");
    snprintf(args, sizeof args, "train %s/run/config.json --resume --set train.max_steps=2", dir);
    EXPECT(program_run_vkr1(args, "", &out, &said) == 0 && strstr(said.data, "resuming from") &&
               !strstr(said.data, "other values than it began with"),
           "%s", said.data);
    snprintf(args, sizeof args, "eval %s/run", dir);
    EXPECT(program_run_vkr1(args, "", &out, &said) == 0 && strstr(out.data, "4 problems"), "%s%s", out.data, said.data);
    leave();
    str_finish(&out);
    str_finish(&said);
    str_finish(&rows);
}
