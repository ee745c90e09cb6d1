#include "train/schedule.h"

#include <math.h>

double schedule_rate(const struct run_config *c, int64_t step)
{
    double peak = c->train.learning_rate, total = (double)c->train.max_steps, at = (double)step;
    double warmup = c->train.warmup_steps ? (double)c->train.warmup_steps : ceil(c->train.warmup_ratio * total);
    if (c->train.lr_scheduler_type == LR_CONSTANT)
        return peak;
    if (at < warmup)
        return peak * at / fmax(1, warmup);
    double done = (at - warmup) / fmax(1, total - warmup);
    switch (c->train.lr_scheduler_type) {
    case LR_LINEAR:
        return peak * fmax(0, 1 - done);
    case LR_COSINE:
        return peak * fmax(0, 0.5 * (1 + cos(3.14159265358979323846 * done)));
    default:
        return peak;
    }
}
