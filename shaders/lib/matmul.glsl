// The three forms of a matrix product, for all of shaders/matmul_*.comp. Include after matmul_args.h and load.glsl.
//   NT   c (rows,cols)  = a (rows,sum) w (cols,sum)^T      y = x w^T
//   NN   c (rows,cols)  = a (rows,sum) w (sum,cols)        dx = dy w
//   TN   c (rows,cols) += a (sum,rows)^T w (sum,cols)      dw += dy^T x
// Defines: FORM_NT, FORM_NN or FORM_TN; LOAD and LOAD4 (load.glsl) for w's type; W_F32 where that is f32.
//
// THE order of sums, the same bits in every kernel that includes this: the terms are cut into chunks of CHUNK (the last
// is shorter). The products of a chunk are added one after another, with fma from 0. The chunks' sums are added one
// after another to 0, in form TN to what c holds. So a kernel may work on several chunks at once.
#ifndef MATMUL_GLSL
#define MATMUL_GLSL
const uint CHUNK = 256;

uint a_index(uint row, uint k)
{
#ifdef FORM_TN
    return k * args.rows + row;
#else
    return row * args.sum + k;
#endif
}

uint w_index(uint col, uint k)
{
#ifdef FORM_NT
    return col * args.sum + k;
#else
    return k * args.cols + col;
#endif
}

float start(uint row, uint col) // of the sum of chunks
{
#ifdef FORM_TN
    return args.c.v[row * args.cols + col];
#else
    return 0;
#endif
}

void store(uint row, uint col, float value)
{
    args.c.v[row * args.cols + col] = value;
}

#ifdef W_F32
#define LOAD4(w, i) args.w_fours.v[(i) / 4]
#endif

// Four elements that are neighbours in memory, from (row, k) of a on and from (col, k) of w on; 0 beyond the edges.
// fours: rows of the matrix are multiples of 4 elements, as k and row or col are anyway.
vec4 a_four(uint row, uint k, bool fours)
{
    if (fours)
        return row < args.rows && k < args.sum ? args.a_fours.v[a_index(row, k) / 4] : vec4(0);
    vec4 four = vec4(0);
    [[unroll]] for (uint t = 0; t < 4; t++) {
#ifdef FORM_TN
        if (row + t < args.rows && k < args.sum)
            four[t] = args.a.v[a_index(row + t, k)];
#else
        if (row < args.rows && k + t < args.sum)
            four[t] = args.a.v[a_index(row, k + t)];
#endif
    }
    return four;
}

vec4 w_four(uint col, uint k, bool fours)
{
    if (fours)
        return col < args.cols && k < args.sum ? LOAD4(args.w, w_index(col, k)) : vec4(0);
    vec4 four = vec4(0);
    [[unroll]] for (uint t = 0; t < 4; t++) {
#ifdef FORM_NT
        if (col < args.cols && k + t < args.sum)
            four[t] = LOAD(args.w, w_index(col, k + t));
#else
        if (col + t < args.cols && k < args.sum)
            four[t] = LOAD(args.w, w_index(col + t, k));
#endif
    }
    return four;
}
#endif
