// What a config file and --set say: paths, and the messages about keys.
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "data/dataset.h"
#include "other_names.h"
#include "program.h"
#include "train/other_names.h"
#include "train/run_config.h"

static char home_dir[2048]; // the working directory before a test went elsewhere

// A fresh directory with the folders "configs" and "configs/data"; works in it.
static void enter(const char *name, char dir[512])
{
    struct err err = {0};
    char path[600];
    snprintf(dir, 512, "%s", test_tmp(name));
    snprintf(path, sizeof path, "%s/configs/data", dir);
    EXPECT(dir_create(path, &err), "%s", err.text);
    EXPECT(getcwd(home_dir, sizeof home_dir) && chdir(dir) == 0, "cannot work in %s", dir);
}

static void leave(void)
{
    EXPECT(chdir(home_dir) == 0, "cannot go back to %s", home_dir);
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

// `vkr1 plan /dev/stdin < configs/a.json`: the name of an open file is in no folder of its own.
TEST(config, paths_from_an_open_file_count_from_the_working_directory)
{
    static const char *const forms[] = {"/dev/fd/%d", "/proc/self/fd/%d"};
    char dir[512], path[64];
    struct str out = {0}, said = {0};
    enter("descriptor", dir);
    put("configs/a.json", CONFIG);
    EXPECT(rename("configs", "fd") == 0, "no rename");
    for (int i = 0; i < 2; i++) {
        struct err err = {0};
        struct run_config c;
        int fd = open("fd/a.json", O_RDONLY);
        snprintf(path, sizeof path, forms[i], fd);
        EXPECT(run_config_open(&c, path, NULL, 0, &err), "%s", err.text);
        expect_text("model.path", c.model.path, "../model");
        expect_text("data.path", json_string(json_get(c.data, "path"), NULL), "data/rows.jsonl");
        run_config_close(&c);
        close(fd);
    }
    int code = program_run_vkr1("plan /dev/stdin --set reward=numeric < fd/a.json", "", &out, &said);
    EXPECT(code == 1 && strstr(said.data, "cannot open data/rows.jsonl"), "%d: %s", code, said.data);
    struct err err = {0};
    struct run_config c;
    EXPECT(run_config_open(&c, "fd/a.json", NULL, 0, &err), "%s", err.text); // a folder that is called so
    expect_text("model.path", c.model.path, "fd/../model");
    run_config_close(&c);
    leave();
    str_finish(&out);
    str_finish(&said);
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

// Calls f with every name of a list with blanks.
static void each_name(const char *list, void (*f)(const char *name, const char *row), const char *row)
{
    for (size_t n; *list; list += n, list += strspn(list, " ")) {
        char name[128];
        n = strcspn(list, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, list);
        f(name, row);
    }
}

static bool is_key(const char *key)
{
    struct str keys = {0}, wanted = {0};
    struct dataset_options o;
    struct err err = {0};
    run_config_document(&keys);
    str_printf(&wanted, "| `%s` |", key);
    bool there = strstr(keys.data, wanted.data) != NULL;
    str_finish(&keys);
    str_clear(&wanted);
    if (str_starts(key, "data.")) {
        str_printf(&wanted, "{\"%s\": null}", key + 5);
        struct json *j = json_parse(wanted.data, wanted.size, false, "data", &err);
        there = !dataset_options_load(&o, j, &err) && !strstr(err.text, "unknown");
        json_close(j);
    }
    str_finish(&wanted);
    return there;
}

static char before[128]; // the name before, in alphabetical order

static void check_name(const char *name, const char *first)
{
    const struct other_name *row = other_names_find(name);
    EXPECT(row && row->names == first, "%s stands twice", name);
    EXPECT(!is_key(name), "%s is a key of ours", name);
    EXPECT(strcmp(before, name) < 0, "%s stands after %s", name, before);
    snprintf(before, sizeof before, "%s", name);
}

// Words such as rl.top_k in a note.
static void check_word(const char *word, const char *note)
{
    static const char *const sections[] = {"model.", "data.", "prompt.", "rl.", "sft.", "train.", "eval."};
    char key[128];
    snprintf(key, sizeof key, "%s", word + strspn(word, "\"("));
    key[strcspn(key, "\",:;)")] = 0;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (str_starts(key, sections[i]))
            EXPECT(is_key(key), "\"%s\" of \"%s\" is no key", key, note);
}

TEST(config, names_from_elsewhere_lead_to_real_keys)
{
    const char *row = "";
    for (int i = 0; i < other_names_count; i++) {
        const struct other_name *o = &other_names[i];
        EXPECT(strcmp(row, o->names) < 0, "the row of %s stands after that of %s", o->names, row);
        row = o->names;
        before[0] = 0;
        each_name(o->names, check_name, o->names);
        EXPECT(o->key || o->note, "%s says nothing", o->names);
        EXPECT(!o->key || is_key(o->key), "\"%s\" is no key", o->key);
        each_name(o->note ? o->note : "", check_word, o->note);
    }
}

static void check_known(const char *name, const char *list)
{
    struct str advice = {0};
    run_config_advise(name, false, &advice);
    EXPECT(advice.size || is_key(name), "%s of %s is unknown", name, list);
    str_finish(&advice);
}

TEST(config, names_of_the_field_are_known)
{
    each_name(GRPO_CONFIG, check_known, "GRPOConfig");
    each_name(SFT_CONFIG, check_known, "SFTConfig");
    each_name(MODEL_CONFIG, check_known, "ModelConfig");
    each_name(TRAINING_ARGUMENTS, check_known, "TrainingArguments");
    each_name(UNSLOTH, check_known, "Unsloth");
    each_name(VERL, check_known, "verl");
}

TEST(config, unknown_keys_are_known_by_their_meaning)
{
    static const struct {
        const char *text, *set, *message;
    } cases[] = {
        {"{\"learning_rate\": 1e-6}", NULL,
         ".json: unknown key \"learning_rate\"; it is \"train.learning_rate\": write {\"train\": {\"learning_rate\": "
         "...}}"},
        {"{\"rl\": {\"seed\": 1}}", NULL, ".json: unknown key \"rl.seed\"; it is \"seed\", outside of all sections"},
        {"{\"train\": {\"top_p\": 1}}", NULL, "unknown key \"train.top_p\"; it is \"rl.top_p\" or \"eval.top_p\""},
        {"{\"trainer\": {\"total_epochs\": 3}}", NULL,
         "unknown key \"trainer.total_epochs\"; it is \"train.num_train_epochs\" here"},
        {"{\"actor_rollout_ref\": {\"rollout\": {\"n\": 3}}}", NULL,
         "unknown key \"actor_rollout_ref.rollout.n\"; it is \"rl.num_generations\" here"},
        {"{\"rl\": {\"use_vllm\": true}}", NULL,
         "unknown key \"rl.use_vllm\"; vkr1 samples by itself, without a server: leave it out"},
        {"{\"rl\": {\"use_vlm\": true}}", NULL, "unknown key \"rl.use_vlm\"; if \"use_vllm\" is meant, vkr1 samples"},
        {"{\"train\": {\"bf16\": true}}", NULL,
         "unknown key \"train.bf16\"; it is \"model.dtype\" here: \"bfloat16\"; masters and arithmetic stay f32"},
        {"{\"colour\": 1}", NULL, "unknown key \"colour\"; vkr1 train --keys lists those that there are"},
        {"{}", "learning_rate=1", "--set: unknown key \"learning_rate\"; it is \"train.learning_rate\""},
        {"{}", "algorithm.adv_estimator=grpo", "--set: unknown key \"algorithm.adv_estimator\"; advantages are GRPO's"},
        // what was found, and where
        {"{\"model\": {\"path\": \"a\", \"path\": \"b\"}}", NULL, ".json: \"model.path\" stands there twice"},
        {"{\"rl\": 4}", NULL, ".json: \"rl\" is a section and wants an object, not 4"},
        {"[1]", NULL, ".json: wants an object of keys, not [1]"},
        {"{\"rl\": {\"temperature\": \"hot\"}}", "seed=1", ".json: \"rl.temperature\" wants a number, not \"hot\""},
        {"{\"rl\": {\"temperature\": 1}}", "rl.temperature=hot",
         "--set: \"rl.temperature\" wants a number, not \"hot\""},
        {"{}", "seed=1.5", "--set: \"seed\" wants a whole number, not 1.5"},
        {"{}", "model.recompute=1", "--set: \"model.recompute\" wants true or false, not 1"},
        {"{\"model\": {\"path\": [1]}}", NULL, ".json: \"model.path\" wants a text in quotes, not [1]"},
        {"{\"output_dir\": \"\"}", "seed=1", ".json: \"output_dir\" is empty"},
        {"{}", "seed.x=1", "--set: unknown key \"seed.x\""},
    };
    const char *path = test_tmp("keys.json");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct run_config c;
        put(path, cases[i].text);
        EXPECT(!run_config_open(&c, path, &cases[i].set, cases[i].set != NULL, &err), "accepted %s", cases[i].text);
        EXPECT_ERR(&err, cases[i].message);
        if (str_starts(cases[i].message, "--"))
            EXPECT(str_starts(err.text, "--set: "), "%s", err.text);
    }
}

TEST(config, keys_of_the_dataset_too)
{
    static const char *const cases[][2] = {
        {"{\"train_batch_size\": 4}", "unknown key \"train_batch_size\" of the dataset; it is \"rl.prompts_per_step\""},
        {"{\"prompt_key\": \"q\"}", "it is \"data.prompt\" here: the field with the question"},
        {"{\"held_out\": \"5\"}", "key \"held_out\" of the dataset must be a number, not \"5\""},
        {"\"train.jsonl\"", "\"data\" wants an object such as {\"path\": \"train.jsonl\"}, not \"train.jsonl\""},
        {"[1]", "\"data\" wants an object such as {\"path\": \"train.jsonl\"}, not [1]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct dataset_options o;
        struct json *j = json_parse(cases[i][0], strlen(cases[i][0]), false, "data", &err);
        EXPECT(!dataset_options_load(&o, j, &err), "accepted %s", cases[i][0]);
        EXPECT_ERR(&err, cases[i][1]);
        json_close(j);
    }
}

TEST(config, an_option_says_its_own_name)
{
    static const char *const cases[][2] = {
        {"generate --model m --dtype float33 x",
         "--dtype: \"model.dtype\" is \"float33\"; it may be float32|bfloat16|float16|stored"},
        {"train --learning-rate 1", "unknown option --learning-rate; with --set it is \"train.learning_rate\""},
        {"train --use_vllm=1", "unknown option --use_vllm; vkr1 samples by itself, without a server: leave it out"},
    };
    struct str out = {0}, said = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int code = program_run_vkr1(cases[i][0], "", &out, &said);
        EXPECT(code == (i ? 2 : 1) && strstr(said.data, cases[i][1]), "%s: %d, %s", cases[i][0], code, said.data);
    }
    str_finish(&out);
    str_finish(&said);
}
