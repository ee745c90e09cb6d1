// Elements of stored tensors (src/base/dtype.h), unpacked from 32-bit words, so that no device feature is needed.
// Include after types.glsl. Every type has
//     float load_T(U32sIn w, uint i)    element i
//     vec4 load4_T(U32sIn w, uint i)    elements i .. i+3; i is a multiple of 4
// with T one of f32 f16 bf16 q8_0 q4_0 q4_1; a kernel's define chooses, e.g. -DLOAD=load_bf16 -DLOAD4=load4_bf16.
// A tensor starts at a multiple of 4 bytes; elements count from its start, so rows need no alignment of their own
// (a quantised row is a whole number of blocks of 32). Up to three bytes after the last element are read.
#ifndef LOAD_GLSL
#define LOAD_GLSL

float load_f32(U32sIn w, uint i)
{
    return uintBitsToFloat(w.v[i]);
}

vec4 load4_f32(U32sIn w, uint i)
{
    return vec4(uintBitsToFloat(w.v[i]), uintBitsToFloat(w.v[i + 1u]), uintBitsToFloat(w.v[i + 2u]),
                uintBitsToFloat(w.v[i + 3u]));
}

float load_f16(U32sIn w, uint i)
{
    vec2 pair = unpackHalf2x16(w.v[i >> 1]);
    return (i & 1u) == 0u ? pair.x : pair.y;
}

vec4 load4_f16(U32sIn w, uint i)
{
    return vec4(unpackHalf2x16(w.v[i >> 1]), unpackHalf2x16(w.v[(i >> 1) + 1u]));
}

float load_bf16(U32sIn w, uint i)
{
    uint word = w.v[i >> 1];
    return uintBitsToFloat((i & 1u) == 0u ? word << 16 : word & 0xffff0000u);
}

vec4 load4_bf16(U32sIn w, uint i)
{
    uint a = w.v[i >> 1], b = w.v[(i >> 1) + 1u];
    return uintBitsToFloat(uvec4(a << 16, a & 0xffff0000u, b << 16, b & 0xffff0000u));
}

// Blocks of 34 and 18 bytes start at even bytes, so their words straddle.
float load_half_at(U32sIn w, uint byte) // byte is even
{
    vec2 pair = unpackHalf2x16(w.v[byte >> 2]);
    return (byte & 2u) == 0u ? pair.x : pair.y;
}

uint load_word_at(U32sIn w, uint byte) // byte is even
{
    uint a = w.v[byte >> 2];
    if ((byte & 2u) == 0u)
        return a;
    return a >> 16 | w.v[(byte >> 2) + 1u] << 16;
}

int load_int8_at(U32sIn w, uint byte)
{
    return bitfieldExtract(int(w.v[byte >> 2]), int(byte & 3u) * 8, 8);
}

uint load_nibble_at(U32sIn w, uint byte, uint j) // of element j of the 32 whose nibbles start at byte
{
    byte += j & 15u;
    return w.v[byte >> 2] >> ((byte & 3u) * 8u + (j >> 4) * 4u) & 15u;
}

vec4 load_nibbles_at(U32sIn w, uint byte, uint j) // of elements j .. j+3
{
    uint word = load_word_at(w, byte + (j & 15u)) >> ((j >> 4) * 4u);
    return vec4(uvec4(word, word >> 8, word >> 16, word >> 24) & 15u);
}

float load_q8_0(U32sIn w, uint i)
{
    uint block = i / 32u * 34u;
    return load_half_at(w, block) * float(load_int8_at(w, block + 2u + i % 32u));
}

vec4 load4_q8_0(U32sIn w, uint i)
{
    uint block = i / 32u * 34u;
    int word = int(load_word_at(w, block + 2u + i % 32u));
    return load_half_at(w, block) * vec4(bitfieldExtract(word, 0, 8), bitfieldExtract(word, 8, 8),
                                         bitfieldExtract(word, 16, 8), bitfieldExtract(word, 24, 8));
}

float load_q4_0(U32sIn w, uint i)
{
    uint block = i / 32u * 18u;
    return load_half_at(w, block) * (float(load_nibble_at(w, block + 2u, i % 32u)) - 8.0);
}

vec4 load4_q4_0(U32sIn w, uint i)
{
    uint block = i / 32u * 18u;
    return load_half_at(w, block) * (load_nibbles_at(w, block + 2u, i % 32u) - 8.0);
}

float load_q4_1(U32sIn w, uint i)
{
    uint block = i / 32u * 20u;
    vec2 dm = unpackHalf2x16(w.v[block >> 2]);
    return fma(dm.x, float(load_nibble_at(w, block + 4u, i % 32u)), dm.y);
}

vec4 load4_q4_1(U32sIn w, uint i)
{
    uint block = i / 32u * 20u;
    vec2 dm = unpackHalf2x16(w.v[block >> 2]);
    return fma(vec4(dm.x), load_nibbles_at(w, block + 4u, i % 32u), vec4(dm.y));
}

// Two elements of a word, rounded to nearest even as src/base/dtype.c does; NaN stays NaN. packHalf2x16 is not used:
// its rounding is not specified, and SwiftShader's loses infinities.
uint f16_bits(float x)
{
    uint u = floatBitsToUint(x), sign = u >> 16 & 0x8000u;
    u &= 0x7fffffffu;
    if (u > 0x7f800000u)
        return sign | 0x7e00u;
    if (u >= 0x477ff000u) // 65520, halfway between the largest half and infinity
        return sign | 0x7c00u;
    if (u >= 0x38800000u) // 2^-14, the smallest normal half
        return sign | (u + 0xfffu + (u >> 13 & 1u) - 0x38000000u) >> 13;
    if (u < 0x33000000u) // 2^-25, half of the smallest half
        return sign;
    uint shift = 126u - (u >> 23), m = (u & 0x7fffffu) | 0x800000u;
    uint r = m >> shift, rest = m & ((1u << shift) - 1u), halfway = 1u << (shift - 1u);
    return sign | (rest > halfway || (rest == halfway && (r & 1u) == 1u) ? r + 1u : r);
}

uint pack_f16(vec2 x)
{
    return f16_bits(x.x) | f16_bits(x.y) << 16;
}

uint bf16_bits(float x)
{
    uint u = floatBitsToUint(x);
    if ((u & 0x7fffffffu) > 0x7f800000u)
        return u >> 16 | 0x40u;
    return (u + 0x7fffu + (u >> 16 & 1u)) >> 16;
}

uint pack_bf16(vec2 x)
{
    return bf16_bits(x.x) | bf16_bits(x.y) << 16;
}
#endif
