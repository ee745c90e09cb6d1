#include "verify/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/guard.h"

enum { CHILD_STACK = 256 << 10 };
#define LOOK 0.05 // seconds between two looks at the memory of all processes: two cores fill about 100 MB in it
enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP };
// Where vkr1 is root, programs run under ids of a range that systemd's table of user ids leaves unused
// (systemd.io/UIDS-GIDS): 2^28 of them, one for each process id and slot.
enum { FIRST_ID = 0x70000000, IDS = 1 << 28 };

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

// Makes the process. It runs in our memory until execve or its end, and this thread waits for that.
static pid_t spawn(struct sandbox_child *c)
{
    int flags = CLONE_VM | CLONE_VFORK | SIGCHLD | NAMESPACES | (c->user_namespace ? CLONE_NEWUSER : 0);
    sigset_t all, before;
    char *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) {
        c->step = "mapping a stack";
        c->code = errno;
        return -1;
    }
    guard_open(stack, CHILD_STACK); // of an earlier child's frames here, which execve left without returning
    int dumpable = prctl(PR_GET_DUMPABLE);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before); // no handler of ours may run in the child
    pid_t pid = clone(sandbox_child, stack + CHILD_STACK, flags, c);
    if (pid < 0) {
        c->step = "making namespaces";
        c->code = errno;
    }
    if (dumpable == 1)
        prctl(PR_SET_DUMPABLE, 1); // which the child's change of its ids has cleared for the shared memory
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    munmap(stack, CHILD_STACK);
    return pid;
}

static bool file_says(const char *path, char value)
{
    char c = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is = fd >= 0 && read(fd, &c, 1) == 1 && c == value;
    if (fd >= 0)
        close(fd);
    return is;
}

// What to do about a sandbox that cannot be made.
static const char *advice(const struct sandbox_child *c)
{
    if (!c->user_namespace)
        return c->code == EPERM ? "root here lacks the capability CAP_SYS_ADMIN, or a seccomp filter forbids it: run "
                                  "vkr1 outside of "
                                  "this container, or give the container that capability"
                                : "see docs/rewards.md, The sandbox";
    if (file_says("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1'))
        return "AppArmor keeps user namespaces from ordinary users here: sysctl "
               "kernel.apparmor_restrict_unprivileged_userns=0, or "
               "run vkr1 as root";
    if (file_says("/proc/sys/kernel/unprivileged_userns_clone", '0'))
        return "ordinary users may not make user namespaces here: sysctl kernel.unprivileged_userns_clone=1, or run "
               "vkr1 as root";
    if (file_says("/proc/sys/user/max_user_namespaces", '0'))
        return "user namespaces are switched off here: sysctl user.max_user_namespaces=10000, or run vkr1 as root";
    return "ordinary users cannot make user namespaces here (a chroot or a container?): run vkr1 as root, or outside "
           "of it";
}

// Opens four pipes; ours end up in s, the child's in c.
static bool open_pipes(struct sandbox *s, struct sandbox_child *c, struct err *err)
{
    int *ours[4] = {&s->process.in, &s->process.out, &s->process.errors, &s->report};
    for (int i = 0; i < (s->options.reports ? 4 : 3); i++) {
        int ends[2], mine = i ? 0 : 1;
        if (pipe2(ends, O_CLOEXEC) != 0)
            return fail_errno(err, "cannot make a pipe to a sandbox");
        *ours[i] = ends[mine];
        c->fds[i] = ends[!mine];
        fcntl(ends[mine], F_SETFL, O_NONBLOCK);
    }
    c->writer = s->process.in;
    return true;
}

bool sandbox_start(struct sandbox *s, const struct sandbox_options *options, struct err *err)
{
    struct sandbox_child c = {.options = &s->options, .filter = sandbox_filter(), .fds = {-1, -1, -1, -1}};
    *s = (struct sandbox){.options = *options, .opened = true, .process = {0, -1, -1, -1}, .report = -1, .ended = -1};
    c.user_namespace = geteuid() != 0;
    c.uid =
        c.user_namespace ? geteuid() : FIRST_ID + ((unsigned)getpid() * SANDBOX_SLOTS + (unsigned)options->slot) % IDS;
    c.gid = c.user_namespace ? getegid() : c.uid;
    if (!c.filter)
        return fail(err, "cannot make a sandbox: libseccomp made no filter");
    pid_t pid = open_pipes(s, &c, err) ? spawn(&c) : -1;
    for (int i = 0; i < 4; i++)
        close_fd(&c.fds[i]);
    if (pid > 0 && c.code == 0)
        s->ended = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pid > 0 && c.code == 0 && s->ended < 0) {
        c.code = errno;
        c.step = "watching the process (pidfd_open needs Linux 5.3)";
        kill(pid, SIGKILL);
    }
    if (pid > 0 && c.code)
        waitpid(pid, NULL, 0);
    if (c.code) {
        const char *what = advice(&c);
        errno = c.code;
        fail(err, "cannot make a sandbox for generated programs: %s: %s; %s", c.step, strerror(c.code), what);
    }
    if (pid <= 0 || c.code) {
        sandbox_finish(s);
        return false;
    }
    s->process.pid = pid;
    s->look = clock_now() + LOOK;
    s->until = clock_now() + options->limits.clock;
    s->end = SANDBOX_RUNS;
    return true;
}

// Takes the status of the process, which has ended or is made to. Process 1 of a namespace ends after all others in it.
static void reap(struct sandbox *s, enum sandbox_end end)
{
    struct rusage used = {0};
    bool killed = end != SANDBOX_EXITED;
    if (killed)
        kill(s->process.pid, SIGKILL);
    while (wait4(s->process.pid, &s->status, 0, &used) < 0 && errno == EINTR)
        ;
    s->process.pid = 0;
    s->end = end;
    s->cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
             1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    // Only the kernel can kill process 1. The limit counts by timer ticks, which on a busy machine is more than what
    // wait4 says by far; where it is less than half, memory had run out.
    if (!killed && WIFSIGNALED(s->status) && WTERMSIG(s->status) == SIGKILL && s->cpu >= 0.5 * s->options.limits.cpu)
        s->end = SANDBOX_CPU;
}

static void close_streams(struct sandbox *s)
{
    close_fd(&s->process.in);
    close_fd(&s->process.out);
    close_fd(&s->process.errors);
    close_fd(&s->report);
    close_fd(&s->ended);
}

// Reads what is there, or, to_end, all that is left. False when it is more than may be.
static bool read_streams(struct sandbox *s, bool to_end)
{
    int *from[3] = {&s->process.out, &s->process.errors, &s->report};
    struct str *to[3] = {&s->output, &s->messages, &s->reported};
    for (int i = 0; i < 3; i++)
        for (size_t before = (size_t)-1; to[i]->size != before && to[i]->size <= s->options.limits.output;) {
            before = to[i]->size;
            process_read(from[i], to[i]);
            if (!to_end)
                break;
        }
    return s->output.size <= s->options.limits.output && s->messages.size <= s->options.limits.output &&
           s->reported.size <= s->options.limits.output;
}

// The kernel's limit is one of each process; this is for all of them.
static bool has_too_much(struct sandbox *s)
{
    if (clock_now() < s->look)
        return false;
    size_t size = sandbox_memory(s);
    s->look = clock_now() + LOOK;
    return size > s->options.limits.memory;
}

enum sandbox_end sandbox_step(struct sandbox *s)
{
    if (s->end != SANDBOX_RUNS || !s->process.pid)
        return s->end;
    struct text input = s->options.input;
    if (s->written < input.size)
        s->written += process_write(&s->process, input.at + s->written, input.size - s->written);
    if (s->written == input.size)
        close_fd(&s->process.in);
    struct pollfd ended = {.fd = s->ended, .events = POLLIN};
    bool over = poll(&ended, 1, 0) == 1, fits = read_streams(s, over);
    if (!fits)
        reap(s, SANDBOX_OUTPUT);
    else if (over)
        reap(s, SANDBOX_EXITED);
    else if (clock_now() >= s->until)
        reap(s, SANDBOX_CLOCK);
    else if (has_too_much(s))
        reap(s, SANDBOX_MEMORY);
    if (s->end != SANDBOX_RUNS)
        close_streams(s);
    return s->end;
}

void sandbox_wait(struct sandbox *const *all, int n)
{
    enum { STREAMS = 5 };
    struct pollfd fds[SANDBOX_SLOTS * STREAMS];
    double until = INFINITY;
    nfds_t count = 0;
    check(n <= SANDBOX_SLOTS, "%d", n);
    for (int i = 0; i < n; i++) {
        const struct sandbox *s = all[i];
        if (s->end != SANDBOX_RUNS || !s->process.pid)
            continue;
        fds[count++] =
            (struct pollfd){.fd = s->written < s->options.input.size ? s->process.in : -1, .events = POLLOUT};
        fds[count++] = (struct pollfd){.fd = s->process.out, .events = POLLIN};
        fds[count++] = (struct pollfd){.fd = s->process.errors, .events = POLLIN};
        fds[count++] = (struct pollfd){.fd = s->report, .events = POLLIN};
        fds[count++] = (struct pollfd){.fd = s->ended, .events = POLLIN};
        until = fmin(until, fmin(s->until, s->look));
    }
    double left = until - clock_now();
    if (count && left > 0)
        poll(fds, count, (int)fmin(ceil(left * 1000), 1e6));
}

void sandbox_extend(struct sandbox *s, double seconds)
{
    s->until = clock_now() + seconds;
}

void sandbox_stop(struct sandbox *s)
{
    if (s->end == SANDBOX_RUNS && s->process.pid)
        reap(s, SANDBOX_STOPPED);
}

void sandbox_finish(struct sandbox *s)
{
    sandbox_stop(s);
    if (s->opened) // else its descriptors are no numbers of files
        close_streams(s);
    str_finish(&s->output);
    str_finish(&s->messages);
    str_finish(&s->reported);
    *s = (struct sandbox){0};
}

bool sandbox_check(const char *program, char *path, struct err *err)
{
    static const char *const command[] = {"/bin/sh", "-c", "IFS= read -r name; command -v \"$name\"", NULL};
    struct sandbox s = {0};
    struct sandbox_options o = {
        .command = command,
        .input = text_of(program),
        .limits = {.cpu = 5, .clock = 20, .memory = 1 << 30, .files = 1 << 20, .output = 65536, .processes = 8}};
    if (!sandbox_start(&s, &o, err))
        return false;
    while (sandbox_step(&s) == SANDBOX_RUNS)
        sandbox_wait(&(struct sandbox *){&s}, 1);
    struct text found = text_trim((struct text){s.output.data ? s.output.data : "", s.output.size});
    bool ok = s.end == SANDBOX_EXITED && found.size > 0 && found.at[0] == '/' && found.size < SANDBOX_PATH_MAX;
    if (ok)
        *(char *)mempcpy(path, found.at, found.size) = 0;
    else
        fail(err,
             "the program %s is not found in /usr/local/bin, /usr/bin or /bin, the PATH of the sandbox for generated "
             "programs; "
             "install it there",
             program);
    sandbox_finish(&s);
    return ok;
}
