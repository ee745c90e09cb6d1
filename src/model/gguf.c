#include "model/gguf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT_DEFAULT = 32 }; // bytes, where general.alignment is absent

static const struct {
    const char *name;
    uint8_t bytes; // of an element; 0 when it varies
} value_types[GGUF_TYPE_COUNT] = {
    [GGUF_U8] = {"u8", 1},         [GGUF_I8] = {"i8", 1},       [GGUF_U16] = {"u16", 2}, [GGUF_I16] = {"i16", 2},
    [GGUF_U32] = {"u32", 4},       [GGUF_I32] = {"i32", 4},     [GGUF_F32] = {"f32", 4}, [GGUF_BOOL] = {"bool", 1},
    [GGUF_STRING] = {"string", 0}, [GGUF_ARRAY] = {"array", 0}, [GGUF_U64] = {"u64", 8}, [GGUF_I64] = {"i64", 8},
    [GGUF_F64] = {"f64", 8},
};

const char *gguf_type_name(enum gguf_type t)
{
    return (unsigned)t < GGUF_TYPE_COUNT ? value_types[t].name : "unknown";
}

const char *gguf_tensor_type_name(uint32_t t)
{
    // enum ggml_type; the gaps are numbers that were withdrawn
    static const char *const names[] = {
        [0] = "F32",     [1] = "F16",    [2] = "Q4_0",     [3] = "Q4_1",    [6] = "Q5_0",     [7] = "Q5_1",
        [8] = "Q8_0",    [9] = "Q8_1",   [10] = "Q2_K",    [11] = "Q3_K",   [12] = "Q4_K",    [13] = "Q5_K",
        [14] = "Q6_K",   [15] = "Q8_K",  [16] = "IQ2_XXS", [17] = "IQ2_XS", [18] = "IQ3_XXS", [19] = "IQ1_S",
        [20] = "IQ4_NL", [21] = "IQ3_S", [22] = "IQ2_S",   [23] = "IQ4_XS", [24] = "I8",      [25] = "I16",
        [26] = "I32",    [27] = "I64",   [28] = "F64",     [29] = "IQ1_M",  [30] = "BF16",    [34] = "TQ1_0",
        [35] = "TQ2_0",  [39] = "MXFP4", [40] = "NVFP4",   [41] = "Q1_0"};
    return t < sizeof names / sizeof *names && names[t] ? names[t] : "unknown";
}

// Reads forward through the file; the first read beyond its end sticks.
struct cursor {
    struct gguf *g;
    const char *path;
    uint64_t at;
    struct err *err;
    bool ok;
};

static uint64_t left(const struct cursor *c)
{
    return c->g->file.size - c->at;
}

// The next n bytes, or NULL at the end of the file.
static const uint8_t *take(struct cursor *c, uint64_t n, const char *what)
{
    if (!c->ok)
        return NULL;
    if (n > left(c)) {
        c->ok = fail(c->err,
                     "%s: cut short, or not a GGUF file: %s needs %" PRIu64 " bytes at byte %" PRIu64
                     ", the file ends at %zu",
                     c->path, what, n, c->at, c->g->file.size);
        return NULL;
    }
    const uint8_t *p = c->g->file.data + c->at;
    c->at += n;
    return p;
}

static uint32_t take_u32(struct cursor *c, const char *what)
{
    const uint8_t *p = take(c, 4, what);
    uint32_t v = 0;
    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t take_u64(struct cursor *c, const char *what)
{
    const uint8_t *p = take(c, 8, what);
    uint64_t v = 0;
    if (p)
        memcpy(&v, p, sizeof v);
    return v;
}

static void skip_string(struct cursor *c, const char *what)
{
    uint64_t n = take_u64(c, what);
    take(c, n, what);
}

// A name: copied, zero-terminated, without control characters; "" after a failure.
static const char *take_name(struct cursor *c, const char *what)
{
    uint64_t n = take_u64(c, what);
    const char *p = (const char *)take(c, n, what);
    if (p && stored_name_ok(p, (size_t)n))
        return arena_strndup(&c->g->arena, p, (size_t)n);
    if (p)
        c->ok =
            fail(c->err,
                 "%s: %s before byte %" PRIu64 " is empty, longer than %d bytes, not UTF-8, or has control characters",
                 c->path, what, c->at, STORED_NAME_MAX);
    return "";
}

static void read_value(struct cursor *c, struct gguf_value *v)
{
    v->key = take_name(c, "a metadata key");
    uint32_t type = take_u32(c, v->key);
    v->count = 1;
    if (c->ok && type == GGUF_ARRAY) {
        v->is_array = true;
        type = take_u32(c, v->key);
        v->count = take_u64(c, v->key);
    }
    v->type = (enum gguf_type)type;
    v->data = c->g->file.data + c->at;
    if (!c->ok)
        return;
    if (type >= GGUF_TYPE_COUNT || type == GGUF_ARRAY) {
        c->ok = fail(c->err, "%s: metadata \"%s\" has the value type %u%s", c->path, v->key, type,
                     type == GGUF_ARRAY ? " (arrays of arrays are not supported)" : ", which GGUF does not define");
        return;
    }
    uint64_t bytes = value_types[type].bytes;
    if (bytes && v->count > left(c) / bytes) {
        c->ok = fail(c->err,
                     "%s: cut short, or not a GGUF file: metadata \"%s\" should have %" PRIu64
                     " elements, only %" PRIu64 " bytes are left",
                     c->path, v->key, v->count, left(c));
        return;
    }
    if (bytes)
        take(c, bytes * v->count, v->key);
    for (uint64_t i = 0; !bytes && c->ok && i < v->count; i++)
        skip_string(c, v->key);
}

static int by_key(const void *a, const void *b)
{
    const struct gguf_value *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

static void read_values(struct cursor *c, uint64_t count)
{
    struct gguf *g = c->g;
    if (!c->ok)
        return;
    if (count > left(c) / 13) { // the least that a key and its value take
        c->ok = fail(c->err, "%s: cut short, or not a GGUF file: %" PRIu64 " metadata values cannot lie in %zu bytes",
                     c->path, count, g->file.size);
        return;
    }
    g->values = arena_array(&g->arena, struct gguf_value, count);
    g->by_key = arena_array(&g->arena, const struct gguf_value *, count);
    for (uint64_t i = 0; c->ok && i < count; i++) {
        read_value(c, &g->values[i]);
        g->by_key[i] = &g->values[i];
    }
    if (!c->ok)
        return;
    g->value_count = (size_t)count;
    if (count)
        qsort(g->by_key, g->value_count, sizeof *g->by_key, by_key);
    for (size_t i = 1; c->ok && i < g->value_count; i++)
        if (strcmp(g->by_key[i - 1]->key, g->by_key[i]->key) == 0)
            c->ok = fail(c->err, "%s: two metadata values have the key \"%s\"", c->path, g->by_key[i]->key);
}

// Leaves the offset, from the start of the data, in *offset.
static void read_tensor(struct cursor *c, struct stored_tensor *t, uint64_t *offset)
{
    t->name = take_name(c, "a tensor name");
    t->rank = take_u32(c, t->name);
    if (c->ok && t->rank > STORED_RANK_MAX)
        c->ok = fail(c->err, "%s: tensor \"%s\" has %u dimensions, at most %d are possible", c->path, t->name, t->rank,
                     STORED_RANK_MAX);
    for (uint32_t i = 0; c->ok && i < t->rank; i++)
        t->shape[t->rank - 1 - i] = take_u64(c, t->name);
    uint32_t type = take_u32(c, t->name);
    *offset = take_u64(c, t->name);
    if (c->ok && !dtype_find(gguf_tensor_type_name(type), &t->dtype)) // every storage type has ggml's name
        c->ok = fail(c->err,
                     "%s: tensor \"%s\" has the type %s (%u); vkr1 reads F32, F16, BF16, I32, Q8_0, Q4_0, Q4_1, Q5_0, "
                     "Q5_1, Q2_K to Q6_K, IQ4_NL, IQ4_XS and MXFP4: take another quantisation of the model",
                     c->path, t->name, gguf_tensor_type_name(type), type);
    c->ok = c->ok && stored_size(t, c->path, c->err);
}

static int by_data(const void *a, const void *b)
{
    const struct stored_tensor *const *x = a, *const *y = b;
    return (*x)->data != (*y)->data ? ((*x)->data > (*y)->data) - ((*x)->data < (*y)->data)
                                    : ((*x)->bytes > (*y)->bytes) - ((*x)->bytes < (*y)->bytes);
}

static void check_overlap(struct cursor *c)
{
    struct stored_list *list = &c->g->tensors;
    struct arena scratch = {0};
    const struct stored_tensor **order = arena_array(&scratch, const struct stored_tensor *, list->count);
    for (size_t i = 0; i < list->count; i++)
        order[i] = &list->items[i];
    if (list->count)
        qsort(order, list->count, sizeof *order, by_data);
    for (size_t i = 1; c->ok && i < list->count; i++)
        if (order[i]->data < order[i - 1]->data + order[i - 1]->bytes)
            c->ok = fail(c->err, "%s: the data of tensors \"%s\" and \"%s\" overlaps", c->path, order[i - 1]->name,
                         order[i]->name);
    arena_finish(&scratch);
}

static uint64_t read_alignment(struct cursor *c)
{
    int64_t n = ALIGNMENT_DEFAULT;
    const struct gguf_value *v = c->ok ? gguf_find(c->g, "general.alignment") : NULL;
    if (v && (!gguf_int(c->g, "general.alignment", &n) || n < 8 || n > 1 << 20 || (n & (n - 1))))
        c->ok = fail(c->err, "%s: general.alignment is no power of two from 8 to 2^20 but %s", c->path,
                     gguf_show(c->g, "general.alignment", (char[64]){0}));
    return c->ok ? (uint64_t)n : ALIGNMENT_DEFAULT;
}

static void read_tensors(struct cursor *c, uint64_t count)
{
    struct gguf *g = c->g;
    if (!c->ok)
        return;
    if (count > left(c) / 25) { // the least that a name of one byte, no dimension, type and offset take
        c->ok = fail(c->err, "%s: cut short, or not a GGUF file: %" PRIu64 " tensors cannot lie in %zu bytes", c->path,
                     count, g->file.size);
        return;
    }
    struct arena scratch = {0};
    uint64_t *offsets = arena_array(&scratch, uint64_t, count);
    g->tensors.items = arena_array(&g->arena, struct stored_tensor, count);
    for (uint64_t i = 0; c->ok && i < count; i++)
        read_tensor(c, &g->tensors.items[i], &offsets[i]);
    uint64_t alignment = read_alignment(c), data_at = (c->at + alignment - 1) / alignment * alignment;
    for (uint64_t i = 0; c->ok && i < count; i++) {
        struct stored_tensor *t = &g->tensors.items[i];
        if (offsets[i] % alignment)
            c->ok = fail(c->err, "%s: tensor \"%s\" lies at offset %" PRIu64 ", no multiple of the alignment %" PRIu64,
                         c->path, t->name, offsets[i], alignment);
        else if (data_at > g->file.size || offsets[i] > g->file.size - data_at ||
                 t->bytes > g->file.size - data_at - offsets[i])
            c->ok = fail(c->err,
                         "%s: tensor \"%s\" of %" PRIu64 " bytes at byte %" PRIu64
                         " lies beyond the end of the file, %zu: it is cut short, get it again",
                         c->path, t->name, t->bytes, data_at + offsets[i], g->file.size);
        else
            t->data = g->file.data + data_at + offsets[i];
    }
    if (c->ok) {
        g->tensors.count = (size_t)count;
        check_overlap(c);
    }
    c->ok = c->ok && stored_index(&g->tensors, &g->arena, c->path, c->err);
    arena_finish(&scratch);
}

static void read_start(struct cursor *c)
{
    const uint8_t *magic = take(c, 4, "the magic number");
    if (magic && memcmp(magic, "GGUF", 4) != 0)
        c->ok = fail(c->err, "%s: not a GGUF file: it does not begin with \"GGUF\"", c->path);
    uint32_t version = c->g->version = take_u32(c, "the version");
    if (!c->ok || version == 2 || version == 3)
        return;
    if ((version & 0xFFFF) == 0)
        c->ok = fail(c->err, "%s: a big-endian GGUF file; vkr1 reads little-endian ones", c->path);
    else
        c->ok = fail(c->err, "%s: GGUF version %u; vkr1 reads versions 2 and 3", c->path, version);
}

bool gguf_open_part(struct gguf *g, const char *path, struct err *err)
{
    *g = (struct gguf){0};
    if (!file_open(&g->file, path, err))
        return false;
    struct cursor c = {.g = g, .path = path, .err = err, .ok = true};
    read_start(&c);
    uint64_t tensors = take_u64(&c, "the number of tensors"), values = take_u64(&c, "the number of metadata values");
    read_values(&c, values);
    read_tensors(&c, tensors);
    if (!c.ok)
        gguf_close(g);
    return c.ok;
}

void gguf_close(struct gguf *g)
{
    for (size_t i = 0; i < g->part_count; i++)
        gguf_close(&g->parts[i]);
    file_close(&g->file);
    arena_finish(&g->arena);
    *g = (struct gguf){0};
}

bool gguf_is_file(const char *path)
{
    struct file f;
    if (!file_exists(path) || file_is_dir(path) || !file_open(&f, path, NULL))
        return false;
    bool is = f.size >= 4 && memcmp(f.data, "GGUF", 4) == 0;
    file_close(&f);
    return is;
}

const struct stored_tensor *gguf_find_tensor(const struct gguf *g, const char *name)
{
    return stored_find(&g->tensors, name);
}
