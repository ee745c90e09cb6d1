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

// Values whose exponentials are made at a time on the CPU.
enum { SAMPLING_PART = 512 };
// For kept-only sums: so far below every value that its exponential is 0.
#define DROPPED ((real)-1e30)

// The lowest index of the largest of x[0..V).
static inline int64_t sampling_largest(const real *x, int64_t V)
{
    real most[8];
    int64_t best = 0;
    for (int j = 0; j < 8; j++)
        most[j] = x[0];
    for (int64_t v = 0; v + 8 <= V; v += 8)
        for (int j = 0; j < 8; j++)
            most[j] = x[v + j] > most[j] ? x[v + j] : most[j];
    for (int j = 1; j < 8; j++)
        most[0] = most[j] > most[0] ? most[j] : most[0];
    for (int64_t v = V / 8 * 8; v < V; v++)
        most[0] = x[v] > most[0] ? x[v] : most[0];
    while (best + 1 < V && x[best] != most[0])
        best++;
    return x[best] == most[0] ? best : 0; // 0 when there are only NaN
}

// Sums of e and e * d in double, four at a time: a fixed order that the processor can overlap.
struct sampling_sum {
    double plain[4], weighted[4];
};
static inline double sampling_total(const double sum[4])
{
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}
static inline void sampling_add(struct sampling_sum *s, const real *e, const real *d, int64_t count)
{
    double plain[4], weighted[4];
    int64_t i = 0;
    for (int j = 0; j < 4; j++) {
        plain[j] = s->plain[j];
        weighted[j] = s->weighted[j];
    }
    for (; i + 4 <= count; i += 4)
        for (int j = 0; j < 4; j++) {
            plain[j] += (double)e[i + j];
            weighted[j] += (double)(e[i + j] * d[i + j]);
        }
    for (; i < count; i++) {
        plain[0] += (double)e[i];
        weighted[0] += (double)(e[i] * d[i]);
    }
    for (int j = 0; j < 4; j++) {
        s->plain[j] = plain[j];
        s->weighted[j] = weighted[j];
    }
}

#ifndef OPS_DOUBLE
// Vocabularies from here on are cut into SAMPLING_BLOCKS parts on Vulkan, so that a few rows make many invocations
// (shaders/lib/vocabulary.glsl).
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
