// What a shader expects as its arguments, read from its SPIR-V.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct push_constant {
    uint32_t offset, bytes; // bytes: 0 for what is neither number, vector nor device address
};

// Fills out with the members of the shader's push constants, in their order, and returns how many there are (0: it has
// none); -1 when there are more than max or the code is damaged.
int push_constants(const uint32_t *code, size_t code_bytes, struct push_constant *out, int max);
