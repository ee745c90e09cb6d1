// Typed access to the metadata of a GGUF file.
#include "model/gguf.h"

#include <stdio.h>
#include <string.h>

const struct gguf_value *gguf_find(const struct gguf *g, const char *key)
{
    size_t low = 0, high = g->value_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(key, g->by_key[mid]->key);
        if (order == 0)
            return g->by_key[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

// Copies an unaligned value of a C type out of the mapping.
#define GET(type, at, to)                                                                                              \
    do {                                                                                                               \
        type get_;                                                                                                     \
        memcpy(&get_, (at), sizeof get_);                                                                              \
        *(to) = get_;                                                                                                  \
    } while (0)

static size_t element_bytes(enum gguf_type t)
{
    switch (t) {
    case GGUF_U8:
    case GGUF_I8:
        return 1;
    case GGUF_U16:
    case GGUF_I16:
        return 2;
    case GGUF_U32:
    case GGUF_I32:
    case GGUF_F32:
        return 4;
    case GGUF_U64:
    case GGUF_I64:
    case GGUF_F64:
        return 8;
    default: // not a number
        return 0;
    }
}

static bool read_int(enum gguf_type t, const uint8_t *at, int64_t *out)
{
    switch (t) {
    case GGUF_U8:
        GET(uint8_t, at, out);
        return true;
    case GGUF_I8:
        GET(int8_t, at, out);
        return true;
    case GGUF_U16:
        GET(uint16_t, at, out);
        return true;
    case GGUF_I16:
        GET(int16_t, at, out);
        return true;
    case GGUF_U32:
        GET(uint32_t, at, out);
        return true;
    case GGUF_I32:
        GET(int32_t, at, out);
        return true;
    case GGUF_I64:
        GET(int64_t, at, out);
        return true;
    case GGUF_U64: {
        uint64_t v;
        GET(uint64_t, at, &v);
        if (v > INT64_MAX)
            return false;
        *out = (int64_t)v;
        return true;
    }
    default:
        return false;
    }
}

static bool read_number(enum gguf_type t, const uint8_t *at, double *out)
{
    int64_t i;
    if (t == GGUF_F32)
        GET(float, at, out);
    else if (t == GGUF_F64)
        GET(double, at, out);
    else if (read_int(t, at, &i))
        *out = (double)i;
    else
        return false;
    return true;
}

static const struct gguf_value *find_kind(const struct gguf *g, const char *key, bool is_array)
{
    const struct gguf_value *v = gguf_find(g, key);
    return v && v->is_array == is_array ? v : NULL;
}

bool gguf_int(const struct gguf *g, const char *key, int64_t *out)
{
    const struct gguf_value *v = find_kind(g, key, false);
    return v && read_int(v->type, v->data, out);
}

bool gguf_number(const struct gguf *g, const char *key, double *out)
{
    const struct gguf_value *v = find_kind(g, key, false);
    return v && read_number(v->type, v->data, out);
}

const char *gguf_show(const struct gguf *g, const char *key, char out[64])
{
    struct gguf_text text;
    double number;
    bool on;
    if (gguf_string(g, key, &text))
        snprintf(out, 64, "\"%.*s\"", text.size < 40 ? (int)text.size : 40, text.data);
    else if (gguf_bool(g, key, &on))
        snprintf(out, 64, "%s", on ? "true" : "false");
    else if (gguf_number(g, key, &number))
        snprintf(out, 64, "%.17g", number);
    else
        snprintf(out, 64, gguf_find(g, key) ? "an array" : "nothing");
    return out;
}

bool gguf_bool(const struct gguf *g, const char *key, bool *out)
{
    const struct gguf_value *v = find_kind(g, key, false);
    if (!v || v->type != GGUF_BOOL)
        return false;
    *out = v->data[0] != 0;
    return true;
}

// Reads a string whose bounds gguf_open has checked; returns what lies after it.
static const uint8_t *read_string(const uint8_t *at, struct gguf_text *out)
{
    uint64_t n;
    GET(uint64_t, at, &n);
    *out = (struct gguf_text){.data = (const char *)at + 8, .size = (size_t)n};
    return at + 8 + n;
}

bool gguf_string(const struct gguf *g, const char *key, struct gguf_text *out)
{
    const struct gguf_value *v = find_kind(g, key, false);
    if (!v || v->type != GGUF_STRING)
        return false;
    read_string(v->data, out);
    return true;
}

bool gguf_string_array(const struct gguf *g, const char *key, struct arena *a, struct gguf_text **items, size_t *count)
{
    const struct gguf_value *v = find_kind(g, key, true);
    if (!v || v->type != GGUF_STRING)
        return false;
    struct gguf_text *list = arena_array(a, struct gguf_text, v->count);
    const uint8_t *at = v->data;
    for (uint64_t i = 0; i < v->count; i++)
        at = read_string(at, &list[i]);
    *items = list;
    *count = (size_t)v->count;
    return true;
}

bool gguf_int_array(const struct gguf *g, const char *key, struct arena *a, int64_t **items, size_t *count)
{
    const struct gguf_value *v = find_kind(g, key, true);
    size_t bytes = v ? element_bytes(v->type) : 0;
    if (bytes == 0)
        return false;
    int64_t *list = arena_array(a, int64_t, v->count);
    for (uint64_t i = 0; i < v->count; i++)
        if (!read_int(v->type, v->data + i * bytes, &list[i]))
            return false;
    *items = list;
    *count = (size_t)v->count;
    return true;
}

bool gguf_number_array(const struct gguf *g, const char *key, struct arena *a, double **items, size_t *count)
{
    const struct gguf_value *v = find_kind(g, key, true);
    size_t bytes = v ? element_bytes(v->type) : 0;
    if (bytes == 0)
        return false;
    double *list = arena_array(a, double, v->count);
    for (uint64_t i = 0; i < v->count; i++)
        if (!read_number(v->type, v->data + i * bytes, &list[i]))
            return false;
    *items = list;
    *count = (size_t)v->count;
    return true;
}
