#include "rl/advantage.h"

#include <math.h>
#include <string.h>

static const double EPSILON = 1e-4;  // TRL, grpo_trainer.py, _generate_and_score_completions
static const double ZERO_STD = 1e-8; // torch.isclose(std, 0): its absolute tolerance, for the metric only

bool advantage_scale_parse(const char *name, enum advantage_scale *scale, struct err *err)
{
    static const char *const names[] = {"group", "batch", "none"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0) {
            *scale = (enum advantage_scale)i;
            return true;
        }
    return fail(err, "scale_rewards is \"%.32s\"; it must be group, batch or none", name);
}

int advantage_mean_std(const double *values, int n, double *mean, double *std)
{
    double sum = 0, squares = 0, first = NAN;
    int count = 0;
    bool equal = true;
    for (int i = 0; i < n; i++) {
        if (isnan(values[i]))
            continue;
        first = count == 0 ? values[i] : first;
        equal = equal && values[i] == first;
        sum += values[i];
        count++;
    }
    *mean = equal ? first : sum / count; // no rounding where there is no spread
    for (int i = 0; i < n; i++)
        squares += isnan(values[i]) ? 0 : (values[i] - *mean) * (values[i] - *mean);
    *std = count > 1 ? sqrt(squares / (count - 1)) : NAN;
    return count;
}

void advantage_compute(const double *rewards, const int *group, int n, enum advantage_scale scale, double *advantages,
                       struct advantage_metrics *metrics)
{
    double batch_mean, batch_std;
    int zero = 0;
    advantage_mean_std(rewards, n, &batch_mean, &batch_std);
    for (int start = 0, end; start < n; start = end) {
        for (end = start + 1; end < n && group[end] == group[start]; end++)
            ;
        double mean, std;
        advantage_mean_std(rewards + start, end - start, &mean, &std);
        if (end - start == 1)
            std = 0;
        if (scale == SCALE_BATCH)
            std = n == 1 ? 0 : batch_std;
        zero += std <= ZERO_STD ? end - start : 0; // false for NaN
        for (int i = start; i < end; i++) {
            double a = rewards[i] - mean;
            a = scale == SCALE_NONE ? a : a / (std + EPSILON);
            advantages[i] = isnan(a) ? 0 : a;
        }
    }
    if (metrics)
        *metrics = (struct advantage_metrics){batch_mean, batch_std, n ? (double)zero / n : 0};
}
