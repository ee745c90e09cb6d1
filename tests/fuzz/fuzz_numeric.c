// The reward numeric, every way to find and to compare numbers. Fields: which and completion, gold answer.
#include "rewards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_lists lists = {.text = {
                                           "numeric",
                                           "numeric(mode=strict)",
                                           "numeric(mode=flexible)",
                                           "numeric(extract=answer)",
                                           "numeric(extract=hash)",
                                           "numeric(extract=boxed)",
                                           "numeric(extract=last,after_think=on)",
                                       }};
    struct text input = {(const char *)data, size};
    const struct reward_set *set = input_list(&lists, &input);
    struct text completion = input_field(&input);
    struct problem problem = {.answer = input_string(&input)};
    input_judge(set, (struct reward_item){.problem = &problem, .completion = completion}, 0, 1);
    input_forget();
    return 0;
}
