#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "verify/code.h"

// code_values.py and code_harness.py as one text; CMakeLists.txt gives their paths.
__asm__(".section .rodata\ncode_harness:\n.incbin \"" CODE_VALUES "\"\n.incbin \"" CODE_HARNESS
        "\"\n.byte 0\n.balign 4\n.text");
extern const char code_harness[];

enum { LIMITS_MAX = 3, FILES = 64 << 20, OUTPUT = 1 << 20, CLOCK = 3 };

void code_job_begin(struct code_job *j, const struct code_options *options, const struct code_tests *tests,
                    struct text program, int slot)
{
    *j = (struct code_job){.options = options, .tests = tests, .program = program, .slot = slot};
}

void code_job_finish(struct code_job *j)
{
    sandbox_finish(&j->box);
    str_finish(&j->input);
    str_finish(&j->why);
    *j = (struct code_job){0};
}

static void settle(struct code_job *j, bool passed, bool limit, const char *why)
{
    if (!passed && j->why.size == 0)
        str_printf(&j->why, "test %d of %d: %s", j->at + 1, j->tests->count, why);
    j->passed += passed;
    j->limits += limit;
    j->at++;
}

// ---- Tests that call functions: all that follow each other go to one harness ----

static void put_frame(struct str *to, struct str *frame)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        str_putc(to, (char)((uint64_t)frame->size >> shift & 255));
    str_append(to, frame->data, frame->size);
    str_clear(frame);
}

static void put_member(struct str *s, const char *key, const char *value)
{
    if (!value)
        return;
    str_printf(s, "%s\"%s\":", s->size > 1 ? "," : "", key);
    str_put_json(s, value, strlen(value));
}

static void put_test(struct str *frame, const struct code_test *t)
{
    str_putc(frame, '{');
    put_member(frame, "source", t->source);
    put_member(frame, "setup", t->setup);
    put_member(frame, "entry", t->entry);
    put_member(frame, "call", t->name);
    if (t->kind == CODE_CALL) {
        str_puts(frame, ",\"input\":");
        json_print(t->in, frame, false);
        str_puts(frame, ",\"output\":");
        json_print(t->out, frame, false);
    }
    str_putc(frame, '}');
}

static double whole_seconds(double s)
{
    return fmax(1, ceil(s));
}

static void make_input(struct code_job *j)
{
    struct str frame = {0};
    j->asked = 0;
    while (j->at + j->asked < j->tests->count && j->tests->tests[j->at + j->asked].kind != CODE_STDIN)
        j->asked++;
    str_clear(&j->input);
    str_puts(&frame, "{\"code\":");
    str_put_json(&frame, j->program.at, j->program.size);
    str_printf(&frame, ",\"cpu\":%.0f,\"count\":%d}", whole_seconds(j->options->timeout), j->asked);
    put_frame(&j->input, &frame);
    for (int i = 0; i < j->asked; i++) {
        put_test(&frame, &j->tests->tests[j->at + i]);
        put_frame(&j->input, &frame);
    }
    str_finish(&frame);
}

static void take_report(struct code_job *j, const char *line, size_t size)
{
    struct json *v = json_parse(line, size, false, "a report", &(struct err){0});
    bool passed = json_bool(json_get(v, "ok"), false);
    settle(j, passed, json_bool(json_get(v, "limit"), false),
           json_string(json_get(v, "why"), "its report cannot be read"));
    json_close(v);
    sandbox_extend(&j->box, CLOCK * j->options->timeout);
}

static void take_reports(struct code_job *j)
{
    struct str *r = &j->box.reported;
    for (const char *end; j->asked && r->size > j->read && (end = memchr(r->data + j->read, '\n', r->size - j->read));
         j->asked--) {
        size_t size = (size_t)(end - r->data) - j->read;
        take_report(j, r->data + j->read, size);
        j->read += size + 1;
    }
}

// ---- Tests that read and print: a sandbox for each ----

// The last line of a Python traceback with the last line number in the program, or the last line of anything else.
static void put_message(struct str *to, struct text messages)
{
    messages = text_trim(messages);
    if (!messages.size)
        return;
    size_t at = text_rfind(messages, messages.size, "\n"),
           place = text_rfind(messages, messages.size, "/code/main.py\", line ");
    struct text last = at == (size_t)-1 ? messages : (struct text){messages.at + at + 1, messages.size - at - 1};
    str_printf(to, ": %.*s", (int)(last.size < 200 ? last.size : 200), last.at);
    if (place != (size_t)-1)
        str_printf(to, " (line %d of the code)", atoi(messages.at + place + strlen("/code/main.py\", line ")));
}

// Why a program failed that did not end as it should; nothing when it did.
static void put_end(const struct code_job *j, struct str *to)
{
    const struct sandbox *s = &j->box;
    if (s->end == SANDBOX_CPU)
        str_printf(to, "took more than %.0f s of processor time", s->options.limits.cpu);
    else if (s->end == SANDBOX_CLOCK)
        str_printf(to, "took more than %g s by the clock", CLOCK * j->options->timeout);
    else if (s->end == SANDBOX_OUTPUT)
        str_printf(to, "printed more than %zu bytes", s->options.limits.output);
    else if (s->end == SANDBOX_MEMORY)
        str_printf(to, "used more than %zu MiB of memory in all its processes", s->options.limits.memory >> 20);
    else if (s->status != 0) {
        str_puts(to, "ended with ");
        process_status(s->status, to);
        put_message(to, (struct text){s->messages.data ? s->messages.data : "", s->messages.size});
    }
}

static void judge_output(struct code_job *j)
{
    const struct code_test *t = &j->tests->tests[j->at];
    const struct sandbox *s = &j->box;
    struct str why = {0};
    struct text got = {s->output.data ? s->output.data : "", s->output.size};
    put_end(j, &why);
    bool passed = why.size == 0 && code_output_same(got, t->output, j->options->compare, j->options->tolerance, &why);
    settle(j, passed, s->end == SANDBOX_CPU || s->end == SANDBOX_CLOCK, why.data);
    str_finish(&why);
}

// ---- Both ----

static bool start(struct code_job *j)
{
    const struct code_options *o = j->options;
    const struct code_test *t = &j->tests->tests[j->at];
    const char *const python[] = {o->python, "-s", "-B", "/code/main.py", NULL}, *const shell[] = {"/bin/sh", "-c",
                                                                                                   o->command, NULL};
    bool calls = t->kind != CODE_STDIN;
    struct err err = {0};
    if (calls)
        make_input(j);
    struct text program = calls ? text_of(code_harness) : j->program;
    struct sandbox_options s = {
        .command = o->command ? shell : python,
        .files = {{o->command ? "main" : "main.py", program}},
        .input = calls ? (struct text){j->input.data, j->input.size} : t->input,
        .reports = calls,
        .slot = j->slot,
        .limits = {.cpu = whole_seconds(o->timeout),
                   .clock = CLOCK * o->timeout,
                   .memory = o->memory,
                   .files = FILES,
                   .output = OUTPUT + 2 * t->output.size,
                   .processes = o->processes},
    };
    if (calls) // of the harness, which waits for each test's own process
        s.limits.cpu *= j->asked + 1;
    sandbox_finish(&j->box);
    j->read = 0;
    if (sandbox_start(&j->box, &s, &err))
        return true;
    j->broken = true;
    str_clear(&j->why);
    str_puts(&j->why, err.text);
    return false;
}

static bool finished(const struct code_job *j)
{
    return j->broken || j->at == j->tests->count || (j->options->all && j->passed < j->at) || j->limits >= LIMITS_MAX;
}

bool code_job_step(struct code_job *j)
{
    for (;;) {
        if (finished(j)) {
            sandbox_finish(&j->box);
            return true;
        }
        if (!j->box.opened && !start(j))
            return true;
        enum sandbox_end end = sandbox_step(&j->box);
        bool calls = j->box.options.reports;
        if (calls)
            take_reports(j);
        if (calls && j->asked > 0 && finished(j))
            continue;
        if (end == SANDBOX_RUNS && (!calls || j->asked > 0))
            return false;
        struct str why = {0};
        if (!calls)
            judge_output(j);
        else if (j->asked > 0) { // the harness was ended, or ended by itself, in the middle of a test
            put_end(j, &why);
            settle(j, false, end == SANDBOX_CPU || end == SANDBOX_CLOCK, why.size ? why.data : "the judge ended early");
        }
        str_finish(&why);
        sandbox_finish(&j->box);
    }
}
