// c = a + b, element by element.
#include "ops/ops.h"

#include "ops/dispatch.h"
#include "add_args.h"

OP_CPU(add)
{
    const real *a = cpu_real(n->in[0]), *b = cpu_real(n->in[1]);
    real *c = cpu_real(n->out[0]);
    for (int64_t i = 0, count = tensor_count(n->out[0]); i < count; i++)
        c[i] = a[i] + b[i];
}

#ifndef OPS_DOUBLE
struct tensor *op_add(struct graph *g, struct tensor *a, struct tensor *b)
{
    check(tensor_count(a) == tensor_count(b), "%s and %s differ in shape", a->name, b->name);
    struct tensor *c = graph_like(g, a->name, a);
    graph_node(g, &node_add, NULL, 0, TENSORS(a, b), TENSORS(c));
    return c;
}

static void add_gradient(struct graph *g, struct node *n)
{
    struct tensor *dc = graph_grad(g, n->out[0]);
    graph_add_grad(g, n->in[0], dc);
    graph_add_grad(g, n->in[1], dc);
}

static void add_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t count = tensor_count(n->out[0]);
    struct add_args args = {n->in[0]->address, n->in[1]->address, n->out[0]->address, (uint32_t)count};
    op_dispatch(n, vk, s, "add", NULL, 0, &args, sizeof args, groups_of(count, 64));
}

static struct op_cost add_cost(const struct node *n)
{
    double count = (double)tensor_count(n->out[0]);
    return (struct op_cost){count, 12 * count};
}

static struct tensor *add_build(struct graph *g, const struct op_case *c)
{
    return op_add(g, case_input(g, "a", c->dims[0], c->dims[1]), case_input(g, "b", c->dims[0], c->dims[1]));
}

static const struct op_case add_cases[] = {
    {.label = "one", .dims = {1, 1}, .build = add_build},
    {.label = "primes", .dims = {7, 131}, .build = add_build},
    {.label = "huge values", .dims = {3, 64}, .magnitude = 6e4, .build = add_build},
    {.label = "over 65535 rows", .dims = {70001, 3}, .build = add_build},
    {.label = "SmolLM2", .dims = {512, 576}, .build = add_build, .bench = true},
};

OP_DEFINE(add) = {
    .name = "add",
    OP_CPU_FUNCTIONS(add),
    .vulkan = add_vulkan,
    .gradient = add_gradient,
    .cost = add_cost,
    .cases = add_cases,
    .case_count = sizeof add_cases / sizeof *add_cases,
    .tolerance = 1, // one rounding
};
#endif
