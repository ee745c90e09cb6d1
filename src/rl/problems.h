// What can be told of problems before a run begins: whether the rewards can read their gold answers, and whether their
// prompts fit.
#pragma once
#include "rl/prompt.h"
#include "rl/reward.h"

// Both look at problems (n) for ten seconds at most, and say so where these were not all. `what` they are, for
// messages: "training problems".

// Fails where one of the rewards that tell right from wrong can judge none of the problems. Says how many, and the
// first three that it cannot judge, where it can judge some. The set is open.
bool problems_check_golds(const struct dataset *d, const struct problem *const *problems, uint32_t n, const char *what,
                          const struct reward_set *rewards, struct err *err);
// Fails where all prompts have more than max_prompt tokens, and says how many, and the first three, where some have;
// `limit` is what the user calls it.
bool problems_check_prompts(const struct dataset *d, const struct problem *const *problems, uint32_t n,
                            const char *what, const struct prompter *p, int64_t max_prompt, const char *limit,
                            struct err *err);
