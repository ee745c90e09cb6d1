#include "lib/args.h"
ARGS(rng_words)
U32X4S(words)
U32(n)
U32(seed)
U32(purpose)
ARGS_END(rng_words)
