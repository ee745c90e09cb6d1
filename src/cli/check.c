// vkr1 check: every op's every case, and with them every form of its kernels, on a device against the CPU reference in
// double precision.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "ops/check.h"

static const char notes[] =
    "Each row is one case: the tensor with the largest error among all that the case computes, forward and backward, "
    "the\n"
    "error in units of 2^-24 * sqrt(length of the longest sum) * the tensor's largest value, and what is accepted.\n"
    "A case also fails when a value is not written, when memory beside a tensor is, or when a second run differs.\n"
    "The exit code is 1 when a case fails.";

struct totals {
    int cases, failed;
};

static void put_row(struct str *s, const struct op_check *r)
{
    str_printf(s, "%-15.15s %-40.40s %-20.20s %9.3g %9.3g  %s\n", r->op, r->label, r->worst, r->error, r->tolerance,
               r->ok ? "ok" : "FAILED");
    if (!r->ok)
        str_printf(s, "    %s\n", r->why);
}

static void put_json(struct str *s, const struct op_check *r)
{
    const char *names[] = {"op", "case", "worst"}, *texts[] = {r->op, r->label, r->worst};
    for (int i = 0; i < 3; i++) {
        str_printf(s, "%s\"%s\": ", i ? ", " : "{", names[i]);
        str_put_json(s, texts[i], strlen(texts[i]));
    }
    str_puts(s, ", \"error\": ");
    str_put_number(s, r->error);
    str_puts(s, ", \"tolerance\": ");
    str_put_number(s, r->tolerance);
    str_printf(s, ", \"ok\": %s", r->ok ? "true" : "false");
    if (!r->ok) {
        str_puts(s, ", \"why\": ");
        str_put_json(s, r->why, strlen(r->why));
    }
    str_putc(s, '}');
}

static bool wanted(const struct op *op, const struct op_case *c, const char *filter)
{
    char full[200];
    snprintf(full, sizeof full, "%s %s", op->name, c->label);
    return !filter || strstr(full, filter);
}

static bool check_op(struct device *d, const struct op *op, const char *filter, bool json, struct totals *t,
                     struct err *err)
{
    for (int i = 0; i < op->case_count; i++) {
        const struct op_case *c = &op->cases[i];
        if (!wanted(op, c, filter))
            continue;
        struct op_check r = {.op = op->name, .label = c->label, .tolerance = op->tolerance};
        if (d->vk && !op->vulkan)
            snprintf(r.why, sizeof r.why, "%s has no Vulkan form", op->name);
        else if (!op_check_run(d, op, c, &r, err))
            return false;
        struct str row = {0};
        if (json)
            str_puts(&row, t->cases ? ",\n    " : "\n    ");
        (json ? put_json : put_row)(&row, &r);
        fwrite(row.data, 1, row.size, stdout);
        fflush(stdout);
        str_finish(&row);
        t->cases++;
        t->failed += !r.ok;
    }
    return true;
}

static bool check_all(struct device *d, const char *filter, bool json, struct totals *t, struct err *err)
{
    struct str name = {0};
    str_put_json(&name, d->name, strlen(d->name));
    if (json)
        terminal_print(stdout, "{\n  \"device\": %s,\n  \"cases\": [", name.data);
    else
        terminal_print(stdout, "%s against the CPU in double precision\n%-15s %-40s %-20s %9s %9s\n", d->name, "op",
                       "case", "worst tensor", "error", "accepted");
    str_finish(&name);
    bool ok = true;
    for (int i = 0; ok && ops_all[i]; i++)
        ok = check_op(d, ops_all[i], filter, json, t, err);
    if (json)
        printf("\n  ],\n  \"failed\": %d\n}\n", t->failed);
    else
        printf("%d cases, %d failed\n", t->cases, t->failed);
    return ok && (t->cases || fail(err, "no case matches \"%s\"; `vkr1 check` without --filter shows all", filter));
}

int cli_check(int argc, char **argv)
{
    const char *which = NULL, *filter = NULL;
    bool json = false;
    const struct cli_option options[] = {
        {"device", CLI_STRING, &which, "D", "index, name or kind; cpu for the CPU in float (default: the best GPU)"},
        {"filter", CLI_STRING, &filter, "TEXT", "only cases whose \"op case\" contains TEXT"},
        {"json", CLI_FLAG, &json, NULL, "one JSON object instead of the table"},
    };
    struct cli cli = {.usage = "vkr1 check [--device D] [--filter TEXT] [--json]",
                      .notes = notes,
                      .options = options,
                      .option_count = sizeof options / sizeof *options};
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    struct err err = {0};
    struct device d = {0};
    struct totals t = {0};
    bool ok = device_open(&d, which, &err) && check_all(&d, filter, json, &t, &err);
    device_close(&d);
    return ok ? (t.failed ? 1 : 0) : cli_failed("check", &err);
}
