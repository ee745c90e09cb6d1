// What several rewards read out of a completion.
#pragma once
#include "rl/reward.h"

// The option for what the prompt wrote already, for rewards that look at the form of the whole text.
#define REWARD_PREFIX                                                                                                  \
    {                                                                                                                  \
        "prefix", REWARD_TEXT, "",                                                                                     \
            .help = "text that the prompt wrote already and the completion goes on from; \\n is a line break"          \
    }
// The completion after the prefix that e's option number `option` holds. `joined` keeps the bytes; the caller finishes
// it.
struct text reward_prefixed(const struct reward_entry *e, int option, struct text completion, struct str *joined);

// The option of rewards that read an answer: on means that only what stands after the last </think> is read.
#define REWARD_AFTER_THINK                                                                                             \
    {                                                                                                                  \
        "after_think", REWARD_CHOICE, "off",                                                                           \
            .choices = "off|on",                                                                                       \
            .help = "on: only what follows the last </think> is read, and without one there is no answer"              \
    }
// Cuts t to what follows its last </think>; false when there is none.
bool reward_after_think(struct text *t);

// Where an answer stands: the last <answer> block, the rest of the line after the last "####", the last \boxed{...},
// the whole text, what follows the last "Answer:" of the last 300 characters in its line (math_dapo of verl); auto: the
// first of the first four that is there.
enum reward_place { PLACE_AUTO, PLACE_ANSWER, PLACE_HASH, PLACE_BOXED, PLACE_ALL, PLACE_LINE };
#define REWARD_PLACES "auto|answer|hash|boxed|all|line"
// *name says for messages which it was, or which is missing.
bool reward_place_find(enum reward_place place, struct text t, struct text *inside, const char **name);

// The gold answer's text, trimmed: after "####" where the row's answer is a whole GSM8K solution, inside \boxed{}
// where it is a whole solution of MATH. False when there is none.
bool reward_gold(const struct reward_item *item, struct text *gold);

// For messages: the size of t, or of as much of it as a sentence should show.
int reward_shown(struct text t);

// White space as Unicode has it and Python's str.split cuts at.
bool reward_is_space(uint32_t c);
