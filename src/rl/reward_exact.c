// exact: whether the answer is the gold answer as text, after what `normalize` takes away. contains: whether the gold
// answer, or a fixed text, occurs in the completion. Both are skipped where there is nothing to look for.
#include <math.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "rl/answer_text.h"
#include "rl/reward_text.h"

enum { EXTRACT, NORMALIZE, CONTAINED, WRONG, MISSING, AFTER_THINK };

static const struct reward_option options[] = {
    [EXTRACT] =
        {"extract", REWARD_CHOICE, "auto", .choices = REWARD_PLACES,
         .help = "the last <answer> block, the line after the last \"####\", the last \\boxed{}, all of the text, the "
                 "line after the last \"Answer:\"; auto: the first of the first four that is there"},
    [NORMALIZE] =
        {"normalize", REWARD_CHOICE, "none", .choices = ANSWER_NORMS,
         .help = "of both texts; none: white space at the ends is cut; fold: case and white space do not count; squad: "
                 "nor do punctuation and articles; hendrycks, minerva: spellings of LaTeX (MATH)"},
    [CONTAINED] = {"contained", REWARD_NUMBER, "-1", .low = -1, .high = 0.99,
                   .help = "value of an answer that contains the gold one, where that is more than `wrong`"},
    [WRONG] = {"wrong", REWARD_NUMBER, "0", .low = -1, .high = 0.99,
               .help = "value of another answer than the right one"},
    [MISSING] = {"missing", REWARD_NUMBER, "0", .low = -1, .high = 0.99, .help = "value where no answer is found"},
    [AFTER_THINK] = REWARD_AFTER_THINK,
};

// The completion's answer; *place says where it stands, or what is missing.
static bool locate(double after_think, double extract, struct text t, struct text *inside, const char **place)
{
    *place = "</think>";
    return (!(int)after_think || reward_after_think(&t)) &&
           reward_place_find((enum reward_place)extract, t, inside, place);
}

static struct text view(const struct str *s)
{
    return (struct text){s->data ? s->data : "", s->size};
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct text gold, found;
    struct str wanted = {0}, said = {0};
    const struct reward_value *o = e->options;
    const char *place;
    enum answer_norm norm = (enum answer_norm)o[NORMALIZE].number;
    if (!reward_gold(item, &gold)) {
        reward_say(why, "no gold answer: skipped");
        return NAN;
    }
    if (!locate(o[AFTER_THINK].number, o[EXTRACT].number, item->completion, &found, &place)) {
        reward_say(why, "has no %s", place);
        return o[MISSING].number;
    }
    bool ok = answer_normalize(norm, gold, &wanted);
    if (ok && !wanted.size) // "The" without articles: nothing, which no answer at all would equal
        ok = answer_normalize(norm = ANSWER_FOLD, gold, &wanted);
    ok = answer_normalize(norm, found, &said) && ok;
    struct text a = ok ? view(&said) : found, b = ok ? view(&wanted) : gold;
    bool equal = a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
    bool inside = !equal && b.size && memmem(a.at, a.size, b.at, b.size);
    reward_say(why, "\"%.*s\" from the %s %s \"%.*s\"", reward_shown(a), a.at, place,
               equal    ? "is"
               : inside ? "contains"
                        : "is not",
               reward_shown(b), b.at);
    str_finish(&wanted);
    str_finish(&said);
    return equal ? 1 : inside ? fmax(o[CONTAINED].number, o[WRONG].number) : o[WRONG].number;
}

static bool answer(const struct reward_entry *e, const struct reward_item *item, struct str *out)
{
    struct text found;
    const char *place;
    size_t before = out->size;
    if (!locate(e->options[AFTER_THINK].number, e->options[EXTRACT].number, item->completion, &found, &place))
        return false;
    answer_normalize((enum answer_norm)e->options[NORMALIZE].number, found, out);
    return out->size > before;
}

const struct reward_kind reward_exact = {
    .name = "exact",
    .range = "0 or 1",
    .summary = "the answer is the gold answer as text",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .one = score,
    .answer = answer,
};

enum { TEXT, WITHIN, COUNTS, IGNORE_CASE, SHARE, BEHIND_THINK };
enum { WORDS, SUBSTRINGS };

static const struct reward_option contains_options[] = {
    [TEXT] = {"text", REWARD_TEXT, "", .help = "what to look for; empty: the gold answer"},
    [WITHIN] = {"extract", REWARD_CHOICE, "all", .choices = REWARD_PLACES,
                .help = "the part of the completion that is searched"},
    [COUNTS] = {"counts", REWARD_CHOICE, "words", .choices = "words|substrings",
                .help = "words: a letter or digit right before or after does not count, so that 7 is not in 17"},
    [IGNORE_CASE] = {"ignore_case", REWARD_CHOICE, "off", .choices = "off|on",
                     .help = "on: case and runs of white space do not count"},
    [SHARE] = {"share", REWARD_CHOICE, "off", .choices = "off|on",
               .help = "on: the value is the share that it makes of the text searched (reasoning-gym)"},
    [BEHIND_THINK] = REWARD_AFTER_THINK,
};

// Whether a letter or digit (of any script) begins at i, or ends there when `before`.
static bool word_at(struct text t, size_t i, bool before)
{
    uint32_t c;
    while (before && i && ((unsigned char)t.at[--i] & 0xC0) == 0x80)
        ;
    if (i >= t.size || utf8_decode(t.at + i, t.size - i, &c) == 0)
        return false;
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) ||
           (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

static bool find(struct text t, struct text wanted, bool words)
{
    bool head = words && word_at(wanted, 0, false), tail = words && word_at(wanted, wanted.size, true);
    for (size_t from = 0;;) {
        const char *at = memmem(t.at + from, t.size - from, wanted.at, wanted.size);
        if (!at)
            return false;
        size_t i = (size_t)(at - t.at);
        if (!(head && i && word_at(t, i, true)) && !(tail && word_at(t, i + wanted.size, false)))
            return true;
        for (from = i + 1; head && word_at(t, from, true) && word_at(t, from, false);)
            from++;
    }
}

static double score_contains(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    const struct reward_value *o = e->options;
    struct text wanted = text_of(o[TEXT].text), found;
    struct str a = {0}, b = {0};
    const char *place;
    if (!*o[TEXT].text && !reward_gold(item, &wanted)) {
        reward_say(why, "no gold answer: skipped");
        return NAN;
    }
    if (!locate(o[BEHIND_THINK].number, o[WITHIN].number, item->completion, &found, &place)) {
        reward_say(why, "has no %s", place);
        return 0;
    }
    enum answer_norm norm = (int)o[IGNORE_CASE].number ? ANSWER_FOLD : ANSWER_NONE;
    answer_normalize(norm, wanted, &a);
    answer_normalize(norm, found, &b);
    bool there = a.size && find(view(&b), view(&a), (int)o[COUNTS].number == WORDS);
    double value = there && (int)o[SHARE].number ? (double)text_chars(view(&a)) / (double)text_chars(view(&b)) : there;
    reward_say(why, "\"%.*s\" %s the %s", reward_shown(wanted), wanted.at, there ? "is in" : "is not in", place);
    str_finish(&a);
    str_finish(&b);
    return value;
}

static bool looks_for_gold(const struct reward_entry *e)
{
    return !*e->options[TEXT].text;
}

const struct reward_kind reward_contains = {
    .name = "contains",
    .range = "0 to 1",
    .summary = "the gold answer, or a fixed text, is in the completion",
    .options = contains_options,
    .option_count = sizeof contains_options / sizeof *contains_options,
    .judges = true,
    .judges_with = looks_for_gold,
    .one = score_contains,
};
