// vkr1 logprob: log-probabilities of given texts, teacher-forced; JSON lines in and out.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/lines.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/model_options.h"
#include "train/learner.h"

enum { GROUP = 256 }; // lines that are packed together

struct scorer {
    struct session session;
    struct learner learner;
    struct learner_tokens tokens;
    struct arena memory; // of the group
    struct sequence sequences[GROUP];
    const int32_t *ids[GROUP];
    int lengths[GROUP], of[GROUP]; // of[i]: the line of sequence i
    int lines, count;
    unsigned flags;
    int64_t max_length;
};

// The ids of a line, in the group's memory.
static bool read_ids(struct scorer *s, const struct json *row, const char *where, struct ids *out, struct err *err)
{
    const struct json *list = json_get(row, "ids");
    bool text = json_kind(json_get(row, "text")) == JSON_STRING;
    ids_clear(out);
    if (text) {
        if (!s->session.tokenizer.parts && !session_open_tokenizer(&s->session, err)) // only texts need one
            return fail_in(err, "%s", where);
        struct str bytes = {0}; // may contain zero bytes
        json_text(json_get(row, "text"), &bytes);
        bool ok = tokenizer_encode(&s->session.tokenizer, bytes.data ? bytes.data : "", bytes.size, s->flags, out, err);
        str_finish(&bytes);
        if (!ok)
            return fail_in(err, "%s", where);
    }
    if (!text && json_kind(list) != JSON_ARRAY)
        return fail(err, "%s: neither \"text\" nor \"ids\" is there", where);
    for (const struct json *v = text ? NULL : json_first(list); v; v = json_next(v)) {
        int64_t id = json_int(v, -1);
        if (id < 0 || id >= (int64_t)s->session.model_config.vocab)
            return fail(err, "%s: an id is no whole number from 0 to %u: %s", where, s->session.model_config.vocab - 1,
                        json_show(v, (char[JSON_SHOWN]){0}));
        ids_push(out, (int32_t)id);
    }
    if (out->count == 0)
        return fail(err, "%s: there are no tokens", where);
    if ((int64_t)out->count > s->max_length)
        return fail(err, "%s: %zu tokens, more than --max-length %lld", where, out->count, (long long)s->max_length);
    return true;
}

static void add_line(struct scorer *s, const struct ids *ids)
{
    int32_t *copy = arena_array(&s->memory, int32_t, ids->count);
    memcpy(copy, ids->data, sizeof(int32_t) * ids->count);
    s->ids[s->lines] = copy;
    s->lengths[s->lines] = (int)ids->count;
    if (ids->count > 1) {
        s->of[s->count] = s->lines;
        s->sequences[s->count++] = (struct sequence){copy, 1, copy + 1, (int)ids->count - 1};
    }
    s->lines++;
}

static void print_line(const int32_t *ids, const float *logp, int n, struct str *out)
{
    str_clear(out);
    str_puts(out, "{\"ids\": [");
    for (int i = 0; i < n; i++)
        str_printf(out, "%s%d", i ? ", " : "", ids[i]);
    str_puts(out, "], \"logprobs\": [null");
    for (int i = 1; i < n; i++) {
        str_puts(out, ", ");
        str_put_number(out, (double)logp[i - 1]);
    }
    str_puts(out, "]}\n");
    fwrite(out->data, 1, out->size, stdout);
}

static bool flush(struct scorer *s, struct err *err)
{
    float *logp[GROUP] = {0};
    bool ok = true;
    for (int i = 0; i < s->count; i++)
        logp[s->of[i]] = arena_array(&s->memory, float, s->sequences[i].completion_count);
    for (int first = 0, n; ok && first < s->count; first += n) {
        struct batch *b = &s->learner.batch;
        n = batch_pack(b, s->sequences, first, s->count);
        ok = learner_run(&s->learner, &s->tokens, err);
        for (int i = 0; ok && i < n; i++)
            memcpy(logp[s->of[first + i]], s->tokens.logp + b->first_row[i],
                   sizeof(float) * (size_t)s->sequences[first + i].completion_count);
    }
    struct str out = {0};
    for (int i = 0; ok && i < s->lines; i++)
        print_line(s->ids[i], logp[i], s->lengths[i], &out);
    str_finish(&out);
    fflush(stdout);
    arena_reset(&s->memory);
    s->lines = s->count = 0;
    return ok;
}

static bool read_all(struct scorer *s, int *bad, struct err *err)
{
    struct lines in;
    struct ids ids = {0};
    bool ok = lines_open(&in, "-", err);
    while (ok && lines_next(&in, err)) {
        char where[64];
        struct err line_err = {0};
        snprintf(where, sizeof where, "line %zu", in.number);
        struct json *row = json_parse(in.line.data, in.line.size, false, where, &line_err);
        if (row && read_ids(s, row, where, &ids, &line_err)) {
            add_line(s, &ids);
        } else {
            terminal_print(stderr, "vkr1 logprob: %s\n", line_err.text);
            ++*bad;
        }
        json_close(row);
        if (s->lines == GROUP || lines_waits(&in)) // a program at the other end may wait for the result
            ok = flush(s, err);
    }
    ok = ok && !err->text[0] && flush(s, err);
    lines_close(&in);
    ids_finish(&ids);
    return ok;
}

int cli_logprob(int argc, char **argv)
{
    struct model_cli m;
    struct cli_option options[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING];
    bool special = false;
    int64_t max_length = MODEL_CLI_UNSET;
    model_cli_init(&m, options);
    options[MODEL_CLI_OPTIONS] = (struct cli_option){"special", CLI_FLAG, &special, NULL,
                                                     "texts get BOS and the like, as transformers adds them"};
    options[MODEL_CLI_OPTIONS + 1] =
        (struct cli_option){"max-length", CLI_COUNT, &max_length, "N",
                            "longest line, tokens (default 1024, or what the model was made for)"};
    struct cli cli = {
        .usage = "vkr1 logprob --model M [options] < in.jsonl",
        .options = options,
        .option_count = MODEL_CLI_OPTIONS + 2,
        .required = "model",
        .notes =
            "Reads {\"text\": ...} or {\"ids\": [...]} a line, writes {\"ids\", \"logprobs\"}: nats, teacher-forced,\n"
            "null for the first token. A bad line is reported by number; the exit code is then 1."};
    int code = cli_parse(&cli, argc, argv), bad = 0;
    if (code >= 0)
        return code;
    struct err err = {0};
    static struct scorer s;
    s.flags = special ? TOKENIZER_SPECIAL : 0;
    m.template_ = "raw";
    bool given = max_length != MODEL_CLI_UNSET;
    if (!given)
        max_length = 1024;
    bool ok = model_cli_config(&m, &err) &&
              session_open(&s.session, &m.config,
                           (struct session_options){
                               .positions = max_length, .limits = "--max-length", .fewer = !given, .ids = true},
                           &err);
    if (ok) {
        s.max_length = s.session.positions;
        int rows = (int)(s.max_length < 512 ? 512 : s.max_length);
        learner_plan(&s.learner, &s.session.engine, &s.session.engine.model,
                     (struct learner_options){.rows = rows, .chunk = 128});
        s.tokens = learner_tokens_new(&s.session.arena, rows);
    }
    ok = ok && session_commit(&s.session, &err) && learner_init(&s.learner, &err) && read_all(&s, &bad, &err);
    learner_finish(&s.learner);
    session_close(&s.session);
    run_config_close(&m.config);
    return ok ? bad > 0 : cli_failed("logprob", &err);
}
