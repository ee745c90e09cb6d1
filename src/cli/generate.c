// vkr1 generate: one completion, printed while it is sampled.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/model_options.h"
#include "rl/rollout.h"

struct printer {
    struct tokenizer *tokenizer;
    struct tokenizer_stream stream;
    struct str text;
    const struct episode *episode;
    size_t shown;      // bytes of the completion's text so far
    bool special, ids; // ids: numbers are printed, with a space between them
    int count;
};

// The text, of which what follows a stop text is cut; counted: it belongs to the completion's text.
static void print_text(struct printer *p, bool counted)
{
    const struct episode *e = p->episode;
    size_t room = counted && e->finish == FINISH_STOP ? e->stop_size - p->shown : SIZE_MAX;
    size_t n = p->text.size < room ? p->text.size : room;
    p->shown += counted ? n : 0;
    if (n)
        terminal_result(p->text.data, n);
    fflush(stdout);
}

static bool print_token(void *user, int episode, int32_t token)
{
    struct printer *p = user;
    (void)episode;
    str_clear(&p->text);
    if (p->ids)
        str_printf(&p->text, "%s%d", p->count++ ? " " : "", token);
    else
        tokenizer_stream_next(p->tokenizer, &p->stream, token, !p->special, &p->text);
    print_text(p, !p->ids && !tokenizer_is_special(p->tokenizer, token));
    return true;
}

// "1 5 9" or "1,5,9".
static bool read_ids(const char *text, uint32_t vocab, struct ids *out, struct err *err)
{
    static const char between[] = " \t\r\n,";
    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        char *end;
        long id = strtol(text, &end, 10);
        if (end == text || (*end && !strchr(between, *end)) || id < 0 || id >= (long)vocab)
            return fail(err, "--ids: \"%.*s\" is no whole number from 0 to %u", (int)strcspn(text, between), text,
                        vocab - 1);
        ids_push(out, (int32_t)id);
        text = end;
    }
    return out->count > 0 || fail(err, "--ids: there are no tokens");
}

struct how {
    bool special, ids, show; // options of the command
};

static bool run(struct model_cli *m, const char *prompt, struct how how, struct err *err)
{
    bool as_ids = how.ids;
    struct str text = {0};
    struct session s = {0};
    struct rollout rollout = {0};
    struct arena memory = {0};
    struct ids ids = {0};
    struct sampling_params sampling = {m->temperature, (int)m->top_k, m->top_p, m->min_p};
    bool ok = model_cli_open(m, &s, as_ids, err) &&
              (as_ids ? read_ids(prompt, s.model_config.vocab, &ids, err)
                      : prompter_encode_text(&s.prompter, prompt, &text, &ids, err)) &&
              model_cli_limits(m, &s, ids.count, err);
    if (ok)
        rollout_plan(&rollout, &s.engine,
                     (struct rollout_options){.slots = 1,
                                              .prompts = 1,
                                              .max_prompt = (int)m->max_prompt,
                                              .max_completion = (int)m->max_tokens,
                                              .prefill_rows = 128,
                                              .truncate = sampling_truncates(&sampling)});
    ok = ok && model_cli_stops(m, &s, &rollout.stops, err) && session_commit(&s, err) && rollout_init(&rollout, err);
    if (ok && how.show && !as_ids)
        terminal_result(text.data, text.size);
    struct episode e = {.prompt = ids.data, .prompt_count = (int)ids.count};
    struct printer printer = {.tokenizer = &s.tokenizer, .episode = &e, .special = how.special, .ids = as_ids};
    struct rollout_run run = {.sampling = sampling, .seed = (uint32_t)m->seed, .token = print_token, .user = &printer};
    ok = ok && rollout_sample(&rollout, &e, 1, &run, &memory, err);
    if (ok) {
        str_clear(&printer.text);
        tokenizer_stream_finish(&printer.stream, &printer.text);
        print_text(&printer, true);
        fputc('\n', stdout);
        fflush(stdout);
        log_info("%d prompt tokens in %.2f s, %d tokens in %.2f s (%.1f tokens/s), %s", e.prompt_count,
                 rollout.stats.prefill_s, e.completion_count, rollout.stats.decode_s,
                 (double)e.completion_count / rollout.stats.decode_s,
                 e.finish == FINISH_EOS    ? "ended by the model"
                 : e.finish == FINISH_STOP ? "ended at a stop"
                                           : "cut at --max-tokens");
    }
    str_finish(&printer.text);
    str_finish(&text);
    ids_finish(&ids);
    arena_finish(&memory);
    rollout_finish(&rollout);
    session_close(&s);
    return ok;
}

int cli_generate(int argc, char **argv)
{
    struct model_cli m;
    struct cli_option options[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING + 3];
    struct how how = {0};
    model_cli_init(&m, options);
    options[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING] =
        (struct cli_option){"special", CLI_FLAG, &how.special, NULL, "print special tokens too"};
    options[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING + 1] =
        (struct cli_option){"ids", CLI_FLAG, &how.ids, NULL,
                            "PROMPT is token ids, \"1 5 9\", and so is the output; no tokenizer is needed"};
    options[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING + 2] = (struct cli_option){
        "show-prompt", CLI_FLAG, &how.show, NULL, "print the text that the model is given, before the completion"};
    struct cli cli = {
        .usage = "vkr1 generate --model M [options] \"PROMPT\", or vkr1 generate RUN \"PROMPT\"",
        .options = options,
        .option_count = MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING + 3,
        .min_args = 1,
        .max_args = 2,
        .notes = "The prompt is put into the model's chat form, or that of the run; --template raw takes it as it is."};
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    struct err err = {0};
    if (cli.arg_count == 2 && !model_cli_take_run(&m, cli.args[0], &err)) {
        cli_failed("generate", &err);
        return 2;
    }
    if (!m.model)
        return cli_missing(&cli, "--model");
    bool ok = model_cli_config(&m, &err) && run(&m, cli.args[cli.arg_count - 1], how, &err);
    run_config_close(&m.config);
    return ok ? 0 : cli_failed("generate", &err);
}
