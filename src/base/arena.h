// Host memory: arenas that are freed as a whole. malloc is called only in src/base/.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
    struct arena_block *last; // newest block; older ones hang after it
    size_t used;              // bytes handed out, for reports
};

// A zeroed struct arena is ready for use. Memory is zeroed, aligned to 64 bytes, and lives until arena_reset or
// arena_finish. Stops the program when the system has no memory left: sizes that come from a file are checked
// against that file's size before they get here.
void *arena_alloc(struct arena *a, size_t bytes);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n); // copies n bytes, adds the zero
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define arena_array(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (size_t)(count)))

void arena_reset(struct arena *a);  // frees everything but one block, which serves what comes next
void arena_finish(struct arena *a); // frees everything; accepts a zeroed struct

// A single block outside any arena, zeroed, aligned to 64 bytes, released with block_free(NULL is fine).
// For a few large things with a life of their own (device memory of the CPU executor, growing buffers).
// block_alloc returns NULL when the memory cannot be had.
void *block_alloc(size_t bytes);
void *block_resize(void *block, size_t old_bytes, size_t bytes); // stops the program when out of memory
void block_free(void *block);
