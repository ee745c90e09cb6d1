// Running the program itself, for tests of its contracts: output, messages, exit code.
#pragma once
#include "base/str.h"

// Runs the `vkr1` that stands beside the test program: a shell command line after its name, standard input from
// `input`. What it writes replaces the content of out and messages (stderr). Returns the exit code, -1 when it was
// killed.
int program_run_vkr1(const char *args, const char *input, struct str *out, struct str *messages);
