// Rewards become advantages, as TRL's GRPOTrainer computes them (multi_objective_aggregation "sum_then_normalize").
#pragma once
#include <stdbool.h>

#include "base/err.h"

enum advantage_scale {
    SCALE_GROUP, // (r - mean of the group) / (std of the group + 1e-4)
    SCALE_BATCH, // (r - mean of the group) / (std of all n + 1e-4)
    SCALE_NONE,  // r - mean of the group
};

// TRL's names: "group", "batch", "none".
bool advantage_scale_parse(const char *name, enum advantage_scale *scale, struct err *err);

struct advantage_metrics {       // named as in metrics.jsonl
    double reward;               // mean over the scored completions; NaN when none is
    double reward_std;           // Bessel's, over the same; NaN for fewer than two
    double frac_reward_zero_std; // share of the n completions whose group (batch) has no spread
};

// rewards (n), NaN: skipped; group (n): adjacent equal numbers form a group; advantages (n) out. Standard deviations
// have Bessel's correction (n - 1). Skipped rewards stay out of means and deviations and get advantage 0; so does a
// group whose deviation cannot be told since only one of its several completions was scored. A group of one gets 0.
// metrics may be NULL.
void advantage_compute(const double *rewards, const int *group, int n, enum advantage_scale scale, double *advantages,
                       struct advantage_metrics *metrics);

// Mean and Bessel standard deviation of the values that are not NaN. Exactly (v, 0) when all are v; NaN where there are
// too few. Returns how many there are. For rewards/NAME/mean and rewards/NAME/std.
int advantage_mean_std(const double *values, int n, double *mean, double *std);
