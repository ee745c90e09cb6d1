// The kernels of shaders/kernels.txt that this build's glslc could compile. The table is written by
// cmake/kernels.cmake.
#pragma once
#include <stdint.h>

struct kernel {
    const char *name;
    const char *source;         // file in shaders/
    const char *defines;        // as in the list
    const uint32_t *code, *end; // SPIR-V words
};

extern const struct kernel kernels[];
extern const int kernel_count;

struct kernel_header { // a file that kernels include
    const char *path;  // below shaders/
    const char *text;
};

extern const struct kernel_header kernel_headers[]; // ends with a path of NULL
