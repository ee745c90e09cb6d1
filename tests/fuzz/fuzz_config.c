// The config of a run, --set, and the options of a dataset and the list of rewards in it. Fields: the file, overrides.
// An accepted config prints, and reads back to the same.
#include <string.h>

#include "input.h"
#include "data/dataset.h"
#include "rl/reward.h"
#include "train/run_config.h"

enum { OVERRIDES_MAX = 4 };

static void read_back(const struct run_config *c)
{
    static struct str once, twice;
    struct run_config again;
    struct err err = {0};
    str_clear(&once);
    str_clear(&twice);
    run_config_print(c, &once);
    bool ok = run_config_open(&again, input_file((struct text){once.data, once.size}), NULL, 0, &err);
    check(ok, "%s", err.text);
    run_config_print(&again, &twice);
    check(strcmp(once.data, twice.data) == 0, "printed, read and printed again it is another");
    run_config_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena memory;
    struct text input = {(const char *)data, size}, file = input_field(&input);
    const char *overrides[OVERRIDES_MAX];
    int count = 0;
    struct run_config c;
    struct reward_set set;
    struct err err = {0};
    while (input.size && count < OVERRIDES_MAX)
        overrides[count++] = input_string(&input);
    if (run_config_open(&c, input_file(file), overrides, count, &err)) {
        dataset_options_load(&(struct dataset_options){0}, c.data, &(struct err){0});
        if (c.reward)
            reward_set_load(&set, c.reward, &memory, &(struct err){0});
        read_back(&c);
    } else {
        check(err.text[0], "refused without a message");
    }
    run_config_close(&c);
    arena_reset(&memory);
    input_forget();
    return 0;
}
