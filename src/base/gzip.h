// Gzip files (RFC 1952) of any number of members, unpacked by zlib while they are read.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct gzip {
    void *state;          // zlib's, NULL when there is none
    bool inside;          // a member has begun and not ended
    uint64_t packed, out; // bytes so far
};

bool gzip_marked(const void *bytes, size_t n); // whether these first bytes are those of a gzip file
void gzip_init(struct gzip *g);
void gzip_finish(struct gzip *g); // accepts a zeroed struct
// Unpacks some of `from` (n bytes) into `to` (room bytes): *taken bytes were used, *made bytes were written; all of
// `from` is used unless `to` is full. Fails on damaged data, and on data that swells to more than 256 MiB and 200 times
// its size: rows of text pack to a third or a tenth, and such a file could fill any memory.
bool gzip_unpack(struct gzip *g, const void *from, size_t n, size_t *taken, void *to, size_t room, size_t *made,
                 struct err *err);
