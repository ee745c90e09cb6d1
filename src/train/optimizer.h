// AdamW over all trained weights of a model: its states, and the program of one update.
#pragma once
#include "train/engine.h"

struct optimizer_options {
    double beta1, beta2, eps, weight_decay;
    double max_grad_norm; // 0: no clipping
};

struct optimizer {
    struct engine *engine;
    struct optimizer_options options;
    struct arena arena;
    struct space space;               // m, v, f32 masters of weights stored in 16 bits
    struct tensor **m, **v, **master; // in the order of model.weights; master NULL where the weight is f32
    struct graph graph;
    struct program program;
    struct tensor *hyper, *clip;
    int64_t step; // updates done; AdamW's bias correction counts them
};

void optimizer_plan(struct optimizer *o, struct engine *e, struct optimizer_options options);
// After engine_commit, with the same w and seed: masters start at the f32 values of the file (or of the seed), not at
// the rounded ones of the weights.
bool optimizer_init(struct optimizer *o, const struct weights *w, uint32_t seed, struct err *err);
// One update from the accumulated gradients, which are zero afterwards. *norm: of the gradients before clipping. When
// it is not finite nothing has changed but the gradients, and false is returned with err empty.
bool optimizer_update(struct optimizer *o, double learning_rate, double *norm, struct err *err);
void optimizer_finish(struct optimizer *o);
