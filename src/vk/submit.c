// Streams on the device: command buffers, submissions paced by measured time, the canary.
//
// A driver that sees a submission run for seconds kills it, and some lose its work without saying so. So the list of
// dispatches is cut into parts of PART_MS; each ends by incrementing the canary word, which the host compares. The
// first cut guesses, the first two runs measure every dispatch (the first of them includes the driver's late
// compilation), the second cut uses that; a part that exceeds LONG_MS later is split. Parts are never merged.
#include "vk/stream.h"

#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "canary_args.h"
#include "vk/switches.h"

#define PART_MS       75.0
#define LONG_MS       150.0
#define MEASURED_RUNS 2
#define FIRST_MOST    100    // dispatches of a part while nothing is measured
#define KILLED_MS     1000.0 // a dispatch that takes so long is in danger on drivers that reset a busy device after 2 s
#define WARN_AFTER_S  60

// Before anything is measured: the rate that the kernel showed in other streams, else that of a slow device.
double stream_guess_ms(const struct vk *vk, const struct stream_dispatch *d)
{
    double work = d->flops + d->bytes;
    if (d->pipeline->ns_per_work > 0)
        return 0.02 + work * d->pipeline->ns_per_work * 1e-6;
    bool slow = strcmp(vk->info.kind, "cpu-vulkan") == 0;
    return 0.02 + d->flops / (slow ? 1e6 : 2e7) + d->bytes / (slow ? 1e6 : 5e6);
}

static struct stream_part *add_part(struct vk_stream *s, int first)
{
    if (s->part_count == s->part_room) {
        int wider = s->part_room ? s->part_room * 2 : 8;
        s->parts = block_resize(s->parts, (size_t)s->part_room * sizeof *s->parts, (size_t)wider * sizeof *s->parts);
        s->part_room = wider;
    }
    struct stream_part *p = &s->parts[s->part_count++];
    memset(p, 0, sizeof *p);
    p->first = first;
    return p;
}

static void cut_range(struct vk_stream *s, int first, int count, double part_ms, int most)
{
    struct stream_part *p = NULL;
    for (int i = first; i < first + count; i++) {
        double ms = s->dispatches[i].ms;
        if (!p || p->count >= most || p->ms + ms > part_ms)
            p = add_part(s, i);
        p->count++;
        p->ms += ms;
    }
}

// Without timestamps the profile needs every dispatch by itself.
static bool one_by_one(const struct vk_stream *s)
{
    return switches()->profile && s->vk->info.timestamp_ns == 0;
}

void stream_cut(struct vk_stream *s)
{
    s->part_count = 0;
    cut_range(s, 0, (int)s->count, PART_MS, one_by_one(s) ? 1 : s->runs ? INT_MAX : FIRST_MOST);
    s->recorded = false;
}

void stream_recut(struct vk_stream *s)
{
    struct stream_part *old = s->parts;
    int old_count = s->part_count, old_room = s->part_room;
    s->parts = NULL;
    s->part_count = s->part_room = 0;
    for (int i = 0; i < old_count; i++) {
        double estimated = 0;
        for (int j = 0; j < old[i].count; j++)
            estimated += s->dispatches[old[i].first + j].ms;
        for (int j = 0; j < old[i].count; j++)
            s->dispatches[old[i].first + j].ms *= old[i].ms / estimated;
        cut_range(s, old[i].first, old[i].count, old[i].split ? PART_MS : 1e30, INT_MAX);
    }
    block_free(old);
    (void)old_room;
    s->recorded = false;
}

// The nodes of dispatches [begin, end); of many the first and the last ones.
static void put_nodes(struct str *out, const struct vk_stream *s, int begin, int end)
{
    uint32_t last = s->dispatches[end - 1].node, first = s->dispatches[begin].node;
    str_printf(out, "%s", s->labels[first]);
    if (last > first + 4)
        str_puts(out, " ...");
    for (uint32_t n = last > first + 4 ? last - 3 : first + 1; n <= last && n > first; n++)
        str_printf(out, ", %s", s->labels[n]);
    str_printf(out, " (last kernel %s)", s->dispatches[end - 1].pipeline->name);
}

static void put_part(struct str *out, const struct vk_stream *s, int part)
{
    put_nodes(out, s, s->parts[part].first, s->parts[part].first + s->parts[part].count);
}

bool vk_failed(struct vk *vk, VkResult r, const char *doing, struct err *err)
{
    const struct vk_flight *f = &vk->flight;
    bool lost = r == VK_ERROR_DEVICE_LOST;
    struct str text = {0};
    str_printf(&text, "%s: %s while %s; ", vk->info.name, lost ? "the device was lost" : vk_result_name(r), doing);
    if (!f->stream) {
        str_puts(&text, "no dispatch was in flight");
    } else if (f->begin == f->end) {
        str_puts(&text, "no dispatch was in flight, the last one before was that of ");
        put_nodes(&text, f->stream, f->end - 1, f->end);
    } else {
        str_printf(&text, "in flight were dispatches %d to %d of %zu, nodes ", f->begin + 1, f->end, f->stream->count);
        put_nodes(&text, f->stream, f->begin, f->end);
    }
    if (lost)
        str_puts(&text,
                 ". Its driver reset it; the kernel's log says why. Continue from the last checkpoint, with smaller "
                 "batches if it happens again");
    fail(err, "%s", text.data);
    str_finish(&text);
    return false;
}

static VkResult make_pools(struct vk_stream *s)
{
    VkCommandPoolCreateInfo pool = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .queueFamilyIndex = s->vk->family,
    };
    VkResult r = VK_SUCCESS;
    if (s->pool) // what an earlier cut recorded goes with its pool
        vkDestroyCommandPool(s->vk->device, s->pool, NULL);
    s->pool = VK_NULL_HANDLE;
    r = vkCreateCommandPool(s->vk->device, &pool, NULL, &s->pool);
    int queries = (int)s->count + s->part_count;
    if (r != VK_SUCCESS || s->vk->info.timestamp_ns == 0 || (s->queries && s->query_count >= queries))
        return r;
    VkQueryPoolCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
        .queryType = VK_QUERY_TYPE_TIMESTAMP,
        .queryCount = (uint32_t)queries,
    };
    vkDestroyQueryPool(s->vk->device, s->queries, NULL);
    s->queries = VK_NULL_HANDLE;
    s->query_count = queries;
    return vkCreateQueryPool(s->vk->device, &info, NULL, &s->queries);
}

static void put_dispatch(struct vk *vk, VkCommandBuffer c, const struct vk_pipeline **bound,
                         const struct vk_pipeline *p, const void *args, uint32_t bytes, const uint32_t groups[3])
{
    if (*bound != p)
        vkCmdBindPipeline(c, VK_PIPELINE_BIND_POINT_COMPUTE, p->handle);
    *bound = p;
    if (bytes)
        vkCmdPushConstants(c, vk->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, bytes, args);
    vkCmdDispatch(c, groups[0], groups[1], groups[2]);
}

static void compute_barrier(VkCommandBuffer c)
{
    VkMemoryBarrier b = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT,
    };
    vkCmdPipelineBarrier(c, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &b, 0,
                         NULL, 0, NULL);
}

static void timestamp(struct vk_stream *s, VkCommandBuffer c, int query)
{
    if (s->queries)
        vkCmdWriteTimestamp(c, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, s->queries, (uint32_t)query);
}

static VkResult record_part(struct vk_stream *s, int part)
{
    struct stream_part *p = &s->parts[part];
    struct vk *vk = s->vk;
    VkCommandBufferAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .commandPool = s->pool,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    VkResult r = vkAllocateCommandBuffers(vk->device, &info, &p->buffer);
    if (r == VK_SUCCESS)
        r = vkBeginCommandBuffer(p->buffer, &begin);
    if (r != VK_SUCCESS)
        return r;
    VkCommandBuffer c = p->buffer;
    int query = p->first + part;
    if (s->queries)
        vkCmdResetQueryPool(c, s->queries, (uint32_t)query, (uint32_t)p->count + 1);
    vk_barrier(c);
    timestamp(s, c, query);
    const struct vk_pipeline *bound = NULL;
    for (int i = 0; i < p->count; i++) {
        const struct stream_dispatch *d = &s->dispatches[p->first + i];
        if (d->barrier && i)
            compute_barrier(c);
        put_dispatch(vk, c, &bound, d->pipeline, s->args + d->args_at, d->args_bytes, d->groups);
        if (s->measuring || i + 1 == p->count)
            timestamp(s, c, query + i + 1);
    }
    compute_barrier(c);
    struct canary_args canary = {.word = vk->canary.address};
    put_dispatch(vk, c, &bound, vk->canary_kernel, &canary, sizeof canary, (const uint32_t[3]){1, 1, 1});
    vk_barrier(c);
    return vkEndCommandBuffer(c);
}

static bool record(struct vk_stream *s, struct err *err)
{
    VkResult r = make_pools(s);
    for (int i = 0; i < s->part_count && r == VK_SUCCESS; i++)
        r = record_part(s, i);
    s->recorded = r == VK_SUCCESS;
    return r == VK_SUCCESS || fail(err, "%s: recording a stream: %s", s->vk->info.name, vk_result_name(r));
}

// Waits for a part and compares the canary. A wait has no limit, but says what takes so long.
static bool finish_part(struct vk_stream *s, int part, struct err *err)
{
    struct vk *vk = s->vk;
    struct stream_part *p = &s->parts[part];
    VkResult r = vk_wait(vk, p->value, (uint64_t)WARN_AFTER_S * 1000000000u);
    struct str nodes = {0};
    if (r == VK_TIMEOUT) {
        put_part(&nodes, s, part);
        log_warn("%s works for more than %d s on %s", vk->info.name, WARN_AFTER_S, nodes.data);
        r = vk_wait(vk, p->value, UINT64_MAX);
    }
    bool ok = r == VK_SUCCESS || vk_failed(vk, r, "the host waited for it", err);
    if (ok)
        vk->flight.begin = p->first + p->count;
    uint32_t word;
    memcpy(&word, vk->canary.map, sizeof word);
    if (ok && (int32_t)(word - p->canary) < 0) {
        str_clear(&nodes);
        put_part(&nodes, s, part);
        ok =
            fail(err, "%s: the driver reports success, but the last dispatch was lost in submission %d of %d, nodes %s",
                 vk->info.name, part + 1, s->part_count, nodes.data);
    }
    str_finish(&nodes);
    return ok;
}

static bool submit_part(struct vk_stream *s, int part, struct err *err)
{
    struct vk *vk = s->vk;
    VkCommandBuffer buffers[2];
    uint32_t count = 0;
    if (part == 0 && vk->copy_count) { // small inputs travel with the first part
        VkCommandBufferBeginInfo begin = {
            .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
            .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
        };
        VkResult r = vkBeginCommandBuffer(vk->transfer, &begin);
        if (r == VK_SUCCESS) {
            vk_record_copies(vk, vk->transfer);
            r = vkEndCommandBuffer(vk->transfer);
        }
        if (r != VK_SUCCESS)
            return fail(err, "%s: recording copies: %s", vk->info.name, vk_result_name(r));
        buffers[count++] = vk->transfer;
    }
    buffers[count++] = s->parts[part].buffer;
    VkResult r = vk_submit(vk, buffers, count);
    struct stream_part *p = &s->parts[part];
    if (r != VK_SUCCESS)
        return vk_failed(vk, r, "work was submitted to it", err);
    p->value = vk->submitted;
    p->canary = ++vk->canary_expected;
    if (part == 0)
        vk->flight = (struct vk_flight){.stream = s};
    vk->flight.end = p->first + p->count;
    return true;
}

// The kernel's rate is that of its largest dispatch: small ones are mostly overhead.
static void learn(const struct vk_stream *s, struct stream_dispatch *d, double ms)
{
    if (ms > KILLED_MS && !d->pipeline->warned && strcmp(s->vk->info.kind, "cpu-vulkan") != 0) {
        d->pipeline->warned = true;
        log_warn("one dispatch of kernel %s takes %.0f ms on %s (%s); its driver may kill it. Use smaller batches",
                 d->pipeline->name, ms, s->vk->info.name, s->labels[d->node]);
    }
    double work = d->flops + d->bytes;
    d->ms = ms;
    if (work > 0 && work >= d->pipeline->rate_work) {
        d->pipeline->rate_work = work;
        d->pipeline->ns_per_work = ms * 1e6 / work;
    }
}

static bool query_ms(struct vk_stream *s, int from, int to, double *ms)
{
    uint64_t t[2];
    const VkQueryResultFlags flags = VK_QUERY_RESULT_64_BIT;
    if (vkGetQueryPoolResults(s->vk->device, s->queries, (uint32_t)from, 1, 8, &t[0], 8, flags) != VK_SUCCESS ||
        vkGetQueryPoolResults(s->vk->device, s->queries, (uint32_t)to, 1, 8, &t[1], 8, flags) != VK_SUCCESS)
        return false;
    uint64_t mask = s->vk->timestamp_bits >= 64 ? UINT64_MAX : ((uint64_t)1 << s->vk->timestamp_bits) - 1;
    *ms = (double)((t[1] - t[0]) & mask) * s->vk->info.timestamp_ns * 1e-6;
    return true;
}

static void count_profile(struct stream_dispatch *d, double ms)
{
    d->pipeline->count++;
    d->pipeline->ms += ms;
    d->pipeline->flops += d->flops;
    d->pipeline->bytes += d->bytes;
}

// Times of a part that has finished; wall_ms serves where the device has no clock.
static void measure(struct vk_stream *s, int part, double wall_ms)
{
    struct stream_part *p = &s->parts[part];
    double total = wall_ms, estimated = p->ms;
    if (s->queries)
        query_ms(s, p->first + part, p->first + part + p->count, &total);
    for (int i = 0; i < p->count && s->measuring; i++) {
        struct stream_dispatch *d = &s->dispatches[p->first + i];
        double ms = estimated > 0 ? d->ms * total / estimated : total / p->count;
        if (s->queries)
            query_ms(s, p->first + part + i, p->first + part + i + 1, &ms);
        learn(s, d, ms);
        if (switches()->profile)
            count_profile(d, ms);
    }
    p->ms = total;
    p->split = p->count > 1 && total > LONG_MS;
}

static bool submit_all(struct vk_stream *s, struct err *err)
{
    bool alone = !s->queries; // without timestamps one part at a time is measured
    double start = clock_ms();
    for (int i = 0; i < s->part_count; i++) {
        if (i >= 2 && !alone && !finish_part(s, i - 2, err)) // two in flight
            return false;
        if (!submit_part(s, i, err) || (alone && !finish_part(s, i, err)))
            return false;
        double end = clock_ms();
        if (alone)
            measure(s, i, end - start);
        start = end;
    }
    for (int i = s->part_count > 2 ? s->part_count - 2 : 0; i < s->part_count && !alone; i++)
        if (!finish_part(s, i, err))
            return false;
    for (int i = 0; i < s->part_count && !alone; i++)
        measure(s, i, 0);
    return true;
}

bool vk_stream_run(struct vk_stream *s, struct err *err)
{
    check(s->ended, "a stream runs before it ends");
    if (!s->count)
        return true;
    bool split = false;
    for (int i = 0; i < s->part_count; i++)
        split |= s->parts[i].split;
    if (s->runs == MEASURED_RUNS)
        stream_cut(s);
    else if (s->runs > MEASURED_RUNS && split)
        stream_recut(s);
    if (!s->recorded) {
        s->measuring = s->runs < MEASURED_RUNS || switches()->profile;
        if (!record(s, err))
            return false;
    }
    double start = clock_ms();
    if (!submit_all(s, err))
        return false;
    s->run_ms = clock_ms() - start;
    s->runs++;
    return true;
}

void stream_submit_finish(struct vk_stream *s)
{
    if (s->vk->flight.stream == s)
        s->vk->flight = (struct vk_flight){0};
    if (s->pool) // it has run, and a failed run can leave a submission over
        vk_wait(s->vk, s->vk->submitted, UINT64_MAX);
    if (s->pool)
        vkDestroyCommandPool(s->vk->device, s->pool, NULL);
    if (s->queries)
        vkDestroyQueryPool(s->vk->device, s->queries, NULL);
}
