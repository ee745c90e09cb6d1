#include "lib/args.h"
ARGS(add)
F32S(x)
F32S(y)
F32S(sum)
U32(n)
ARGS_END(add)
