// The config of a run: one JSON file (// comments allowed), overridden by --set section.key=value. Every key stands in
// THE table of run_config.c, from which reading, checking, printing, --help and docs/config.md follow. Names and
// defaults are TRL's wherever TRL has them.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

enum { LR_CONSTANT, LR_LINEAR, LR_COSINE, LR_CONSTANT_WITH_WARMUP };

struct run_config {
    struct arena arena;
    struct json *root; // what was read, with overrides; paths as they can be opened (config_paths.h)
    const char *path;
    const char *const *overrides; // while it is opened: where a value comes from, for messages
    int override_count;

    const char *output_dir, *device;
    int64_t seed;

    struct {
        const char *path, *dtype;
        const struct json *init; // a config.json object: a new model, random weights
        const char *tokenizer;
        bool recompute;
    } model;

    const struct json *data;   // see dataset_options_load
    const struct json *reward; // see reward_set_load

    struct {
        const char *template_, *system, *assistant_prefix;
        const struct json *chat_template_kwargs; // an object, or NULL
    } prompt;

    struct {
        int64_t num_generations, prompts_per_step, num_iterations, steps_per_generation;
        int64_t max_prompt_length, max_completion_length;
        double temperature, top_p, min_p;
        int64_t top_k;
        double beta, epsilon, epsilon_high, delta;
        const char *loss_type, *scale_rewards;
        bool mask_truncated_completions, use_bias_correction_kl;
        int64_t slots;           // completions that decode side by side
        const struct json *stop; // see stops_load
    } rl;

    struct {
        int64_t batch_size; // sequences a step
        int64_t max_length; // prompt and completion, tokens
    } sft;

    struct {
        int64_t max_steps;
        double num_train_epochs; // NaN: max_steps says how long a run is
        double learning_rate;
        int64_t lr_scheduler_type, warmup_steps;
        double warmup_ratio;
        double weight_decay, adam_beta1, adam_beta2, adam_epsilon, max_grad_norm;
        int64_t micro_batch_tokens, logit_rows;
        int64_t save_steps, save_total_limit, logging_steps;
        bool log_completions;
    } train;

    struct {
        int64_t eval_steps, problems, samples;
        double temperature, top_p;
        int64_t top_k;
        bool eval_on_start;
    } eval;
};

// Reads path (NULL: only defaults and overrides) and applies `overrides` ("section.key=value", value JSON or a bare
// word; "--dtype model.dtype=..." where an option of another name gave it). Unknown keys, wrong types and values out of
// range are errors that name the key and the nearest valid one.
bool run_config_open(struct run_config *c, const char *path, const char *const *overrides, int override_count,
                     struct err *err);
void run_config_close(struct run_config *c); // accepts a zeroed struct
// The whole config with every default, as it is written into the run's directory; reads back to the same. Its paths are
// whole ones, so that it can be read from anywhere.
void run_config_print(const struct run_config *c, struct str *out);
// Appends the keys whose values differ between two configs, "seed 1 -> 2, rl.beta 0 -> 0.1"; nothing when none does.
// How long a run is, and where it lies and runs, does not count.
void run_config_changes(const struct run_config *before, const struct run_config *now, struct str *out);
// Appends what to do about a key that does not exist, by its meaning: another section, or what it is called elsewhere
// (other_names.h). Nothing when it means nothing. in_file: shows the JSON too.
void run_config_advise(const char *key, bool in_file, struct str *out);
// The table as Markdown, for docs/config.md and `vkr1 train --keys`.
void run_config_document(struct str *out);
