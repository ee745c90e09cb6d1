// Helpers that the CPU functions of several ops share.
#include "ops/ops.h"

void cpu_load_row(const struct tensor *t, int64_t r, real *dst)
{
    int64_t cols = tensor_cols(t);
    if (t->dtype == DTYPE_F32) {
        const real *from = cpu_real(t) + r * cols;
        for (int64_t i = 0; i < cols; i++)
            dst[i] = from[i];
        return;
    }
    float part[256];
    for (int64_t i = 0; i < cols; i += 256) {
        int64_t n = cols - i < 256 ? cols - i : 256;
        dtype_to_f32(t->dtype, (const void *)(uintptr_t)t->address, (uint64_t)(r * cols + i), (uint64_t)n, part);
        for (int64_t j = 0; j < n; j++)
            dst[i + j] = (real)part[j];
    }
}
