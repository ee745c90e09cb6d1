// vkr1 score: rewards for completions read as JSON lines.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/score_row.h"
#include "data/rows.h"

enum {
    BATCH = 256,
    GROUP_MAX = 1024
};                                    // rows that are scored together, rows of a group; memory is bounded by these and
enum { GROUP_BYTES_MAX = 256 << 20 }; // the bytes of the batch's lines
enum { ROOM = BATCH + GROUP_MAX };

struct scorer {
    struct reward_set set;
    bool explain;
    struct str out, answer;
    // The batch that is being read: whole groups
    struct json *rows[ROOM];
    struct problem problems[ROOM];
    struct reward_item items[ROOM];
    double parts[ROOM][REWARDS_MAX];
    int count, group_count; // rows of the batch, of its last group
    size_t bytes;
    struct arena memory; // of the batch
    struct str key;      // the last group's "group" value as JSON; empty when the row has none
    // Over the run
    size_t scored, bad, skipped[REWARDS_MAX], all_skipped;
    double sum[REWARDS_MAX], reward_sum;
    size_t unreadable[REWARDS_MAX]; // lines whose gold a reward cannot read, and what is wrong with the first of them
    struct str shown[REWARDS_MAX];
};

// Counts a line that reward k skipped, where that is the gold's doing.
static void count_unreadable(struct scorer *s, int k, const struct problem *p)
{
    enum { SHOWN = 3 };
    struct str why = {0};
    if (!reward_readable(&s->set.entries[k], p, &why)) {
        size_t n = s->unreadable[k]++;
        if (n < SHOWN)
            str_printf(&s->shown[k], "%sline %zu: %s", n ? "; " : "", p->line, why.data);
        else if (n == SHOWN)
            str_puts(&s->shown[k], "; ...");
    }
    str_finish(&why);
}

static void put_row(struct scorer *s, int i)
{
    str_clear(&s->out);
    str_clear(&s->answer);
    str_puts(&s->out, "{\"rewards\":{");
    for (int k = 0; k < s->set.count; k++) {
        double v = s->parts[i][k];
        str_printf(&s->out, "%s\"%s\":", k ? "," : "", s->set.entries[k].kind->name);
        str_put_number(&s->out, v); // NaN becomes null
        s->skipped[k] += isnan(v);
        s->sum[k] += isnan(v) ? 0 : v;
        if (isnan(v))
            count_unreadable(s, k, s->items[i].problem);
    }
    str_puts(&s->out, "},\"reward\":");
    str_put_number(&s->out, s->items[i].reward);
    str_puts(&s->out, ",\"answer\":");
    if (reward_answer(&s->set, &s->items[i], &s->answer))
        str_put_json(&s->out, s->answer.data ? s->answer.data : "", s->answer.size);
    else
        str_puts(&s->out, "null");
    if (s->items[i].why) {
        str_puts(&s->out, ",\"explain\":{");
        for (int k = 0; k < s->set.count; k++) {
            struct str *w = &s->items[i].why[k];
            str_printf(&s->out, "%s\"%s\":", k ? "," : "", s->set.entries[k].kind->name);
            str_put_json(&s->out, w->data ? w->data : "", w->size);
            str_finish(w);
        }
        str_putc(&s->out, '}');
    }
    str_puts(&s->out, "}\n");
    terminal_result(s->out.data, s->out.size);
    s->scored++;
    s->all_skipped += isnan(s->items[i].reward);
    s->reward_sum += isnan(s->items[i].reward) ? 0 : s->items[i].reward;
}

// Scores and prints the batch, and forgets it.
static void flush_batch(struct scorer *s)
{
    struct str *why = s->explain ? arena_array(&s->memory, struct str, s->count * s->set.count) : NULL;
    for (int i = 0; why && i < s->count; i++)
        s->items[i].why = &why[i * s->set.count];
    reward_run(&s->set, s->items, s->count);
    for (int i = 0; i < s->count; i++) {
        put_row(s, i);
        json_close(s->rows[i]);
    }
    if (s->count)
        fflush(stdout);
    s->count = s->group_count = 0;
    s->bytes = 0;
    arena_reset(&s->memory);
}

// Whether the row with this "group" belongs to the group of the row before. Makes room for it.
static bool joins_group(struct scorer *s, const struct str *key, const char *where)
{
    bool same =
        s->group_count && key->size && s->key.size == key->size && memcmp(key->data, s->key.data, key->size) == 0;
    if (same && (s->group_count == GROUP_MAX || s->bytes > GROUP_BYTES_MAX)) {
        terminal_print(stderr, "vkr1 score: %s: its group is cut here: a group has at most %d rows and %d MiB\n", where,
                       GROUP_MAX, GROUP_BYTES_MAX >> 20);
        same = false;
    }
    if (!same && (s->count >= BATCH || s->bytes > GROUP_BYTES_MAX))
        flush_batch(s);
    return same;
}

// Takes a row into the batch, after printing that where it is full.
static bool take_row(struct scorer *s, struct json *row, const struct rows *rows, struct err *err)
{
    const char *where = rows->where.data;
    struct str key = {0};
    const struct json *group = json_get(row, "group");
    if (group && json_kind(group) != JSON_NULL)
        json_print(group, &key, false);
    bool same = joins_group(s, &key, where);
    str_finish(&s->key);
    s->key = key;
    if (!same)
        s->group_count = 0;
    int i = s->count, before = i ? s->items[i - 1].group : 0;
    s->problems[i] = (struct problem){.row = row, .line = rows->line};
    s->items[i] =
        (struct reward_item){.problem = &s->problems[i], .parts = s->parts[i], .group = same ? before : before + 1};
    if (!score_row_read(row, &s->problems[i], &s->items[i], &s->memory, where, err)) {
        json_close(row);
        return false;
    }
    s->bytes += rows->bytes;
    s->rows[s->count++] = row;
    s->group_count++;
    return true;
}

static void summary(const struct scorer *s)
{
    for (int k = 0; k < s->set.count; k++)
        if (s->unreadable[k])
            terminal_print(stderr, "vkr1 score: %s cannot judge %zu of %zu lines: %s\n", s->set.entries[k].kind->name,
                           s->unreadable[k], s->scored, s->shown[k].data);
    fprintf(stderr, "vkr1 score: %zu scored, %zu bad lines", s->scored, s->bad);
    for (int k = 0; k < s->set.count; k++) {
        size_t n = s->scored - s->skipped[k];
        fprintf(stderr, "; %s", s->set.entries[k].kind->name);
        if (n)
            fprintf(stderr, " mean %.4f", s->sum[k] / (double)n);
        if (s->skipped[k])
            fprintf(stderr, " (%zu skipped)", s->skipped[k]);
    }
    if (s->scored > s->all_skipped)
        fprintf(stderr, "; reward mean %.4f", s->reward_sum / (double)(s->scored - s->all_skipped));
    fprintf(stderr, "\n");
}

static bool run(struct scorer *s, const char *path, struct err *err)
{
    struct rows rows;
    struct json *row;
    if (!rows_open(&rows, path, err))
        return false;
    for (;;) {
        struct err bad = {0};
        enum rows_next next = rows_next(&rows, &row, &bad);
        if (next == ROWS_FAILED)
            *err = bad;
        if (next == ROWS_END || next == ROWS_FAILED)
            break;
        if (next == ROWS_BAD || !take_row(s, row, &rows, &bad)) {
            s->bad++;
            terminal_print(stderr, "vkr1 score: %s\n", bad.text);
        }
        if (s->key.size == 0 && rows_wait(&rows)) // a program at the other end may wait for the result
            flush_batch(s);
    }
    flush_batch(s);
    rows_close(&rows);
    summary(s);
    return !err->text[0] &&
           (s->bad == 0 || fail(err, "%zu of %zu lines could not be scored", s->bad, s->bad + s->scored));
}

static const char notes_head[] = "Each line of the input is an object: \"completion\" (a text, or messages), "
                                 "\"answer\" (the gold answer: a text, a number or\n"
                                 "null; other names of it are those of docs/config.md), and what a reward "
                                 "names: \"nums\" and \"target\" for\n"
                                 "countdown, \"completion_ids\" for those that count tokens. Adjacent lines with the "
                                 "same \"group\" are compared with each\n"
                                 "other by the length reward. Each line of the output is "
                                 "{\"rewards\":{NAME:VALUE,...},\"reward\":SUM,\"answer\":TEXT}, null\n"
                                 "for a skipped reward and for an answer that is not found. Lines that cannot be read "
                                 "are reported by number on stderr and\n"
                                 "give no output; the rest goes on, and the exit code is 1.\n\n"
                                 "LIST is NAME:WEIGHT,...; options in brackets: "
                                 "numeric(extract=answer):1,format(style=compact):0.5; or a config's array.\n"
                                 "docs/rewards.md says more about every reward.\n\nrewards:\n";

int cli_score(int argc, char **argv)
{
    static struct scorer s; // large
    const char *list = NULL;
    struct str notes = {0};
    str_puts(&notes, notes_head);
    reward_describe(&notes);
    const struct cli_option options[] = {
        {"reward", CLI_STRING, &list, "LIST", "which rewards, with weights, e.g. numeric:1,format:0.5"},
        {"explain", CLI_FLAG, &s.explain, NULL, "add \"explain\": why each value is what it is"},
    };
    struct cli cli = {.usage = "vkr1 score --reward LIST [--explain] [FILE] < in.jsonl",
                      .notes = notes.data,
                      .options = options,
                      .option_count = 2,
                      .max_args = 1};
    struct arena memory = {0};
    struct err err = {0};
    int code = cli_parse(&cli, argc, argv);
    if (code < 0 && !list) {
        fprintf(stderr, "vkr1 score: --reward is missing, as in --reward numeric:1,format:0.5; see --help\n");
        code = 2;
    }
    if (code < 0 && !reward_set_parse(&s.set, list, &memory, &err)) {
        cli_failed("score", &err);
        code = 2;
    }
    if (code < 0 && !reward_set_open(&s.set, &err))
        code = cli_failed("score", &err);
    if (code < 0)
        code = run(&s, cli.arg_count ? cli.args[0] : "-", &err) ? 0 : cli_failed("score", &err);
    reward_set_close(&s.set);
    str_finish(&notes);
    str_finish(&s.out);
    str_finish(&s.answer);
    str_finish(&s.key);
    for (int k = 0; k < REWARDS_MAX; k++)
        str_finish(&s.shown[k]);
    arena_finish(&s.memory);
    arena_finish(&memory);
    return code;
}
