#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static void print(const char *prefix, const char *fmt, va_list args)
{
    char line[2048];
    vsnprintf(line, sizeof line, fmt, args);
    fprintf(stderr, "%s%s\n", prefix, line);
}

void log_info(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    print("vkr1: ", fmt, args);
    va_end(args);
}

void log_warn(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    print("vkr1: warning: ", fmt, args);
    va_end(args);
}
