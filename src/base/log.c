#include "base/log.h"
#include "base/terminal.h"

#include <stdarg.h>
#include <stdio.h>

static bool wipe_line;

void log_wipe_line(bool wipe)
{
    wipe_line = wipe;
}

static void print(const char *prefix, const char *fmt, va_list args)
{
    char line[2048];
    vsnprintf(line, sizeof line, fmt, args);
    fputs(wipe_line ? "\r\033[K" : "", stderr);
    terminal_print(stderr, "%s%s\n", prefix, line);
    wipe_line = false;
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
