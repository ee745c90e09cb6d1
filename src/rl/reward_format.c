// format: whether the completion has exactly the shape that the prompt asked for. 1 or 0, never skipped.
//
// style r1: DeepSeek-R1's tags with line breaks, as open-r1 reads them: from the first byte
//     <think>\n ... \n</think>\n<answer>\n ... \n</answer>
// and there the line must end, though more lines may follow (open-r1's expression has MULTILINE set). Whatever stands
// between is free, tags included.
// style compact: <think>...</think><answer>...</answer> from the first byte to the last (white space may follow, one
// line break may stand between the blocks), each tag once, and an answer that is not blank.
#include <string.h>

#include "rl/reward.h"

enum { STYLE, PREFIX };
enum { R1, COMPACT };

static const struct reward_option options[] = {
    [STYLE] = {"style", REWARD_CHOICE, "r1", .choices = "r1|compact",
               .help = "r1: tags on lines of their own; compact: <think>...</think><answer>...</answer>"},
    [PREFIX] = {"prefix", REWARD_TEXT, "",
                .help = "text that the prompt wrote already and the completion goes on from; \\n is a line break"},
};

static bool r1(struct text t, struct str *why)
{
    static const char begin[] = "<think>\n", middle[] = "\n</think>\n<answer>\n", end[] = "\n</answer>";
    if (!text_starts(t, begin)) {
        reward_say(why, "does not start with \"<think>\" and a line break");
        return false;
    }
    size_t at = text_find(t, strlen(begin), middle);
    if (at == (size_t)-1) {
        reward_say(why, "has no line \"</think>\" with a line \"<answer>\" right behind it");
        return false;
    }
    for (size_t i = text_find(t, at + strlen(middle), end); i != (size_t)-1; i = text_find(t, i + 1, end)) {
        size_t behind = i + strlen(end);
        if (behind == t.size || t.at[behind] == '\n')
            return true;
    }
    reward_say(why, "has no line \"</answer>\" at the end of the answer");
    return false;
}

static bool compact(struct text t, struct str *why)
{
    static const char *const tags[] = {"<think>", "</think>", "<answer>", "</answer>"};
    size_t at[4];
    for (int i = 0; i < 4; i++) {
        size_t count = text_count(t, tags[i]);
        at[i] = text_find(t, 0, tags[i]);
        if (count != 1) {
            reward_say(why, "has %zu of \"%s\", one is wanted", count, tags[i]);
            return false;
        }
    }
    size_t think_end = at[1] + strlen(tags[1]), answer = at[2] + strlen(tags[2]), end = at[3] + strlen(tags[3]);
    if (at[0] != 0 || at[1] < at[0] || at[3] < answer || at[2] < think_end || at[2] > think_end + 1 ||
        (at[2] == think_end + 1 && t.at[think_end] != '\n')) {
        reward_say(why, "the blocks do not follow each other from the first character on");
        return false;
    }
    if (text_trim((struct text){t.at + end, t.size - end}).size) {
        reward_say(why, "has text behind \"</answer>\"");
        return false;
    }
    if (text_trim((struct text){t.at + answer, at[3] - answer}).size == 0) {
        reward_say(why, "the answer is blank");
        return false;
    }
    return true;
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct str joined = {0};
    struct text t = item->completion;
    const char *prefix = e->options[PREFIX].text;
    if (*prefix) {
        for (const char *p = prefix; *p; p++) {
            bool escape = p[0] == '\\' && p[1] == 'n';
            str_putc(&joined, escape ? '\n' : *p);
            p += escape;
        }
        str_append(&joined, t.at, t.size);
        t = (struct text){joined.data, joined.size};
    }
    bool ok = (int)e->options[STYLE].number == COMPACT ? compact(t, why) : r1(t, why);
    if (ok)
        reward_say(why, "as wanted");
    str_finish(&joined);
    return ok;
}

const struct reward_kind reward_format = {
    .name = "format",
    .range = "0 or 1",
    .summary = "the tags <think> and <answer>, exactly as asked for",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};
