// cosine: right or wrong, scaled by length along half a cosine, so that short right completions get the most and long
// wrong ones lose the least. "Demystifying Long Chain-of-Thought Reasoning" (arXiv 2502.03373, appendix C.1):
//     from + (to - from) / 2 * (1 + cos(pi * length / max_len))
// with from, to = min_value_correct, max_value_correct for a right completion, max_value_wrong, min_value_wrong for a
// wrong one. style trl counts tokens and stops at max_len; style open_r1 counts characters and goes on, so that the
// value rises again beyond max_len. Skipped where the judge is skipped (open-r1 gives that completion 1) and without
// token ids.
#include <math.h>

#include "rl/reward.h"

enum { STYLE, MAX_LEN, MIN_WRONG, MAX_WRONG, MIN_CORRECT, MAX_CORRECT };
enum { TRL, OPEN_R1 };

static const struct reward_option options[] = {
    [STYLE] = {"style", REWARD_CHOICE, "trl", .choices = "trl|open_r1",
               .help = "trl: tokens, the same beyond max_len; open_r1: characters, rising again beyond max_len"},
    [MAX_LEN] = {"max_len", REWARD_INTEGER, "1000", .low = 1, .high = 1e9, .help = "where the cosine ends"},
    [MIN_WRONG] = {"min_value_wrong", REWARD_NUMBER, "-1", .low = -1e6, .high = 1e6, .help = "wrong, of length 0"},
    [MAX_WRONG] = {"max_value_wrong", REWARD_NUMBER, "-0.5", .low = -1e6, .high = 1e6,
                   .help = "wrong, of length max_len"},
    [MIN_CORRECT] = {"min_value_correct", REWARD_NUMBER, "0.5", .low = -1e6, .high = 1e6,
                     .help = "right, of length max_len"},
    [MAX_CORRECT] = {"max_value_correct", REWARD_NUMBER, "1", .low = -1e6, .high = 1e6, .help = "right, of length 0"},
};

static const double PI = 3.14159265358979323846;

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    bool trl = (int)e->options[STYLE].number == TRL;
    double judged = item->parts[e->judges];
    if (isnan(judged) || (trl && !item->tokens)) {
        reward_say(why, isnan(judged) ? "the judge is skipped: skipped" : "no token ids: skipped");
        return NAN;
    }
    size_t length = trl ? (size_t)item->token_count : text_chars(item->completion);
    double progress = (double)length / e->options[MAX_LEN].number;
    if (trl)
        progress = fmin(progress, 1);
    bool right = judged >= 1;
    double from = e->options[right ? MIN_CORRECT : MAX_WRONG].number,
           to = e->options[right ? MAX_CORRECT : MIN_WRONG].number;
    reward_say(why, "%s, %zu %s", right ? "right" : "wrong", length, trl ? "tokens" : "characters");
    return from + 0.5 * (to - from) * (1 + cos(progress * PI));
}

static void score_group(const struct reward_entry *e, struct reward_item *items, int n)
{
    for (int i = 0; i < n; i++)
        items[i].parts[e->index] = score(e, &items[i], reward_why(e, &items[i]));
}

const struct reward_kind reward_cosine = {
    .name = "cosine",
    .range = "min_value_wrong to max_value_correct",
    .summary = "right or wrong, scaled by length",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .needs_judge = true,
    .group = score_group, // for the judge's part
};
