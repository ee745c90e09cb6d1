// The new process of a sandbox, from its creation to execve. It shares vkr1's memory (one thread of which waits for
// it), as posix_spawn's does: a copy of a large process would cost too much. So it must not allocate, take a lock or
// call what tells vkr1's other threads about its ids: system calls only, and those of its ids raw.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "verify/sandbox.h"

// The new root is built on top of /proc: a mount nearly everywhere, also in a chroot whose own root is none, and so a
// place where what is mounted can be kept from spreading to other namespaces.
#define ROOT "/proc"

enum { RDONLY = 1, NOSUID = 2, NODEV = 4, NOEXEC = 8, RECURSIVE = 0x8000 }; // linux/mount.h, AT_RECURSIVE
enum { INODES = 16384, STACK = 16 << 20, DESCRIPTORS = 64, INSIDE_ID = 1000 };
struct attributes { // struct mount_attr, which older C libraries lack
    uint64_t set, clear, propagation, user_namespace;
};

static bool fails(struct sandbox_child *c, const char *step)
{
    c->code = errno;
    c->step = step;
    return false;
}

static bool restrict_mount(const char *path, uint64_t set, unsigned flags)
{
    struct attributes a = {.set = set};
    return syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &a, sizeof a) == 0;
}

static bool write_file(const char *path, int flags, const char *text, size_t size)
{
    int fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0444);
    bool ok = fd >= 0;
    for (ssize_t n; ok && size; text += n, size -= (size_t)n) {
        n = write(fd, text, size);
        ok = n > 0;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

// Ids inside of the user namespace: one user and one group, which outside are the caller's.
static bool map_ids(struct sandbox_child *c)
{
    char user[64], group[64];
    snprintf(user, sizeof user, "%d %u 1", INSIDE_ID, c->uid);
    snprintf(group, sizeof group, "%d %u 1", INSIDE_ID, c->gid);
    return (write_file("/proc/self/setgroups", 0, "deny", 4) &&
            write_file("/proc/self/uid_map", 0, user, strlen(user)) &&
            write_file("/proc/self/gid_map", 0, group, strlen(group))) ||
           fails(c, "setting the ids of a user namespace");
}

static bool bind(const char *from, const char *to, uint64_t attributes)
{
    return mount(from, to, NULL, MS_BIND | MS_REC, NULL) == 0 && restrict_mount(to, attributes, RECURSIVE);
}

// Directories of the system; each is what it is outside: a directory, a link to one below /usr, or not there.
static bool make_system(struct sandbox_child *c)
{
    static const char *const names[] = {"/usr",   "/bin",   "/sbin",   "/lib",
                                        "/lib32", "/lib64", "/libx32", "/etc/alternatives"};
    if (mkdir(ROOT "/etc", 0755) != 0)
        return fails(c, "making a directory");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char target[256], to[256];
        struct stat st;
        snprintf(to, sizeof to, ROOT "%s", names[i]);
        ssize_t n = readlink(names[i], target, sizeof target - 1);
        if (n > 0) {
            target[n] = 0;
            if (symlink(target, to) != 0)
                return fails(c, "making a link");
        } else if (stat(names[i], &st) == 0 && (mkdir(to, 0755) != 0 || !bind(names[i], to, RDONLY | NOSUID | NODEV))) {
            return fails(c, "mounting the system's directories (mount_setattr needs Linux 5.12)");
        }
    }
    if (access("/etc/ld.so.cache", R_OK) == 0 &&
        (!write_file(ROOT "/etc/ld.so.cache", O_CREAT, "", 0) ||
         !bind("/etc/ld.so.cache", ROOT "/etc/ld.so.cache", RDONLY | NOSUID | NODEV)))
        return fails(c, "mounting /etc/ld.so.cache");
    return true;
}

static bool make_devices(struct sandbox_child *c)
{
    static const char *const names[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    if (mkdir(ROOT "/dev", 0755) != 0 || symlink("/tmp", ROOT "/dev/shm") != 0)
        return fails(c, "making /dev");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char to[64];
        snprintf(to, sizeof to, ROOT "%s", names[i]);
        if (!write_file(to, O_CREAT, "", 0) || !bind(names[i], to, RDONLY | NOSUID | NOEXEC))
            return fails(c, "mounting the devices");
    }
    return true;
}

static bool make_files(struct sandbox_child *c)
{
    const struct sandbox_options *o = c->options;
    char text[96];
    if (mkdir(ROOT "/code", 0755) != 0 || mkdir(ROOT "/tmp", 0755) != 0)
        return fails(c, "making a directory");
    for (int i = 0; i < 2; i++) {
        if (!o->files[i].name)
            continue;
        snprintf(text, sizeof text, ROOT "/code/%s", o->files[i].name);
        if (!write_file(text, O_CREAT | O_EXCL, o->files[i].content.at, o->files[i].content.size))
            return fails(c, "writing the program");
    }
    snprintf(text, sizeof text, "mode=1777,size=%zu,nr_inodes=%d", o->limits.files, INODES);
    return mount("tmpfs", ROOT "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, text) == 0 || fails(c, "mounting /tmp");
}

static bool enter_root(struct sandbox_child *c)
{
    if (!restrict_mount(ROOT, RDONLY | NOSUID | NODEV, 0) || chdir(ROOT) != 0)
        return fails(c, "making the new root read-only");
    if (syscall(SYS_pivot_root, ".", ".") == 0)
        return (umount2(".", MNT_DETACH) == 0 && chdir("/tmp") == 0) || fails(c, "leaving the old root");
    // In a chroot whose root is no mount there is nothing to exchange. A root that was only changed cannot be left
    // without CAP_SYS_CHROOT or an open directory outside, and the program has neither.
    return (errno == EINVAL && chroot(".") == 0 && chdir("/tmp") == 0) || fails(c, "changing the root");
}

static bool make_root(struct sandbox_child *c)
{
    const struct sandbox_options *o = c->options;
    char size[64];
    snprintf(size, sizeof size, "mode=0755,size=%zu", o->files[0].content.size + o->files[1].content.size + (1u << 20));
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 && mount(NULL, ROOT, NULL, MS_PRIVATE, NULL) != 0)
        return fails(c, "making the mounts private (is /proc mounted?)");
    if (mount("tmpfs", ROOT, "tmpfs", MS_NOSUID | MS_NODEV, size) != 0)
        return fails(c, "mounting a tmpfs");
    return make_system(c) && make_devices(c) && make_files(c) && enter_root(c);
}

static bool limit(int which, rlim_t soft, rlim_t hard)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)which, &now) != 0)
        return false;
    hard = hard < now.rlim_max ? hard : now.rlim_max;
    return setrlimit((__rlimit_resource_t)which, &(struct rlimit){soft < hard ? soft : hard, hard}) == 0;
}

static bool set_limits(struct sandbox_child *c)
{
    const struct sandbox_limits *l = &c->options->limits;
    rlim_t seconds = (rlim_t)l->cpu + ((double)(rlim_t)l->cpu < l->cpu);
    return (limit(RLIMIT_CPU, seconds, seconds) && // the signal of a softer one would not reach process 1
            limit(RLIMIT_AS, l->memory, l->memory) && limit(RLIMIT_FSIZE, l->files, l->files) &&
            limit(RLIMIT_NPROC, (rlim_t)l->processes, (rlim_t)l->processes) &&
            limit(RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS) && limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_MEMLOCK, 0, 0) &&
            limit(RLIMIT_MSGQUEUE, 0, 0) && limit(RLIMIT_STACK, STACK, STACK)) ||
           fails(c, "setting limits");
}

// The user id is one that nobody has, so that RLIMIT_NPROC, which counts per user, counts this sandbox alone; in a
// container that has no such ids, nobody's. Capabilities go with the id 0.
static bool become_nobody(struct sandbox_child *c)
{
    if (c->user_namespace)
        return true;
    if (syscall(SYS_setgroups, 0, NULL) != 0)
        return fails(c, "dropping groups");
    for (int i = 0; i < 2; i++) {
        unsigned id = i ? 65534 : c->uid;
        if (syscall(SYS_setresgid, id, id, id) == 0 && syscall(SYS_setresuid, id, id, id) == 0)
            return true;
    }
    return fails(c, "changing to a user without privileges");
}

// Before the limit of descriptors: until here those of vkr1, which may be more, are this process's too.
static bool set_streams(struct sandbox_child *c)
{
    int high[4];
    for (int i = 0; i < 4; i++)
        high[i] = c->fds[i] < 0 ? -1 : fcntl(c->fds[i], F_DUPFD, 16);
    close(c->writer);
    for (int i = 0; i < 4; i++)
        if (high[i] >= 0 ? dup2(high[i], i) < 0 : c->fds[i] >= 0)
            return fails(c, "setting its streams");
    return syscall(SYS_close_range, c->fds[3] < 0 ? 3 : 4, ~0u, 0) == 0 ||
           fails(c, "closing descriptors (needs Linux 5.9)");
}

// Dies with vkr1: by a signal, or now where vkr1 has gone already and its end of our standard input with it.
static bool tie_to_parent(struct sandbox_child *c)
{
    struct pollfd in = {.fd = 0};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return fails(c, "asking for a signal at vkr1's end");
    if (poll(&in, 1, 0) == 1 && in.revents & POLLHUP)
        _exit(1);
    return true;
}

static void reset_signals(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int i = 1; i < NSIG; i++)
        sigaction(i, &standard, NULL); // fails for some, as it may
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool filter_calls(struct sandbox_child *c)
{
    return (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, c->filter) == 0) ||
           fails(c, "installing the filter of system calls");
}

int sandbox_child(void *child)
{
    static const char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                              "HOME=/tmp",
                                              "TMPDIR=/tmp",
                                              "LANG=C.UTF-8",
                                              "PYTHONHASHSEED=0",
                                              "OMP_NUM_THREADS=1",
                                              "OPENBLAS_NUM_THREADS=1",
                                              NULL};
    struct sandbox_child *c = child;
    umask(0);
    setsid();
    // When memory runs out, a program here goes before vkr1 does. Where the kernel has no such file, it does not
    // matter.
    write_file("/proc/self/oom_score_adj", 0, "1000", 4);
    bool ok = (!c->user_namespace || map_ids(c)) && make_root(c) && set_streams(c) && set_limits(c) && become_nobody(c);
    ok = ok && tie_to_parent(c);
    if (ok)
        reset_signals();
    if (ok && filter_calls(c)) {
        const char *const *command = c->options->command;
        execve(command[0], (char *const *)(uintptr_t)command, (char *const *)(uintptr_t)environment);
        fails(c, "starting the program");
    }
    _exit(127);
}
