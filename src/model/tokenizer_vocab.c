// The vocabulary: token to id, id to token, and the table of merges.
#include <stdio.h>
#include <string.h>

#include "base/guard.h"
#include "base/utf8.h"
#include "model/tokenizer_parts.h"

static uint64_t hash_bytes(const char *s, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u; // FNV-1a
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
    return h ^ h >> 29;
}

static const char *or_empty(const char *s) // a struct str that was never written has no data
{
    return s ? s : "";
}

static uint64_t hash_pair(int32_t left, int32_t right)
{
    uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

void bpe_init(struct bpe *b, struct arena *arena)
{
    *b = (struct bpe){.arena = arena, .unk = -1};
    b->slot_count = b->pair_slot_count = 1024;
    b->slots = block_resize(NULL, 0, b->slot_count * sizeof *b->slots);
    b->pair_slots = block_resize(NULL, 0, b->pair_slot_count * sizeof *b->pair_slots);
}

// Slot of the token, or the free slot where it belongs.
static uint32_t *find_slot(const struct bpe *b, const char *text, size_t size)
{
    for (size_t i = hash_bytes(text, size);; i++) {
        uint32_t *slot = &b->slots[i & (b->slot_count - 1)];
        if (!*slot)
            return slot;
        const struct token *t = &b->tokens[*slot - 1];
        if (t->size == size && memcmp(t->text, text, size) == 0)
            return slot;
    }
}

int32_t bpe_find(const struct bpe *b, const char *text, size_t size)
{
    return (int32_t)*find_slot(b, text, size) - 1;
}

static void grow_slots(struct bpe *b)
{
    if (2 * b->used < b->slot_count)
        return;
    uint32_t *old = b->slots;
    size_t count = b->slot_count;
    b->slot_count *= 4;
    b->slots = block_resize(NULL, 0, b->slot_count * sizeof *b->slots);
    for (size_t i = 0; i < count; i++)
        if (old[i])
            *find_slot(b, b->tokens[old[i] - 1].text, b->tokens[old[i] - 1].size) = old[i];
    block_free(old);
}

struct token *bpe_slot(struct bpe *b, int32_t id)
{
    if (id >= b->room) {
        int32_t room = b->room ? b->room : 256;
        while (room <= id)
            room *= 2;
        b->tokens = block_resize(b->tokens, (size_t)b->room * sizeof *b->tokens, (size_t)room * sizeof *b->tokens);
        b->room = room;
    }
    if (id >= b->count)
        b->count = id + 1;
    return &b->tokens[id];
}

const char *bpe_text(struct bpe *b, const char *text, size_t size)
{
    enum { POOL = GUARD_BYTES ? 0 : 64 * 1024 }; // one by one where each is guarded
    if (b->pool_left < size + 1) {
        b->pool_left = size + 1 > POOL ? size + 1 : POOL;
        b->pool = arena_alloc(b->arena, b->pool_left);
    }
    char *copy = b->pool;
    memcpy(copy, text, size);
    copy[size] = 0;
    b->pool += size + 1;
    b->pool_left -= size + 1;
    return copy;
}

bool bpe_add_token(struct bpe *b, const char *text, size_t size, int64_t id, struct err *err)
{
    int shown = (int)(size < 60 ? size : 60); // text may lie in a file, without a zero after it
    if (id < 0 || id >= TOKENIZER_MAX_ID)
        return fail(err, "the token \"%.*s\" has the id %lld; ids must lie within 0 and %d", shown, text, (long long)id,
                    TOKENIZER_MAX_ID - 1);
    if (size > TOKENIZER_MAX_TOKEN)
        return fail(err, "the token \"%.*s...\" has %zu bytes, at most %d are supported", shown, text, size,
                    TOKENIZER_MAX_TOKEN);
    if (!utf8_valid(text, size))
        return fail(err, "the token with the id %lld is not valid UTF-8", (long long)id);
    grow_slots(b);
    uint32_t *slot = find_slot(b, text, size);
    if (*slot)
        return fail(err, "the token \"%.*s\" is there twice, with the ids %u and %lld", shown, text, *slot - 1,
                    (long long)id);
    struct token *t = bpe_slot(b, (int32_t)id);
    if (t->text)
        return fail(err, "the tokens \"%.60s\" and \"%.*s\" have the same id %lld", t->text, shown, text,
                    (long long)id);
    t->text = t->shown = bpe_text(b, text, size);
    t->size = t->shown_size = (uint32_t)size;
    *slot = (uint32_t)id + 1;
    b->used++;
    return true;
}

static uint32_t *find_pair(const struct bpe *b, int32_t left, int32_t right)
{
    for (size_t i = hash_pair(left, right);; i++) {
        uint32_t *slot = &b->pair_slots[i & (b->pair_slot_count - 1)];
        if (!*slot || (b->merges[*slot - 1].left == left && b->merges[*slot - 1].right == right))
            return slot;
    }
}

uint32_t bpe_find_merge(const struct bpe *b, int32_t left, int32_t right)
{
    return *find_pair(b, left, right) - 1;
}

static void grow_merges(struct bpe *b)
{
    if (b->merge_count == b->merge_room) {
        uint32_t room = b->merge_room ? 2 * b->merge_room : 1024;
        b->merges = block_resize(b->merges, b->merge_room * sizeof *b->merges, room * sizeof *b->merges);
        b->merge_room = room;
    }
    if (3 * (size_t)b->merge_count < b->pair_slot_count)
        return;
    block_free(b->pair_slots);
    b->pair_slot_count *= 4;
    b->pair_slots = block_resize(NULL, 0, b->pair_slot_count * sizeof *b->pair_slots);
    for (uint32_t i = 0; i < b->merge_count; i++) // in order, so that the later one of equal pairs stays
        *find_pair(b, b->merges[i].left, b->merges[i].right) = i + 1;
}

bool bpe_add_merge(struct bpe *b, const char *left, size_t left_size, const char *right, size_t right_size,
                   struct err *err)
{
    left = or_empty(left);
    right = or_empty(right);
    struct merge m = {bpe_find(b, left, left_size), bpe_find(b, right, right_size), -1};
    char both[2 * TOKENIZER_MAX_TOKEN];
    if (left_size + right_size <= sizeof both) {
        memcpy(both, left, left_size);
        memcpy(both + left_size, right, right_size);
        m.result = bpe_find(b, both, left_size + right_size);
    }
    if (m.left < 0 || m.right < 0 || m.result < 0) {
        int l = (int)(left_size < 60 ? left_size : 60), r = (int)(right_size < 60 ? right_size : 60);
        return fail(err, "merge %u of \"%.*s\" and \"%.*s\": the token \"%.*s%.*s\" is not in the vocabulary",
                    b->merge_count, l, left, r, right, m.left < 0 || m.right >= 0 ? l : 0, left, m.left >= 0 ? r : 0,
                    right);
    }
    grow_merges(b);
    b->merges[b->merge_count++] = m;
    *find_pair(b, m.left, m.right) = b->merge_count;
    return true;
}

bool bpe_seal(struct bpe *b, struct err *err)
{
    for (uint32_t c = 0; c < 512; c++) {
        char text[4];
        b->char_ids[c] = bpe_find(b, text, (size_t)utf8_encode(c, text));
    }
    for (unsigned i = 0; i < 256; i++) {
        char text[8];
        snprintf(text, sizeof text, "<0x%02X>", i);
        b->byte_ids[i] = bpe_find(b, text, 6);
    }
    b->unk = b->unk_token ? bpe_find(b, b->unk_token, strlen(b->unk_token)) : -1;
    if (b->unk_token && b->unk < 0 && !b->byte_level)
        return fail(err, "unk_token \"%.60s\" is not in the vocabulary", b->unk_token);
    return true;
}
