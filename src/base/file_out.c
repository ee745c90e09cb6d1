#include "base/file_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

enum { BUFFER_BYTES = 1 << 20 };

static void temporary_of(const struct file_out *f, char out[4104])
{
    snprintf(out, 4104, "%s.tmp", f->path);
}

bool file_out_open(struct file_out *f, const char *path, struct err *err)
{
    *f = (struct file_out){.fd = -1};
    if ((size_t)snprintf(f->path, sizeof f->path, "%s", path) >= sizeof f->path)
        return fail(err, "cannot create %.200s...: the path is too long", path);
    char temporary[4104];
    temporary_of(f, temporary);
    f->fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (f->fd < 0)
        return fail_errno(err, "cannot create %s", temporary);
    f->buffer = block_alloc(BUFFER_BYTES);
    check_memory(f->buffer, "%d bytes", BUFFER_BYTES);
    return true;
}

void file_out_abort(struct file_out *f)
{
    if (!f->buffer)
        return;
    char temporary[4104];
    temporary_of(f, temporary);
    close(f->fd);
    unlink(temporary);
    block_free(f->buffer);
    *f = (struct file_out){.fd = -1};
}

static bool flush(struct file_out *f, struct err *err)
{
    for (size_t done = 0; done < f->buffered;) {
        ssize_t n = write(f->fd, f->buffer + done, f->buffered - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fail_errno(err, "cannot write %s (after %llu bytes)", f->path,
                       (unsigned long long)(f->written - f->buffered + done));
            file_out_abort(f);
            return false;
        }
        done += (size_t)n;
    }
    f->buffered = 0;
    return true;
}

bool file_out_write(struct file_out *f, const void *data, size_t size, struct err *err)
{
    for (size_t done = 0; done < size;) {
        size_t room = BUFFER_BYTES - f->buffered, take = size - done < room ? size - done : room;
        memcpy(f->buffer + f->buffered, (const uint8_t *)data + done, take);
        f->buffered += take;
        f->written += take;
        done += take;
        if (f->buffered == BUFFER_BYTES && !flush(f, err))
            return false;
    }
    return true;
}

bool file_out_commit(struct file_out *f, struct err *err)
{
    if (!flush(f, err))
        return false;
    char temporary[4104];
    temporary_of(f, temporary);
    bool ok = fsync(f->fd) == 0 || fail_errno(err, "cannot sync %s", f->path);
    if (close(f->fd) != 0 && ok)
        ok = fail_errno(err, "cannot close %s", f->path);
    ok = ok && file_rename(temporary, f->path, err);
    if (!ok)
        unlink(temporary);
    block_free(f->buffer);
    *f = (struct file_out){.fd = -1};
    return ok;
}
