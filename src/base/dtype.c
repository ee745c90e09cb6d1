#include "base/dtype.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/dtype_blocks.h"
#include "base/err.h"

enum { BLOCK = 32, HALF = BLOCK / 2 };

struct q8_0 {
    uint16_t d;
    int8_t q[BLOCK];
};
struct q4_0 {
    uint16_t d;
    uint8_t q[HALF];
};
struct q4_1 {
    uint16_t d, m;
    uint8_t q[HALF];
};
_Static_assert(sizeof(struct q8_0) == 34 && sizeof(struct q4_0) == 18 && sizeof(struct q4_1) == 20, "file layout");

static const struct {
    const char *name;
    uint32_t block, bytes;
    block_unpack *unpack; // NULL: not quantised
} types[DTYPE_COUNT] = {
    [DTYPE_F32] = {"f32", 1, 4, NULL},
    [DTYPE_F16] = {"f16", 1, 2, NULL},
    [DTYPE_BF16] = {"bf16", 1, 2, NULL},
    [DTYPE_Q8_0] = {"q8_0", BLOCK, sizeof(struct q8_0), unpack_q8_0},
    [DTYPE_Q4_0] = {"q4_0", BLOCK, sizeof(struct q4_0), unpack_q4_0},
    [DTYPE_Q4_1] = {"q4_1", BLOCK, sizeof(struct q4_1), unpack_q4_1},
    [DTYPE_I32] = {"i32", 1, 4, NULL},
    [DTYPE_Q5_0] = {"q5_0", 32, 22, unpack_q5_0},
    [DTYPE_Q5_1] = {"q5_1", 32, 24, unpack_q5_1},
    [DTYPE_Q2_K] = {"q2_k", 256, 84, unpack_q2_k},
    [DTYPE_Q3_K] = {"q3_k", 256, 110, unpack_q3_k},
    [DTYPE_Q4_K] = {"q4_k", 256, 144, unpack_q4_k},
    [DTYPE_Q5_K] = {"q5_k", 256, 176, unpack_q5_k},
    [DTYPE_Q6_K] = {"q6_k", 256, 210, unpack_q6_k},
    [DTYPE_IQ4_NL] = {"iq4_nl", 32, 18, unpack_iq4_nl},
    [DTYPE_IQ4_XS] = {"iq4_xs", 256, 136, unpack_iq4_xs},
    [DTYPE_MXFP4] = {"mxfp4", 32, 17, unpack_mxfp4},
};

const char *dtype_name(enum dtype t)
{
    check((unsigned)t < DTYPE_COUNT, "dtype %d", (int)t);
    return types[t].name;
}

bool dtype_find(const char *name, enum dtype *found)
{
    for (int t = 0; t < DTYPE_COUNT; t++) {
        if (strcasecmp(name, types[t].name) == 0) {
            *found = (enum dtype)t;
            return true;
        }
    }
    return false;
}

uint32_t dtype_block(enum dtype t)
{
    check((unsigned)t < DTYPE_COUNT, "dtype %d", (int)t);
    return types[t].block;
}

uint32_t dtype_block_bytes(enum dtype t)
{
    check((unsigned)t < DTYPE_COUNT, "dtype %d", (int)t);
    return types[t].bytes;
}

bool dtype_is_quantized(enum dtype t)
{
    return dtype_block(t) > 1;
}

bool dtype_is_written(enum dtype t)
{
    return t <= DTYPE_I32;
}

uint64_t dtype_bytes(enum dtype t, uint64_t elements)
{
    uint32_t block = dtype_block(t);
    check(elements % block == 0, "%llu elements are no whole number of %s blocks", (unsigned long long)elements,
          types[t].name);
    return elements / block * types[t].bytes;
}

static float from_bits(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static uint32_t to_bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

float f16_to_f32(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 0x1F, mantissa = h & 0x3FF;
    if (exponent == 0x1F)
        return from_bits(sign | 0x7F800000 | mantissa << 13);
    if (exponent)
        return from_bits(sign | (exponent + 112) << 23 | mantissa << 13); // 112 = 127 - 15, the biases
    float x = (float)mantissa * 0x1p-24f;                                 // subnormal or zero
    return sign ? -x : x;
}

uint16_t f32_to_f16(float value)
{
    uint32_t u = to_bits(value), sign = u >> 16 & 0x8000, x = u & 0x7FFFFFFF;
    if (x > 0x7F800000)
        return (uint16_t)(sign | 0x7E00 | (x >> 13 & 0x3FF));
    if (x >= 0x477FF000) // 65520, half way between the largest binary16 and 2^16
        return (uint16_t)(sign | 0x7C00);
    if (x < 0x38800000) { // below 2^-14: a multiple of 2^-24, which adding 0.5 aligns and rounds to even
        float shifted = from_bits(x) + 0.5f;
        return (uint16_t)(sign | (to_bits(shifted) - 0x3F000000));
    }
    uint32_t rounded = x + 0xFFF + (x >> 13 & 1);
    return (uint16_t)(sign | (rounded - (112u << 23)) >> 13);
}

float bf16_to_f32(uint16_t h)
{
    return from_bits((uint32_t)h << 16);
}

uint16_t f32_to_bf16(float x)
{
    uint32_t u = to_bits(x);
    if ((u & 0x7FFFFFFF) > 0x7F800000)
        return (uint16_t)(u >> 16 | 0x40);
    return (uint16_t)((u + 0x7FFF + (u >> 16 & 1)) >> 16);
}

void dtype_to_f32(enum dtype t, const void *source, uint64_t first, uint64_t n, float *dst)
{
    const uint8_t *src = source;
    if (dtype_is_quantized(t)) {
        for (uint64_t i = 0; i < n;) {
            uint64_t block = types[t].block, at = first + i, skip = at % block;
            uint64_t take = block - skip < n - i ? block - skip : n - i;
            float out[BLOCK_ELEMENTS_MAX];
            types[t].unpack(src + at / block * types[t].bytes, out);
            memcpy(dst + i, out + skip, take * sizeof *dst);
            i += take;
        }
        return;
    }
    src += first * types[t].bytes;
    if (t == DTYPE_F32 && n) {
        memcpy(dst, src, n * sizeof *dst);
    } else if (t == DTYPE_I32) {
        for (uint64_t i = 0; i < n; i++) {
            int32_t v;
            memcpy(&v, src + 4 * i, sizeof v);
            dst[i] = (float)v;
        }
    } else {
        for (uint64_t i = 0; i < n; i++) {
            uint16_t h;
            memcpy(&h, src + 2 * i, sizeof h);
            dst[i] = t == DTYPE_F16 ? f16_to_f32(h) : bf16_to_f32(h);
        }
    }
}

static void block_to_q8_0(const float *x, struct q8_0 *b)
{
    float most = 0;
    for (int j = 0; j < BLOCK; j++)
        most = fmaxf(most, fabsf(x[j]));
    float d = most / 127, inverse = d != 0 ? 1 / d : 0;
    b->d = f32_to_f16(d);
    for (int j = 0; j < BLOCK; j++)
        b->q[j] = (int8_t)fminf(fmaxf(roundf(x[j] * inverse), -128), 127);
}

// Truncates, limited to a nibble (the limits also keep NaN and infinities from the conversion).
static uint8_t nibble(float x)
{
    return (uint8_t)fminf(fmaxf(x, 0), 15);
}

static void block_to_q4_0(const float *x, struct q4_0 *b)
{
    float peak = 0; // the element of largest magnitude, with its sign
    for (int j = 0; j < BLOCK; j++)
        if (fabsf(x[j]) > fabsf(peak))
            peak = x[j];
    float d = peak / -8, inverse = d != 0 ? 1 / d : 0;
    b->d = f32_to_f16(d);
    for (int j = 0; j < HALF; j++)
        b->q[j] = (uint8_t)(nibble(x[j] * inverse + 8.5f) | nibble(x[j + HALF] * inverse + 8.5f) << 4);
}

static void block_to_q4_1(const float *x, struct q4_1 *b)
{
    float least = x[0], most = x[0];
    for (int j = 1; j < BLOCK; j++) {
        least = fminf(least, x[j]);
        most = fmaxf(most, x[j]);
    }
    float d = (most - least) / 15, inverse = d != 0 ? 1 / d : 0;
    b->d = f32_to_f16(d);
    b->m = f32_to_f16(least);
    for (int j = 0; j < HALF; j++)
        b->q[j] =
            (uint8_t)(nibble((x[j] - least) * inverse + 0.5f) | nibble((x[j + HALF] - least) * inverse + 0.5f) << 4);
}

static void quantize(enum dtype t, const float *src, uint64_t blocks, uint8_t *dst)
{
    for (uint64_t i = 0; i < blocks; i++, src += BLOCK, dst += types[t].bytes) {
        union {
            struct q8_0 q8_0;
            struct q4_0 q4_0;
            struct q4_1 q4_1;
        } b;
        if (t == DTYPE_Q8_0)
            block_to_q8_0(src, &b.q8_0);
        else if (t == DTYPE_Q4_0)
            block_to_q4_0(src, &b.q4_0);
        else
            block_to_q4_1(src, &b.q4_1);
        memcpy(dst, &b, types[t].bytes);
    }
}

static int32_t to_i32(float x)
{
    return isnan(x) ? 0 : x >= 0x1p31f ? INT32_MAX : x < -0x1p31f ? INT32_MIN : (int32_t)rintf(x);
}

void dtype_from_f32(enum dtype t, const float *src, uint64_t first, uint64_t n, void *destination)
{
    check(dtype_is_written(t), "%s is only read", dtype_name(t));
    check(first % dtype_block(t) == 0 && n % dtype_block(t) == 0, "elements %llu + %llu cut a %s block",
          (unsigned long long)first, (unsigned long long)n, types[t].name);
    uint8_t *dst = (uint8_t *)destination + dtype_bytes(t, first);
    if (dtype_is_quantized(t)) {
        quantize(t, src, n / BLOCK, dst);
    } else if (t == DTYPE_F32) {
        if (n)
            memcpy(dst, src, n * sizeof *src);
    } else if (t == DTYPE_I32) {
        for (uint64_t i = 0; i < n; i++) {
            int32_t v = to_i32(src[i]);
            memcpy(dst + 4 * i, &v, sizeof v);
        }
    } else {
        for (uint64_t i = 0; i < n; i++) {
            uint16_t h = t == DTYPE_F16 ? f32_to_f16(src[i]) : f32_to_bf16(src[i]);
            memcpy(dst + 2 * i, &h, sizeof h);
        }
    }
}
