// numeric: whether the completion's final number equals the gold answer, exactly (no floating point). 1 or 0; skipped
// when there is no gold answer or no number in it.
//
// mode auto reads numbers as people write them: thousands commas, $, %, trailing zeros, fractions. modes strict and
// flexible are those of verl's GSM8K score, quirks included, for figures that compare with others': texts are compared,
// not values, and only the last 300 characters are read.
#include <math.h>
#include <string.h>

#include "rl/rational.h"
#include "rl/reward.h"

enum { MODE, EXTRACT };
enum { AUTO, STRICT, FLEXIBLE };
enum { ANY, ANSWER, HASH, BOXED, LAST };
enum { TAIL_CHARS = 300 }; // verl, utils/reward_score/gsm8k.py

static const struct reward_option options[] = {
    [MODE] = {"mode", REWARD_CHOICE, "auto", .choices = "auto|strict|flexible",
              .help = "strict and flexible compare as verl does for GSM8K"},
    [EXTRACT] = {"extract", REWARD_CHOICE, "auto", .choices = "auto|answer|hash|boxed|last",
                 .help = "of mode auto: the last <answer> block, \"#### N\", \\boxed{N}, or number at all; auto: the "
                         "first of these that is there"},
};

// What the last \boxed{...} holds, braces inside it balanced.
static bool boxed(struct text t, struct text *inside)
{
    size_t at = text_rfind(t, t.size, "\\boxed{");
    if (at == (size_t)-1)
        return false;
    size_t start = at + strlen("\\boxed{");
    int depth = 1;
    for (size_t i = start; i < t.size; i++) {
        depth += (t.at[i] == '{') - (t.at[i] == '}');
        if (depth == 0) {
            *inside = (struct text){t.at + start, i - start};
            return true;
        }
    }
    return false;
}

// The rest of the line behind the last "####".
static bool hash(struct text t, struct text *inside)
{
    size_t at = text_rfind(t, t.size, "####");
    if (at == (size_t)-1)
        return false;
    size_t end = text_find(t, at, "\n");
    *inside = (struct text){t.at + at + 4, (end == (size_t)-1 ? t.size : end) - at - 4};
    return true;
}

// Where the answer stands; *place says which rule found it.
static bool locate(int extract, struct text t, struct text *inside, const char **place)
{
    *place = "answer tag";
    if ((extract == ANY || extract == ANSWER) && text_last_block(t, "<answer>", "</answer>", inside))
        return true;
    *place = "#### mark";
    if ((extract == ANY || extract == HASH) && hash(t, inside))
        return true;
    *place = "box";
    if ((extract == ANY || extract == BOXED) && boxed(t, inside))
        return true;
    *place = "whole text";
    *inside = t;
    return extract == ANY || extract == LAST;
}

// The gold answer's text: behind "####" where the row's answer is a whole GSM8K solution.
static bool gold_text(const struct reward_item *item, struct text *gold)
{
    if (!item->problem->answer)
        return false;
    struct text whole = text_of(item->problem->answer), inside;
    *gold = text_trim(whole);
    if (hash(whole, &inside) || boxed(whole, &inside))
        *gold = text_trim(inside);
    return true;
}

// The gold answer must be one number and nothing else (a currency, a percent sign or a full stop may stand by it):
// taking one number out of "(0, 3)" would pay for wrong answers.
static bool gold_number(struct text gold, struct number *out)
{
    struct text at;
    if (!number_last(gold, out, &at))
        return false;
    for (size_t i = 0; i < gold.size; i++)
        if ((gold.at + i < at.at || gold.at + i >= at.at + at.size) && !strchr(" $%.\\+", gold.at[i]))
            return false;
    return true;
}

static double compare_auto(const struct reward_entry *e, const struct reward_item *item, struct text gold,
                           struct str *why)
{
    struct number wanted, found;
    struct text inside, at;
    const char *place;
    if (!gold_number(gold, &wanted)) {
        reward_say(why, "the gold answer \"%.*s\" is not a number: skipped", (int)(gold.size > 64 ? 64 : gold.size), gold.at);
        return NAN;
    }
    static const char *const missing[] = {"answer", "<answer> block", "#### mark", "\\boxed{}", "number"};
    if (!locate((int)e->options[EXTRACT].number, item->completion, &inside, &place)) {
        reward_say(why, "has no %s", missing[(int)e->options[EXTRACT].number]);
        return 0;
    }
    if (!number_last(inside, &found, &at)) {
        reward_say(why, "no number in the %s", place);
        return 0;
    }
    bool equal = number_equal(&found, &wanted);
    reward_say(why, "\"%.*s\" from the %s %s %.*s", (int)(at.size > 64 ? 64 : at.size), at.at, place,
               equal ? "equals" : "is not", (int)(gold.size > 64 ? 64 : gold.size), gold.at);
    return equal;
}

// A character of verl's class [0-9.,].
static bool in_class(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == ',';
}

// The last match of "#### (-?[0-9.,]+)".
static bool strict(struct text t, struct text *found)
{
    for (size_t end = t.size;;) {
        size_t at = text_rfind(t, end, "#### ");
        if (at == (size_t)-1)
            return false;
        size_t start = at + 5, i = start;
        i += i < t.size && t.at[i] == '-';
        size_t first = i;
        while (i < t.size && in_class(t.at[i]))
            i++;
        if (i > first) {
            *found = (struct text){t.at + start, i - start};
            return true;
        }
        end = at + 4; // a mark without number: look further left
    }
}

// The last match of "-?[0-9.,]+" that is not a lone dot. Matches do not overlap and are found from the left.
static bool flexible(struct text t, struct text *found)
{
    bool any = false;
    for (size_t i = 0; i < t.size;) {
        size_t j = i + (t.at[i] == '-'), first = j;
        while (j < t.size && in_class(t.at[j]))
            j++;
        if (j == first) {
            i++;
            continue;
        }
        struct text match = {t.at + i, j - i};
        if (!text_equals(match, ".")) {
            *found = match;
            any = true;
        }
        i = j;
    }
    return any;
}

// Whether a without commas (if `strip`) and b without commas and dollar signs are the same text.
static bool same_text(struct text a, bool strip, struct text b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (strip && i < a.size && a.at[i] == ',')
            i++;
        while (j < b.size && (b.at[j] == ',' || b.at[j] == '$'))
            j++;
        if (i == a.size || j == b.size)
            return i == a.size && j == b.size;
        if (a.at[i++] != b.at[j++])
            return false;
    }
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct text gold, found;
    int mode = (int)e->options[MODE].number;
    if (!gold_text(item, &gold) || gold.size == 0) {
        reward_say(why, "no gold answer: skipped");
        return NAN;
    }
    if (mode == AUTO)
        return compare_auto(e, item, gold, why);
    struct text tail = text_tail(item->completion, TAIL_CHARS);
    if (!(mode == STRICT ? strict(tail, &found) : flexible(tail, &found))) {
        reward_say(why, "nothing found in the last %d characters", TAIL_CHARS);
        return 0;
    }
    bool equal = same_text(found, mode == STRICT, gold);
    reward_say(why, "\"%.*s\" %s %.*s", (int)(found.size > 64 ? 64 : found.size), found.at, equal ? "equals" : "is not",
               (int)(gold.size > 64 ? 64 : gold.size), gold.at);
    return equal;
}

static bool answer(const struct reward_entry *e, const struct reward_item *item, struct str *out)
{
    struct text inside, at, tail = text_tail(item->completion, TAIL_CHARS);
    struct number n;
    const char *place;
    int mode = (int)e->options[MODE].number;
    bool found = mode == AUTO     ? locate((int)e->options[EXTRACT].number, item->completion, &inside, &place)
                 : mode == STRICT ? strict(tail, &inside)
                                  : flexible(tail, &inside);
    if (!found || !number_last(inside, &n, &at))
        return false;
    number_print(&n, out);
    return true;
}

const struct reward_kind reward_numeric = {
    .name = "numeric",
    .range = "0 or 1",
    .summary = "the final number equals the gold answer",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .one = score,
    .answer = answer,
};
