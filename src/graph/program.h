// A planned graph on a device, recorded once, run many times.
#pragma once
#include "graph/space.h"

struct vk_stream;

struct program {
    struct graph *graph;
    struct device *device;
    struct vk_stream *stream; // Vulkan
    bool dumped;              // its first run was written out (VKR1_DUMP)
};

// Binds the graph's inputs (placed in `inputs`) and activations (planned in `work`); both spaces are committed.
// On Vulkan records the command buffers. All weights, gradients and states are bound already.
bool program_init(struct program *p, struct device *d, struct graph *g, struct space *inputs, struct space *work,
                  struct err *err);
// Runs all nodes and waits for the end.
bool program_run(struct program *p, struct err *err);
// Runs the nodes one at a time and shows each to `look` (its outputs are then in memory); look returns false to stop.
// Slow: for dumps and for finding where a number went wrong. In-place updates (gradients) happen as in program_run.
bool program_trace(struct program *p, bool (*look)(void *user, int i, const struct node *n), void *user,
                   struct err *err);
// Wall-clock milliseconds of node n run `times` times in a row, measured `runs` times into ms[0..runs) after one run
// that does not count. For benchmarks: what the node updates in place it updates every time.
bool program_time_node(struct program *p, const struct node *n, int times, int runs, double *ms, struct err *err);
void program_finish(struct program *p);
