// The policy loss of a whole optimiser step, as TRL's GRPOTrainer defines it: the host's part of it. The weight of
// every sequence goes in, the op `grpo_loss` (ops/ops.h) makes the loss of every token of it, and its metrics are
// counted.
//
// With x the current log-probability of a token, old and ref those of the behaviour and reference policy, A the
// sequence's advantage, r = exp(x - old):
//     l = -min(min(r, delta) A, clip(r, 1 - epsilon_low, 1 + epsilon_high) A) + beta k,   k = exp(ref - x) - (ref - x)
//     - 1,
// and k times r with use_bias_correction_kl, which makes k's gradient that of the reverse KL divergence (DeepSeek-V3.2,
// arXiv 2512.02556); it changes the gradient on policy too, where r is 1.
//     loss = sum over all tokens of the step of w l,   w depending on the sequence and loss_type only.
#pragma once
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ops/ops.h"

enum loss_type { LOSS_GRPO, LOSS_BNPO, LOSS_DR_GRPO, LOSS_DAPO };

struct loss_options { // as in the config (train/run_config.c), which has TRL's names and defaults
    enum loss_type type;
    double epsilon_low, epsilon_high;
    double delta; // two-sided clipping's upper bound of the ratio; 0: none
    double beta;  // 0: no reference policy
    bool use_bias_correction_kl;
    int max_completion_length; // tokens; the divisor of dr_grpo
};

bool loss_type_parse(const char *name, enum loss_type *type, struct err *err); // "grpo", "bnpo", "dr_grpo", "dapo"

// What the op is told.
struct grpo_loss_params loss_params(const struct loss_options *o);

// weights (n) out: the weight w of every token of sequence i. n and lengths (n) cover the WHOLE optimiser step, however
// it is cut into micro-batches: lengths[i] is the number of tokens that count, 0 for a sequence that is masked
// (mask_truncated_completions, or no completion). With S = sum of the lengths:
//     grpo     1 / (n max(lengths[i], 1))
//     bnpo     1 / max(S, 1)       TRL divides by each micro-batch's own tokens; here by the step's, so that the split
//                                  has no influence. Equal to TRL where a step is one micro-batch.
//     dr_grpo  1 / (n max_completion_length)
//     dapo     1 / max(S, 1)       TRL divides by the generation's tokens over its optimiser steps. Equal to TRL where
//     a
//                                  generation is one step.
void loss_weights(const struct loss_options *o, const int *lengths, int n, double *weights);

// What a step's metrics need of its counted tokens, summed up sequence by sequence. Begin with LOSS_SUMS_EMPTY.
struct loss_sums {
    double tokens, loss, kl;  // loss: of w l, the step's loss when all are in; kl: of k, times r where corrected
    double low, high;         // clipped tokens: r below 1 - epsilon_low and A < 0; above 1 + epsilon_high and A > 0
    double low_min, high_max; // the sequences' own shares, the smallest and the largest
};
#define LOSS_SUMS_EMPTY ((struct loss_sums){.low_min = INFINITY, .high_max = -INFINITY})

// Adds a sequence of n > 0 counted tokens: what the op `grpo_loss` gave for each, and their advantage. r is bounded by
// delta before it is counted, as TRL does.
void loss_count(struct loss_sums *s, const struct loss_options *o, double advantage, const float *loss,
                const float *ratio, const float *kl, int n);
