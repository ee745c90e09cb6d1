// Errors: outside causes travel in a struct err; our own bugs stop the program. See "Errors" in
// CONTRIBUTING.md.
#pragma once
#include <stdbool.h>

struct err {
    char text[1024]; // one sentence: what was being done, what was found, what to do; empty when none
};

// Writes the message and returns false, so that a failing function ends with `return fail(err, ...)`.
// The first message stays when err already holds one. err may be NULL.
bool fail(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// As fail, with ": strerror(errno)" after the message.
bool fail_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// Puts "prefix: " before the message that err holds and returns false: context added by a caller.
bool fail_in(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// Stops the program, in release builds too, when one of our own assumptions does not hold.
#define check(cond, ...) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond, __VA_ARGS__))
// Stops the program where the host has no memory for a small thing; what was saved stays. Says what it was for: "64
// bytes".
#define check_memory(cond, ...) ((cond) ? (void)0 : memory_failed(__VA_ARGS__))
_Noreturn void memory_failed(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void check_failed(const char *file, int line, const char *cond, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
