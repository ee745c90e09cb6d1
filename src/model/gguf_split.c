// GGUF files in parts, as gguf-split writes them: PREFIX-00001-of-00003.gguf and so on. The first has the metadata;
// each says split.no (from 0), split.count and split.tensors.count.
#include <string.h>

#include "base/str.h"
#include "model/gguf.h"

enum { PARTS_MAX = 65535 }; // split.count is a u16

struct split {
    int64_t no, count, tensors; // tensors: -1 when the file does not say
};

static struct split split_of(const struct gguf *g)
{
    struct split s = {0, 1, -1};
    gguf_int(g, "split.no", &s.no);
    gguf_int(g, "split.count", &s.count);
    gguf_int(g, "split.tensors.count", &s.tensors);
    return s;
}

// The names of all parts, found from that of one; NULL with a message when it has another form or a part is missing.
static const char **part_paths(struct arena *a, const char *path, struct split s, struct err *err)
{
    char ending[64];
    long long own = s.no + 1, count = s.count;
    if (s.no < 0 || s.no >= s.count || s.count > PARTS_MAX) {
        fail(err, "%s: part %lld of %lld, by the metadata's split.no and split.count, cannot be", path, own, count);
        return NULL;
    }
    snprintf(ending, sizeof ending, "-%05lld-of-%05lld.gguf", own, count);
    if (!str_ends(path, ending)) {
        fail(err, "%s is part %lld of %lld of a model; to be found, the parts must be named NAME%s and so on", path,
             own, count, ending);
        return NULL;
    }
    const char **paths = arena_array(a, const char *, s.count);
    for (long long i = 0; i < count; i++) {
        paths[i] =
            arena_printf(a, "%.*s-%05lld-of-%05lld.gguf", (int)(strlen(path) - strlen(ending)), path, i + 1, count);
        if (!file_exists(paths[i])) {
            fail(err, "%s is part %lld of %lld of a model, part %lld is missing: there is no %s", path, own, count,
                 i + 1, paths[i]);
            return NULL;
        }
    }
    return paths;
}

// Opens the parts after the first and appends their tensors to its list.
static bool open_rest(struct gguf *g, const char **paths, int64_t count, struct err *err)
{
    struct split first = split_of(g);
    size_t total = g->tensors.count;
    if (first.no != 0 || first.count != count)
        return fail(err, "%s: by its metadata it is part %lld of %lld, by its name part 1 of %lld", paths[0],
                    (long long)first.no + 1, (long long)first.count, (long long)count);
    g->parts = arena_array(&g->arena, struct gguf, count - 1);
    for (int64_t i = 1; i < count; i++) {
        struct gguf *part = &g->parts[g->part_count];
        if (!gguf_open_part(part, paths[i], err))
            return false;
        g->part_count++;
        struct split s = split_of(part);
        if (s.no != i || s.count != count)
            return fail(err, "%s: by its metadata it is part %lld of %lld, by its name part %lld of %lld", paths[i],
                        (long long)s.no + 1, (long long)s.count, (long long)i + 1, (long long)count);
        total += part->tensors.count;
    }
    if (first.tensors >= 0 && (uint64_t)first.tensors != total)
        return fail(
            err, "%s: the parts have %zu tensors, by split.tensors.count there are %lld: they do not belong together",
            paths[0], total, (long long)first.tensors);
    struct stored_tensor *items = arena_array(&g->arena, struct stored_tensor, total);
    memcpy(items, g->tensors.items, g->tensors.count * sizeof *items);
    for (size_t i = 0; i < g->part_count; i++) {
        const struct stored_list *list = &g->parts[i].tensors;
        memcpy(items + g->tensors.count, list->items, list->count * sizeof *items);
        g->tensors.count += list->count;
    }
    g->tensors.items = items;
    return stored_index(&g->tensors, &g->arena, paths[0], err);
}

bool gguf_open(struct gguf *g, const char *path, struct err *err)
{
    if (!gguf_open_part(g, path, err))
        return false;
    struct split s = split_of(g);
    if (s.count == 1)
        return true;
    struct arena names = {0};
    const char **paths = part_paths(&names, path, s, err);
    bool ok = paths != NULL;
    if (ok && s.no > 0) {
        gguf_close(g);
        ok = gguf_open_part(g, paths[0], err);
    }
    ok = ok && open_rest(g, paths, s.count, err);
    if (!ok)
        gguf_close(g);
    arena_finish(&names);
    return ok;
}
