// Learning-rate schedules, named and defined as transformers' (optimization.py).
#pragma once
#include "train/run_config.h"

// The rate of update number `step` (0 for the first): linear warm-up from 0, then constant, linear to 0, or cosine to
// 0.
double schedule_rate(const struct run_config *c, int64_t step);
