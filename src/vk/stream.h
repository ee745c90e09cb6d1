// A stream from inside: the list of dispatches (stream.c) and its command buffers (submit.c).
#pragma once
#include "base/arena.h"
#include "vk/internal.h"

struct stream_dispatch {
    struct vk_pipeline *pipeline;
    uint32_t args_at, args_bytes; // in stream.args
    uint32_t groups[3];
    uint32_t node;
    bool barrier; // waits for everything before it
    double flops, bytes;
    double ms; // estimated or measured
};

struct stream_part {  // one submission
    int first, count; // dispatches
    double ms;        // estimated, then the last measurement
    bool split;       // took too long: cut it before the next run
    uint32_t canary;  // the word's value once it has finished
    uint64_t value;   // of the timeline, likewise
    VkCommandBuffer buffer;
};

struct vk_stream {
    struct vk *vk;
    struct err failure; // the first one; empty while none
    bool ended;

    struct arena arena; // labels
    const char **labels;
    size_t node_count, node_room;
    bool node_open, node_declared; // a node was started; its accesses were turned into a barrier or none
    bool barrier_next;
    struct hazard hazard;
    int barriers;

    struct stream_dispatch *dispatches;
    size_t count, room;
    uint8_t *args;
    size_t args_bytes, args_room;

    struct stream_part *parts;
    int part_count, part_room;
    bool recorded, measuring;
    VkCommandPool pool;
    VkQueryPool queries; // a part at p with dispatches first.. uses first+p and the count that follow
    int query_count;
    int runs;
    double run_ms;
};

// submit.c
void stream_cut(struct vk_stream *s);   // from the dispatches' ms
void stream_recut(struct vk_stream *s); // splits the parts that are marked
double stream_guess_ms(const struct vk *vk, const struct stream_dispatch *d);
void stream_submit_finish(struct vk_stream *s);
