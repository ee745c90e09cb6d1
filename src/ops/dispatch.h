// Recording a node's dispatch on Vulkan, as every op's host part does it.
#pragma once
#include "graph/op.h"
#include "vk/vk.h"

// One dispatch that does all of n: `groups` workgroups of the kernel, with specialisation constants 0..spec_count-1 and
// the kernel's args struct. Failures stick to the stream; the profile counts what n->op->cost says.
void op_dispatch(const struct node *n, struct vk *vk, struct vk_stream *s, const char *kernel, const uint32_t *spec,
                 int spec_count, const void *args, uint32_t args_bytes, uint64_t groups);

// Workgroups of `size` that cover count.
static inline uint64_t groups_of(int64_t count, int64_t size)
{
    return (uint64_t)((count + size - 1) / size);
}

// For kernels with lib/reduce.glsl, one workgroup a row: `plain`, or `subgroup` (its name with _subgroup) where the device
// has subgroup arithmetic; then the workgroup is one subgroup and needs no barrier. Sets *size to its invocations.
const char *op_reduce_kernel(const struct vk *vk, const char *plain, const char *subgroup, uint32_t *size);
