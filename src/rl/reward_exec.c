// exec: any program that reads a JSON object a line and answers with one. It is the user's own program and runs as
// such, outside of any sandbox; it is started once and serves the whole run.
//
// A request has the row's fields and completion, prompt, answer, completion_ids (where they are known), id and batch:
// the requests of a run of completions have the ids 0 to batch - 1, so that a program may wait for the last and judge
// them together. The reply to each, in the order of the requests: {"reward": 0.5, "why": "...", "id": 7}, where why and
// id may be left out and null means skip; or the number, or null, alone.
//
// A program that ends, prints something else or takes too long is stopped and started again, and the completion that it
// owed is asked for once more; the second time it is skipped. After FAILURES_MAX failures without any reply between
// them the rest of the run is skipped. Each failure is told on stderr with the end of what the program wrote there.
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/process.h"
#include "base/terminal.h"
#include "rl/reward.h"

enum { COMMAND, TIMEOUT };
enum { FAILURES_MAX = 3, REPLY_MAX = 1 << 20, STDERR_KEPT = 2048, TRIES = 2 };
static const double GRACE = 2; // seconds between the end of its stdin and its own

static const struct reward_option options[] = {
    [COMMAND] = {"command", REWARD_LIST, "", .help = "the program and its arguments, as in [\"python3\",\"judge.py\"]"},
    [TIMEOUT] = {"timeout", REWARD_NUMBER, "60", .low = 0.01, .high = 86400, .help = "seconds for one reply"},
};

struct judge { // the program and the requests of one run of completions
    const struct reward_entry *entry;
    struct process process;
    struct reward_item *items;
    int n;
    int asked, answered; // requests made so far, replies taken
    int tries;           // of the request that is to be answered next
    struct str request;  // what is not yet written of the last one made
    size_t written;
    struct str replies, messages; // what came and was not read yet; the end of its stderr
    double since;                 // when the last reply came
};

static bool start(struct judge *j, struct err *err)
{
    str_clear(&j->replies);
    str_clear(&j->messages);
    str_clear(&j->request);
    j->written = 0;
    j->asked = j->answered;
    j->since = clock_now();
    return process_start(&j->process, &(struct process_options){.command = j->entry->options[COMMAND].list}, err);
}

static bool open_program(struct reward_entry *e, struct err *err)
{
    const char *const *command = e->options[COMMAND].list;
    if (!command[0])
        return fail(err, "give the program: {\"reward\": \"exec\", \"command\": [\"python3\", \"judge.py\"]}");
    struct judge *j = block_alloc(sizeof *j);
    check_memory(j, "%zu bytes", sizeof *j);
    j->entry = e;
    if (!start(j, err)) {
        block_free(j);
        return false;
    }
    e->state = j;
    return true;
}

static void close_program(struct reward_entry *e)
{
    struct judge *j = e->state;
    process_end(&j->process, GRACE);
    str_finish(&j->request);
    str_finish(&j->replies);
    str_finish(&j->messages);
    block_free(j);
}

static bool is_ours(const char *key)
{
    static const char *const keys[] = {"id", "batch", "completion", "prompt", "answer", "answers", "completion_ids"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static void put_text(struct str *s, const char *key, const char *text)
{
    if (!text)
        return;
    str_printf(s, ",\"%s\":", key);
    str_put_json(s, text, strlen(text));
}

static void make_request(struct judge *j)
{
    const struct reward_item *item = &j->items[j->asked];
    struct str *s = &j->request;
    str_clear(s);
    j->written = 0;
    str_printf(s, "{\"id\":%d,\"batch\":%d,\"completion\":", j->asked, j->n);
    str_put_json(s, item->completion.at, item->completion.size);
    put_text(s, "prompt", item->problem->prompt);
    put_text(s, "answer", item->problem->answer);
    problem_put_answers(item->problem, ",\"answers\":", s);
    for (int i = 0; item->tokens && i < item->token_count; i++)
        str_printf(s, "%s%d", i ? "," : ",\"completion_ids\":[", item->tokens[i]);
    if (item->tokens && item->token_count)
        str_putc(s, ']');
    for (const struct json *m = json_first(item->problem->row); m; m = json_next(m)) {
        if (is_ours(json_key(m)))
            continue;
        str_putc(s, ',');
        str_put_json(s, json_key(m), strlen(json_key(m)));
        str_putc(s, ':');
        json_print(m, s, false);
    }
    str_puts(s, "}\n");
    j->asked++;
}

static void settle(struct judge *j, double value)
{
    j->items[j->answered].parts[j->entry->index] = value;
    j->answered++;
    j->tries = 0;
    j->since = clock_now();
}

// Takes one line as the reply to the request that is next. False with a message when it is none.
static bool take_reply(struct judge *j, const char *line, size_t size, struct err *err)
{
    struct str *why = reward_why(j->entry, &j->items[j->answered]);
    struct err bad = {0};
    struct json *v = json_parse(line, size, false, "its line", &bad);
    if (!v)
        return fail(err, "printed \"%.*s\" instead of a reply such as {\"reward\": 1}", (int)(size < 80 ? size : 80),
                    line);
    const struct json *reward = json_kind(v) == JSON_OBJECT ? json_get(v, "reward") : v;
    int64_t id = json_int(json_get(v, "id"), j->answered);
    double value = json_number(reward, NAN);
    bool ok = (json_kind(reward) == JSON_NULL || isfinite(value)) ||
              fail(err, "replied %.*s: \"reward\" must be a number or null", (int)(size < 80 ? size : 80), line);
    ok = ok && (id == j->answered || fail(err,
                                          "replied to id %lld when %d was next; replies must come in the order of the "
                                          "requests",
                                          (long long)id, j->answered));
    if (ok) {
        reward_say(why, "%s",
                   json_string(json_get(v, "why"), isnan(value) ? "skipped by the program" : "from the program"));
        settle(j, value);
    }
    json_close(v);
    return ok;
}

static bool take_replies(struct judge *j, struct err *err)
{
    size_t at = 0;
    bool ok = true;
    while (ok && at < j->replies.size) {
        char *line = j->replies.data + at, *end = memchr(line, '\n', j->replies.size - at);
        if (!end)
            break;
        size_t size = (size_t)(end - line);
        at += size + 1;
        if (strspn(line, " \t\r\n") > size) // an empty line
            continue;
        ok = j->answered < j->asked
                 ? take_reply(j, line, size, err)
                 : fail(err, "printed \"%.*s\" when nothing was asked", (int)(size < 80 ? size : 80), line);
    }
    if (at) {
        j->replies.size -= at;
        memmove(j->replies.data, j->replies.data + at, j->replies.size + 1); // with the zero
    }
    return ok && (j->replies.size < REPLY_MAX || fail(err, "printed %d bytes without a line break", REPLY_MAX));
}

// Keeps the end of what was written to stderr.
static void trim_messages(struct judge *j)
{
    if (j->messages.size <= 2 * STDERR_KEPT)
        return;
    memmove(j->messages.data, j->messages.data + j->messages.size - STDERR_KEPT, STDERR_KEPT + 1);
    j->messages.size = STDERR_KEPT;
}

// Goes on until every request has its reply, or the program fails: false with what it did.
static bool serve(struct judge *j, struct err *err)
{
    double timeout = j->entry->options[TIMEOUT].number;
    while (j->answered < j->n) {
        if (j->written == j->request.size && j->asked < j->n)
            make_request(j);
        j->written += process_write(&j->process, j->request.data + j->written, j->request.size - j->written);
        bool writing = j->written < j->request.size || j->asked < j->n,
             going = process_read(&j->process.out, &j->replies);
        process_read(&j->process.errors, &j->messages);
        trim_messages(j);
        int before = j->answered;
        if (!take_replies(j, err))
            return false;
        if (!going)
            return fail(err, "ended its output");
        double left = j->since + timeout - clock_now();
        if (left <= 0)
            return fail(err, "gave no reply within %g s", timeout);
        if (j->answered == before)
            process_wait(&j->process, writing, left);
    }
    return true;
}

static void report(struct judge *j, const struct err *what, int status, const char *then)
{
    struct str end = {0};
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) { // else it was us
        str_puts(&end, " (");
        process_status(status, &end);
        str_puts(&end, ")");
    }
    while (j->messages.size && strchr("\r\n", j->messages.data[j->messages.size - 1]))
        j->messages.data[--j->messages.size] = 0;
    const char *tail =
        j->messages.size > STDERR_KEPT ? j->messages.data + j->messages.size - STDERR_KEPT : j->messages.data;
    terminal_print(stderr, "vkr1: reward exec: %s %s%s at completion %d of %d; %s%s%s\n",
                   j->entry->options[COMMAND].list[0], what->text, end.data ? end.data : "", j->answered + 1, j->n,
                   then, j->messages.size ? ". Its stderr ends:\n" : "", j->messages.size ? tail : "");
    str_finish(&end);
}

static void skip(struct judge *j, const char *reason)
{
    reward_say(reward_why(j->entry, &j->items[j->answered]), "the program %s: skipped", reason);
    settle(j, NAN);
}

static void judge_batch(const struct reward_entry *e, struct reward_item *items, int n)
{
    struct judge *j = e->state;
    j->items = items;
    j->n = n;
    j->asked = j->answered = j->tries = 0;
    j->since = clock_now();
    for (int failures = 0; j->answered < n;) {
        struct err err = {0};
        int before = j->answered;
        bool ok = j->process.pid ? serve(j, &err) : start(j, &err) && serve(j, &err);
        if (ok)
            break;
        failures = j->answered > before ? 1 : failures + 1;
        int status = process_end(&j->process, j->process.out < 0 ? GRACE : 0);
        bool last = ++j->tries == TRIES, over = failures == FAILURES_MAX;
        report(j, &err, status,
               over   ? "the rest of these completions is skipped"
               : last ? "that one is skipped"
                      : "started again");
        if (last || over)
            skip(j, err.text);
        while (over && j->answered < n)
            skip(j, err.text);
    }
}

const struct reward_kind reward_exec = {
    .name = "exec",
    .range = "any",
    .summary = "what a program of yours replies, over pipes; 1 means right",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .open = open_program,
    .close = close_program,
    .batch = judge_batch,
};
