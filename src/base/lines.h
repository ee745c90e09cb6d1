// Files and standard input, line by line.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/gzip.h"
#include "base/str.h"

// Reads lines of any length up to max_bytes, and unpacks what gzip has packed.
struct lines {
    const char *name; // for messages
    struct str line;  // the current line without its \n or \r\n
    size_t number;    // 1 for the first
    size_t max_bytes;
    bool too_long; // lines_next failed on a line of more than max_bytes and may be called again: it goes on after it
    int fd;
    bool owned;
    char *buffer;
    size_t at, end; // what of the buffer is not read yet
    bool begun;
    struct gzip gzip; // where the file is packed
    char *packed;
    size_t packed_at, packed_end;
};
bool lines_open(struct lines *l, const char *path, struct err *err); // "-" is stdin
// False at the end, and on failure (then err has a message, with the line's number). A last line without newline
// counts.
bool lines_next(struct lines *l, struct err *err);
// Whether the next lines_next may have to wait for more input.
bool lines_waits(const struct lines *l);
// For readers of other things than lines: more bytes into the buffer, whose at and end then enclose them. False at the
// end and on failure.
bool lines_fill(struct lines *l, struct err *err);
void lines_close(struct lines *l);
