#include "base/cpu_set.h"

#include <string.h>

const char *cpu_set_name(enum cpu_set s)
{
    static const char *const names[CPU_SETS] = {"plain", "avx2", "avx512"};
    return names[s];
}

bool cpu_set_here(enum cpu_set s)
{
#ifdef __x86_64__
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (s == CPU_AVX2)
        return avx2;
    if (s == CPU_AVX512)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
#endif
    return s == CPU_PLAIN;
}

bool cpu_set_find(const char *name, enum cpu_set *set, struct err *err)
{
    char have[64] = "";
    for (int s = CPU_SETS - 1; s >= 0; s--) {
        if (!cpu_set_here(s))
            continue;
        if (!name || !*name || strcmp(name, cpu_set_name(s)) == 0) {
            *set = s;
            return true;
        }
        strcat(strcat(have, have[0] ? ", " : ""), cpu_set_name(s));
    }
    return fail(err, "VKR1_CPU=%s: no such instruction set here; this processor has %s", name, have);
}
