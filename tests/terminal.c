#include "terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

bool terminal_open(struct terminal *t)
{
    t->ours = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    t->theirs = -1;
    if (t->ours >= 0 && grantpt(t->ours) == 0 && unlockpt(t->ours) == 0 &&
        ptsname_r(t->ours, t->path, sizeof t->path) == 0)
        t->theirs = open(t->path, O_RDWR | O_NOCTTY);
    if (t->theirs < 0)
        test_skip("there is no pseudo-terminal");
    return t->theirs >= 0;
}

// The kernel delivers what was written a little later, in pieces.
void terminal_read(struct terminal *t, const char *end, char *got, size_t room)
{
    size_t n = 0, tail = strlen(end);
    struct pollfd p = {.fd = t->ours, .events = POLLIN};
    while ((n < tail || memcmp(got + n - tail, end, tail) != 0) && n + 1 < room && poll(&p, 1, 5000) == 1) {
        ssize_t more = read(t->ours, got + n, room - 1 - n);
        if (more <= 0)
            break;
        n += (size_t)more;
    }
    got[n] = 0;
}

void terminal_close(struct terminal *t)
{
    close(t->theirs);
    close(t->ours);
}
