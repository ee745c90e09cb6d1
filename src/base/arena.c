#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/guard.h"

// (The address sanitizer's malloc maps large blocks anew each time.)
enum { ALIGN = 64, BLOCK_BYTES = GUARD_BYTES ? 16 * 1024 : 256 * 1024 };

struct arena_block {
    struct arena_block *before;
    size_t size, used; // of the bytes after this header
    char pad[ALIGN - 3 * sizeof(size_t)];
};
_Static_assert(sizeof(struct arena_block) == ALIGN, "the header keeps the alignment");

static size_t round_up(size_t n)
{
    return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void *block_alloc(size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    void *p = aligned_alloc(ALIGN, round_up(bytes ? bytes : 1));
    if (p)
        memset(p, 0, round_up(bytes ? bytes : 1));
    return p;
}

void *block_resize(void *block, size_t old_bytes, size_t bytes)
{
    void *p = block_alloc(bytes);
    check_memory(p, "%zu bytes", bytes);
    if (block)
        memcpy(p, block, old_bytes < bytes ? old_bytes : bytes);
    free(block);
    return p;
}

void block_free(void *block)
{
    free(block);
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t want = round_up((bytes ? bytes : 1) + GUARD_BYTES);
    check(want >= bytes, "size overflow: %zu bytes", bytes);
    if (!a->last || a->last->size - a->last->used < want) {
        size_t size = want > BLOCK_BYTES ? want : BLOCK_BYTES;
        struct arena_block *b = aligned_alloc(ALIGN, sizeof *b + size);
        check_memory(b, "%zu bytes", size);
        *b = (struct arena_block){.before = a->last, .size = size};
        a->last = b;
    }
    void *p = (char *)(a->last + 1) + a->last->used;
    guard_open(p, want);
    a->last->used += want;
    a->used += want;
    memset(p, 0, want);
    guard_close((char *)p + bytes, want - bytes);
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    memcpy(copy, s, n);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    check(n >= 0, "bad format %s", fmt);
    char *s = arena_alloc(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(args);
    return s;
}

void arena_finish(struct arena *a)
{
    while (a->last) {
        struct arena_block *b = a->last;
        a->last = b->before;
        free(b);
    }
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    struct arena_block *kept = NULL;
    for (struct arena_block *b; (b = a->last);) {
        a->last = b->before;
        if (kept || b->size != BLOCK_BYTES)
            free(b);
        else
            kept = b;
    }
    if (kept) {
        guard_close(kept + 1, kept->used);
        *kept = (struct arena_block){.size = BLOCK_BYTES};
    }
    *a = (struct arena){.last = kept};
}
