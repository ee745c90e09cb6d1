// Pieces of text that are not zero-terminated, as the rewards read them. Nothing here allocates.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct text {
    const char *at; // borrowed
    size_t size;    // bytes
};

struct text text_of(const char *s);
struct text text_trim(struct text t); // without ASCII white space at both ends
bool text_starts(struct text t, const char *prefix);
bool text_equals(struct text t, const char *s);
size_t text_find(struct text t, size_t from, const char *needle); // offset, or (size_t)-1
size_t text_rfind(struct text t, size_t end, const char *needle); // last occurrence that ends at or before `end`
size_t text_count(struct text t, const char *needle);             // occurrences that do not overlap

// What stands between the last `open` that is followed by a `close`, and that `close`. False when there is none.
bool text_last_block(struct text t, const char *open, const char *close, struct text *inside);

size_t text_chars(struct text t);                   // code points (bytes that do not continue a character)
struct text text_tail(struct text t, size_t chars); // the last `chars` code points
