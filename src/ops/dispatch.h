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

// For kernels with lib/reduce.glsl, one workgroup a row: `plain`, or `subgroup` (its name with _subgroup) where the
// device has subgroup arithmetic; then the workgroup is one subgroup and needs no barrier. Sets *size to its
// invocations.
const char *op_reduce_kernel(const struct vk *vk, const char *plain, const char *subgroup, uint32_t *size);

// The dispatches that follow come after those before them. They touch n's inputs and outputs, among them its scratch.
void op_pass(const struct node *n, struct vk_stream *s, const char *label);
// Which form of a kernel a node takes; cases ask for each, the builders for FORM_AUTO.
enum op_form {
    FORM_AUTO,
    FORM_INVOCATION, // one invocation a row or chunk
    FORM_GROUP,      // one workgroup, with shared memory
};
struct form_params {
    enum op_form form;
};
// vk_on_processor of the device.
bool op_on_processor(const struct vk *vk);
// Work space (s0,s1) f32 between passes: an output of its node that only the Vulkan form uses.
struct tensor *op_scratch(struct graph *g, const char *name, int64_t s0, int64_t s1);
