#include "cli/model_options.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "train/checkpoint.h"
#include "train/checksums.h"

enum { PROMPT = 512, TOKENS = 256, MOST = 1 << 20 }; // defaults of --max-prompt and --max-tokens; the most of both

void model_cli_init(struct model_cli *m, struct cli_option o[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING])
{
    *m = (struct model_cli){
        .temperature = 1, .top_p = 1, .seed = 42, .max_tokens = MODEL_CLI_UNSET, .max_prompt = MODEL_CLI_UNSET};
    const struct cli_option all[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING] = {
        {"model", CLI_STRING, &m->model, "M", "Hugging Face directory, name or GGUF file, or the directory of a run"},
        {"device", CLI_STRING, &m->device, "D", "cpu, or a Vulkan device by index, name or kind"},
        {"dtype", CLI_STRING, &m->dtype, "T", "storage of matrices: float32 (default), bfloat16, float16, stored"},
        {"seed", CLI_SEED, &m->seed, "N", "of the random numbers (default 42)"},
        {"temperature", CLI_NUMBER, &m->temperature, "X", "0: greedy (default 1)"},
        {"top-k", CLI_INT, &m->top_k, "N", "0: off (default)"},
        {"top-p", CLI_SHARE, &m->top_p, "X", "1: off (default)"},
        {"min-p", CLI_SHARE, &m->min_p, "X", "0: off (default)"},
        {"max-tokens", CLI_COUNT, &m->max_tokens, "N", "of a completion (default 256, or what the model has room for)"},
        {"max-prompt", CLI_COUNT, &m->max_prompt, "N",
         "tokens of a prompt (default 512, or what the model has room for)"},
        {"template", CLI_STRING, &m->template_, "T",
         "auto (default), chatml, llama3, r1, raw, a text with {prompt}, Jinja, or a .jinja file"},
        {"system", CLI_STRING, &m->system, "TEXT", "system message"},
        {"stop", CLI_LIST, &m->stop, "TEXT",
         "completions end with this text too; a number is a token id, \"\\n\" in quotes is JSON (repeatable)"},
    };
    for (int i = 0; i < MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING; i++)
        o[i] = all[i];
}

// "key=" and the value as a JSON string; nothing when the value is NULL.
static void add(struct arena *a, const char **list, int *count, const char *key, const char *value)
{
    if (!value)
        return;
    struct str s = {0};
    str_printf(&s, "%s=", key);
    str_put_json(&s, value, strlen(value));
    list[(*count)++] = arena_strdup(a, s.data);
    str_finish(&s);
}

// One --stop as members of the list rl.stop. What is JSON is taken as such (5, "\n", {"token": "<|im_end|>"}), as in
// --set; of a list, ["</answer>", 5], the members count.
static bool add_stop(const char *text, struct str *s, struct err *err)
{
    struct json *v = json_parse(text, strlen(text), false, "--stop", &(struct err){0});
    const struct json *first = json_kind(v) == JSON_ARRAY ? json_first(v) : v;
    bool none = v && (!first || json_kind(v) == JSON_NULL || json_kind(v) == JSON_BOOL);
    for (const struct json *i = first; i; i = json_next(i)) {
        str_puts(s, s->size ? "," : "--stop rl.stop=[");
        json_print(i, s, false);
    }
    if (!v) {
        str_puts(s, s->size ? "," : "--stop rl.stop=[");
        str_put_json(s, text, strlen(text));
    }
    json_close(v);
    return !none || fail(err,
                         "--stop %s is JSON without a stop in it: give a text, a token id, {\"token\": \"<|im_end|>\"} "
                         "or a list of these; the text %s is --stop '\"%s\"'",
                         text, text, text);
}

static bool add_stops(struct arena *a, const char **list, int *count, const struct cli_list *stop, struct err *err)
{
    struct str s = {0};
    bool ok = true;
    for (int i = 0; ok && i < stop->count; i++)
        ok = add_stop(stop->items[i], &s, err);
    if (ok && stop->count) {
        str_putc(&s, ']');
        list[(*count)++] = arena_strdup(a, s.data);
    }
    str_finish(&s);
    return ok;
}

static int64_t given_or(int64_t value, int64_t otherwise)
{
    return value == MODEL_CLI_UNSET ? otherwise : value;
}

bool model_cli_take_run(struct model_cli *m, const char *run, struct err *err)
{
    if (m->model)
        return fail(err, "%s and --model %s are two models: give one of them", run, m->model);
    m->model = run;
    return true;
}

static bool verify(const struct model_cli *m, struct err *err)
{
    bool saved = m->run || m->model == m->checkpoint; // by a run
    return !saved || checksums_verify(m->model, err) ||
           fail_in(err, "cannot use %s (if it is damaged, remove it: then the one before it is taken)", m->model);
}

bool model_cli_config(struct model_cli *m, struct err *err)
{
    struct arena a = {0};
    const char **list = arena_array(&a, const char *, 16 + m->more_count);
    int count = 0;
    if (m->model && checkpoint_find(m->model, m->checkpoint, sizeof m->checkpoint)) {
        log_info("the newest checkpoint of the run: %s", m->checkpoint);
        m->model = m->checkpoint;
    }
    snprintf(m->kept, sizeof m->kept, "%s/run.json", m->model);
    m->run = m->model && file_exists(m->kept);
    if (m->model && (m->run || m->file)) { // this is the model now, with a tokenizer of its own
        list[count++] = "model.init=null";
        list[count++] = "model.tokenizer=null";
    }
    add(&a, list, &count, "--model model.path", m->model);
    add(&a, list, &count, "--dtype model.dtype", m->dtype);
    add(&a, list, &count, "--device device", m->device);
    add(&a, list, &count, "--template prompt.template", m->template_);
    add(&a, list, &count, "--system prompt.system", m->system);
    bool ok = add_stops(&a, list, &count, &m->stop, err) && verify(m, err);
    list[count++] = arena_printf(&a, "--seed seed=%lld", (long long)m->seed);
    for (int i = 0; i < m->more_count; i++)
        list[count++] = m->more[i];
    const char *path = m->file ? m->file : m->run ? m->kept : NULL;
    ok = ok && run_config_open(&m->config, path, list, count, err);
    arena_finish(&a);
    if (ok && m->top_p == 0) {
        run_config_close(&m->config);
        return fail(err, "--top-p 0 keeps no token: 1 is off, a small number keeps the likeliest");
    }
    if (ok && path && m->config.reward) { // an RL run fits its own limits
        m->max_prompt = given_or(m->max_prompt, m->config.rl.max_prompt_length);
        m->max_tokens = given_or(m->max_tokens, m->config.rl.max_completion_length);
    }
    return ok;
}

bool model_cli_stops(const struct model_cli *m, struct session *s, struct stops *stops, struct err *err)
{
    bool wanted = stops_need_tokenizer(m->config.rl.stop) && !s->tokenizer.parts;
    return (!wanted || session_open_tokenizer(s, err)) &&
           session_stops(s, m->stop.count ? "--stop" : "rl.stop", stops, err);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool model_cli_open(const struct model_cli *m, struct session *s, bool ids, struct err *err)
{
    int64_t prompt = given_or(m->max_prompt, PROMPT), tokens = given_or(m->max_tokens, TOKENS);
    if (prompt < 1 || prompt > MOST || tokens < 1 || tokens > MOST)
        return fail(err, "--max-prompt is %lld and --max-tokens %lld; both must lie between 1 and %d",
                    (long long)prompt, (long long)tokens, MOST);
    bool fewer = m->max_prompt == MODEL_CLI_UNSET || m->max_tokens == MODEL_CLI_UNSET;
    return session_open(
        s, &m->config,
        (struct session_options){
            .positions = prompt + tokens, .limits = "--max-prompt or --max-tokens", .fewer = fewer, .ids = ids},
        err);
}

bool model_cli_limits(struct model_cli *m, const struct session *s, size_t prompt, struct err *err)
{
    int64_t room = s->positions,
            kept = given_or(m->max_tokens, prompt ? 1 : least(TOKENS, room / 3)); // for completions
    int64_t longest = given_or(m->max_prompt, least(PROMPT, room - kept));
    unsigned made_for = s->model_config.max_positions;
    if (longest < 1)
        return fail(err, "--max-tokens %lld leaves no room for a prompt: the model was made for %u tokens",
                    (long long)kept, made_for);
    if ((int64_t)prompt > longest && m->max_prompt == MODEL_CLI_UNSET && longest < PROMPT)
        return fail(
            err,
            "the prompt has %zu tokens, a completion may have %lld, and the model was made for %u in all: lower "
            "--max-tokens, or take a shorter prompt",
            prompt, (long long)kept, made_for);
    if ((int64_t)prompt > longest)
        return fail(err, "the prompt has %zu tokens, more than --max-prompt %lld (the model was made for %u)", prompt,
                    (long long)longest, made_for);
    if (prompt)
        longest = given_or(m->max_prompt, (int64_t)prompt);
    int64_t tokens = given_or(m->max_tokens, least(TOKENS, room - longest));
    if (tokens < 1)
        return fail(err, "--max-prompt %lld leaves no room for a completion: the model was made for %u tokens",
                    (long long)longest, made_for);
    bool shorter = m->max_prompt == MODEL_CLI_UNSET && !prompt && longest < PROMPT;
    if (shorter || (m->max_tokens == MODEL_CLI_UNSET && tokens < TOKENS))
        log_info(
            "the model was made for %u tokens: a prompt may have %lld, a completion %lld (--max-prompt, --max-tokens)",
            made_for, (long long)longest, (long long)tokens);
    m->max_prompt = longest;
    m->max_tokens = tokens;
    return true;
}
