#include "base/gzip.h"

#include <string.h>

#include <zlib.h>

#include "base/arena.h"

enum { GZIP_WINDOW = 16 + 15 };                          // zlib.h: the largest window, in a gzip wrapping
enum { SWOLLEN_BYTES = 256 << 20, SWOLLEN_TIMES = 200 }; // both must be passed

bool gzip_marked(const void *bytes, size_t n)
{
    return n >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0;
}

void gzip_init(struct gzip *g)
{
    z_stream *z = block_resize(NULL, 0, sizeof *z);
    *z = (z_stream){0};
    *g = (struct gzip){.state = z};
    check_memory(inflateInit2(z, GZIP_WINDOW) == Z_OK, "unpacking a gzip file");
}

void gzip_finish(struct gzip *g)
{
    if (g->state)
        inflateEnd(g->state);
    block_free(g->state);
    *g = (struct gzip){0};
}

bool gzip_unpack(struct gzip *g, const void *from, size_t n, size_t *taken, void *to, size_t room, size_t *made,
                 struct err *err)
{
    z_stream *z = g->state;
    const unsigned char *bytes = from;
    *taken = *made = 0;
    while (!g->inside && *taken < n && bytes[*taken] == 0) // some writers pad with zeros
        ++*taken;
    z->next_in = (unsigned char *)(uintptr_t)(bytes + *taken);
    z->avail_in = (unsigned)(n - *taken);
    z->next_out = to;
    z->avail_out = (unsigned)room;
    int result = Z_OK;
    if (z->avail_in || g->inside) {
        g->inside = true;
        result = inflate(z, Z_NO_FLUSH);
    }
    *taken = n - z->avail_in;
    *made = room - z->avail_out;
    g->packed += *taken;
    g->out += *made;
    if (result == Z_STREAM_END) {
        g->inside = false;
        inflateReset(z);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return fail(err, "its gzip data are damaged (%s)", z->msg ? z->msg : "they need a dictionary");
    }
    if (g->out > SWOLLEN_BYTES && g->out / SWOLLEN_TIMES > g->packed)
        return fail(err, "it unpacks to more than %d times its size, which rows of text do not: it is not read on",
                    SWOLLEN_TIMES);
    return true;
}
