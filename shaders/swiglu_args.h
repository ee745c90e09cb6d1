#include "lib/args.h"
ARGS(swiglu)
F32S_IN(gate)
F32S_IN(up)
F32S(y)
U32(n)
ARGS_END(swiglu)
