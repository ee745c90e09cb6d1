// VKR1_DUMP: every tensor that a program writes, as NumPy files, for tools/compare_dump.py.
#pragma once
#include "graph/program.h"

// Runs the program node by node and writes DIR/PP/NNNN.J-OP-TENSOR.npy: PP counts programs in the order of their first
// dump, NNNN is the node, J its output. Values of f32 tensors as float32 (float64 on the double executor), integers as
// int32, stored weights as float32.
bool program_dump(struct program *p, const char *dir, struct err *err);
