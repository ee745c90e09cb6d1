#include "graph/content.h"

#include <string.h>

#include "vk/vk.h"

static bool put(struct tensor *t, uint64_t at, const void *bytes, uint64_t n, struct err *err)
{
    struct space *s = t->space;
    check(s, "%s is not bound", t->name);
    if (s->device->kind == DEVICE_VULKAN)
        return vk_write(s->device->vk, &s->blocks[t->block], t->offset + at, bytes, n, err);
    memcpy((char *)(uintptr_t)t->address + at, bytes, n);
    return true;
}

static bool get_part(const struct tensor *t, uint64_t at, uint64_t n, void *bytes, struct err *err)
{
    struct space *s = t->space;
    check(s, "%s is not bound", t->name);
    if (s->device->kind == DEVICE_VULKAN)
        return vk_read(s->device->vk, &s->blocks[t->block], t->offset + at, bytes, n, err);
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
    check(at + n <= (uint64_t)tensor_count(t), "rows past the end of %s", t->name);
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
    check(first + n <= (uint64_t)tensor_count(t), "part past the end of %s", t->name);
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
        return vk_fill(s->device->vk, &s->blocks[t->block], t->offset, (n + 3) / 4 * 4, 0, err);
    memset((void *)(uintptr_t)t->address, 0, n);
    return true;
}
