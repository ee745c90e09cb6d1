// A part of a device's memory (the model, the optimiser's states, ...), planned first and allocated once, in blocks.
#pragma once
#include "graph/device.h"
#include "graph/graph.h"

struct vk_block;

struct space {
    struct device *device;
    const char *name;
    struct blocks planned;        // planned so far
    const struct tensor *largest; // of those placed
    uint64_t guard_bytes;         // left free after every tensor placed (tests)
    struct err err;               // the first failure while planning; space_commit reports it
    struct vk_block *blocks;      // allocated; of the CPU's, only address and bytes are set
    int block_count;
    struct arena arena;
};

void space_init(struct space *s, struct device *d, const char *name);
// After what was placed before; in a new block where it does not fit. Bound by space_commit's caller. A tensor that the
// device cannot hold makes the space fail.
void space_place(struct space *s, struct tensor *t);
void space_reserve(struct space *s, const struct blocks *l); // every block at least as large as l's
static inline uint64_t space_bytes(const struct space *s)
{
    return blocks_bytes(&s->planned);
}
bool space_planned(const struct space *s, struct err *err); // fails with the first failure while planning
// Allocates, zeroed. Fails with the bytes wanted and what to do when the memory cannot be had.
bool space_commit(struct space *s, struct err *err);
bool space_fill(struct space *s, uint32_t word, struct err *err); // all of it
void space_bind(struct space *s, struct tensor *t);               // address from its place; views follow their base
void space_finish(struct space *s);
