#include "verify/workspace.h"

#include <gmp.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"

static _Thread_local struct workspace *active;

_Noreturn void workspace_give_up(struct workspace *w, const char *reason)
{
    w->reason = reason;
    longjmp(*w->end, 1);
}

static void *take(struct workspace *w, size_t bytes)
{
    w->allocations++;
    if (bytes > WORKSPACE_BYTES || w->used + bytes + 15 > WORKSPACE_BYTES || w->allocations == w->fail_at)
        workspace_give_up(w, "too large");
    void *p = w->block + w->used;
    w->used += (bytes + 15) & ~(size_t)15;
    w->peak = w->used > w->peak ? w->used : w->peak;
    return p;
}

void *workspace_alloc(struct workspace *w, size_t bytes)
{
    void *p = take(w, bytes);
    memset(p, 0, bytes);
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

// GMP's memory functions. They are the program's, so they must also serve GMP and MPFR outside of a workspace.
static bool inside(const void *p)
{
    return active && (const char *)p >= active->block && (const char *)p < active->block + WORKSPACE_BYTES;
}

static void *gmp_take(size_t bytes)
{
    if (active && !active->outside)
        return take(active, bytes);
    void *p = block_alloc(bytes);
    check(p, "out of memory");
    return p;
}

static void *gmp_resize(void *p, size_t old, size_t bytes)
{
    if (!inside(p) && (!active || active->outside))
        return block_resize(p, old, bytes);
    if (bytes <= ((old + 15) & ~(size_t)15))
        return p;
    void *q = gmp_take(bytes);
    memcpy(q, p, old);
    return q;
}

static void gmp_release(void *p, size_t bytes)
{
    if (!inside(p))
        block_free(p);
    else if ((char *)p + ((bytes + 15) & ~(size_t)15) == active->block + active->used)
        active->used = (size_t)((char *)p - active->block);
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
        check(w->block, "out of memory");
    }
    w->used = w->allocations = 0;
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
    block_free(w->block);
    *w = (struct workspace){0};
}
