#include "base/dtype_blocks.h"

#include <string.h>

#include "base/dtype.h"

enum { SMALL = 32, LARGE = 256 };

static float f16_at(const uint8_t *p)
{
    uint16_t h;
    memcpy(&h, p, sizeof h);
    return f16_to_f32(h);
}

static uint32_t u32_at(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

// Element j of 32 whose low halves are elements 0 to 15 of q, the high ones 16 to 31.
static int nibble_at(const uint8_t *q, int j)
{
    return j < 16 ? q[j] & 15 : q[j - 16] >> 4;
}

// ---- blocks of 32

void unpack_q8_0(const uint8_t *src, float *x)
{
    float d = f16_at(src);
    for (int j = 0; j < SMALL; j++)
        x[j] = (float)(int8_t)src[2 + j] * d;
}

void unpack_q4_0(const uint8_t *src, float *x)
{
    float d = f16_at(src);
    for (int j = 0; j < SMALL; j++)
        x[j] = (float)(nibble_at(src + 2, j) - 8) * d;
}

void unpack_q4_1(const uint8_t *src, float *x)
{
    float d = f16_at(src), m = f16_at(src + 2);
    for (int j = 0; j < SMALL; j++)
        x[j] = (float)nibble_at(src + 4, j) * d + m;
}

// Element j of 32 with 5 bits: nibbles, and a word of fifth bits before them.
static int five_bits_at(const uint8_t *p, int j)
{
    return nibble_at(p + 4, j) | (int)(u32_at(p) >> j & 1) << 4;
}

void unpack_q5_0(const uint8_t *src, float *x)
{
    float d = f16_at(src);
    for (int j = 0; j < SMALL; j++)
        x[j] = (float)(five_bits_at(src + 2, j) - 16) * d;
}

void unpack_q5_1(const uint8_t *src, float *x)
{
    float d = f16_at(src), m = f16_at(src + 2);
    for (int j = 0; j < SMALL; j++)
        x[j] = (float)five_bits_at(src + 4, j) * d + m;
}

// ggml's kvalues_iq4nl
static const int8_t level[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

void unpack_iq4_nl(const uint8_t *src, float *x)
{
    float d = f16_at(src);
    for (int j = 0; j < SMALL; j++)
        x[j] = (float)level[nibble_at(src + 2, j)] * d;
}

void unpack_mxfp4(const uint8_t *src, float *x)
{
    static const int8_t twice[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
    uint32_t bits = src[0] < 2 ? (uint32_t)0x00200000 << src[0] : (uint32_t)(src[0] - 1) << 23; // 2^(e-128)
    float d;
    memcpy(&d, &bits, sizeof d);
    for (int j = 0; j < SMALL; j++)
        x[j] = (float)twice[nibble_at(src + 1, j)] * d;
}

// ---- blocks of 256

// Two bits of element e: 128 elements share 32 bytes, their bits lie above each other.
static int two_bits_at(const uint8_t *q, int e)
{
    return q[e / 128 * 32 + e % 32] >> (e % 128 / 32 * 2) & 3;
}

// One bit of element e: all 256 share 32 bytes.
static int one_bit_at(const uint8_t *h, int e)
{
    return h[e % 32] >> (e / 32) & 1;
}

// Four bits of element e: 64 elements share 32 bytes.
static int four_bits_at(const uint8_t *q, int e)
{
    return q[e / 64 * 32 + e % 32] >> (e % 64 / 32 * 4) & 15;
}

void unpack_q2_k(const uint8_t *src, float *x)
{
    float d = f16_at(src + 80), dmin = f16_at(src + 82);
    for (int e = 0; e < LARGE; e++) {
        float s = d * (float)(src[e / 16] & 15), m = dmin * (float)(src[e / 16] >> 4);
        x[e] = s * (float)two_bits_at(src + 16, e) - m;
    }
}

// Scale g of 16 with 6 bits: 8 bytes of low halves, then 4 of upper bits.
static int scale_q3_k(const uint8_t *s, int g)
{
    int low = g < 8 ? s[g] & 15 : s[g - 8] >> 4;
    return low | (s[8 + g % 4] >> (g / 4 * 2) & 3) << 4;
}

void unpack_q3_k(const uint8_t *src, float *x)
{
    float d = f16_at(src + 108);
    for (int e = 0; e < LARGE; e++) {
        int q = two_bits_at(src + 32, e) - (one_bit_at(src, e) ? 0 : 4);
        x[e] = d * (float)(scale_q3_k(src + 96, e / 16) - 32) * (float)q;
    }
}

// Scale and minimum g of 8 with 6 bits each: of the first four whole bytes' low bits, of the others halves and the
// upper bits that are left.
static void scale_q4_k(const uint8_t *p, int g, int *scale, int *minimum)
{
    if (g < 4) {
        *scale = p[g] & 63;
        *minimum = p[g + 4] & 63;
    } else {
        *scale = (p[g + 4] & 15) | (p[g - 4] >> 2 & 0x30);
        *minimum = p[g + 4] >> 4 | (p[g] >> 2 & 0x30);
    }
}

// Q4_K, and with fifth bits at h Q5_K.
static void unpack_scaled(const uint8_t *src, const uint8_t *h, const uint8_t *q, float *x)
{
    float d = f16_at(src), dmin = f16_at(src + 2);
    for (int e = 0; e < LARGE; e++) {
        int scale, minimum;
        scale_q4_k(src + 4, e / 32, &scale, &minimum);
        float s = d * (float)scale, m = dmin * (float)minimum;
        x[e] = s * (float)(four_bits_at(q, e) | (h ? one_bit_at(h, e) << 4 : 0)) - m;
    }
}

void unpack_q4_k(const uint8_t *src, float *x)
{
    unpack_scaled(src, NULL, src + 16, x);
}

void unpack_q5_k(const uint8_t *src, float *x)
{
    unpack_scaled(src, src + 16, src + 48, x);
}

void unpack_q6_k(const uint8_t *src, float *x)
{
    float d = f16_at(src + 208);
    for (int e = 0; e < LARGE; e++) {
        int low = src[e / 128 * 64 + e % 64] >> (e % 128 / 64 * 4) & 15;
        int q = (low | two_bits_at(src + 128, e) << 4) - 32;
        x[e] = d * (float)(int8_t)src[192 + e / 16] * (float)q;
    }
}

void unpack_iq4_xs(const uint8_t *src, float *x)
{
    float d = f16_at(src);
    for (int e = 0; e < LARGE; e++) {
        int g = e / 32, low = src[4 + g / 2] >> (g % 2 * 4) & 15, high = (src[2 + g / 4] >> (g % 4 * 2)) & 3;
        x[e] = d * (float)((low | high << 4) - 32) * (float)level[nibble_at(src + 8 + 16 * g, e % 32)];
    }
}
