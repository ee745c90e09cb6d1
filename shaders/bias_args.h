#include "lib/args.h"
ARGS(bias)
F32S_IN(x)
F32S_IN(b)
F32S(y)
U32(rows)
U32(cols)
ARGS_END(bias)
