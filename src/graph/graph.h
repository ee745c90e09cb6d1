// The graph: tensors and the nodes that make them, in the order in which they run. Built once per shape, then run
// many times by a program (program.h). A graph owns its tensors' descriptions, never their memory.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/dtype.h"
#include "base/err.h"
#include "graph/blocks.h"

struct op;
struct space;

enum tensor_kind {
    TENSOR_WEIGHT,     // parameters; live in the run's space
    TENSOR_GRADIENT,   // of a weight: accumulated over micro-batches
    TENSOR_STATE,      // optimiser moments, KV cache, constants made by the host
    TENSOR_INPUT,      // written by the host before a run
    TENSOR_ACTIVATION, // made by a node; memory is planned by lifetime and reused
};

enum { TENSOR_RANK = 4, NODE_INPUTS = 12, NODE_OUTPUTS = 4, NODE_PARAM_BYTES = 48 };

struct tensor {
    char name[80];
    enum dtype dtype;
    enum tensor_kind kind;
    int rank;
    int64_t shape[TENSOR_RANK]; // row-major, slowest first
    struct tensor *base;        // a view shows rows of base; NULL for a tensor of its own
    int64_t base_row;
    struct tensor *grad;     // of a weight that is trained: where its gradient accumulates; else NULL
    struct tensor *clone_of; // set by recompute: stands for that tensor in the backward pass
    bool needs_grad;         // a trained weight, or depends on one
    bool keep;               // read by the host: lives to the end of the program
    bool scratch;            // its node's work space: the content means nothing

    // Where it lies; set by space_place (space.h) or plan_place (plan.h).
    struct space *space;
    int block;        // of the space
    uint64_t offset;  // bytes from the start of the block; of a view: its base's offset plus its rows
    uint64_t address; // Vulkan: the device address; CPU: the host pointer
    int first, last;  // lifetime of an activation, in node indices; -1 when unused

    struct tensor *running_grad; // graph_backward's: d loss / d this as far as it is known
};

static inline const char *tensor_kind_name(const struct tensor *t)
{
    static const char *const names[] = {"weight", "gradient", "state", "input", "activation"};
    return names[t->kind];
}
static inline int64_t tensor_cols(const struct tensor *t)
{
    return t->shape[t->rank - 1];
}
static inline int64_t tensor_count(const struct tensor *t)
{
    int64_t n = 1;
    for (int i = 0; i < t->rank; i++)
        n *= t->shape[i];
    return n;
}
static inline int64_t tensor_rows(const struct tensor *t)
{
    return tensor_count(t) / tensor_cols(t);
}

struct node {
    const struct op *op;
    struct tensor *in[NODE_INPUTS];                     // read; an optional input may be NULL in the middle
    struct tensor *out[NODE_OUTPUTS];                   // written; a tensor that is also in `in` is updated in place
    int segment;                                        // recompute segment, 0 for none
    _Alignas(8) unsigned char params[NODE_PARAM_BYTES]; // the op's own struct
};

struct graph {
    struct arena *arena;
    struct node **nodes;
    int node_count, node_room;
    struct tensor **tensors; // inputs, activations and views, in order of creation; not the weights
    int tensor_count, tensor_room;
    int segment, segment_count; // the open recompute segment (0: none) and how many there were
    struct blocks blocks;       // of the work space that its activations reach; set by plan_place
    struct err err;             // the first failure while building; later calls are safe and do nothing useful
};

void graph_init(struct graph *g, struct arena *arena);

// ---- tensors. One to four sizes; a size of 0 ends the list.
struct tensor *tensor_new(struct arena *a, enum tensor_kind kind, enum dtype dtype, const char *name, int64_t s0,
                          int64_t s1, int64_t s2, int64_t s3);
// Registered with the graph.
struct tensor *graph_input(struct graph *g, enum dtype dtype, const char *name, int64_t s0, int64_t s1);
struct tensor *graph_activation(struct graph *g, const char *name, int64_t s0, int64_t s1);  // f32
struct tensor *graph_like(struct graph *g, const char *name, const struct tensor *shape_of); // f32 activation
struct tensor *graph_clone(struct graph *g, const struct tensor *t); // an activation of its name, shape and type
// Rows [row, row + rows) of t, sharing its memory. t has rank 2.
struct tensor *graph_view(struct graph *g, struct tensor *t, int64_t row, int64_t rows);
void graph_keep(struct tensor *t);

// ---- nodes, for op implementations. Copies params. Outputs of the node become needs_grad when an input is.
// `in` and `out` end with the last non-NULL entry of the arrays given.
struct node *graph_node(struct graph *g, const struct op *op, const void *params, size_t param_bytes,
                        struct tensor *const in[NODE_INPUTS], struct tensor *const out[NODE_OUTPUTS]);
#define TENSORS(...)       ((struct tensor *[NODE_INPUTS]){__VA_ARGS__})
#define graph_fail(g, ...) ((void)fail(&(g)->err, __VA_ARGS__))

// ---- recompute: nodes added between begin and end form a segment whose activations are rebuilt in the backward
// pass instead of being kept from the forward pass.
void graph_segment_begin(struct graph *g);
void graph_segment_end(struct graph *g);

// ---- gradients.
// Adds the backward pass after the forward nodes. Its sources were given with graph_add_grad before. Call graph_prune
// afterwards: recompute clones more than the gradients need.
void graph_backward(struct graph *g);
// d loss / d t gets dt added. For gradient rules and for the sources. Ignored where t needs no gradient.
void graph_add_grad(struct graph *g, struct tensor *t, struct tensor *dt);
// The gradient of t as far as it is known; NULL when nothing depends on t.
struct tensor *graph_grad(struct graph *g, const struct tensor *t);

// Drops nodes that make only activations nobody reads and nobody keeps.
void graph_prune(struct graph *g);

uint64_t tensor_bytes(const struct tensor *t, int real_bytes); // real_bytes: what an f32 element takes, 4 or 8
