#include "ops/cpu_rows.h"

#include <math.h>
#include <string.h>

#include "graph/device.h"

// Eight values at a time, in whatever vectors an instruction set has. Products and sums are never contracted
// (-ffp-contract=off), so all sets give the same bits.
typedef real lanes __attribute__((vector_size(8 * sizeof(real)), aligned(sizeof(real)), may_alias));
enum { LANES = 8 };
#define AT(p)  (*(const lanes *)(p))
#define SUM(s) ((((s)[0] + (s)[4]) + ((s)[1] + (s)[5])) + (((s)[2] + (s)[6]) + ((s)[3] + (s)[7])))
#ifndef OPS_DOUBLE
typedef int32_t integers __attribute__((vector_size(8 * sizeof(int32_t)), may_alias));
typedef uint32_t words __attribute__((vector_size(8 * sizeof(uint32_t)), may_alias));
#define CHOOSE(mask, a, b) ((lanes)(((mask) & (integers)(a)) | (~(mask) & (integers)(b))))
#endif

#define TARGET
#define NAME(x) plain_##x
#include "ops/cpu_rows_set.h"
#if defined(__x86_64__) && !defined(OPS_DOUBLE)
#define TARGET  __attribute__((target("avx2")))
#define NAME(x) avx2_##x
#include "ops/cpu_rows_set.h"
#define CALL(f, ...) (plain() ? plain_##f(__VA_ARGS__) : avx2_##f(__VA_ARGS__))

static bool plain(void) // asked for every few hundred products, so the answer is kept
{
    static _Thread_local bool known, yes;
    if (!known)
        yes = device_cpu_set() == CPU_PLAIN;
    known = true;
    return yes;
}
#else
#define CALL(f, ...) plain_##f(__VA_ARGS__)
#endif

void cpu_dots(const real *x, const real *const *rows, int64_t count, int64_t length, real *out)
{
    CALL(dots, x, rows, count, length, out);
}

void cpu_weighted_sum(real *sum, const real *w, const real *const *rows, int64_t count, int64_t length)
{
    CALL(weighted_sum, sum, w, rows, count, length);
}

void cpu_exp(real *x, int64_t count)
{
#ifdef OPS_DOUBLE
    for (int64_t i = 0; i < count; i++)
        x[i] = exp(x[i]);
#else
    CALL(exp, x, count);
#endif
}
