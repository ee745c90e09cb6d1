// Completions with programs in them, judged by the reward `code`.
#pragma once
#include "reward_rows.h"
#include "verify/sandbox.h"

// Whether sandboxes can be made here; when not, the running test is skipped with the reason that a user gets.
static inline bool test_sandbox(void)
{
    char path[SANDBOX_PATH_MAX];
    struct err err = {0};
    bool ok = sandbox_check("python3", path, &err);
    if (!ok)
        test_skip("%s", err.text);
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
    double value = test_reward_item(list, (struct reward_item){.problem = &p, .completion = {completion.data, completion.size}, .why = why});
    json_close(v);
    str_finish(&completion);
    return value;
}

struct code_row {
    const char *name, *program;
    double value;
    const char *why; // a part of the sentence; NULL: any
};

static inline void test_code_rows(const char *list, const char *row, const struct code_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str why = {0};
        double v = test_code(list, row, rows[i].program, &why);
        str_puts(&why, "");
        EXPECT(v == rows[i].value && (!rows[i].why || strstr(why.data, rows[i].why)), "%s: %g, expected %g: \"%s\", expected \"%s\"",
               rows[i].name, v, rows[i].value, why.data, rows[i].why ? rows[i].why : "");
        str_finish(&why);
    }
}
#define EXPECT_CODE(list, row, rows) test_code_rows(list, row, rows, sizeof(rows) / sizeof *(rows))
