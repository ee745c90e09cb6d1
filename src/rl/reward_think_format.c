// think_format: whether the completion begins with a closed <think> block and holds no second <think>; anything may
// follow. 1 or 0, never skipped. TRL's think_format_reward.
#include <string.h>

#include "rl/reward_text.h"

enum { PREFIX };

static const struct reward_option options[] = {[PREFIX] = REWARD_PREFIX};

static double judge(struct text t, struct str *why)
{
    static const char begin[] = "<think>";
    if (!text_starts(t, begin)) {
        reward_say(why, "does not start with \"<think>\"");
        return 0;
    }
    if (text_find(t, strlen(begin), begin) != (size_t)-1) {
        reward_say(why, "has a second \"<think>\"");
        return 0;
    }
    if (text_find(t, strlen(begin), "</think>") == (size_t)-1) {
        reward_say(why, "has no \"</think>\"");
        return 0;
    }
    reward_say(why, "as wanted");
    return 1;
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct str joined = {0};
    double value = judge(reward_prefixed(e, PREFIX, item->completion, &joined), why);
    str_finish(&joined);
    return value;
}

const struct reward_kind reward_think_format = {
    .name = "think_format",
    .range = "0 or 1",
    .summary = "starts with one closed <think> block",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};
