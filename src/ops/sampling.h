// What threshold, logprob and sample share: the settings of the distribution and the cases that check them.
#pragma once
#include "ops/ops.h"

// A bound below every scaled logit: keeps the whole vocabulary. Finite, so that no kernel meets an infinity.
#define KEEP_ALL (-3.402823466e38f)

// Logits are multiplied by this before everything else.
static inline real sampling_scale(const struct tensor *sampling)
{
    real inverse = cpu_real(sampling)[SAMPLING_INV_TEMPERATURE];
    return inverse == 0 ? (real)1 : inverse;
}

#ifndef OPS_DOUBLE
// Vocabularies from here on are cut into SAMPLING_BLOCKS parts on Vulkan, so that a few rows make many invocations: block
// b holds the columns v with v / 4 % SAMPLING_BLOCKS = b.
enum { SAMPLING_WIDE = 1024, SAMPLING_BLOCKS = 64 };

// Cases have dims {rows, vocabulary, mode, vector of values}.
enum sampling_mode {
    SAMPLING_PLAIN,  // temperature 1, nothing filtered
    SAMPLING_WARM,   // temperature 0.7
    SAMPLING_GREEDY, // temperature 0
    SAMPLING_CASE_TOP_K,
    SAMPLING_CASE_TOP_P,
    SAMPLING_CASE_MIN_P,
    SAMPLING_CASE_ALL, // the three filters and a temperature
};
// Fills "sampling" by the mode, "targets" (some negative, for padding), "keys", and for the modes with a filter
// "logits" with values so far apart that rounding cannot move one across a threshold.
bool sampling_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values);
#endif
