// Files: mapped reading, lines, atomic writing, directories.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct file { // a file mapped for reading; data stays valid until file_close
    const uint8_t *data;
    size_t size;
};

// An empty file has size 0 and data "". What is no regular file is refused, and a pipe is not waited for; so is the
// pointer that Git LFS leaves in place of a file.
bool file_open(struct file *f, const char *path, struct err *err);
void file_close(struct file *f); // accepts a zeroed struct
// Appends what can be read from path until its end, pipes and /dev/stdin included. More than max_bytes are an error.
bool file_read(struct str *to, const char *path, size_t max_bytes, struct err *err);

// Writes a file so that a reader sees the old content or the new one, never a part: temporary file in the same
// directory, fsync, rename, fsync of the directory. A full disk leaves the old file as it was.
bool file_write(const char *path, const void *data, size_t size, struct err *err);

// A new empty file, for writing, in place of what has the name: a link goes, what it leads to stays. NULL with errno.
FILE *file_create(const char *path);

bool file_exists(const char *path);
bool file_is_dir(const char *path);
bool dir_create(const char *path, struct err *err);                  // with parents; fine when it exists
bool dir_remove(const char *path, struct err *err);                  // with its content; fine when absent
bool dir_sync(const char *path, struct err *err);                    // fsync of the directory itself
bool file_rename(const char *from, const char *to, struct err *err); // rename and fsync of the parent directory

// A directory that one process at a time works in. The lock goes with the process, however that ends; its children that
// are executed do not have it. Fails where another has it (waits for nothing); file systems without locks grant every
// wish.
struct dir_lock {
    bool held;
    int fd; // of the directory
};
bool dir_lock(struct dir_lock *l, const char *path, struct err *err);
void dir_unlock(struct dir_lock *l); // accepts a zeroed struct
