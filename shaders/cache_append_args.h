#include "lib/args.h"
ARGS(cache_append)
F32S_IN(x)
I32S_IN(to_rows)
F32S(cache)
U32(rows)
U32(cols)
U32(cache_rows)
ARGS_END(cache_append)
