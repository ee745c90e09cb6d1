#include "lib/args.h"
ARGS(embed)
U32S_IN(table)
I32S_IN(tokens)
F32S(y)
U32(rows)
U32(cols)
U32(table_rows)
ARGS_END(embed)
