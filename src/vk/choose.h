// What is chosen from what drivers tell: memory for blocks, and one of two drivers. Functions of plain structs, so that
// tests can give them the figures of devices that are not there.
#pragma once
#include <volk.h>

#include "vk/vk.h"

// Memory that blocks may come from.
struct vk_memory {
    uint32_t types[VK_MAX_MEMORY_TYPES]; // memory types, best first
    int type_count;
    uint32_t heap_of[VK_MAX_MEMORY_TYPES]; // of types[i]
    uint64_t budget[VK_MAX_MEMORY_HEAPS];  // of a heap: what this process may use
    uint64_t used[VK_MAX_MEMORY_HEAPS];    // of a heap: bytes of blocks; kept by memory.c
    uint64_t heap_bytes, heap_budget;      // of all heaps that count, each once
    bool mapped, mapped_cached;            // of types[0]: the host sees it; and reads it fast
};

// Memory types whose properties all belong to Vulkan 1.0: others need a feature that is not requested, such as
// DEVICE_COHERENT_AMD (VUID-vkAllocateMemory-deviceCoherentMemory-02790), or serve other ends (protected, lazy).
bool vk_type_allowed(VkMemoryPropertyFlags flags);
// budget: bytes by heap as VK_EXT_memory_budget tells them; NULL: the heaps' sizes. shared: the device has no memory of
// its own, so what the host sees serves as well.
void vk_choose_memory(const VkPhysicalDeviceMemoryProperties *m, const VkDeviceSize *budget, bool shared,
                      struct vk_memory *out);
// The types in the order in which a block of so many bytes is tried: first those whose heap has room for it.
void vk_memory_order(const struct vk_memory *m, uint64_t bytes, uint32_t order[VK_MAX_MEMORY_TYPES]);

// Bytes of the largest block, its tail not counted. 0: the driver does not tell.
uint64_t vk_choose_block_max(uint64_t max_allocation, uint64_t max_buffer);

// How good a driver is for a GPU that others serve as well, by VkDriverId.
int vk_driver_rank(uint32_t driver_id);
// Leaves one of the devices that are the same GPU (equal UUID, vendor and device): the usable one, then that of the
// better driver, then the first. It says whose place it took (info.instead_of). kept: their indices before; returns
// how many are left.
int vk_drop_duplicates(struct vk_info *infos, int count, int *kept);
