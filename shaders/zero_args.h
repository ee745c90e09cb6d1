#include "lib/args.h"
ARGS(zero)
F32X4S(to)
F32S(elements)
U32(n)
ARGS_END(zero)
