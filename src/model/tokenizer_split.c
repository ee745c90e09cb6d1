// The pre-tokenizers: each cuts the pieces of the step before into smaller ones, some also change the text.
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "model/tokenizer_parts.h"

// Takes the spans of a piece from left to right, matching or not, and joins them as the behaviour says.
struct joiner {
    struct pieces *out;
    enum split_behavior behavior;
    bool invert;
    bool head; // the next span begins the text
    bool any, last_was_match;
    size_t from, end; // the piece that may still grow
};

static void flush(struct joiner *j)
{
    if (j->any)
        pieces_push(j->out, j->from, j->end - j->from, j->head);
    if (j->any && j->end > j->from)
        j->head = false;
    j->any = false;
}

static void span(struct joiner *j, size_t at, size_t end, bool match)
{
    match ^= j->invert;
    bool join = false;
    switch (j->behavior) {
    case SPLIT_REMOVED:
        if (match) {
            flush(j);
            j->head = j->head && at == end;
            return;
        }
        break;
    case SPLIT_ISOLATED:
        break;
    case SPLIT_CONTIGUOUS:
        join = match == j->last_was_match;
        break;
    case SPLIT_MERGED_WITH_PREVIOUS:
        join = match && !j->last_was_match;
        break;
    case SPLIT_MERGED_WITH_NEXT:
        join = !match && j->last_was_match;
        break;
    }
    if (j->any && join) {
        j->end = end;
    } else {
        flush(j);
        j->from = at;
        j->end = end;
        j->any = true;
    }
    j->last_was_match = match;
}

static bool by_pattern(struct joiner *j, struct regex *r, const char *text, size_t at, size_t n, struct err *err)
{
    struct regex_cursor cursor = {0};
    size_t before = 0, from, end;
    int found;
    while ((found = regex_next(r, text + at, n, &cursor, &from, &end, err)) > 0) {
        if (before != from)
            span(j, at + before, at + from, false);
        span(j, at + from, at + end, true);
        before = end;
    }
    if (before != n)
        span(j, at + before, at + n, false);
    flush(j);
    return found == 0;
}

static bool is_punctuation(uint32_t c) // ASCII's, with symbols, and the categories P*
{
    if (c < 0x80)
        return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_PO;
}

static void by_char(struct joiner *j, bool (*is)(uint32_t), const char *text, size_t at, size_t n)
{
    size_t run = at; // begin of the characters that do not match
    for (size_t i = at; i < at + n;) {
        uint32_t c = (unsigned char)text[i];
        size_t len = c < 0x80 ? 1 : (size_t)utf8_decode(text + i, at + n - i, &c);
        if (is(c)) {
            if (run != i)
                span(j, run, i, false);
            span(j, i, i + len, true);
            run = i + len;
        }
        i += len;
    }
    if (run != at + n)
        span(j, run, at + n, false);
    flush(j);
}

// Copies piece i of `in` to the text of `out` with spaces replaced and perhaps a replacement in front.
static struct piece metaspace(const struct splitter *s, const struct pieces *in, size_t i, struct pieces *out)
{
    struct piece old = in->list[i];
    struct piece new = {.at = out->text.size, .head = old.head};
    const char *text = in->text.data + old.at;
    size_t n = strlen(s->replacement);
    bool has = text[0] == ' ' || (old.size >= n && memcmp(text, s->replacement, n) == 0);
    if (!has && (s->prepend == PREPEND_ALWAYS || (s->prepend == PREPEND_FIRST && old.head)))
        str_puts(&out->text, s->replacement);
    for (size_t k = 0; k < old.size; k++) {
        if (text[k] == ' ')
            str_append(&out->text, s->replacement, n);
        else
            str_putc(&out->text, text[k]);
    }
    new.size = out->text.size - new.at;
    return new;
}

static void split_metaspace(const struct splitter *s, struct joiner *j, struct pieces *out, struct piece whole)
{
    size_t n = strlen(s->replacement), run = whole.at, end = whole.at + whole.size;
    for (size_t i = whole.at; s->split && i + n <= end;) {
        if (memcmp(out->text.data + i, s->replacement, n) != 0) {
            i++;
            continue;
        }
        if (run != i)
            span(j, run, i, false);
        span(j, i, i + n, true);
        i += n;
        run = i;
    }
    if (run != end)
        span(j, run, end, false);
    flush(j);
}

// One step: p->pieces to p->other. Steps that keep the text share it by swapping the buffer afterwards.
static bool step(struct tokenizer_parts *p, struct splitter *s, bool last, struct err *err)
{
    struct pieces *in = &p->pieces, *out = &p->other;
    bool map = s->kind == SPLIT_BYTE_LEVEL && !last; // as the last step, BPE maps the bytes itself
    bool new_text = s->kind == SPLIT_METASPACE || (s->kind == SPLIT_BYTE_LEVEL && s->add_prefix_space);
    bool ok = true;
    pieces_clear(out);
    for (size_t i = 0; ok && i < in->count; i++) {
        struct piece piece = in->list[i];
        const char *text = in->text.data;
        struct joiner j = {.out = out, .behavior = s->behavior, .invert = s->invert, .head = piece.head};
        if (s->kind == SPLIT_METASPACE) {
            split_metaspace(s, &j, out, metaspace(s, in, i, out));
            continue;
        }
        if (new_text) {
            size_t at = out->text.size;
            if (text[piece.at] != ' ')
                str_putc(&out->text, ' ');
            str_append(&out->text, text + piece.at, piece.size);
            text = out->text.data;
            piece = (struct piece){at, out->text.size - at, piece.head};
        }
        if (s->kind == SPLIT_PATTERN || s->kind == SPLIT_WHITESPACE || s->kind == SPLIT_DIGITS ||
            (s->kind == SPLIT_BYTE_LEVEL && s->use_regex))
            ok = by_pattern(&j, &s->pattern, text, piece.at, piece.size, err);
        else if (s->kind == SPLIT_BYTE_LEVEL)
            pieces_push(out, piece.at, piece.size, piece.head);
        else
            by_char(&j, s->kind == SPLIT_PUNCTUATION ? is_punctuation : point_is_space, text, piece.at, piece.size);
    }
    struct pieces swap = *in;
    *in = *out;
    *out = swap;
    if (!new_text) {
        struct str text = in->text;
        in->text = out->text;
        out->text = text;
    }
    if (map && ok) {
        str_clear(&out->text);
        for (size_t i = 0; i < in->count; i++) {
            size_t at = out->text.size;
            byte_level_map(in->text.data + in->list[i].at, in->list[i].size, &out->text);
            in->list[i] = (struct piece){at, out->text.size - at, in->list[i].head};
        }
        struct str text = in->text;
        in->text = out->text;
        out->text = text;
    }
    return ok;
}

bool split_text(struct tokenizer_parts *p, const char *text, size_t n, bool head, struct err *err)
{
    pieces_clear(&p->pieces);
    str_append(&p->pieces.text, text, n);
    pieces_push(&p->pieces, 0, n, head);
    for (int i = 0; i < p->splitter_count; i++)
        if (!step(p, &p->splitters[i], i + 1 == p->splitter_count, err))
            return false;
    return true;
}
