// Natural logarithm of a positive normal number to about 2 units in the last place on every device: log() may be off by
// 2^-21 between 0.5 and 2, where random numbers and sums of probabilities lie. Include after types.glsl.
//   x = 2^e m, m in [sqrt(1/2), sqrt(2)):  log x = e log 2 + 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172
#ifndef LOG_GLSL
#define LOG_GLSL

float log_exact(float x)
{
    uint u = floatBitsToUint(x) - 0x3f3504f3u; // bits of sqrt(1/2)
    int e = int(u) >> 23;
    float m = uintBitsToFloat((u & 0x7fffffu) + 0x3f3504f3u);
    float s = (m - 1.0) / (m + 1.0), q = s * s;
    float series = q * fma(q, fma(q, fma(q, 1.0 / 9.0, 1.0 / 7.0), 1.0 / 5.0), 1.0 / 3.0);
    float k = float(e);
    float rest = fma(2.0 * s, series, k * 1.42860677e-6);
    return fma(k, 0.693145752, fma(2.0, s, rest)); // log 2 in two parts
}

// -log(-log u) of the uniform number of a random word (rng_uniform): the noise of Gumbel's maximum.
float gumbel(float u)
{
    return -log_exact(-log_exact(u));
}
#endif
