#include "train/tensorboard.h"

#include <string.h>

#include "base/crc32c.h"
#include "base/str.h"

// TFRecord's mask: the checksum rotated, plus a constant.
static uint32_t masked(const void *bytes, size_t n)
{
    uint32_t crc = crc32c(0, bytes, n);
    return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

static bool record(FILE *f, const struct str *event)
{
    uint64_t size = event->size;
    uint32_t size_crc = masked(&size, sizeof size), crc = masked(event->data, event->size);
    return fwrite(&size, sizeof size, 1, f) == 1 && fwrite(&size_crc, sizeof size_crc, 1, f) == 1 &&
           fwrite(event->data, 1, event->size, f) == event->size && fwrite(&crc, sizeof crc, 1, f) == 1;
}

// Protocol buffer fields: key = number << 3 | wire type (0 varint, 1 64-bit, 2 length-delimited, 5 32-bit).
static void put_varint(struct str *s, uint64_t v)
{
    while (v >= 0x80) {
        str_putc(s, (char)(v | 0x80));
        v >>= 7;
    }
    str_putc(s, (char)v);
}

static void put_double(struct str *s, int field, double v)
{
    put_varint(s, (uint64_t)field << 3 | 1);
    str_append(s, &v, sizeof v);
}

static void put_bytes(struct str *s, int field, const void *bytes, size_t n)
{
    put_varint(s, (uint64_t)field << 3 | 2);
    put_varint(s, n);
    str_append(s, bytes, n);
}

// The fields wall_time and step that every event may begin with; no step when it is negative.
static void put_head(struct str *event, double wall_time, int64_t step)
{
    put_double(event, 1, wall_time);
    if (step < 0)
        return;
    put_varint(event, 2 << 3);
    put_varint(event, (uint64_t)step);
}

bool tensorboard_begin(FILE *f, double wall_time, int64_t first_step)
{
    struct str event = {0};
    put_head(&event, wall_time, -1);
    put_bytes(&event, 3, "brain.Event:2", 13); // file_version
    bool ok = record(f, &event);
    if (first_step >= 0) {
        str_clear(&event);
        put_head(&event, wall_time, first_step);
        put_bytes(&event, 7, "\x08\x01", 2); // session_log { status: START }
        ok = ok && record(f, &event);
    }
    str_finish(&event);
    return ok;
}

bool tensorboard_scalar(FILE *f, double wall_time, int64_t step, const char *tag, float value)
{
    struct str event = {0}, summary = {0}, scalar = {0};
    put_bytes(&scalar, 1, tag, strlen(tag));
    put_varint(&scalar, 2 << 3 | 5); // simple_value
    str_append(&scalar, &value, sizeof value);
    put_bytes(&summary, 1, scalar.data, scalar.size);
    put_head(&event, wall_time, step);
    put_bytes(&event, 5, summary.data, summary.size);
    bool ok = record(f, &event);
    str_finish(&event);
    str_finish(&summary);
    str_finish(&scalar);
    return ok;
}
