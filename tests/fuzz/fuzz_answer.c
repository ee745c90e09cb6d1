// The rewards exact and contains, every normal form of answers and every place. Fields: which and completion, gold
// answer.
#include "rewards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_lists lists = {
        .text = {
            "exact(extract=all),contains",
            "exact(extract=all,normalize=fold),contains(ignore_case=on,share=on)",
            "exact(extract=all,normalize=squad),contains(extract=answer,counts=substrings)",
            "exact(extract=all,normalize=hendrycks,contained=0.5)",
            "exact(extract=all,normalize=minerva)",
            "exact(extract=boxed,normalize=hendrycks)",
            "exact(extract=line,normalize=minerva)",
            "exact(extract=auto,after_think=on)",
            "exact(extract=hash),contains(counts=substrings,share=on,ignore_case=on,after_think=on)",
        }};
    struct text input = {(const char *)data, size};
    const struct reward_set *set = input_list(&lists, &input);
    struct text completion = input_field(&input);
    struct problem problem = {.answer = input_string(&input)};
    input_judge(set, (struct reward_item){.problem = &problem, .completion = completion}, -1, 1);
    input_forget();
    return 0;
}
