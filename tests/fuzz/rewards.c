#include "rewards.h"

#include <math.h>
#include <time.h>

void input_judge(const struct reward_set *set, struct reward_item item, double low, double high)
{
    static struct str why[REWARDS_MAX], answer;
    double parts[REWARDS_MAX] = {0};
    for (int k = 0; k < set->count; k++)
        str_clear(&why[k]);
    str_clear(&answer);
    item.parts = parts;
    item.why = why;
    clock_t begin = clock();
    reward_run(set, &item, 1);
    check(clock() - begin < CLOCKS_PER_SEC / 2, "more than half a second");
    for (int k = 0; k < set->count; k++) {
        check(isnan(parts[k]) || (parts[k] >= low && parts[k] <= high), "%s gives %g", set->entries[k].kind->name,
              parts[k]);
        check(why[k].size, "%s does not say why", set->entries[k].kind->name);
    }
    reward_answer(set, &item, &answer);
}

const struct reward_set *input_list(struct input_lists *lists, struct text *input)
{
    int count = 0;
    while (count < INPUT_LISTS_MAX && lists->text[count])
        count++;
    int i = input->size ? (unsigned char)*input->at % count : 0;
    struct reward_set *set = &lists->sets[i];
    struct err err = {0};
    if (!set->count)
        check(reward_set_parse(set, lists->text[i], &lists->memory, &err) && reward_set_open(set, &err), "%s",
              err.text);
    if (input->size)
        *input = (struct text){input->at + 1, input->size - 1};
    return set;
}
