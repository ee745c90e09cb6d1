#include "lib/args.h"
ARGS(peak)
F32X4S_IN(from)
F32X4S(to)
U32(n)      // of to, in vec4
U32(rounds) // peak_fma alone
ARGS_END(peak)
