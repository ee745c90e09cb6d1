// Parts of `vkr1 bench`.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct device;

double bench_median(double *values, int count); // sorts them

// What a device can do at best, measured: multiply-adds in registers (on the CPU: CBLAS's product of 1024^3) and a
// copy of 64 MiB (read and written bytes count).
struct bench_peak {
    double gflops, gbytes; // 10^9 a second
};
bool bench_measure_peak(struct device *d, struct bench_peak *peak, struct err *err);

// A candidate: a GLSL file compiled at run time, by libshaderc, in place of one or more kernels.
struct bench_candidate {
    struct arena arena; // owns the code
    int count;
    struct {
        const char *kernel;
        int index; // among all kernels
        const uint32_t *code;
        size_t bytes;
    } kernels[128];
};
// `as` names the source of some kernels (without .comp), a kernel of shaders/kernels.txt, or what the names of some
// begin with (matmul); the first that exists. The file is compiled once for each, with that kernel's defines; it may
// include the headers of shaders/, and its arguments must lie where the kernel's do.
bool bench_candidate_compile(struct bench_candidate *c, const char *path, const char *as, struct err *err);
bool bench_candidate_replaces(const struct bench_candidate *c, const char *kernel);
void bench_candidate_finish(struct bench_candidate *c); // accepts a zeroed struct
