#include "lib/args.h"
ARGS(threshold)
F32S_IN(logits)
F32S_IN(sampling)
F32S(threshold)
U32(rows)
U32(vocabulary)
ARGS_END(threshold)
