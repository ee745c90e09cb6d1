// t = 0, for gradients before accumulation.
#include "ops/ops.h"

#include <string.h>

OP_CPU(zero)
{
    memset(cpu_real(n->out[0]), 0, sizeof(real) * (size_t)tensor_count(n->out[0]));
}

#ifndef OPS_DOUBLE
#include "ops/dispatch.h"
#include "zero_args.h"

void op_zero(struct graph *g, struct tensor *t)
{
    check(t->dtype == DTYPE_F32, "%s is not f32", t->name);
    graph_node(g, &node_zero, NULL, 0, TENSORS(NULL), TENSORS(t));
}

static void zero_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    uint64_t count = (uint64_t)tensor_count(n->out[0]);
    struct zero_args args = {n->out[0]->address, n->out[0]->address, (uint32_t)count};
    op_dispatch(n, vk, s, "zero", NULL, 0, &args, sizeof args, (count + 255) / 256);
}

static struct op_cost zero_cost(const struct node *n)
{
    return (struct op_cost){0, 4 * (double)tensor_count(n->out[0])};
}

static struct tensor *zero_build(struct graph *g, const struct op_case *c)
{
    op_zero(g, tensor_new(g->arena, TENSOR_GRADIENT, DTYPE_F32, "gradient", c->dims[0], c->dims[1], 0, 0));
    return NULL;
}

static const struct op_case zero_cases[] = {
    {.label = "one", .dims = {1, 1}, .build = zero_build},
    {.label = "primes", .dims = {7, 131}, .build = zero_build},
    {.label = "more than 65535 groups", .dims = {65536, 257}, .build = zero_build, .bench = true},
};

OP_DEFINE(zero) = {
    .name = "zero",
    OP_CPU_FUNCTIONS(zero),
    .vulkan = zero_vulkan,
    .cost = zero_cost,
    .cases = zero_cases,
    .case_count = sizeof zero_cases / sizeof *zero_cases,
    .tolerance = 0, // exact
};
#endif
