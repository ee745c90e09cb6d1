// Runs of the program that go on beside the test: to be waited for, sent signals, killed. Linked into the runner.
#pragma once
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/str.h"

struct child {
    pid_t pid;
    char said[1024]; // file of what it writes
};

// Starts `vkr1 STAGE` (train or sft) with the quickstart's config of that stage, a run directory and further arguments,
// a NULL after the last. file_limit: bytes that a file may have, 0 for no limit.
struct child child_start(const char *stage, const char *device, const char *dir, rlim_t file_limit, ...);
// Exit code, or 128 + signal; `said` (may be NULL) gets what it wrote.
int child_finish(const struct child *c, struct str *said);
// Wait until a path is there, or until the child has written a text; false when it ended before, or after two minutes.
bool child_wait_file(const struct child *c, const char *path);
bool child_wait_said(const struct child *c, const char *text);
const char *run_file(const char *dir, const char *name); // DIR/NAME; static buffers, 4 deep
