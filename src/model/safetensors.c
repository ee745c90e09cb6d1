#include "model/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "model/locate.h"

enum { HEADER_MAX = 100000000 }; // bytes, the limit of the reference implementation

static bool read_dtype(const struct json *v, enum dtype *dtype, const char *path, const char *name, struct err *err)
{
    static const enum dtype known[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16, DTYPE_I32};
    const char *text = json_string(v, "none");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(text, dtype_name(known[i])) == 0) {
            *dtype = known[i];
            return true;
        }
    return fail(err, "%s: tensor \"%s\" has the type %.32s; vkr1 reads F32, F16, BF16 and I32", path, name, text);
}

static bool read_shape(const struct json *v, struct stored_tensor *t, const char *path, struct err *err)
{
    if (json_kind(v) != JSON_ARRAY)
        return fail(err, "%s: tensor \"%s\" has no \"shape\" that is an array", path, t->name);
    for (const struct json *i = json_first(v); i; i = json_next(i)) {
        int64_t size = json_int(i, -1);
        if (size < 0)
            return fail(err, "%s: tensor \"%s\" has a dimension that is no whole number from 0 to 2^53: %s", path,
                        t->name, json_show(i, (char[JSON_SHOWN]){0}));
        if (t->rank == STORED_RANK_MAX)
            return fail(err, "%s: tensor \"%s\" has more than %d dimensions", path, t->name, STORED_RANK_MAX);
        t->shape[t->rank++] = (uint64_t)size;
    }
    return stored_size(t, path, err);
}

static bool read_tensor(const struct json *v, struct stored_tensor *t, const struct file *f, uint64_t data_at,
                        const char *path, struct err *err)
{
    if (json_kind(v) != JSON_OBJECT || json_count(v) != 3)
        return fail(err, "%s: tensor \"%s\" is not described by exactly dtype, shape and data_offsets but by %s", path,
                    t->name, json_show(v, (char[JSON_SHOWN]){0}));
    if (!read_dtype(json_get(v, "dtype"), &t->dtype, path, t->name, err) ||
        !read_shape(json_get(v, "shape"), t, path, err))
        return false;
    const struct json *offsets = json_get(v, "data_offsets");
    int64_t begin = json_int(json_at(offsets, 0), -1), end = json_int(json_at(offsets, 1), -1);
    if (json_kind(offsets) != JSON_ARRAY || json_count(offsets) != 2 || begin < 0 || end < begin)
        return fail(err, "%s: tensor \"%s\" has no \"data_offsets\" of the form [begin, end]", path, t->name);
    char shape[STORED_SHAPE_TEXT];
    if ((uint64_t)(end - begin) != t->bytes)
        return fail(err, "%s: tensor \"%s\" is %s %s, %llu bytes, but its offsets span %lld bytes", path, t->name,
                    dtype_name(t->dtype), stored_shape(t->rank, t->shape, shape), (unsigned long long)t->bytes,
                    (long long)(end - begin));
    if ((uint64_t)end > f->size - data_at)
        return fail(err, "%s: tensor \"%s\" ends at byte %llu, but the file ends at %zu: it is cut short, get it again",
                    path, t->name, (unsigned long long)end + data_at, f->size);
    t->data = f->data + data_at + begin;
    return true;
}

static int by_data(const void *a, const void *b)
{
    const struct stored_tensor *x = a, *y = b;
    return x->data != y->data ? (x->data > y->data) - (x->data < y->data)
                              : (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

// The data is covered whole, once: sorts the tensors by position.
static bool check_cover(struct stored_tensor *t, size_t count, const struct file *f, uint64_t data_at, const char *path,
                        struct err *err)
{
    if (count)
        qsort(t, count, sizeof *t, by_data);
    const uint8_t *at = f->data + data_at;
    for (size_t i = 0; i < count; i++) {
        if (t[i].data < at)
            return fail(err, "%s: the data of tensors \"%s\" and \"%s\" overlaps", path, t[i - 1].name, t[i].name);
        if (t[i].data > at)
            return fail(err, "%s: %zu bytes before tensor \"%s\" belong to no tensor", path, (size_t)(t[i].data - at),
                        t[i].name);
        at += t[i].bytes;
    }
    size_t left = (size_t)(f->data + f->size - at);
    return left == 0 || fail(err, "%s: %zu bytes after the last tensor belong to no tensor", path, left);
}

static bool read_notes(struct safetensors *s, const struct json *v, const char *path, struct err *err)
{
    if (json_kind(v) != JSON_OBJECT)
        return fail(err, "%s: \"__metadata__\" is not an object but %s", path, json_show(v, (char[JSON_SHOWN]){0}));
    s->notes = arena_array(&s->arena, struct safetensors_note, json_count(v));
    s->note_count = 0;
    for (const struct json *i = json_first(v); i; i = json_next(i)) {
        if (json_kind(i) != JSON_STRING)
            return fail(err, "%s: \"__metadata__\" holds a value that is not a string: %s", path,
                        json_show(i, (char[JSON_SHOWN]){0}));
        s->notes[s->note_count++] = (struct safetensors_note){arena_strdup(&s->arena, json_key(i)),
                                                              arena_strdup(&s->arena, json_string(i, ""))};
    }
    return true;
}

// Appends the tensors of file f to `to` (which has room for them).
static bool read_header(struct safetensors *s, const struct json *root, const struct file *f, uint64_t data_at,
                        const char *path, struct err *err)
{
    size_t first = s->tensors.count;
    for (const struct json *v = json_first(root); v; v = json_next(v)) {
        const char *name = json_key(v);
        if (strcmp(name, "__metadata__") == 0) {
            if (first == 0 && !read_notes(s, v, path, err))
                return false;
            continue;
        }
        if (!stored_name_ok(name, strlen(name)))
            return fail(err, "%s: a tensor's name is empty, longer than %d bytes, or has control characters", path,
                        STORED_NAME_MAX);
        struct stored_tensor *t = &s->tensors.items[s->tensors.count++];
        *t = (struct stored_tensor){.name = arena_strdup(&s->arena, name)};
        if (!read_tensor(v, t, f, data_at, path, err))
            return false;
    }
    return check_cover(s->tensors.items + first, s->tensors.count - first, f, data_at, path, err);
}

static struct json *parse_header(const struct file *f, uint64_t *data_at, const char *path, struct err *err)
{
    if (f->size < 8) {
        fail(err, "%s: not a safetensors file: %zu bytes, less than the 8 of its length field", path, f->size);
        return NULL;
    }
    uint64_t n;
    memcpy(&n, f->data, sizeof n);
    if (n < 2 || n > HEADER_MAX || n > f->size - 8) {
        fail(err,
             "%s: not a safetensors file, or cut short: the header should be %llu bytes long, the file has %zu after "
             "its length field, and at most %d are allowed",
             path, (unsigned long long)n, f->size - 8, HEADER_MAX);
        return NULL;
    }
    struct json *root = json_parse((const char *)f->data + 8, (size_t)n, false, path, err);
    if (root && json_kind(root) != JSON_OBJECT) {
        fail(err, "%s: the header is not a JSON object but %s", path, json_show(root, (char[JSON_SHOWN]){0}));
        json_close(root);
        root = NULL;
    }
    *data_at = 8 + n;
    return root;
}

static bool add_file(struct safetensors *s, const char *path, struct err *err)
{
    struct file *f = &s->files[s->file_count];
    if (!file_open(f, path, err))
        return false;
    s->file_count++;
    uint64_t data_at = 0;
    struct json *root = parse_header(f, &data_at, path, err);
    if (!root)
        return false;
    struct stored_tensor *grown = arena_array(&s->arena, struct stored_tensor, s->tensors.count + json_count(root));
    if (s->tensors.count)
        memcpy(grown, s->tensors.items, s->tensors.count * sizeof *grown);
    s->tensors.items = grown;
    bool ok = read_header(s, root, f, data_at, path, err);
    json_close(root);
    return ok;
}

bool safetensors_open(struct safetensors *s, const char *path, struct err *err)
{
    *s = (struct safetensors){0};
    s->files = arena_array(&s->arena, struct file, 1);
    bool ok = add_file(s, path, err) && stored_index(&s->tensors, &s->arena, path, err);
    if (!ok)
        safetensors_close(s);
    return ok;
}

// A shard's name comes from the index: it must stay inside the directory.
static bool shard_name_ok(const char *name)
{
    return name[0] && name[0] != '.' && !strchr(name, '/') && strlen(name) <= 255;
}

struct placed { // a row of the index
    const char *name, *file;
};

static int placed_by_file(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    return order ? order : strcmp(x->name, y->name);
}

// Opens the shards in the order of their names. Each holds exactly the tensors that the index gives it.
static bool open_shards(struct safetensors *s, const struct json *map, const char *dir, const char *index,
                        struct err *err)
{
    size_t count = 0, room = json_count(map);
    struct placed *rows = arena_array(&s->arena, struct placed, room);
    for (const struct json *i = json_first(map); i; i = json_next(i)) {
        rows[count] = (struct placed){json_key(i), json_string(i, "")};
        if (!shard_name_ok(rows[count++].file))
            return fail(err,
                        "%s: tensor \"%.100s\" lies in \"%.100s\", which is not the name of a file beside the index",
                        index, json_key(i), json_string(i, ""));
    }
    if (count == 0)
        return fail(err, "%s: there is no \"weight_map\" with tensors", index);
    qsort(rows, count, sizeof *rows, placed_by_file);
    s->files = arena_array(&s->arena, struct file, count);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && strcmp(rows[end].file, rows[i].file) == 0;)
            end++;
        size_t before = s->tensors.count;
        const char *path = arena_printf(&s->arena, "%s/%s", dir, rows[i].file);
        if (!add_file(s, path, err))
            return false;
        if (s->tensors.count - before != end - i)
            return fail(err, "%s: the file holds %zu tensors, but the index places %zu in it", path,
                        s->tensors.count - before, end - i);
        struct stored_list shard = {.items = s->tensors.items + before, .count = end - i};
        if (!stored_index(&shard, &s->arena, path, err))
            return false;
        for (size_t j = i; j < end; j++)
            if (!stored_find(&shard, rows[j].name))
                return fail(err, "%s: tensor \"%.200s\" is missing, the index places it here", path, rows[j].name);
    }
    return true;
}

bool safetensors_open_dir(struct safetensors *s, const char *dir, struct err *err)
{
    *s = (struct safetensors){0};
    struct arena names = {0};
    const char *one = arena_printf(&names, "%s/model.safetensors", dir);
    const char *index = arena_printf(&names, "%s/model.safetensors.index.json", dir);
    bool ok;
    if (file_exists(one)) {
        ok = safetensors_open(s, one, err);
    } else if (!file_exists(index)) {
        ok = locate_explain(dir, err);
    } else {
        struct json *root = json_open(index, false, err);
        ok = root && open_shards(s, json_get(root, "weight_map"), dir, index, err) &&
             stored_index(&s->tensors, &s->arena, dir, err);
        json_close(root);
        if (!ok)
            safetensors_close(s);
    }
    arena_finish(&names);
    return ok;
}

void safetensors_close(struct safetensors *s)
{
    for (size_t i = 0; i < s->file_count; i++)
        file_close(&s->files[i]);
    arena_finish(&s->arena);
    *s = (struct safetensors){0};
}

const struct stored_tensor *safetensors_find(const struct safetensors *s, const char *name)
{
    return stored_find(&s->tensors, name);
}

const char *safetensors_note(const struct safetensors *s, const char *key)
{
    for (size_t i = 0; i < s->note_count; i++)
        if (strcmp(s->notes[i].key, key) == 0)
            return s->notes[i].value;
    return NULL;
}
