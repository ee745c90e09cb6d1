// Writing a large file piece by piece, so that a reader sees the old content or the whole new one.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct file_out {
    int fd; // of PATH.tmp
    char path[4096];
    uint64_t written; // bytes handed in so far
    uint8_t *buffer;
    size_t buffered;
};

// Any failure removes PATH.tmp and leaves PATH as it was; the struct is then finished.
bool file_out_open(struct file_out *f, const char *path, struct err *err);
bool file_out_write(struct file_out *f, const void *data, size_t size, struct err *err);
bool file_out_commit(struct file_out *f, struct err *err); // flush, fsync, rename, fsync of the directory
void file_out_abort(struct file_out *f);                   // after a failure elsewhere; accepts a finished struct
