#include "base/terminal.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

static bool steers(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

// Allocates nothing: it also says that there is no memory.
static void show(FILE *to, const char *text, size_t n)
{
    char out[512];
    size_t used = 0;
    for (size_t at = 0; at < n;) {
        uint32_t c;
        int size = utf8_decode(text + at, n - at, &c);
        if (used + 8 > sizeof out) {
            fwrite(out, 1, used, to);
            used = 0;
        }
        if (size == 0) {
            used += (size_t)snprintf(out + used, 8, "\\x%02x", (unsigned char)text[at]);
        } else if (steers(c)) {
            used += (size_t)snprintf(out + used, 8, "\\u%04x", (unsigned)c);
        } else {
            memcpy(out + used, text + at, (size_t)size);
            used += (size_t)size;
        }
        at += size ? (size_t)size : 1;
    }
    fwrite(out, 1, used, to);
}

void terminal_print(FILE *to, const char *fmt, ...)
{
    char text[4096];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    show(to, text, strlen(text));
}

void terminal_result(const char *text, size_t n)
{
    if (isatty(STDOUT_FILENO) == 1)
        show(stdout, text, n);
    else
        fwrite(text, 1, n, stdout);
}
