// The program in a completion. Fields: language, completion. The block is a part of the completion.
#include "base/arena.h"
#include "base/err.h"
#include "input.h"
#include "verify/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = {(const char *)data, size}, code;
    const char *language = input_string(&input);
    if (code_block_find(input, language, &code))
        check(code.at >= input.at && code.at + code.size <= input.at + input.size, "%zu bytes", code.size);
    code_language_same(input, language);
    input_forget();
    return 0;
}
