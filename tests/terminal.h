// A pseudo-terminal, for tests of what people see.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct terminal {
    int ours, theirs; // both ends
    char path[64];    // of theirs
    int stderr_was;
};

bool terminal_open(struct terminal *t); // false, with the test skipped, where the system has none
// What was written since the last call, until it ends with `end`. A terminal turns \n into \r\n.
void terminal_read(struct terminal *t, const char *end, char *got, size_t room);
void terminal_close(struct terminal *t);
