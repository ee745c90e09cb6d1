// `vkr1 tokenize`: JSONL in, JSONL out, a line for each line.
#include <inttypes.h>
#include <stdio.h>

#include "base/lines.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/tokenize_chat.h"
#include "model/tokenizer.h"

struct run {
    struct tokenizer tokenizer;
    struct ids ids;
    struct str text, out;
    unsigned flags;
    bool decode, chat, model; // model: there is a tokenizer
};

static bool encode_line(struct run *r, const struct json *v, struct err *err)
{
    if (json_kind(json_get(v, "text")) != JSON_STRING)
        return fail(err, "no \"text\" of type string");
    str_clear(&r->text);
    json_text(json_get(v, "text"), &r->text);
    if (!tokenizer_encode(&r->tokenizer, r->text.data, r->text.size, r->flags, &r->ids, err))
        return false;
    str_puts(&r->out, "{\"ids\":[");
    for (size_t i = 0; i < r->ids.count; i++)
        str_printf(&r->out, "%s%" PRId32, i ? "," : "", r->ids.data[i]);
    str_puts(&r->out, "]}\n");
    return true;
}

static bool decode_line(struct run *r, const struct json *v, struct err *err)
{
    const struct json *list = json_get(v, "ids");
    if (json_kind(list) != JSON_ARRAY)
        return fail(err, "\"ids\" must be an array of whole numbers, not %s", json_show(list, (char[JSON_SHOWN]){0}));
    for (const struct json *i = json_first(list); i; i = json_next(i)) {
        int64_t id = json_int(i, -1);
        if (id < 0 || id > INT32_MAX)
            return fail(err, "element %zu of \"ids\" is not a token id but %s", r->ids.count,
                        json_show(i, (char[JSON_SHOWN]){0}));
        ids_push(&r->ids, (int32_t)id);
    }
    str_clear(&r->text);
    tokenizer_decode(&r->tokenizer, r->ids.data, r->ids.count, false, &r->text);
    str_puts(&r->out, "{\"text\":");
    str_put_json(&r->out, r->text.data, r->text.size);
    str_puts(&r->out, "}\n");
    return true;
}

static bool do_line(struct run *r, const struct lines *in, struct err *err)
{
    ids_clear(&r->ids);
    str_clear(&r->out);
    char what[64];
    snprintf(what, sizeof what, "line %zu", in->number);
    struct json *v = json_parse(in->line.data, in->line.size, false, what, err);
    if (!v)
        return false;
    bool ok = (r->chat     ? tokenize_chat(r->model ? &r->tokenizer : NULL, v, &r->out, err)
               : r->decode ? decode_line(r, v, err)
                           : encode_line(r, v, err)) ||
              fail_in(err, "%s", what);
    json_close(v);
    return ok;
}

int cli_tokenize(int argc, char **argv)
{
    const char *model = NULL;
    bool special = false, plain = false, decode = false, chat = false;
    const struct cli_option options[] = {
        {"model", CLI_STRING, &model, "M", "directory with a tokenizer.json, or a GGUF file"},
        {"special", CLI_FLAG, &special, NULL, "add what the tokenizer puts around a text (BOS and the like)"},
        {"plain", CLI_FLAG, &plain, NULL, "special tokens written in the text are ordinary text"},
        {"decode", CLI_FLAG, &decode, NULL, "ids to text"},
        {"chat", CLI_FLAG, &chat, NULL, "conversations, through the model's chat template"},
    };
    struct cli cli = {
        .usage = "vkr1 tokenize --model M [--special] < in.jsonl",
        .notes =
            "Each line of standard input is an object: {\"text\": \"...\"} gives {\"ids\": [...]}; with --decode\n"
            "{\"ids\": [...]} gives {\"text\": \"...\"}. A bad line is reported with its number on standard error\n"
            "and gives no output; the exit code is then 1. With --chat {\"messages\": [...]}, and if wanted tools,\n"
            "add_generation_prompt (default true), continue_final_message, template, bos_token, eos_token and\n"
            "variables, gives {\"text\": \"...\", \"ids\": [...]}, or {\"error\": \"...\"} where the template raises;\n"
            "with a template in the row it needs no --model and gives the text alone: tools and documents are then\n"
            "undefined where the row has none, else they are none, as in transformers.",
        .options = options,
        .option_count = sizeof options / sizeof *options,
    };
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    if (!model && !chat)
        return cli_missing(&cli, "--model");
    struct run r = {.decode = decode,
                    .chat = chat,
                    .model = model,
                    .flags = (special ? TOKENIZER_SPECIAL : 0u) | (plain ? TOKENIZER_PLAIN : 0u)};
    struct err err = {0};
    struct lines in;
    if ((model && !tokenizer_open(&r.tokenizer, model, &err)) || !lines_open(&in, "-", &err))
        return cli_failed("tokenize", &err);
    code = 0;
    while (lines_next(&in, &err)) {
        if (do_line(&r, &in, &err)) {
            terminal_result(r.out.data, r.out.size);
            if (lines_waits(&in)) // a program at the other end may wait for the result before it goes on
                fflush(stdout);
        } else {
            code = cli_failed("tokenize", &err);
            err = (struct err){0};
        }
    }
    if (err.text[0])
        code = cli_failed("tokenize", &err);
    lines_close(&in);
    ids_finish(&r.ids);
    str_finish(&r.text);
    str_finish(&r.out);
    tokenizer_close(&r.tokenizer);
    return code;
}
