#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(int pipes[3][2])
{
    for (int i = 0; i < 6; i++)
        close_fd(&pipes[i / 2][i % 2]);
}

static int spawn(struct process *p, const struct process_options *o, int pipes[3][2])
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, pipes[i][i > 0], i);
    if (o->pass)
        posix_spawn_file_actions_adddup2(&actions, o->pass, o->pass); // the same number: clears close-on-exec
    int code = posix_spawnp(&p->pid, o->command[0], &actions, &attributes, (char *const *)(uintptr_t)o->command,
                            o->environment ? (char *const *)(uintptr_t)o->environment : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return code;
}

bool process_start(struct process *p, const struct process_options *o, struct err *err)
{
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    *p = (struct process){0, -1, -1, -1};
    for (int i = 0; i < 3; i++)
        if (pipe2(pipes[i], O_CLOEXEC) != 0) {
            fail_errno(err, "cannot make a pipe to %s", o->command[0]);
            close_all(pipes);
            return false;
        }
    errno = spawn(p, o, pipes);
    if (errno) {
        p->pid = 0;
        fail_errno(err, "cannot start %s", o->command[0]);
        close_all(pipes);
        return false;
    }
    int *ours[3] = {&p->in, &p->out, &p->errors};
    for (int i = 0; i < 3; i++) {
        int mine = i > 0 ? 0 : 1;
        *ours[i] = pipes[i][mine];
        pipes[i][mine] = -1;
        fcntl(*ours[i], F_SETFL, O_NONBLOCK);
    }
    close_all(pipes);
    return true;
}

int process_end(struct process *p, double grace)
{
    int status = 0;
    if (!p->pid)
        return 0;
    close_fd(&p->in);
    pid_t ended = 0;
    for (double until = clock_now() + grace; ended == 0; usleep(1000)) {
        siginfo_t info = {0};
        waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT); // its number stays taken until the kill below
        ended = info.si_pid;
        if (ended || clock_now() >= until)
            break;
    }
    kill(-p->pid, SIGKILL);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close_fd(&p->out);
    close_fd(&p->errors);
    p->pid = 0;
    return status;
}

void process_status(int status, struct str *out)
{
    if (WIFSIGNALED(status))
        str_printf(out, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        str_printf(out, "exit code %d", WEXITSTATUS(status));
}

size_t process_write(struct process *p, const char *data, size_t size)
{
    sigset_t pipe_signal, before;
    if (p->in < 0)
        return 0;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    ssize_t n = write(p->in, data, size);
    if (n < 0 && errno == EPIPE) {
        sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
        close_fd(&p->in);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n < 0 ? 0 : (size_t)n;
}

bool process_read(int *stream, struct str *to)
{
    char part[65536];
    if (*stream < 0)
        return false;
    ssize_t n = read(*stream, part, sizeof part);
    if (n > 0)
        str_append(to, part, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        close_fd(stream);
    return *stream >= 0;
}

void process_wait(const struct process *p, bool writing, double seconds)
{
    struct pollfd fds[3] = {{.fd = writing ? p->in : -1, .events = POLLOUT},
                            {.fd = p->out, .events = POLLIN},
                            {.fd = p->errors, .events = POLLIN}};
    poll(fds, 3, seconds <= 0 ? 0 : (int)fmin(ceil(seconds * 1000), 1e6));
}
