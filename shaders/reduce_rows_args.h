#include "lib/args.h"
ARGS(reduce_rows)
F32S_IN(x)
F32S(result)
U32(n)
U32(d)
ARGS_END(reduce_rows)
