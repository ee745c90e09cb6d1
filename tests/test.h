// The test runner's vocabulary. A suite is a file tests/test_NAME.c; a test is
//
//     TEST(rng, philox_known_answer) { EXPECT(x == 1, "x is %d", x); }
//
// A failed EXPECT is reported with its values and the test goes on; the program's exit code is 1 in the end.
#pragma once
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"

struct test {
    const char *suite, *name;
    void (*run)(void);
    struct test *next;
};
void test_register(struct test *t);

#define TEST(suite_, name_)                                                                                            \
    static void suite_##_##name_(void);                                                                                \
    __attribute__((constructor)) static void suite_##_##name_##_register(void)                                         \
    {                                                                                                                  \
        static struct test t = {#suite_, #name_, suite_##_##name_, NULL};                                              \
        test_register(&t);                                                                                             \
    }                                                                                                                  \
    static void suite_##_##name_(void)

#define EXPECT(cond, ...) ((cond) ? (void)0 : test_failed(__FILE__, __LINE__, #cond, __VA_ARGS__))
// The error's text must contain `part`; for failure paths.
#define EXPECT_ERR(err, part)                                                                                          \
    EXPECT(strstr((err)->text, (part)), "message is \"%s\", expected it to contain \"%s\"", (err)->text, (part))

void test_failed(const char *file, int line, const char *cond, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
// Marks the running test as skipped with its reason (a missing device, say) and returns.
void test_skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

const char *test_device(void);               // what --device said; NULL when not given
const char *test_path(const char *relative); // a file below tests/, e.g. "golden/x.json"; static buffers, 8 deep
const char *test_tmp(const char *name);      // a path in a fresh temporary directory that is removed at the end

// Processor time of the tests so far: for bounds on what a hostile input may take, whatever else the machine does.
static inline double test_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

// The largest difference among n values, relative to the largest magnitude of `want`; NaN when a value of got is one.
static inline double test_relative_error(const float *got, const float *want, size_t n)
{
    double worst = 0, scale = 0;
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)got[i] - (double)want[i]);
        worst = d > worst || isnan(d) ? d : worst;
        scale = fmax(scale, fabs((double)want[i]));
    }
    return worst / fmax(scale, 1e-30);
}
