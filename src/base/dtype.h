// Storage types of tensors and their conversion to and from f32. Everything is little-endian, as in the files.
//
//   F32   IEEE binary32
//   F16   IEEE binary16
//   BF16  the upper half of a binary32
//   I32   two's complement (token ids, indices)
//   others: quantised blocks of 32 or 256 elements, see dtype_blocks.h
//
// The types after I32 are only read: no tensor of a graph has them, no kernel knows them.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dtype {
    DTYPE_F32,
    DTYPE_F16,
    DTYPE_BF16,
    DTYPE_Q8_0,
    DTYPE_Q4_0,
    DTYPE_Q4_1,
    DTYPE_I32,
    DTYPE_Q5_0, // from here on read from files only
    DTYPE_Q5_1,
    DTYPE_Q2_K,
    DTYPE_Q3_K,
    DTYPE_Q4_K,
    DTYPE_Q5_K,
    DTYPE_Q6_K,
    DTYPE_IQ4_NL,
    DTYPE_IQ4_XS,
    DTYPE_MXFP4,
    DTYPE_COUNT
};

const char *dtype_name(enum dtype t);                 // "f32", "bf16", "q8_0", "q4_k" ...
bool dtype_find(const char *name, enum dtype *found); // by that name, in either case; false when unknown
uint32_t dtype_block(enum dtype t);                   // elements of a block: 32 or 256 for quantised types, else 1
uint32_t dtype_block_bytes(enum dtype t);             // bytes of a block
bool dtype_is_quantized(enum dtype t);
bool dtype_is_written(enum dtype t); // by dtype_from_f32; the only types that tensors of a graph have

// Bytes of `elements` elements; stops the program when they are no whole number of blocks (a reader of files
// checks that first).
uint64_t dtype_bytes(enum dtype t, uint64_t elements);

float f16_to_f32(uint16_t h);
uint16_t f32_to_f16(float x); // round to nearest even; overflow gives infinity; NaN stays NaN
float bf16_to_f32(uint16_t h);
uint16_t f32_to_bf16(float x); // round to nearest even; NaN stays NaN

// dst[0..n) = elements first .. first+n of the tensor at src, as f32; exact for every type but large I32.
// `first` and n need not be multiples of the block.
void dtype_to_f32(enum dtype t, const void *src, uint64_t first, uint64_t n, float *dst);

// Elements first .. first+n of the tensor at dst = src[0..n), rounded: F16, BF16 to nearest even; I32 to nearest
// even, saturating, NaN to 0; the quantised types as ggml's reference does (d = max|x|/127 for Q8_0; d = x of largest
// magnitude / -8 for Q4_0; d = (max-min)/15, m = min for Q4_1), where first and n are multiples of 32 (checked).
void dtype_from_f32(enum dtype t, const float *src, uint64_t first, uint64_t n, void *dst);
