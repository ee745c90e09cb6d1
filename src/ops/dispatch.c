#include "ops/dispatch.h"

#ifndef OPS_DOUBLE
#include <stdio.h>
#include <string.h>

void op_dispatch(const struct node *n, struct vk *vk, struct vk_stream *s, const char *kernel, const uint32_t *spec,
                 int spec_count, const void *args, uint32_t args_bytes, uint64_t groups)
{
    for (int i = 0; i < NODE_INPUTS + NODE_OUTPUTS; i++) {
        const struct tensor *t = i < NODE_INPUTS ? n->in[i] : n->out[i - NODE_INPUTS];
        if (t && tensor_count(t) > (int64_t)UINT32_MAX) {
            vk_stream_fail(s, "%s: %s has more than 2^32 elements", n->op->name, t->name);
            return;
        }
    }
    struct err err = {0};
    struct vk_pipeline *pipeline = vk_pipeline(vk, kernel, spec, spec_count, &err);
    if (!pipeline) {
        vk_stream_fail(s, "%s", err.text);
        return;
    }
    struct op_cost cost = n->op->cost(n);
    uint32_t xyz[3];
    vk_groups(groups, vk, xyz);
    vk_stream_dispatch(s, pipeline, args, args_bytes, xyz, cost.flops, cost.bytes);
}

const char *op_reduce_kernel(const struct vk *vk, const char *plain, const char *subgroup, uint32_t *size)
{
    const struct vk_info *info = vk_info(vk);
    *size = info->subgroup_arithmetic ? info->subgroup_size : 64;
    return info->subgroup_arithmetic ? subgroup : plain;
}

void op_pass(const struct node *n, struct vk_stream *s, const char *label)
{
    char full[160];
    snprintf(full, sizeof full, "%s %s", n->op->name, label);
    vk_stream_node(s, full);
    for (int i = 0; i < NODE_INPUTS; i++)
        if (n->in[i])
            vk_stream_access(s, n->in[i]->address, tensor_bytes(n->in[i], 4), false);
    for (int i = 0; i < NODE_OUTPUTS; i++)
        if (n->out[i])
            vk_stream_access(s, n->out[i]->address, tensor_bytes(n->out[i], 4), true);
}

bool op_on_processor(const struct vk *vk)
{
    return vk_on_processor(vk_info(vk));
}

struct tensor *op_scratch(struct graph *g, const char *name, int64_t s0, int64_t s1)
{
    struct tensor *t = graph_activation(g, name, s0, s1);
    t->scratch = true;
    return t;
}
#endif
