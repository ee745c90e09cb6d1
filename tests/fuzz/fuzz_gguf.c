// A GGUF file, the model's configuration in it, and the tokenizer.
#include "input.h"
#include "model/config.h"
#include "model/gguf.h"
#include "model/tokenizer.h"

static volatile int touched; // so that reads are not left out

static void look(const struct gguf *g)
{
    static struct arena memory;
    struct model_config c;
    struct gguf_text *texts, text;
    double *numbers, number;
    int64_t *integers, integer;
    bool is;
    size_t count;
    for (size_t i = 0; i < g->tensors.count; i++) {
        const struct stored_tensor *t = &g->tensors.items[i];
        check(gguf_find_tensor(g, t->name) == t, "%s is not found", t->name);
        if (t->bytes)
            touched = t->data[0] + t->data[t->bytes - 1];
    }
    for (size_t i = 0; i < g->value_count; i++) {
        const char *key = g->values[i].key;
        gguf_int(g, key, &integer);
        gguf_number(g, key, &number);
        gguf_bool(g, key, &is);
        if (gguf_string(g, key, &text) && text.size)
            touched = text.data[text.size - 1];
        gguf_string_array(g, key, &memory, &texts, &count);
        gguf_int_array(g, key, &memory, &integers, &count);
        gguf_number_array(g, key, &memory, &numbers, &count);
    }
    config_read_gguf(&c, g, "input", &(struct err){0});
    arena_reset(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = input_file((struct text){(const char *)data, size});
    struct gguf g;
    struct tokenizer t;
    struct err err = {0};
    if (gguf_open(&g, path, &err)) {
        look(&g);
        if (tokenizer_open(&t, path, &err)) {
            struct ids ids = {0};
            struct str text = {0};
            if (tokenizer_encode(&t, "ab the fish", 11, TOKENIZER_SPECIAL, &ids, &err))
                tokenizer_decode(&t, ids.data, ids.count, false, &text);
            ids_finish(&ids);
            str_finish(&text);
        }
        tokenizer_close(&t);
    }
    gguf_close(&g);
    return 0;
}
