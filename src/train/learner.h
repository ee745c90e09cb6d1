// The train program: one micro-batch forward and backward with the policy loss, gradients accumulating in the model;
// and the score program: log-probabilities only. Supervised training is the same program with advantage 1 and ratio 1:
// the gradient of -weight * ratio * 1 is that of the weighted negative log-likelihood.
#pragma once
#include "ops/ops.h"
#include "train/batch.h"
#include "train/engine.h"

struct learner_options {
    int rows;       // N of a micro-batch
    int chunk;      // rows of the head at a time
    bool train;     // false: only scoring
    bool recompute; // layers are rebuilt in the backward pass
    bool on_policy; // ratio 1: logp_old is not read
    bool reference; // a KL term against logp_ref
    bool truncate;  // top_k, top_p or min_p are in use
    struct grpo_loss_params loss;
};

struct learner {
    struct engine *engine;
    const struct model *model;
    struct learner_options options;
    struct arena arena;
    struct graph graph;
    struct program program;
    struct model_inputs in;
    struct tensor *targets, *sampling;
    struct tensor *logp_old, *logp_ref, *advantage, *weight; // (N,1) inputs
    struct model_logprob out;
    struct grpo_loss loss;
    struct batch batch;
};

// Per-token values of a micro-batch, (N) in the batch's rows; 0 where there is no target.
struct learner_tokens {
    float *logp_old, *logp_ref, *advantage, *weight; // in
    float *logp, *entropy, *loss, *ratio, *kl;       // out
};

// model: the engine's own, or another on the same device (the frozen reference, which is only scored).
void learner_plan(struct learner *l, struct engine *e, const struct model *model, struct learner_options options);
bool learner_init(struct learner *l, struct err *err);
void learner_finish(struct learner *l);
struct learner_tokens learner_tokens_new(struct arena *a, int rows);

// 1/temperature etc. (SAMPLING_*) for the runs that follow.
bool learner_set_sampling(struct learner *l, const float sampling[SAMPLING_SIZE], struct err *err);
// Runs l->batch (packed by the caller). Scoring reads only logp and entropy.
bool learner_run(struct learner *l, struct learner_tokens *t, struct err *err);
