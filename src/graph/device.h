// Devices. The same graph runs on the CPU (float, or double as the reference of all tests) and on Vulkan.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/cpu_set.h"
#include "base/err.h"

struct tensor;
struct vk;

enum device_kind { DEVICE_CPU, DEVICE_CPU_DOUBLE, DEVICE_VULKAN };

struct device {
    enum device_kind kind;
    struct vk *vk; // NULL for the CPU
    char name[160];
    int real_bytes;       // what an f32 element takes: 4, or 8 on DEVICE_CPU_DOUBLE
    uint64_t block_bytes; // tensors share blocks (blocks.h) of at most so many bytes
    uint64_t tensor_max;  // a larger tensor has a block of its own, of at most so many bytes
    uint64_t used;        // CPU: bytes of all spaces; device_memory_used tells it of every device
};

// which: "cpu", "cpu-double", or what vk_open takes (an index, part of a name, a kind; NULL for the best).
bool device_open(struct device *d, const char *which, struct err *err);
void device_close(struct device *d);
enum cpu_set device_cpu_set(void);       // what CPU functions use: VKR1_CPU, which device_open has checked, or the best
void device_open_plan(struct device *d); // nothing can be allocated on it; for sizes. It has the CPU's limits
uint64_t device_memory_free(const struct device *d); // bytes that this process may still take, as far as can be told
uint64_t device_memory_used(const struct device *d); // bytes of all spaces that are committed
// Whether t, of which `bytes` are wanted, can lie on d; else fails with the tensor's name and what to do.
bool device_holds(const struct device *d, const struct tensor *t, uint64_t bytes, struct err *err);
