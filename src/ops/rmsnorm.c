// RMSNorm: y = x * rstd * w, rstd = 1 / sqrt(mean_d x^2 + eps). Zhang and Sennrich 2019.
//   x (N,D) in   w (D) in   y (N,D) out   rstd (N,1) out, kept for the backward pass
// Backward, with xhat = x * rstd:
//   dx = rstd * (w*dy - xhat * mean_d(w*dy*xhat))     dw += sum_n dy * xhat
#include "ops/ops.h"

#include <math.h>

#include "ops/dispatch.h"
#include "rmsnorm_args.h"
#include "rmsnorm_bwd_args.h"

struct rmsnorm_params {
    float eps;
};

OP_CPU(rmsnorm)
{
    const struct rmsnorm_params *p = (const void *)n->params;
    const real *x = cpu_real(n->in[0]), *w = cpu_real(n->in[1]);
    real *y = cpu_real(n->out[0]), *rstd = cpu_real(n->out[1]);
    int64_t N = tensor_rows(n->in[0]), D = tensor_cols(n->in[0]);
    for (int64_t i = 0; i < N; i++) {
        real sum = 0;
        for (int64_t d = 0; d < D; d++)
            sum += x[i * D + d] * x[i * D + d];
        rstd[i] = 1 / (real)sqrt((double)(sum / (real)D + (real)p->eps));
        for (int64_t d = 0; d < D; d++)
            y[i * D + d] = x[i * D + d] * rstd[i] * w[d];
    }
}

OP_CPU(rmsnorm_bwd_x)
{
    const real *dy = cpu_real(n->in[0]), *x = cpu_real(n->in[1]), *w = cpu_real(n->in[2]), *rstd = cpu_real(n->in[3]);
    real *dx = cpu_real(n->out[0]);
    int64_t N = tensor_rows(n->in[1]), D = tensor_cols(n->in[1]);
    for (int64_t i = 0; i < N; i++) {
        real mean = 0;
        for (int64_t d = 0; d < D; d++)
            mean += w[d] * dy[i * D + d] * x[i * D + d] * rstd[i];
        mean /= (real)D;
        for (int64_t d = 0; d < D; d++)
            dx[i * D + d] = rstd[i] * (w[d] * dy[i * D + d] - x[i * D + d] * rstd[i] * mean);
    }
}

OP_CPU(rmsnorm_bwd_w)
{
    const real *dy = cpu_real(n->in[0]), *x = cpu_real(n->in[1]), *rstd = cpu_real(n->in[2]);
    real *dw = cpu_real(n->out[0]);
    int64_t N = tensor_rows(n->in[1]), D = tensor_cols(n->in[1]);
    for (int64_t i = 0; i < N; i++)
        for (int64_t d = 0; d < D; d++)
            dw[d] += dy[i * D + d] * x[i * D + d] * rstd[i];
}

#ifndef OPS_DOUBLE
struct tensor *op_rmsnorm(struct graph *g, struct tensor *x, struct tensor *w, double eps)
{
    check(tensor_count(w) == tensor_cols(x), "%s has %lld weights for width %lld", w->name, (long long)tensor_count(w),
          (long long)tensor_cols(x));
    struct tensor *y = graph_like(g, w->name, x), *rstd = graph_activation(g, "rstd", tensor_rows(x), 1);
    struct rmsnorm_params p = {(float)eps};
    graph_node(g, &node_rmsnorm, &p, sizeof p, TENSORS(x, w), TENSORS(y, rstd));
    return y;
}

static void rmsnorm_gradient(struct graph *g, struct node *n)
{
    struct tensor *dy = graph_grad(g, n->out[0]), *x = n->in[0], *w = n->in[1], *rstd = n->out[1];
    if (x->needs_grad) {
        struct tensor *dx = graph_like(g, "d.rmsnorm", x);
        graph_node(g, &node_rmsnorm_bwd_x, NULL, 0, TENSORS(dy, x, w, rstd), TENSORS(dx));
        graph_add_grad(g, x, dx);
    }
    if (w->grad)
        graph_node(g, &node_rmsnorm_bwd_w, NULL, 0, TENSORS(dy, x, rstd, w->grad), TENSORS(w->grad));
}

static void rmsnorm_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    const struct rmsnorm_params *p = (const void *)n->params;
    int64_t N = tensor_rows(n->in[0]);
    uint32_t size;
    const char *kernel = op_reduce_kernel(vk, "rmsnorm", "rmsnorm_subgroup", &size);
    struct rmsnorm_args args = {n->in[0]->address,
                                n->in[1]->address,
                                n->out[0]->address,
                                n->out[1]->address,
                                (uint32_t)N,
                                (uint32_t)tensor_cols(n->in[0]),
                                p->eps};
    op_dispatch(n, vk, s, kernel, &size, 1, &args, sizeof args, (uint64_t)N);
}

static void rmsnorm_bwd_x_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t N = tensor_rows(n->in[1]);
    uint32_t size;
    const char *kernel = op_reduce_kernel(vk, "rmsnorm_bwd_x", "rmsnorm_bwd_x_subgroup", &size);
    struct rmsnorm_bwd_args args = {n->in[0]->address,
                                    n->in[1]->address,
                                    n->in[2]->address,
                                    n->in[3]->address,
                                    n->out[0]->address,
                                    (uint32_t)N,
                                    (uint32_t)tensor_cols(n->in[1])};
    op_dispatch(n, vk, s, kernel, &size, 1, &args, sizeof args, (uint64_t)N);
}

static void rmsnorm_bwd_w_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s)
{
    int64_t D = tensor_cols(n->in[1]);
    struct rmsnorm_bwd_args args = {.dy = n->in[0]->address,
                                    .x = n->in[1]->address,
                                    .rstd = n->in[2]->address,
                                    .out_ = n->out[0]->address,
                                    .rows = (uint32_t)tensor_rows(n->in[1]),
                                    .cols = (uint32_t)D};
    op_dispatch(n, vk, s, "rmsnorm_bwd_w", NULL, 0, &args, sizeof args, groups_of(D, 32));
}

static struct op_cost rmsnorm_cost(const struct node *n)
{
    double count = (double)tensor_count(n->out[0]->kind == TENSOR_GRADIENT ? n->in[1] : n->out[0]);
    return (struct op_cost){5 * count, 12 * count};
}

static struct tensor *rmsnorm_build(struct graph *g, const struct op_case *c)
{
    struct tensor *x = case_input(g, "x", c->dims[0], c->dims[1]);
    return op_rmsnorm(g, x, case_weight(g, c, "w", 1, c->dims[1]), 1e-5);
}

static const struct op_case rmsnorm_cases[] = {
    {.label = "one row", .dims = {1, 5}, .build = rmsnorm_build, .reduction = 5},
    {.label = "primes", .dims = {13, 131}, .build = rmsnorm_build, .reduction = 131},
    {.label = "SmolLM2 width", .dims = {64, 576}, .build = rmsnorm_build, .reduction = 576, .bench = true},
    {.label = "huge values", .dims = {5, 64}, .magnitude = 6e4, .build = rmsnorm_build, .reduction = 64},
    {.label = "tiny values", .dims = {5, 64}, .magnitude = 1e-4, .build = rmsnorm_build, .reduction = 64},
    {.label = "over 65535 rows", .dims = {70001, 4}, .build = rmsnorm_build, .reduction = 70001},
};

OP_DEFINE(rmsnorm) = {
    .name = "rmsnorm",
    OP_CPU_FUNCTIONS(rmsnorm),
    .vulkan = rmsnorm_vulkan,
    .gradient = rmsnorm_gradient,
    .cost = rmsnorm_cost,
    .cases = rmsnorm_cases,
    .case_count = sizeof rmsnorm_cases / sizeof *rmsnorm_cases,
    .tolerance = 8, // a sum, a square root, a division and two products
};

OP_DEFINE(rmsnorm_bwd_x) = {
    .name = "rmsnorm_bwd_x",
    OP_CPU_FUNCTIONS(rmsnorm_bwd_x),
    .vulkan = rmsnorm_bwd_x_vulkan,
    .cost = rmsnorm_cost,
    .tolerance = 16, // the two terms of dx may cancel
};

OP_DEFINE(rmsnorm_bwd_w) = {
    .name = "rmsnorm_bwd_w",
    OP_CPU_FUNCTIONS(rmsnorm_bwd_w),
    .vulkan = rmsnorm_bwd_w_vulkan,
    .cost = rmsnorm_cost,
    .tolerance = 8, // one sum over tokens
};
#endif
