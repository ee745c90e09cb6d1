// The reward `exec`: programs that answer, that fail in every way, and what is told about it.
#include "test.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "program.h"
#include "rl/reward.h"

enum { ITEMS = 5 };

struct bench { // one list with one program, judging ITEMS completions "0", "1", ...
    struct arena memory;
    struct reward_set set;
    struct json *config, *row;
    struct problem problem;
    struct reward_item items[ITEMS];
    double parts[ITEMS];
    struct str why[ITEMS];
};

static bool bench_open(struct bench *b, const char *command, const char *timeout, struct err *err)
{
    static const char *const completions[ITEMS] = {"0", "1", "2", "3", "4"};
    static const char row[] = "{\"unit\":\"\\u00e9\",\"tests\":[1,\"a\"]}";
    struct str s = {0};
    *b = (struct bench){0};
    str_printf(&s, "[{\"reward\":\"exec\",\"timeout\":%s,\"command\":[", timeout);
    str_puts(&s, command);
    str_puts(&s, "]}]");
    b->config = json_parse(s.data, s.size, false, "the test's list", err);
    b->row = json_parse(row, strlen(row), false, "the test's row", err);
    str_finish(&s);
    b->problem = (struct problem){.prompt = "how \"many\"?", .answer = "3", .row = b->row};
    for (int i = 0; i < ITEMS; i++)
        b->items[i] = (struct reward_item){
            .problem = &b->problem, .completion = text_of(completions[i]), .parts = &b->parts[i], .why = &b->why[i]};
    return b->config && b->row && reward_set_load(&b->set, b->config, &b->memory, err) && reward_set_open(&b->set, err);
}

static void bench_close(struct bench *b)
{
    reward_set_close(&b->set);
    for (int i = 0; i < ITEMS; i++)
        str_finish(&b->why[i]);
    json_close(b->config);
    json_close(b->row);
    arena_finish(&b->memory);
}

// A command as JSON words: python3 -c SOURCE. SOURCE is written with ' for quotes and \n for line breaks.
#define PYTHON(source) "\"python3\",\"-c\",\"" source "\""
// Reads requests and answers each with the expression `value` of r, the request.
#define JUDGE(value)                                                                                                   \
    PYTHON("import sys, json, os, time\\nfor line in sys.stdin:\\n  r = json.loads(line)\\n  print(" value             \
           ", flush=True)")

static void expect_values(const char *command, const char *timeout, const double *expected, const char *why)
{
    struct bench b;
    struct err err = {0};
    EXPECT(bench_open(&b, command, timeout, &err), "%s", err.text);
    if (!err.text[0])
        reward_run(&b.set, b.items, ITEMS);
    for (int i = 0; !err.text[0] && i < ITEMS; i++)
        EXPECT(b.parts[i] == expected[i] || (isnan(b.parts[i]) && isnan(expected[i])),
               "completion %d: %g, expected %g (%s)", i, b.parts[i], expected[i], b.why[i].data ? b.why[i].data : "");
    bool said = false;
    for (int i = 0; i < ITEMS; i++)
        said |= b.why[i].data && strstr(b.why[i].data, why);
    EXPECT(said, "no sentence has \"%s\"; the first is \"%s\"", why, b.why[0].data ? b.why[0].data : "");
    bench_close(&b);
}

#define VALUES(...)                                                                                                    \
    (const double[ITEMS])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

TEST(exec, a_program_answers)
{
    expect_values(
        JUDGE("json.dumps({'reward': int(r['completion']) / 2, 'why': 'half of ' + r['completion'], 'id': r['id']})"),
        "20", VALUES(0, 0.5, 1, 1.5, 2), "half of 3");
    expect_values(JUDGE("int(r['completion'])"), "20", VALUES(0, 1, 2, 3, 4), "from the program");
    expect_values(JUDGE("'null' if r['id'] % 2 else 1"), "20", VALUES(1, NAN, 1, NAN, 1), "skipped by the program");
    expect_values(JUDGE("int(r['answer'] == '3' and r['prompt'] == 'how \\\"many\\\"?' and r['unit'] == chr(233) and "
                        "r['tests'] == [1, 'a'] and r['batch'] == 5)"),
                  "20", VALUES(1, 1, 1, 1, 1), "from the program");
}

TEST(exec, a_program_may_wait_for_the_whole_batch)
{
    expect_values(
        PYTHON("import sys, json\\nrows = []\\nfor line in sys.stdin:\\n  rows.append(json.loads(line))\\n"
               "  if len(rows) == rows[-1]['batch']:\\n    best = max(r['completion'] for r in rows)\\n"
               "    for r in rows: print(int(r['completion'] == best))\\n    sys.stdout.flush()\\n    rows = []"),
        "20", VALUES(0, 0, 0, 0, 1), "from the program");
}

TEST(exec, a_program_that_fails_is_started_again)
{
    // Ends in the middle of completion 2, always: asked again once, then skipped.
    expect_values(JUDGE("1 if r['completion'] != '2' else sys.stderr.write('oh dear') + os._exit(3)"), "20",
                  VALUES(1, 1, NAN, 1, 1), "the program ended its output: skipped");
    // Never answers: after three failures the rest is skipped too.
    expect_values(PYTHON("raise SystemExit(5)"), "20", VALUES(NAN, NAN, NAN, NAN, NAN), "ended its output: skipped");
    expect_values(JUDGE("'what?' if r['completion'] == '1' else 1"), "20", VALUES(1, NAN, 1, 1, 1),
                  "printed \"what?\" instead of a reply such as {\"reward\": 1}: skipped");
    expect_values(JUDGE("json.dumps({'reward': 'high'})"), "20", VALUES(NAN, NAN, NAN, NAN, NAN),
                  "\"reward\" must be a number or null");
    expect_values(JUDGE("json.dumps({'reward': 1, 'id': 4})"), "20", VALUES(NAN, NAN, NAN, NAN, NAN),
                  "replied to id 4 when 0 was next");
    expect_values(PYTHON("print('x' * 3000000)\\ninput()"), "20", VALUES(NAN, NAN, NAN, NAN, NAN),
                  "bytes without a line break");
}

TEST(exec, a_program_that_hangs_is_stopped)
{
    double begin = clock_now();
    expect_values(JUDGE("1 if r['completion'] != '3' else time.sleep(100)"), "5", VALUES(1, 1, 1, NAN, 1),
                  "gave no reply within 5 s: skipped");
    expect_values("\"sleep\",\"100\"", "0.1", VALUES(NAN, NAN, NAN, NAN, NAN), "gave no reply within 0.1 s");
    EXPECT(clock_now() - begin < 60, "%g s", clock_now() - begin);
}

TEST(exec, wrong_commands_are_refused)
{
    struct bench b;
    struct err err = {0};
    EXPECT(!bench_open(&b, "", "1", &err), "an empty command");
    EXPECT_ERR(&err, "reward exec: give the program: {\"reward\": \"exec\", \"command\": [\"python3\", \"judge.py\"]}");
    bench_close(&b);
    err = (struct err){0};
    EXPECT(!bench_open(&b, "\"/no/such/program\"", "1", &err), "a program that is not there");
    EXPECT_ERR(&err, "reward exec: cannot start /no/such/program: No such file or directory");
    bench_close(&b);
}

TEST(exec, large_requests_and_many_of_them)
{
    enum { MANY = 300, SIZE = 100000 };
    struct bench b;
    struct err err = {0};
    static char text[SIZE];
    static struct reward_item items[MANY];
    static double parts[MANY];
    memset(text, 'x', sizeof text);
    EXPECT(bench_open(&b, JUDGE("len(r['completion']) + r['id']"), "60", &err), "%s", err.text);
    for (int i = 0; i < MANY; i++)
        items[i] = (struct reward_item){.problem = &b.problem, .completion = {text, SIZE}, .parts = &parts[i]};
    for (int run = 0; run < 2 && !err.text[0]; run++) {
        reward_run(&b.set, items, MANY);
        for (int i = 0; i < MANY; i++)
            EXPECT(parts[i] == SIZE + i, "run %d, completion %d: %g", run, i, parts[i]);
    }
    bench_close(&b);
}

// What a program leaves in its group dies with it.
TEST(exec, children_of_the_program_die_with_it)
{
    struct process p;
    struct err err = {0};
    struct str out = {0};
    const char *const command[] = {"sh", "-c", "sleep 1000 & echo $!; wait", NULL};
    EXPECT(process_start(&p, &(struct process_options){.command = command}, &err), "%s", err.text);
    for (double until = clock_now() + 20; !strchr(out.data ? out.data : "", '\n') && clock_now() < until;) {
        process_wait(&p, false, 1);
        process_read(&p.out, &out);
    }
    pid_t child = (pid_t)strtol(out.data ? out.data : "0", NULL, 10);
    EXPECT(child > 1 && kill(child, 0) == 0, "child %d", (int)child);
    int status = process_end(&p, 0);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status %x", (unsigned)status);
    char path[64], state[256] = "";
    for (int i = 0; i < 2000; i++) { // gone, or a zombie that init has not buried
        snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
        FILE *f = fopen(path, "re");
        if (!f)
            break;
        bool read = fgets(state, sizeof state, f);
        fclose(f);
        if (!read || strstr(state, ") Z"))
            break;
        usleep(1000);
    }
    EXPECT(access(path, F_OK) != 0 || strstr(state, ") Z"), "%s", state);
    str_finish(&out);
}

// The failure is told on stderr, with the program's own last words; score goes on.
TEST(exec, score_shows_the_programs_last_words)
{
    struct str out = {0}, messages = {0};
    int code = program_run_vkr1("score --explain --reward '[{\"reward\":\"exec\",\"command\":[\"sh\",\"-c\","
                                "\"echo no module named x >&2; exit 7\"]}]'",
                                "{\"completion\":\"1\"}\n{\"completion\":\"2\"}\n", &out, &messages);
    EXPECT(code == 0, "%d", code);
    EXPECT(
        strcmp(out.data,
               "{\"rewards\":{\"exec\":null},\"reward\":null,\"answer\":null,\"explain\":{\"exec\":\"the program ended "
               "its output: skipped\"}}\n{\"rewards\":{\"exec\":null},\"reward\":null,\"answer\":null,\"explain\":"
               "{\"exec\":\"the program ended its output: skipped\"}}\n") == 0,
        "%s", out.data);
    EXPECT(strstr(messages.data,
                  "vkr1: reward exec: sh ended its output (exit code 7) at completion 1 of 2; started again. Its "
                  "stderr ends:\nno module named x\n"),
           "%s", messages.data);
    EXPECT(strstr(messages.data, "that one is skipped. Its stderr ends:"), "%s", messages.data);
    EXPECT(strstr(messages.data, "2 scored, 0 bad lines; exec (2 skipped)"), "%s", messages.data);
    str_finish(&out);
    str_finish(&messages);
}

// The list as --help shows it, on the command line and in a config's text.
TEST(exec, a_list_written_as_text)
{
    static const char *const rewards[] = {
        "exec(command=[\"sh\",\"-c\",\"while read l; do echo 0.25; done\"])",
        "exec(command=[\"sh\", \"-c\", \"f() (while read l; do echo 0.25; done); f a,b \\\"]\\\"\"], timeout=5):1",
        "exec(timeout=5,command=[\"sh\",\"-c\",\"while read l; do echo 0.25; done\"]):1,format:0",
    };
    static const char *const wrong[][2] = {
        {"exec(command=[\"sh\",)", "option command of reward exec is no list such as [\"python3\",\"judge.py\"]"},
        {"exec(command=[\"sh\",{}])", "option command of reward exec must be an array of texts, not [\"sh\",{}]"},
    };
    struct str args = {0}, out = {0}, said = {0};
    for (size_t i = 0; i < sizeof rewards / sizeof *rewards; i++) {
        str_clear(&args);
        str_printf(&args, "score --reward '%s'", rewards[i]);
        int code = program_run_vkr1(args.data, "{\"completion\":\"5\"}\n", &out, &said);
        EXPECT(code == 0 && strstr(out.data, "{\"rewards\":{\"exec\":0.25"), "%s: %s%s", rewards[i], out.data,
               said.data);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        str_clear(&args);
        str_printf(&args, "score --reward '%s'", wrong[i][0]);
        int code = program_run_vkr1(args.data, "", &out, &said);
        EXPECT(code == 2 && strstr(said.data, wrong[i][1]), "%s: %d, %s", wrong[i][0], code, said.data);
    }
    // what looks like the start of a list stays a text
    int code =
        program_run_vkr1("score --reward 'regex(pattern=[0-9]+):1,format:0'", "{\"completion\":\"5\"}\n", &out, &said);
    EXPECT(code == 0 && strstr(out.data, "\"regex\":1"), "%s%s", out.data, said.data);
    str_finish(&args);
    str_finish(&out);
    str_finish(&said);
}
