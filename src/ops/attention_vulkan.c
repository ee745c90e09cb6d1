// Recording attention's kernels.
#include <stdio.h>
#include <string.h>

#include "ops/ops.h"

#include "ops/attention.h"
#include "ops/dispatch.h"
#include "attention_args.h"

#ifndef OPS_DOUBLE
enum {
    INVOCATIONS = 32,
    MOST_LANES = 8,
    VECTORS = 4,
    MOST_ROWS = 8,
    MOST_HEADS = 4,
    QUERY_VALUES = 192,
    KEY_VALUES = 128
};
#define MOST_FLOPS 1e10 // of a dispatch: 200 ms at 50 GFLOP/s

// How many invocations share a row, when not many rows share an invocation (tile_of): an invocation holds at most
// VECTORS vec4s of each of the four arrays of attention_dkv: with 5 Intel's compiler spills, with 8 NVIDIA's, with 16
// AMD's (tools/vendor_compilers.sh).
static uint32_t lanes_of(const struct vk_info *info, const struct attention_params *p)
{
    uint32_t most = info->subgroup_shuffle && info->subgroup_arithmetic ? info->subgroup_min : 1, lanes = 1;
    if (most > MOST_LANES)
        most = MOST_LANES;
    if (p->lanes)
        return (uint32_t)p->lanes < most ? (uint32_t)p->lanes : most;
    while (lanes < most && lanes * VECTORS * 4 < (uint32_t)p->head_size)
        lanes *= 2;
    return lanes;
}

// Outputs of an invocation on a processor: neighbouring rows times heads of a group. A load costs ten times as much as
// a product there, and it serves all outputs; their values live in registers, which spill to the first cache. The
// limits are where gains end and compiling takes seconds (docs/perf-log.md).
struct tile {
    uint32_t rows, heads;
};

// made: heads that the node makes. values: how many of A an invocation may hold in each of its arrays.
static struct tile tile_of(const struct attention_args *args, const struct attention_params *p, uint32_t made,
                           uint32_t values)
{
    struct tile t = {1, 1};
    uint32_t group = made / args->key_heads, A = (uint32_t)p->head_size;
    for (uint32_t heads = 2; heads <= MOST_HEADS; heads++)
        if (group % heads == 0 && heads * A <= values)
            t.heads = heads;
    while (t.rows < MOST_ROWS && 2 * t.rows * t.heads * A <= values && args->rows >= 16 * t.rows)
        t.rows *= 2;
    return t;
}

static bool aligned(const struct attention_args *args)
{
    uint64_t vectors[] = {args->q, args->k, args->v, args->out_, args->dout, args->to, args->to2};
    for (int i = 0; i < 7; i++)
        if (vectors[i] % 16)
            return false;
    return true;
}

// Dispatches of at most 200 ms at 50 GFLOP/s each, should all lists be as long as there are rows to attend.
static void dispatch_short(const struct node *n, struct vk *vk, struct vk_stream *s, const char *kernel,
                           const uint32_t *spec, int spec_count, struct attention_args *args, uint32_t groups)
{
    const struct attention_params *p = (const void *)n->params;
    struct attention_params longest = *p;
    struct node all = *n;
    longest.pairs = (double)tensor_rows(n->in[0]) * (double)tensor_rows(n->in[1]);
    memcpy(all.params, &longest, sizeof longest);
    double flops = n->op->cost(&all).flops, most = flops > MOST_FLOPS ? MOST_FLOPS / flops * groups : groups;
    uint32_t each = p->most_groups ? (uint32_t)p->most_groups : most < 1 ? 1 : (uint32_t)most, xyz[3];
    struct err err = {0};
    struct vk_pipeline *pipeline = vk_pipeline(vk, kernel, spec, spec_count, &err);
    struct op_cost cost = n->op->cost(n);
    if (!pipeline)
        vk_stream_fail(s, "%s", err.text);
    for (uint32_t first = 0; pipeline && first < groups; first += each) {
        uint32_t count = groups - first < each ? groups - first : each;
        args->first = first;
        args->end = first + count;
        vk_groups(count, vk, xyz);
        vk_stream_dispatch(s, pipeline, args, sizeof *args, xyz, cost.flops * count / groups,
                           cost.bytes * count / groups);
    }
}

// kernel makes args->rows rows for each of `heads` heads.
static void dispatch(const struct node *n, struct vk *vk, struct vk_stream *s, const char *kernel,
                     struct attention_args *args, uint32_t heads, uint32_t values)
{
    const struct attention_params *p = (const void *)n->params;
    uint32_t quarter = (uint32_t)p->head_size / 4;
    char name[64];
    if (!aligned(args)) {
        vk_stream_fail(s, "%s: a tensor of attention starts at no multiple of 16 bytes", n->op->name);
    } else if (op_on_processor(vk) && !p->lanes) {
        struct tile t = tile_of(args, p, heads, values);
        uint32_t spec[] = {quarter, t.rows, t.heads};
        snprintf(name, sizeof name, "%s_tile", kernel);
        dispatch_short(n, vk, s, name, spec, 3, args,
                       (uint32_t)(heads / t.heads * groups_of((int64_t)groups_of(args->rows, t.rows), INVOCATIONS)));
    } else {
        uint32_t lanes = lanes_of(vk_info(vk), p), spec[] = {quarter, lanes};
        snprintf(name, sizeof name, "%s%s", kernel, lanes > 1 ? "_split" : "");
        dispatch_short(n, vk, s, name, spec, lanes > 1 ? 2 : 1, args,
                       (uint32_t)(heads * groups_of(args->rows, INVOCATIONS / lanes)));
    }
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
    args.to = n->out[0]->address;
    args.to_rows = n->out[1]->address;
    dispatch(n, vk, s, "attention", &args, args.heads, QUERY_VALUES);
}

void attention_delta_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = {.dout = n->in[0]->address,
                                  .out_ = n->in[1]->address,
                                  .to_rows = n->out[0]->address,
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
    dispatch(n, vk, s, "attention_dkv", &args, args.key_heads, KEY_VALUES);
}

void attention_dq_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    struct attention_args args = args_bwd(n, n->in[0]);
    dispatch(n, vk, s, "attention_dq", &args, args.heads, QUERY_VALUES);
}
#endif
