// Messages for people, on stderr, a line each. stdout is for results.
#pragma once
#include <stdbool.h>

// "vkr1: ..." — an automatic choice with its reason, or progress of something slow.
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
// Whether the terminal's line is not ended (a progress bar): then the next message takes its place.
void log_wipe_line(bool wipe);

// "vkr1: warning: ..." — the run goes on, but the user should know.
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
