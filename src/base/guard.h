// Bytes that nobody may touch, after and between the pieces of larger blocks: the address sanitizer reports whoever
// does. Nothing in other builds.
#pragma once
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARD
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define GUARD
#endif

#ifdef GUARD
#include <sanitizer/asan_interface.h>

enum { GUARD_BYTES = 16 };

static inline void guard_close(const void *p, size_t bytes)
{
    __asan_poison_memory_region(p, bytes);
}

static inline void guard_open(const void *p, size_t bytes)
{
    __asan_unpoison_memory_region(p, bytes);
}
#else
enum { GUARD_BYTES = 0 };

static inline void guard_close(const void *p, size_t bytes)
{
    (void)p, (void)bytes;
}

static inline void guard_open(const void *p, size_t bytes)
{
    (void)p, (void)bytes;
}
#endif
