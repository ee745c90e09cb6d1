// soft_overlong: a penalty for completions of more than max_completion_len - soft_punish_cache tokens, linear down to
// -1 at max_completion_len and -1 beyond. DAPO (arXiv 2503.14476, equation 13), as in TRL and open-r1. Skipped without
// token ids.
#include <math.h>

#include "rl/reward.h"

enum { MAX_LEN, CACHE };

static const struct reward_option options[] = {
    [MAX_LEN] = {"max_completion_len", REWARD_INTEGER, "16384", .low = 1, .high = 1e9, .help = "tokens that get -1"},
    [CACHE] = {"soft_punish_cache", REWARD_INTEGER, "4096", .low = 0, .high = 1e9,
               .help = "tokens below that where the penalty begins; at most max_completion_len"},
};

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    if (!item->tokens) {
        reward_say(why, "no token ids: skipped");
        return NAN;
    }
    double most = e->options[MAX_LEN].number, cache = e->options[CACHE].number, length = item->token_count;
    reward_say(why, "%d tokens", item->token_count);
    if (length <= most - cache)
        return 0;
    return length <= most ? (most - cache - length) / cache : -1;
}

const struct reward_kind reward_soft_overlong = {
    .name = "soft_overlong",
    .range = "-1 to 0",
    .summary = "a penalty for completions that come close to the limit of tokens",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};
