// Matrix products. One op, three forms; a (rows of) activations in f32, w a weight of any dtype:
//   NT  y (N,O)  = x (N,K) w (O,K)^T       forward
//   NN  dx (N,K) = dy (N,O) w (O,K)        gradient of the input
//   TN  dw (O,K) += dy (N,O)^T x (N,K)     gradient of the weight, accumulated
#include "ops/ops.h"

#include <cblas.h>

#include "ops/matmul.h"

#ifdef OPS_DOUBLE
static void gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const double *a, const double *b, double beta,
                 double *c)
{
    cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k,
                1, a, (int)(ta ? m : k), b, (int)(tb ? k : n), beta, c, (int)n);
}

OP_CPU(matmul)
{
    const struct matmul_params *p = (const void *)n->params;
    const struct tensor *a = n->in[0], *w = n->in[1];
    int64_t rows = tensor_rows(w), cols = tensor_cols(w);
    double *c = cpu_real(n->out[0]), *unpacked = NULL;
    if (w->dtype != DTYPE_F32) {
        unpacked = block_alloc(sizeof *unpacked * (size_t)tensor_count(w));
        check(unpacked, "no memory for %s in double precision", w->name);
        for (int64_t r = 0; r < rows; r++)
            cpu_load_row(w, r, unpacked + r * cols);
    }
    const double *wv = unpacked ? unpacked : cpu_real(w);
    if (p->form == MATMUL_NT)
        gemm(false, true, tensor_rows(a), rows, cols, cpu_real(a), wv, 0, c);
    else if (p->form == MATMUL_NN)
        gemm(false, false, tensor_rows(a), cols, rows, cpu_real(a), wv, 0, c);
    else
        gemm(true, false, tensor_cols(a), cols, rows, cpu_real(a), wv, 1, c);
    block_free(unpacked);
}
#else
OP_CPU(matmul)
{
    matmul_float(((const struct matmul_params *)(const void *)n->params)->form, n->in[0], n->in[1], n->out[0]);
}

static void add_node(struct graph *g, enum matmul_form form, struct matmul_params p, struct tensor *a, struct tensor *b,
                     struct tensor *c)
{
    p.form = form;
    // TN accumulates: the output is read as well.
    graph_node(g, &node_matmul, &p, sizeof p, TENSORS(a, b, p.form == MATMUL_TN ? c : NULL), TENSORS(c));
}

struct tensor *matmul_build(struct graph *g, struct tensor *x, struct tensor *w, struct matmul_params how)
{
    check(tensor_cols(x) == tensor_cols(w), "%s is %lld wide, %s wants %lld", x->name, (long long)tensor_cols(x),
          w->name, (long long)tensor_cols(w));
    struct tensor *y = graph_activation(g, w->name, tensor_rows(x), tensor_rows(w));
    add_node(g, MATMUL_NT, how, x, w, y);
    return y;
}

struct tensor *op_matmul(struct graph *g, struct tensor *x, struct tensor *w)
{
    return matmul_build(g, x, w, (struct matmul_params){.variant = MATMUL_AUTO});
}

void matmul_gradient(struct graph *g, struct node *n)
{
    const struct matmul_params *p = (const void *)n->params;
    struct tensor *x = n->in[0], *w = n->in[1], *dy = graph_grad(g, n->out[0]);
    check(p->form == MATMUL_NT, "second derivative");
    if (w->grad)
        add_node(g, MATMUL_TN, *p, dy, x, w->grad);
    if (x->needs_grad) {
        struct tensor *dx = graph_like(g, "d.matmul", x);
        add_node(g, MATMUL_NN, *p, dy, w, dx);
        graph_add_grad(g, x, dx);
    }
}

struct op_cost matmul_cost(const struct node *n)
{
    const struct matmul_params *p = (const void *)n->params;
    double sum = (double)(p->form == MATMUL_TN ? tensor_rows(n->in[0]) : tensor_cols(n->in[0]));
    return (struct op_cost){2 * sum * (double)tensor_count(n->out[0]),
                            (double)(tensor_bytes(n->in[0], 4) + tensor_bytes(n->in[1], 4) +
                                     tensor_bytes(n->out[0], 4) * (p->form == MATMUL_TN ? 2 : 1))};
}
#endif
