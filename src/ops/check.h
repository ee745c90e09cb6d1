// Checking an op on a device: every tensor of a case's graph, forward and backward, against the reference in double.
#pragma once
#include "graph/content.h"
#include "graph/program.h"
#include "graph/op.h"

struct op_check {
    const char *op;
    const char *label;
    char worst[80];   // name of the tensor with the largest error
    double error;     // its error in units of 2^-24 * sqrt(reduction) * largest magnitude of the reference
    double tolerance; // what its op accepts
    bool ok;
    char why[200]; // when not ok
};

// Runs case c of op on d and on the CPU in double and compares all values; looks for values that nobody wrote (NaN),
// for writes outside tensors (guard zones), and for bits that differ between two runs. False with err only when the
// device itself fails; a wrong number is told in *result.
bool op_check_run(struct device *d, const struct op *op, const struct op_case *c, struct op_check *result,
                  struct err *err);

// Checks the gradient rule of a case against central differences of the double-precision forward pass, along a random
// direction for every leaf that has a gradient. Cases without differentiable output give ok.
bool op_check_gradient(const struct op *op, const struct op_case *c, struct op_check *result, struct err *err);

// NULL-terminated list of all ops.
extern const struct op *const ops_all[];
