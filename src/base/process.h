// Another program, with pipes to its standard streams.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct process {
    pid_t pid;  // 0: none runs
    int in;     // where its stdin is written to, -1 when closed; none of the three ever blocks
    int out;    // where its stdout is read from, -1 at its end
    int errors; // where its stderr is read from, -1 at its end
};

struct process_options {
    const char *const *command;     // the program, looked for in PATH, and its arguments; NULL after the last
    const char *const *environment; // NULL: ours
    int pass;                       // an open file that the program gets under the same number; 0: none
};

// Starts the program in a process group of its own. A program that cannot be executed is an error here.
bool process_start(struct process *p, const struct process_options *o, struct err *err);
// Closes its stdin and gives it `grace` seconds to end by itself; then kills its whole group. Waits for the end and
// returns the status as waitpid gives it. Accepts a process that does not run (returns 0).
int process_end(struct process *p, double grace);
// "exit code 1", "signal 9 (Killed)", for messages.
void process_status(int status, struct str *out);

// Writes what can be written now; returns how much, and closes `in` when nobody reads any more.
size_t process_write(struct process *p, const char *data, size_t size);
// Reads what is there now from p->out or p->errors and appends it; at the end of the stream it is closed and *stream
// becomes -1. False then.
bool process_read(int *stream, struct str *to);
// Waits until one of the streams can go on (in only where there is something to write), or `seconds` have passed.
void process_wait(const struct process *p, bool writing, double seconds);
