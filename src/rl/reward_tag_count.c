// tag_count: a quarter for each of R1's four tags that stands with its line breaks exactly once, wherever it stands.
// From 0 to 1, never skipped. open-r1's tag_count_reward.
#include "rl/reward_text.h"

enum { PREFIX };

static const struct reward_option options[] = {[PREFIX] = REWARD_PREFIX};

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    static const struct {
        const char *text, *name;
    } tags[] = {{"<think>\n", "<think>"},
                {"\n</think>\n", "</think>"},
                {"\n<answer>\n", "<answer>"},
                {"\n</answer>", "</answer>"}};
    struct str joined = {0};
    struct text t = reward_prefixed(e, PREFIX, item->completion, &joined);
    double value = 0;
    for (int i = 0; i < 4; i++) {
        size_t count = text_count(t, tags[i].text);
        value += count == 1 ? 0.25 : 0;
        reward_say(why, "%s%s %zu", i ? ", " : "on lines of their own: ", tags[i].name, count);
    }
    str_finish(&joined);
    return value;
}

const struct reward_kind reward_tag_count = {
    .name = "tag_count",
    .range = "0 to 1",
    .summary = "a quarter for each of R1's four tags that stands exactly once",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};
