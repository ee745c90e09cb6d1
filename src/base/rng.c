#include "base/rng.h"

#include <math.h>

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    // Multipliers and Weyl constants of the paper (table 2 and section 4.4).
    const uint64_t M0 = 0xD2511F53u, M1 = 0xCD9E8D57u;
    const uint32_t W0 = 0x9E3779B9u, W1 = 0xBB67AE85u;
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = M0 * c0, p1 = M1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += W0;
        k1 += W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void words(uint32_t seed, enum rng_purpose purpose, uint32_t a, uint32_t b, uint32_t out[4])
{
    rng_philox((const uint32_t[4]){a, b, 0, 0}, (const uint32_t[2]){seed, (uint32_t)purpose}, out);
}

uint32_t rng_u32(uint32_t seed, enum rng_purpose purpose, uint32_t a, uint32_t b)
{
    uint32_t w[4];
    words(seed, purpose, a, b, w);
    return w[0];
}

double rng_uniform(uint32_t seed, enum rng_purpose purpose, uint32_t a, uint32_t b)
{
    uint32_t w[4];
    words(seed, purpose, a, b, w);
    return (double)((uint64_t)w[0] << 21 | w[1] >> 11) * 0x1p-53;
}

double rng_normal(uint32_t seed, enum rng_purpose purpose, uint32_t a, uint32_t b)
{
    // Box-Muller, with 1-u so that the logarithm's argument is never 0.
    uint32_t w[4];
    words(seed, purpose, a, b, w);
    double u = (double)((uint64_t)w[0] << 21 | w[1] >> 11) * 0x1p-53;
    double v = (double)((uint64_t)w[2] << 21 | w[3] >> 11) * 0x1p-53;
    return sqrt(-2 * log(1 - u)) * cos(2 * 3.14159265358979323846 * v);
}

void rng_permutation(uint32_t seed, enum rng_purpose purpose, uint32_t epoch, uint32_t *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)((uint64_t)rng_u32(seed, purpose, epoch, i) * i >> 32);
        uint32_t t = out[i - 1];
        out[i - 1] = out[j];
        out[j] = t;
    }
}
