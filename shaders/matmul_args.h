#include "lib/args.h"
// a (rows,sum), or (sum,rows) in form TN; w the other factor; c (rows,cols). See src/ops/matmul.c.
ARGS(matmul)
F32S_IN(a)
U32S_IN(w)
F32S(c)
F32X4S_IN(a_fours) // a and w again, for what loads four elements at once
F32X4S_IN(w_fours)
U32(rows)
U32(cols)
U32(sum)
U32(col_tiles)
U32(first) // of the workgroups of the whole product, this dispatch has first .. end - 1
U32(end)
ARGS_END(matmul)
