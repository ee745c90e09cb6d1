// vkr1 COMMAND ...: the table of commands, nothing else.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"

#define ROW(name, summary) {#name, summary, cli_##name},
static const struct command commands[] = {COMMANDS(ROW){0}};

static int help(FILE *to)
{
    fprintf(to, "vkr1 " VKR1_VERSION ": trains language models by reinforcement learning on any Vulkan GPU\n\n"
                "usage: vkr1 COMMAND [options]; vkr1 COMMAND --help tells more\n\n");
    for (const struct command *c = commands; c->name; c++)
        fprintf(to, "  %-10s %s\n", c->name, c->summary);
    return to == stdout ? 0 : 2;
}

// OpenMP's library reads its settings before main begins. Unless the user has said how threads wait, the program starts
// once more with threads that give their processor away while they wait: on a machine with other work, waiting in loops
// makes small ops five times slower, and the others too.
static void prepare_threads(char **argv)
{
    if (!getenv("OMP_WAIT_POLICY") && !getenv("GOMP_SPINCOUNT") && setenv("OMP_WAIT_POLICY", "passive", 1) == 0)
        execv("/proc/self/exe", argv); // goes on here when it fails
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return help(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return help(stdout);
    if (strcmp(argv[1], "--version") == 0)
        return printf("vkr1 " VKR1_VERSION "\n"), 0;
    const char *nearest = NULL;
    int best = 3;
    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(argv[1], c->name) == 0)
            return c->run(argc - 1, argv + 1);
        int d = str_distance(argv[1], c->name);
        if (d < best) {
            best = d;
            nearest = c->name;
        }
    }
    terminal_print(stderr, "vkr1: unknown command \"%s\"%s%s; see vkr1 --help\n", argv[1],
                   nearest ? ", did you mean " : "", nearest ? nearest : "");
    return 2;
}

// What was printed must have arrived: a full disk is a failure.
static int finish(const char *name, int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    terminal_print(stderr, "vkr1%s%s: cannot write to standard output%s%s\n", name ? " " : "", name ? name : "",
                   errno ? ": " : "", errno ? strerror(errno) : "");
    return code ? code : 1;
}

// A standard stream that was closed (2>&-) would be the number of the next file that is opened, and messages would be
// written into a checkpoint. Something takes the number that can be neither read from nor written to, so that its use
// fails as before.
static void hold_streams(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(1); // there is no place to say why
}

int main(int argc, char **argv)
{
    hold_streams();
    signal(SIGXFSZ, SIG_IGN); // a limit on the size of files (ulimit -f) is an error of the write
    prepare_threads(argv);
    return finish(argv[1], run(argc, argv));
}
