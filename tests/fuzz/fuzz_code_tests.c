// The tests in a row, which is the whole input.
#include <string.h>

#include "input.h"
#include "verify/code.h"

static void use(const struct code_test *t)
{
    if (t->kind == CODE_SOURCE)
        check(strlen(t->source) && t->setup, "a source without text");
    else if (t->kind == CODE_CALL)
        check(t->name && t->in && t->out, "a call without name, arguments or result");
    else
        check(t->input.at && t->output.at && !t->input.at[t->input.size] && !t->output.at[t->output.size], "no texts");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena memory;
    static struct str why;
    struct code_tests tests = {0};
    struct err err = {0};
    struct json *row = json_parse((const char *)data, size, false, "row", &err);
    str_clear(&why);
    if (row && code_tests_read(&tests, row, "", &memory, &why))
        for (int i = 0; i < tests.count; i++)
            use(&tests.tests[i]);
    else if (row)
        check(why.size, "refused without a message");
    code_tests_finish(&tests);
    json_close(row);
    arena_reset(&memory);
    return 0;
}
