// Matrix products on Vulkan: which kernel a device gets for which shape, and its recording.
#include <stdio.h>
#include <string.h>

#include "ops/matmul.h"
#include "ops/ops.h"
#include "vk/vk.h"

#include "matmul_args.h"

#ifndef OPS_DOUBLE // the host part alone
static const char *const form_names[] = {"nt", "nn", "tn"};

// A workgroup's tile in form of matmul_tiled's specialisation constants.
static const struct {
    uint32_t group_rows, group_cols, rows, cols;
} tiles[] = {
    [MATMUL_TILED_128] = {128, 128, 8, 8},
    [MATMUL_TILED_64] = {64, 64, 4, 4},
    [MATMUL_TILED_32] = {32, 128, 4, 4},
};
enum { THIN_ROWS = 8, THIN_COLS = 4 };

// Whether four neighbours of a row of w (and of a) always start at a multiple of 4 elements.
static bool fours_of_w(const struct matmul_shape *s)
{
    return (s->form == MATMUL_NT ? s->sum : s->cols) % 4 == 0;
}
static bool fours_of_a(const struct matmul_shape *s)
{
    return (s->form == MATMUL_TN ? s->rows : s->sum) % 4 == 0;
}

static bool allowed(const struct vk_info *info, const struct matmul_shape *s, enum matmul_variant v)
{
    switch (v) {
    case MATMUL_PLAIN:
        return true;
    case MATMUL_DIRECT: // lanes are subgroup lanes: their number must be known when the pipeline is made
        return vk_on_processor(info) && info->subgroup_min == info->subgroup_max && info->subgroup_ballot &&
               info->subgroup_size % 4 == 0 && (s->dtype == DTYPE_F32 || fours_of_w(s));
    case MATMUL_TILED_128:
    case MATMUL_TILED_64:
    case MATMUL_TILED_32:
        return info->max_invocations >= 256 && info->max_group_size[0] >= 256 && fours_of_w(s) && fours_of_a(s) &&
               info->shared_bytes >= 64 * (tiles[v].group_rows + tiles[v].group_cols + 8);
    case MATMUL_THIN:
        return s->form == MATMUL_NT && s->sum % 4 == 0;
    default:
        return false;
    }
}

// What is fast, as far as it is allowed. Tiles of 128 need many: a GPU has tens of cores to fill.
static enum matmul_variant best(const struct vk_info *info, const struct matmul_shape *s)
{
    enum { ENOUGH_GROUPS = 96 };
    enum matmul_variant v = MATMUL_TILED_64;
    uint64_t groups = (uint64_t)((s->rows + 127) / 128) * ((s->cols + 127) / 128);
    if (vk_on_processor(info))
        v = MATMUL_DIRECT;
    else if (s->rows <= THIN_ROWS && s->form == MATMUL_NT)
        v = MATMUL_THIN;
    else if (s->rows <= 32)
        v = MATMUL_TILED_32;
    else if (groups >= ENOUGH_GROUPS)
        v = MATMUL_TILED_128;
    return allowed(info, s, v) ? v : MATMUL_PLAIN;
}

static const char *source_of(enum matmul_variant v)
{
    return v == MATMUL_PLAIN ? "plain" : v == MATMUL_DIRECT ? "direct" : v == MATMUL_THIN ? "thin" : "tiled";
}

// The smallest power of two that holds all rows, at most `most`.
static uint32_t few_rows(uint32_t rows, uint32_t most)
{
    while (most / 2 >= rows)
        most /= 2;
    return most;
}

enum matmul_variant matmul_choose(const struct vk_info *info, const struct matmul_shape *s, enum matmul_variant wanted,
                                  struct matmul_kernel *k)
{
    *k = (struct matmul_kernel){.tile_rows = 1, .tile_cols = 1};
    enum matmul_variant v = wanted != MATMUL_AUTO && allowed(info, s, wanted) ? wanted : best(info, s);
    snprintf(k->name, sizeof k->name, "matmul_%s_%s_%s", source_of(v), form_names[s->form], dtype_name(s->dtype));
    if (v == MATMUL_DIRECT) { // 8 x 8 outputs an invocation: larger tiles do not pay (docs/perf-log.md)
        k->spec[0] = info->subgroup_size;
        k->spec[1] = k->tile_rows = few_rows(s->rows, 8);
        k->spec[2] = 8;
        k->spec_count = 3;
        k->tile_cols = 8 * info->subgroup_size;
    } else if (v == MATMUL_THIN) {
        k->spec[0] = k->tile_rows = few_rows(s->rows, THIN_ROWS);
        k->spec[1] = k->tile_cols = THIN_COLS;
        k->spec_count = 2;
    } else if (v != MATMUL_PLAIN) {
        memcpy(k->spec, &tiles[v], sizeof tiles[v]);
        k->spec_count = 4;
        k->tile_rows = tiles[v].group_rows;
        k->tile_cols = tiles[v].group_cols;
    }
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
    struct matmul_args args = {a->address, w->address, c->address,
                               a->address, w->address, shape.rows,
                               shape.cols, shape.sum,  (shape.cols + k.tile_cols - 1) / k.tile_cols};
    uint64_t groups = v == MATMUL_PLAIN ? ((uint64_t)shape.rows * shape.cols + 63) / 64
                                        : (uint64_t)((shape.rows + k.tile_rows - 1) / k.tile_rows) * args.col_tiles;
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
