// The commands that run a model, from the outside: contracts of their lines, exit codes, messages.
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "program.h"
#include "vk/vk.h"

struct run {
    struct str out, messages;
    int code;
};

// args: printf-like; "%s" may be a path of test_path.
static struct run vkr1(const char *input, const char *fmt, const char *path)
{
    struct run r = {0};
    char args[2048];
    const char *at = strstr(fmt, "%s");
    snprintf(args, sizeof args, "%.*s%s%s", at ? (int)(at - fmt) : (int)strlen(fmt), fmt, at ? path : "",
             at ? at + 2 : "");
    r.code = program_run_vkr1(args, input, &r.out, &r.messages);
    return r;
}

static void done(struct run *r)
{
    str_finish(&r->out);
    str_finish(&r->messages);
}

static void expect(const char *input, const char *fmt, const char *path, int code, const char *out, const char *message)
{
    struct run r = vkr1(input, fmt, path);
    EXPECT(r.code == code, "%s: exit code %d, expected %d; %s", fmt, r.code, code, r.messages.data);
    EXPECT(!out || strstr(r.out.data, out), "%s wrote \"%s\", expected \"%s\"", fmt, r.out.data, out);
    EXPECT(!message || strstr(r.messages.data, message), "%s said \"%s\", expected \"%s\"", fmt, r.messages.data,
           message);
    done(&r);
}

TEST(cli, help_and_wrong_lines)
{
    expect("", "--help", NULL, 0, "train", NULL);
    expect("", "", NULL, 2, NULL, "usage: vkr1 COMMAND");
    expect("", "trian", NULL, 2, NULL, "unknown command \"trian\", did you mean train");
    static const char *const commands[] = {"train",   "sft",     "eval",  "generate", "logprob", "plan",
                                           "devices", "inspect", "score", "tokenize", "check",   "bench"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char line[64];
        snprintf(line, sizeof line, "%s --help", commands[i]);
        expect("", line, NULL, 0, "usage: vkr1", NULL);
        snprintf(line, sizeof line, "%s --hepl", commands[i]);
        expect("", line, NULL, 2, NULL, "unknown option --hepl");
    }
}

// The greedy text that stories260K's authors published (tests/golden/stories260K/greedy.txt).
TEST(cli, generate_writes_the_published_story)
{
    struct file want;
    struct err err = {0};
    EXPECT(file_open(&want, test_path("golden/stories260K/greedy.txt"), &err), "%s", err.text);
    struct run r =
        vkr1("", "generate --model %s --device cpu --temperature 0 --max-tokens 256 --max-prompt 8 --template raw \"\"",
             test_path("golden/stories260K"));
    EXPECT(r.code == 0 && r.out.size == want.size && memcmp(r.out.data, want.data, want.size) == 0, "%d: %s", r.code,
           r.out.data);
    file_close(&want);
    done(&r);
}

TEST(cli, generate_says_what_is_wrong)
{
    const char *model = test_path("golden/stories260K");
    expect("", "generate --model /nonexistent --device cpu \"x\"", NULL, 1, NULL, "/nonexistent");
    expect("", "generate --model %s --device cpu --max-tokens 600 \"x\"", model, 1, NULL,
           "--max-tokens 600 leaves no room for a prompt: the model was made for 512 tokens");
    expect("", "generate --model %s --device cpu --max-tokens 9999999 \"x\"", model, 1, NULL,
           "--max-prompt is 512 and --max-tokens 9999999; both must lie between 1 and");
    expect(
        "",
        "generate --model %s --device cpu --max-prompt 3 --max-tokens 5 --template raw \"Once upon a time there was\"",
        model, 1, NULL, "tokens, more than --max-prompt 3 (the model was made for 512)");
    struct vk_info any;
    expect("", "generate --model %s --device nosuchcard --max-prompt 9 --max-tokens 9 \"x\"", model, 1, NULL,
           vk_list(&any, 1, NULL) > 0 ? "nosuchcard" : "no Vulkan driver");
    expect("", "generate --model %s --device cpu --top-p 0 \"x\"", model, 1, NULL, "--top-p 0 keeps no token");
}

TEST(cli, logprob_contract)
{
    const char *model = test_path("golden/stories260K");
    struct run r = vkr1("{\"text\": \"Once upon a time\"}\n{\"ids\": [1, 403, 407, 261, 378]}\n{\"ids\": [5]}\n",
                        "logprob --model %s --device cpu --special --max-length 64", model);
    EXPECT(r.code == 0, "%d: %s", r.code, r.messages.data);
    const char *second = strchr(r.out.data, '\n');
    size_t line = second ? (size_t)(second - r.out.data) : 0;
    EXPECT(second && strncmp(r.out.data, second + 1, line) == 0, "a text and its ids differ: %s", r.out.data);
    struct err err = {0};
    struct json *j = json_parse(r.out.data, line, false, "first line", &err);
    EXPECT(json_count(json_get(j, "ids")) == 5 && json_count(json_get(j, "logprobs")) == 5, "%s", r.out.data);
    EXPECT(json_kind(json_first(json_get(j, "logprobs"))) == JSON_NULL, "the first token has a number");
    EXPECT(fabs(json_number(json_at(json_get(j, "logprobs"), 4), 0) + 0.0007238571) < 1e-5, "%s", r.out.data);
    EXPECT(strstr(r.out.data, "{\"ids\": [5], \"logprobs\": [null]}"), "%s", r.out.data);
    json_close(j);
    done(&r);
    expect("{\"x\": 1}\nnonsense\n{\"ids\": [99999]}\n{\"ids\": [7]}\n",
           "logprob --model %s --device cpu --max-length 64", model, 1, "{\"ids\": [7], \"logprobs\": [null]}",
           "line 1: neither \"text\" nor \"ids\" is there");
    expect("nonsense\n", "logprob --model %s --device cpu --max-length 64", model, 1, NULL, "line 1: not valid JSON");
    expect("{\"ids\": [99999]}\n", "logprob --model %s --device cpu --max-length 64", model, 1, NULL,
           "line 1: an id is no whole number");
}

// A model that was made for 128 tokens, fewer than the defaults add up to.
TEST(cli, limits_follow_the_model)
{
    const char *model = test_path("../configs/quickstart-base");
    const char *raw = "generate --model %s --device cpu --template raw --temperature 0 ";
    static const char told[] = "the model was made for 128 tokens: a prompt may have ";
    char line[256];
    struct {
        const char *options, *out, *message;
        int code;
    } cases[] = {
        {"", "</answer>\n", "made for 128 tokens: a prompt may have 8, a completion 120 (--max-prompt, --max-tokens)",
         0},
        {"--max-prompt 100", "</answer>\n", "a prompt may have 100, a completion 28", 0},
        {"--max-tokens 120", "</answer>\n", "8 prompt tokens", 0},
        {"--max-tokens 121", NULL,
         "the prompt has 8 tokens, a completion may have 121, and the model was made for 128 in all: lower "
         "--max-tokens",
         1},
        {"--max-tokens 128", NULL, "--max-tokens 128 leaves no room for a prompt", 1},
        {"--max-prompt 128", NULL, "--max-prompt 128 leaves no room for a completion", 1},
        {"--max-prompt 100 --max-tokens 29", NULL,
         "sequences of 129 tokens are wanted, the model was made for 128: lower --max-prompt or --max-tokens", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line, "%s%s \"188+388=\"", raw, cases[i].options);
        struct run r = vkr1("", line, model);
        EXPECT(r.code == cases[i].code && strstr(r.messages.data, cases[i].message),
               "%s: %d, said \"%s\", expected \"%s\"", cases[i].options, r.code, r.messages.data, cases[i].message);
        EXPECT(!cases[i].out || strstr(r.out.data, cases[i].out), "%s: \"%s\"", cases[i].options, r.out.data);
        EXPECT(i != 2 || !strstr(r.messages.data, told), "nothing was lowered: %s", r.messages.data);
        done(&r);
    }
    expect("", "eval --model %s --device cpu --template raw --task arithmetic --limit 2", model, 0, "2 problems",
           "a prompt may have 86, a completion 42");
    expect("", "eval --model %s --device cpu --template raw --task arithmetic --limit 2 --max-tokens 28", model, 0,
           "2 problems", "a prompt may have 100, a completion 28");
    expect("{\"text\": \"1+1=\"}\n", "logprob --model %s --device cpu", model, 0, "{\"ids\": [18, 12, 18, 30], ", NULL);
    expect("", "logprob --model %s --device cpu --max-length 129", model, 1, NULL,
           "sequences of 129 tokens are wanted, the model was made for 128: lower --max-length");
    struct str text = {0};
    str_puts(&text, "{\"text\": \"");
    for (int i = 0; i < 129; i++)
        str_putc(&text, '1');
    str_puts(&text, "\"}\n");
    expect(text.data, "logprob --model %s --device cpu", model, 1, NULL,
           "line 1: 129 tokens, more than --max-length 128");
    str_finish(&text);
}

TEST(cli, eval_contract)
{
    char args[2048];
    snprintf(args, sizeof args,
             "eval --model %s --task gsm8k --data %s --samples 2 --device cpu --template raw --json "
             "--max-tokens 8 --max-prompt 400 --limit 3",
             test_path("golden/stories260K"), test_path("data/gsm8k.jsonl"));
    struct run r = vkr1("", args, NULL);
    struct err err = {0};
    struct json *j = json_parse(r.out.data, r.out.size, false, "eval", &err);
    EXPECT(r.code == 0 && j, "%d: %s %s", r.code, err.text, r.messages.data);
    EXPECT(json_int(json_get(j, "n"), -1) == 3 && json_int(json_get(j, "samples"), -1) == 2, "%s", r.out.data);
    EXPECT(json_number(json_get(j, "pass@2"), -1) >= 0 && json_number(json_get(j, "maj@2"), -1) >= 0, "%s", r.out.data);
    EXPECT(json_count(json_get(j, "pass@1_interval")) == 2, "%s", r.out.data);
    json_close(j);
    done(&r);
    expect("", "eval --model %s --task arithmetic --device cpu --template raw --max-tokens 8 --max-prompt 1 --limit 3",
           test_path("golden/stories260K"), 1, NULL,
           "the prompts of all of the 3 problems are longer than --max-prompt = 1 tokens: problem 1: ");
    expect("", "eval --model %s --task nonsense --device cpu", test_path("golden/stories260K"), 1, NULL, "nonsense");
    expect("", "eval --model %s --task gsm8k --device cpu", test_path("golden/stories260K"), 1, NULL,
           "--data is missing");
}

// A key that would do nothing is refused, with the option in its place.
TEST(cli, eval_reads_what_is_set)
{
    static const struct {
        const char *more, *message;
    } wrong[] = {
        {"--set eval.samples=2", "--set eval.samples=2: vkr1 eval does not read \"eval.samples\"; give --samples"},
        {"--set eval.problems=2", "give --limit"},
        {"--set eval.temperature=0", "give --temperature"},
        {"--set eval.top_p=0.5", "give --top-p"},
        {"--set eval.top_k=5", "give --top-k"},
        {"--set rl.temperature=2", "give --temperature"},
        {"--set rl.top_p=0.5", "give --top-p"},
        {"--set rl.top_k=5", "give --top-k"},
        {"--set rl.min_p=0.5", "give --min-p"},
        {"--set seed=7", "\"seed\"; give --seed"},
        {"--set rl.max_completion_length=9", "give --max-tokens"},
        {"--set rl.max_prompt_length=9", "give --max-prompt"},
        {"--set sft.batch_size=2", "--set sft.batch_size=2: vkr1 eval does not read this key; it reads \"data\" (in "
                                   "the file's order), \"reward\", "
                                   "\"prompt\", \"model\", \"device\" and \"rl.stop\""},
        {"--set 'eval={\"samples\": 2}'", "does not read this key"},
        {"--set data.shuffle=true", "--set data.shuffle=true: vkr1 eval does not read this key"},
        {"--set data.seed=3", "does not read this key"},
        {"--set model.recompute=false", "does not read this key"},
        {"--set rl.slots=4", "does not read this key"},
        {"--set eval.smaples=2", "unknown key \"eval.smaples\"; the nearest valid one is \"eval.samples\""},
        {"--reward numeric --set reward=format",
         "--reward numeric and --set reward=format are two lists of rewards: give one of them"},
    };
    char line[512];
    static const char form[] =
        "eval --model %%s --task arithmetic --device cpu --template raw --max-tokens 4 --max-prompt 90 --limit 1 %s";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(line, sizeof line, form, wrong[i].more);
        expect("", line, test_path("golden/stories260K"), 1, NULL, wrong[i].message);
    }
    snprintf(line, sizeof line, form, "--set rl.stop=. --set prompt.system=null --set data.count=3");
    expect("", line, test_path("golden/stories260K"), 0, "1 problems", NULL);
    snprintf(line, sizeof line, form, "--set reward=nonsense");
    expect("", line, test_path("golden/stories260K"), 1, NULL, "nonsense");
}

static const char tiny_run[] = "{\"model\": {\"path\": \"%s\"}, \"prompt\": {\"template\": \"raw\"}, // a comment\n"
                               "\"data\": {\"kind\": \"arithmetic\", \"count\": 50}, \"reward\": \"numeric\", "
                               "\"rl\": {\"max_prompt_length\": 60, \"max_completion_length\": 30%s}, "
                               "\"train\": {\"micro_batch_tokens\": 256}}";

static const char *tiny_config(const char *more)
{
    static char path[1024];
    struct err err = {0};
    struct str text = {0};
    str_printf(&text, tiny_run, test_path("golden/stories260K"), more);
    snprintf(path, sizeof path, "%s", test_tmp("tiny.json"));
    EXPECT(file_write(path, text.data, text.size, &err), "%s", err.text);
    str_finish(&text);
    return path;
}

TEST(cli, plan_needs_no_device)
{
    const char *config = tiny_config("");
    expect("", "plan %s --vram 1G", config, 0, "fits into 1.00 GiB", NULL);
    expect("", "plan %s --vram 5M", config, 1, "| total ", " MiB, more than 90 % of 5.0 MiB: take a smaller model");
    static const char *const fit[] = {"1T", "1GiB", "0.5 GiB", "512mB"}, *const wrong[] = {"much", "8",          "8B",
                                                                                           "-8G",  "0G",         "8Gi8",
                                                                                           "G",    "9999999999T"};
    for (size_t i = 0; i < sizeof fit / sizeof *fit; i++) {
        char line[64];
        snprintf(line, sizeof line, "plan %%s --vram '%s'", fit[i]);
        expect("", line, config, 0, "fits into", NULL);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char line[64];
        snprintf(line, sizeof line, "plan %%s --vram %s", wrong[i]);
        expect("", line, config, 2, NULL, "--vram wants a size with its unit, such as 8G or 512M");
    }
    expect("", "plan /nonexistent.json", NULL, 1, NULL, "cannot open /nonexistent.json");
    expect("", "plan %s --set rl.prompts_per_step=2 --set rl.num_generations=3 --set rl.slots=7", config, 0, NULL,
           "rl.slots is 6: a generation has no more completions (7 were set)\n");
    expect("", "plan %s --set rl.prompts_per_step=2 --set rl.num_generations=3 --set rl.slots=6", config, 0, NULL,
           NULL);
}

// The whole output is one object, whose parts come to its total.
TEST(cli, plan_prints_json)
{
    static const char *const parts[] = {"weights", "gradients", "optimizer", "reference_model", "activations_and_cache",
                                        "inputs"};
    const char *config = tiny_config(", \"beta\": 0.1");
    for (int i = 0; i < 3; i++) {
        struct run r = vkr1("",
                            i == 0   ? "plan %s --json"
                            : i == 1 ? "plan %s --json --vram 1G"
                                     : "plan %s --json --vram 5M",
                            config);
        struct err err = {0};
        struct json *j = json_parse(r.out.data, r.out.size, false, "plan", &err);
        EXPECT(r.code == (i == 2) && j, "%d: %s %s %s", r.code, err.text, r.out.data, r.messages.data);
        double total = json_number(json_get(j, "total"), 0), sum = 0;
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            double part = json_number(json_get(json_get(j, "parts"), parts[k]), 0);
            EXPECT(part > 0, "no %s in %s", parts[k], r.out.data);
            sum += part;
        }
        EXPECT(sum == total && total > 1e6, "the parts come to %.0f, the total is %.0f", sum, total);
        const struct json *largest = json_get(j, "largest"), *fits = json_get(j, "fits");
        EXPECT(*json_string(json_get(largest, "name"), "") && json_number(json_get(largest, "bytes"), 0) > 1e4 &&
                   json_number(json_get(j, "cache"), 0) > 1e4,
               "%s", r.out.data);
        EXPECT(i == 0 ? !fits : fits && json_bool(fits, i != 1) == (i == 1), "%s", r.out.data);
        json_close(j);
        done(&r);
    }
    expect("", "plan /nonexistent.json --json", NULL, 1, "", "cannot open /nonexistent.json");
}

// A model of 30 billion parameters: refused from its plan, before any memory is asked for.
TEST(cli, a_run_that_does_not_fit_is_refused)
{
    struct err err = {0};
    struct str text = {0};
    const char *config = test_tmp("huge.json");
    str_printf(
        &text,
        "{\"output_dir\": \"%s\", \"model\": {\"tokenizer\": \"%s\", \"init\": {\"model_type\": \"llama\", "
        "\"hidden_size\": 8192, \"intermediate_size\": 28672, \"num_hidden_layers\": 32, \"num_attention_heads\": 64, "
        "\"num_key_value_heads\": 8, \"vocab_size\": 32000, \"max_position_embeddings\": 512}}, "
        "\"prompt\": {\"template\": \"raw\"}, \"data\": {\"kind\": \"arithmetic\", \"count\": 50}, "
        "\"reward\": \"numeric\", \"rl\": {\"max_prompt_length\": 60, \"max_completion_length\": 30}}",
        test_tmp("huge"), test_path("golden/stories260K"));
    EXPECT(file_write(config, text.data, text.size, &err), "%s", err.text);
    str_finish(&text);
    expect("", "train %s --device cpu", config, 1, NULL, "GiB that are free on CPU: take a smaller model");
    expect("", "plan %s --set train.micro_batch_tokens=16384", config, 0,
           "\none allocation must hold 1.75 GiB, the activation model.layers.0.mlp.up_proj.weight; `vkr1 devices` says "
           "what a device allows\n",
           NULL);
    EXPECT(!file_exists(test_tmp("huge")), "a run directory was made");
}

TEST(cli, config_errors_name_the_key)
{
    expect("", "train %s --set rl.betaa=1 --device cpu", tiny_config(""), 1, NULL,
           "unknown key \"rl.betaa\"; the nearest valid one is \"rl.beta\"");
    expect("", "train %s --device cpu", tiny_config(", \"num_generation\": 4"), 1, NULL,
           "unknown key \"rl.num_generation\"; the nearest valid one is \"rl.num_generations\"");
    expect("", "train %s --device cpu", tiny_config("}, \"rl.beta\": 0.1, \"sft\": {\"batch_size\": 1"), 1, NULL,
           "\"rl.beta\" stands outside of its section; write {\"rl\": {\"beta\": ...}}");
    expect("", "train %s --device cpu", tiny_config(", \"temperature\": 0"), 1, NULL,
           "\"rl.temperature\" is 0; it must lie between");
    expect("", "train %s --device cpu", tiny_config(", \"temperature\": \"hot\""), 1, NULL,
           "\"rl.temperature\" wants a number");
    expect("", "train %s --device cpu", tiny_config(", \"loss_type\": \"ppo\""), 1, NULL,
           "\"rl.loss_type\" is \"ppo\"; it may be grpo|bnpo|dr_grpo|dapo");
    expect("", "train %s --device cpu --set train.micro_batch_tokens=50", tiny_config(""), 1, NULL,
           "train.micro_batch_tokens is 50, but one sequence can take");
    expect("", "train --device cpu --set seed=1", NULL, 1, NULL, "no reward");
    expect("", "train --device cpu --set seed=x", NULL, 1, NULL, "vkr1 train: --set: \"seed\" wants a whole number");
    expect("", "train %s --device cpu --set seed=x", tiny_config(""), 1, NULL,
           "vkr1 train: --set: \"seed\" wants a whole number, not \"x\"");
}

TEST(cli, what_is_missing_or_out_of_range_is_a_wrong_line)
{
    static const struct {
        const char *line, *message;
    } wrong[] = {
        {"generate x", "--model is missing: vkr1 generate --model M"},
        {"generate --model m", "an argument is missing: vkr1 generate --model M"},
        {"eval --task gsm8k", "--model is missing: vkr1 eval --model M"},
        {"generate runs/a --model other x", "runs/a and --model other are two models: give one of them"},
        {"eval runs/a --model other", "runs/a and --model other are two models: give one of them"},
        {"logprob", "--model is missing: vkr1 logprob --model M"},
        {"tokenize", "--model is missing: vkr1 tokenize --model M"},
        {"train", "CONFIG.json is missing: vkr1 train CONFIG.json"},
        {"sft --device cpu", "CONFIG.json is missing: vkr1 sft CONFIG.json"},
        {"eval --model m --samples 0", "--samples wants a whole number from 1 to 2147483647, not \"0\""},
        {"eval --model m --samples 4294967298", "--samples wants a whole number from 1"},
        {"eval --model m --samples 99999999999999999999", "--samples wants a whole number from 1"},
        {"eval --model m --limit -3", "--limit wants a whole number from 1"},
        {"logprob --model m --max-length 0", "--max-length wants a whole number from 1"},
        {"generate --model m --max-tokens 2.5 x", "--max-tokens wants a whole number from 1"},
        {"generate --model m --top-k -1 x", "--top-k wants a whole number from 0"},
        {"generate --model m --seed 4294967296 x", "--seed wants a whole number from 0 to 4294967295"},
        {"generate --model m --temperature -1 x", "--temperature wants a number of at least 0, not \"-1\""},
        {"generate --model m --temperature nan x", "--temperature wants a number of at least 0"},
        {"generate --model m --min-p 1.5 x", "--min-p wants a number from 0 to 1"},
        {"bench --shader x.comp", "--shader FILE and --as NAME belong together"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect("", wrong[i].line, NULL, 2, NULL, wrong[i].message);
}

// The first value of an array, or the object itself, of what a command prints as JSON.
static void expect_json(const char *line, int code, const char *array, const char *const keys[])
{
    struct run r = vkr1("", line, NULL);
    struct err err = {0};
    struct json *j = json_parse(r.out.data, r.out.size, false, line, &err);
    EXPECT(r.code == code && j, "%s: %d: %s %s", line, r.code, err.text, r.messages.data);
    const struct json *first = array ? json_first(json_get(j, array)) : json_first(j);
    for (int i = 0; keys[i]; i++)
        EXPECT(json_get(first, keys[i]), "%s: no \"%s\" in %s", line, keys[i], r.out.data);
    json_close(j);
    done(&r);
}

TEST(cli, check_and_bench_print_json)
{
    expect_json("check --device cpu --filter 'add primes' --json", 0, "cases",
                (const char *[]){"op", "case", "error", "ok", NULL});
    expect_json("bench --device cpu --filter 'add SmolLM2' --json", 0, "results",
                (const char *[]){"op", "case", "output", "ms", "gflops", "gbytes", "of_peak", NULL});
    expect("", "bench --device cpu --filter 'add SmolLM2'", NULL, 0, "of best", NULL);
    expect("", "bench --device cpu --filter nothing", NULL, 1, NULL, "no benchmark case is called \"nothing\"");
}

TEST(cli, devices)
{
    struct vk_info any;
    if (vk_list(&any, 1, NULL) < 1) {
        test_skip("no Vulkan driver");
        return;
    }
    expect("", "devices", NULL, 0, any.name, NULL);
    expect("", "devices", NULL, 0, "(default)", NULL);
    expect_json("devices --json", 0, NULL,
                (const char *[]){"index", "default", "usable", "name", "kind", "driver", "uuid", NULL});
}

TEST(cli, devices_that_pretend)
{
    struct vk_info any;
    if (vk_list(&any, 1, NULL) < 1) {
        test_skip("no Vulkan driver");
        return;
    }
    char kind[64], before[32];
    snprintf(before, sizeof before, "%s", getenv("VKR1_PRETEND") ? getenv("VKR1_PRETEND") : "");
    for (int i = 0; i < 2; i++) {
        static const char *const pretended[] = {"discrete", "integrated"};
        setenv("VKR1_PRETEND", pretended[i], 1);
        snprintf(kind, sizeof kind, "   kind         %s, pretending to be %s\n", any.kind, pretended[i]);
        expect("", "devices", NULL, 0, kind, NULL);
        expect("", "devices", NULL, 0, "(default)", NULL);
        expect_json("devices --json", 0, NULL, (const char *[]){"kind", "pretends", NULL});
    }
    setenv("VKR1_PRETEND", "discreet", 1);
    expect("", "devices", NULL, 1, NULL,
           "VKR1_PRETEND is \"discreet\": its values are \"discrete\" and \"integrated\"");
    expect("", "check", NULL, 1, NULL, "VKR1_PRETEND is \"discreet\"");
    if (before[0])
        setenv("VKR1_PRETEND", before, 1);
    else
        unsetenv("VKR1_PRETEND");
}

TEST(cli, every_command_says_what_to_do_without_a_driver)
{
    static const char *const variables[] = {"VK_ICD_FILENAMES", "VK_DRIVER_FILES"};
    const char *model = test_path("golden/stories260K"), *advice = "or use --device cpu";
    char before[2][1024];
    for (int i = 0; i < 2; i++) {
        snprintf(before[i], sizeof before[i], "%s", getenv(variables[i]) ? getenv(variables[i]) : "");
        setenv(variables[i], "/nonexistent", 1);
    }
    expect("", "train %s", tiny_config(""), 1, NULL, advice);
    expect("", "generate --model %s --template raw --max-tokens 8 --max-prompt 8 x", model, 1, NULL, advice);
    expect("", "eval --model %s --task arithmetic --template raw --max-tokens 8 --max-prompt 64", model, 1, NULL,
           advice);
    expect("{\"ids\": [1, 2]}\n", "logprob --model %s --max-length 64", model, 1, NULL, advice);
    expect("", "check", NULL, 1, NULL, advice);
    expect("", "bench", NULL, 1, NULL, advice);
    expect("", "devices", NULL, 1, NULL, advice);
    expect("", "devices --json", NULL, 1, "[]\n", advice);
    expect("", "plan %s", tiny_config(""), 0, "| total ", NULL);
    for (int i = 0; i < 2; i++)
        if (before[i][0])
            setenv(variables[i], before[i], 1);
        else
            unsetenv(variables[i]);
}
