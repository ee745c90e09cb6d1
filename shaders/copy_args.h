#include "lib/args.h"
ARGS(copy)
U32S_IN(from)
U32S(to)
U32(n)
ARGS_END(copy)
