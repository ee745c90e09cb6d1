#include "graph/device.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "graph/profile.h"
#include "vk/vk.h"

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
