#include "lib/args.h"
ARGS(threshold)
F32S(logits)
F32S(sampling)
F32S(threshold)
U32(rows)
U32(vocabulary)
ARGS_END(threshold)
