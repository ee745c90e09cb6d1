// Instruction sets of the CPU functions: the suites that run them, under every set that this processor has. The best
// one is what these suites have anyway, so only the others are set here; each suite runs in a process of its own.
#include "test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu_set.h"
#include "base/file.h"
#include "program.h"

// Runs a suite of this program without Vulkan. Returns the exit code.
static int run_suite(enum cpu_set set, const char *suite, const char *printed)
{
    fflush(NULL);
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (!pid) {
        if (!freopen(printed, "w", stdout) || dup2(1, 2) < 0 || setenv("VKR1_CPU", cpu_set_name(set), 1) ||
            setenv("VK_ICD_FILENAMES", "/nonexistent", 1) || setenv("VK_DRIVER_FILES", "/nonexistent", 1))
            _exit(126);
        execl("/proc/self/exe", "vkr1_tests", "--suite", suite, NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void suites_pass(enum cpu_set set)
{
    static const char *const suites[] = {"ops", "rows", "rollout", "learn"};
    enum cpu_set best;
    struct err err = {0};
    check(cpu_set_find(NULL, &best, &err), "%s", err.text);
    if (set == best || !cpu_set_here(set)) {
        test_skip("%s", set == best ? "this set is the best one, which every suite runs under" : "not on this machine");
        return;
    }
    for (int i = 0; i < 4; i++) {
        const char *printed = test_tmp(suites[i]);
        int code = run_suite(set, suites[i], printed);
        struct file f;
        EXPECT(file_open(&f, printed, &err), "%s", err.text);
        int shown = f.size < 4000 ? (int)f.size : 4000; // the verdict stands at the end
        EXPECT(code == 0, "%s under %s: exit code %d: %.*s", suites[i], cpu_set_name(set), code, shown,
               (const char *)f.data + f.size - shown);
        file_close(&f);
    }
}

TEST(cpu_sets, plain)
{
    suites_pass(CPU_PLAIN);
}

TEST(cpu_sets, avx2)
{
    suites_pass(CPU_AVX2);
}

TEST(cpu_sets, avx512)
{
    suites_pass(CPU_AVX512);
}

TEST(cpu_sets, names)
{
    static const char *const have[CPU_SETS] = {"plain", "avx2, plain", "avx512, avx2, plain"};
    enum cpu_set best, set;
    struct err err = {0};
    EXPECT(cpu_set_find(NULL, &best, &err) && cpu_set_find("", &set, &err) && set == best, "%s", err.text);
    for (enum cpu_set s = 0; s < CPU_SETS; s++) {
        err = (struct err){0};
        bool found = cpu_set_find(cpu_set_name(s), &set, &err);
        EXPECT(found == cpu_set_here(s) && (!found || set == s), "%s: %s", cpu_set_name(s), err.text);
    }
    char message[128];
    struct str out = {0}, messages = {0};
    snprintf(message, sizeof message,
             "vkr1 bench: VKR1_CPU=sse9: no such instruction set here; this processor has %s\n", have[best]);
    setenv("VKR1_CPU", "sse9", 1);
    int code = program_run_vkr1("bench --device cpu", "", &out, &messages);
    unsetenv("VKR1_CPU");
    EXPECT(code == 1 && strcmp(messages.data, message) == 0, "exit code %d: %s", code, messages.data);
    str_finish(&out);
    str_finish(&messages);
}
