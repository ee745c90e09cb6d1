#include "model/tokenizer.h"

#include <string.h>

#include "base/file.h"
#include "model/gguf.h"
#include "model/locate.h"
#include "model/tokenizer_parts.h"

static void parts_free(struct tokenizer_parts *p)
{
    for (int i = 0; i < p->normalizer_count; i++)
        regex_close(&p->normalizers[i].pattern);
    for (int i = 0; i < p->splitter_count; i++)
        regex_close(&p->splitters[i].pattern);
    for (int i = 0; i < p->decoder_count; i++)
        regex_close(&p->decoders[i].pattern);
    regex_close(&p->word);
    bpe_finish(&p->bpe);
    block_free(p->raw.nodes);
    block_free(p->normalized.nodes);
    ids_finish(&p->before);
    ids_finish(&p->after);
    str_finish(&p->clean);
    str_finish(&p->lent);
    str_finish(&p->spare);
    block_free(p->points);
    pieces_finish(&p->pieces);
    pieces_finish(&p->other);
    arena_finish(&p->arena);
    block_free(p);
}

void tokenizer_close(struct tokenizer *t)
{
    if (t->parts)
        parts_free(t->parts);
    *t = (struct tokenizer){.bos = -1, .eos = -1, .pad = -1};
}

// A directory without tokenizer.json.
static bool explain_missing(const char *dir, struct arena *a, struct err *err)
{
    if (!file_exists(arena_printf(a, "%s/tokenizer.model", dir)))
        return fail(err, "cannot open the tokenizer: %s has no tokenizer.json", dir);
    return fail(
        err,
        "cannot open the tokenizer: %s has a tokenizer.model but no tokenizer.json, which vkr1 reads; this writes "
        "it: python3 -c \"from transformers import AutoTokenizer as T; "
        "T.from_pretrained('%s').save_pretrained('%s')\"",
        dir, dir, dir);
}

bool tokenizer_open(struct tokenizer *t, const char *path, struct err *err)
{
    *t = (struct tokenizer){.bos = -1, .eos = -1, .pad = -1};
    t->parts = block_resize(NULL, 0, sizeof *t->parts);
    struct tokenizer_parts *p = t->parts;
    bpe_init(&p->bpe, &p->arena);
    path = locate_model(path, &p->arena, err);
    bool ok = path != NULL, dir = ok && file_is_dir(path);
    p->path = dir ? arena_printf(&p->arena, "%s/tokenizer.json", path) : path;
    if (dir && !file_exists(p->path))
        ok = explain_missing(path, &p->arena, err);
    else if (ok && (gguf_is_file(p->path) || str_ends(p->path, ".gguf")))
        ok = tokenizer_read_gguf(t, p->path, err);
    else if (ok)
        ok = tokenizer_read_json(t, p->path, err) && (!dir || tokenizer_read_config(t, path, err));
    ok = ok && added_build(p, err);
    if (!ok)
        tokenizer_close(t);
    return ok;
}

// Ordinary text: what stands between added tokens, after normalisation.
static bool encode_words(struct tokenizer_parts *p, const char *text, size_t n, bool head, struct ids *out,
                         struct err *err)
{
    if (!n)
        return true;
    if (!split_text(p, text, n, head, err))
        return false;
    for (size_t i = 0; i < p->pieces.count; i++)
        bpe_encode(&p->bpe, p->pieces.text.data + p->pieces.list[i].at, p->pieces.list[i].size, out);
    return true;
}

// Text without raw added tokens: normalise, then take out those that are sought in normalised text.
static bool encode_span(struct tokenizer_parts *p, const char *text, size_t n, bool head, bool plain, struct ids *out,
                        struct err *err)
{
    if (!n)
        return true;
    if (!normalize(p, text, n, &text, &n, err))
        return false;
    struct added_cursor cursor = {0};
    struct added_match m;
    size_t from = 0;
    while (added_next(p, &p->normalized, text, n, plain, &cursor, &m)) {
        if (m.at > from && !encode_words(p, text + from, m.at - from, head && !from, out, err))
            return false;
        ids_push(out, m.token->id);
        from = m.end;
    }
    return encode_words(p, text + from, n - from, head && !from, out, err);
}

// Fails at an id that the model has no row for.
static bool within_rows(const struct tokenizer *t, const struct ids *ids, size_t from, struct err *err)
{
    for (size_t i = from; t->rows && i < ids->count; i++)
        if (ids->data[i] >= t->rows)
            return fail(err, "the text holds the token \"%.60s\" with the id %d, but the model has only %d rows",
                        tokenizer_token(t, ids->data[i]), ids->data[i], t->rows);
    return true;
}

bool tokenizer_encode(struct tokenizer *t, const char *text, size_t n, unsigned flags, struct ids *out, struct err *err)
{
    struct tokenizer_parts *p = t->parts;
    bool plain = flags & TOKENIZER_PLAIN;
    size_t first = out->count;
    if (!utf8_valid(text, n)) {
        str_clear(&p->clean);
        utf8_clean(text, n, &p->clean);
        text = p->clean.data;
        n = p->clean.size;
    }
    for (size_t i = 0; flags & TOKENIZER_SPECIAL && i < p->before.count; i++)
        ids_push(out, p->before.data[i]);
    struct added_cursor cursor = {0};
    struct added_match m;
    size_t from = 0;
    while (added_next(p, &p->raw, text, n, plain, &cursor, &m)) {
        if (m.at > from && !encode_span(p, text + from, m.at - from, !from, plain, out, err))
            return false;
        ids_push(out, m.token->id);
        from = m.end;
    }
    if (!encode_span(p, text + from, n - from, !from, plain, out, err))
        return false;
    for (size_t i = 0; flags & TOKENIZER_SPECIAL && i < p->after.count; i++)
        ids_push(out, p->after.data[i]);
    return within_rows(t, out, first, err);
}

int32_t tokenizer_id(const struct tokenizer *t, const char *token)
{
    const struct tokenizer_parts *p = t->parts;
    int32_t id = bpe_find(&p->bpe, token, strlen(token));
    for (int32_t i = 0; id < 0 && i < p->added_count; i++)
        if (strcmp(p->bpe.tokens[p->added[i].id].text, token) == 0)
            id = p->added[i].id;
    return id;
}

const char *tokenizer_token(const struct tokenizer *t, int32_t id)
{
    const struct bpe *b = &t->parts->bpe;
    return id >= 0 && id < b->count ? b->tokens[id].text : NULL;
}

bool tokenizer_is_special(const struct tokenizer *t, int32_t id)
{
    return tokenizer_token(t, id) && t->parts->bpe.tokens[id].special;
}

bool tokenizer_is_added(const struct tokenizer *t, int32_t id)
{
    return tokenizer_token(t, id) && t->parts->bpe.tokens[id].added;
}

int32_t tokenizer_vocab_size(const struct tokenizer *t)
{
    return t->parts->bpe.count;
}
