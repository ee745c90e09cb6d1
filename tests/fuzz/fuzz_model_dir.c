// A model's directory beside its tokenizer.json and weights. Fields: config.json, generation_config.json,
// tokenizer_config.json, chat_template.jinja (absent when empty), the index of the shards, the one shard.
#include "base/err.h"
#include "input.h"
#include "model/config.h"
#include "model/safetensors.h"
#include "model/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"config.json",         "generation_config.json",       "tokenizer_config.json",
                                        "chat_template.jinja", "model.safetensors.index.json", "1.safetensors"};
    static const char vocabulary[] =
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}}";
    struct text input = {(const char *)data, size};
    struct model_config config;
    struct tokenizer t;
    struct safetensors s;
    struct err err = {0};
    const char *dir = input_dir("tokenizer.json", text_of(vocabulary));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct text field = i == 5 ? input : input_field(&input);
        if (i != 3 || field.size)
            input_dir(names[i], field);
    }
    check(config_read_dir(&config, dir, &err) || err.text[0], "refused without a message");
    err.text[0] = 0;
    check(tokenizer_open(&t, dir, &err) || err.text[0], "refused without a message");
    err.text[0] = 0;
    check(safetensors_open_dir(&s, dir, &err) || err.text[0], "refused without a message");
    tokenizer_close(&t);
    safetensors_close(&s);
    input_forget();
    return 0;
}
