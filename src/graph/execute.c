#include "graph/execute.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "graph/dump.h"
#include "graph/op.h"
#include "graph/profile.h"
#include "vk/switches.h"
#include "vk/vk.h"

enum { ALIGN = 256 };

bool device_open(struct device *d, const char *which, struct err *err)
{
    *d = (struct device){.kind = DEVICE_VULKAN, .real_bytes = 4};
    if (which && (strcmp(which, "cpu") == 0 || strcmp(which, "cpu-double") == 0)) {
        d->kind = strcmp(which, "cpu") == 0 ? DEVICE_CPU : DEVICE_CPU_DOUBLE;
        d->real_bytes = d->kind == DEVICE_CPU ? 4 : 8;
        snprintf(d->name, sizeof d->name, "%s", d->kind == DEVICE_CPU ? "CPU" : "CPU in double precision");
        return true;
    }
    if (!vk_open(&d->vk, which, err))
        return false;
    snprintf(d->name, sizeof d->name, "%s", vk_info(d->vk)->name);
    return true;
}

void device_close(struct device *d)
{
    if (d->vk)
        vk_close(d->vk);
    else
        profile_print();
    *d = (struct device){0};
}

uint64_t device_memory_free(const struct device *d)
{
    if (d->kind != DEVICE_VULKAN) { // Linux's own estimate
        struct lines in;
        unsigned long long kib = 0;
        bool found = lines_open(&in, "/proc/meminfo", &(struct err){0});
        while (found && kib == 0 && lines_next(&in, &(struct err){0}))
            sscanf(in.line.data, "MemAvailable: %llu", &kib);
        if (found)
            lines_close(&in);
        return kib ? (uint64_t)kib * 1024 : UINT64_MAX; // not told: not limited
    }
    const struct vk_info *i = vk_info(d->vk);
    uint64_t used = vk_memory_used(d->vk);
    return i->heap_budget > used ? i->heap_budget - used : 0;
}

void space_init(struct space *s, struct device *d, const char *name)
{
    *s = (struct space){.device = d, .name = name};
}

void space_place(struct space *s, struct tensor *t)
{
    check(!t->base, "%s is a view", t->name);
    uint64_t bytes = tensor_bytes(t, s->device->real_bytes) + s->guard_bytes;
    uint64_t at = (s->bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (at / SPACE_BLOCK != (at + bytes - 1) / SPACE_BLOCK)
        at = (at / SPACE_BLOCK + 1) * SPACE_BLOCK;
    t->space = s;
    t->offset = at;
    s->bytes = at + bytes;
}

void space_reserve(struct space *s, uint64_t bytes)
{
    if (bytes > s->bytes)
        s->bytes = bytes;
}

bool space_commit(struct space *s, struct err *err)
{
    char bytes[24];
    if (s->device->kind != DEVICE_VULKAN) {
        s->host = block_alloc(s->bytes + ALIGN);
        return s->host ||
               fail(err, "%s needs %s of host memory, which cannot be had", s->name, str_bytes(s->bytes, bytes));
    }
    int count = (int)((s->bytes + SPACE_BLOCK - 1) / SPACE_BLOCK);
    s->blocks = arena_array(&s->arena, struct vk_block, count + 1);
    for (int i = 0; i < count; i++) {
        uint64_t left = (s->bytes - (uint64_t)i * SPACE_BLOCK + 3) / 4 * 4;
        if (!vk_block_alloc(s->device->vk, left < SPACE_BLOCK ? left : SPACE_BLOCK, &s->blocks[i], err))
            return fail_in(err, "%s (%s in all)", s->name, str_bytes(s->bytes, bytes));
        s->block_count++;
        if (!vk_fill(s->device->vk, &s->blocks[i], 0, s->blocks[i].bytes / 4 * 4, 0, err))
            return false;
    }
    return true;
}

void space_bind(struct space *s, struct tensor *t)
{
    if (t->base) {
        if (t->base->space != s)
            return;
        t->offset =
            t->base->offset + (uint64_t)t->base_row * (tensor_bytes(t, s->device->real_bytes) / (uint64_t)t->shape[0]);
    }
    t->space = s;
    t->address = s->device->kind == DEVICE_VULKAN ? s->blocks[t->offset / SPACE_BLOCK].address + t->offset % SPACE_BLOCK
                                                  : (uint64_t)(uintptr_t)s->host + t->offset;
}

void space_finish(struct space *s)
{
    for (int i = 0; i < s->block_count; i++)
        vk_block_free(s->device->vk, &s->blocks[i]);
    block_free(s->host);
    arena_finish(&s->arena);
    *s = (struct space){0};
}

// ---- content

static bool put(struct tensor *t, uint64_t at, const void *bytes, uint64_t n, struct err *err)
{
    struct space *s = t->space;
    check(s, "%s is not bound", t->name);
    if (s->device->kind == DEVICE_VULKAN)
        return vk_write(s->device->vk, &s->blocks[t->offset / SPACE_BLOCK], t->offset % SPACE_BLOCK + at, bytes, n,
                        err);
    memcpy((char *)(uintptr_t)t->address + at, bytes, n);
    return true;
}

static bool get_part(const struct tensor *t, uint64_t at, uint64_t n, void *bytes, struct err *err)
{
    struct space *s = t->space;
    check(s, "%s is not bound", t->name);
    if (s->device->kind == DEVICE_VULKAN)
        return vk_read(s->device->vk, &s->blocks[t->offset / SPACE_BLOCK], t->offset % SPACE_BLOCK + at, bytes, n, err);
    memcpy(bytes, (const char *)(uintptr_t)t->address + at, n);
    return true;
}

static bool get(const struct tensor *t, void *bytes, struct err *err)
{
    return get_part(t, 0, tensor_bytes(t, t->space ? t->space->device->real_bytes : 4), bytes, err);
}

bool tensor_write_rows(struct tensor *t, int64_t row, int64_t rows, const float *values, struct err *err)
{
    check(t->dtype == DTYPE_F32, "%s is not f32", t->name);
    uint64_t n = (uint64_t)(rows * tensor_cols(t)), at = (uint64_t)(row * tensor_cols(t));
    check(at + n <= (uint64_t)tensor_count(t), "rows behind the end of %s", t->name);
    if (t->space->device->real_bytes == 4)
        return put(t, at * 4, values, n * 4, err);
    double *to = (double *)(uintptr_t)t->address + at;
    for (uint64_t i = 0; i < n; i++)
        to[i] = (double)values[i];
    return true;
}

bool tensor_write(struct tensor *t, const float *values, struct err *err)
{
    if (t->dtype == DTYPE_F32)
        return tensor_write_rows(t, 0, tensor_rows(t), values, err);
    uint64_t n = (uint64_t)tensor_count(t), bytes = dtype_bytes(t->dtype, n);
    void *packed = block_alloc(bytes);
    check_memory(packed, "%llu bytes", (unsigned long long)bytes);
    dtype_from_f32(t->dtype, values, 0, n, packed);
    bool ok = put(t, 0, packed, bytes, err);
    block_free(packed);
    return ok;
}

bool tensor_write_i32(struct tensor *t, const int32_t *values, int64_t count, struct err *err)
{
    check(t->dtype == DTYPE_I32 && count <= tensor_count(t), "%lld integers for %s", (long long)count, t->name);
    return put(t, 0, values, (uint64_t)count * 4, err);
}

bool tensor_write_raw(struct tensor *t, const void *bytes, struct err *err)
{
    check(t->dtype != DTYPE_F32 || t->space->device->real_bytes == 4, "%s holds doubles", t->name);
    return put(t, 0, bytes, tensor_bytes(t, 4), err);
}

bool tensor_read_double(const struct tensor *t, double *values, struct err *err)
{
    uint64_t n = (uint64_t)tensor_count(t);
    if (t->dtype == DTYPE_F32 && t->space->device->real_bytes == 8)
        return get(t, values, err);
    float *narrow = block_alloc(n * 4);
    check_memory(narrow, "%llu bytes", (unsigned long long)n * 4);
    bool ok = tensor_read(t, narrow, err);
    for (uint64_t i = 0; ok && i < n; i++)
        values[i] = (double)narrow[i];
    block_free(narrow);
    return ok;
}

bool tensor_read(const struct tensor *t, float *values, struct err *err)
{
    uint64_t n = (uint64_t)tensor_count(t);
    if (t->dtype == DTYPE_F32 && t->space->device->real_bytes == 4)
        return get(t, values, err);
    uint64_t bytes = tensor_bytes(t, t->space->device->real_bytes);
    void *raw = block_alloc(bytes);
    check_memory(raw, "%llu bytes", (unsigned long long)bytes);
    bool ok = get(t, raw, err);
    if (ok && t->dtype == DTYPE_F32)
        for (uint64_t i = 0; i < n; i++)
            values[i] = (float)((double *)raw)[i];
    else if (ok)
        dtype_to_f32(t->dtype, raw, 0, n, values);
    block_free(raw);
    return ok;
}

bool tensor_read_part(const struct tensor *t, uint64_t first, uint64_t n, float *values, struct err *err)
{
    check(first + n <= (uint64_t)tensor_count(t), "part behind the end of %s", t->name);
    if (t->dtype == DTYPE_F32 && t->space->device->real_bytes == 4)
        return get_part(t, first * 4, n * 4, values, err);
    float *whole = block_alloc(sizeof(float) * (size_t)tensor_count(t));
    check_memory(whole, "%s", t->name);
    bool ok = tensor_read(t, whole, err);
    if (ok)
        memcpy(values, whole + first, sizeof(float) * n);
    block_free(whole);
    return ok;
}

bool tensor_read_i32(const struct tensor *t, int32_t *values, struct err *err)
{
    check(t->dtype == DTYPE_I32, "%s is not i32", t->name);
    return get(t, values, err);
}

bool tensor_fill_zero(struct tensor *t, struct err *err)
{
    struct space *s = t->space;
    uint64_t n = tensor_bytes(t, s->device->real_bytes);
    if (s->device->kind == DEVICE_VULKAN)
        return vk_fill(s->device->vk, &s->blocks[t->offset / SPACE_BLOCK], t->offset % SPACE_BLOCK, (n + 3) / 4 * 4, 0,
                       err);
    memset((void *)(uintptr_t)t->address, 0, n);
    return true;
}

// ---- programs

static void access(struct vk_stream *s, const struct tensor *t, bool write)
{
    vk_stream_access(s, t->address, tensor_bytes(t, 4), write);
}

static void record_node(struct vk_stream *s, struct vk *vk, const struct node *n)
{
    char label[160];
    snprintf(label, sizeof label, "%s %s", n->op->name, n->out[0] ? n->out[0]->name : "");
    vk_stream_node(s, label);
    for (int j = 0; j < NODE_INPUTS; j++)
        if (n->in[j])
            access(s, n->in[j], false);
    for (int j = 0; j < NODE_OUTPUTS; j++)
        if (n->out[j])
            access(s, n->out[j], true);
    n->op->vulkan(n, vk, s);
}

static bool record(struct program *p, struct err *err)
{
    p->stream = vk_stream_create(p->device->vk);
    for (int i = 0; i < p->graph->node_count; i++)
        record_node(p->stream, p->device->vk, p->graph->nodes[i]);
    return vk_stream_end(p->stream, err);
}

bool program_init(struct program *p, struct device *d, struct graph *g, struct space *inputs, struct space *work,
                  struct err *err)
{
    *p = (struct program){.graph = g, .device = d};
    if (g->err.text[0])
        return fail(err, "%s", g->err.text);
    check(g->work_bytes <= work->bytes, "the work space is smaller than the plan of the graph");
    for (int i = 0; i < g->tensor_count; i++) { // a view comes behind its base
        struct tensor *t = g->tensors[i];
        if (t->kind == TENSOR_ACTIVATION && (t->base ? t->base : t)->last >= 0)
            space_bind(work, t);
        else if (t->kind == TENSOR_INPUT)
            space_bind(inputs, t);
        else if (t->base && t->base->space)
            space_bind(t->base->space, t);
    }
    return d->kind != DEVICE_VULKAN || record(p, err);
}

static void run_on_cpu(const struct program *p, const struct node *n)
{
    bool profile = switches()->profile;
    double start = profile ? clock_now() : 0;
    (p->device->kind == DEVICE_CPU_DOUBLE ? n->op->cpu_double : n->op->cpu)(n);
    if (profile)
        profile_add(n, clock_now() - start);
}

bool program_run(struct program *p, struct err *err)
{
    if (switches()->dump && !p->dumped) {
        p->dumped = true;
        return program_dump(p, switches()->dump, err);
    }
    if (p->device->kind == DEVICE_VULKAN)
        return vk_stream_run(p->stream, err);
    for (int i = 0; i < p->graph->node_count; i++)
        run_on_cpu(p, p->graph->nodes[i]);
    return true;
}

bool program_trace(struct program *p, bool (*look)(void *user, int i, const struct node *n), void *user,
                   struct err *err)
{
    for (int i = 0; i < p->graph->node_count; i++) {
        const struct node *n = p->graph->nodes[i];
        if (p->device->kind == DEVICE_VULKAN) {
            struct vk_stream *one = vk_stream_create(p->device->vk);
            record_node(one, p->device->vk, n);
            bool ok = vk_stream_end(one, err) && vk_stream_run(one, err);
            vk_stream_free(one);
            if (!ok)
                return false;
        } else {
            run_on_cpu(p, n);
        }
        if (!look(user, i, n))
            return true;
    }
    return true;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

bool program_time_node(struct program *p, const struct node *n, int times, int runs, double *ms, struct err *err)
{
    struct vk_stream *s = NULL;
    bool ok = true;
    if (p->device->kind == DEVICE_VULKAN) {
        s = vk_stream_create(p->device->vk);
        for (int i = 0; i < times; i++)
            record_node(s, p->device->vk, n);
        ok = vk_stream_end(s, err);
    }
    for (int run = -1; ok && run < runs; run++) {
        double start = now_ms();
        if (s)
            ok = vk_stream_run(s, err);
        else
            for (int i = 0; i < times; i++)
                run_on_cpu(p, n);
        if (run >= 0)
            ms[run] = now_ms() - start;
    }
    if (s)
        vk_stream_free(s);
    return ok;
}

void program_finish(struct program *p)
{
    if (p->stream)
        vk_stream_free(p->stream);
    *p = (struct program){0};
}
