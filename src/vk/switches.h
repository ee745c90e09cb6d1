// The environment switches: THE list; docs/env.md says the same to users. Only switches.c reads the environment.
#pragma once
#include <stdbool.h>

struct switches {
    bool validation;       // VKR1_VALIDATION=1: the Khronos validation layer
    bool sync_validation;  // VKR1_SYNC_VALIDATION=1: with synchronisation validation (implies VKR1_VALIDATION)
    bool barriers_all;     // VKR1_BARRIERS=all: a barrier before every dispatch
    bool profile;          // VKR1_PROFILE=1: time of every kernel, printed when the device is closed
    const char *pretend;   // VKR1_PRETEND=discrete|integrated: the kind that kernels are chosen for, or NULL
    const char *dump;      // VKR1_DUMP=DIRECTORY: every tensor of a step (the graph's executor), or NULL
    const char *cpu;       // VKR1_CPU=plain|avx2|avx512: the CPU functions' instruction set (cpu_set.h); NULL: the best
    const char *home;      // HOME, or NULL
    const char *cache;     // ${XDG_CACHE_HOME:-~/.cache}/vkr1, or NULL without a home
    const char *hub_cache; // ${HF_HUB_CACHE:-${HF_HOME:-${XDG_CACHE_HOME:-~/.cache}/huggingface}/hub}, or NULL
};

const struct switches *switches(void); // read once, at the first call
