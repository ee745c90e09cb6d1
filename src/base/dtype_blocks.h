// Quantised blocks to f32, a function for each type: THE layouts. dtype.c has them in its table.
//
// src is one block as it lies in a GGUF file, unaligned; x gets its 32 or 256 elements, element 0 first. A nibble pair:
// the low half of byte j is element j, the high half element j + 16. Source: ggml's block definitions (ggml-common.h)
// and the gguf package's dequantisation (gguf/quants.py), which these equal to the bit.
//
// Blocks of 32:
//   Q4_0    { f16 d; u8 q[16] }                      x = d*(q-8)
//   Q4_1    { f16 d, m; u8 q[16] }                   x = d*q + m
//   Q5_0    { f16 d; u32 h; u8 q[16] }               x = d*(q-16), bit 4 of q is bit j of h
//   Q5_1    { f16 d, m; u32 h; u8 q[16] }            x = d*q + m
//   Q8_0    { f16 d; i8 q[32] }                      x = d*q
//   IQ4_NL  { f16 d; u8 q[16] }                      x = d*level[q]
//   MXFP4   { u8 e; u8 q[16] }                       x = 2^(e-128)*twice[q], twice: doubled e2m1 numbers (OCP MX 1.0)
//
// Blocks of 256 in 16 groups of 16 or 8 of 32, each with a scale s (and minimum m) of a few bits:
//   Q2_K    { u8 sm[16]; u8 q[64]; f16 d, dmin }             x = d*s*q - dmin*m
//   Q3_K    { u8 h[32]; u8 q[64]; u8 s[12]; f16 d }          x = d*(s-32)*(q-4), bit 2 of q is in h
//   Q4_K    { f16 d, dmin; u8 sm[12]; u8 q[128] }            x = d*s*q - dmin*m
//   Q5_K    { f16 d, dmin; u8 sm[12]; u8 h[32]; u8 q[128] }  x = d*s*q - dmin*m, bit 4 of q is in h
//   Q6_K    { u8 q[128]; u8 h[64]; i8 s[16]; f16 d }         x = d*s*(q-32), bits 4 and 5 of q are in h
//   IQ4_XS  { f16 d; u16 sh; u8 sl[4]; u8 q[128] }           x = d*(s-32)*level[q]
#pragma once
#include <stdint.h>

enum { BLOCK_ELEMENTS_MAX = 256 };

typedef void block_unpack(const uint8_t *src, float *x);
block_unpack unpack_q4_0, unpack_q4_1, unpack_q5_0, unpack_q5_1, unpack_q8_0, unpack_iq4_nl, unpack_mxfp4;
block_unpack unpack_q2_k, unpack_q3_k, unpack_q4_k, unpack_q5_k, unpack_q6_k, unpack_iq4_xs;
