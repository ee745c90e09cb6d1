// Devices. The same graph runs on the CPU (float, or double as the reference of all tests) and on Vulkan.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct vk;

enum device_kind { DEVICE_CPU, DEVICE_CPU_DOUBLE, DEVICE_VULKAN };

struct device {
    enum device_kind kind;
    struct vk *vk; // NULL for the CPU
    char name[160];
    int real_bytes; // what an f32 element takes: 4, or 8 on DEVICE_CPU_DOUBLE
};

// which: "cpu", "cpu-double", or what vk_open takes (an index, part of a name, a kind; NULL for the best).
bool device_open(struct device *d, const char *which, struct err *err);
void device_close(struct device *d);
uint64_t device_memory_free(const struct device *d); // bytes that this process may still take, as far as can be told
