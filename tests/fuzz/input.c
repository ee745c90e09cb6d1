#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"

static struct arena memory;

struct text input_field(struct text *input)
{
    const char *end = input->size ? memchr(input->at, 0x1F, input->size) : NULL;
    struct text field = {input->at, end ? (size_t)(end - input->at) : input->size};
    size_t taken = field.size + (end != NULL);
    *input = (struct text){input->at + taken, input->size - taken};
    return field;
}

char *input_string(struct text *input)
{
    struct text field = input_field(input);
    return arena_strndup(&memory, field.size ? field.at : "", field.size);
}

// ---- files: `ld --wrap` sends the calls of file_open and its neighbours here

enum { FILES = 8, COPIES = 16 };

static const char directory[] = "the input"; // also the path of a file, where it stands alone
static struct {
    const char *path;
    struct text content;
} files[FILES];
static int file_count;
static uint8_t *copies[COPIES]; // what is open

bool __real_file_open(struct file *f, const char *path, struct err *err);
void __real_file_close(struct file *f);
bool __real_file_exists(const char *path);
bool __real_file_is_dir(const char *path);
bool __wrap_file_open(struct file *f, const char *path, struct err *err);
bool __real_file_read(struct str *to, const char *path, size_t max_bytes, struct err *err);
bool __wrap_file_read(struct str *to, const char *path, size_t max_bytes, struct err *err);
void __wrap_file_close(struct file *f);
bool __wrap_file_exists(const char *path);
bool __wrap_file_is_dir(const char *path);

static const struct text *content_of(const char *path)
{
    for (int i = 0; i < file_count; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i].content;
    return NULL;
}

// Where copies[] has this pointer.
static uint8_t **copy_find(const uint8_t *copy)
{
    for (int i = 0; i < COPIES; i++)
        if (copies[i] == copy)
            return &copies[i];
    return NULL;
}

bool __wrap_file_open(struct file *f, const char *path, struct err *err)
{
    const struct text *content = content_of(path);
    if (!content)
        return __real_file_open(f, path, err);
    uint8_t **place = copy_find(NULL), *copy = malloc(content->size ? content->size : 1);
    check(place && copy, "more open files than %d, or no memory", COPIES);
    if (content->size)
        memcpy(copy, content->at, content->size);
    *place = copy;
    *f = (struct file){copy, content->size};
    return true;
}

// Of our files one reads as it is opened.
bool __wrap_file_read(struct str *to, const char *path, size_t max_bytes, struct err *err)
{
    struct file f;
    if (!content_of(path))
        return __real_file_read(to, path, max_bytes, err);
    if (!__wrap_file_open(&f, path, err))
        return false;
    bool ok = f.size <= max_bytes || fail(err, "%s is longer than %zu bytes", path, max_bytes);
    if (ok)
        str_append(to, f.data, f.size);
    __wrap_file_close(&f);
    return ok;
}

void __wrap_file_close(struct file *f)
{
    uint8_t **place = f->data ? copy_find(f->data) : NULL;
    if (!place) {
        __real_file_close(f);
        return;
    }
    free(*place);
    *place = NULL;
    *f = (struct file){0};
}

bool __wrap_file_exists(const char *path)
{
    return content_of(path) || __real_file_exists(path);
}

bool __wrap_file_is_dir(const char *path)
{
    return strcmp(path, directory) == 0 ? !content_of(path) : __real_file_is_dir(path);
}

static void add_file(const char *path, struct text bytes)
{
    check(file_count < FILES, "more files than %d", FILES);
    files[file_count].path = path;
    files[file_count++].content = bytes;
}

const char *input_file(struct text bytes)
{
    file_count = 0;
    add_file(directory, bytes);
    return directory;
}

const char *input_dir(const char *name, struct text bytes)
{
    add_file(arena_printf(&memory, "%s/%s", directory, name), bytes);
    return directory;
}

const char *input_file_for_all(struct text bytes)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("input", MFD_CLOEXEC);
        check(fd >= 0, "no file in memory");
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    check(ftruncate(fd, 0) == 0 && pwrite(fd, bytes.at, bytes.size, 0) == (ssize_t)bytes.size, "no room in memory");
    return path;
}

void input_forget(void)
{
    arena_reset(&memory);
    file_count = 0;
}
