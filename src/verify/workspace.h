// The memory and time of one comparison of answers: a fixed block and a number of steps. Whoever works in it need not
// look for failures: when either is spent, everything ends at once and workspace_run returns false.
//
// GMP's numbers live in the block too, so they need not be cleared; no mpz_t or mpq_t outlives workspace_run. (MPFR
// keeps caches of its own between calls, so its temporaries come from malloc: see workspace_outside.)
#pragma once
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    WORKSPACE_BYTES = (4 << 20) - (128 << 10), // MPFR takes a little more from malloc: together under 4 MiB
    WORKSPACE_STEPS = 600000,                  // of a few nanoseconds each: together under 5 ms
    WORKSPACE_DEPTH = 200,                     // of recursion, in all that walks text or trees
    WORKSPACE_LISTS = 80,
};

// What was in use at one moment.
struct workspace_mark {
    size_t used;
    void *unused[WORKSPACE_LISTS];
};

struct workspace {
    char *block; // WORKSPACE_BYTES, mapped at the first run
    size_t used, peak, limit;
    void *unused[WORKSPACE_LISTS]; // blocks that GMP gave back, by size
    long steps;                    // left
    int depth;
    bool outside;
    const char *reason; // why the last run ended early: "too large", "too long a computation", "nested too deeply"
    size_t fail_at;     // for tests: the allocation of this number (from 1) fails; 0: none
    size_t allocations;
    jmp_buf *end;
};

// Runs f(w, argument) in an empty workspace. False when it ran out of memory, steps or depth, or gave up. Not nested.
// A workspace serves one thread at a time; any number of them may run in different threads.
bool workspace_run(struct workspace *w, void (*f)(struct workspace *w, void *argument), void *argument);
// Frees the block, and MPFR's caches of the calling thread. Accepts a zeroed struct, which is also how one begins.
void workspace_finish(struct workspace *w);

// For code inside workspace_run.
void *workspace_alloc(struct workspace *w, size_t bytes); // zeroed, aligned to 16 bytes, lives until the run ends
#define workspace_array(w, type, count) ((type *)workspace_alloc((w), sizeof(type) * (size_t)(count)))
void workspace_step(struct workspace *w, long steps); // to be called by every loop and before every large operation
void workspace_enter(struct workspace *w);            // one level of recursion deeper
void workspace_leave(struct workspace *w);
_Noreturn void workspace_give_up(struct workspace *w, const char *reason);
// While on, GMP and MPFR take memory from malloc. For MPFR calls of fixed precision; no step, alloc or give_up
// meanwhile, and no number of the workspace may grow.
void workspace_outside(struct workspace *w, bool on);

// Forgets everything that was allocated since the mark. Numbers that are older must not have changed since.
void workspace_mark(struct workspace *w, struct workspace_mark *mark);
void workspace_release(struct workspace *w, const struct workspace_mark *mark);
// Runs f with at most `steps` of the steps and half of the memory that are left. When that is not enough, or f gives
// up, everything it allocated is released and false returned; the run goes on. Numbers older than the call must not
// change.
bool workspace_attempt(struct workspace *w, long steps, void (*f)(struct workspace *w, void *argument), void *argument);

// Steps for operations on numbers of a and b limbs of 64 bits, to be called before them.
void workspace_step_multiply(struct workspace *w, size_t a, size_t b);
void workspace_step_divide(struct workspace *w, size_t a,
                           size_t b); // also greatest common divisors, roots, conversions
