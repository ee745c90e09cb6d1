#include "lib/args.h"
ARGS(swiglu_bwd)
F32S_IN(dy)
F32S_IN(gate)
F32S_IN(up)
F32S(dgate)
F32S(dup)
U32(n)
ARGS_END(swiglu_bwd)
