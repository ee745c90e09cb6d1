// A tokenizer.json, and texts to ids and back by it. Fields: the file, a text.
#include "base/arena.h"
#include "input.h"
#include "model/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = {(const char *)data, size}, file = input_field(&input);
    struct tokenizer t;
    struct err err = {0};
    if (tokenizer_open(&t, input_file(file), &err)) {
        struct ids ids = {0};
        struct str text = {0};
        if (tokenizer_encode(&t, input.at, input.size, TOKENIZER_SPECIAL, &ids, &err))
            tokenizer_decode(&t, ids.data, ids.count, false, &text);
        for (size_t i = 0; i < ids.count; i++)
            check(ids.data[i] >= 0 && ids.data[i] < tokenizer_vocab_size(&t), "id %d", ids.data[i]);
        ids_finish(&ids);
        str_finish(&text);
    } else {
        check(err.text[0], "refused without a message");
    }
    tokenizer_close(&t);
    return 0;
}
