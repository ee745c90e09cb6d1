#include "graph/space.h"

#include "base/str.h"
#include "vk/vk.h"

enum { ALIGN = 256 };

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
