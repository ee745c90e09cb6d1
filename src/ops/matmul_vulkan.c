// Matrix products on Vulkan: which kernel a device gets for which shape, and its recording.
#include <stdio.h>
#include <string.h>

#include "ops/dispatch.h"
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
    [MATMUL_TILED_SMALL] = {64, 32, 4, 4},
};
enum { THIN_ROWS = 8, THIN_INVOCATIONS = 64, THIN_LANES = 8, CHUNK = 256 };
#define MOST_FLOPS 1e10 // of a dispatch: 200 ms at 50 GFLOP/s

// Whether four neighbours of a row of w (and of a) always start at a multiple of 4 elements.
static bool fours_of_w(const struct matmul_shape *s)
{
    return (s->form == MATMUL_NT ? s->sum : s->cols) % 4 == 0;
}
static bool fours_of_a(const struct matmul_shape *s)
{
    return (s->form == MATMUL_TN ? s->rows : s->sum) % 4 == 0;
}

static uint32_t invocations(enum matmul_variant tiled)
{
    return tiles[tiled].group_rows / tiles[tiled].rows * (tiles[tiled].group_cols / tiles[tiled].cols);
}

static bool fits(const struct vk_info *info, enum matmul_variant tiled)
{
    return info->max_invocations >= invocations(tiled) && info->max_group_size[0] >= invocations(tiled) &&
           info->shared_bytes >= 64 * (tiles[tiled].group_rows + tiles[tiled].group_cols + 8);
}

static bool allowed(const struct vk_info *info, const struct matmul_shape *s, enum matmul_variant v)
{
    switch (v) {
    case MATMUL_PLAIN:
        return true;
    case MATMUL_DIRECT: // lanes are subgroup lanes: their number must be known when the pipeline is made
        return vk_on_processor(info) && info->subgroup_min == info->subgroup_max && info->subgroup_ballot &&
               info->subgroup_size % 4 == 0 && (s->dtype == DTYPE_F32 || fours_of_w(s));
    case MATMUL_TILED_128: // loads of one element at a time make it spill on Intel
        return fits(info, v) && fours_of_a(s) && fours_of_w(s);
    case MATMUL_TILED_64:
    case MATMUL_TILED_32:
    case MATMUL_TILED_SMALL:
        return fits(info, v);
    case MATMUL_THIN:
        return s->form == MATMUL_NT;
    default:
        return false;
    }
}

// What is fast, as far as it is allowed. Tiles need many to fill a GPU's tens of cores: those of 128 only then, and few
// rows, where even small ones are few, go without.
static enum matmul_variant best(const struct vk_info *info, const struct matmul_shape *s)
{
    enum { ENOUGH_GROUPS = 96, FEW_ROWS = 64 };
    static const enum matmul_variant processor[] = {MATMUL_DIRECT, MATMUL_PLAIN}, thin[] = {MATMUL_THIN},
                                     low[] = {MATMUL_TILED_32, MATMUL_TILED_SMALL, MATMUL_PLAIN},
                                     large[] = {MATMUL_TILED_128, MATMUL_TILED_64, MATMUL_TILED_SMALL, MATMUL_PLAIN};
    uint64_t large_groups = (uint64_t)groups_of(s->rows, 128) * groups_of(s->cols, 128);
    uint64_t low_groups = s->rows <= 32 ? groups_of(s->cols, 128) : groups_of(s->cols, 64);
    const enum matmul_variant *v = large_groups >= ENOUGH_GROUPS ? large : large + 1;
    if (vk_on_processor(info))
        v = processor;
    else if (s->form == MATMUL_NT && (s->rows <= THIN_ROWS || (s->rows <= FEW_ROWS && low_groups < ENOUGH_GROUPS)))
        v = thin;
    else if (s->rows <= 32)
        v = low;
    while (!allowed(info, s, *v))
        v++;
    return *v;
}

static const char *source_of(enum matmul_variant v)
{
    return v == MATMUL_PLAIN ? "plain" : v == MATMUL_DIRECT ? "direct" : v == MATMUL_THIN ? "thin" : "tiled";
}

// The smallest power of two that holds all of count, at most `most`.
static uint32_t few(uint32_t count, uint32_t most)
{
    while (most / 2 >= count)
        most /= 2;
    return most;
}

static void set_kernel(struct matmul_kernel *k, const struct vk_info *info, const struct matmul_shape *s,
                       enum matmul_variant v)
{
    if (v == MATMUL_DIRECT) { // 8 x 8 outputs an invocation: larger tiles do not pay (docs/perf-log.md)
        k->spec[0] = info->subgroup_size;
        k->spec[1] = k->tile_rows = few(s->rows, 8);
        k->spec[2] = 8;
        k->spec_count = 3;
        k->tile_cols = 8 * info->subgroup_size;
    } else if (v == MATMUL_THIN) {
        k->spec[0] = k->tile_rows = few(s->rows, THIN_ROWS);
        k->spec[2] = few(groups_of(s->sum, CHUNK), THIN_LANES);
        k->spec[1] = k->tile_cols = THIN_INVOCATIONS / k->spec[2];
        k->spec[3] = fours_of_a(s);
        k->spec[4] = fours_of_w(s);
        k->spec_count = 5;
    } else if (v != MATMUL_PLAIN) {
        memcpy(k->spec, &tiles[v], sizeof tiles[v]);
        k->spec[4] = invocations(v);
        k->spec[5] = fours_of_a(s);
        k->spec[6] = fours_of_w(s);
        k->spec_count = 7;
        k->tile_rows = tiles[v].group_rows;
        k->tile_cols = tiles[v].group_cols;
    }
}

enum matmul_variant matmul_choose(const struct vk_info *info, const struct matmul_shape *s, enum matmul_variant wanted,
                                  struct matmul_kernel *k)
{
    *k = (struct matmul_kernel){.tile_rows = 1, .tile_cols = 1};
    enum matmul_variant v = wanted != MATMUL_AUTO && allowed(info, s, wanted) ? wanted : best(info, s);
    snprintf(k->name, sizeof k->name, "matmul_%s_%s_%s", source_of(v), form_names[s->form], dtype_name(s->dtype));
    set_kernel(k, info, s, v);
    uint64_t outputs = (uint64_t)s->rows * s->cols;
    k->groups = v == MATMUL_PLAIN ? (uint32_t)((outputs + 63) / 64)
                                  : groups_of(s->rows, k->tile_rows) * groups_of(s->cols, k->tile_cols);
    double most = MOST_FLOPS / (2.0 * s->sum * (v == MATMUL_PLAIN ? 64 : k->tile_rows * k->tile_cols));
    k->most_groups = most < 1 ? 1 : most < k->groups ? (uint32_t)most : k->groups;
    return v;
}

void matmul_vulkan(const struct node *n, struct vk *vk, struct vk_stream *stream)
{
    const struct matmul_params *p = (const void *)n->params;
    const struct tensor *a = n->in[0], *w = n->in[1], *c = n->out[0];
    int64_t sum = p->form == MATMUL_TN ? tensor_rows(a) : tensor_cols(a), elements = (int64_t)UINT32_MAX;
    if (tensor_count(a) > elements || tensor_count(w) > elements || tensor_count(c) > elements) {
        vk_stream_fail(stream, "matmul %s: a matrix of more than 2^32 elements", c->name);
        return;
    }
    struct matmul_shape shape = {p->form, w->dtype, (uint32_t)tensor_rows(c), (uint32_t)tensor_cols(c), (uint32_t)sum};
    struct matmul_kernel k;
    (void)matmul_choose(vk_info(vk), &shape, p->variant, &k);
    struct err err = {{0}};
    struct vk_pipeline *pipeline = vk_pipeline(vk, k.name, k.spec, k.spec_count, &err);
    if (!pipeline) {
        vk_stream_fail(stream, "%s", err.text);
        return;
    }
    uint32_t most = p->most_groups ? p->most_groups : k.most_groups;
    struct op_cost cost = n->op->cost(n);
    for (uint32_t first = 0; first < k.groups; first += most) {
        uint32_t count = k.groups - first < most ? k.groups - first : most, grid[3];
        struct matmul_args args = {a->address, w->address,   c->address,
                                   a->address, w->address,   shape.rows,
                                   shape.cols, shape.sum,    groups_of(shape.cols, k.tile_cols),
                                   first,      first + count};
        vk_groups(count, vk, grid);
        vk_stream_dispatch(stream, pipeline, &args, sizeof args, grid, cost.flops * count / k.groups,
                           cost.bytes * count / k.groups);
    }
}
#endif
