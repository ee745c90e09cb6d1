#include "base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

enum { LINES_BUFFER = 1 << 16 };

bool lines_open(struct lines *l, const char *path, struct err *err)
{
    bool in = strcmp(path, "-") == 0;
    *l = (struct lines){.name = in ? "standard input" : path,
                        .max_bytes = 64u << 20,
                        .fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC),
                        .owned = !in};
    if (l->fd < 0) {
        l->owned = false;
        return fail_errno(err, "cannot open %s", path);
    }
    l->buffer = block_resize(NULL, 0, LINES_BUFFER);
    return true;
}

// Reads into `to`; the number of bytes, 0 at the end and on failure.
static size_t read_some(struct lines *l, char *to, struct err *err)
{
    ssize_t n;
    do
        n = read(l->fd, to, LINES_BUFFER);
    while (n < 0 && errno == EINTR);
    if (n < 0 && l->number)
        fail_errno(err, "cannot read %s, line %zu", l->name, l->number);
    else if (n < 0)
        fail_errno(err, "cannot read %s", l->name);
    return n > 0 ? (size_t)n : 0;
}

static bool fill_unpacked(struct lines *l, struct err *err)
{
    for (;;) {
        size_t taken, n;
        if (!gzip_unpack(&l->gzip, l->packed + l->packed_at, l->packed_end - l->packed_at, &taken, l->buffer,
                         LINES_BUFFER, &l->end, err))
            return fail_in(err, "cannot read %s, line %zu", l->name, l->number);
        l->packed_at += taken;
        if (l->end > 0)
            return true;
        if (l->packed_at < l->packed_end)
            continue;
        n = read_some(l, l->packed, err);
        l->packed_at = 0;
        l->packed_end = n;
        if (n == 0 && !err->text[0] && l->gzip.inside)
            fail(err, "cannot read %s, line %zu: its gzip data end too early, so the file is not whole", l->name,
                 l->number);
        if (n == 0)
            return false;
    }
}

bool lines_fill(struct lines *l, struct err *err)
{
    l->at = l->end = 0;
    if (l->gzip.state)
        return fill_unpacked(l, err);
    l->end = read_some(l, l->buffer, err);
    bool first = !l->begun;
    l->begun = true;
    if (!first || !gzip_marked(l->buffer, l->end))
        return l->end > 0;
    gzip_init(&l->gzip);
    l->packed = l->buffer;
    l->packed_end = l->end;
    l->buffer = block_resize(NULL, 0, LINES_BUFFER);
    return fill_unpacked(l, err);
}

bool lines_next(struct lines *l, struct err *err)
{
    bool any = false, ended = false;
    str_clear(&l->line);
    l->number++;
    l->too_long = false;
    while (!ended) {
        if (l->at == l->end) {
            struct err failed = {0};
            if (lines_fill(l, &failed))
                continue;
            if (failed.text[0])
                return fail(err, "%s", failed.text);
            break;
        }
        const char *from = l->buffer + l->at, *newline = memchr(from, '\n', l->end - l->at);
        size_t n = newline ? (size_t)(newline - from) : l->end - l->at;
        any = true;
        ended = newline != NULL;
        l->at += n + ended;
        l->too_long |= n > l->max_bytes - l->line.size;
        if (!l->too_long)
            str_append(&l->line, from, n);
    }
    if (!any)
        return false;
    if (l->too_long) {
        str_finish(&l->line);
        return fail(err, "%s, line %zu: longer than %zu bytes", l->name, l->number, l->max_bytes);
    }
    if (l->line.size && l->line.data[l->line.size - 1] == '\r')
        l->line.data[--l->line.size] = 0;
    return true;
}

bool lines_waits(const struct lines *l)
{
    return l->at == l->end || !memchr(l->buffer + l->at, '\n', l->end - l->at);
}

void lines_close(struct lines *l)
{
    if (l->owned)
        close(l->fd);
    gzip_finish(&l->gzip);
    block_free(l->packed);
    block_free(l->buffer);
    str_finish(&l->line);
    *l = (struct lines){0};
}
