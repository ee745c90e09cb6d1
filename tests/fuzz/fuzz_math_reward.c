// The reward math: answers are found in a completion, read, compared and printed. Fields: which and completion, gold
// answer.
#include "rewards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_lists lists = {.text = {
                                           "math",
                                           "math(extract=boxed)",
                                           "math(extract=any)",
                                           "math(within=answer)",
                                           "math(extract=any,within=answer,after_think=on)",
                                       }};
    struct text input = {(const char *)data, size};
    const struct reward_set *set = input_list(&lists, &input);
    struct text completion = input_field(&input);
    struct problem problem = {.answer = input_string(&input)};
    input_judge(set, (struct reward_item){.problem = &problem, .completion = completion}, 0, 1);
    input_forget();
    return 0;
}
