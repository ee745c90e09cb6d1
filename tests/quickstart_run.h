// Short runs of the quickstart on the CPU, for tests that look at what a run wrote. Linked into the runner.
#pragma once
#include "base/str.h"

#define BASE                                                                                                           \
    "data.held_out=8", "rl.prompts_per_step=4", "rl.num_generations=4", "rl.slots=16", "train.micro_batch_tokens=384", \
        "train.logit_rows=384", "eval.problems=8", "rl.temperature=1.5"

// Runs the quickstart with further keys (or options), a NULL after the last; its directory, and what it printed on
// both outputs.
const char *quickstart_run(const char *name, struct str *said, ...);
// The values NAME of the lines of metrics.jsonl, NaN where a line has none; how many lines, at most 64.
int values_of(const char *dir, const char *name, double values[64]);
double value_of(const char *dir, const char *name, int line);
// `vkr1 COMMAND configs/quickstart.json` with further arguments must end with exit code 1 and this message.
void expect_refused(const char *command_name, const char *arguments, const char *message);
