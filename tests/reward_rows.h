// Tables of completions with the values that rewards give them.
#pragma once
#include "rl/reward.h"
#include "test.h"

// The value of the list's first reward for one item, whose parts may be NULL.
static inline double test_reward_item(const char *list, struct reward_item item)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    double parts[REWARDS_MAX] = {0};
    bool ok = reward_set_parse(&set, list, &memory, &err) && reward_set_open(&set, &err);
    EXPECT(ok, "%s: %s", list, err.text);
    item.parts = parts;
    if (ok)
        reward_run(&set, &item, 1);
    reward_set_close(&set);
    arena_finish(&memory);
    return parts[0];
}

// For a completion of n bytes.
static inline double test_reward_n(const char *list, const char *completion, size_t n, const struct problem *problem)
{
    return test_reward_item(list, (struct reward_item){.problem = problem, .completion = {completion, n}});
}

static inline double test_reward(const char *list, const char *completion, const char *answer)
{
    struct problem p = {.answer = answer};
    return test_reward_n(list, completion, strlen(completion), &p);
}

struct reward_row {
    const char *completion, *answer;
    double value; // NaN: skipped
};

static inline void test_reward_rows(const char *list, const struct reward_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = test_reward(list, rows[i].completion, rows[i].answer);
        EXPECT((isnan(v) && isnan(rows[i].value)) || fabs(v - rows[i].value) < 1e-12,
               "%s, completion \"%.80s\", answer \"%s\": %g, expected %g", list, rows[i].completion,
               rows[i].answer ? rows[i].answer : "(none)", v, rows[i].value);
    }
}
#define EXPECT_ROWS(list, rows) test_reward_rows(list, rows, sizeof(rows) / sizeof *(rows))
