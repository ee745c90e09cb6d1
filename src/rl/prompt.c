#include "rl/prompt.h"

#include <string.h>

#include "base/json.h"

bool prompter_init(struct prompter *p, struct tokenizer *t, const struct run_config *c, struct err *err)
{
    bool automatic = strcmp(c->prompt.template_, "auto") == 0;
    *p = (struct prompter){.tokenizer = t, .system = c->prompt.system, .prefix = c->prompt.assistant_prefix, .end = -1};
    if (c->prompt.system && strcmp(c->prompt.template_, "raw") == 0)
        return fail(err,
                    "prompt.system is given, but prompt.template raw has no place for it: put it into the prompts, "
                    "or give a text with {system} and {prompt}");
    struct chat_options o = {
        .template_ = c->prompt.template_, .variables = c->prompt.chat_template_kwargs, .say = automatic};
    if (!chat_init(&p->chat, t, o, err))
        return fail_in(err, "prompt.template");
    const struct json *more = c->prompt.chat_template_kwargs;
    if (more && json_kind(more) != JSON_OBJECT)
        return fail(err, "prompt.chat_template_kwargs is no object, such as {\"enable_thinking\": false}, but %s",
                    json_show(more, (char[JSON_SHOWN]){0}));
    for (const struct json *v = json_first(more); v; v = json_next(v))
        if (!chat_reads(&p->chat, json_key(v)))
            return fail(err, "prompt.chat_template_kwargs: %s never reads \"%.60s\", so it would do nothing",
                        p->chat.name, json_key(v));
    p->end = chat_end_token(&p->chat, t);
    return true;
}

void prompter_finish(struct prompter *p)
{
    chat_finish(&p->chat);
}

static bool render(const struct prompter *p, const struct chat_message *messages, int n, const struct json *tools,
                   struct str *out, struct err *err)
{
    const struct chat_conversation v = {
        .messages = messages, .count = (size_t)n, .tools = tools, .add_generation_prompt = true};
    if (!chat_render(&p->chat, &v, out, err))
        return false;
    str_puts(out, p->prefix ? p->prefix : "");
    return true;
}

bool prompter_render(const struct prompter *p, const struct problem *problem, struct str *out, struct err *err)
{
    int n = problem->messages ? problem->message_count : 1;
    const struct chat_message *rest = problem->messages;
    struct arena memory = {0};
    struct chat_message *messages = arena_array(&memory, struct chat_message, n + 1);
    bool own = rest && strcmp(rest[0].role, "system") == 0; // takes the place of the config's
    messages[0] = (struct chat_message){.role = "system", .content = p->system};
    if (rest)
        memcpy(messages + 1, rest, sizeof *messages * (size_t)n);
    else
        messages[1] = (struct chat_message){.role = "user", .content = problem->prompt};
    bool system = p->system && !own;
    bool ok = render(p, messages + !system, n + system, problem->tools, out, err);
    arena_finish(&memory);
    return ok || !problem->messages || fail_in(err, "problem %u", problem->index);
}

static bool encode(const struct prompter *p, const struct str *text, const char *user, struct ids *out, struct err *err)
{
    // a template writes its own BOS; plain texts get the one that the tokenizer adds, as in transformers
    return tokenizer_encode(p->tokenizer, text->data, text->size, p->chat.own_bos ? 0 : TOKENIZER_SPECIAL, out, err) &&
           (out->count > 0 || fail(err, "the prompt of \"%.60s\" is empty", user));
}

bool prompter_encode(const struct prompter *p, const struct problem *problem, struct ids *out, struct err *err)
{
    struct str text = {0};
    const char *user = problem->messages ? problem->messages[problem->message_count - 1].content : problem->prompt;
    bool ok = prompter_render(p, problem, &text, err) && encode(p, &text, user, out, err);
    str_finish(&text);
    return ok;
}

bool prompter_encode_text(const struct prompter *p, const char *user, struct str *text, struct ids *out,
                          struct err *err)
{
    struct problem problem = {.prompt = user};
    struct str s = {0};
    bool ok = prompter_render(p, &problem, &s, err) && encode(p, &s, user, out, err);
    if (ok && text)
        str_append(text, s.data, s.size);
    str_finish(&s);
    return ok;
}
