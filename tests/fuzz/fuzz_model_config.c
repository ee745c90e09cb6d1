// config.json of a model. An accepted one is written and reads back to the same.
#include <string.h>

#include "base/arena.h"
#include "input.h"
#include "model/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct str once, twice;
    static double frequencies[1 << 16];
    struct model_config c, again;
    struct err err = {0};
    if (!config_read_json(&c, (const char *)data, size, "input", &err)) {
        check(err.text[0], "refused without a message");
        return 0;
    }
    str_clear(&once);
    str_clear(&twice);
    config_write(&c, c.dtype, &once);
    check(config_read_json(&again, once.data, once.size, "written", &err), "%s", err.text);
    config_write(&again, again.dtype, &twice);
    check(strcmp(once.data, twice.data) == 0, "written, read and written again it is another");
    if (c.head_size / 2 <= sizeof frequencies / sizeof *frequencies)
        config_rope_frequencies(&c, frequencies);
    return 0;
}
