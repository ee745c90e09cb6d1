// A growing byte string, and small helpers for C strings.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    char *data;  // always zero-terminated once anything was appended; NULL before
    size_t size; // bytes without the zero
    size_t room;
};

void str_append(struct str *s, const void *bytes, size_t n);
void str_puts(struct str *s, const char *text);
void str_putc(struct str *s, char c);
void str_printf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// Appends text as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD, so the output is always valid JSON.
void str_put_json(struct str *s, const char *text, size_t n);
// Appends a JSON number that reads back to the same double; "null" for NaN and infinities.
void str_put_number(struct str *s, double v);
void str_clear(struct str *s);  // size 0, memory kept
void str_finish(struct str *s); // frees; accepts a zeroed struct

bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
// Edit distance (insert, delete, replace), for "did you mean"; both strings are cut to 64 bytes.
int str_distance(const char *a, const char *b);

// Bytes for people: "40.0 MiB", from 1 GiB on "1.50 GiB". Returns out.
const char *str_bytes(uint64_t bytes, char out[24]);
