// Running graphs: devices, spaces of memory, programs. The same graph runs on the CPU (float, or double as the
// reference of all tests) and on Vulkan.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "graph/graph.h"

struct vk;
struct vk_block;
struct vk_stream;

enum device_kind { DEVICE_CPU, DEVICE_CPU_DOUBLE, DEVICE_VULKAN };

struct device {
    enum device_kind kind;
    struct vk *vk; // NULL for the CPU
    char name[160];
    int real_bytes; // what an f32 element takes: 4, or 8 on DEVICE_CPU_DOUBLE
};

// which: "cpu", "cpu-double", or what vk_open takes (an index, part of a name, a kind; NULL for the best).
bool device_open(struct device *d, const char *which, struct err *err);
void device_close(struct device *d);
uint64_t device_memory_free(const struct device *d); // bytes that this process may still take, as far as can be told

// A range of a device's memory, planned first and allocated once.
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

// ---- content of bound tensors. Blocks until done. Counts are elements.
bool tensor_write(struct tensor *t, const float *values, struct err *err); // f32, f16, bf16 and quantised: converted
bool tensor_write_rows(struct tensor *t, int64_t row, int64_t rows, const float *values, struct err *err); // f32
bool tensor_write_i32(struct tensor *t, const int32_t *values, int64_t count, struct err *err); // the first count
bool tensor_write_raw(struct tensor *t, const void *bytes, struct err *err); // already in t's dtype (not f32)
bool tensor_read(const struct tensor *t, float *values, struct err *err);
// Elements [first, first + n), counted row by row.
bool tensor_read_part(const struct tensor *t, uint64_t first, uint64_t n, float *values, struct err *err);
bool tensor_read_double(const struct tensor *t, double *values, struct err *err);
bool tensor_read_i32(const struct tensor *t, int32_t *values, struct err *err);
bool tensor_fill_zero(struct tensor *t, struct err *err);

// ---- programs: a planned graph on a device, recorded once, run many times.
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
