#include "lib/args.h"
ARGS(pack_pairs)
F32S_IN(from)
U32S(to)
U32(n)
ARGS_END(pack_pairs)
