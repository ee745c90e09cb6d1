// The commands. Each returns the exit code: 0 success, 1 failure (printed by the command through cli_failed),
// 2 wrong command line.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct command {
    const char *name;
    const char *summary;               // a line for `vkr1 --help`
    int (*run)(int argc, char **argv); // argv[0] is the command's name
};

// A command's options. Options are "--name value" or "--name=value"; flags take no value. What is left are the
// positional arguments. `--help` prints usage, the options and `notes`.
enum cli_kind {
    CLI_FLAG,
    CLI_STRING,
    CLI_INT,    // a whole number from 0 to 2^31 - 1
    CLI_COUNT,  // the same from 1
    CLI_SEED,   // a whole number from 0 to 2^32 - 1
    CLI_NUMBER, // a finite number from 0
    CLI_SHARE,  // a number from 0 to 1
    CLI_LIST,   // may be given many times
};

struct cli_list {
    const char *items[64];
    int count;
};

struct cli_option {
    const char *name; // without the dashes
    enum cli_kind kind;
    void *to;          // bool, const char *, int64_t, double or struct cli_list; holds the default before
    const char *value; // placeholder in the help, e.g. "FILE"
    const char *help;
};

struct cli {
    const char *usage; // e.g. "vkr1 score --reward LIST < in.jsonl"
    const char *notes; // further text of --help, or NULL
    const struct cli_option *options;
    int option_count;
    const char *required; // name of a CLI_STRING option that must be given, or NULL
    int min_args, max_args;
    const char *args[16]; // out: the positional arguments
    int arg_count;
};

// Returns -1 to go on, else the exit code (0 after --help, 2 after a message about a wrong command line; an
// unknown option names the nearest one).
int cli_parse(struct cli *cli, int argc, char **argv);

// Says that something is missing and how the command is called; returns 2.
int cli_missing(const struct cli *cli, const char *what);

// Prints "vkr1 COMMAND: message" on stderr and returns 1.
int cli_failed(const char *command, const struct err *err);
