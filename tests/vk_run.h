// Streams of two kernels that any test can use: fill and add.
#pragma once
#include "test.h"

#include "add_args.h"
#include "fill_args.h"
#include "vk/stream.h"

static inline uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static inline void put_fill(struct vk *vk, struct vk_stream *s, uint64_t to, uint32_t n, uint32_t word)
{
    struct fill_args args = {.to = to, .n = n, .word = word};
    uint32_t groups[3];
    vk_groups(ceil_div(n, 64), vk, groups);
    vk_stream_node(s, "fill");
    vk_stream_access(s, to, (uint64_t)n * 4, true);
    vk_stream_dispatch(s, vk_pipeline(vk, "fill", NULL, 0, NULL), &args, sizeof args, groups, 0, n * 4.0);
}

static inline void put_add(struct vk *vk, struct vk_stream *s, uint64_t x, uint64_t y, uint64_t sum, uint32_t n)
{
    struct add_args args = {.x = x, .y = y, .sum = sum, .n = n};
    uint32_t groups[3];
    vk_groups(ceil_div(n, 64), vk, groups);
    vk_stream_node(s, "add");
    vk_stream_access(s, x, (uint64_t)n * 4, false);
    vk_stream_access(s, y, (uint64_t)n * 4, false);
    vk_stream_access(s, sum, (uint64_t)n * 4, true);
    vk_stream_dispatch(s, vk_pipeline(vk, "add", NULL, 0, NULL), &args, sizeof args, groups, n, n * 12.0);
}

static inline void run(struct vk_stream *s)
{
    struct err err = {{0}};
    EXPECT(vk_stream_run(s, &err), "%s", err.text);
}
