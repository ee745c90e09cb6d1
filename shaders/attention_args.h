#include "lib/args.h"
// One layout for the kernels of attention; which of the pointers a kernel uses is said there. Rows of q, out, dout
// and dq are heads * A wide, rows of k, v, dk and dv are key_heads * A wide; all start at multiples of 16 bytes.
ARGS(attention)
F32X4S_IN(q)
F32X4S_IN(k)
F32X4S_IN(v)
I32S_IN(ranges) // (rows,4): of the rows that the kernel makes
F32X4S_IN(out_)
F32X4S_IN(dout)
F32S_IN(lse)
F32S_IN(delta)
F32X4S(to)    // out, dq or dk
F32X4S(to2)   // dv
F32S(to_rows) // lse or delta
U32(rows)     // that the kernel makes: N or M
U32(heads)
U32(key_heads)
U32(first) // workgroups of all dispatches of a node that this one makes: [first, end)
U32(end)
F32(scale)
ARGS_END(attention)
