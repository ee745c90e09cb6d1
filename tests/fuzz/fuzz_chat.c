// Chat templates. Fields: the form's name, the model's own template (Jinja), system message, user message, the
// assistant's.
#include "base/arena.h"
#include "input.h"
#include "model/chat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct str out;
    struct text input = {(const char *)data, size};
    struct chat c;
    struct err err = {0};
    const char *name = input_string(&input), *jinja = input_string(&input);
    struct chat_message m[] = {
        {"system", input_string(&input)}, {"user", input_string(&input)}, {"assistant", input_string(&input)}};
    str_clear(&out);
    if (chat_init(&c, name, *jinja ? jinja : NULL, "<s>", false, &err))
        for (size_t first = 0; first < 2; first++)
            for (size_t n = 1; first + n <= 3; n++)
                chat_render(&c, m + first, n, n % 2, &out, &(struct err){0});
    input_forget();
    return 0;
}
