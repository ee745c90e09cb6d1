#include "base/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The handler may run at any time, in any thread, and does nothing but look at these and write.
static atomic_bool arrived;
static char answers[2][256]; // one is shown, the other written; both end with 0 whenever the handler looks
static atomic_int shown;

static void say(const char *text)
{
    size_t n = strlen(text);
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, text, n);
        if (written <= 0)
            return;
        text += written;
        n -= (size_t)written;
    }
}

static void on_signal(int number)
{
    int before = errno;
    if (atomic_exchange(&arrived, true)) {
        if (number == SIGHUP) // a shell passes it on to its jobs, which then have two
            return;
        say("\nstopped without saving\n");
        _exit(128 + number);
    }
    signal(SIGPIPE, SIG_IGN); // Ctrl-C ends the tee that stderr goes to as well: the run saves nevertheless
    say(answers[atomic_load(&shown)]);
    errno = before;
}

bool interrupt_arrived(void)
{
    return atomic_load(&arrived);
}

void interrupt_catch(void)
{
    struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    atomic_store(&arrived, false);
    sigemptyset(&a.sa_mask);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
    struct sigaction hangup;
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN) // nohup has it ignored, so that the run outlives its terminal
        sigaction(SIGHUP, &a, NULL);
}

void interrupt_answer(bool wipe, const char *fmt, ...)
{
    int next = !atomic_load(&shown);
    char text[sizeof answers[0] - 16];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    snprintf(answers[next], sizeof answers[next], "%s%s\n", wipe ? "\r\033[K" : "", text);
    atomic_store(&shown, next);
}
