// A model on a device: its weights as tensors, and the forward graph that training, sampling and scoring share.
#pragma once
#include "graph/content.h"
#include "graph/program.h"
#include "graph/graph.h"
#include "model/weights.h"

struct model_layer {
    struct tensor *w[W_COUNT]; // by enum weight_field; NULL for what the layer does not have
};

struct model {
    struct model_config config;
    struct arena arena;
    struct device *device;
    struct space space;          // weights, gradients where trained, the RoPE table
    struct tensor *top[W_COUNT]; // W_EMBED, W_NORM, W_HEAD (the embedding again when tied)
    struct model_layer *layers;
    struct tensor **weights;   // all of them, in the order of weights_list; tied heads once
    const struct weight *list; // the same order: names and shapes
    size_t weight_count;
    struct tensor *rope; // (P,A): A/2 cosines and A/2 sines of every position
};

struct model_options {
    enum dtype dtype;  // storage of matrices; norms and biases are always f32. DTYPE_COUNT: as the file stores them,
                       // and f32, which has the same values, where no kernel knows the type
    bool trained;      // gradients are allocated
    int64_t positions; // P: sequences of at most so many tokens
};

// Makes the tensors and plans their memory; nothing is allocated yet, so that a plan can be printed without a device's
// memory. w is only read for the dtypes of the file.
void model_plan(struct model *m, struct device *d, const struct model_config *c, const struct weights *w,
                struct model_options options);
// Allocates m->space and copies the weights of w. w NULL: seeded random weights as transformers initialises
// (normal, standard deviation 0.02; norms 1; biases 0).
bool model_load(struct model *m, const struct weights *w, uint32_t seed, struct err *err);
void model_finish(struct model *m); // accepts a zeroed struct
// dst = m->list[i] in f32, as model_load has it before it is rounded to the storage type.
void model_source(const struct model *m, size_t i, const struct weights *w, uint32_t seed, float *dst);

// Replaces the content of the weights by those of w. Fails, naming the first difference, when they are another model's.
bool model_write_weights(struct model *m, const struct weights *w, struct err *err);
// weights_save's reader: user is the struct model; `sources` of trained masters are given by the caller's own reader.
bool model_read_weight(void *user, const struct weight *w, uint64_t first, uint64_t n, float *dst, struct err *err);
// The tensor of a weight of m->list[i]; by Hugging Face name; NULL when there is none.
struct tensor *model_find(const struct model *m, const char *name);

// What the forward pass is told about its N rows. All i32.
struct model_inputs {
    struct tensor *tokens;       // (N,1)
    struct tensor *positions;    // (N,1) place in the sequence, below P
    struct tensor *key_ranges;   // (N,4) see op_attention: rows of this batch, or of the cache when there is one
    struct tensor *query_ranges; // (N,4) inverse, for training; NULL without gradients
    struct tensor *cache_rows;   // (N,1) where keys and values are stored; NULL without a cache
};

struct model_cache {
    struct tensor **k, **v; // a layer each, (M,J*A)
    int64_t rows;           // M
};

struct model_inputs model_inputs_new(struct graph *g, int64_t rows, bool training, bool cached);
// Tensors of a cache of `rows` rows, as states; the caller places and binds them.
struct model_cache model_cache_new(struct arena *a, const struct model_config *c, int64_t rows);

// Hidden states after the final norm, (N,D). recompute: layers are recompute segments (see graph.h).
struct tensor *model_forward(struct graph *g, const struct model *m, const struct model_inputs *in,
                             const struct model_cache *cache, bool recompute);
struct tensor *model_logits(struct graph *g, const struct model *m, struct tensor *hidden); // (rows,V)

// Log-probabilities (N,1) of targets (N,1) and entropies (N,1), computed `chunk` rows at a time so that the (N,V)
// logits never exist in full, in the backward pass neither. sampling and truncate: see op_logprob_to; truncate applies
// top_k, top_p and min_p.
struct model_logprob {
    struct tensor *logp, *entropy;
};
struct model_logprob model_logprob(struct graph *g, const struct model *m, struct tensor *hidden,
                                   struct tensor *targets, struct tensor *sampling, bool truncate, int64_t chunk);
