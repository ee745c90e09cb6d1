// UTF-8 decoding and encoding (RFC 3629); properties of characters come from utf8proc where they are needed.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Reads one code point from at most n bytes. Returns its length in bytes (1..4), or 0 when the bytes are not valid
// UTF-8 (truncated, overlong, surrogate, above U+10FFFF).
int utf8_decode(const char *s, size_t n, uint32_t *point);
// Writes 1..4 bytes and returns how many; point must be a valid code point.
int utf8_encode(uint32_t point, char out[4]);
// Bytes at the end of s that begin a character but do not finish it (0..3): what a streaming printer holds back.
size_t utf8_incomplete(const char *s, size_t n);
