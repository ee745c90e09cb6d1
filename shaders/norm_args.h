#include "lib/args.h"
ARGS(norm)
F32S(x)
F32S(hyper)
F32S(result)
U32(n)
U32(part)
ARGS_END(norm)
