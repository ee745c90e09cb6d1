// What an op is: one table of functions per kind of node. src/ops/NAME.c holds everything the host knows of NAME:
// the builder (shape rule), the gradient rule, the CPU reference, the Vulkan recording, the cost and the check cases.
//
// The CPU reference is written once in terms of `real`. src/ops/*.c is compiled twice: as float (the CPU executor,
// and all of the host part) and with OPS_DOUBLE as double (the reference of all tests; the host part is left out).
#pragma once
#include "graph/graph.h"

struct vk;
struct vk_stream;
struct op_case;

#ifdef OPS_DOUBLE
typedef double real;
#define OP_NAME(name) name##_double
#else
typedef float real;
#define OP_NAME(name) name##_float
#endif

struct op_cost {
    double flops; // a multiply-add counts 2
    double bytes; // everything read and written once
};

struct op {
    const char *name;
    // Adds the nodes that turn the gradients of n's outputs (graph_grad) into gradients of its inputs
    // (graph_add_grad; for weights, into weight->grad). NULL: not differentiable.
    void (*gradient)(struct graph *g, struct node *n);
    // CPU reference on the host memory that tensors point to; reduction order is fixed (same bits in every run).
    void (*cpu)(const struct node *n);
    void (*cpu_double)(const struct node *n);
    // Records n's dispatches, which must be independent of each other: barriers stand only between nodes of the stream.
    // What needs several passes opens another one with op_pass (ops/dispatch.h). A failure sticks to the stream.
    void (*vulkan)(const struct node *n, struct vk *vk, struct vk_stream *s);
    struct op_cost (*cost)(const struct node *n);
    const struct op_case *cases; // for `vkr1 check`, the op tests and `vkr1 bench`
    int case_count;
    // Largest error that a check accepts, in units of 2^-24 * sqrt(case's reduction length) * the largest magnitude
    // among the reference values of the same output; with its reason beside it.
    double tolerance;
};

// `OP_DEFINE(rmsnorm) = {.name = "rmsnorm", OP_CPU_FUNCTIONS(rmsnorm), ...};` defines node_rmsnorm;
// `OP_CPU(rmsnorm) { ... uses n ... }` defines the CPU function in the precision of this build.
#define OP_DEFINE(name_)        const struct op node_##name_
#define OP_CPU(name_)           void OP_NAME(name_##_cpu)(const struct node *n)
#define OP_CPU_FUNCTIONS(name_) .cpu = name_##_cpu_float, .cpu_double = name_##_cpu_double
#define OP_DECLARE(name_)                                                                                              \
    extern const struct op node_##name_;                                                                               \
    void name_##_cpu_float(const struct node *n);                                                                      \
    void name_##_cpu_double(const struct node *n);

// The two ops that the backward pass itself adds (implemented in src/ops/).
struct tensor *op_add(struct graph *g, struct tensor *a, struct tensor *b); // a new tensor, a + b
void op_copy_to(struct graph *g, struct tensor *from, struct tensor *to);   // to = from

// ---- helpers for CPU functions.
static inline real *cpu_real(const struct tensor *t) // values of an f32 tensor
{
    return (real *)(uintptr_t)t->address;
}
static inline int32_t *cpu_i32(const struct tensor *t)
{
    return (int32_t *)(uintptr_t)t->address;
}
// Row r of a tensor of rank 2 of any dtype, as cols values in dst.
void OP_NAME(cpu_load_row)(const struct tensor *t, int64_t r, real *dst);
#define cpu_load_row OP_NAME(cpu_load_row)

// ---- check cases.
struct op_case {
    const char *label; // e.g. "prime sizes"
    int64_t dims[8];   // meaning is the op's own
    enum dtype dtype;  // of the weight, where the op takes one; F32 otherwise
    double magnitude;  // standard deviation of the random values; 0 means 1
    int64_t reduction; // length of the longest sum; scales the tolerance; 0 means 1
    bool bench;        // also timed by `vkr1 bench`
    // Makes leaf tensors (case_weight, case_input, graph_input) and the node(s) under test. f32 leaves are filled with
    // seeded normal values of the case's magnitude. Returns the differentiable output, whose gradient is seeded with
    // random values (the backward nodes are then checked too), or NULL when there is none.
    struct tensor *(*build)(struct graph *g, const struct op_case *c);
    // Fills a leaf by its name: integers for I32 leaves, values else; count as in tensor_count. Returns false to
    // get the random values instead (an I32 leaf must be filled).
    bool (*fill)(const struct op_case *c, const struct tensor *t, int32_t *ints, double *values);
};
// A trained weight in the case's dtype (with an f32 gradient that accumulates), and an f32 input that wants a gradient.
struct tensor *case_weight(struct graph *g, const struct op_case *c, const char *name, int64_t rows, int64_t cols);
struct tensor *case_input(struct graph *g, const char *name, int64_t rows, int64_t cols);
