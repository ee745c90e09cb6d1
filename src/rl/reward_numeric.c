// numeric: whether the completion's final number equals the gold answer, exactly (no floating point). 1, or the
// options' values for wrong and missing ones; skipped when there is no gold answer or that is not one real number.
//
// mode auto reads numbers as `math` does (src/verify/math.h); what says more than one real number, such as 2x, (1, 2)
// or 3 + 4i, is no answer. modes strict and flexible are those of verl's GSM8K score, quirks included, for figures that
// compare with others': texts are compared, not values, and only the last 300 characters are read.
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "rl/reward_text.h"
#include "verify/math.h"

enum { MODE, EXTRACT, AFTER_THINK, WRONG, MISSING };
enum { AUTO, STRICT, FLEXIBLE };
enum { TAIL_CHARS = 300 }; // verl, utils/reward_score/gsm8k.py

static const struct reward_option options[] = {
    [MODE] = {"mode", REWARD_CHOICE, "auto", .choices = "auto|strict|flexible",
              .help = "strict and flexible compare as verl does for GSM8K"},
    [EXTRACT] = {"extract", REWARD_CHOICE, "auto",
                 .choices = "auto|answer|hash|boxed|last", // in the order of enum reward_place
                 .help = "of mode auto: the last <answer> block, \"#### N\", \\boxed{N}, or number at all; auto: the "
                         "first of these that is there"},
    [AFTER_THINK] = REWARD_AFTER_THINK,
    [WRONG] = {"wrong", REWARD_NUMBER, "0", .low = -1, .high = 0.99,
               .help = "value of another number than the right one"},
    [MISSING] = {"missing", REWARD_NUMBER, "0", .low = -1, .high = 0.99, .help = "value where no number is found"},
};

// Says and gives the value of a found answer.
static double judged(const struct reward_entry *e, bool equal, struct text found, const char *place, struct text gold,
                     struct str *why)
{
    reward_say(why, "\"%.*s\" from the %s %s %.*s", reward_shown(found), found.at, place, equal ? "equals" : "is not",
               reward_shown(gold), gold.at);
    return equal ? 1 : e->options[WRONG].number;
}

// The number of the answer against the gold one, by value.
static double compare_auto(const struct reward_entry *e, struct text t, struct text gold, struct str *why)
{
    struct text inside, source;
    const char *place;
    bool there = reward_place_find((enum reward_place)e->options[EXTRACT].number, t, &inside, &place);
    enum math_verdict v = math_number_judge(e->state, gold, there ? inside : text_of(""), &source);
    if (v == MATH_NO_GOLD) {
        reward_say(why, "the gold answer \"%.*s\" is not a number: skipped", reward_shown(gold), gold.at);
        return NAN;
    }
    if (!there || v == MATH_NO_ANSWER) {
        if (!there)
            reward_say(why, "has no %s", place);
        else if (!source.size)
            reward_say(why, "no number in the %s", place);
        else
            reward_say(why, "\"%.*s\" in the %s is not one number", reward_shown(source), source.at, place);
        return e->options[MISSING].number;
    }
    return judged(e, v == MATH_EQUAL, source, place, gold, why);
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

// As verl compares: the texts, within the last characters.
static double compare_text(const struct reward_entry *e, struct text t, struct text gold, struct str *why)
{
    bool is_strict = (int)e->options[MODE].number == STRICT;
    struct text found, tail = text_tail(t, TAIL_CHARS);
    if (!(is_strict ? strict(tail, &found) : flexible(tail, &found))) {
        reward_say(why, "nothing found in the last %d characters", TAIL_CHARS);
        return e->options[MISSING].number;
    }
    return judged(e, same_text(found, is_strict, gold), found, "end", gold, why);
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct text gold, t = item->completion;
    if (!reward_gold(item, &gold)) {
        reward_say(why, "no gold answer: skipped");
        return NAN;
    }
    bool by_value = (int)e->options[MODE].number == AUTO, thought = true;
    if ((int)e->options[AFTER_THINK].number)
        thought = reward_after_think(&t);
    if (thought)
        return by_value ? compare_auto(e, t, gold, why) : compare_text(e, t, gold, why);
    if (by_value && isnan(compare_auto(e, text_of(""), gold, NULL))) // the gold answer comes first
        return compare_auto(e, text_of(""), gold, why);
    reward_say(why, "has no </think>");
    return e->options[MISSING].number;
}

static bool answer(const struct reward_entry *e, const struct reward_item *item, struct str *out)
{
    struct text inside, t = item->completion;
    const char *place;
    int mode = (int)e->options[MODE].number;
    if ((int)e->options[AFTER_THINK].number && !reward_after_think(&t))
        return false;
    bool found = mode == AUTO     ? reward_place_find((enum reward_place)e->options[EXTRACT].number, t, &inside, &place)
                 : mode == STRICT ? strict(text_tail(t, TAIL_CHARS), &inside)
                                  : flexible(text_tail(t, TAIL_CHARS), &inside);
    return found && math_number_print(e->state, inside, out);
}

static bool open_workspace(struct reward_entry *e, struct err *err)
{
    e->state = block_alloc(sizeof(struct workspace));
    return e->state || fail(err, "no memory for a workspace");
}

static void close_workspace(struct reward_entry *e)
{
    workspace_finish(e->state);
    block_free(e->state);
}

const struct reward_kind reward_numeric = {
    .name = "numeric",
    .range = "0 or 1",
    .summary = "the final number equals the gold answer",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .open = open_workspace,
    .close = close_workspace,
    .one = score,
    .answer = answer,
};
