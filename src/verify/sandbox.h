// Runs a program that is not trusted: generated code. Linux namespaces, a seccomp filter and resource limits, without
// any helper program.
//
// The program sees an empty read-only root with /usr (and what of /bin, /lib, /etc/alternatives and /etc/ld.so.cache is
// needed to start programs of /usr), /dev with null, zero, full, random and urandom, the files that it is given in
// /code, and a /tmp of its own of limited size. There is no /proc, no network, no other process, no environment of
// ours. It runs as process 1 of its own process namespace and so everything that it starts ends with it; it and all of
// that is killed when a limit is passed, and when vkr1 ends in whatever way. It has no capabilities and cannot gain
// any: where vkr1 runs as root it runs under a user id that nobody else has, otherwise in a user namespace under the
// caller's own.
//
// Sources: namespaces(7), user_namespaces(7), pid_namespaces(7), mount_setattr(2), seccomp(2), and bubblewrap for the
// order of things.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/process.h"
#include "base/str.h"
#include "base/text.h"

struct sandbox_limits {
    double cpu;    // seconds of processor time of each process, rounded up to whole ones
    double clock;  // seconds by the clock; extended by sandbox_extend
    size_t memory; // bytes of address space of each process, and of what all of them hold together
    size_t files;  // bytes of /tmp, and of a file
    size_t output; // bytes that the program may print
    int processes; // and threads, at one time
};

struct sandbox_file { // a file below /code, read-only
    const char *name;
    struct text content;
};

struct sandbox_options {          // read when the program starts; only the input is borrowed until it has ended
    const char *const *command;   // absolute path of the program and its arguments; NULL after the last
    struct sandbox_file files[2]; // those without a name are left out
    struct text input;            // its standard input
    bool reports;                 // whether it gets a pipe as file 3, to report through
    int slot;                     // 0 to SANDBOX_SLOTS - 1: among programs that run at the same time, each has its own
    struct sandbox_limits limits;
};
enum { SANDBOX_SLOTS = 64 };

enum sandbox_end {
    SANDBOX_RUNS,
    SANDBOX_EXITED,  // with status `status` as waitpid gives it, signals included
    SANDBOX_CPU,     // passed limits.cpu
    SANDBOX_CLOCK,   // passed limits.clock
    SANDBOX_OUTPUT,  // passed limits.output
    SANDBOX_MEMORY,  // passed limits.memory, all its processes together
    SANDBOX_STOPPED, // by sandbox_stop
};

struct sandbox {
    struct sandbox_options options;
    struct process process;
    bool opened;       // sandbox_start succeeded, and sandbox_finish was not called since
    int report, ended; // descriptors: the pipe to read reports from, one that is readable when the program has ended
    struct str output, messages, reported; // what it wrote to its standard output, standard error and file 3
    size_t written;                        // bytes of the input
    double until;                          // the clock at which it is stopped
    double look;                           // the clock at which its memory is summed next
    enum sandbox_end end;
    int status;
    double cpu; // seconds used, once it has ended
};

enum { SANDBOX_PATH_MAX = 512 };
// Whether programs can be run in a sandbox here and `program` ("python3") is found there; writes its path to `path`
// (SANDBOX_PATH_MAX bytes). When not, says what was found and what to do.
bool sandbox_check(const char *program, char *path, struct err *err);

// Starts a program; s was zeroed or finished before. An error is one of this machine, not of the program's.
bool sandbox_start(struct sandbox *s, const struct sandbox_options *options, struct err *err);
// Moves what can be moved without waiting. Returns s->end: anything but SANDBOX_RUNS means that no process of it is
// left.
enum sandbox_end sandbox_step(struct sandbox *s);
// Waits until sandbox_step has something to do for one of them (those that do not run are passed over).
void sandbox_wait(struct sandbox *const *all, int n);
void sandbox_extend(struct sandbox *s, double seconds); // of the clock, from now on
void sandbox_stop(struct sandbox *s); // kills all of it and waits for that (milliseconds); nothing when it does not run
void sandbox_finish(struct sandbox *s); // stops it and frees what it printed; accepts a zeroed one

// ---- Inside: what sandbox.c, sandbox_child.c and sandbox_memory.c share. ----

size_t sandbox_memory(const struct sandbox *s); // bytes that its processes hold together, now

struct sock_fprog;
// The system calls that are denied, compiled once; NULL when libseccomp cannot.
const struct sock_fprog *sandbox_filter(void);

struct sandbox_child { // what the new process needs, and what it says when it fails; in memory that both see
    const struct sandbox_options *options;
    const struct sock_fprog *filter;
    bool user_namespace; // else the caller is root
    unsigned uid, gid;   // of the program outside of the sandbox
    int fds[4];          // what become its descriptors 0 to 3; -1: none
    int writer;          // vkr1's end of its standard input, which the child closes
    const char *step;    // what failed
    int code;            // its errno; 0 when all went well
};
int sandbox_child(void *child); // the new process; ends in execve
