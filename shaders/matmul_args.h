#include "lib/args.h"
// a (rows,sum), or (sum,rows) in form TN; w the other factor; c (rows,cols). See src/ops/matmul.c.
ARGS(matmul)
F32S(a)
U32S(w)
F32S(c)
F32X4S(a_fours) // a and w again, for what loads four elements at once
F32X4S(w_fours)
U32(rows)
U32(cols)
U32(sum)
U32(col_tiles)
ARGS_END(matmul)
