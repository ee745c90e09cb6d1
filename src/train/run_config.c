#include "train/run_config.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train/config_paths.h"
#include "train/other_names.h"

enum kind { TEXT, WHOLE, NUMBER, SWITCH, CHOICE, RAW };

struct option {
    const char *key; // "section.key", or a key of the top level
    enum kind kind;
    size_t at;           // offset in struct run_config
    const char *initial; // JSON; an option may be null when this is
    double low, high;    // of numbers
    const char *choices; // "a|b|c": TEXT must be one of them, CHOICE stores its index
    const char *help;
};

#define AT(field) offsetof(struct run_config, field)
static const struct option options[] = {
    {"output_dir", TEXT, AT(output_dir), "null", 0, 0, NULL, "run directory; default runs/NAME of the config file"},
    {"device", TEXT, AT(device), "null", 0, 0, NULL,
     "cpu, or a Vulkan device by index, name or kind; default the best GPU"},
    {"seed", WHOLE, AT(seed), "42", 0, 4294967295.0, NULL,
     "of everything random; same seed, device and build: same bits"},

    {"model.path", TEXT, AT(model.path), "null", 0, 0, NULL, "Hugging Face directory or GGUF file"},
    {"model.init", RAW, AT(model.init), "null", 0, 0, NULL,
     "instead of a path: a config.json object; weights are random"},
    {"model.tokenizer", TEXT, AT(model.tokenizer), "null", 0, 0, NULL,
     "directory or GGUF file; default the model's own"},
    {"model.dtype", TEXT, AT(model.dtype), "\"float32\"", 0, 0, "float32|bfloat16|float16|stored",
     "storage of matrices; masters are f32; stored: as the file has them, not for training"},
    {"model.recompute", SWITCH, AT(model.recompute), "true", 0, 0, NULL,
     "rebuild layers' activations in the backward pass (gradient checkpointing)"},

    {"data", RAW, AT(data), "null", 0, 0, NULL,
     "problems: {kind: gsm8k|countdown|plain|sft|arithmetic, path, field names, held_out}"},
    {"reward", RAW, AT(reward), "null", 0, 0, NULL,
     "\"numeric:1,format:0.5\" or [{reward, weight, OPTION...}]; see docs/rewards.md"},

    {"prompt.template", TEXT, AT(prompt.template_), "\"auto\"", 0, 0, NULL,
     "auto (the model's chat template), chatml, llama3, r1, raw, a text with {prompt}, a Jinja template, or a .jinja "
     "file"},
    {"prompt.system", TEXT, AT(prompt.system), "null", 0, 0, NULL, "system message of chat templates"},
    {"prompt.chat_template_kwargs", RAW, AT(prompt.chat_template_kwargs), "null", 0, 0, NULL,
     "variables of the chat template, e.g. {\"enable_thinking\": false}"},
    {"prompt.assistant_prefix", TEXT, AT(prompt.assistant_prefix), "\"\"", 0, 0, NULL,
     "what the answer already begins with, e.g. \"<think>\\n\""},

    {"rl.num_generations", WHOLE, AT(rl.num_generations), "8", 1, 4096, NULL, "completions a prompt (G)"},
    {"rl.prompts_per_step", WHOLE, AT(rl.prompts_per_step), "8", 1, 4096, NULL, "prompts a generation (P)"},
    {"rl.num_iterations", WHOLE, AT(rl.num_iterations), "1", 1, 64, NULL,
     "times the completions of a generation are learnt from"},
    {"rl.steps_per_generation", WHOLE, AT(rl.steps_per_generation), "1", 1, 4096, NULL,
     "optimiser steps into which a generation is split"},
    {"rl.max_prompt_length", WHOLE, AT(rl.max_prompt_length), "512", 1, 1 << 20, NULL,
     "tokens; longer prompts are passed over"},
    {"rl.max_completion_length", WHOLE, AT(rl.max_completion_length), "512", 1, 1 << 20, NULL, "tokens"},
    {"rl.temperature", NUMBER, AT(rl.temperature), "1.0", 1e-3, 100, NULL,
     "of sampling, and of the log-probabilities in the loss"},
    {"rl.top_k", WHOLE, AT(rl.top_k), "0", 0, 1 << 24, NULL, "0: off"},
    {"rl.top_p", NUMBER, AT(rl.top_p), "1.0", 1e-6, 1, NULL, "1: off"},
    {"rl.min_p", NUMBER, AT(rl.min_p), "null", 0, 1, NULL, "default off"},
    {"rl.beta", NUMBER, AT(rl.beta), "0.0", 0, 1e3, NULL, "weight of the KL term; 0: no reference model is loaded"},
    {"rl.use_bias_correction_kl", SWITCH, AT(rl.use_bias_correction_kl), "true", 0, 0, NULL,
     "multiply the KL term by the ratio: the gradient of the reverse KL divergence"},
    {"rl.epsilon", NUMBER, AT(rl.epsilon), "0.2", 0, 1e6, NULL, "lower clipping range"},
    {"rl.epsilon_high", NUMBER, AT(rl.epsilon_high), "null", 0, 1e6, NULL, "upper clipping range; default epsilon"},
    {"rl.delta", NUMBER, AT(rl.delta), "null", 0, 1e6, NULL,
     "upper bound of the ratio (two-sided clipping); null or 0: none"},
    {"rl.loss_type", TEXT, AT(rl.loss_type), "\"dapo\"", 0, 0, "grpo|bnpo|dr_grpo|dapo", "how tokens are weighted"},
    {"rl.scale_rewards", TEXT, AT(rl.scale_rewards), "\"group\"", 0, 0, "group|batch|none|true|false",
     "what advantages are divided by; true: group, false: none"},
    {"rl.mask_truncated_completions", SWITCH, AT(rl.mask_truncated_completions), "false", 0, 0, NULL,
     "completions without end take no part in the loss"},
    {"rl.stop", RAW, AT(rl.stop), "null", 0, 0, NULL,
     "where completions end too: a text, a token id, {\"token\": \"<|im_end|>\"}, or a list of these"},
    {"rl.slots", WHOLE, AT(rl.slots), "32", 1, 4096, NULL,
     "completions that decode side by side; at most as many as a generation has"},

    {"sft.batch_size", WHOLE, AT(sft.batch_size), "32", 1, 1 << 20, NULL, "sequences a step"},
    {"sft.max_length", WHOLE, AT(sft.max_length), "1024", 2, 1 << 20, NULL,
     "tokens of prompt and completion; longer rows are passed over"},

    {"train.max_steps", WHOLE, AT(train.max_steps), "100", 1, 1e9, NULL, "optimiser steps"},
    {"train.num_train_epochs", NUMBER, AT(train.num_train_epochs), "null", 0, 1e6, NULL,
     "instead of max_steps: passes over the training problems, rounded up to whole generations"},
    {"train.learning_rate", NUMBER, AT(train.learning_rate), "1e-6", 0, 10, NULL, "peak"},
    {"train.lr_scheduler_type", CHOICE, AT(train.lr_scheduler_type), "\"linear\"", 0, 0,
     "constant|linear|cosine|constant_with_warmup", "after the warm-up"},
    {"train.warmup_steps", WHOLE, AT(train.warmup_steps), "0", 0, 1e9, NULL, "linear from 0"},
    {"train.warmup_ratio", NUMBER, AT(train.warmup_ratio), "0", 0, 1, NULL, "of max_steps, when warmup_steps is 0"},
    {"train.weight_decay", NUMBER, AT(train.weight_decay), "0.0", 0, 10, NULL, "AdamW; not on norms and biases"},
    {"train.adam_beta1", NUMBER, AT(train.adam_beta1), "0.9", 0, 0.999999, NULL, ""},
    {"train.adam_beta2", NUMBER, AT(train.adam_beta2), "0.999", 0, 0.999999, NULL, ""},
    {"train.adam_epsilon", NUMBER, AT(train.adam_epsilon), "1e-8", 1e-30, 1, NULL, ""},
    {"train.max_grad_norm", NUMBER, AT(train.max_grad_norm), "1.0", 0, 1e9, NULL, "0: no clipping"},
    {"train.micro_batch_tokens", WHOLE, AT(train.micro_batch_tokens), "1024", 8, 1 << 20, NULL,
     "rows of a micro-batch: memory and speed; results differ in the last bits, as sums are cut elsewhere"},
    {"train.logit_rows", WHOLE, AT(train.logit_rows), "128", 1, 1 << 20, NULL, "rows of logits that exist at a time"},
    {"train.save_steps", WHOLE, AT(train.save_steps), "50", 0, 1e9, NULL,
     "a checkpoint every so many steps, at the end, and of the best evaluation; 0: of the last two only"},
    {"train.save_total_limit", WHOLE, AT(train.save_total_limit), "3", 1, 1e6, NULL,
     "checkpoints kept, the best besides"},
    {"train.logging_steps", WHOLE, AT(train.logging_steps), "1", 1, 1e9, NULL,
     "a line of metrics every so many steps: their means"},
    {"train.log_completions", SWITCH, AT(train.log_completions), "true", 0, 0, NULL, "writes completions/step-*.jsonl"},

    {"eval.eval_steps", WHOLE, AT(eval.eval_steps), "20", 0, 1e9, NULL,
     "held-out evaluation every so many steps and at the end; 0: never"},
    {"eval.problems", WHOLE, AT(eval.problems), "100", 1, 1e9, NULL, "of the held-out problems, at most"},
    {"eval.samples", WHOLE, AT(eval.samples), "1", 1, 4096, NULL, "completions a problem (k of pass@k and maj@k)"},
    {"eval.temperature", NUMBER, AT(eval.temperature), "1.0", 0, 100, NULL, "0: greedy"},
    {"eval.top_p", NUMBER, AT(eval.top_p), "1.0", 1e-6, 1, NULL, ""},
    {"eval.top_k", WHOLE, AT(eval.top_k), "0", 0, 1 << 24, NULL, ""},
    {"eval.eval_on_start", SWITCH, AT(eval.eval_on_start), "true", 0, 0, NULL, "evaluate before the first step too"},
};
enum { OPTION_COUNT = sizeof options / sizeof *options };

static const struct option *find(const char *key)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (strcmp(options[i].key, key) == 0)
            return &options[i];
    return NULL;
}

static bool is_section(const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (strncmp(options[i].key, name, n) == 0 && options[i].key[n] == '.')
            return true;
    return false;
}

// What a message names as the place of a key: the option that gave it, else the file.
static const char *where_of(struct run_config *c, const char *key)
{
    for (int i = c->override_count - 1; i >= 0; i--) {
        const char *text = c->overrides[i], *label = str_starts(text, "--") ? strchr(text, ' ') : NULL;
        text = label ? label + 1 : text;
        size_t n = strcspn(text, "=");
        if (strncmp(text, key, n) == 0 && (key[n] == 0 || key[n] == '.'))
            return label ? arena_strndup(&c->arena, c->overrides[i], (size_t)(label - c->overrides[i])) : "--set";
    }
    return c->path ? c->path : "config";
}

// Appends our keys that are called `name` in their section: "rl.top_p" or "eval.top_p". Returns one of them.
static const struct option *find_bare(const char *name, struct str *out)
{
    const struct option *last = NULL;
    for (int i = 0; i < OPTION_COUNT; i++) {
        const char *dot = strchr(options[i].key, '.');
        if (strcmp(dot ? dot + 1 : options[i].key, name) != 0)
            continue;
        str_printf(out, "%s\"%s\"", last ? " or " : "", options[i].key);
        last = &options[i];
    }
    return last;
}

void run_config_advise(const char *key, bool in_file, struct str *out)
{
    const char *dot = strrchr(key, '.'), *bare = dot ? dot + 1 : key;
    const struct other_name *other = other_names_find(key);
    const struct option *own = other ? NULL : find_bare(bare, out);
    if (own) {
        char *alone = strstr(out->data, " or ") ? NULL : strchr(own->key, '.');
        struct str is = *out;
        *out = (struct str){0};
        str_printf(out, "it is %s", is.data);
        str_finish(&is);
        if (alone && in_file)
            str_printf(out, ": write {\"%.*s\": {\"%s\": ...}}", (int)(alone - own->key), own->key, alone + 1);
        else if (!strchr(own->key, '.'))
            str_puts(out, ", outside of all sections");
        return;
    }
    other = other ? other : other_names_find(bare);
    if (other)
        other_names_advise(other, out);
}

static bool unknown(struct run_config *c, const char *key, const struct json *value, struct err *err)
{
    const char *where = where_of(c, key), *nearest = options[0].key, *dot = strrchr(key, '.');
    char leaf[256], other_name[64];
    struct str advice = {0};
    int best = 1000, other_best = 1000;
    size_t n = (size_t)snprintf(leaf, sizeof leaf, "%s", key);
    for (const struct json *m = value; n < sizeof leaf && json_kind(m) == JSON_OBJECT && json_first(m);)
        n += (size_t)snprintf(leaf + n, sizeof leaf - n, ".%s", json_key(m = json_first(m)));
    run_config_advise(leaf, where == c->path, &advice); // {"trainer": {"total_epochs": 3}}
    if (advice.size) {
        fail(err, "%s: unknown key \"%s\"; %s", where, leaf, advice.data);
        str_finish(&advice);
        return false;
    }
    for (int i = 0; i < OPTION_COUNT; i++) {
        const char *section = strchr(options[i].key, '.'); // a forgotten section is common
        int whole = str_distance(key, options[i].key), bare = section && !dot ? str_distance(key, section + 1) : whole;
        int d = whole < bare ? whole : bare;
        if (d < best) {
            best = d;
            nearest = options[i].key;
        }
    }
    const struct other_name *other = other_names_nearest(dot ? dot + 1 : key, other_name, &other_best);
    if (other_best < best && other_best <= 2) {
        other_names_advise(other, &advice);
        fail(err, "%s: unknown key \"%s\"; if \"%s\" is meant, %s", where, key, other_name, advice.data);
        str_finish(&advice);
        return false;
    }
    if (best > 1 + (int)strlen(key) / 4)
        return fail(err, "%s: unknown key \"%s\"; vkr1 train --keys lists those that there are", where, key);
    return fail(err, "%s: unknown key \"%s\"; the nearest valid one is \"%s\"", where, key, nearest);
}

static bool check_keys(struct run_config *c, const struct json *v, const char *section, struct err *err)
{
    for (const struct json *m = json_first(v); m; m = json_next(m)) {
        char key[128], shown[JSON_SHOWN];
        snprintf(key, sizeof key, "%s%s%s", section, section[0] ? "." : "", json_key(m));
        const char *where = where_of(c, key);
        if (json_get(v, json_key(m)) != m)
            return fail(err, "%s: \"%s\" stands there twice", where, key);
        if (!section[0] && is_section(key)) {
            if (json_kind(m) != JSON_OBJECT)
                return fail(err, "%s: \"%s\" is a section and wants an object, not %s", where, key,
                            json_show(m, shown));
            if (!check_keys(c, m, json_key(m), err))
                return false;
        } else if (!section[0] && strchr(key, '.') && find(key)) {
            return fail(err, "%s: \"%s\" stands outside of its section; write {\"%.*s\": {\"%s\": ...}}", where, key,
                        (int)strcspn(key, "."), key, strchr(key, '.') + 1);
        } else if (!find(key)) {
            return unknown(c, key, m, err);
        }
    }
    return true;
}

// The value of an option in the document; NULL when absent.
static const struct json *value_of(const struct json *root, const char *key)
{
    const char *dot = strchr(key, '.');
    if (!dot)
        return json_get(root, key);
    char section[64];
    snprintf(section, sizeof section, "%.*s", (int)(dot - key), key);
    return json_get(json_get(root, section), dot + 1);
}

static int choice(const char *choices, const char *name)
{
    int i = 0;
    for (const char *at = choices; *at; i++) {
        size_t n = strcspn(at, "|");
        if (strlen(name) == n && memcmp(at, name, n) == 0)
            return i;
        at += at[n] ? n + 1 : n;
    }
    return -1;
}

static bool store(struct run_config *c, const struct option *o, const struct json *v, struct err *err)
{
    char shown[JSON_SHOWN];
    const char *where = where_of(c, o->key);
    void *to = (char *)c + o->at;
    enum json_kind kind = json_kind(v);
    if (o->kind == RAW) {
        *(const struct json **)to = kind == JSON_NULL ? NULL : v;
        return true;
    }
    if (kind == JSON_NULL && strcmp(o->initial, "null") != 0)
        return fail(err, "%s: \"%s\" may not be null; its default is %s", where, o->key, o->initial);
    if (kind == JSON_NULL) {
        if (o->kind == TEXT)
            *(const char **)to = NULL;
        else
            *(double *)to = NAN;
        return true;
    }
    if (o->kind == SWITCH) {
        *(bool *)to = json_bool(v, false);
        return kind == JSON_BOOL ||
               fail(err, "%s: \"%s\" wants true or false, not %s", where, o->key, json_show(v, shown));
    }
    if (o->kind == TEXT || o->kind == CHOICE) {
        const char *text = kind == JSON_BOOL ? (json_bool(v, false) ? "true" : "false") : json_string(v, NULL);
        if (!text || (kind == JSON_BOOL && (!o->choices || choice(o->choices, text) < 0)))
            return fail(err, "%s: \"%s\" wants a text in quotes, not %s", where, o->key, json_show(v, shown));
        if (o->choices && choice(o->choices, text) < 0)
            return fail(err, "%s: \"%s\" is \"%s\"; it may be %s", where, o->key, text, o->choices);
        if (o->kind == TEXT)
            *(const char **)to = text;
        else
            *(int64_t *)to = choice(o->choices, text);
        return true;
    }
    double number = json_number(v, NAN);
    if (kind != JSON_NUMBER || (o->kind == WHOLE && number != floor(number)))
        return fail(err, "%s: \"%s\" wants a %s, not %s", where, o->key, o->kind == WHOLE ? "whole number" : "number",
                    json_show(v, shown));
    if (!(number >= o->low && number <= o->high))
        return fail(err, "%s: \"%s\" is %g; it must lie between %g and %g", where, o->key, number, o->low, o->high);
    if (o->kind == WHOLE)
        *(int64_t *)to = (int64_t)number;
    else
        *(double *)to = number;
    return true;
}

// "section.key=value" into the document. A value that is not JSON is taken as a text, and so is every number, true and
// false where the key wants a text: output_dir=2024, device=0.
static bool override(struct run_config *c, const char *text, struct err *err)
{
    char shown[JSON_SHOWN];
    const char *label = str_starts(text, "--") ? strchr(text, ' ') : NULL;
    text = label ? label + 1 : text;
    const char *equals = strchr(text, '=');
    if (!equals)
        return fail(err, "--set %s: write section.key=value", text);
    char *key = arena_strndup(&c->arena, text, (size_t)(equals - text)), *dot = strchr(key, '.');
    struct str quoted = {0};
    struct json *probe = json_parse(equals + 1, strlen(equals + 1), false, key, &(struct err){0});
    const struct option *o = find(key);
    bool scalar = json_kind(probe) == JSON_NUMBER || json_kind(probe) == JSON_BOOL;
    if (!probe || (scalar && o && o->kind == TEXT && !o->choices))
        str_put_json(&quoted, equals + 1, strlen(equals + 1));
    json_close(probe);
    const char *value = quoted.data ? quoted.data : equals + 1;
    bool ok;
    if (dot && !find(key) && strncmp(key, "data.", 5) != 0) {
        ok = unknown(c, key, NULL, err);
    } else if (!dot) {
        ok = json_set(c->root, key, value, err);
    } else {
        *dot = 0;
        ok = json_get(c->root, key) || json_set(c->root, key, "{}", err);
        struct json *section = (struct json *)(uintptr_t)json_get(c->root, key);
        ok = ok &&
             (json_kind(section) == JSON_OBJECT ||
              fail(err, "--set %s: \"%s\" is no section but %s", text, key, json_show(section, shown))) &&
             json_set(section, dot + 1, value, err);
    }
    str_finish(&quoted);
    return ok;
}

static bool fill(struct run_config *c, struct err *err)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct json *v = value_of(c->root, options[i].key);
        if (!v) { // the default, kept in the document too, so that it is printed
            char key[64];
            snprintf(key, sizeof key, "%s=%s", options[i].key, options[i].initial);
            if (!override(c, key, err))
                return false;
            v = value_of(c->root, options[i].key);
        }
        if (!store(c, &options[i], v, err))
            return false;
    }
    return true;
}

// runs/NAME for configs/NAME.json
static const char *default_dir(struct run_config *c)
{
    const char *path = c->path ? c->path : "run", *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return arena_printf(&c->arena, "runs/%.*s", dot ? (int)(dot - name) : (int)strlen(name), name);
}

bool run_config_open(struct run_config *c, const char *path, const char *const *overrides, int override_count,
                     struct err *err)
{
    *c = (struct run_config){.path = path, .overrides = overrides};
    const char *where = path ? path : "config";
    char shown[JSON_SHOWN];
    c->root = path ? json_read(path, true, err) : json_parse("{}", 2, false, where, err);
    bool ok = c->root && (json_kind(c->root) == JSON_OBJECT ||
                          fail(err, "%s: wants an object of keys, not %s", where, json_show(c->root, shown)));
    const char *folder = config_paths_folder(path, &c->arena);
    ok = ok && check_keys(c, c->root, "", err); // the file's, before one that stands there twice is replaced
    c->override_count = override_count;
    if (ok)
        config_paths_join(c->root, folder);
    for (int i = 0; ok && i < override_count; i++)
        ok = override(c, overrides[i], err);
    if (ok)
        config_paths_join(c->root, "");
    ok = ok && check_keys(c, c->root, "", err) && config_paths_check(c->root, where, folder, err) && fill(c, err) &&
         (!c->output_dir || *c->output_dir ||
          fail(err, "%s: \"output_dir\" is empty: name a directory, or leave the key out", where_of(c, "output_dir")));
    c->overrides = NULL;
    c->override_count = 0;
    if (!ok) {
        run_config_close(c);
        return false;
    }
    if (isnan(c->rl.epsilon_high))
        c->rl.epsilon_high = c->rl.epsilon;
    if (isnan(c->rl.delta))
        c->rl.delta = 0;
    if (isnan(c->rl.min_p))
        c->rl.min_p = 0;
    if (strcmp(c->rl.scale_rewards, "true") == 0 || strcmp(c->rl.scale_rewards, "false") == 0)
        c->rl.scale_rewards = c->rl.scale_rewards[0] == 't' ? "group" : "none";
    if (c->output_dir)
        return true;
    c->output_dir = default_dir(c);
    if (override(c, arena_printf(&c->arena, "output_dir=%s", c->output_dir), err)) // printed too
        return true;
    run_config_close(c);
    return false;
}

void run_config_close(struct run_config *c)
{
    json_close(c->root);
    arena_finish(&c->arena);
    *c = (struct run_config){0};
}

// A copy of the document in which all paths are whole.
static struct json *make_portable(const struct run_config *c)
{
    struct str text = {0};
    struct err bug = {0};
    json_print(c->root, &text, false);
    struct json *copy = json_parse(text.data, text.size, false, "config", &bug);
    check(copy, "%s", bug.text);
    config_paths_absolute(copy);
    str_finish(&text);
    return copy;
}

void run_config_print(const struct run_config *c, struct str *out)
{
    struct json *portable = make_portable(c);
    json_print(portable, out, true);
    str_putc(out, '\n');
    json_close(portable);
}

void run_config_changes(const struct run_config *before, const struct run_config *now, struct str *out)
{
    struct str a = {0}, b = {0};
    struct json *was = make_portable(before), *is = make_portable(now);
    static const char *const free_to_change[] = {"output_dir", "device", "train.max_steps", "train.num_train_epochs"};
    for (int i = 0; i < OPTION_COUNT; i++) {
        bool counts = true;
        for (size_t k = 0; k < sizeof free_to_change / sizeof *free_to_change; k++)
            counts = counts && strcmp(options[i].key, free_to_change[k]) != 0;
        str_clear(&a);
        str_clear(&b);
        const struct json *old = value_of(was, options[i].key), *new = value_of(is, options[i].key);
        json_print(old, &a, false);
        json_print(new, &b, false);
        bool same = strcmp(a.data, b.data) == 0 || // 1e-4 is 0.0001
                    (json_kind(old) == JSON_NUMBER && json_number(old, 0) == json_number(new, NAN));
        if (counts && !same)
            str_printf(out, "%s%s %s -> %s", out->size ? ", " : "", options[i].key, a.data, b.data);
    }
    str_finish(&a);
    str_finish(&b);
    json_close(was);
    json_close(is);
}

void run_config_document(struct str *out)
{
    str_puts(out, "| key | default | values | meaning |\n|---|---|---|---|\n");
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option *o = &options[i];
        str_printf(out, "| `%s` | `%s` | ", o->key, o->initial);
        if (o->choices)
            for (const char *at = o->choices; *at; at++)
                str_puts(out, *at == '|' ? ", " : (char[2]){*at, 0});
        else if (o->kind == WHOLE || o->kind == NUMBER)
            str_printf(out, "%.10g to %.10g", o->low, o->high);
        else
            str_puts(out, o->kind == SWITCH ? "true, false" : o->kind == RAW ? "object or text" : "text");
        str_printf(out, " | %s |\n", o->help);
    }
}
