// format: whether the completion has exactly the shape that the prompt asked for. Never skipped.
//
// style r1: DeepSeek-R1's tags with line breaks, as open-r1 reads them: from the first byte
//     <think>\n ... \n</think>\n<answer>\n ... \n</answer>
// and there the line must end, though more lines may follow (open-r1's expression has MULTILINE set). Whatever stands
// between is free, tags included. 1 or 0.
// style compact: <think>...</think><answer>...</answer> from the first byte to the last (white space may follow, and
// come between the blocks), each tag once, and an answer that is not blank. 1 or 0.
// style grpo_zero: <think>...</think>\n<answer>...</answer> and nothing more than a line break after gives 1, else a
// think block anywhere 0.1 and an answer block anywhere 0.5 (GRPO-Zero).
// style nano_aha: the same shape, without tags inside the think block, gives 1, or 0.5 where the answer holds anything
// but digits, + - * / . ( ) and white space (nano-aha-moment).
//
// code_format: style r1 with a code block of the language inside the answer (open-r1). 1 or 0.
#include <string.h>

#include "rl/reward_text.h"

#define NONE ((size_t)-1)

enum { STYLE, PREFIX };
enum { R1, COMPACT, GRPO_ZERO, NANO_AHA };

static const struct reward_option options[] = {
    [STYLE] = {"style", REWARD_CHOICE, "r1", .choices = "r1|compact|grpo_zero|nano_aha",
               .help = "r1: tags on lines of their own; compact: <think>...</think><answer>...</answer>; grpo_zero and "
                       "nano_aha: think block, line break, answer block, with partial credit"},
    [PREFIX] = REWARD_PREFIX,
};

static const char THINK[] = "<think>", THINK_END[] = "</think>", ANSWER[] = "<answer>", ANSWER_END[] = "</answer>";

// With a block that begins with `fence` inside the answer, unless that is NULL.
static bool r1(struct text t, const char *fence, struct str *why)
{
    static const char begin[] = "<think>\n", middle[] = "\n</think>\n<answer>\n", end[] = "\n</answer>";
    if (!text_starts(t, begin)) {
        reward_say(why, "does not start with \"<think>\" and a line break");
        return false;
    }
    size_t at = text_find(t, strlen(begin), middle);
    if (at == NONE) {
        reward_say(why, "has no line \"</think>\" with a line \"<answer>\" right after it");
        return false;
    }
    at += strlen(middle);
    if (fence) {
        size_t block = text_find(t, at, fence),
               close = block == NONE ? NONE : text_find(t, block + strlen(fence), "```");
        if (close == NONE) {
            reward_say(why, "has no code block that begins with %s in the answer", fence);
            return false;
        }
        at = close + strlen("```");
    }
    for (size_t i = text_find(t, at, end); i != NONE; i = text_find(t, i + 1, end)) {
        size_t behind = i + strlen(end);
        if (behind == t.size || t.at[behind] == '\n')
            return true;
    }
    reward_say(why, "has no line \"</answer>\" at the end of the answer");
    return false;
}

static bool compact(struct text t, struct str *why)
{
    static const char *const tags[] = {THINK, THINK_END, ANSWER, ANSWER_END};
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
    if (at[0] != 0 || at[1] < at[0] || at[3] < answer || at[2] < think_end ||
        text_trim((struct text){t.at + think_end, at[2] - think_end}).size) {
        reward_say(why, "the blocks do not follow each other from the first character on");
        return false;
    }
    if (text_trim((struct text){t.at + end, t.size - end}).size) {
        reward_say(why, "has text after \"</answer>\"");
        return false;
    }
    if (text_trim((struct text){t.at + answer, at[3] - answer}).size == 0) {
        reward_say(why, "the answer is blank");
        return false;
    }
    return true;
}

// t without the line break that may end it and without the "</answer>" before that; false when there is none.
static bool cut_end(struct text *t)
{
    size_t n = t->size - (t->size && t->at[t->size - 1] == '\n'), end = strlen(ANSWER_END);
    if (n < end || memcmp(t->at + n - end, ANSWER_END, end) != 0)
        return false;
    t->size = n - end;
    return true;
}

static bool has_block(struct text t, const char *open, const char *close)
{
    size_t at = text_find(t, 0, open);
    return at != NONE && text_find(t, at + strlen(open), close) != NONE;
}

static double grpo_zero(struct text t, struct str *why)
{
    struct text inner = t;
    bool framed = text_starts(t, THINK) && cut_end(&inner);
    if (framed && text_find(inner, strlen(THINK), "</think>\n<answer>") != NONE)
        return 1;
    bool think = has_block(t, THINK, THINK_END), answer = has_block(t, ANSWER, ANSWER_END);
    reward_say(why, "%s think block, %s answer block, not one after the other with a line break", think ? "a" : "no",
               answer ? "an" : "no");
    return (think ? 0.1 : 0) + (answer ? 0.5 : 0);
}

static double nano_aha(struct text t, struct str *why)
{
    static const char between[] = "\n<answer>";
    struct text inner = t;
    size_t close = text_find(t, 0, THINK_END), answer = close == NONE ? NONE : close + strlen(THINK_END);
    if (!text_starts(t, THINK) || close == NONE || text_find(t, strlen(THINK), THINK) < close || !cut_end(&inner) ||
        inner.size < answer + strlen(between) || memcmp(t.at + answer, between, strlen(between)) != 0) {
        reward_say(why, "is not one think block, a line break and an answer block");
        return 0;
    }
    answer += strlen(between);
    struct text said = text_trim((struct text){t.at + answer, inner.size - answer});
    for (size_t i = 0; i < said.size; i++)
        if (!said.at[i] || !strchr("0123456789+-*/.() \t\r\n\v\f", said.at[i])) {
            reward_say(why, "the answer holds more than numbers, operators and brackets");
            return 0.5;
        }
    if (said.size == 0)
        reward_say(why, "the answer is blank");
    return said.size ? 1 : 0.5;
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct str joined = {0};
    struct text t = reward_prefixed(e, PREFIX, item->completion, &joined);
    int style = (int)e->options[STYLE].number;
    double value = style == COMPACT     ? compact(t, why)
                   : style == GRPO_ZERO ? grpo_zero(t, why)
                   : style == NANO_AHA  ? nano_aha(t, why)
                                        : r1(t, NULL, why);
    if (value >= 1)
        reward_say(why, "as wanted");
    str_finish(&joined);
    return value;
}

const struct reward_kind reward_format = {
    .name = "format",
    .range = "0 to 1",
    .summary = "the tags <think> and <answer>, exactly as asked for",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};

enum { LANGUAGE };

static const struct reward_option code_options[] = {
    [LANGUAGE] = {"language", REWARD_TEXT, "python",
                  .help = "the block begins with ``` and this word; empty: with any"},
    [PREFIX] = REWARD_PREFIX,
};

static double score_code(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct str joined = {0}, fence = {0};
    str_printf(&fence, "```%s", e->options[LANGUAGE].text);
    bool ok = r1(reward_prefixed(e, PREFIX, item->completion, &joined), fence.data, why);
    if (ok)
        reward_say(why, "as wanted");
    str_finish(&joined);
    str_finish(&fence);
    return ok;
}

const struct reward_kind reward_code_format = {
    .name = "code_format",
    .range = "0 or 1",
    .summary = "format's style r1 with a code block inside the answer",
    .options = code_options,
    .option_count = sizeof code_options / sizeof *code_options,
    .one = score_code,
};
