// What the program of the reward exec prints: the input takes the place of its standard output, and of what it prints
// when it is started again. The functions of base/process.h are this file's.
#include <math.h>
#include <unistd.h>

#include "base/process.h"
#include "input.h"
#include "rl/reward.h"

enum { ITEMS = 3 };

static struct text output; // what the program has still to print
static size_t piece;       // bytes that are read at a time

bool process_start(struct process *p, const struct process_options *o, struct err *err)
{
    *p = (struct process){.pid = getpid(), .in = -1, .out = 1, .errors = -1};
    return o->command[0] || fail(err, "no program");
}

int process_end(struct process *p, double grace)
{
    *p = (struct process){.in = -1, .out = -1, .errors = -1};
    return grace < 0;
}

void process_status(int status, struct str *out)
{
    str_printf(out, "exit code %d", status);
}

size_t process_write(struct process *p, const char *data, size_t size)
{
    check(p->pid && (data || !size), "written to a program that does not run");
    return size;
}

bool process_read(int *stream, struct str *to)
{
    if (*stream < 0)
        return false;
    size_t n = piece < output.size ? piece : output.size;
    str_append(to, output.at, n);
    output = (struct text){output.at + n, output.size - n};
    if (!n)
        *stream = -1;
    return n > 0;
}

void process_wait(const struct process *p, bool writing, double seconds)
{
    check(p->pid && (writing || !writing) && seconds > 0, "waits for a program that does not run");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena memory;
    static struct reward_set set;
    static struct str why[ITEMS];
    struct err err = {0};
    if (!size)
        return 0;
    piece = 1 + *data % 16;
    output = (struct text){(const char *)data + 1, size - 1};
    if (!set.count)
        check(reward_set_parse(&set, "exec(command=judge)", &memory, &err) && reward_set_open(&set, &err), "%s",
              err.text);
    struct problem problem = {.answer = "5"};
    double parts[ITEMS];
    struct reward_item items[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        str_clear(&why[i]);
        items[i] =
            (struct reward_item){.problem = &problem, .completion = {"5", 1}, .parts = &parts[i], .why = &why[i]};
    }
    reward_run(&set, items, ITEMS);
    for (int i = 0; i < ITEMS; i++)
        check(isnan(parts[i]) || isfinite(parts[i]), "%g", parts[i]);
    return 0;
}
