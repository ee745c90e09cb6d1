// Products of one row with many rows: what attention on the CPU consists of. The sums run in an order that depends on
// the length alone, so a result has the same bits under every instruction set (VKR1_CPU) and whatever the other rows
// are.
#pragma once
#include "ops/ops.h"

// out[i] = sum_a x[a] * rows[i][a] for i < count, a < length.
void OP_NAME(cpu_dots)(const real *x, const real *const *rows, int64_t count, int64_t length, real *out);

// sum[a] += sum_i w[i] * rows[i][a], in the order of i.
void OP_NAME(cpu_weighted_sum)(real *sum, const real *w, const real *const *rows, int64_t count, int64_t length);

// x[i] = exp(x[i]). At most 2 units in the last place off; in float below -87 it gives 0, above 88.3 infinity.
void OP_NAME(cpu_exp)(real *x, int64_t count);

#define cpu_dots         OP_NAME(cpu_dots)
#define cpu_weighted_sum OP_NAME(cpu_weighted_sum)
#define cpu_exp          OP_NAME(cpu_exp)
