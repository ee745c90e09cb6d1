#include "lib/args.h"
ARGS(norm)
F32S_IN(x)
F32S_IN(hyper)
F32S(result)
U32(n)
U32(part)
ARGS_END(norm)
