// length: shorter is better among the right ones. From -0.5 to 0.5; Kimi k1.5 (arXiv 2501.12599, section 2.3.3) as
// open-r1 computes it: with the lengths of a group in characters, L = 0.5 - (length - min) / (max - min); a right
// completion gets L, a wrong one min(0, L); all 0 when all lengths are equal. Right means that the list's first
// judging reward (numeric, countdown) is 1; where that one is skipped the completion counts as right, as in open-r1, so
// that it is not punished for an answer nobody can check.
//
// open-r1 compares over the whole batch it is called with; here it is the group, the completions of one prompt, as
// in the paper, so that a step's other prompts have no influence.
#include <math.h>

#include "rl/reward.h"

static void score(const struct reward_entry *e, struct reward_item *items, int n)
{
    size_t shortest = (size_t)-1, longest = 0;
    for (int i = 0; i < n; i++) {
        size_t length = text_chars(items[i].completion);
        shortest = length < shortest ? length : shortest;
        longest = length > longest ? length : longest;
    }
    for (int i = 0; i < n; i++) {
        double value = 0, judged = items[i].parts[e->judges];
        if (longest > shortest) {
            size_t length = text_chars(items[i].completion);
            value = 0.5 - (double)(length - shortest) / (double)(longest - shortest);
            if (judged < 1) // false for NaN
                value = fmin(0, value);
        }
        items[i].parts[e->index] = value;
        reward_say(reward_why(e, &items[i]), "%zu characters, compared within %d of its group",
                   text_chars(items[i].completion), n);
    }
}

const struct reward_kind reward_length = {
    .name = "length",
    .range = "-0.5 to 0.5",
    .summary = "shorter completions of a group are better, wrong ones never above 0",
    .needs_judge = true,
    .group = score,
};
