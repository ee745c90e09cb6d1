#include "model/stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static int by_name(const void *a, const void *b)
{
    const struct stored_tensor *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

bool stored_index(struct stored_list *list, struct arena *a, const char *what, struct err *err)
{
    list->by_name = arena_array(a, const struct stored_tensor *, list->count);
    for (size_t i = 0; i < list->count; i++)
        list->by_name[i] = &list->items[i];
    if (list->count)
        qsort(list->by_name, list->count, sizeof *list->by_name, by_name);
    for (size_t i = 1; i < list->count; i++)
        if (strcmp(list->by_name[i - 1]->name, list->by_name[i]->name) == 0)
            return fail(err, "%s: two tensors are named \"%s\"", what, list->by_name[i]->name);
    return true;
}

const struct stored_tensor *stored_find(const struct stored_list *list, const char *name)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(name, list->by_name[mid]->name);
        if (order == 0)
            return list->by_name[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

bool stored_size(struct stored_tensor *t, const char *what, struct err *err)
{
    char shape[STORED_SHAPE_TEXT];
    t->elements = 1;
    for (uint32_t i = 0; i < t->rank; i++)
        if (__builtin_mul_overflow(t->elements, t->shape[i], &t->elements) || t->elements > (uint64_t)1 << 60)
            return fail(err, "%s: tensor \"%s\" has the shape %s, which is more than 2^60 elements", what, t->name,
                        stored_shape(t->rank, t->shape, shape));
    uint64_t row = t->rank ? t->shape[t->rank - 1] : 1;
    if (row % dtype_block(t->dtype))
        return fail(err, "%s: tensor \"%s\" of type %s has rows of %llu elements, no multiple of the block of %u", what,
                    t->name, dtype_name(t->dtype), (unsigned long long)row, dtype_block(t->dtype));
    t->bytes = dtype_bytes(t->dtype, t->elements);
    return true;
}

bool stored_name_ok(const char *name, size_t n)
{
    if (n == 0 || n > STORED_NAME_MAX)
        return false;
    for (size_t i = 0; i < n;) {
        uint32_t point;
        int length = utf8_decode(name + i, n - i, &point);
        if (length == 0 || point < 0x20 || (point >= 0x7F && point < 0xA0))
            return false;
        i += (size_t)length;
    }
    return true;
}

const char *stored_shape(uint32_t rank, const uint64_t *shape, char out[STORED_SHAPE_TEXT])
{
    size_t at = (size_t)snprintf(out, STORED_SHAPE_TEXT, "(");
    for (uint32_t i = 0; i < rank && at < STORED_SHAPE_TEXT; i++)
        at += (size_t)snprintf(out + at, STORED_SHAPE_TEXT - at, "%s%llu", i ? ", " : "", (unsigned long long)shape[i]);
    if (at < STORED_SHAPE_TEXT)
        snprintf(out + at, STORED_SHAPE_TEXT - at, ")");
    return out;
}
