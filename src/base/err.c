#include "base/err.h"
#include "base/terminal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool fail(struct err *err, const char *fmt, ...)
{
    if (!err || err->text[0])
        return false;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return false;
}

bool fail_errno(struct err *err, const char *fmt, ...)
{
    int code = errno;
    if (!err || err->text[0])
        return false;
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof err->text)
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", strerror(code));
    return false;
}

bool fail_in(struct err *err, const char *fmt, ...)
{
    if (!err)
        return false;
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof err->text)
        snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", inner);
    return false;
}

void memory_failed(const char *fmt, ...)
{
    char what[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    terminal_print(
        stderr,
        "vkr1: out of memory: none for %s; end other programs, raise a limit on this one (ulimit -v), or take a "
        "smaller "
        "model, batch or input\n",
        what);
    fflush(stdout);
    _exit(1); // what runs at the end of a program may want memory too
}

void check_failed(const char *file, int line, const char *cond, const char *fmt, ...)
{
    char what[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    terminal_print(stderr, "vkr1: bug at %s:%d: %s does not hold: %s\n", file, line, cond, what);
    abort();
}
