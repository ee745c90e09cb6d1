// A row of vkr1 score: JSON to a problem and an item, judged by rewards of every kind.
#include "cli/score_row.h"
#include "rewards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_lists lists = {
        .text = {
            "numeric,countdown,format,repetition(unit=tokens),cosine,length,soft_overlong",
            "exact,contains,cosine(style=open_r1)",
        }};
    static struct arena memory;
    struct text input = {(const char *)data, size};
    const struct reward_set *set = input_list(&lists, &input);
    struct err err = {0};
    struct json *row = json_parse(input.at, input.size, false, "line 1", &err);
    struct problem problem = {.row = row};
    struct reward_item item = {.problem = &problem};
    if (row && score_row_read(row, &problem, &item, &memory, "line 1", &err))
        input_judge(set, item, -1, 1);
    else
        check(err.text[0], "refused without a message");
    json_close(row);
    arena_reset(&memory);
    return 0;
}
