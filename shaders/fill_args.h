#include "lib/args.h"
ARGS(fill)
U32S(to)
U32(n)
U32(word)
ARGS_END(fill)
