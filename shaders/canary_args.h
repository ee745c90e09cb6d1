#include "lib/args.h"
ARGS(canary)
U32S(word)
ARGS_END(canary)
