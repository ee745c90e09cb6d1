// Recording attention's kernels.
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"

#include "ops/attention.h"
#include "ops/dispatch.h"
#include "attention_args.h"

#ifndef OPS_DOUBLE
enum { INVOCATIONS = 32, MOST_LANES = 8, VECTORS = 4 };

// How many invocations share a row. On processors one holds it all: their registers spill to the first cache, and that costs
// less than shuffles. On GPUs an invocation holds at most VECTORS vec4s of each of the four arrays of attention_dkv: with 5
// Intel's compiler spills, with 8 NVIDIA's, with 16 AMD's (tools/vendor_compilers.sh).
static uint32_t lanes_of(const struct vk_info *info, const struct attention_params *p)
{
    uint32_t most = info->subgroup_shuffle ? info->subgroup_min : 1, lanes = 1;
    if (most > MOST_LANES)
        most = MOST_LANES;
    if (p->lanes)
        return (uint32_t)p->lanes < most ? (uint32_t)p->lanes : most;
    if (strcmp(info->kind, "cpu-vulkan") != 0)
        while (lanes < most && lanes * VECTORS * 4 < (uint32_t)p->head_size)
            lanes *= 2;
    return lanes;
}

static bool aligned(const struct attention_args *args)
{
    uint64_t vectors[] = {args->q, args->k, args->v, args->out_, args->dout, args->to, args->to2};
    for (int i = 0; i < 7; i++)
        if (vectors[i] % 16)
            return false;
    return true;
}

// kernel makes args->rows rows for each of `heads` heads.
static void dispatch(const struct node *n, struct vk *vk, struct vk_stream *s, const char *kernel,
                     struct attention_args *args, uint32_t heads)
{
    const struct attention_params *p = (const void *)n->params;
    uint32_t lanes = lanes_of(vk_info(vk), p), spec[2] = {(uint32_t)p->head_size / 4, lanes};
    char name[64];
    if (!aligned(args)) {
        vk_stream_fail(s, "%s: a tensor of attention starts at no multiple of 16 bytes", n->op->name);
        return;
    }
    snprintf(name, sizeof name, "%s%s", kernel, lanes > 1 ? "_split" : "");
    op_dispatch(n, vk, s, name, spec, lanes > 1 ? 2 : 1, args, sizeof *args,
                heads * groups_of(args->rows, INVOCATIONS / lanes));
}

// q, k, v, ranges are the first inputs of all nodes but attention_delta.
static struct attention_args args_of(const struct node *n, const struct tensor *made)
{
    const struct attention_params *p = (const void *)n->params;
    return (struct attention_args){.q = n->in[0]->address,
                                   .k = n->in[1]->address,
                                   .v = n->in[2]->address,
                                   .ranges = n->in[3]->address,
                                   .rows = (uint32_t)tensor_rows(made),
                                   .heads = (uint32_t)(tensor_cols(n->in[0]) / p->head_size),
                                   .key_heads = (uint32_t)(tensor_cols(n->in[1]) / p->head_size),
                                   .scale = p->scale};
}

void attention_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = args_of(n, n->in[0]);
    args.out_ = n->out[0]->address;
    args.lse = n->out[1]->address;
    dispatch(n, vk, s, "attention", &args, args.heads);
}

void attention_delta_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = {.dout = n->in[0]->address,
                                  .out_ = n->in[1]->address,
                                  .delta = n->out[0]->address,
                                  .rows = (uint32_t)tensor_rows(n->out[0]),
                                  .heads = (uint32_t)tensor_cols(n->out[0])};
    uint32_t quarter = (uint32_t)((const struct attention_params *)(const void *)n->params)->head_size / 4;
    if (aligned(&args))
        op_dispatch(n, vk, s, "attention_delta", &quarter, 1, &args, sizeof args,
                    groups_of(tensor_count(n->out[0]), INVOCATIONS));
    else
        vk_stream_fail(s, "%s: a tensor of attention starts at no multiple of 16 bytes", n->op->name);
}

static struct attention_args args_bwd(const struct node *n, const struct tensor *made)
{
    struct attention_args args = args_of(n, made);
    args.lse = n->in[4]->address;
    args.delta = n->in[5]->address;
    args.dout = n->in[6]->address;
    args.to = n->out[0]->address;
    return args;
}

void attention_dkv_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = args_bwd(n, n->in[1]);
    args.to2 = n->out[1]->address;
    dispatch(n, vk, s, "attention_dkv", &args, args.key_heads);
}

void attention_dq_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = args_bwd(n, n->in[0]);
    dispatch(n, vk, s, "attention_dq", &args, args.heads);
}
#endif
