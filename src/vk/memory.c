// Blocks of device memory, and the staging ring between them and the host.
//
// Blocks that the host sees are written directly. Others go through one host block of STAGING bytes: writes are
// copied into it and wait there until the next submission carries them; reads go through its second half.
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "vk/internal.h"
#include "vk/switches.h"

#define STAGING ((uint64_t)32 << 20)
#define WRITES  (STAGING / 2) // the rest is for reads
#define HOST    (VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)

static bool allocate(struct vk *vk, uint64_t bytes, uint32_t type, bool map, struct vk_block *block, VkResult *result)
{
    memset(block, 0, sizeof *block);
    VkBuffer buffer = VK_NULL_HANDLE;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
        .size = bytes,
        .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                 VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT,
    };
    VkResult r = vkCreateBuffer(vk->device, &info, NULL, &buffer);
    VkMemoryRequirements need = {0};
    if (r == VK_SUCCESS)
        vkGetBufferMemoryRequirements(vk->device, buffer, &need);
    if (r == VK_SUCCESS && !(need.memoryTypeBits & 1u << type))
        r = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    VkMemoryAllocateFlagsInfo flags = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
        .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT,
    };
    VkMemoryAllocateInfo allocate_info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
        .pNext = &flags,
        .allocationSize = need.size,
        .memoryTypeIndex = type,
    };
    if (r == VK_SUCCESS)
        r = vkAllocateMemory(vk->device, &allocate_info, NULL, &memory);
    if (r == VK_SUCCESS)
        r = vkBindBufferMemory(vk->device, buffer, memory, 0);
    if (r == VK_SUCCESS && map)
        r = vkMapMemory(vk->device, memory, 0, VK_WHOLE_SIZE, 0, &block->map);
    *result = r;
    if (r != VK_SUCCESS) {
        vkDestroyBuffer(vk->device, buffer, NULL);
        vkFreeMemory(vk->device, memory, NULL);
        memset(block, 0, sizeof *block);
        return false;
    }
    VkBufferDeviceAddressInfo address = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO, .buffer = buffer};
    block->address = vkGetBufferDeviceAddress(vk->device, &address);
    block->buffer = (uint64_t)(uintptr_t)buffer;
    block->memory = (uint64_t)(uintptr_t)memory;
    return true;
}

static VkBuffer buffer_of(const struct vk_block *b)
{
    return (VkBuffer)(uintptr_t)b->buffer;
}

static bool allocate_anywhere(struct vk *vk, uint64_t bytes, struct vk_block *block, VkResult *r)
{
    uint32_t order[VK_MAX_MEMORY_TYPES];
    vk_memory_order(&vk->memory, bytes, order);
    VkResult first = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    for (int i = 0; i < vk->memory.type_count; i++) {
        VkMemoryType t = vk->memory_types.memoryTypes[order[i]];
        bool map = vk->info.mapped && (t.propertyFlags & HOST) == HOST;
        if (allocate(vk, bytes, order[i], map, block, r)) {
            block->cached = map && (t.propertyFlags & VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
            block->heap = t.heapIndex;
            return true;
        }
        first = i == 0 ? *r : first;
    }
    *r = first;
    return false;
}

// What a block takes, tail included.
static uint64_t bytes_of(uint64_t bytes)
{
    return (bytes + VK_ALIGN - 1) / VK_ALIGN * VK_ALIGN + VK_TAIL;
}

bool vk_block_alloc(struct vk *vk, uint64_t bytes, struct vk_block *block, struct err *err)
{
    check(bytes && bytes <= vk->info.block_max, "a block of %llu bytes, the largest is %llu", (unsigned long long)bytes,
          (unsigned long long)vk->info.block_max);
    VkResult r;
    uint64_t whole = bytes_of(bytes);
    if (!allocate_anywhere(vk, whole, block, &r))
        return fail(err,
                    "device memory: %.1f MiB cannot be had on %s (%s); %.1f MiB are in use, its memory has %.1f MiB. "
                    "Use smaller batches or a smaller model",
                    (double)bytes / 0x1p20, vk->info.name, vk_result_name(r), (double)vk->used / 0x1p20,
                    (double)vk->info.heap_bytes / 0x1p20);
    block->bytes = bytes;
    vk->used += bytes;
    vk->memory.used[block->heap] += whole;
    if (block->address % VK_ALIGN) {
        fail(err, "%s placed memory at address %llx, which is no multiple of %d", vk->info.name,
             (unsigned long long)block->address, VK_ALIGN);
        vk_block_free(vk, block);
        return false;
    }
    return !switches()->validation || vk_fill(vk, block, 0, bytes / 4 * 4, 0xffffffffu, err);
}

void vk_block_free(struct vk *vk, struct vk_block *block)
{
    if (block->buffer) {
        if (vk->copy_count)
            vk_flush(vk, NULL);
        vkDestroyBuffer(vk->device, buffer_of(block), NULL);
        vkFreeMemory(vk->device, (VkDeviceMemory)(uintptr_t)block->memory, NULL);
        if (block != &vk->staging && block != &vk->canary) {
            vk->used -= block->bytes;
            vk->memory.used[block->heap] -= bytes_of(block->bytes);
        }
    }
    memset(block, 0, sizeof *block);
}

bool vk_host_block(struct vk *vk, uint64_t bytes, struct vk_block *block, struct err *err)
{
    VkResult r = VK_ERROR_OUT_OF_HOST_MEMORY;
    for (int cached = 1; cached >= 0; cached--)
        for (uint32_t i = 0; i < vk->memory_types.memoryTypeCount; i++) {
            VkMemoryPropertyFlags f = vk->memory_types.memoryTypes[i].propertyFlags;
            if ((f & HOST) != HOST || !vk_type_allowed(f) || (cached && !(f & VK_MEMORY_PROPERTY_HOST_CACHED_BIT)))
                continue;
            if (allocate(vk, bytes, i, true, block, &r)) {
                block->bytes = bytes;
                return true;
            }
        }
    return fail(err, "host memory: %.1f MiB for transfers cannot be had on %s (%s)", (double)bytes / 0x1p20,
                vk->info.name, vk_result_name(r));
}

void vk_staging_finish(struct vk *vk)
{
    vk_block_free(vk, &vk->staging);
}

static bool staging_ready(struct vk *vk, struct err *err)
{
    return vk->staging.buffer || vk_host_block(vk, STAGING, &vk->staging, err);
}

bool vk_record_copies(struct vk *vk, VkCommandBuffer to)
{
    if (!vk->copy_count)
        return false;
    vk_barrier(to);
    for (int i = 0; i < vk->copy_count; i++) {
        const struct vk_copy *c = &vk->copies[i];
        bool again = false; // a later write to the same place must come second
        for (int j = 0; j < i && !again; j++)
            again = vk->copies[j].to == c->to && vk->copies[j].to_offset < c->to_offset + c->bytes &&
                    c->to_offset < vk->copies[j].to_offset + vk->copies[j].bytes;
        if (again)
            vk_barrier(to);
        VkBufferCopy region = {c->from_offset, c->to_offset, c->bytes};
        vkCmdCopyBuffer(to, buffer_of(&vk->staging), c->to, 1, &region);
    }
    vk_barrier(to);
    vk->copy_count = 0;
    vk->staged = 0;
    return true;
}

static VkResult transfer_begin(struct vk *vk)
{
    VkCommandBufferBeginInfo begin = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
        .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
    };
    return vkBeginCommandBuffer(vk->transfer, &begin);
}

static bool transfer_end(struct vk *vk, VkResult r, struct err *err)
{
    if (r == VK_SUCCESS)
        r = vkEndCommandBuffer(vk->transfer);
    if (r == VK_SUCCESS)
        r = vk_submit(vk, &vk->transfer, 1);
    if (r == VK_SUCCESS)
        r = vk_wait(vk, vk->submitted, UINT64_MAX);
    return r == VK_SUCCESS || vk_failed(vk, r, "data was copied to or from it", err);
}

bool vk_flush(struct vk *vk, struct err *err)
{
    if (!vk->copy_count)
        return true;
    VkResult r = transfer_begin(vk);
    if (r == VK_SUCCESS)
        vk_record_copies(vk, vk->transfer);
    return transfer_end(vk, r, err);
}

static void check_range(const struct vk_block *b, uint64_t offset, uint64_t bytes, const char *what)
{
    check(offset <= b->bytes && bytes <= b->bytes - offset, "%s of %llu bytes at %llu in a block of %llu", what,
          (unsigned long long)bytes, (unsigned long long)offset, (unsigned long long)b->bytes);
}

bool vk_write(struct vk *vk, const struct vk_block *block, uint64_t offset, const void *src, uint64_t bytes,
              struct err *err)
{
    check_range(block, offset, bytes, "a write");
    if (block->map) {
        memcpy((char *)block->map + offset, src, bytes);
        return true;
    }
    if (!staging_ready(vk, err))
        return false;
    const char *from = src;
    while (bytes) {
        if ((vk->staged == WRITES || vk->copy_count == VK_COPIES) && !vk_flush(vk, err))
            return false;
        uint64_t n = bytes < WRITES - vk->staged ? bytes : WRITES - vk->staged;
        memcpy((char *)vk->staging.map + vk->staged, from, n);
        vk->copies[vk->copy_count++] = (struct vk_copy){buffer_of(block), vk->staged, offset, n};
        vk->staged = (vk->staged + n + 15) / 16 * 16;
        from += n;
        offset += n;
        bytes -= n;
    }
    return true;
}

bool vk_read(struct vk *vk, const struct vk_block *block, uint64_t offset, void *dst, uint64_t bytes, struct err *err)
{
    check_range(block, offset, bytes, "a read");
    const uint64_t small = 256; // uncached memory is read by the host at some MB/s
    if (block->map && (block->cached || bytes <= small)) {
        memcpy(dst, (const char *)block->map + offset, bytes);
        return true;
    }
    if (!staging_ready(vk, err) || !vk_flush(vk, err))
        return false;
    char *to = dst;
    while (bytes) {
        uint64_t n = bytes < STAGING - WRITES ? bytes : STAGING - WRITES;
        VkBufferCopy region = {offset, WRITES, n};
        VkResult r = transfer_begin(vk);
        if (r == VK_SUCCESS) {
            vk_barrier(vk->transfer);
            vkCmdCopyBuffer(vk->transfer, buffer_of(block), buffer_of(&vk->staging), 1, &region);
            vk_barrier(vk->transfer);
        }
        if (!transfer_end(vk, r, err))
            return false;
        memcpy(to, (const char *)vk->staging.map + WRITES, n);
        to += n;
        offset += n;
        bytes -= n;
    }
    return true;
}

bool vk_fill(struct vk *vk, const struct vk_block *block, uint64_t offset, uint64_t bytes, uint32_t word,
             struct err *err)
{
    check_range(block, offset, bytes, "a fill");
    check(offset % 4 == 0 && bytes % 4 == 0, "a fill of %llu bytes at %llu", (unsigned long long)bytes,
          (unsigned long long)offset);
    if (!bytes)
        return true;
    if (block->map) {
        uint32_t *to = (uint32_t *)((char *)block->map + offset);
        for (uint64_t i = 0; i < bytes / 4; i++)
            to[i] = word;
        return true;
    }
    VkResult r = transfer_begin(vk);
    if (r == VK_SUCCESS) {
        vk_record_copies(vk, vk->transfer);
        vk_barrier(vk->transfer);
        vkCmdFillBuffer(vk->transfer, buffer_of(block), offset, bytes, word);
        vk_barrier(vk->transfer);
    }
    return transfer_end(vk, r, err);
}
