#include "lib/args.h"
ARGS(embed_bwd)
F32S_IN(dy)
I32S_IN(tokens)
F32S(dtable)
U32(rows)
U32(cols)
U32(table_rows)
ARGS_END(embed_bwd)
