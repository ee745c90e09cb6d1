// The driver's pipeline cache, kept in a file: a header of ours (whose it is, checksum), then the driver's bytes.
// A file that does not fit or is damaged is ignored and written anew.
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "vk/internal.h"
#include "vk/switches.h"

struct header {
    char magic[8];
    uint32_t vendor, device, driver_id, driver_version;
    uint8_t uuid[16];
    uint64_t bytes, checksum; // of what follows
};

static uint64_t checksum(const uint8_t *data, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u; // FNV-1a, 64 bits
    for (size_t i = 0; i < n; i++)
        h = (h ^ data[i]) * 0x100000001b3u;
    return h;
}

// All but the checksum.
static struct header header_for(const struct vk_info *i, size_t n)
{
    struct header h;
    memset(&h, 0, sizeof h); // padding included: it is compared and written
    memcpy(h.magic, "vkr1pc01", 8);
    h.vendor = i->vendor;
    h.device = i->device;
    h.driver_id = i->driver_id;
    h.driver_version = i->driver_version;
    memcpy(h.uuid, i->cache_uuid, 16);
    h.bytes = n;
    return h;
}

bool vk_cache_path(const struct vk_info *info, char *path, size_t room)
{
    if (!switches()->cache)
        return false;
    int n = snprintf(path, room, "%s/pipelines-%04x-%04x-%02x%02x%02x%02x.bin", switches()->cache, info->vendor,
                     info->device, info->cache_uuid[0], info->cache_uuid[1], info->cache_uuid[2], info->cache_uuid[3]);
    return n > 0 && (size_t)n < room;
}

void vk_cache_open(struct vk *vk)
{
    char path[1200];
    struct file f = {0};
    VkPipelineCacheCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
    struct err ignored = {{0}};
    if (vk_cache_path(&vk->info, path, sizeof path) && file_exists(path) && file_open(&f, path, &ignored)) {
        struct header h;
        if (f.size > sizeof h) {
            h = header_for(&vk->info, f.size - sizeof h);
            if (memcmp(&h, f.data, offsetof(struct header, checksum)) == 0) // a huge file of others is not read through
                h.checksum = checksum(f.data + sizeof h, f.size - sizeof h);
            if (memcmp(&h, f.data, sizeof h) == 0) {
                info.initialDataSize = f.size - sizeof h;
                info.pInitialData = f.data + sizeof h;
            }
        }
        if (!info.pInitialData)
            log_info("%s is damaged or of another driver: written anew", path);
    }
    if (vkCreatePipelineCache(vk->device, &info, NULL, &vk->cache) != VK_SUCCESS)
        vk->cache = VK_NULL_HANDLE; // slower starts, nothing else
    vk->cache_grew = !info.pInitialData;
    file_close(&f);
}

// Processes that end at once would write into one temporary file; the first one's cache is kept.
static void keep(const char *path, const uint8_t *data, size_t n)
{
    struct err err = {{0}};
    struct dir_lock lock = {0};
    bool ok = dir_create(switches()->cache, &err);
    if (ok && !dir_lock(&lock, switches()->cache, &(struct err){{0}}))
        return;
    if (!ok || !file_write(path, data, n, &err))
        log_warn("the pipeline cache was not kept: %s", err.text);
    dir_unlock(&lock);
}

void vk_cache_save(struct vk *vk)
{
    char path[1200];
    size_t n = 0;
    if (!vk->cache || !vk->cache_grew || !vk_cache_path(&vk->info, path, sizeof path) ||
        vkGetPipelineCacheData(vk->device, vk->cache, &n, NULL) != VK_SUCCESS || !n)
        return;
    uint8_t *data = block_alloc(sizeof(struct header) + n);
    if (!data)
        return;
    uint8_t *body = data + sizeof(struct header);
    if (vkGetPipelineCacheData(vk->device, vk->cache, &n, body) == VK_SUCCESS) {
        struct header h = header_for(&vk->info, n);
        h.checksum = checksum(body, n);
        memcpy(data, &h, sizeof h);
        keep(path, data, sizeof h + n);
    }
    block_free(data);
}
