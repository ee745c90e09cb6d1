#include "lib/args.h"
ARGS(add)
F32S_IN(x)
F32S_IN(y)
F32S(sum)
U32(n)
ARGS_END(add)
