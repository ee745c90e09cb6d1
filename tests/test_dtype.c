// Storage types: every f16 value, rounding at ties, the quantised blocks by hand.
#include "test.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/dtype.h"
#include "base/rng.h"

static uint32_t bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

TEST(dtype, f16_every_value_round_trips)
{
    for (uint32_t h = 0; h < 65536; h++) {
        float x = f16_to_f32((uint16_t)h);
        uint32_t exponent = h >> 10 & 31, mantissa = h & 1023;
        if (exponent == 31 && mantissa) {
            EXPECT(isnan(x) && isnan(f16_to_f32(f32_to_f16(x))), "0x%04x", h);
            continue;
        }
        double want = exponent == 31 ? INFINITY
                      : exponent     ? ldexp(1024 + mantissa, (int)exponent - 25)
                                     : ldexp(mantissa, -24);
        EXPECT((double)x == (h & 0x8000 ? -want : want), "0x%04x is %g, expected %g", h, (double)x, want);
        EXPECT(f32_to_f16(x) == h, "0x%04x came back as 0x%04x", h, f32_to_f16(x));
    }
}

TEST(dtype, f16_and_bf16_round_to_nearest_even)
{
    for (uint32_t h = 0; h < 0x7BFF; h++) { // between each value and the next
        double a = (double)f16_to_f32((uint16_t)h), b = (double)f16_to_f32((uint16_t)(h + 1)), mid = (a + b) / 2;
        uint16_t even = (uint16_t)(h & 1 ? h + 1 : h);
        EXPECT(f32_to_f16((float)mid) == even, "tie above 0x%04x gives 0x%04x", h, f32_to_f16((float)mid));
        EXPECT(f32_to_f16(nextafterf((float)mid, 0)) == h, "just below the tie above 0x%04x", h);
        EXPECT(f32_to_f16(-nextafterf((float)mid, 1e9f)) == ((h + 1) | 0x8000), "just above the tie above 0x%04x", h);
    }
    EXPECT(f32_to_f16(65519.996f) == 0x7BFF && f32_to_f16(65520) == 0x7C00 && f32_to_f16(1e30f) == 0x7C00, "overflow");
    EXPECT(f32_to_bf16(1.00390625f) == 0x3F80, "tie to even, down: 0x%04x", f32_to_bf16(1.00390625f));
    EXPECT(f32_to_bf16(1.01171875f) == 0x3F82, "tie to even, up: 0x%04x", f32_to_bf16(1.01171875f));
    EXPECT(f32_to_bf16(3.4e38f) == 0x7F80, "overflow to infinity: 0x%04x", f32_to_bf16(3.4e38f));
    EXPECT(isnan(bf16_to_f32(f32_to_bf16(NAN))) && f32_to_bf16(-INFINITY) == 0xFF80, "NaN or infinity lost");
    for (uint32_t h = 0; h < 65536; h++)
        EXPECT((h & 0x7FFF) > 0x7F80 || f32_to_bf16(bf16_to_f32((uint16_t)h)) == h, "0x%04x", h);
}

TEST(dtype, quantized_blocks_by_hand)
{
    uint8_t q8[34] = {0x00, 0x38, 0x81, 0x7F}, q4[18] = {0x00, 0x38, 0xF0}, q41[20] = {0x00, 0x38, 0x00, 0xBC, 0xF1};
    float x[32];
    dtype_to_f32(DTYPE_Q8_0, q8, 0, 32, x); // d = 0.5
    EXPECT(x[0] == -63.5f && x[1] == 63.5f && x[2] == 0, "%g %g %g", (double)x[0], (double)x[1], (double)x[2]);
    dtype_to_f32(DTYPE_Q4_0, q4, 0, 32, x);
    EXPECT(x[0] == -4 && x[16] == 3.5f && x[1] == -4, "%g %g %g", (double)x[0], (double)x[16], (double)x[1]);
    dtype_to_f32(DTYPE_Q4_1, q41, 0, 32, x); // m = -1
    EXPECT(x[0] == -0.5f && x[16] == 6.5f && x[1] == -1, "%g %g %g", (double)x[0], (double)x[16], (double)x[1]);
    uint8_t back[34];
    dtype_to_f32(DTYPE_Q8_0, q8, 0, 32, x);
    dtype_from_f32(DTYPE_Q8_0, x, 0, 32, back);
    EXPECT(memcmp(back, q8, 34) == 0, "Q8_0 does not come back");
}

TEST(dtype, quantization_error_is_within_half_a_step)
{
    enum { N = 32 * 50 };
    static float x[N], y[N];
    static uint8_t q[N * 2];
    for (int i = 0; i < N; i++)
        x[i] = (float)rng_normal(1, RNG_TEST, (uint32_t)i, 0) * ldexpf(1, i / 32 % 20 - 10);
    static const enum dtype types[] = {DTYPE_Q8_0, DTYPE_Q4_0, DTYPE_Q4_1};
    for (int t = 0; t < 3; t++) {
        dtype_from_f32(types[t], x, 0, N, q);
        dtype_to_f32(types[t], q, 0, N, y);
        for (int i = 0; i < N; i++) {
            float most = 0, low = x[i / 32 * 32], high = low;
            for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
                most = fmaxf(most, fabsf(x[j]));
                low = fminf(low, x[j]);
                high = fmaxf(high, x[j]);
            }
            // Half a step; Q4_0's 16 levels reach from -8 to +7, so the far end is off by up to a whole step. The
            // scale's own rounding to f16 adds 2^-11 of the largest magnitude, Q4_1 has two such scales.
            float step = t == 0 ? most / 127 / 2 : t == 1 ? most / 8 : (high - low) / 15 / 2;
            EXPECT(fabsf(x[i] - y[i]) <= step + most * 0x1p-9f, "%s: %g became %g", dtype_name(types[t]), (double)x[i],
                   (double)y[i]);
        }
        float part[37]; // any range is the same as the whole
        dtype_to_f32(types[t], q, 75, 37, part);
        EXPECT(memcmp(part, y + 75, sizeof part) == 0, "%s: a part differs from the whole", dtype_name(types[t]));
    }
    float odd[32] = {NAN, INFINITY, -INFINITY}; // no undefined conversion, whatever comes out
    for (int t = 0; t < 3; t++)
        dtype_from_f32(types[t], odd, 0, 32, q);
}

TEST(dtype, offsets_and_names)
{
    EXPECT(dtype_bytes(DTYPE_Q4_1, 64) == 40 && dtype_bytes(DTYPE_BF16, 3) == 6, "sizes");
    enum dtype t;
    EXPECT(dtype_find("BF16", &t) && t == DTYPE_BF16 && !dtype_find("q7_0", &t), "names");
    uint16_t h[4] = {0};
    float x[2] = {1, -2}, y[4];
    dtype_from_f32(DTYPE_F16, x, 2, 2, h);
    dtype_to_f32(DTYPE_F16, h, 1, 3, y);
    EXPECT(h[0] == 0 && y[0] == 0 && y[1] == 1 && y[2] == -2, "%g %g %g", (double)y[0], (double)y[1], (double)y[2]);
    int32_t i[4];
    float v[4] = {NAN, 3e9f, -7.5f, -3e9f};
    dtype_from_f32(DTYPE_I32, v, 0, 4, i);
    EXPECT(i[0] == 0 && i[1] == INT32_MAX && i[2] == -8 && i[3] == INT32_MIN, "%d %d %d %d", i[0], i[1], i[2], i[3]);
    dtype_to_f32(DTYPE_I32, i, 2, 1, v);
    EXPECT(bits(v[0]) == bits(-8), "%g", (double)v[0]);
}
