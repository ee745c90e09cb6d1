// Byte pair encoding of one piece: of all neighbours that have a merge, the one of lowest rank (the leftmost of
// equal ones) is joined, until none is left. A heap of (rank, position) makes that n log n.
#include <string.h>

#include "base/guard.h"
#include "base/utf8.h"
#include "model/tokenizer_parts.h"

// Under the sanitizers the cache is small, so that words meet in it and a tokenizer is opened in no time.
enum { CACHE_KEY = 44, CACHE_IDS = 12, CACHE_ENTRIES = GUARD_BYTES ? 1 << 6 : 1 << 15, NO_MERGE = -1 };

struct cached {          // a piece that was encoded before; the newer one of equal hashes stays
    uint8_t size, count; // size 0: free
    char key[CACHE_KEY];
    int32_t ids[CACHE_IDS];
};

struct symbol {
    int32_t id; // -1: joined to the one before
    int32_t prev, next;
    uint32_t merge; // with the next one; NO_MERGE
};

struct bpe_scratch {
    struct cached *cache;
    struct str mapped;
    struct symbol *symbols;
    size_t count, room;
    uint64_t *heap; // merge << 32 | position
    size_t heap_count, heap_room;
};

uint32_t byte_level_char(uint8_t byte)
{
    // Printable characters of Latin-1 stand for themselves, the 68 others follow from U+0100 (GPT-2, bytes_to_unicode).
    if ((byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE)
        return byte;
    return byte <= ' ' ? 0x100u + byte : byte <= 0xA0 ? 0x100u + 33 + (byte - 0x7Fu) : 0x143;
}

int byte_level_byte(uint32_t c)
{
    if (c >= 0x100 && c <= 0x120)
        return (int)(c - 0x100);
    if (c > 0x120 && c <= 0x142)
        return (int)(c - 0x121 + 0x7F);
    if (c == 0x143)
        return 0xAD;
    return c <= 0xFF && byte_level_char((uint8_t)c) == c ? (int)c : -1;
}

void byte_level_map(const char *bytes, size_t n, struct str *out)
{
    for (size_t i = 0; i < n; i++) {
        char text[4];
        str_append(out, text, (size_t)utf8_encode(byte_level_char((uint8_t)bytes[i]), text));
    }
}

static void heap_push(struct bpe_scratch *s, uint64_t v)
{
    if (s->heap_count == s->heap_room) {
        size_t room = s->heap_room ? 2 * s->heap_room : 256;
        s->heap = block_resize(s->heap, s->heap_room * sizeof *s->heap, room * sizeof *s->heap);
        s->heap_room = room;
    }
    size_t i = s->heap_count++;
    for (; i && s->heap[(i - 1) / 2] > v; i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = v;
}

static uint64_t heap_pop(struct bpe_scratch *s)
{
    uint64_t top = s->heap[0], v = s->heap[--s->heap_count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < s->heap_count; i = child) {
        child += child + 1 < s->heap_count && s->heap[child + 1] < s->heap[child];
        if (s->heap[child] >= v)
            break;
        s->heap[i] = s->heap[child];
    }
    s->heap[i] = v;
    return top;
}

static void push_symbol(struct bpe_scratch *s, int32_t id)
{
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 256;
        s->symbols = block_resize(s->symbols, s->room * sizeof *s->symbols, room * sizeof *s->symbols);
        s->room = room;
    }
    int32_t at = (int32_t)s->count++;
    s->symbols[at] = (struct symbol){.id = id, .prev = at - 1, .next = at + 1, .merge = (uint32_t)NO_MERGE};
}

static int32_t char_id(const struct bpe *b, const char *text, size_t n, uint32_t point)
{
    return point < 512 ? b->char_ids[point] : bpe_find(b, text, n);
}

static bool push_bytes(struct bpe *b, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (b->byte_ids[(uint8_t)text[i]] < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        push_symbol(b->scratch, b->byte_ids[(uint8_t)text[i]]);
    return true;
}

// The characters of a piece as symbols. One without a token becomes its bytes' tokens, else unk (a run of them
// one unk with fuse_unk), else nothing. A pending unk comes out only before the next known character, as in the
// reference, even after byte tokens.
static void push_chars(struct bpe *b, const char *text, size_t n)
{
    int pending = 0;
    for (size_t i = 0; i < n;) {
        uint32_t point = (unsigned char)text[i];
        size_t len = point < 0x80 ? 1 : (size_t)utf8_decode(text + i, n - i, &point);
        int32_t id = char_id(b, text + i, len, point);
        if (id >= 0) {
            if (pending)
                push_symbol(b->scratch, b->unk);
            pending = 0;
            push_symbol(b->scratch, id);
        } else if ((!b->byte_fallback || !push_bytes(b, text + i, len)) && b->unk >= 0) {
            if (pending && !b->fuse_unk)
                push_symbol(b->scratch, b->unk);
            pending = 1;
        }
        i += len;
    }
    if (pending)
        push_symbol(b->scratch, b->unk);
}

static void offer(struct bpe *b, int32_t at)
{
    struct bpe_scratch *s = b->scratch;
    struct symbol *left = &s->symbols[at];
    left->merge = (uint32_t)NO_MERGE;
    if ((size_t)left->next >= s->count)
        return;
    left->merge = bpe_find_merge(b, left->id, s->symbols[left->next].id);
    if (left->merge != (uint32_t)NO_MERGE)
        heap_push(s, (uint64_t)left->merge << 32 | (uint32_t)at);
}

static void merge_all(struct bpe *b)
{
    struct bpe_scratch *s = b->scratch;
    s->heap_count = 0;
    for (size_t i = 0; i < s->count; i++)
        offer(b, (int32_t)i);
    while (s->heap_count) {
        uint64_t top = heap_pop(s);
        int32_t at = (int32_t)(top & 0xFFFFFFFFu);
        struct symbol *left = &s->symbols[at];
        if (left->id < 0 || left->merge != top >> 32)
            continue; // the pair is no more
        struct symbol *right = &s->symbols[left->next];
        left->id = b->merges[left->merge].result;
        left->next = right->next;
        right->id = -1;
        if ((size_t)left->next < s->count)
            s->symbols[left->next].prev = at;
        offer(b, at);
        if (left->prev >= 0)
            offer(b, left->prev);
    }
}

static void encode_new(struct bpe *b, const char *piece, size_t n, struct ids *out)
{
    struct bpe_scratch *s = b->scratch;
    if (b->byte_level) {
        str_clear(&s->mapped);
        byte_level_map(piece, n, &s->mapped);
        piece = s->mapped.data;
        n = s->mapped.size;
    }
    int32_t whole = b->ignore_merges ? bpe_find(b, piece, n) : -1;
    if (whole >= 0) {
        ids_push(out, whole);
        return;
    }
    s->count = 0;
    push_chars(b, piece, n);
    merge_all(b);
    for (size_t i = 0; i < s->count; i = (size_t)s->symbols[i].next)
        ids_push(out, s->symbols[i].id);
}

static struct cached *cache_slot(struct bpe_scratch *s, const char *piece, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, piece + i, n - i < 8 ? n - i : 8);
        h = (h ^ word) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    return &s->cache[h & (CACHE_ENTRIES - 1)];
}

void bpe_encode(struct bpe *b, const char *piece, size_t n, struct ids *out)
{
    if (!b->scratch) {
        b->scratch = block_resize(NULL, 0, sizeof *b->scratch);
        b->scratch->cache = block_resize(NULL, 0, CACHE_ENTRIES * sizeof(struct cached));
    }
    if (n > CACHE_KEY) {
        encode_new(b, piece, n, out);
        return;
    }
    struct cached *c = cache_slot(b->scratch, piece, n);
    if (c->size == n && memcmp(c->key, piece, n) == 0) {
        for (int i = 0; i < c->count; i++)
            ids_push(out, c->ids[i]);
        return;
    }
    size_t before = out->count;
    encode_new(b, piece, n, out);
    size_t count = out->count - before;
    if (!count || count > CACHE_IDS)
        return;
    c->size = (uint8_t)n;
    c->count = (uint8_t)count;
    memcpy(c->key, piece, n);
    memcpy(c->ids, out->data + before, count * sizeof *c->ids);
}

void bpe_finish(struct bpe *b)
{
    block_free(b->tokens);
    block_free(b->slots);
    block_free(b->merges);
    block_free(b->pair_slots);
    if (b->scratch) {
        block_free(b->scratch->cache);
        str_finish(&b->scratch->mapped);
        block_free(b->scratch->symbols);
        block_free(b->scratch->heap);
        block_free(b->scratch);
    }
    *b = (struct bpe){0};
}
