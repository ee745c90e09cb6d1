// to = from, element by element; used where a chunk's rows are written into a whole. Between f32, f16 and bf16 the
// values are converted: to a narrower type rounded to nearest even (the cast).
#include "ops/ops.h"

#include "ops/dispatch.h"
#include "ops/real.h"
#include "copy_args.h"

enum { PART = 256 }; // values converted at a time

static void copy_part(const struct tensor *from, const struct tensor *to, int64_t first, int64_t count)
{
    const void *source = (const void *)(uintptr_t)from->address;
    void *target = (void *)(uintptr_t)to->address;
    float wide[PART];
    if (from->dtype == DTYPE_F32)
        for (int64_t i = 0; i < count; i++)
            wide[i] = (float)cpu_real(from)[first + i];
    else
        dtype_to_f32(from->dtype, source, (uint64_t)first, (uint64_t)count, wide);
    if (to->dtype == DTYPE_F32)
        for (int64_t i = 0; i < count; i++)
            cpu_real(to)[first + i] = (real)wide[i];
    else
        dtype_from_f32(to->dtype, wide, (uint64_t)first, (uint64_t)count, target);
}

OP_CPU(copy)
{
    const struct tensor *from = n->in[0], *to = n->out[0];
    int64_t count = tensor_count(to);
    if (from->dtype == DTYPE_F32 && to->dtype == DTYPE_F32) {
        const real *source = cpu_real(from);
        real *target = cpu_real(to);
        for (int64_t i = 0; i < count; i++)
            target[i] = source[i];
        return;
    }
#pragma omp parallel for if (count > CPU_WORTH_THREADS)
    for (int64_t first = 0; first < count; first += PART)
        copy_part(from, to, first, count - first < PART ? count - first : PART);
}

#ifndef OPS_DOUBLE
static bool convertible(const struct tensor *t)
{
    return t->dtype == DTYPE_F32 || t->dtype == DTYPE_F16 || t->dtype == DTYPE_BF16;
}

void op_copy_to(struct graph *g, struct tensor *from, struct tensor *to)
{
    check(tensor_count(from) == tensor_count(to), "%s and %s differ in shape", from->name, to->name);
    check(convertible(from) && convertible(to), "copy from %s (%s) to %s (%s)", from->name, dtype_name(from->dtype),
          to->name, dtype_name(to->dtype));
    graph_node(g, &node_copy, NULL, 0, TENSORS(from), TENSORS(to));
}

static void copy_gradient(struct graph *g, struct node *n)
{
    graph_add_grad(g, n->in[0], graph_grad(g, n->out[0]));
}

static const char *copy_kernel(enum dtype from, enum dtype to)
{
    if (from == to)
        return "copy";
    if (from == DTYPE_F32)
        return to == DTYPE_F16 ? "convert_f32_f16" : "convert_f32_bf16";
    if (to == DTYPE_F32)
        return from == DTYPE_F16 ? "convert_f16_f32" : "convert_bf16_f32";
    return from == DTYPE_F16 ? "convert_f16_bf16" : "convert_bf16_f16";
}

// Kernels write whole words: a view of 16-bit elements must start and end with one.
static void copy_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct tensor *from = n->in[0], *to = n->out[0];
    int64_t count = tensor_count(to), words = to->dtype == DTYPE_F32 ? count : (count + 1) / 2;
    if (from->address % 4 || to->address % 4 || (to->base && to->dtype != DTYPE_F32 && count % 2)) {
        vk_stream_fail(s, "copy from %s to %s: the rows of a 16-bit view begin or end within a 32-bit word", from->name,
                       to->name);
        return;
    }
    struct copy_args args = {from->address, to->address, (uint32_t)(from->dtype == to->dtype ? words : count)};
    op_dispatch(n, vk, s, copy_kernel(from->dtype, to->dtype), NULL, 0, &args, sizeof args, groups_of(words, 64));
}

static struct op_cost copy_cost(const struct node *n)
{
    return (struct op_cost){0, (double)(tensor_bytes(n->in[0], 4) + tensor_bytes(n->out[0], 4))};
}

static struct tensor *copy_build(struct graph *g, const struct op_case *c)
{
    struct tensor *whole = graph_activation(g, "whole", c->dims[0] * 2, c->dims[1]);
    struct tensor *x = case_input(g, "x", c->dims[0], c->dims[1]);
    op_copy_to(g, x, graph_view(g, whole, 0, c->dims[0]));
    op_copy_to(g, x, graph_view(g, whole, c->dims[0], c->dims[0]));
    return whole;
}

// f32 to the case's type, to the type dims[2], and back to f32.
static struct tensor *cast_build(struct graph *g, const struct op_case *c)
{
    int64_t rows = c->dims[0], cols = c->dims[1];
    struct tensor *narrow = tensor_new(g->arena, TENSOR_STATE, c->dtype, "narrow", rows, cols, 0, 0);
    struct tensor *other = tensor_new(g->arena, TENSOR_STATE, (enum dtype)c->dims[2], "other", rows, cols, 0, 0);
    struct tensor *wide = graph_activation(g, "wide", rows, cols);
    op_copy_to(g, case_input(g, "x", rows, cols), narrow);
    op_copy_to(g, narrow, other);
    op_copy_to(g, other, wide);
    graph_keep(wide);
    return NULL;
}

static const struct op_case copy_cases[] = {
    {.label = "two halves", .dims = {5, 37}, .build = copy_build},
    {.label = "over 65535 rows", .dims = {70001, 1}, .build = copy_build},
    {.label = "f16, bf16", .dims = {5, 37, DTYPE_BF16}, .dtype = DTYPE_F16, .build = cast_build},
    {.label = "bf16, f16", .dims = {3, 7, DTYPE_F16}, .dtype = DTYPE_BF16, .build = cast_build},
    {.label = "f16 one", .dims = {1, 1, DTYPE_F32}, .dtype = DTYPE_F16, .build = cast_build},
    {.label = "f16 subnormal", .dims = {9, 67, DTYPE_F16}, .dtype = DTYPE_F16, .magnitude = 1e-5, .build = cast_build},
    {.label = "f16 overflow", .dims = {9, 67, DTYPE_F32}, .dtype = DTYPE_F16, .magnitude = 6e4, .build = cast_build},
    {.label = "bf16 large", .dims = {300, 301, DTYPE_F32}, .dtype = DTYPE_BF16, .magnitude = 6e4, .build = cast_build},
    {.label = "SmolLM2 halves", .dims = {256, 576}, .build = copy_build, .bench = true},
    {.label = "SmolLM2 bf16", .dims = {1536, 576, DTYPE_F16}, .dtype = DTYPE_BF16, .build = cast_build, .bench = true},
};

OP_DEFINE(copy) = {
    .name = "copy",
    OP_CPU_FUNCTIONS(copy),
    .vulkan = copy_vulkan,
    .gradient = copy_gradient,
    .cost = copy_cost,
    .cases = copy_cases,
    .case_count = sizeof copy_cases / sizeof *copy_cases,
    .tolerance = 0, // bits are moved, and rounding is exact
};
#endif
