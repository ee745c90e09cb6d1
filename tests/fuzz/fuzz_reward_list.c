// Lists of rewards, as text or in the config's form. None is opened: a list may name programs.
#include "input.h"
#include "rl/reward.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena memory;
    struct text input = {(const char *)data, size};
    struct reward_set set;
    struct err err = {0};
    bool ok = reward_set_parse(&set, input_string(&input), &memory, &err);
    check(ok == !err.text[0], "accepted with a message, or refused without");
    if (ok)
        reward_judge(&set);
    arena_reset(&memory);
    input_forget();
    return 0;
}
