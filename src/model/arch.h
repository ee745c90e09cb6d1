// Families: one layer's forward pass each.
#pragma once
#include "model/model.h"

// x (N,D) in and out: the residual stream after layer `l`.
typedef struct tensor *arch_layer(struct graph *g, const struct model *m, int l, struct tensor *x,
                                  const struct model_inputs *in, const struct model_cache *cache);

// Llama 2 and 3, SmolLM2; and Qwen2, which is the same with biases on q, k and v.
arch_layer arch_llama_layer;
