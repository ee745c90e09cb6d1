#include "ops/sampling.h"

#ifndef OPS_DOUBLE
#include <string.h>

#include "base/rng.h"

static const double settings[][SAMPLING_SIZE] = {
    [SAMPLING_PLAIN] = {1, 0, 1, 0},
    [SAMPLING_WARM] = {1 / 0.7, 0, 1, 0},
    [SAMPLING_GREEDY] = {0, 0, 1, 0},
    [SAMPLING_CASE_TOP_K] = {1, 5, 1, 0},
    [SAMPLING_CASE_TOP_P] = {1.25, 0, 0.9, 0},
    [SAMPLING_CASE_MIN_P] = {1, 0, 1, 0.11},
    [SAMPLING_CASE_ALL] = {0.8, 40, 0.83, 0.042},
};

// Row r holds the values -0.07 * rank in a scrambled order; 7919 is a prime that divides no vocabulary of the cases.
static double separated(int64_t row, int64_t v, int64_t vocabulary)
{
    return -0.07 * (double)((v * 7919 + row * 31 + 5) % vocabulary);
}

bool sampling_fill(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values)
{
    int64_t V = c->dims[1], mode = c->dims[2], count = tensor_count(t);
    if (strcmp(t->name, "sampling") == 0) {
        memcpy(values, settings[mode], sizeof settings[mode]);
        return true;
    }
    if (strcmp(t->name, "targets") == 0) {
        for (int64_t i = 0; i < count; i++)
            ints[i] = i % 7 == 5 ? -1 : (int32_t)(rng_u32(9, RNG_TEST, 1, (uint32_t)i) % (uint64_t)V);
        return true;
    }
    if (strcmp(t->name, "keys") == 0) {
        for (int64_t i = 0; i < count; i++)
            ints[i] = i % 4 == 2 ? 77 : i % 4 == 3 ? 0 : (int32_t)(i * 5);
        return true;
    }
    if (strcmp(t->name, "logits") != 0 || mode < SAMPLING_CASE_TOP_K)
        return false;
    for (int64_t i = 0; i < count; i++)
        values[i] = separated(i / V, i % V, V);
    return true;
}
#endif
