// The program in a completion. Fields: language, completion. The block is no longer than the completion and a line
// break.
#include "base/arena.h"
#include "base/err.h"
#include "input.h"
#include "verify/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = {(const char *)data, size};
    struct str code = {0};
    const char *language = input_string(&input);
    if (code_block_find(input, language, &code))
        check(code.size <= input.size + 1, "%zu bytes", code.size);
    str_finish(&code);
    code_language_same(input, language);
    input_forget();
    return 0;
}
