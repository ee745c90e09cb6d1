#include "lib/args.h"
ARGS(swiglu)
F32S(gate)
F32S(up)
F32S(y)
U32(n)
ARGS_END(swiglu)
