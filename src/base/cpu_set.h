// Instruction sets of the processor that functions of their own are compiled for.
#pragma once
#include "base/err.h"

enum cpu_set {
    CPU_PLAIN,  // what every processor of the target has
    CPU_AVX2,   // x86-64 with AVX2 and FMA
    CPU_AVX512, // x86-64 with AVX-512 F and VL too
    CPU_SETS,
};

const char *cpu_set_name(enum cpu_set s); // as cpu_set_find takes it: "plain", "avx2", "avx512"
bool cpu_set_here(enum cpu_set s);        // whether this processor has it
// The set of a name, or the best that this processor has where the name is NULL or empty. Fails for a name that is
// unknown or that this processor lacks, and says what it has.
bool cpu_set_find(const char *name, enum cpu_set *set, struct err *err);
