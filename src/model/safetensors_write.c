#include "model/safetensors.h"

#include <string.h>

#include "base/file_out.h"
#include "base/str.h"

enum { CHUNK = 16384 }; // elements converted at a time

static void put_header(struct str *s, const struct safetensors_out *tensors, size_t count,
                       const struct safetensors_note *notes, size_t note_count)
{
    str_puts(s, "{\"__metadata__\":{\"format\":\"pt\"");
    for (size_t i = 0; i < note_count; i++) {
        str_putc(s, ',');
        str_put_json(s, notes[i].key, strlen(notes[i].key));
        str_putc(s, ':');
        str_put_json(s, notes[i].value, strlen(notes[i].value));
    }
    str_putc(s, '}');
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct safetensors_out *t = &tensors[i];
        static const char *const names[DTYPE_COUNT] = {
            [DTYPE_F32] = "F32", [DTYPE_F16] = "F16", [DTYPE_BF16] = "BF16", [DTYPE_I32] = "I32"};
        check(names[t->dtype], "%s cannot be written to safetensors as %s", t->name, dtype_name(t->dtype));
        uint64_t elements = 1;
        str_putc(s, ',');
        str_put_json(s, t->name, strlen(t->name));
        str_printf(s, ":{\"dtype\":\"%s\",\"shape\":[", names[t->dtype]);
        for (uint32_t d = 0; d < t->rank; d++) {
            str_printf(s, "%s%llu", d ? "," : "", (unsigned long long)t->shape[d]);
            elements *= t->shape[d];
        }
        uint64_t end = at + dtype_bytes(t->dtype, elements);
        str_printf(s, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)at, (unsigned long long)end);
        at = end;
    }
    str_putc(s, '}');
    while (s->size % 8) // the data starts at a multiple of 8
        str_putc(s, ' ');
}

static bool put_tensor(struct file_out *f, const struct safetensors_out *t, size_t index, safetensors_read_fn *read,
                       void *user, struct err *err)
{
    static _Thread_local float values[CHUNK];
    static _Thread_local uint8_t bytes[CHUNK * 4];
    uint64_t elements = 1;
    for (uint32_t d = 0; d < t->rank; d++)
        elements *= t->shape[d];
    for (uint64_t at = 0; at < elements;) {
        uint64_t n = elements - at < CHUNK ? elements - at : CHUNK;
        if (!read(user, index, at, n, values, err))
            return fail_in(err, "cannot write %s", f->path);
        dtype_from_f32(t->dtype, values, 0, n, bytes);
        if (!file_out_write(f, bytes, (size_t)dtype_bytes(t->dtype, n), err))
            return false;
        at += n;
    }
    return true;
}

bool safetensors_write(const char *path, const struct safetensors_out *tensors, size_t count,
                       const struct safetensors_note *notes, size_t note_count, safetensors_read_fn *read, void *user,
                       struct err *err)
{
    struct str header = {0};
    put_header(&header, tensors, count, notes, note_count);
    uint64_t n = header.size;
    struct file_out f;
    bool ok = file_out_open(&f, path, err) && file_out_write(&f, &n, sizeof n, err) &&
              file_out_write(&f, header.data, header.size, err);
    for (size_t i = 0; ok && i < count; i++)
        ok = put_tensor(&f, &tensors[i], i, read, user, err);
    ok = ok && file_out_commit(&f, err);
    if (!ok)
        file_out_abort(&f);
    str_finish(&header);
    return ok;
}
