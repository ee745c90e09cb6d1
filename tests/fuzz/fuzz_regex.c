// The reward regex. Fields: which list and the expression, completion, gold answer.
#include "rewards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const lists[] = {"regex(compare=text)", "regex(match=full,compare=number,which=first)",
                                        "regex(extract=auto)"};
    static struct arena memory;
    struct text input = {(const char *)data, size};
    struct reward_set set;
    struct err err = {0};
    int which = size ? *data % 3 : 0;
    const char *pattern = input_string(&input);
    struct text completion = input_field(&input);
    struct problem problem = {.answer = input_string(&input)};
    check(reward_set_parse(&set, lists[which], &memory, &err), "%s", err.text);
    set.entries[0].options[0].text = pattern + (size > 0 && *pattern);
    if (reward_set_open(&set, &err))
        input_judge(&set, (struct reward_item){.problem = &problem, .completion = completion}, 0, 1);
    reward_set_close(&set);
    arena_reset(&memory);
    input_forget();
    return 0;
}
