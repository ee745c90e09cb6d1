// How a range of memory is cut into blocks, one allocation each. A block is as large as what lies in it, so nothing is
// lost where the next tensor does not fit.
#pragma once
#include <stdbool.h>

#include "base/arena.h"

enum { TENSOR_ALIGN = 256 }; // every tensor starts at a multiple of so many bytes of its block

struct blocks {
    uint64_t *bytes; // (count) of every block; lives in the arena that was given to blocks_grow
    int count, room;
};

static inline uint64_t blocks_align(uint64_t bytes)
{
    return (bytes + TENSOR_ALIGN - 1) / TENSOR_ALIGN * TENSOR_ALIGN;
}
uint64_t blocks_bytes(const struct blocks *l);                                    // of all blocks
void blocks_grow(struct blocks *l, struct arena *a, int block, uint64_t bytes);   // block takes at least so much
void blocks_cover(struct blocks *l, struct arena *a, const struct blocks *other); // every block is as large as other's
bool blocks_covers(const struct blocks *l, const struct blocks *other);
