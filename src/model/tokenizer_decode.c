// The decoders: ids to tokens to text. Two ways: whole (invalid bytes become U+FFFD as the reference does it) and
// raw (bytes as they are), which a stream needs to wait for the rest of a character.
#include <string.h>

#include "base/utf8.h"
#include "model/tokenizer_parts.h"

static void append_piece(struct pieces *to, size_t at)
{
    // An empty token stays in the list: its place counts for Metaspace and Strip.
    pieces_push(to, at, 1, false);
    to->list[to->count - 1].size = to->text.size - at;
}

static void byte_level(const struct pieces *in, struct pieces *out, bool raw)
{
    struct str bytes = {0};
    for (size_t i = 0; i < in->count; i++) {
        const char *text = in->text.data + in->list[i].at;
        size_t n = in->list[i].size, before = bytes.size;
        for (size_t k = 0; k < n;) {
            uint32_t c = 0;
            k += (size_t)utf8_decode(text + k, n - k, &c);
            int byte = byte_level_byte(c);
            if (byte < 0) { // a token outside the alphabet stands for itself
                bytes.size = before;
                str_append(&bytes, text, n);
                break;
            }
            str_putc(&bytes, (char)byte);
        }
    }
    if (raw)
        str_append(&out->text, bytes.data, bytes.size);
    else
        utf8_clean(bytes.data, bytes.size, &out->text);
    append_piece(out, 0);
    str_finish(&bytes);
}

static int hex_byte(const char *text, size_t n) // of "<0xNN>", -1 for other tokens
{
    if (n != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>')
        return -1;
    int value = 0;
    for (int i = 3; i < 5; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

// A run of byte tokens is text when the whole run is valid UTF-8, else one U+FFFD for each byte.
static void end_of_bytes(struct pieces *out, size_t *run, bool raw)
{
    size_t at = *run, n = out->text.size - at;
    *run = SIZE_MAX;
    if (!raw && !utf8_valid(out->text.data + at, n)) {
        out->text.size = at;
        for (size_t i = 0; i < n; i++)
            str_puts(&out->text, "\xEF\xBF\xBD");
    }
    append_piece(out, at);
}

static void byte_fallback(const struct pieces *in, struct pieces *out, bool raw)
{
    size_t run = SIZE_MAX; // where the bytes of the current run begin
    for (size_t i = 0; i < in->count; i++) {
        const char *text = in->text.data + in->list[i].at;
        int byte = hex_byte(text, in->list[i].size);
        if (byte >= 0) {
            if (run == SIZE_MAX)
                run = out->text.size;
            str_putc(&out->text, (char)byte);
            continue;
        }
        if (run != SIZE_MAX)
            end_of_bytes(out, &run, raw);
        size_t at = out->text.size;
        str_append(&out->text, text, in->list[i].size);
        append_piece(out, at);
    }
    if (run != SIZE_MAX)
        end_of_bytes(out, &run, raw);
}

static void replace(struct decoder *d, const char *text, size_t n, struct str *out)
{
    struct regex_cursor cursor = {0};
    size_t from = 0, at, end;
    while (regex_next(&d->pattern, text, n, &cursor, &at, &end, NULL) > 0) {
        str_append(out, text + from, at - from);
        str_puts(out, d->content);
        from = end;
    }
    str_append(out, text + from, n - from);
}

static void strip(const struct decoder *d, const char *text, size_t n, struct str *out)
{
    size_t size = strlen(d->content);
    for (size_t i = 0; i < d->start && n >= size && memcmp(text, d->content, size) == 0; i++) {
        text += size;
        n -= size;
    }
    for (size_t i = 0; i < d->stop && n >= size && memcmp(text + n - size, d->content, size) == 0; i++)
        n -= size;
    str_append(out, text, n);
}

static void metaspace(const struct decoder *d, const char *text, size_t n, bool first, struct str *out)
{
    size_t size = strlen(d->content);
    for (size_t i = 0; i < n;) {
        bool space = n - i >= size && memcmp(text + i, d->content, size) == 0;
        if (!space)
            str_putc(out, text[i]);
        else if (!first || d->prepend == PREPEND_NEVER)
            str_putc(out, ' ');
        i += space ? size : 1;
    }
}

static void step(struct decoder *d, const struct pieces *in, struct pieces *out, bool raw)
{
    if (d->kind == DECODE_BYTE_LEVEL) {
        byte_level(in, out, raw);
    } else if (d->kind == DECODE_BYTE_FALLBACK) {
        byte_fallback(in, out, raw);
    } else if (d->kind == DECODE_FUSE) {
        for (size_t i = 0; i < in->count; i++)
            str_append(&out->text, in->text.data + in->list[i].at, in->list[i].size);
        append_piece(out, 0);
    } else {
        for (size_t i = 0; i < in->count; i++) {
            const char *text = in->text.data + in->list[i].at;
            size_t at = out->text.size, n = in->list[i].size;
            if (d->kind == DECODE_REPLACE)
                replace(d, text, n, &out->text);
            else if (d->kind == DECODE_STRIP)
                strip(d, text, n, &out->text);
            else
                metaspace(d, text, n, i == 0, &out->text);
            append_piece(out, at);
        }
    }
}

static const struct token *known(const struct tokenizer *t, int32_t id)
{
    const struct bpe *b = &t->parts->bpe;
    return id >= 0 && id < b->count && b->tokens[id].text ? &b->tokens[id] : NULL;
}

static void decode(struct tokenizer *t, const int32_t *ids, size_t n, bool skip_special, bool raw, struct str *out)
{
    struct tokenizer_parts *p = t->parts;
    struct pieces *in = &p->pieces, *next = &p->other;
    pieces_clear(in);
    for (size_t i = 0; i < n; i++) {
        const struct token *token = known(t, ids[i]);
        if (!token || (skip_special && token->special))
            continue;
        size_t at = in->text.size;
        str_append(&in->text, token->shown, token->shown_size);
        append_piece(in, at);
    }
    if (!in->count)
        return;
    for (int i = 0; i < p->decoder_count; i++) {
        pieces_clear(next);
        str_puts(&next->text, "");
        step(&p->decoders[i], in, next, raw);
        struct pieces *swap = in;
        in = next;
        next = swap;
    }
    for (size_t i = 0; i < in->count; i++) {
        if (i && !p->has_decoder)
            str_putc(out, ' ');
        str_append(out, in->text.data + in->list[i].at, in->list[i].size);
    }
}

void tokenizer_decode(struct tokenizer *t, const int32_t *ids, size_t n, bool skip_special, struct str *out)
{
    str_puts(out, "");
    decode(t, ids, n, skip_special, false, out);
}

void tokenizer_stream_next(struct tokenizer *t, struct tokenizer_stream *s, int32_t id, bool skip_special,
                           struct str *out)
{
    const struct token *token = known(t, id);
    str_puts(out, "");
    if (!token || (skip_special && token->special))
        return;
    // What a token adds can depend on being the first one (Strip, Metaspace): decode it after the one before.
    int32_t pair[2] = {s->last, id};
    struct str before = {0}, both = {0};
    if (s->started)
        decode(t, pair, 1, false, true, &before);
    decode(t, pair + !s->started, s->started ? 2 : 1, false, true, &both);
    if (both.size > before.size)
        str_append(&s->held, both.data + before.size, both.size - before.size);
    str_finish(&before);
    str_finish(&both);
    s->last = id;
    s->started = true;
    size_t rest = utf8_incomplete(s->held.data, s->held.size), done = s->held.size - rest;
    utf8_clean(s->held.data, done, out);
    if (rest && done)
        memmove(s->held.data, s->held.data + done, rest);
    s->held.size = rest;
}

void tokenizer_stream_finish(struct tokenizer_stream *s, struct str *out)
{
    str_puts(out, "");
    if (s->held.size)
        utf8_clean(s->held.data, s->held.size, out);
    str_finish(&s->held);
    *s = (struct tokenizer_stream){0};
}
