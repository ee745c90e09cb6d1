// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011), bit for bit that of src/base/rng.c. Include after types.glsl.
#ifndef RNG_GLSL
#define RNG_GLSL

// counter and key name the number: key (seed, purpose), counter e.g. (episode, position, 0, 0).
uvec4 rng_philox(uvec4 c, uvec2 k)
{
    for (int i = 0; i < 10; i++) {
        uint hi0, lo0, hi1, lo1;
        umulExtended(0xD2511F53u, c.x, hi0, lo0);
        umulExtended(0xCD9E8D57u, c.z, hi1, lo1);
        c = uvec4(hi1 ^ c.y ^ k.x, lo1, hi0 ^ c.w ^ k.y, lo0);
        k += uvec2(0x9E3779B9u, 0xBB67AE85u);
    }
    return c;
}

// In (0, 1): 23 bits and a half step, so that a logarithm of it, or of 1 minus it, is finite.
float rng_uniform(uint word)
{
    return (float(word >> 9) + 0.5) * (1.0 / 8388608.0);
}
#endif
