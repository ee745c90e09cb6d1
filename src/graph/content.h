// What bound tensors hold: written and read by the host. Blocks until done. Counts are elements.
#pragma once
#include "graph/space.h"

bool tensor_write(struct tensor *t, const float *values, struct err *err); // f32, f16, bf16 and quantised: converted
bool tensor_write_rows(struct tensor *t, int64_t row, int64_t rows, const float *values, struct err *err); // f32
bool tensor_write_i32(struct tensor *t, const int32_t *values, int64_t count, struct err *err); // the first count
bool tensor_write_raw(struct tensor *t, const void *bytes, struct err *err); // already in t's dtype (not f32)
bool tensor_read(const struct tensor *t, float *values, struct err *err);
// Elements [first, first + n), counted row by row.
bool tensor_read_part(const struct tensor *t, uint64_t first, uint64_t n, float *values, struct err *err);
bool tensor_read_double(const struct tensor *t, double *values, struct err *err);
bool tensor_read_i32(const struct tensor *t, int32_t *values, struct err *err);
bool tensor_fill_zero(struct tensor *t, struct err *err);
