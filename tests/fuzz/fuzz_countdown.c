// The reward countdown: expressions of numbers that are given. Fields: which rules and completion, the numbers as
// bytes.
#include "rewards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_lists lists = {.text = {
                                           "countdown",
                                           "countdown(where=last_line,partial=0.1)",
                                           "countdown(where=first,numbers=subset)",
                                           "countdown(scale=reasoning_gym)",
                                       }};
    struct text input = {(const char *)data, size};
    const struct reward_set *set = input_list(&lists, &input);
    struct text completion = input_field(&input);
    struct problem problem = {.target = 24, .has_target = true, .nums = {8, 3, 8, 3}, .num_count = 4};
    for (size_t i = 0; i < input.size && i < PROBLEM_NUMS_MAX; i++) {
        problem.nums[i] = (unsigned char)input.at[i];
        problem.num_count = (int)i + 1;
    }
    input_judge(set, (struct reward_item){.problem = &problem, .completion = completion}, 0, 1);
    return 0;
}
