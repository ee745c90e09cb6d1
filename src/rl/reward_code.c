// code: the program in a completion runs against the row's tests, in a sandbox (verify/sandbox.h). 1 when all pass, or
// the share that does; skipped where the row has no tests that can be read; 0 without a program.
//
// Sources: open-r1's code_reward, binary_code_reward and cf_code_reward (the last block, tests one by one, the share or
// all), but for comparing outputs: there what is missing or too much does not count (zip of the lines), here it is a
// failure.
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "rl/reward.h"
#include "verify/code.h"

enum { TESTS, SCORE, LANGUAGE, COMMANDS, EXTRACT, PRELUDE, COMPARE, TOLERANCE, TIMEOUT, MEMORY, PROCESSES, WORKERS };
enum { ALL, FRACTION };
enum { BLOCK, WHOLE };

static const struct reward_option options[] = {
    [TESTS] = {"tests", REWARD_TEXT, "",
               .help = "the field with the tests; empty: the first known one that the row has"},
    [SCORE] = {"score", REWARD_CHOICE, "all", .choices = "all|fraction",
               .help = "1 when all tests pass, or the share that does"},
    [LANGUAGE] = {"language", REWARD_TEXT, "python", .help = "where the row names none"},
    [COMMANDS] = {"commands", REWARD_LIST, "",
                  .help = "for other languages, as in [\"lua=lua5.4 /code/main\"]; run by sh"},
    [EXTRACT] = {"extract", REWARD_CHOICE, "block", .choices = "block|whole",
                 .help = "the last code block, or the whole completion"},
    [PRELUDE] = {"prelude", REWARD_TEXT, "",
                 .help = "a field of the row that stands before the program, such as prompt"},
    [COMPARE] = {"compare", REWARD_CHOICE, "floats", .choices = "floats|tokens|exact",
                 .help = "how outputs are compared"},
    [TOLERANCE] = {"tolerance", REWARD_NUMBER, "1e-6", .low = 0, .high = 1,
                   .help = "of floats: absolute below 1, relative above"},
    [TIMEOUT] = {"timeout", REWARD_NUMBER, "5", .low = 1, .high = 3600, .help = "seconds of processor time for a test"},
    [MEMORY] = {"memory", REWARD_INTEGER, "512", .low = 64, .high = 1048576,
                .help = "MiB of address space of a process"},
    [PROCESSES] = {"processes", REWARD_INTEGER, "16", .low = 4, .high = 1024,
                   .help = "and threads of a program at one time"},
    [WORKERS] = {"workers", REWARD_INTEGER, "0", .low = 0, .high = SANDBOX_SLOTS,
                 .help = "programs at one time; 0: one a core"},
};

struct worker { // one program and its tests
    int item;   // -1: none
    struct code_options options;
    struct code_tests tests;
    struct code_job job;
    struct str program;
    struct arena memory;
};

struct state {
    char python[SANDBOX_PATH_MAX];
    int count;
    struct worker workers[SANDBOX_SLOTS];
};

static int cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > SANDBOX_SLOTS ? SANDBOX_SLOTS : n;
}

// The command for a language: "" for Python, NULL where there is none.
static const char *command_for(const struct reward_entry *e, const char *language)
{
    for (const char *const *c = e->options[COMMANDS].list; *c; c++) {
        size_t n = strcspn(*c, "=");
        if (n == strlen(language) && strncasecmp(*c, language, n) == 0)
            return *c + n + 1;
    }
    return code_language_same(text_of(language), "python") ? "" : NULL;
}

static bool check_commands(const struct reward_entry *e, struct err *err)
{
    for (const char *const *c = e->options[COMMANDS].list; *c; c++) {
        const char *equals = strchr(*c, '=');
        if (!equals || equals == *c || !equals[1])
            return fail(err, "the command \"%s\" must be written LANGUAGE=COMMAND, as in lua=lua5.4 /code/main", *c);
    }
    return command_for(e, e->options[LANGUAGE].text) ||
           fail(err, "there is no command for the language %s: give one, as in \"commands\": [\"%s=... /code/main\"]",
                e->options[LANGUAGE].text, e->options[LANGUAGE].text);
}

static bool open_sandbox(struct reward_entry *e, struct err *err)
{
    const char *command = check_commands(e, err) ? command_for(e, e->options[LANGUAGE].text) : NULL;
    struct state *s = command ? block_alloc(sizeof *s) : NULL;
    char program[SANDBOX_PATH_MAX] = "python3", path[SANDBOX_PATH_MAX];
    if (!command)
        return false;
    check_memory(s, "%zu bytes", sizeof *s);
    if (*command) // its first word is there too
        snprintf(program, sizeof program, "%.*s", (int)strcspn(command, " "), command);
    if (!sandbox_check(program, path, err)) {
        block_free(s);
        return false;
    }
    if (*command)
        sandbox_check("python3", s->python, &(struct err){0}); // for rows that name it; without it those are skipped
    else
        memcpy(s->python, path, sizeof path);
    s->count = (int)e->options[WORKERS].number ? (int)e->options[WORKERS].number : cores();
    e->state = s;
    return true;
}

static void close_sandbox(struct reward_entry *e)
{
    block_free(e->state); // workers keep nothing between runs
}

// The program with its prelude, in w->program. False when the completion has none.
static bool find_program(const struct reward_entry *e, const struct reward_item *item, const char *language,
                         struct worker *w)
{
    const char *prelude = e->options[PRELUDE].text;
    if (*prelude)
        json_text(json_get(item->problem->row, prelude), &w->program);
    if ((int)e->options[EXTRACT].number == BLOCK)
        return code_block_find(item->completion, language, &w->program);
    str_append(&w->program, item->completion.at, item->completion.size);
    return true;
}

// Reads the tests of a row and finds the command that runs programs of their language. False, and why, where there is
// none.
static bool read_tests(const struct reward_entry *e, const struct problem *problem, struct code_tests *tests,
                       struct arena *memory, const char **language, const char **command, struct str *why)
{
    const struct state *s = e->state;
    if (!code_tests_read(tests, problem->row, e->options[TESTS].text, memory, why)) {
        reward_say(why, ": skipped");
        return false;
    }
    *language = tests->language ? tests->language : e->options[LANGUAGE].text;
    *command = command_for(e, *language);
    if (!*command || (!**command && !*s->python)) {
        reward_say(why, "the tests are for %s, for which there is no command: skipped", *language);
        return false;
    }
    for (int i = 0; **command && i < tests->count; i++)
        if (tests->tests[i].kind != CODE_STDIN) {
            reward_say(why, "tests that call functions need Python, these are for %s: skipped", *language);
            return false;
        }
    return true;
}

static bool readable(const struct reward_entry *e, const struct problem *problem, struct str *why)
{
    struct arena memory = {0};
    struct code_tests tests;
    const char *language, *command;
    bool ok = read_tests(e, problem, &tests, &memory, &language, &command, why);
    code_tests_finish(&tests);
    arena_finish(&memory);
    return ok;
}

// Gives a completion to a worker; false when it is judged already.
static bool begin(const struct reward_entry *e, struct reward_item *item, struct worker *w, int slot)
{
    const struct state *s = e->state;
    const char *language, *command;
    if (!read_tests(e, item->problem, &w->tests, &w->memory, &language, &command, reward_why(e, item))) {
        item->parts[e->index] = NAN;
        return false;
    }
    if (!find_program(e, item, language, w)) {
        item->parts[e->index] = 0;
        reward_say(reward_why(e, item), "no closed code block of language %s", language);
        return false;
    }
    w->options = (struct code_options){
        .python = s->python,
        .command = *command ? command : NULL,
        .compare = (enum code_compare)e->options[COMPARE].number,
        .tolerance = e->options[TOLERANCE].number,
        .timeout = e->options[TIMEOUT].number,
        .memory = (size_t)e->options[MEMORY].number << 20,
        .processes = (int)e->options[PROCESSES].number,
        .all = (int)e->options[SCORE].number == ALL,
    };
    code_job_begin(&w->job, &w->options, &w->tests,
                   (struct text){w->program.data ? w->program.data : "", w->program.size}, slot);
    return true;
}

static void settle(const struct reward_entry *e, struct reward_item *item, const struct worker *w)
{
    const struct code_job *j = &w->job;
    struct str *why = reward_why(e, item);
    bool all = j->passed == w->tests.count;
    if (j->broken) {
        log_warn("reward code: %s; a completion is skipped", j->why.data);
        item->parts[e->index] = NAN;
        reward_say(why, "%s: skipped", j->why.data);
        return;
    }
    item->parts[e->index] = w->options.all ? all : (double)j->passed / w->tests.count;
    if (all)
        reward_say(why, "passed all %d tests", w->tests.count);
    else if (w->options.all)
        reward_say(why, "%s", j->why.data);
    else
        reward_say(why, "passed %d of %d tests; %s", j->passed, w->tests.count, j->why.data);
}

static void release(struct worker *w)
{
    code_job_finish(&w->job);
    code_tests_finish(&w->tests);
    str_finish(&w->program);
    arena_finish(&w->memory);
    w->item = -1;
}

// Moves a worker on, through its program's tests and the next completions, as far as that goes without waiting. True
// while it has one.
static bool step(const struct reward_entry *e, struct worker *w, int slot, struct reward_item *items, int n, int *next)
{
    for (;;) {
        if (w->item >= 0 && !code_job_step(&w->job))
            return true;
        if (w->item >= 0) {
            settle(e, &items[w->item], w);
            release(w);
        }
        if (*next == n)
            return false;
        w->item = (*next)++;
        if (!begin(e, &items[w->item], w, slot))
            release(w);
    }
}

static void run_batch(const struct reward_entry *e, struct reward_item *items, int n)
{
    struct state *s = e->state;
    struct sandbox *boxes[SANDBOX_SLOTS];
    int next = 0;
    for (int i = 0; i < s->count; i++) {
        s->workers[i] = (struct worker){.item = -1};
        boxes[i] = &s->workers[i].job.box;
    }
    for (bool busy = true; busy;) {
        busy = false;
        for (int i = 0; i < s->count; i++)
            busy |= step(e, &s->workers[i], i, items, n, &next);
        if (busy)
            sandbox_wait(boxes, s->count);
    }
}

const struct reward_kind reward_code = {
    .name = "code",
    .range = "0 to 1",
    .summary = "the program in the completion passes the row's tests, in a sandbox",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .open = open_sandbox,
    .close = close_sandbox,
    .batch = run_batch,
    .readable = readable,
};
