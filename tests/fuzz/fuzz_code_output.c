// What a program printed against what is wanted. Fields: how to compare and the first text, the second. A text is the
// same as itself.
#include "base/err.h"
#include "input.h"
#include "verify/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct str why;
    if (!size)
        return 0;
    enum code_compare how = *data % 3;
    struct text input = {(const char *)data + 1, size - 1}, a = input_field(&input);
    str_clear(&why);
    bool same = code_output_same(a, input, how, 1e-6, &why);
    check(same || why.size, "different without a reason");
    check(code_output_same(a, a, how, 1e-6, NULL), "a text is not the same as itself");
    return 0;
}
