#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

struct child child_start(const char *stage, const char *device, const char *dir, rlim_t file_limit, ...)
{
    struct child c;
    char program[1024], output[1100];
    const char *argv[40] = {"vkr1", stage, "configs/quickstart.json", "--set", output};
    int n = 5;
    if (strcmp(stage, "sft") == 0)
        argv[2] = "configs/quickstart-base.json";
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 8);
    check(size > 0, "readlink");
    program[size] = 0;
    strcpy(strrchr(program, '/') + 1, "vkr1");
    snprintf(output, sizeof output, "output_dir=\"%s\"", dir);
    snprintf(c.said, sizeof c.said, "%s.said", dir);
    va_list args;
    va_start(args, file_limit);
    for (const char *a; (a = va_arg(args, const char *)) != NULL && n < 36;)
        argv[n++] = a;
    va_end(args);
    if (device) {
        argv[n++] = "--device";
        argv[n++] = device;
    }
    fflush(NULL);
    c.pid = fork();
    check(c.pid >= 0, "fork");
    if (c.pid == 0) {
        int to = open(c.said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (chdir(TESTS_DIR "/..") || to < 0 || dup2(to, 1) < 0 || dup2(to, 2) < 0)
            _exit(126);
        if (file_limit) // a write after the limit fails, as on a full disk
            setrlimit(RLIMIT_FSIZE, &(struct rlimit){file_limit, file_limit});
        signal(SIGPIPE, SIG_DFL); // whatever the runner was started by
        execv(program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    return c;
}

int child_finish(const struct child *c, struct str *said)
{
    int status = 0;
    waitpid(c->pid, &status, 0);
    struct file f;
    if (said) {
        str_clear(said);
        str_puts(said, "");
        if (file_open(&f, c->said, &(struct err){0}))
            str_append(said, f.data, f.size);
        file_close(&f);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void nap(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

// Whether it has come; false when the child ends first.
static bool wait_until(const struct child *c, bool (*come)(const struct child *, const char *), const char *what)
{
    siginfo_t info = {0};
    for (int ms = 0; ms < 120000 && !info.si_pid; ms++) {
        if (come(c, what))
            return true;
        waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT);
        if (!info.si_pid)
            nap();
    }
    return false;
}

static bool is_there(const struct child *c, const char *path)
{
    (void)c;
    return file_exists(path) || file_is_dir(path);
}

static bool is_said(const struct child *c, const char *text)
{
    struct file f = {0};
    bool there = file_open(&f, c->said, &(struct err){0}) && memmem(f.data, f.size, text, strlen(text));
    file_close(&f);
    return there;
}

bool child_wait_file(const struct child *c, const char *path)
{
    return wait_until(c, is_there, path);
}

bool child_wait_said(const struct child *c, const char *text)
{
    return wait_until(c, is_said, text);
}

const char *run_file(const char *dir, const char *name)
{
    static char paths[4][2048];
    static int i;
    char *p = paths[i++ % 4];
    snprintf(p, sizeof paths[0], "%s/%s", dir, name);
    return p;
}
