// Recording of streams: nodes, what they touch, their dispatches. Nothing here calls Vulkan.
#include "vk/stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vk/switches.h"

static void *grow(void *list, size_t need, size_t *room, size_t size)
{
    if (need <= *room)
        return list;
    size_t wider = *room ? *room * 2 : 64;
    while (wider < need)
        wider *= 2;
    list = block_resize(list, *room * size, wider * size);
    *room = wider;
    return list;
}

struct vk_stream *vk_stream_create(struct vk *vk)
{
    struct vk_stream *s = block_alloc(sizeof *s);
    check(s, "no host memory for a stream");
    s->vk = vk;
    return s;
}

void vk_stream_free(struct vk_stream *s)
{
    if (!s)
        return;
    stream_submit_finish(s);
    hazard_finish(&s->hazard);
    block_free(s->labels);
    block_free(s->dispatches);
    block_free(s->args);
    block_free(s->parts);
    arena_finish(&s->arena);
    block_free(s);
}

void vk_stream_fail(struct vk_stream *s, const char *fmt, ...)
{
    char text[sizeof s->failure.text];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fail(&s->failure, "%s", text);
}

// A node's accesses are complete at its first dispatch, at the latest when the next node starts.
static void declare(struct vk_stream *s)
{
    if (!s->node_open || s->node_declared)
        return;
    s->barrier_next |= hazard_node(&s->hazard);
    s->node_declared = true;
}

void vk_stream_node(struct vk_stream *s, const char *label)
{
    check(!s->ended, "node %s in a stream that has ended", label);
    declare(s);
    s->labels = grow(s->labels, s->node_count + 1, &s->node_room, sizeof *s->labels);
    s->labels[s->node_count++] = arena_strdup(&s->arena, label);
    s->node_open = true;
    s->node_declared = false;
}

void vk_stream_access(struct vk_stream *s, uint64_t address, uint64_t bytes, bool write)
{
    check(s->node_open && !s->node_declared, "an access after the dispatches of node %s, or before any node",
          s->node_count ? s->labels[s->node_count - 1] : "");
    hazard_access(&s->hazard, address, bytes, write);
}

void vk_stream_dispatch(struct vk_stream *s, struct vk_pipeline *pipeline, const void *args, uint32_t args_bytes,
                        const uint32_t groups[3], double flops, double bytes)
{
    check(s->node_open && !s->ended, "a dispatch outside a node");
    check(args_bytes <= VK_ARGS && args_bytes % 4 == 0, "%u bytes of arguments", args_bytes);
    const char *label = s->labels[s->node_count - 1];
    declare(s);
    if (!pipeline)
        vk_stream_fail(s, "%s: its kernel could not be made", label);
    const uint32_t *max = s->vk->info.max_groups;
    if (groups[0] > max[0] || groups[1] > max[1] || groups[2] > max[2])
        vk_stream_fail(s, "%s: %u x %u x %u workgroups, the device takes %u x %u x %u (vk_groups splits them)", label,
                       groups[0], groups[1], groups[2], max[0], max[1], max[2]);
    if (s->failure.text[0] || !groups[0] || !groups[1] || !groups[2])
        return;
    s->dispatches = grow(s->dispatches, s->count + 1, &s->room, sizeof *s->dispatches);
    s->args = grow(s->args, s->args_bytes + args_bytes, &s->args_room, 1);
    struct stream_dispatch *d = &s->dispatches[s->count++];
    *d = (struct stream_dispatch){
        .pipeline = pipeline,
        .args_at = (uint32_t)s->args_bytes,
        .args_bytes = args_bytes,
        .groups = {groups[0], groups[1], groups[2]},
        .node = (uint32_t)(s->node_count - 1),
        .barrier = s->count > 1 && (s->barrier_next || switches()->barriers_all || switches()->profile),
        .flops = flops,
        .bytes = bytes,
    };
    d->ms = stream_guess_ms(s->vk, d);
    if (args_bytes)
        memcpy(s->args + s->args_bytes, args, args_bytes);
    s->args_bytes += args_bytes;
    s->barriers += d->barrier;
    s->barrier_next = false;
}

bool vk_stream_end(struct vk_stream *s, struct err *err)
{
    check(!s->ended, "a stream ends twice");
    if (s->failure.text[0])
        return fail(err, "%s", s->failure.text);
    s->ended = true;
    stream_cut(s);
    return true;
}

const char *vk_stream_kernel(const struct vk_stream *s, int i)
{
    return i >= 0 && (size_t)i < s->count ? s->dispatches[i].pipeline->name : NULL;
}

struct vk_stream_stats vk_stream_stats(const struct vk_stream *s)
{
    return (struct vk_stream_stats){
        .nodes = (int)s->node_count,
        .dispatches = (int)s->count,
        .barriers = s->barriers,
        .submissions = s->part_count,
        .runs = s->runs,
        .ms = s->run_ms,
    };
}

void vk_groups(uint64_t count, const struct vk *vk, uint32_t out[3])
{
    const uint32_t *max = vk->info.max_groups;
    uint64_t y = (count + max[0] - 1) / max[0];
    uint64_t z = y ? (y + max[1] - 1) / max[1] : 0;
    check(z <= max[2], "%llu workgroups", (unsigned long long)count);
    y = z ? (y + z - 1) / z : 0;
    out[2] = (uint32_t)z;
    out[1] = (uint32_t)y;
    out[0] = count ? (uint32_t)((count + y * z - 1) / (y * z)) : 0;
}
