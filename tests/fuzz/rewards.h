// For the targets of rewards: lists that are read once; each input says by its first byte which one judges it.
#pragma once
#include "base/str.h"
#include "input.h"
#include "rl/reward.h"

enum { INPUT_LISTS_MAX = 16 };

struct input_lists {
    const char *text[INPUT_LISTS_MAX]; // NULL after the last
    struct reward_set sets[INPUT_LISTS_MAX];
    struct arena memory;
};

// Runs one list on one completion, asks for its answer, and holds the values to [low, high].
void input_judge(const struct reward_set *set, struct reward_item item, double low, double high);
// Takes the first byte off the input and gives its list, read and open.
const struct reward_set *input_list(struct input_lists *lists, struct text *input);
