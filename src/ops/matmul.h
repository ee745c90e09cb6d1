// Parameters of a matmul node (see matmul.c), and which kernel a device gets for it (matmul_vulkan.c).
#pragma once
#include "graph/op.h"

struct vk_info;

enum matmul_form { MATMUL_NT, MATMUL_NN, MATMUL_TN };

// Algorithms on Vulkan. AUTO takes the best one that the device and the shape allow; another one is taken when they
// allow it, else AUTO's.
enum matmul_variant {
    MATMUL_AUTO,
    MATMUL_PLAIN,       // one output an invocation: any device, any shape
    MATMUL_DIRECT,      // register tiles without shared memory, for drivers that run on the processor
    MATMUL_TILED_128,   // tiles of 128 x 128 outputs through shared memory, for GPUs; 8 x 8 an invocation
    MATMUL_TILED_64,    // 64 x 64; 4 x 4 an invocation
    MATMUL_TILED_32,    // 32 x 128; 4 x 4 an invocation
    MATMUL_TILED_SMALL, // 64 x 32; 4 x 4 an invocation, 128 invocations: on any GPU
    MATMUL_THIN,        // form NT with few rows, for GPUs
};

struct matmul_params {
    enum matmul_form form;
    enum matmul_variant variant;
    uint32_t most_groups; // of a dispatch, for tests; 0: as many as matmul_choose says
};

// A product c (rows,cols) with `sum` terms an output (see shaders/lib/matmul.glsl); dtype is w's.
struct matmul_shape {
    enum matmul_form form;
    enum dtype dtype;
    uint32_t rows, cols, sum;
};

struct matmul_kernel {
    char name[64]; // in shaders/kernels.txt
    uint32_t spec[7];
    int spec_count;
    uint32_t tile_rows, tile_cols; // outputs of a workgroup; of matmul_plain, of an invocation
    uint32_t groups;               // workgroups of the whole product
    uint32_t most_groups; // of a dispatch: not above 200 ms on a device of 50 GFLOP/s, since drivers stop what is long
};

// THE table of matmul's kernels: what a device with these limits runs for a shape. Returns the variant taken. All of
// them add up in the same order (shaders/lib/matmul.glsl), so the choice does not show in the bits of the result.
enum matmul_variant matmul_choose(const struct vk_info *info, const struct matmul_shape *shape,
                                  enum matmul_variant wanted, struct matmul_kernel *out);

// y (N,O) = x w^T by the given algorithm, its gradients too; the form of how does not count.
struct tensor *matmul_build(struct graph *g, struct tensor *x, struct tensor *w, struct matmul_params how);

// The CPU's products in float: c = or +=, as the form says, on the host memory that the tensors point to.
void matmul_float(enum matmul_form form, const struct tensor *a, const struct tensor *w, const struct tensor *c);

// The op's functions (its table stands in matmul_cases.c).
void matmul_gradient(struct graph *g, struct node *n);
void matmul_vulkan(const struct node *n, struct vk *vk, struct vk_stream *stream);
struct op_cost matmul_cost(const struct node *n);
