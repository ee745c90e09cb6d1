// Recording attention's kernels.
#include "ops/ops.h"

#include "ops/attention.h"
#include "ops/dispatch.h"
#include "attention_args.h"

#ifndef OPS_DOUBLE
enum { ROWS = 32 }; // rows of a workgroup

static void dispatch(const struct node *n, struct vk *vk, struct vk_stream *s, const char *kernel,
                     struct attention_args *args, int64_t groups)
{
    uint64_t vectors[] = {args->q, args->k, args->v, args->out_, args->dout, args->to, args->to2};
    for (int i = 0; i < 7; i++)
        if (vectors[i] % 16) {
            vk_stream_fail(s, "%s: a tensor of attention starts at no multiple of 16 bytes", n->op->name);
            return;
        }
    uint32_t quarter = (uint32_t)((const struct attention_params *)(const void *)n->params)->head_size / 4;
    op_dispatch(n, vk, s, kernel, &quarter, 1, args, sizeof *args, (uint64_t)groups);
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
    dispatch(n, vk, s, "attention", &args, args.heads * (int64_t)groups_of(args.rows, ROWS));
}

void attention_delta_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = {.dout = n->in[0]->address,
                                  .out_ = n->in[1]->address,
                                  .delta = n->out[0]->address,
                                  .rows = (uint32_t)tensor_rows(n->out[0]),
                                  .heads = (uint32_t)tensor_cols(n->out[0])};
    dispatch(n, vk, s, "attention_delta", &args, (int64_t)groups_of(tensor_count(n->out[0]), ROWS));
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
    dispatch(n, vk, s, "attention_dkv", &args, args.key_heads * (int64_t)groups_of(args.rows, ROWS));
}

void attention_dq_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = args_bwd(n, n->in[0]);
    dispatch(n, vk, s, "attention_dq", &args, args.heads * (int64_t)groups_of(args.rows, ROWS));
}
#endif
