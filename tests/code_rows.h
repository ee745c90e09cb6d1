// Completions with programs in them, judged by the reward `code`.
#pragma once
#include "reward_rows.h"
#include "verify/sandbox.h"

// Whether sandboxes can be made here. Where the kernel gives no namespaces the running test is skipped, with the reason
// that a user gets; anything else is a failure.
static inline bool test_sandbox(void)
{
    char path[SANDBOX_PATH_MAX];
    struct err err = {0};
    bool ok = sandbox_check("python3", path, &err);
    if (!ok && strstr(err.text, "making namespaces"))
        test_skip("%s", err.text);
    else
        EXPECT(ok, "%s", err.text);
    return ok;
}

// A row of JSON ("{...}") and a program, as a completion with a block of Python, judged by the list. *why (may be NULL)
// gets the sentence.
static inline double test_code(const char *list, const char *row, const char *program, struct str *why)
{
    struct err err = {0};
    struct str completion = {0};
    struct json *v = json_parse(row, strlen(row), false, "row", &err);
    EXPECT(v, "%s: %s", row, err.text);
    struct problem p = {.row = v};
    str_printf(&completion, "Here it is:\n```python\n%s\n```\nDone.", program);
    double value = test_reward_item(
        list, (struct reward_item){.problem = &p, .completion = {completion.data, completion.size}, .why = why});
    json_close(v);
    str_finish(&completion);
    return value;
}

struct code_row {
    const char *name, *program;
    double value;
    const char *why; // a part of the sentence; NULL: any
};

enum { CODE_ROWS_MAX = 64 };

// All rows in one run, as many at a time as there are cores.
static inline void test_code_rows(const char *list, const char *row, const struct code_row *rows, size_t n)
{
    struct reward_item items[CODE_ROWS_MAX];
    struct str completions[CODE_ROWS_MAX] = {{0}}, why[CODE_ROWS_MAX] = {{0}};
    double parts[CODE_ROWS_MAX] = {0};
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    struct json *v = json_parse(row, strlen(row), false, "row", &err);
    struct problem p = {.row = v};
    bool ok = v && reward_set_parse(&set, list, &memory, &err) && reward_set_open(&set, &err);
    check(n <= CODE_ROWS_MAX, "%zu rows", n);
    EXPECT(ok, "%s", err.text);
    for (size_t i = 0; i < n; i++) {
        str_printf(&completions[i], "```python\n%s\n```", rows[i].program);
        items[i] = (struct reward_item){.problem = &p,
                                        .completion = {completions[i].data, completions[i].size},
                                        .parts = &parts[i],
                                        .why = &why[i]};
    }
    if (ok) {
        reward_run(&set, items, (int)n);
        reward_set_close(&set);
    }
    for (size_t i = 0; i < n; i++) {
        str_puts(&why[i], "");
        EXPECT(parts[i] == rows[i].value && (!rows[i].why || strstr(why[i].data, rows[i].why)),
               "%s: %g, expected %g: \"%s\", expected \"%s\"", rows[i].name, parts[i], rows[i].value, why[i].data,
               rows[i].why ? rows[i].why : "");
        str_finish(&why[i]);
        str_finish(&completions[i]);
    }
    json_close(v);
    arena_finish(&memory);
}
#define EXPECT_CODE(list, row, rows) test_code_rows(list, row, rows, sizeof(rows) / sizeof *(rows))
