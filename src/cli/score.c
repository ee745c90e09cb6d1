// vkr1 score: rewards for completions read as JSON lines.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "rl/reward.h"


enum { GROUP_MAX = 1024 };               // rows of a group; memory is bounded by this and
enum { GROUP_BYTES_MAX = 256 << 20 };    // the bytes of a group's lines

struct scorer {
    struct reward_set set;
    bool explain;
    struct str out;
    // The group that is being read
    struct json *rows[GROUP_MAX];
    struct problem problems[GROUP_MAX];
    struct reward_item items[GROUP_MAX];
    size_t lines[GROUP_MAX];
    double parts[GROUP_MAX][REWARDS_MAX];
    int count;
    size_t bytes;
    struct arena memory; // of the group
    struct str key;      // its "group" value as JSON; empty when the row has none
    // Over the run
    size_t scored, bad, skipped[REWARDS_MAX], all_skipped;
    double sum[REWARDS_MAX], reward_sum;
};

static void put_value(struct str *s, double v)
{
    str_put_number(s, v); // NaN becomes null
}

static void put_row(struct scorer *s, int i)
{
    str_clear(&s->out);
    str_puts(&s->out, "{\"rewards\":{");
    for (int k = 0; k < s->set.count; k++) {
        double v = s->parts[i][k];
        str_printf(&s->out, "%s\"%s\":", k ? "," : "", s->set.entries[k].kind->name);
        put_value(&s->out, v);
        s->skipped[k] += isnan(v);
        s->sum[k] += isnan(v) ? 0 : v;
    }
    str_puts(&s->out, "},\"reward\":");
    put_value(&s->out, s->items[i].reward);
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
    fwrite(s->out.data, 1, s->out.size, stdout);
    s->scored++;
    s->all_skipped += isnan(s->items[i].reward);
    s->reward_sum += isnan(s->items[i].reward) ? 0 : s->items[i].reward;
}

// Scores and prints the group, and forgets it.
static void flush_group(struct scorer *s)
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
    s->count = 0;
    s->bytes = 0;
    arena_reset(&s->memory);
}

static bool token_ids(struct reward_item *item, const struct json *ids, struct arena *memory, struct err *err)
{
    if (!ids || json_kind(ids) == JSON_NULL)
        return true;
    if (json_kind(ids) != JSON_ARRAY)
        return fail(err, "\"completion_ids\" must be an array of whole numbers");
    int32_t *tokens = arena_array(memory, int32_t, json_count(ids) + 1);
    for (const struct json *v = json_first(ids); v; v = json_next(v)) {
        int64_t id = json_int(v, -1);
        if (id < 0 || id > INT32_MAX)
            return fail(err, "\"completion_ids\" must be an array of whole numbers");
        tokens[item->token_count++] = (int32_t)id;
    }
    item->tokens = tokens;
    return true;
}

// Fills place i of the group from row.
static bool read_row(struct scorer *s, int i, const struct json *row, const char *where, struct err *err)
{
    s->problems[i] = (struct problem){.row = row};
    s->items[i] = (struct reward_item){.problem = &s->problems[i], .parts = s->parts[i]};
    if (json_kind(row) != JSON_OBJECT)
        return fail(err, "%s: a JSON object was expected, as in {\"completion\": ..., \"answer\": ...}", where);
    const char *completion = json_string(json_get(row, "completion"), NULL);
    if (!completion)
        return fail(err, "%s: the field \"completion\" is %s", where,
                    json_get(row, "completion") ? "not a text" : "missing");
    s->items[i].completion = text_of(completion);
    const struct json *answer = json_get(row, "answer");
    s->problems[i].answer = problem_text(answer, &s->memory);
    if (answer && !s->problems[i].answer && json_kind(answer) != JSON_NULL)
        return fail(err, "%s: the field \"answer\" must be a text, a number or null", where);
    s->problems[i].prompt = json_string(json_get(row, "prompt"), NULL);
    if (!problem_load_countdown(&s->problems[i], row, NULL, NULL, where, err))
        return false;
    return token_ids(&s->items[i], json_get(row, "completion_ids"), &s->memory, err) || fail_in(err, "%s", where);
}

// Takes one line into the group, after printing the one before where this begins another.
static bool take_line(struct scorer *s, const struct lines *l, struct err *err)
{
    char where[64];
    struct str key = {0};
    snprintf(where, sizeof where, "line %zu", l->number);
    struct json *row = json_parse(l->line.data, l->line.size, false, where, err);
    if (!row)
        return false;
    const struct json *group = json_get(row, "group");
    if (group && json_kind(group) != JSON_NULL)
        json_print(group, &key, false);
    bool same = s->count && key.size && s->key.size == key.size && memcmp(key.data, s->key.data, key.size) == 0;
    if (same && (s->count == GROUP_MAX || s->bytes > GROUP_BYTES_MAX)) {
        fprintf(stderr, "vkr1 score: %s: its group is cut here: a group has at most %d rows and %d MiB\n", where, GROUP_MAX,
                GROUP_BYTES_MAX >> 20);
        same = false;
    }
    if (!same)
        flush_group(s);
    str_finish(&s->key);
    s->key = key;
    if (!read_row(s, s->count, row, where, err)) {
        json_close(row);
        return false;
    }
    s->bytes += l->line.size;
    s->lines[s->count] = l->number;
    s->rows[s->count++] = row;
    if (!key.size) // a row by itself: its result goes out at once, so that a program at the other end can wait for it
        flush_group(s);
    return true;
}

static void summary(const struct scorer *s)
{
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
    struct lines l = {0};
    if (!lines_open(&l, path, err))
        return false;
    while (lines_next(&l, err)) {
        struct err bad = {0};
        if (strspn(l.line.data, " \t") == l.line.size || take_line(s, &l, &bad))
            continue;
        s->bad++;
        fprintf(stderr, "vkr1 score: %s\n", bad.text);
    }
    flush_group(s);
    lines_close(&l);
    summary(s);
    if (fflush(stdout) != 0 || ferror(stdout))
        return fail_errno(err, "cannot write the results");
    return !err->text[0] && (s->bad == 0 || fail(err, "%zu of %zu lines could not be scored", s->bad, s->bad + s->scored));
}

static const char notes_head[] =
    "Each line of the input is an object: \"completion\" (text), \"answer\" (text, number or null), for countdown\n"
    "\"nums\" and \"target\", for repetition(unit=tokens) \"completion_ids\". Adjacent lines with the same \"group\" are\n"
    "compared with each other by the length reward. Each line of the output is {\"rewards\":{NAME:VALUE,...},\n"
    "\"reward\":SUM}, null for a skipped reward. Lines that cannot be read are reported by number on stderr and give\n"
    "no output; the rest goes on, and the exit code is 1.\n\n"
    "LIST is NAME:WEIGHT,...; options in brackets: numeric(extract=answer):1,format(style=compact):0.5\n\nrewards:\n";

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
    str_finish(&s.key);
    arena_finish(&s.memory);
    arena_finish(&memory);
    return code;
}
