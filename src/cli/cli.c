#include "cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/terminal.h"
#include "train/run_config.h"

static void print_help(const struct cli *cli)
{
    printf("usage: %s\n", cli->usage);
    if (cli->option_count)
        printf("\noptions:\n");
    for (int i = 0; i < cli->option_count; i++) {
        const struct cli_option *o = &cli->options[i];
        char left[80];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-26s %s\n", left, o->help);
    }
    if (cli->notes)
        printf("\n%s\n", cli->notes);
}

static const struct cli_option *find(const struct cli *cli, const char *name, size_t n)
{
    for (int i = 0; i < cli->option_count; i++)
        if (strlen(cli->options[i].name) == n && memcmp(cli->options[i].name, name, n) == 0)
            return &cli->options[i];
    return NULL;
}

__attribute__((format(printf, 1, 0))) static int wrong(const char *fmt, const char *a, const char *b)
{
    char text[2048];
    snprintf(text, sizeof text, fmt, a, b);
    terminal_print(stderr, "vkr1: %s; see --help\n", text);
    return 2;
}

// Whether the option is a key of the config, here or elsewhere; then says so.
static bool advise(const char *arg)
{
    char key[64];
    struct str advice = {0};
    int n = (int)strcspn(arg, "=");
    snprintf(key, sizeof key, "%.*s", n - 2, arg + 2);
    for (char *c = key; *c; c++)
        *c = *c == '-' ? '_' : *c;
    run_config_advise(key, false, &advice);
    bool known = advice.size > 0, ours = known && str_starts(advice.data, "it is ");
    if (known)
        terminal_print(stderr, "vkr1: unknown option %.*s; %s%s\n", n, arg, ours ? "with --set " : "", advice.data);
    str_finish(&advice);
    return known;
}

static int unknown(const struct cli *cli, const char *arg)
{
    const char *nearest = NULL;
    int best = 4; // farther than three edits is no suggestion
    for (int i = 0; i < cli->option_count; i++) {
        int d = str_distance(arg + 2, cli->options[i].name);
        if (d < best) {
            best = d;
            nearest = cli->options[i].name;
        }
    }
    if (!nearest && find(cli, "set", 3) && advise(arg))
        return 2;
    return nearest ? wrong("unknown option %s, did you mean --%s?", arg, nearest)
                   : wrong("unknown option %s%s", arg, "");
}

static int store_whole(const struct cli_option *o, const char *value)
{
    char *end = NULL;
    long long low = o->kind == CLI_COUNT, high = o->kind == CLI_SEED ? UINT32_MAX : INT32_MAX;
    errno = 0;
    long long v = strtoll(value, &end, 10);
    *(int64_t *)o->to = v;
    if (*value && !*end && !errno && v >= low && v <= high)
        return -1;
    terminal_print(stderr, "vkr1: --%s wants a whole number from %lld to %lld, not \"%s\"; see --help\n", o->name, low,
                   high, value);
    return 2;
}

static int store_number(const struct cli_option *o, const char *value)
{
    char *end = NULL;
    double v = *(double *)o->to = strtod(value, &end);
    if (!*value || *end || !isfinite(v) || v < 0 || (o->kind == CLI_SHARE && v > 1))
        return wrong(o->kind == CLI_SHARE ? "--%s wants a number from 0 to 1, not \"%s\""
                                          : "--%s wants a number of at least 0, not \"%s\"",
                     o->name, value);
    return -1;
}

static int store(const struct cli_option *o, const char *value)
{
    switch (o->kind) {
    case CLI_FLAG:
        *(bool *)o->to = true;
        return -1;
    case CLI_STRING:
        *(const char **)o->to = value;
        return -1;
    case CLI_INT:
    case CLI_COUNT:
    case CLI_SEED:
        return store_whole(o, value);
    case CLI_NUMBER:
    case CLI_SHARE:
        return store_number(o, value);
    case CLI_LIST: {
        struct cli_list *list = o->to;
        if (list->count == 64)
            return wrong("--%s is given more than 64 times%s", o->name, "");
        list->items[list->count++] = value;
        return -1;
    }
    }
    return 2;
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
    bool only_args = false;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (only_args || arg[0] != '-' || !arg[1]) {
            if (cli->arg_count == cli->max_args)
                return wrong("unexpected argument \"%s\"%s", arg, "");
            cli->args[cli->arg_count++] = arg;
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            only_args = true;
            continue;
        }
        if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
            print_help(cli);
            return 0;
        }
        if (arg[1] != '-')
            return wrong("unknown option %s%s", arg, "");
        const char *equals = strchr(arg, '=');
        const struct cli_option *o = find(cli, arg + 2, equals ? (size_t)(equals - arg - 2) : strlen(arg + 2));
        if (!o)
            return unknown(cli, arg);
        if (o->kind == CLI_FLAG && equals)
            return wrong("--%s takes no value%s", o->name, "");
        if (o->kind != CLI_FLAG && !equals && i + 1 == argc)
            return wrong("--%s wants a value%s", o->name, "");
        int code = store(o, o->kind == CLI_FLAG ? NULL : equals ? equals + 1 : argv[++i]);
        if (code >= 0)
            return code;
    }
    const struct cli_option *required = cli->required ? find(cli, cli->required, strlen(cli->required)) : NULL;
    if (required && !*(const char **)required->to) {
        char name[64];
        snprintf(name, sizeof name, "--%s", cli->required);
        return cli_missing(cli, name);
    }
    return cli->arg_count < cli->min_args ? cli_missing(cli, "an argument") : -1;
}

int cli_missing(const struct cli *cli, const char *what)
{
    return wrong("%s is missing: %s", what, cli->usage);
}

int cli_failed(const char *command, const struct err *err)
{
    terminal_print(stderr, "vkr1 %s: %s\n", command, err->text);
    return 1;
}
