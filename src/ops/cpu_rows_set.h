// Products of one row with many rows, for one instruction set; cpu_rows.c includes it once for each. Defined by the
// includer: lanes and LANES, AT, SUM, TARGET, NAME(x); in float integers, words and CHOOSE too.
TARGET static void NAME(dots)(const real *x, const real *const *rows, int64_t count, int64_t length, real *out)
{
    int64_t whole = length / LANES * LANES, i = 0;
    for (; i + 4 <= count; i += 4) {
        const real *r0 = rows[i], *r1 = rows[i + 1], *r2 = rows[i + 2], *r3 = rows[i + 3];
        lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
        for (int64_t a = 0; a < whole; a += LANES) {
            lanes v = AT(x + a);
            s0 += v * AT(r0 + a);
            s1 += v * AT(r1 + a);
            s2 += v * AT(r2 + a);
            s3 += v * AT(r3 + a);
        }
        out[i] = SUM(s0);
        out[i + 1] = SUM(s1);
        out[i + 2] = SUM(s2);
        out[i + 3] = SUM(s3);
    }
    for (; i < count; i++) {
        lanes s = {0};
        for (int64_t a = 0; a < whole; a += LANES)
            s += AT(x + a) * AT(rows[i] + a);
        out[i] = SUM(s);
    }
    for (i = 0; i < count; i++)
        for (int64_t a = whole; a < length; a++)
            out[i] += x[a] * rows[i][a];
}

TARGET static void NAME(weighted_sum)(real *sum, const real *w, const real *const *rows, int64_t count, int64_t length)
{
    int64_t a = 0;
    for (; a + 4 * LANES <= length; a += 4 * LANES) {
        lanes *to = (lanes *)(sum + a), s0 = to[0], s1 = to[1], s2 = to[2], s3 = to[3];
        for (int64_t i = 0; i < count; i++) {
            const real *r = rows[i] + a;
            s0 += w[i] * AT(r);
            s1 += w[i] * AT(r + LANES);
            s2 += w[i] * AT(r + 2 * LANES);
            s3 += w[i] * AT(r + 3 * LANES);
        }
        to[0] = s0, to[1] = s1, to[2] = s2, to[3] = s3;
    }
    for (; a + LANES <= length; a += LANES) {
        lanes *to = (lanes *)(sum + a), s = *to;
        for (int64_t i = 0; i < count; i++)
            s += w[i] * AT(rows[i] + a);
        *to = s;
    }
    for (int64_t i = 0; i < count; i++)
        for (int64_t b = a; b < length; b++)
            sum[b] += w[i] * rows[i][b];
}

#ifndef OPS_DOUBLE
// exp x = 2^n exp r with n the integer nearest to x / log 2 and |r| <= log(2) / 2: Taylor's polynomial of degree 7,
// whose remainder is below 1e-8. log 2 is subtracted in two parts (Cody and Waite), the first of which has few digits.
TARGET static inline __attribute__((always_inline)) void NAME(exp_lanes)(lanes *x)
{
    const lanes zero = {0};
    integers low = *x<-87.0f, high = *x> 89.0f;
    lanes y = CHOOSE(high, zero + 89.0f, CHOOSE(low, zero - 87.0f, *x));
    lanes n = (y * 1.44269504f + 12582912.0f) - 12582912.0f; // 1.5 * 2^23: rounds to an integer
    lanes r = (y - n * 0.693359375f) + n * 2.12194440e-4f;
    lanes p = 1.0f / 720 + r * (1.0f / 5040);
    p = 1.0f / 120 + r * p;
    p = 1.0f / 24 + r * p;
    p = 1.0f / 6 + r * p;
    p = 1 + r * (1 + r * (0.5f + r * p));
    words bits = ((words) __builtin_convertvector(n, integers) + 127) << 23;
    *x = CHOOSE(low, zero, p * (lanes)bits);
}

TARGET static void NAME(exp)(real *x, int64_t count)
{
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        NAME(exp_lanes)((lanes *)(x + i));
    if (i < count) {
        lanes rest = {0};
        memcpy(&rest, x + i, sizeof(real) * (size_t)(count - i));
        NAME(exp_lanes)(&rest);
        memcpy(x + i, &rest, sizeof(real) * (size_t)(count - i));
    }
}
#endif
#undef TARGET
#undef NAME
