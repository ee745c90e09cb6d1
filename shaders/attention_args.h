#include "lib/args.h"
// One layout for the kernels of attention; which of the last pointers a kernel uses is said there. Rows of q, out, dout
// and dq are heads * A wide, rows of k, v, dk and dv are key_heads * A wide; all start at multiples of 16 bytes.
ARGS(attention)
F32X4S(q)
F32X4S(k)
F32X4S(v)
I32S(ranges) // (rows,4): of the rows that the kernel makes
F32S(lse)
F32S(delta)
F32X4S(out_)
F32X4S(dout)
F32X4S(to)  // dq or dk
F32X4S(to2) // dv
U32(rows)   // that the kernel makes: N or M
U32(heads)
U32(key_heads)
F32(scale)
ARGS_END(attention)
