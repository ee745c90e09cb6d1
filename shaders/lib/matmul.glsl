// The three forms of a matrix product, for all of shaders/matmul_*.comp. Include behind matmul_args.h and load.glsl.
//   NT   c (rows,cols)  = a (rows,sum) w (cols,sum)^T      y = x w^T
//   NN   c (rows,cols)  = a (rows,sum) w (sum,cols)        dx = dy w
//   TN   c (rows,cols) += a (sum,rows)^T w (sum,cols)      dw += dy^T x
// Defines: FORM_NT, FORM_NN or FORM_TN; LOAD and LOAD4 (load.glsl) for w's type. Every form adds the products of an
// output in the order of sum, with fma from 0: the same bits in every kernel that includes this.
#ifndef MATMUL_GLSL
#define MATMUL_GLSL

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

void store(uint row, uint col, float value)
{
    uint i = row * args.cols + col;
#ifdef FORM_TN
    args.c.v[i] += value;
#else
    args.c.v[i] = value;
#endif
}
#endif
