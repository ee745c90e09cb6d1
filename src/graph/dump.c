#include "graph/dump.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "graph/content.h"
#include "graph/op.h"

struct dump {
    char dir[3000];
    struct err err;
};

// The .npy format, version 1.0 (numpy.lib.format): magic, header length, a Python dictionary padded to 64 bytes.
static bool write_npy(const char *path, const char *type, const struct tensor *t, const void *values, size_t bytes,
                      struct err *err)
{
    struct str header = {0};
    str_printf(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
    for (int i = 0; i < t->rank; i++)
        str_printf(&header, "%lld, ", (long long)t->shape[i]);
    str_puts(&header, "), }");
    while ((10 + header.size + 1) % 64)
        str_putc(&header, ' ');
    str_putc(&header, '\n');
    uint16_t length = (uint16_t)header.size;
    FILE *f = fopen(path, "we"); // not file_write: hundreds of small files, and nothing is lost with one
    if (!f) {
        str_finish(&header);
        return fail_errno(err, "cannot create %s", path);
    }
    bool ok = fwrite("\x93NUMPY\x01\x00", 1, 8, f) == 8 && fwrite(&length, 1, 2, f) == 2 &&
              fwrite(header.data, 1, header.size, f) == header.size && fwrite(values, 1, bytes, f) == bytes;
    ok = fclose(f) == 0 && ok;
    str_finish(&header);
    return ok || fail_errno(err, "cannot write %s", path);
}

static bool write_tensor(const struct tensor *t, const char *path, struct err *err)
{
    size_t n = (size_t)tensor_count(t), size = t->space->device->real_bytes == 8 && t->dtype == DTYPE_F32 ? 8 : 4;
    void *values = block_alloc(n * size);
    check_memory(values, "%s", t->name);
    bool ok = t->dtype == DTYPE_I32 ? tensor_read_i32(t, values, err)
              : size == 8           ? tensor_read_double(t, values, err)
                                    : tensor_read(t, values, err);
    ok = ok && write_npy(path, t->dtype == DTYPE_I32 ? "<i4" : size == 8 ? "<f8" : "<f4", t, values, n * size, err);
    block_free(values);
    return ok;
}

static bool look(void *user, int i, const struct node *n)
{
    struct dump *d = user;
    for (int j = 0; j < NODE_OUTPUTS && n->out[j]; j++) {
        char path[4096];
        size_t at = (size_t)snprintf(path, sizeof path, "%s/", d->dir);
        snprintf(path + at, sizeof path - at, "%04d.%d-%s-%s.npy", i, j, n->op->name, n->out[j]->name);
        for (char *c = path + at; *c; c++)
            if (*c == '/' || *c == ' ')
                *c = '_';
        if (!write_tensor(n->out[j], path, &d->err))
            return false;
    }
    return true;
}

bool program_dump(struct program *p, const char *dir, struct err *err)
{
    static int programs;
    struct dump d = {0};
    snprintf(d.dir, sizeof d.dir, "%s/%02d", dir, programs++);
    return dir_create(d.dir, err) && program_trace(p, look, &d, err) &&
           (!d.err.text[0] || fail(err, "VKR1_DUMP: %s", d.err.text));
}
