// What can be told of problems before a run begins: whether the rewards can read their gold answers, whether their
// prompts fit, and whether the model sees their tools.
#pragma once
#include "rl/prompt.h"
#include "rl/reward.h"

extern double problems_seconds; // 10; tests set less
// The first two look at problems (n) for so long at most, and say so where these were not all. `what` they are, for
// messages: "training problems".

// Fails where one of the rewards that tell right from wrong can judge none of the problems. Says how many, and the
// first three that it cannot judge, where it can judge some. The set is open.
bool problems_check_golds(const struct dataset *d, const struct problem *const *problems, uint32_t n, const char *what,
                          const struct reward_set *rewards, struct err *err);
// The tokens of a problem's text, for the checks below; 0 when it fails.
struct problem_tokens {
    int64_t (*count)(const void *user, const struct problem *p, struct err *err);
    const void *user;
    const char *of; // what is counted, "prompts"
};
// Fails where all problems have more than `most` tokens, and says how many, and the first three, where some have;
// `name` is what the user calls the limit.
bool problems_check_lengths(const struct dataset *d, const struct problem *const *problems, uint32_t n,
                            const char *what, struct problem_tokens tokens, const char *name, int64_t most,
                            struct err *err);
struct problem_tokens problem_prompt_tokens(const struct prompter *p); // p is borrowed
// Says how many problems of the dataset have tools that the chat template never shows.
void problems_check_tools(const struct dataset *d, const struct prompter *p);
