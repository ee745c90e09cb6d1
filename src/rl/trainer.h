// The GRPO loop (drawn in docs/tour.md) and the supervised one; both share run directory, checkpoints, metrics and
// evaluation.
#pragma once
#include "base/file.h"
#include "rl/evaluate.h"
#include "rl/loss.h"
#include "rl/session.h"
#include "train/checkpoint.h"
#include "train/learner.h"
#include "train/metrics.h"
#include "train/schedule.h"

enum trainer_kind { TRAIN_RL, TRAIN_SFT };

struct trainer {
    enum trainer_kind kind;
    const struct run_config *config;
    struct arena arena;
    struct session session;
    struct dataset dataset;
    struct reward_set rewards; // empty: no rewards (supervised training without evaluation)
    struct learner learner;
    struct model reference; // beta > 0: the frozen policy of the start
    struct learner reference_scorer;
    struct learner validator; // SFT with held-out rows: the loss of the policy without a backward pass
    bool validates;           // it is planned
    struct rollout rollout;
    bool samples; // a rollout is planned (always for RL; for SFT when there are rewards to evaluate by)
    struct optimizer optimizer;
    struct loss_options loss;
    struct sampling_params sampling;
    struct metrics metrics;
    struct progress progress;
    struct checkpoint_state state;
    struct checkpoint_options checkpoint;
    struct learner_tokens tokens;
    struct dir_lock lock; // of the run directory
    FILE *completions;    // of the current step
    int64_t first_step;   // at which trainer_run began: 0, or that of the checkpoint
    int64_t saved_step;   // of the newest checkpoint, -1 when there is none
    bool stopped;         // Ctrl-C
    int flat;             // generations in a row without two different rewards in a group
    int64_t passed_over;  // prompts or rows that were too long
};

// Plans everything; with `planning` nothing is opened or allocated beyond the files (for `vkr1 plan`). c stays the
// caller's and outlives the trainer; a run that is counted in epochs gets its max_steps here.
bool trainer_open(struct trainer *t, enum trainer_kind kind, struct run_config *c, bool planning, struct err *err);
// Allocates, loads, resumes from the newest checkpoint of the run directory when `resume`.
bool trainer_start(struct trainer *t, bool resume, struct err *err);
// Runs to max_steps, or until Ctrl-C (the checkpoint is saved, t->stopped is set).
bool trainer_run(struct trainer *t, struct err *err);
void trainer_close(struct trainer *t); // accepts a zeroed struct

// Bytes of each part, for `vkr1 plan` and the start of a run.
struct trainer_memory {
    uint64_t model, gradients, optimizer, work, cache, inputs, reference, total; // the cache is a part of work
    const struct tensor *largest;                                                // which one allocation must hold
    uint64_t largest_bytes;
};
struct trainer_memory trainer_memory(const struct trainer *t);
void trainer_plan(struct trainer *t); // all but the model, which session_open plans; of trainer_open and src/rl/fit.c

// ---- for trainer.c and its parts (trainer_rl.c, trainer_sft.c, trainer_step.c)

// One optimiser step from n sequences: packs, runs micro-batches, updates. Per-sequence arrays; per-token arrays may be
// NULL where the loss does not read them.
struct step_input {
    const struct sequence *sequences;
    const double *weight;    // (n) of every token of a sequence, see loss_weights
    const double *advantage; // (n)
    float *const *logp_old;  // (n) of completion_count each
    float *const *logp_ref;
    int n;
};
bool trainer_step(struct trainer *t, const struct step_input *in, struct err *err);
// Scores sequences with a learner (the reference): logp[i][k] of completion token k.
bool trainer_score(struct trainer *t, struct learner *l, const struct sequence *s, int n, float **logp,
                   struct err *err);
// Says, when the run opens, which problems cannot be rewarded and which of the held-out ones are too long.
bool trainer_check_problems(const struct trainer *t, struct err *err);
bool trainer_evaluate(struct trainer *t, struct err *err); // on held-out problems; metrics eval_*
bool trainer_save(struct trainer *t, struct err *err);
// A training problem is left out, since its tokens are more than the limit: the first is said, all are counted.
void trainer_pass_over(struct trainer *t, const struct problem *p, int64_t tokens);
bool trainer_rl_generation(struct trainer *t, struct err *err);
bool trainer_sft_step(struct trainer *t, struct err *err);
// A row of supervised training: the prompt's ids, then those of the worked completion with the end token, in a. Its
// tokens, also where they are more than sft.max_length: then *s is left as it is. 0 when it fails.
int64_t trainer_sft_encode(const struct trainer *t, const struct problem *p, struct arena *a, struct sequence *s,
                           struct err *err);
// Whether the step just done ends an interval of logging_steps, or the run: metrics are written and a line is printed.
bool trainer_line_due(const struct trainer *t);
// What is being done: the bar shows it, and Ctrl-C answers how it will end. The first two are given up then.
enum trainer_phase { PHASE_SAMPLE, PHASE_EVALUATE, PHASE_REWARD, PHASE_REFERENCE, PHASE_LEARN, PHASE_SAVE };
void trainer_phase(struct trainer *t, enum trainer_phase phase);
