// Ctrl-C, SIGTERM and, without nohup, the end of the terminal: the first is answered at once by a line on stderr and
// kept for whoever asks; a second ends the program, but for the end of the terminal, which may come twice. From the
// first on a broken pipe ends nothing.
#pragma once
#include <stdbool.h>

void interrupt_catch(void);   // from now on; forgets what came before
bool interrupt_arrived(void); // since interrupt_catch
// What the first one is answered by from now on: how the work in hand ends. `wipe`: a bar stands on the terminal's
// line.
void interrupt_answer(bool wipe, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
