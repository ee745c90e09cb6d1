#include "graph/device.h"

#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "base/str.h"
#include "graph/graph.h"
#include "graph/profile.h"
#include "vk/switches.h"
#include "vk/vk.h"

// Small enough that memory in several heaps, or in pieces, can be used to its end; a block of 1 GiB is allowed by every
// driver (Vulkan 1.4, table "Required Limits", maxMemoryAllocationSize), its tail (vk.h) included.
#define BLOCK_BYTES (((uint64_t)1 << 30) - VK_TAIL)

// Shaders index elements by signed 32-bit numbers: SPIR-V 1.6, OpAccessChain, takes every index as signed.
#define ELEMENTS_MAX ((int64_t)1 << 31)

static void open_cpu(struct device *d, enum device_kind kind, const char *name)
{
    *d = (struct device){.kind = kind,
                         .real_bytes = kind == DEVICE_CPU_DOUBLE ? 8 : 4,
                         .block_bytes = BLOCK_BYTES,
                         .tensor_max = UINT64_MAX};
    snprintf(d->name, sizeof d->name, "%s", name);
}

void device_open_plan(struct device *d)
{
    open_cpu(d, DEVICE_CPU, "a plan");
}

enum cpu_set device_cpu_set(void)
{
    enum cpu_set set;
    struct err err = {0};
    check(cpu_set_find(switches()->cpu, &set, &err), "%s", err.text);
    return set;
}

bool device_open(struct device *d, const char *which, struct err *err)
{
    *d = (struct device){.kind = DEVICE_VULKAN, .real_bytes = 4};
    if (which && strcmp(which, "cpu") == 0) {
        open_cpu(d, DEVICE_CPU, "CPU");
        return cpu_set_find(switches()->cpu, &(enum cpu_set){0}, err);
    }
    if (which && strcmp(which, "cpu-double") == 0) {
        open_cpu(d, DEVICE_CPU_DOUBLE, "CPU in double precision");
        return cpu_set_find(switches()->cpu, &(enum cpu_set){0}, err);
    }
    if (!vk_open(&d->vk, which, err))
        return false;
    const struct vk_info *i = vk_info(d->vk);
    d->tensor_max = i->block_max;
    d->block_bytes = BLOCK_BYTES < i->block_max ? BLOCK_BYTES : i->block_max;
    snprintf(d->name, sizeof d->name, "%s", i->name);
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

uint64_t device_memory_used(const struct device *d)
{
    return d->kind == DEVICE_VULKAN ? vk_memory_used(d->vk) : d->used;
}

// What makes a tensor of this kind smaller.
static const char *remedy(const struct tensor *t)
{
    switch (t->kind) {
    case TENSOR_WEIGHT:
        return "store the model in 16 bits (model.dtype), or take a smaller one";
    case TENSOR_ACTIVATION:
    case TENSOR_INPUT:
        return "use fewer tokens a micro-batch (train.micro_batch_tokens, train.logit_rows) or fewer slots (rl.slots)";
    case TENSOR_GRADIENT:
        return "take a smaller model";
    case TENSOR_STATE: // moments, masters, the cache
        break;
    }
    return "take a smaller model or, of the KV cache, fewer slots (rl.slots) or shorter texts";
}

bool device_holds(const struct device *d, const struct tensor *t, uint64_t bytes, struct err *err)
{
    char wanted[24], most[24];
    if (tensor_count(t) > ELEMENTS_MAX)
        return fail(err, "%s %s (%lld x %lld) has more than 2^31 elements, which shaders cannot count: %s",
                    tensor_kind_name(t), t->name, (long long)tensor_rows(t), (long long)tensor_cols(t), remedy(t));
    if (bytes > d->tensor_max)
        return fail(err, "%s %s (%lld x %lld) takes %s, and one tensor may take %s on %s: %s", tensor_kind_name(t),
                    t->name, (long long)tensor_rows(t), (long long)tensor_cols(t), str_bytes(bytes, wanted),
                    str_bytes(d->tensor_max, most), d->name, remedy(t));
    return true;
}
