// Evaluation: k samples of each problem, judged by the rewards; pass@1, pass@k, maj@k with intervals.
#pragma once
#include <stdio.h>

#include "rl/prompt.h"
#include "rl/reward.h"
#include "rl/rollout.h"
#include "rl/stats.h"
#include "train/metrics.h"

struct evaluation {
    struct rollout *rollout;
    struct prompter *prompter;
    const struct reward_set *rewards; // the first entry that judges tells right from wrong
    struct sampling_params sampling;
    int samples; // k
    uint32_t seed;
    int max_completion;        // 0: the rollout's
    FILE *log;                 // a JSON line a sample, or NULL
    struct progress *progress; // shows the tokens sampled so far, or NULL
    bool (*stop)(void);        // whether to end early (Ctrl-C); NULL when nobody asks
};

struct evaluation_result {
    struct eval_summary summary;
    double reward, mean_length, clipped_ratio; // over all samples
    int too_long;                              // problems whose prompt did not fit
    double seconds;
    int64_t tokens; // sampled
    bool stopped;
};

// problems (n). The seed names all random numbers, so a repeated evaluation gives the same result.
bool evaluate(const struct evaluation *e, const struct problem *const *problems, int n, struct evaluation_result *r,
              struct err *err);

// Texts and rewards of sampled episodes: fills text, text_size, reward_parts and reward. Lives in `memory`.
void episodes_score(struct episode *episodes, int count, struct tokenizer *t, const struct reward_set *rewards,
                    struct arena *memory);
// One JSON line: step (left out when negative), prompt, rendered_prompt (what the model was given), completion, each
// reward, reward, advantage, answer, finish.
void episode_log(FILE *to, int64_t step, const struct episode *e, const struct reward_set *rewards, struct tokenizer *t,
                 bool advantage);
