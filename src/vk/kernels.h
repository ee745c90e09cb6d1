// The kernels of shaders/kernels.txt that this build's glslc could compile. The table is written by cmake/kernels.cmake.
#pragma once
#include <stdint.h>

struct kernel {
    const char *name;
    const uint32_t *code, *end; // SPIR-V words
};

extern const struct kernel kernels[];
extern const int kernel_count;
