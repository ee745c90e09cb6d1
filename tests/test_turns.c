// Chat templates from the outside: tokenize --chat, the prompt that can be seen, the token that ends a turn. The model
// golden/eos-mismatch always says <|im_end|>, which ends a turn in its chat template; config.json names <|endoftext|>.
#include "base/file.h"
#include "base/lines.h"
#include "base/json.h"
#include "program.h"
#include "test.h"

static void expect(const char *input, const char *line, int code, const char *out, const char *message)
{
    struct str got = {0}, said = {0};
    int c = program_run_vkr1(line, input, &got, &said);
    EXPECT(c == code, "%s: exit code %d, expected %d; %s", line, c, code, said.data);
    EXPECT(!out || strcmp(got.data ? got.data : "", out) == 0, "%s wrote \"%s\", expected \"%s\"", line, got.data, out);
    EXPECT(!message || strstr(said.data, message), "%s said \"%s\", expected \"%s\"", line, said.data, message);
    str_finish(&got);
    str_finish(&said);
}

TEST(turns, tokenize_chat)
{
    static const struct {
        const char *row, *out, *message;
    } rows[] = {
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"template\":\"{{ messages[0].content }}{{ bos_token }}"
         "{{ tools is defined }}{{ add_generation_prompt }}{{ k "
         "}}\",\"bos_token\":\"<s>\",\"variables\":{\"k\":[1.0]}}",
         "{\"text\":\"a<s>FalseTrue[1.0]\"}\n", NULL},
        {"{\"messages\":[],\"tools\":[{}],\"add_generation_prompt\":false,\"template\":\"{{ tools }}"
         "{{ add_generation_prompt }}\"}",
         "{\"text\":\"[{}]False\"}\n", NULL},
        {"{\"messages\":[],\"template\":\"{{ raise_exception('no') }}\"}",
         "{\"error\":\"the chat template: the template says: no\"}\n", NULL},
        {"{\"messages\":[],\"template\":\"{{\"}", "{\"error\":\"the chat template: line 1: a tag {{ has no end }}\"}\n",
         NULL},
        {"{\"messages\":[1],\"template\":\"\"}",
         "{\"error\":\"the chat template: a message is a int, not an object with a role\"}\n", NULL},
        {"{\"template\":\"\"}", "", "line 1: no \"messages\" of type array"},
        {"{\"messages\":{},\"template\":\"\"}", "", "line 1: \"messages\" is wanted as an array"},
        {"{\"messages\":[]}", "", "line 1: no \"template\", and no --model that has one"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(rows[i].row, "tokenize --chat", rows[i].message ? 1 : 0, rows[i].out, rows[i].message);
    char line[2048];
    snprintf(line, sizeof line, "tokenize --chat --model '%s'", test_path("golden/tokenizer/smollm2"));
    expect("{\"messages\":[],\"template\":\"{{ tools is none }}<|im_end|>\"}", line, 0,
           "{\"text\":\"True<|im_end|>\",\"ids\":[68,1288,2]}\n", NULL);
}

TEST(turns, generate_ends_and_shows_the_prompt)
{
    char line[2048];
    const char *model = test_path("golden/eos-mismatch");
    snprintf(line, sizeof line, "generate --model '%s' --device cpu --temperature 0 --max-tokens 8 --show-prompt Hi",
             model);
    expect("", line, 0, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n\n", "1 tokens in");
    expect("", line, 0, NULL, "ended by the model");
    expect(
        "", line, 0, NULL,
        "the chat template ends a turn with <|im_end|>, the model's files name <|endoftext|>: it ends completions too");
    snprintf(line, sizeof line, "generate --model '%s' --device cpu --template raw --system S Hi", model);
    expect("", line, 1, "", "prompt.system is given, but prompt.template raw has no place for it");
}

// A config with the model, and rows of one problem.
static const char *config(const char *prompt)
{
    static const char row[] = "{\"prompt\":\"Hi\",\"completion\":\"\",\"answer\":\"1\"}\n";
    struct str s = {0};
    struct err err = {0};
    const char *path = test_tmp("turns.json");
    EXPECT(file_write(test_tmp("turns.jsonl"), row, sizeof row - 1, &err), "%s", err.text);
    str_printf(
        &s,
        "{\"output_dir\": \"%s\", \"model\": {\"path\": \"%s\"}, \"data\": {\"kind\": \"sft\", \"path\": \"%s\", "
        "\"held_out\": 0}, %s \"reward\": \"numeric\", \"sft\": {\"max_length\": 40, \"batch_size\": 1}, "
        "\"rl\": {\"max_prompt_length\": 30, \"max_completion_length\": 6, \"num_generations\": 2, "
        "\"prompts_per_step\": 1}, \"train\": {\"max_steps\": 1, \"micro_batch_tokens\": 64, \"logging_steps\": 1}, "
        "\"eval\": {\"eval_steps\": 0}}",
        test_tmp("turns"), test_path("golden/eos-mismatch"), test_tmp("turns.jsonl"), prompt);
    EXPECT(file_write(path, s.data, s.size, &err), "%s", err.text);
    str_finish(&s);
    return path;
}

TEST(turns, prompts_that_can_be_seen)
{
    char line[2048];
    struct str got = {0}, said = {0};
    snprintf(line, sizeof line, "plan '%s' --sft", config(""));
    EXPECT(program_run_vkr1(line, "", &got, &said) == 0 &&
               strstr(got.data, "\nfirst prompt: \"<|im_start|>user\\nHi<|im_end|>\\n<|im_start|>assistant\\n\"\n"),
           "%s %s", got.data, said.data);
    str_finish(&got);
    str_finish(&said);
    config("\"prompt\": {\"chat_template_kwargs\": {\"enable_thinking\": false}},");
    expect("", line, 1, NULL,
           "prompt.chat_template_kwargs: the model's chat template never reads \"enable_thinking\", so it would do "
           "nothing");
    config("\"prompt\": {\"chat_template_kwargs\": 1},");
    expect("", line, 1, NULL, "prompt.chat_template_kwargs is no object, such as {\"enable_thinking\": false}");
}

static double last_number(const char *file, const char *key, struct str *text)
{
    struct lines in;
    struct err err = {0};
    double v = NAN;
    EXPECT(lines_open(&in, file, &err), "%s", err.text);
    while (lines_next(&in, &err)) {
        struct json *row = json_parse(in.line.data, in.line.size, false, "line", &err);
        v = json_get(row, key) ? json_number(json_get(row, key), NAN) : v;
        if (text && json_get(row, "rendered_prompt")) {
            str_clear(text);
            json_text(json_get(row, "rendered_prompt"), text);
        }
        json_close(row);
    }
    lines_close(&in);
    return v;
}

// The model is sure of <|im_end|>: learning that token costs nothing, learning another would.
TEST(turns, sft_teaches_the_end_of_the_turn)
{
    char line[2048], file[2048];
    snprintf(line, sizeof line, "sft '%s' --device cpu --set output_dir='%s'", config(""), test_tmp("turns-sft"));
    expect("", line, 0, NULL, NULL);
    snprintf(file, sizeof file, "%s/metrics.jsonl", test_tmp("turns-sft"));
    double loss = last_number(file, "loss", NULL);
    EXPECT(loss < 0.01, "loss %g", loss);
}

TEST(turns, completions_of_a_run_end)
{
    char line[2048], file[2048];
    struct str prompt = {0};
    snprintf(line, sizeof line, "train '%s' --device cpu --set output_dir='%s' --set data.kind=plain", config(""),
             test_tmp("turns-rl"));
    expect("", line, 0, NULL, NULL);
    snprintf(file, sizeof file, "%s/completions/step-000001.jsonl", test_tmp("turns-rl"));
    double tokens = last_number(file, "tokens", &prompt);
    EXPECT(tokens == 1 && strcmp(prompt.data, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n") == 0, "%g %s",
           tokens, prompt.data);
    str_finish(&prompt);
}

TEST(turns, tools_that_a_template_never_shows)
{
    static const char row[] = "{\"prompt\": \"Hi\", \"answer\": \"1\", \"tools\": [{\"name\": \"add\"}]}\n"
                              "{\"prompt\": \"Ho\", \"answer\": \"1\"}\n";
    char line[2048], data[1024];
    struct err err = {0};
    snprintf(data, sizeof data, "%s", test_tmp("with-tools.jsonl"));
    EXPECT(file_write(data, row, sizeof row - 1, &err), "%s", err.text);
    for (int shows = 0; shows < 2; shows++) {
        snprintf(line, sizeof line,
                 "eval --model '%s' --data '%s' --device cpu --max-tokens 2 --max-prompt 40 --json --template %s",
                 test_path("golden/stories260K"), data, shows ? "'{{ tools }}{{ messages[0].content }}'" : "raw");
        struct str out = {0}, said = {0};
        EXPECT(program_run_vkr1(line, "", &out, &said) == 0, "%s", said.data);
        bool warned =
            strstr(said.data, "1 of the 2 rows have tools, but chat form raw never reads \"tools\": the model "
                              "does not see them");
        EXPECT(warned != (shows == 1), "%s", said.data);
        str_finish(&out);
        str_finish(&said);
    }
}
