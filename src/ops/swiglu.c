// SwiGLU (Shazeer 2020): y = g sigmoid(g) u, all (N,F).
// Backward, with s = sigmoid(g):  dg = dy u s (1 + g (1 - s))     du = dy g s
#include "ops/ops.h"

#include "ops/cpu_rows.h"
#include "ops/dispatch.h"
#include "ops/real.h"
#include "swiglu_args.h"
#include "swiglu_bwd_args.h"

enum { PART = 256 }; // values whose exponentials are made at a time

// e[i] = exp(-|g[i]|), from which sigmoid(g) and 1 - sigmoid(g) follow without overflow and without cancellation: they
// are 1 / (1 + e) and e / (1 + e), in this order for g >= 0 and in the other one for g < 0.
static void exponentials(const real *g, int64_t count, real *e)
{
    for (int64_t i = 0; i < count; i++)
        e[i] = g[i] < 0 ? g[i] : -g[i];
    cpu_exp(e, count);
}

OP_CPU(swiglu)
{
    const real *g = cpu_real(n->in[0]), *u = cpu_real(n->in[1]);
    real *y = cpu_real(n->out[0]);
    int64_t count = tensor_count(n->out[0]);
#pragma omp parallel for if (count > CPU_WORTH_THREADS)
    for (int64_t first = 0; first < count; first += PART) {
        int64_t end = count < first + PART ? count : first + PART;
        real e[PART];
        exponentials(g + first, end - first, e);
        for (int64_t i = first; i < end; i++)
            y[i] = g[i] * ((g[i] < 0 ? e[i - first] : 1) / (1 + e[i - first])) * u[i];
    }
}

OP_CPU(swiglu_bwd)
{
    const real *dy = cpu_real(n->in[0]), *g = cpu_real(n->in[1]), *u = cpu_real(n->in[2]);
    real *dg = cpu_real(n->out[0]), *du = cpu_real(n->out[1]);
    int64_t count = tensor_count(n->out[0]);
#pragma omp parallel for if (count > CPU_WORTH_THREADS)
    for (int64_t first = 0; first < count; first += PART) {
        int64_t end = count < first + PART ? count : first + PART;
        real e[PART];
        exponentials(g + first, end - first, e);
        for (int64_t i = first; i < end; i++) {
            real r = 1 / (1 + e[i - first]), t = e[i - first] * r, s = g[i] < 0 ? t : r, rest = g[i] < 0 ? r : t;
            dg[i] = dy[i] * u[i] * s * (1 + g[i] * rest);
            du[i] = dy[i] * g[i] * s;
        }
    }
}

#ifndef OPS_DOUBLE
struct tensor *op_swiglu(struct graph *g, struct tensor *gate, struct tensor *up)
{
    check(tensor_rows(gate) == tensor_rows(up) && tensor_cols(gate) == tensor_cols(up),
          "swiglu: %s and %s differ in shape", gate->name, up->name);
    struct tensor *y = graph_like(g, "swiglu", gate);
    graph_node(g, &node_swiglu, NULL, 0, TENSORS(gate, up), TENSORS(y));
    return y;
}

static void swiglu_gradient(struct graph *g, struct node *n)
{
    struct tensor *gate = n->in[0], *up = n->in[1];
    struct tensor *dgate = graph_like(g, "d.gate", gate), *dup = graph_like(g, "d.up", up);
    graph_node(g, &node_swiglu_bwd, NULL, 0, TENSORS(graph_grad(g, n->out[0]), gate, up), TENSORS(dgate, dup));
    graph_add_grad(g, gate, dgate);
    graph_add_grad(g, up, dup);
}

static void swiglu_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t count = tensor_count(n->out[0]);
    struct swiglu_args args = {n->in[0]->address, n->in[1]->address, n->out[0]->address, (uint32_t)count};
    op_dispatch(n, vk, s, "swiglu", NULL, 0, &args, sizeof args, groups_of(count, 64));
}

static void swiglu_bwd_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t count = tensor_count(n->out[0]);
    struct swiglu_bwd_args args = {n->in[0]->address,  n->in[1]->address,  n->in[2]->address,
                                   n->out[0]->address, n->out[1]->address, (uint32_t)count};
    op_dispatch(n, vk, s, "swiglu_bwd", NULL, 0, &args, sizeof args, groups_of(count, 64));
}

static struct op_cost swiglu_cost(const struct node *n)
{
    double count = (double)tensor_count(n->out[0]);
    return n->out[1] ? (struct op_cost){12 * count, 20 * count} : (struct op_cost){5 * count, 12 * count};
}

static struct tensor *swiglu_build(struct graph *g, const struct op_case *c)
{
    return op_swiglu(g, case_input(g, "gate", c->dims[0], c->dims[1]), case_input(g, "up", c->dims[0], c->dims[1]));
}

static const struct op_case swiglu_cases[] = {
    {.label = "one", .dims = {1, 1}, .build = swiglu_build},
    {.label = "primes", .dims = {7, 131}, .build = swiglu_build},
    {.label = "saturated", .dims = {11, 257}, .magnitude = 50, .build = swiglu_build},
    {.label = "huge values", .dims = {5, 64}, .magnitude = 6e4, .build = swiglu_build},
    {.label = "tiny values", .dims = {5, 64}, .magnitude = 1e-4, .build = swiglu_build},
    {.label = "over 65535 rows", .dims = {70001, 3}, .build = swiglu_build},
    {.label = "SmolLM2", .dims = {512, 1536}, .build = swiglu_build, .bench = true},
};

OP_DEFINE(swiglu) = {
    .name = "swiglu",
    OP_CPU_FUNCTIONS(swiglu),
    .vulkan = swiglu_vulkan,
    .gradient = swiglu_gradient,
    .cost = swiglu_cost,
    .cases = swiglu_cases,
    .case_count = sizeof swiglu_cases / sizeof *swiglu_cases,
    .tolerance = 4, // an exponential, a division, two products
};

OP_DEFINE(swiglu_bwd) = {
    .name = "swiglu_bwd",
    OP_CPU_FUNCTIONS(swiglu_bwd),
    .vulkan = swiglu_bwd_vulkan,
    .cost = swiglu_cost,
    .tolerance = 4, // as swiglu, with one more product
};
#endif
