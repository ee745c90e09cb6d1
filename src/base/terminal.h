// Texts for people. What others wrote (a model, a file, its name, a template, a driver) may hold characters that steer
// a terminal: ESC, the other control characters of ASCII but tab and line feed, DEL, U+0080 to U+009F, and the marks
// that turn the direction of a line around (U+202A to U+202E, U+2066 to U+2069). They are shown as \u001b; bytes that
// are no UTF-8 as \x9b. Inside a JSON string \u001b is the same character.
#pragma once
#include <stddef.h>
#include <stdio.h>

// A message, to stderr as a rule: shown so wherever it goes, since logs are read on terminals too. At most 4 KiB.
void terminal_print(FILE *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// A result of a command, to stdout: as it is into a file or a pipe, shown so on a terminal.
void terminal_result(const char *text, size_t n);
