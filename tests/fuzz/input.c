#include "input.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

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

const char *input_file(struct text bytes)
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
}
