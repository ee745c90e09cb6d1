// One case of an op on one device (see op.h, struct op_case), for checks and for benchmarks: its graph forward and
// backward, its memory, its leaves filled with the same values on every device.
#pragma once
#include "graph/content.h"
#include "graph/program.h"
#include "graph/op.h"

enum { TRIAL_GUARD = 256, TRIAL_LEAVES = 64 };

struct trial {
    struct arena arena;
    struct graph g;
    struct program program;
    struct space leaves_space, work; // every tensor with a memory of its own and TRIAL_GUARD free bytes after it
    struct tensor *out, *seed;       // the differentiable output (or NULL) and the gradient that is fed into it
    struct tensor *leaves[TRIAL_LEAVES];
    int leaf_count;
};

// Builds, places, fills and records. Call trial_finish in any case.
bool trial_init(struct trial *t, struct device *d, const struct op_case *c, struct err *err);
// Records the nodes that a case would run, each into a stream of its own, and shows them; for what asks which kernels a
// device gets. Takes no memory of the device and dispatches nothing.
bool trial_record(struct vk *vk, const struct op_case *c,
                  void (*look)(void *user, int i, const struct node *n, const struct vk_stream *s), void *user,
                  struct err *err);
void trial_finish(struct trial *t);
// All memory not-a-number, then the leaves' values; trial_init has done it once.
bool trial_fill(struct trial *t, const struct op_case *c, struct err *err);
uint32_t trial_hash(const char *name); // of a leaf's name: names its random numbers
