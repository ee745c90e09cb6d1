// Sampling: prompts are prefilled once into the KV cache, their completions decode in S slots that share those rows; a
// slot whose completion ends takes the next one. Which slot, and what else is in the batch, does not change a result:
// a row's values depend on its own inputs alone, and its random numbers are named by (seed, episode id, position).
//
//     cache rows:  prompt 0 | prompt 1 | .. | prompt P-1 | slot 0 | slot 1 | .. | slot S-1
//
// Both programs exist in several widths, so that rows without work cost nothing: 1, 2, 4, 8 .. slots rows of decode, 8,
// 16, 32 .. prefill_rows of prefill. They share the cache and take turns in the work space; a run takes the narrowest
// that holds its rows. Any row of any width serves any slot: its inputs name the cache rows.
//
// As in training, the prompt's last token is the first row of each completion (see train/batch.h).
#pragma once
#include "ops/ops.h"
#include "rl/episode.h"
#include "rl/stops.h"
#include "train/engine.h"

struct rollout_options {
    int slots;          // S
    int prompts;        // P: different prompts in the cache at once
    int max_prompt;     // tokens
    int max_completion; // tokens, the end-of-sequence token included
    int prefill_rows;   // rows of the widest prefill program
    bool truncate;      // top_k, top_p or min_p may be used
};

struct sampling_params {
    double temperature; // 0: greedy
    int top_k;          // 0: off
    double top_p;       // 1: off
    double min_p;       // 0: off
};
bool sampling_truncates(const struct sampling_params *p);
void sampling_values(const struct sampling_params *p, float out[SAMPLING_SIZE]); // for tensors and learner_set_sampling

struct rollout_program {
    int rows;
    struct graph graph;
    struct program program;
    struct model_inputs in;
    struct tensor *keys, *sampling, *token, *logp; // decode only
};

enum { ROLLOUT_WIDTHS = 20 };
struct rollout_programs {
    struct rollout_program all[ROLLOUT_WIDTHS]; // from the narrowest to the widest
    int count;
};
struct rollout_program *rollout_fitting(struct rollout_programs *p, int rows); // the narrowest with so many rows
struct rollout_program *rollout_widest(struct rollout_programs *p);

struct rollout {
    struct engine *engine;
    struct rollout_options options;
    struct arena arena;
    struct model_cache cache;
    struct rollout_programs prefill, decode;
    const int32_t *eos; // the model's ends of a text
    int eos_count;
    struct stops stops; // what ends a completion besides; none until the caller sets it, after rollout_plan
    struct rollout_stats {
        double prefill_s, decode_s;
        int64_t prompt_tokens, tokens; // prefilled; sampled
        int64_t steps;                 // runs of a decode program
    } stats;                           // since the caller last zeroed it
};

void rollout_plan(struct rollout *r, struct engine *e, struct rollout_options options);
bool rollout_init(struct rollout *r, struct err *err);
void rollout_finish(struct rollout *r);

struct rollout_run {
    struct sampling_params sampling;
    uint32_t seed;
    uint32_t first_id;  // episode i's random numbers are named first_id + i
    int max_completion; // at most the option's; 0 means the option's
    // Called after every sampled token, in the order of slots; returns false to stop everything (Ctrl-C). May be NULL.
    bool (*token)(void *user, int episode, int32_t token);
    void *user;
};

// Samples count episodes whose problem and prompt are set; those with the same prompt pointer follow each other. Writes
// completion, completion_count, logp_old, finish and stop_size; the arrays live in `memory`. A prompt that is longer
// than max_prompt is an error that says so.
bool rollout_sample(struct rollout *r, struct episode *episodes, int count, const struct rollout_run *run,
                    struct arena *memory, struct err *err);
