// JSON with and without comments: what is accepted prints, and reads back to the same. Behind a byte that says whether
// comments are allowed, all is JSON.
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "input.h"

static void walk(const struct json *v, struct str *text)
{
    for (const struct json *i = json_first(v); i; i = json_next(i)) {
        str_clear(text);
        json_text(i, text);
        json_int(i, 0);
        if (json_kind(v) == JSON_OBJECT) {
            json_key_text(i, text);
            check(json_get(v, json_key(i)), "a member is not found by its key");
        }
        walk(i, text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct str once, twice, text;
    struct err err = {0};
    if (!size)
        return 0;
    struct json *v = json_parse((const char *)data + 1, size - 1, *data % 2, "input", &err);
    check(v || err.text[0], "refused without a message");
    if (!v)
        return 0;
    walk(v, &text);
    str_clear(&once);
    str_clear(&twice);
    json_print(v, &once, *data % 4 > 1);
    struct json *again = json_parse(once.data, once.size, false, "printed", &err);
    check(again, "%s", err.text);
    json_print(again, &twice, *data % 4 > 1);
    check(strcmp(once.data, twice.data) == 0, "printed, read and printed again it is another");
    if (json_kind(v) == JSON_OBJECT)
        json_set(v, "key", once.data, &err);
    json_close(again);
    json_close(v);
    return 0;
}
