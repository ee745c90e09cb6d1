#include "lib/args.h"
ARGS(swiglu_bwd)
F32S(dy)
F32S(gate)
F32S(up)
F32S(dgate)
F32S(dup)
U32(n)
ARGS_END(swiglu_bwd)
