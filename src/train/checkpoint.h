// Checkpoints: RUN/checkpoints/step-NNNNNN, each a Hugging Face model directory plus what resuming needs. A checkpoint
// is written aside, synced and renamed, so it is whole or absent whatever happens. Resuming from one continues to the
// bit.
#pragma once
#include "train/metrics.h"
#include "train/optimizer.h"
#include "train/run_config.h"

struct checkpoint_state { // what a trainer keeps besides weights and optimiser states
    int64_t step;         // optimiser steps done
    int64_t dataset_position;
    int64_t tokens;                   // seen so far (num_tokens)
    int64_t generation;               // generations sampled so far; names random numbers
    double best;                      // best held-out pass@1 so far; NaN before the first evaluation
    int64_t best_step;                // its step
    double first, last;               // held-out pass@1 before the first step and of the newest evaluation after one
    double first_loss, last_loss;     // sft: the held-out loss likewise; NaN: there was none
    uint32_t data_crc, reference_crc; // of what the run reads besides its checkpoint; 0: not known
    bool evaluation_due;              // Ctrl-C gave up the evaluation of this step
    struct metric_values metrics;     // of the steps since the last line of metrics
};

struct checkpoint_state checkpoint_state_new(void); // of a run that begins

struct checkpoint_options {
    const char *dir;                       // the run directory
    const char *stage;                     // "train" or "sft": the command that a run belongs to
    const char *model_dir, *tokenizer_dir; // see weights_save
    bool (*write_tokenizer)(void *user, const char *dir, struct err *err);
    void *tokenizer_user;
    const struct run_config *config; // kept as run.json: prompt form, rewards and data for `vkr1 eval` and `generate`
    int64_t keep;                    // newest checkpoints kept; the one of best_step is kept besides
};

// On a full disk nothing is lost: the unfinished directory is removed and older checkpoints stay.
bool checkpoint_save(const struct checkpoint_options *o, const struct optimizer *opt,
                     const struct checkpoint_state *state, struct err *err);
// The newest whole checkpoint of a run directory; false when there is none. `path` gets its directory.
bool checkpoint_find(const char *dir, char *path, size_t path_size);
// Loads weights, optimiser states and state. A checkpoint of another model or stage is an error, and so is one whose
// files are not those that were saved (see checksums.h).
bool checkpoint_load(const char *path, const struct checkpoint_options *o, struct optimizer *opt,
                     struct checkpoint_state *state, struct err *err);
