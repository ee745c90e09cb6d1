// A range of a device's memory, planned first and allocated once.
#pragma once
#include "graph/device.h"
#include "graph/graph.h"

struct vk_block;

struct space {
    struct device *device;
    const char *name;
    uint64_t bytes;          // planned so far
    uint64_t guard_bytes;    // left free behind every tensor placed (tests)
    struct vk_block *blocks; // Vulkan: blocks of 1 GiB, the last one shorter
    int block_count;
    void *host; // CPU
    struct arena arena;
};

void space_init(struct space *s, struct device *d, const char *name);
void space_place(struct space *s,
                 struct tensor *t); // the next free offset; the tensor is bound by space_commit's caller
void space_reserve(struct space *s, uint64_t bytes); // at least so large
// Allocates, zeroed. Fails with the bytes wanted and what to do when the memory cannot be had.
bool space_commit(struct space *s, struct err *err);
void space_bind(struct space *s, struct tensor *t); // address from offset; views follow their base
void space_finish(struct space *s);
