#include "graph/space.h"

#include "base/str.h"
#include "graph/plan.h"
#include "vk/vk.h"

void space_init(struct space *s, struct device *d, const char *name)
{
    *s = (struct space){.device = d, .name = name};
}

void space_place(struct space *s, struct tensor *t)
{
    check(!t->base, "%s is a view", t->name);
    struct blocks *l = &s->planned;
    uint64_t bytes = blocks_align(tensor_bytes(t, s->device->real_bytes) + s->guard_bytes);
    bool fits = l->count && bytes <= s->device->block_bytes && l->bytes[l->count - 1] <= s->device->block_bytes - bytes;
    if (!s->err.text[0])
        device_holds(s->device, t, bytes, &s->err);
    if (!s->largest || tensor_bytes(t, s->device->real_bytes) > tensor_bytes(s->largest, s->device->real_bytes))
        s->largest = t;
    t->space = s;
    t->block = fits ? l->count - 1 : l->count;
    t->offset = fits ? l->bytes[t->block] : 0;
    blocks_grow(l, &s->arena, t->block, t->offset + bytes);
}

void space_reserve(struct space *s, const struct blocks *l)
{
    blocks_cover(&s->planned, &s->arena, l);
}

bool space_planned(const struct space *s, struct err *err)
{
    return !s->err.text[0] || fail(err, "%s", s->err.text);
}

static bool allocate(struct device *d, uint64_t bytes, struct vk_block *block, struct err *err)
{
    if (d->kind == DEVICE_VULKAN)
        return vk_block_alloc(d->vk, bytes, block, err);
    void *host = block_alloc(bytes + TENSOR_ALIGN);
    if (!host)
        return fail(err, "host memory: %.1f MiB cannot be had", (double)bytes / 0x1p20);
    *block = (struct vk_block){.address = (uint64_t)(uintptr_t)host, .bytes = bytes, .map = host};
    d->used += bytes;
    return true;
}

bool space_commit(struct space *s, struct err *err)
{
    char bytes[24];
    if (!space_planned(s, err))
        return false;
    s->blocks = arena_array(&s->arena, struct vk_block, s->planned.count + 1);
    for (int i = 0; i < s->planned.count; i++) {
        if (!allocate(s->device, s->planned.bytes[i], &s->blocks[i], err))
            return fail_in(err, "%s (%s in all)", s->name, str_bytes(space_bytes(s), bytes));
        s->block_count++;
    }
    return s->device->kind != DEVICE_VULKAN || space_fill(s, 0, err); // the host's memory is zeroed
}

bool space_fill(struct space *s, uint32_t word, struct err *err)
{
    bool ok = true;
    for (int i = 0; ok && i < s->block_count; i++) {
        uint32_t *host = s->blocks[i].map;
        if (s->device->kind == DEVICE_VULKAN)
            ok = vk_fill(s->device->vk, &s->blocks[i], 0, s->blocks[i].bytes, word, err);
        else
            for (uint64_t j = 0; j < s->blocks[i].bytes / 4; j++)
                host[j] = word;
    }
    return ok;
}

void space_bind(struct space *s, struct tensor *t)
{
    if (t->base) {
        if (t->base->space != s)
            return;
        t->block = t->base->block;
        t->offset =
            t->base->offset + (uint64_t)t->base_row * (tensor_bytes(t, s->device->real_bytes) / (uint64_t)t->shape[0]);
    }
    t->space = s;
    t->address = s->blocks[t->block].address + t->offset;
}

void space_finish(struct space *s)
{
    for (int i = 0; i < s->block_count; i++) {
        if (s->device->kind == DEVICE_VULKAN) {
            vk_block_free(s->device->vk, &s->blocks[i]);
            continue;
        }
        s->device->used -= s->blocks[i].bytes;
        block_free(s->blocks[i].map);
    }
    arena_finish(&s->arena);
    *s = (struct space){0};
}
