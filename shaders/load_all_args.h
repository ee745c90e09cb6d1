#include "lib/args.h"
ARGS(load_all)
U32S_IN(from)
F32S(one)
F32S(four)
U32(n)
ARGS_END(load_all)
