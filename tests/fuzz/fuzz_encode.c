// Texts to ids and back by tokenizers of every kind. The first byte says which one.
#include <stdio.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "input.h"
#include "model/tokenizer.h"

static struct tokenizer *tokenizer_at(size_t i)
{
    static const char *const names[] = {"tiny-bytes",  "tiny-nfd", "tiny-nfkc", "tiny-split", "metaspace",   "llama2",
                                        "llama2.gguf", "llama3",   "qwen3",     "deepseek",   "smollm2.gguf"};
    enum { COUNT = sizeof names / sizeof *names };
    static struct tokenizer tokenizers[COUNT];
    struct err err = {0};
    char path[1024];
    i %= COUNT;
    snprintf(path, sizeof path, "%s/golden/tokenizer/%s", TESTS_DIR, names[i]);
    if (!tokenizers[i].parts)
        check(tokenizer_open(&tokenizers[i], path, &err), "%s", err.text);
    return &tokenizers[i];
}

static void expect_utf8(const struct str *s)
{
    uint32_t point;
    for (size_t i = 0, n; i < s->size; i += n) {
        n = (size_t)utf8_decode(s->data + i, s->size - i, &point);
        check(n, "decoded to what is not UTF-8");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ids ids;
    static struct str whole, pieces;
    struct tokenizer_stream stream = {0};
    struct err err = {0};
    if (!size)
        return 0;
    struct tokenizer *t = tokenizer_at(*data / 4);
    ids_clear(&ids);
    str_clear(&whole);
    str_clear(&pieces);
    if (!tokenizer_encode(t, (const char *)data + 1, size - 1, *data % 4, &ids, &err))
        return 0;
    tokenizer_decode(t, ids.data, ids.count, *data % 2, &whole);
    for (size_t i = 0; i < ids.count; i++)
        tokenizer_stream_next(t, &stream, ids.data[i], *data % 2, &pieces);
    tokenizer_stream_finish(&stream, &pieces);
    expect_utf8(&whole);
    expect_utf8(&pieces);
    return 0;
}
