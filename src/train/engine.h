// What a run works with: a device, a model on it, and the two spaces that all its programs share. Planning comes
// first (every program says what it needs), then one allocation, then the programs are recorded:
//
//     engine_plan(...); learner_plan(...); rollout_plan(...);   what there will be; nothing is allocated
//     engine_place(...);                                        sizes are known, and that the device can hold it
//     engine_commit(...);                                       memory, weights
//     learner_init(...); rollout_init(...);                     programs
#pragma once
#include "graph/plan.h"
#include "model/model.h"

struct engine {
    struct device *device;
    struct model model;
    struct space work;   // activations of whichever program runs, and the KV cache while sampling
    struct space inputs; // input tensors of all programs
    struct plan plan;    // of the work space
};

// w may be NULL (a new model from c alone).
void engine_plan(struct engine *e, struct device *d, const struct model_config *c, const struct weights *w,
                 struct model_options options);
// Places everything that was planned. Fails with the name of a tensor that the device cannot hold.
bool engine_place(struct engine *e, struct err *err);
// Places as well, for callers that do not ask for sizes first.
bool engine_commit(struct engine *e, const struct weights *w, uint32_t seed, struct err *err);
void engine_finish(struct engine *e); // accepts a zeroed struct

// Plans the activations of a graph and its inputs; then, after engine_commit, binds and records it.
void engine_plan_graph(struct engine *e, struct graph *g);
bool engine_init_program(struct engine *e, struct program *p, struct graph *g, struct err *err);
