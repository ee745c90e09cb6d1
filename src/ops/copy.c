// to = from, element by element; used where a chunk's rows are written into a whole.
#include "ops/ops.h"

OP_CPU(copy)
{
    const real *from = cpu_real(n->in[0]);
    real *to = cpu_real(n->out[0]);
    for (int64_t i = 0, count = tensor_count(n->out[0]); i < count; i++)
        to[i] = from[i];
}

#ifndef OPS_DOUBLE
void op_copy_to(struct graph *g, struct tensor *from, struct tensor *to)
{
    check(tensor_count(from) == tensor_count(to), "%s and %s differ in shape", from->name, to->name);
    graph_node(g, &node_copy, NULL, 0, TENSORS(from), TENSORS(to));
}

static void copy_gradient(struct graph *g, struct node *n)
{
    graph_add_grad(g, n->in[0], graph_grad(g, n->out[0]));
}

static struct op_cost copy_cost(const struct node *n)
{
    return (struct op_cost){0, 8 * (double)tensor_count(n->out[0])};
}

static struct tensor *copy_build(struct graph *g, const struct op_case *c)
{
    struct tensor *whole = graph_activation(g, "whole", c->dims[0] * 2, c->dims[1]);
    struct tensor *x = case_input(g, "x", c->dims[0], c->dims[1]);
    op_copy_to(g, x, graph_view(g, whole, 0, c->dims[0]));
    op_copy_to(g, x, graph_view(g, whole, c->dims[0], c->dims[0]));
    return whole;
}

static const struct op_case copy_cases[] = {
    {.label = "two halves", .dims = {5, 37}, .build = copy_build},
    {.label = "over 65535 rows", .dims = {70001, 1}, .build = copy_build},
};

OP_DEFINE(copy) = {
    .name = "copy",
    OP_CPU_FUNCTIONS(copy),
    .gradient = copy_gradient,
    .cost = copy_cost,
    .cases = copy_cases,
    .case_count = sizeof copy_cases / sizeof *copy_cases,
    .tolerance = 0, // bits are moved
};
#endif
