// What makes a run fit into a memory: changes of the config are planned, and what they save is known, not guessed.
#pragma once
#include "rl/trainer.h"

// Appends advice for a run that is planned and takes more than `most` bytes: the mildest change that is enough alone,
// as
// --set gives it, else a set from which none can be left out, else that the model is too large.
void fit_advise(const struct trainer *t, uint64_t most, struct str *out);
