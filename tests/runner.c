// One runner for all tests: --list, --suite NAME, --filter TEXT, --device D. Exit 0 all passed, 1 a failure,
// 77 nothing ran or everything was skipped.
#include "test.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

static struct test *tests;
static const char *device;
static char tmp[64];
static int failures_of_test;
static bool skipped;

void test_register(struct test *t)
{
    struct test **at = &tests;
    while (*at)
        at = &(*at)->next;
    *at = t;
}

void test_failed(const char *file, int line, const char *cond, const char *fmt, ...)
{
    if (++failures_of_test > 20) // the first ones say enough
        return;
    printf("    %s:%d: %s: ", file, line, cond);
    va_list args;
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
}

void test_skip(const char *fmt, ...)
{
    skipped = true;
    printf("    skipped: ");
    va_list args;
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
}

const char *test_device(void)
{
    return device;
}

const char *test_path(const char *relative)
{
    static char paths[8][1024];
    static int i;
    char *p = paths[i++ % 8];
    snprintf(p, sizeof paths[0], "%s/%s", TESTS_DIR, relative);
    return p;
}

const char *test_tmp(const char *name)
{
    static char paths[8][1024];
    static int i;
    if (!tmp[0]) {
        snprintf(tmp, sizeof tmp, "/tmp/vkr1-tests-XXXXXX");
        check(mkdtemp(tmp), "cannot make %s", tmp);
    }
    char *p = paths[i++ % 8];
    snprintf(p, sizeof paths[0], "%s/%s", tmp, name);
    return p;
}

int main(int argc, char **argv)
{
    const char *suite = NULL, *filter = NULL;
    bool list = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0)
            list = true;
        else if (i + 1 < argc && strcmp(argv[i], "--suite") == 0)
            suite = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--filter") == 0)
            filter = argv[++i];
        else if (i + 1 < argc && strcmp(argv[i], "--device") == 0)
            device = argv[++i];
        else {
            fprintf(stderr, "usage: %s [--list] [--suite NAME] [--filter TEXT] [--device D]\n", argv[0]);
            return 2;
        }
    }
    int passed = 0, failed = 0, skips = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (struct test *t = tests; t; t = t->next) {
        char full[256];
        snprintf(full, sizeof full, "%s.%s", t->suite, t->name);
        if ((suite && strcmp(suite, t->suite) != 0) || (filter && !strstr(full, filter)))
            continue;
        if (list) {
            printf("%s\n", full);
            continue;
        }
        failures_of_test = 0;
        skipped = false;
        t->run();
        printf("%s %s\n", failures_of_test ? "FAIL" : skipped ? "skip" : "ok  ", full);
        failed += failures_of_test > 0;
        skips += !failures_of_test && skipped;
        passed += !failures_of_test && !skipped;
    }
    if (tmp[0])
        dir_remove(tmp, NULL);
    if (list)
        return 0;
    printf("%d passed, %d failed, %d skipped\n", passed, failed, skips);
    return failed ? 1 : passed ? 0 : 77;
}
