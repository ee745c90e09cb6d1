// The inner kernel of the CPU's matrix products, for one instruction set; matmul_float.c includes it once for each.
//   y (rows,cols) (+)= x (rows,k) w (cols,k)^T
// in tiles of TILE_ROWS x TILE_COLS outputs whose sums lie in registers, LANES partial sums an output. Output (r,c) is
// computed in the same order wherever it stands in a tile, so a row's result does not depend on how many rows there
// are. Defined by the includer: LANES (4, 8 or 16), TILE_ROWS (a multiple of 4), TILE_COLS, TARGET, NAME(x),
// MULTIPLY_ADD(a, b, c), UNROLL.
typedef float NAME(vector) __attribute__((vector_size(LANES * 4)));
typedef float NAME(four) __attribute__((vector_size(16)));
#define INLINE TARGET static inline __attribute__((always_inline))

INLINE NAME(vector) NAME(load)(const float *p)
{
    NAME(vector) v;
    memcpy(&v, p, sizeof v);
    return v;
}

// Element i: the sum of v[i]'s lanes, halves first.
INLINE NAME(four) NAME(sums)(const NAME(vector) v[4])
{
    NAME(four) s[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        NAME(four) part[LANES / 4];
        memcpy(part, &v[i], sizeof part);
        UNROLL
        for (int step = LANES / 8; step > 0; step /= 2)
            for (int j = 0; j < step; j++)
                part[j] += part[j + step];
        s[i] = part[0];
    }
    NAME(four) a = __builtin_shufflevector(s[0], s[1], 0, 4, 1, 5) + __builtin_shufflevector(s[0], s[1], 2, 6, 3, 7);
    NAME(four) b = __builtin_shufflevector(s[2], s[3], 0, 4, 1, 5) + __builtin_shufflevector(s[2], s[3], 2, 6, 3, 7);
    return __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

INLINE void NAME(multiply)(const int rows, const int cols, const struct matmul_block *m, int64_t at, int64_t n,
                           NAME(vector) acc[TILE_ROWS][TILE_COLS])
{
    NAME(vector) b[TILE_COLS] = {{0}};
    UNROLL
    for (int j = 0; j < cols; j++) {
        if (n == LANES)
            b[j] = NAME(load)(m->w + j * m->w_stride + at);
        else
            memcpy(&b[j], m->w + j * m->w_stride + at, (size_t)n * sizeof(float));
    }
    UNROLL
    for (int i = 0; i < rows; i++) {
        NAME(vector) a = {0};
        if (n == LANES)
            a = NAME(load)(m->x + i * m->x_stride + at);
        else
            memcpy(&a, m->x + i * m->x_stride + at, (size_t)n * sizeof(float));
        UNROLL
        for (int j = 0; j < cols; j++)
            acc[i][j] = MULTIPLY_ADD(a, b[j], acc[i][j]);
    }
}

INLINE void NAME(tile)(const int rows, const int cols, const struct matmul_block *m)
{
    NAME(vector) acc[TILE_ROWS][TILE_COLS] = {{{0}}};
    int64_t at = 0;
    for (; at + LANES <= m->k; at += LANES)
        NAME(multiply)(rows, cols, m, at, LANES, acc);
    if (at < m->k)
        NAME(multiply)(rows, cols, m, at, m->k - at, acc);
    UNROLL
    for (int j = 0; j < cols; j++) {
        UNROLL
        for (int i = 0; i < rows; i += 4) {
            NAME(vector) v[4] = {{0}};
            UNROLL
            for (int t = 0; t < 4; t++)
                if (i + t < rows)
                    v[t] = acc[i + t][j];
            NAME(four) s = NAME(sums)(v);
            UNROLL
            for (int t = 0; t < 4; t++)
                if (i + t < rows) {
                    float *y = m->y + (i + t) * m->y_stride + j;
                    *y = m->add ? *y + s[t] : s[t];
                }
        }
    }
}

INLINE void NAME(row_of_tiles)(const int rows, struct matmul_block m)
{
    int64_t c = 0;
    for (; c + TILE_COLS <= m.cols; c += TILE_COLS, m.w += TILE_COLS * m.w_stride, m.y += TILE_COLS)
        NAME(tile)(rows, TILE_COLS, &m);
    for (; c < m.cols; c++, m.w += m.w_stride, m.y++)
        NAME(tile)(rows, 1, &m);
}

TARGET static void NAME(block)(struct matmul_block m)
{
    int64_t r = 0;
    for (; r + TILE_ROWS <= m.rows; r += TILE_ROWS, m.x += TILE_ROWS * m.x_stride, m.y += TILE_ROWS * m.y_stride)
        NAME(row_of_tiles)(TILE_ROWS, m);
    for (; TILE_ROWS > 4 && r + 4 <= m.rows; r += 4, m.x += 4 * m.x_stride, m.y += 4 * m.y_stride)
        NAME(row_of_tiles)(4, m);
    for (; r < m.rows; r++, m.x += m.x_stride, m.y += m.y_stride)
        NAME(row_of_tiles)(1, m);
}
#undef INLINE
#undef LANES
#undef TILE_ROWS
#undef TILE_COLS
#undef TARGET
#undef MULTIPLY_ADD
#undef NAME
