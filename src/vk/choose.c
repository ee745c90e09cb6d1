#include "vk/choose.h"

#include <stdio.h>
#include <string.h>

enum {
    LOCAL = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
    HOST = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
    CACHED = VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
};
#define GIB ((uint64_t)1 << 30)

bool vk_type_allowed(VkMemoryPropertyFlags flags)
{
    return (flags & ~(VkMemoryPropertyFlags)(LOCAL | HOST | CACHED)) == 0;
}

static bool serves(VkMemoryPropertyFlags f, bool shared)
{
    return vk_type_allowed(f) && ((f & LOCAL) || (shared && (f & HOST) == HOST));
}

// A heap that holds no block of the usual size is the small window of a GPU without a resizable BAR: it is tried last
// and does not count.
static bool small(const VkPhysicalDeviceMemoryProperties *m, uint32_t heap, bool shared)
{
    uint64_t largest = 0;
    for (uint32_t i = 0; i < m->memoryTypeCount; i++)
        if (serves(m->memoryTypes[i].propertyFlags, shared) &&
            m->memoryHeaps[m->memoryTypes[i].heapIndex].size > largest)
            largest = m->memoryHeaps[m->memoryTypes[i].heapIndex].size;
    return m->memoryHeaps[heap].size < GIB && m->memoryHeaps[heap].size < largest;
}

// Memory of the device first; of it what the host sees, so that writes need no staging; on devices that share the
// host's memory, what the host reads fast.
static int score(const VkPhysicalDeviceMemoryProperties *m, uint32_t type, bool shared)
{
    VkMemoryPropertyFlags f = m->memoryTypes[type].propertyFlags;
    bool host = (f & HOST) == HOST;
    return (small(m, m->memoryTypes[type].heapIndex, shared) ? 0 : 16) + (f & LOCAL ? 8 : 0) + (host ? 2 : 0) +
           (shared && host && (f & CACHED) ? 1 : 0);
}

static void count_heaps(const VkPhysicalDeviceMemoryProperties *m, bool shared, struct vk_memory *out)
{
    bool counted[VK_MAX_MEMORY_HEAPS] = {false};
    for (int i = 0; i < out->type_count; i++) {
        uint32_t heap = out->heap_of[i];
        if (counted[heap] || small(m, heap, shared))
            continue;
        counted[heap] = true;
        out->heap_bytes += m->memoryHeaps[heap].size;
        out->heap_budget += out->budget[heap];
    }
}

void vk_choose_memory(const VkPhysicalDeviceMemoryProperties *m, const VkDeviceSize *budget, bool shared,
                      struct vk_memory *out)
{
    *out = (struct vk_memory){0};
    for (uint32_t i = 0; i < m->memoryHeapCount; i++)
        out->budget[i] = budget ? budget[i] : m->memoryHeaps[i].size;
    for (uint32_t i = 0; i < m->memoryTypeCount; i++) {
        if (!serves(m->memoryTypes[i].propertyFlags, shared))
            continue;
        int at = out->type_count++;
        for (; at > 0 && score(m, out->types[at - 1], shared) < score(m, i, shared); at--)
            out->types[at] = out->types[at - 1];
        out->types[at] = i;
    }
    for (int i = 0; i < out->type_count; i++)
        out->heap_of[i] = m->memoryTypes[out->types[i]].heapIndex;
    count_heaps(m, shared, out);
    VkMemoryPropertyFlags f = out->type_count ? m->memoryTypes[out->types[0]].propertyFlags : 0;
    out->mapped = (f & HOST) == HOST;
    out->mapped_cached = out->mapped && (f & CACHED);
}

void vk_memory_order(const struct vk_memory *m, uint64_t bytes, uint32_t order[VK_MAX_MEMORY_TYPES])
{
    int n = 0;
    for (int full = 0; full < 2; full++)
        for (int i = 0; i < m->type_count; i++) {
            uint64_t used = m->used[m->heap_of[i]], budget = m->budget[m->heap_of[i]];
            bool room = used <= budget && bytes <= budget - used;
            if (room == !full)
                order[n++] = m->types[i];
        }
}

uint64_t vk_choose_block_max(uint64_t max_allocation, uint64_t max_buffer)
{
    const uint64_t page = 64 << 10;                        // drivers round a buffer's size up to pages
    uint64_t most = max_allocation ? max_allocation : GIB; // the least that Vulkan allows
    if (max_buffer && max_buffer < most)
        most = max_buffer;
    return most < 2 * page ? page : most / page * page - VK_TAIL;
}

// Two drivers of one GPU: the vendor's or Mesa's before those that translate to another interface (Dozen to Direct3D
// 12, MoltenVK to Metal), which lose features and speed. Of AMD's, RADV: AMDVLK is no longer developed, and it and
// AMD's proprietary driver allow 2 GiB for a buffer where RADV allows 4. Of NVIDIA's, NVIDIA's own: NVK compiles loads
// through buffer references as uncached ones.
int vk_driver_rank(uint32_t driver_id)
{
    switch (driver_id) {
    case VK_DRIVER_ID_MESA_RADV:
    case VK_DRIVER_ID_NVIDIA_PROPRIETARY:
        return 2;
    case VK_DRIVER_ID_MESA_DOZEN:
    case VK_DRIVER_ID_MOLTENVK:
        return 0;
    default:
        return 1;
    }
}

static bool same_gpu(const struct vk_info *a, const struct vk_info *b)
{
    static const uint8_t none[16];
    return memcmp(a->uuid, none, 16) != 0 && memcmp(a->uuid, b->uuid, 16) == 0 && a->vendor == b->vendor &&
           a->device == b->device;
}

static bool better(const struct vk_info *a, const struct vk_info *b)
{
    if (a->usable != b->usable)
        return a->usable;
    return vk_driver_rank(a->driver_id) > vk_driver_rank(b->driver_id);
}

int vk_drop_duplicates(struct vk_info *infos, int count, int *kept)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        int known = 0;
        while (known < n && !same_gpu(&infos[known], &infos[i]))
            known++;
        if (known == n) {
            kept[n] = i;
            infos[n++] = infos[i];
        } else if (better(&infos[i], &infos[known])) {
            struct vk_info before = infos[known];
            infos[known] = infos[i];
            kept[known] = i;
            snprintf(infos[known].instead_of, sizeof infos[known].instead_of, "%s", before.driver);
        } else {
            snprintf(infos[known].instead_of, sizeof infos[known].instead_of, "%s", infos[i].driver);
        }
    }
    return n;
}
