// Mathematics for the CPU functions, in the precision of the build.
#pragma once
#include <math.h>

#include "graph/op.h"

// Elements from which on a loop is shared among threads: waking them takes some microseconds, on a busy machine far
// more.
enum { CPU_WORTH_THREADS = 32768 };

#ifdef OPS_DOUBLE
#define real_exp  exp
#define real_log  log
#define real_sqrt sqrt
#define real_fabs fabs
#else
#define real_exp  expf
#define real_log  logf
#define real_sqrt sqrtf
#define real_fabs fabsf
#endif
