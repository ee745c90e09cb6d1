// Matrix products on Vulkan: which kernel a device gets for which shape, and its recording.
#include <stdio.h>
#include <string.h>

#include "ops/matmul.h"
#include "ops/ops.h"
#include "vk/vk.h"

#include "matmul_args.h"

#ifndef OPS_DOUBLE // the host part alone

static const char *const form_names[] = {"nt", "nn", "tn"};
static const char *const variant_names[] = {"auto", "plain", "direct"};

// Elements from a row of w to the next.
static uint32_t row_of_w(const struct matmul_shape *s)
{
    return s->form == MATMUL_NT ? s->sum : s->cols;
}

// Whether four neighbours of a row of w always start at a multiple of 4 elements.
static bool fours(const struct matmul_shape *s)
{
    return s->dtype == DTYPE_F32 || row_of_w(s) % 4 == 0;
}

// Register tiles: lanes are subgroup lanes, so the subgroup's size must be known when the pipeline is made.
static bool direct(const struct vk_info *info, const struct matmul_shape *s, struct matmul_kernel *k)
{
    if (strcmp(info->kind, "cpu-vulkan") != 0 || info->subgroup_min != info->subgroup_max || !info->subgroup_ballot ||
        info->subgroup_size % 4 != 0 || !fours(s))
        return false;
    // 8 x 8 outputs an invocation are the most that pay (docs/perf-log.md); fewer rows when there are no more.
    uint32_t rows = 8, cols = 8;
    while (rows / 2 >= s->rows)
        rows /= 2;
    k->spec[0] = info->subgroup_size;
    k->spec[1] = rows;
    k->spec[2] = cols;
    k->spec_count = 3;
    k->tile_rows = rows;
    k->tile_cols = cols * info->subgroup_size;
    return true;
}

enum matmul_variant matmul_choose(const struct vk_info *info, const struct matmul_shape *shape,
                                  enum matmul_variant wanted, struct matmul_kernel *out)
{
    *out = (struct matmul_kernel){0};
    enum matmul_variant v = MATMUL_PLAIN;
    if (wanted != MATMUL_PLAIN && direct(info, shape, out))
        v = MATMUL_DIRECT;
    snprintf(out->name, sizeof out->name, "matmul_%s_%s_%s", variant_names[v], form_names[shape->form],
             dtype_name(shape->dtype));
    return v;
}

void matmul_vulkan(const struct node *n, struct vk *vk, struct vk_stream *stream)
{
    const struct matmul_params *p = (const void *)n->params;
    const struct tensor *a = n->in[0], *w = n->in[1], *c = n->out[0];
    int64_t sum = p->form == MATMUL_TN ? tensor_rows(a) : tensor_cols(a), most = (int64_t)UINT32_MAX;
    if (tensor_count(a) > most || tensor_count(w) > most || tensor_count(c) > most) {
        vk_stream_fail(stream, "matmul %s: a matrix of more than 2^32 elements", c->name);
        return;
    }
    struct matmul_shape shape = {p->form, w->dtype, (uint32_t)tensor_rows(c), (uint32_t)tensor_cols(c), (uint32_t)sum};
    struct matmul_kernel k;
    enum matmul_variant v = matmul_choose(vk_info(vk), &shape, p->variant, &k);
    struct matmul_args args = {a->address, w->address, c->address, shape.rows, shape.cols, shape.sum, 1};
    uint64_t groups = ((uint64_t)shape.rows * shape.cols + 63) / 64;
    if (v != MATMUL_PLAIN) {
        args.col_tiles = (shape.cols + k.tile_cols - 1) / k.tile_cols;
        groups = (uint64_t)((shape.rows + k.tile_rows - 1) / k.tile_rows) * args.col_tiles;
    }
    struct err err = {{0}};
    struct vk_pipeline *pipeline = vk_pipeline(vk, k.name, k.spec, k.spec_count, &err);
    if (!pipeline) {
        vk_stream_fail(stream, "%s", err.text);
        return;
    }
    uint32_t grid[3];
    vk_groups(groups, vk, grid);
    struct op_cost cost = n->op->cost(n);
    vk_stream_dispatch(stream, pipeline, &args, sizeof args, grid, cost.flops, cost.bytes);
}
#endif
