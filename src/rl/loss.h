// The policy loss of a whole optimiser step, as TRL's GRPOTrainer defines it: the weight of every sequence, worked out
// on the host, and the loss itself in double precision, the reference for the kernel `grpo_loss`.
//
// With x the current log-probability of a token, old and ref those of the behaviour and reference policy, A the
// sequence's advantage, r = exp(x - old):
//     l = -min(min(r, delta) A, clip(r, 1 - epsilon_low, 1 + epsilon_high) A) + beta k,   k = exp(ref - x) - (ref - x) - 1,
// and k times r with use_bias_correction_kl, which makes k's gradient that of the reverse KL divergence (DeepSeek-V3.2,
// arXiv 2512.02556); it changes the gradient on policy too, where r is 1.
//     loss = sum over all tokens of the step of w l,   w depending on the sequence and loss_type only.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ops/ops.h"

enum loss_type { LOSS_GRPO, LOSS_BNPO, LOSS_DR_GRPO, LOSS_DAPO };

struct loss_options {        // names and defaults are TRL's
    enum loss_type type;     // loss_type: dapo
    double epsilon_low;      // epsilon: 0.2
    double epsilon_high;     // epsilon_high: as epsilon
    double delta;            // two-sided clipping's upper bound of the ratio; 0: none
    double beta;             // 0: no reference policy
    bool use_bias_correction_kl; // true
    int max_completion_length; // tokens; the divisor of dr_grpo
};

void loss_defaults(struct loss_options *o);
bool loss_type_parse(const char *name, enum loss_type *type, struct err *err); // "grpo", "bnpo", "dr_grpo", "dapo"

// What the op is told.
struct grpo_loss_params loss_params(const struct loss_options *o);

// weights (n) out: the weight w of every token of sequence i. n and lengths (n) cover the WHOLE optimiser step, however it
// is cut into micro-batches: lengths[i] is the number of tokens that count, 0 for a sequence that is masked
// (mask_truncated_completions, or no completion). With S = sum of the lengths:
//     grpo     1 / (n max(lengths[i], 1))
//     bnpo     1 / max(S, 1)       TRL divides by each micro-batch's own tokens; here by the step's, so that the split
//                                  has no influence. Equal to TRL where a step is one micro-batch.
//     dr_grpo  1 / (n max_completion_length)
//     dapo     1 / max(S, 1)
void loss_weights(const struct loss_options *o, const int *lengths, int n, double *weights);

struct loss_input { // (T) arrays hold the tokens of the n sequences one behind the other
    int n;                   // sequences
    const int *start;        // (n + 1) sequence i has tokens start[i] .. start[i+1]-1
    const double *logp;      // (T) nats
    const double *logp_old;  // (T), or NULL: equal to logp, the ratio is 1
    const double *logp_ref;  // (T), NULL is fine when beta is 0
    const uint8_t *mask;     // (T) 1 for tokens that count, 0 for others
    const double *advantage; // (n)
};

struct loss_metrics { // TRL's names; token means are over all tokens that count
    double kl; // of k, times r where corrected
    double clip_low_mean, clip_high_mean, clip_region_mean; // clip_ratio/low_mean ...
    double clip_low_min, clip_high_max; // over the sequences' own means; NaN when no sequence has a token
};

// Returns the loss; dlogp (T) out: d loss / d logp, 0 for masked tokens. metrics may be NULL.
double loss_reference(const struct loss_options *o, const struct loss_input *in, double *dlogp,
                      struct loss_metrics *metrics);
