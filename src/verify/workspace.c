#include "verify/workspace.h"

#include <gmp.h>
#include <mpfr.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/guard.h"

static _Thread_local struct workspace *active;

_Noreturn void workspace_give_up(struct workspace *w, const char *reason)
{
    w->reason = reason;
    longjmp(*w->end, 1);
}

static size_t round_up(size_t bytes)
{
    return (bytes + 15) & ~(size_t)15;
}

static void *take(struct workspace *w, size_t bytes)
{
    w->allocations++;
    if (bytes > w->limit || w->used + round_up(bytes) > w->limit || w->allocations == w->fail_at)
        workspace_give_up(w, "too large");
    workspace_step(w, 2 + (long)(bytes >> 7));
    void *p = w->block + w->used;
    guard_open(p, round_up(bytes));
    w->used += round_up(bytes);
    w->peak = w->used > w->peak ? w->used : w->peak;
    return p;
}

void *workspace_alloc(struct workspace *w, size_t bytes)
{
    void *p = take(w, bytes + GUARD_BYTES);
    memset(p, 0, bytes);
    guard_close((char *)p + bytes, round_up(bytes + GUARD_BYTES) - bytes);
    return p;
}

void workspace_step(struct workspace *w, long steps)
{
    w->steps -= steps;
    if (w->steps < 0)
        workspace_give_up(w, "too long a computation");
}

void workspace_enter(struct workspace *w)
{
    if (++w->depth > WORKSPACE_DEPTH)
        workspace_give_up(w, "nested too deeply");
}

void workspace_leave(struct workspace *w)
{
    w->depth--;
}

void workspace_outside(struct workspace *w, bool on)
{
    w->outside = on;
}

// Blocks that were unused before stay as they are until the release: they hold the links of their lists.
void workspace_mark(struct workspace *w, struct workspace_mark *mark)
{
    mark->used = w->used;
    memcpy(mark->unused, w->unused, sizeof mark->unused);
    memset(w->unused, 0, sizeof w->unused);
}

void workspace_release(struct workspace *w, const struct workspace_mark *mark)
{
    guard_close(w->block + mark->used, w->used - mark->used);
    w->used = mark->used;
    memcpy(w->unused, mark->unused, sizeof w->unused);
}

bool workspace_attempt(struct workspace *w, long steps, void (*f)(struct workspace *w, void *argument), void *argument)
{
    struct workspace_mark mark;
    jmp_buf here, *const end = w->end;
    const size_t limit = w->limit;
    const int depth = w->depth;
    const long kept = w->steps > steps ? w->steps - steps : 0;
    volatile bool done = false;
    workspace_mark(w, &mark);
    w->steps -= kept;
    w->limit = w->used + (limit - w->used) / 2;
    w->end = &here;
    if (setjmp(here) == 0) {
        f(w, argument);
        done = true;
    }
    if (!done)
        workspace_release(w, &mark);
    for (int i = 0; done && i < WORKSPACE_LISTS; i++)
        w->unused[i] = w->unused[i] ? w->unused[i] : mark.unused[i];
    w->steps = kept + (w->steps > 0 ? w->steps : 0);
    w->limit = limit;
    w->depth = depth;
    w->end = end;
    w->reason = NULL;
    return done;
}

// GMP 6.2 on an EPYC core of 2.5 GHz: a product of n limbs each takes 0.65 n^2 ns up to 32 limbs and grows with n^1.6
// from there; a greatest common divisor 200 n + 2 n^2 ns. A step is 5 ns.
static long product_steps(size_t a, size_t b)
{
    size_t small = a < b ? a : b, large = a < b ? b : a;
    double cost = (double)large * (double)small;
    for (size_t n = small; n > 32; n /= 2)
        cost *= 0.76; // 2^(1.6 - 2)
    return 4 + (long)(cost / 8);
}

void workspace_step_multiply(struct workspace *w, size_t a, size_t b)
{
    workspace_step(w, product_steps(a, b));
}

void workspace_step_divide(struct workspace *w, size_t a, size_t b)
{
    size_t n = a < b ? a : b;
    workspace_step(w, 4 + 40 * (long)n + (long)(n * n / 5) * 2 + (long)(a * b / 8));
}

// GMP's memory functions. They are the program's, so they must also serve GMP and MPFR outside of a workspace.
static bool inside(const void *p)
{
    return active && (const char *)p >= active->block && (const char *)p < active->block + WORKSPACE_BYTES;
}

enum { SMALL = 64 }; // lists of blocks of 16, 32, ... 1024 bytes; then one for each power of two

static size_t gmp_size(size_t bytes)
{
    size_t size = round_up(bytes ? bytes : 1);
    if (size <= 16 * SMALL)
        return size;
    for (size = 32 * SMALL; size < bytes;)
        size *= 2;
    return size;
}

static int gmp_list(size_t size)
{
    return size <= 16 * SMALL ? (int)(size / 16) - 1 : SMALL - 11 + __builtin_ctzll(size);
}

static void *gmp_take_inside(struct workspace *w, size_t bytes)
{
    if (bytes > WORKSPACE_BYTES)
        workspace_give_up(w, "too large");
    size_t size = gmp_size(bytes);
    void **list = &w->unused[gmp_list(size)];
    void *p = *list;
    if (!p)
        return take(w, size);
    memcpy(list, p, sizeof *list);
    return p;
}

static void *gmp_take(size_t bytes)
{
    if (active && !active->outside)
        return gmp_take_inside(active, bytes);
    void *p = block_alloc(bytes);
    check_memory(p, "%zu bytes", bytes);
    return p;
}

static void gmp_release(void *p, size_t bytes)
{
    if (!inside(p)) {
        block_free(p);
        return;
    }
    size_t size = gmp_size(bytes);
    if ((char *)p + size == active->block + active->used) {
        active->used -= size;
        return;
    }
    void **list = &active->unused[gmp_list(size)];
    memcpy(p, list, sizeof *list);
    *list = p;
}

static void *gmp_resize(void *p, size_t old, size_t bytes)
{
    if (!inside(p))
        return block_resize(p, old, bytes);
    if (gmp_size(bytes) == gmp_size(old))
        return p;
    void *q = gmp_take_inside(active, bytes);
    memcpy(q, p, old < bytes ? old : bytes);
    gmp_release(p, old);
    return q;
}

static void install(void)
{
    mp_set_memory_functions(gmp_take, gmp_resize, gmp_release);
}

bool workspace_run(struct workspace *w, void (*f)(struct workspace *w, void *argument), void *argument)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    jmp_buf end;
    pthread_once(&once, install);
    check(!active, "a workspace inside another");
    if (!w->block) {
        w->block = block_alloc(WORKSPACE_BYTES);
        check_memory(w->block, "%d bytes", WORKSPACE_BYTES);
    }
    guard_close(w->block, w->used);
    w->used = w->allocations = 0;
    memset(w->unused, 0, sizeof w->unused);
    w->limit = WORKSPACE_BYTES;
    w->steps = WORKSPACE_STEPS;
    w->depth = 0;
    w->reason = NULL;
    w->outside = false;
    w->end = &end;
    active = w;
    if (setjmp(end) == 0)
        f(w, argument);
    active = NULL;
    return !w->reason;
}

void workspace_finish(struct workspace *w)
{
    guard_open(w->block, w->block ? WORKSPACE_BYTES : 0);
    block_free(w->block);
    *w = (struct workspace){0};
    mpfr_free_cache();
}
