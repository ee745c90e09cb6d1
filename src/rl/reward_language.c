// language: the share of the reasoning's words that are, or may be, of the target language. 0 where there are no words;
// skipped where the language of the prompt is wanted and cannot be told. R1's language consistency (arXiv 2501.12948,
// section 2.3.2).
#include <math.h>
#include <string.h>

#include "rl/reward_text.h"
#include "verify/language.h"

enum { TARGET, PART };
enum { THINK, ALL };

enum { OF_PROMPT = LANGUAGE_ES + 1 }; // after the languages that can be asked for, in the order of enum language
static const char targets[] = "ru|zh|ja|ko|en|de|fr|es|prompt";
static const char *const names[LANGUAGES] = {"ru", "zh", "ja", "ko", "en", "de", "fr", "es", "it", "pt", "nl"};

static const struct reward_option options[] = {
    [TARGET] = {"target", REWARD_CHOICE, "en", .choices = targets,
                .help = "the language wanted; prompt: the one of the row's prompt"},
    [PART] = {"part", REWARD_CHOICE, "think", .choices = "think|all",
              .help = "think: what stands before the first </think>, all of the text where there is none"},
};

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct text t = item->completion;
    int target = (int)e->options[TARGET].number;
    if (target == OF_PROMPT)
        target = item->problem->prompt ? language_of(text_of(item->problem->prompt)) : -1;
    if (target < 0) {
        reward_say(why, "the prompt's language cannot be told: skipped");
        return NAN;
    }
    size_t end = (int)e->options[PART].number == THINK ? text_find(t, 0, "</think>") : (size_t)-1;
    if (end != (size_t)-1)
        t.size = end;
    struct language_count c;
    language_count(t, &c);
    reward_say(why, "%ld of %ld words may be %s", c.of[target], c.words, names[target]);
    return c.words ? (double)c.of[target] / (double)c.words : 0;
}

const struct reward_kind reward_language = {
    .name = "language",
    .range = "0 to 1",
    .summary = "the share of the reasoning's words that are of one language",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};
