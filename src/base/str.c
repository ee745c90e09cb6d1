#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

static void reserve(struct str *s, size_t more)
{
    if (s->room - s->size > more)
        return;
    size_t room = s->room ? s->room : 64;
    while (room - s->size <= more)
        room *= 2;
    s->data = block_resize(s->data, s->size, room);
    s->room = room;
}

void str_append(struct str *s, const void *bytes, size_t n)
{
    reserve(s, n);
    if (n)
        memcpy(s->data + s->size, bytes, n);
    s->size += n;
    s->data[s->size] = 0;
}

void str_puts(struct str *s, const char *text)
{
    str_append(s, text, strlen(text));
}

void str_putc(struct str *s, char c)
{
    str_append(s, &c, 1);
}

void str_printf(struct str *s, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    check(n >= 0, "bad format %s", fmt);
    reserve(s, (size_t)n);
    vsnprintf(s->data + s->size, (size_t)n + 1, fmt, again);
    s->size += (size_t)n;
    va_end(again);
    va_end(args);
}

void str_put_json(struct str *s, const char *text, size_t n)
{
    str_putc(s, '"');
    for (size_t i = 0; i < n;) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80) {
            uint32_t point;
            int len = utf8_decode(text + i, n - i, &point);
            if (len)
                str_append(s, text + i, (size_t)len);
            else
                str_puts(s, "\xEF\xBF\xBD");
            i += len ? (size_t)len : 1;
            continue;
        }
        if (c == '"' || c == '\\')
            str_printf(s, "\\%c", c);
        else if (c == '\n')
            str_puts(s, "\\n");
        else if (c == '\t')
            str_puts(s, "\\t");
        else if (c == '\r')
            str_puts(s, "\\r");
        else if (c < 0x20 || c == 0x7f)
            str_printf(s, "\\u%04x", c);
        else
            str_putc(s, (char)c);
        i++;
    }
    str_putc(s, '"');
}

void str_put_number(struct str *s, double v)
{
    if (!isfinite(v)) {
        str_puts(s, "null");
        return;
    }
    char text[40];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    str_puts(s, text);
}

void str_clear(struct str *s)
{
    s->size = 0;
    if (s->data)
        s->data[0] = 0;
}

void str_finish(struct str *s)
{
    block_free(s->data);
    *s = (struct str){0};
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

int str_distance(const char *a, const char *b)
{
    int n = (int)strnlen(a, 64), m = (int)strnlen(b, 64), row[65];
    for (int j = 0; j <= m; j++)
        row[j] = j;
    for (int i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int replace = diagonal + (a[i - 1] != b[j - 1]);
            int edit = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < edit ? replace : edit;
        }
    }
    return row[m];
}

const char *str_bytes(uint64_t bytes, char out[24])
{
    if (bytes < (uint64_t)1 << 30)
        snprintf(out, 24, "%.1f MiB", (double)bytes / 0x1p20);
    else
        snprintf(out, 24, "%.2f GiB", (double)bytes / 0x1p30);
    return out;
}
