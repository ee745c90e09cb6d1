#include "graph/blocks.h"

#include <string.h>

uint64_t blocks_bytes(const struct blocks *l)
{
    uint64_t sum = 0;
    for (int i = 0; i < l->count; i++)
        sum += l->bytes[i];
    return sum;
}

void blocks_grow(struct blocks *l, struct arena *a, int block, uint64_t bytes)
{
    if (block >= l->room) {
        uint64_t *more = arena_array(a, uint64_t, 2 * block + 8);
        if (l->count)
            memcpy(more, l->bytes, sizeof *more * (size_t)l->count);
        l->bytes = more;
        l->room = 2 * block + 8;
    }
    while (l->count <= block)
        l->bytes[l->count++] = 0;
    if (bytes > l->bytes[block])
        l->bytes[block] = bytes;
}

void blocks_cover(struct blocks *l, struct arena *a, const struct blocks *other)
{
    for (int i = 0; i < other->count; i++)
        blocks_grow(l, a, i, other->bytes[i]);
}

bool blocks_covers(const struct blocks *l, const struct blocks *other)
{
    bool covers = l->count >= other->count;
    for (int i = 0; covers && i < other->count; i++)
        covers = l->bytes[i] >= other->bytes[i];
    return covers;
}
