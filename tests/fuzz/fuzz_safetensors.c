// A safetensors file: every tensor of an accepted one lies inside the file.
#include "input.h"
#include "model/safetensors.h"

static volatile int touched; // so that reads are not left out

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct safetensors s;
    struct err err = {0};
    if (safetensors_open(&s, input_file((struct text){(const char *)data, size}), &err)) {
        for (size_t i = 0; i < s.tensors.count; i++) {
            const struct stored_tensor *t = &s.tensors.items[i];
            check(safetensors_find(&s, t->name) == t, "%s is not found", t->name);
            if (t->bytes)
                touched = t->data[0] + t->data[t->bytes - 1];
        }
        safetensors_note(&s, "format");
    } else {
        check(err.text[0], "refused without a message");
    }
    safetensors_close(&s);
    return 0;
}
