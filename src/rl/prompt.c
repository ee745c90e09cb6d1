#include "rl/prompt.h"

#include <string.h>

bool prompter_init(struct prompter *p, struct tokenizer *t, const struct run_config *c, struct err *err)
{
    *p = (struct prompter){.tokenizer = t, .system = c->prompt.system, .prefix = c->prompt.assistant_prefix};
    return chat_init(&p->chat, c->prompt.template_, t->chat_template, t->bos >= 0 ? tokenizer_token(t, t->bos) : NULL,
                     strcmp(c->prompt.template_, "auto") == 0, err) ||
           fail_in(err, "prompt.template");
}

static bool encode(const struct prompter *p, const struct chat_message *messages, int n, struct ids *out,
                   struct err *err)
{
    struct str text = {0};
    bool ok = chat_render(&p->chat, messages, (size_t)n, true, &text, err);
    if (ok)
        str_puts(&text, p->prefix ? p->prefix : "");
    // chat forms write their own BOS; plain texts get the one that the tokenizer adds, as in transformers
    bool plain = p->chat.kind != CHAT_CHATML && p->chat.kind != CHAT_LLAMA3;
    ok = ok &&
         tokenizer_encode(p->tokenizer, text.data ? text.data : "", text.size, plain ? TOKENIZER_SPECIAL : 0, out, err);
    str_finish(&text);
    return ok && (out->count > 0 || fail(err, "the prompt of \"%.60s\" is empty", messages[n - 1].content));
}

bool prompter_encode_text(const struct prompter *p, const char *user, struct ids *out, struct err *err)
{
    struct chat_message messages[2] = {{"system", p->system}, {"user", user}};
    return encode(p, messages + (p->system ? 0 : 1), p->system ? 2 : 1, out, err);
}

bool prompter_encode(const struct prompter *p, const struct problem *problem, struct ids *out, struct err *err)
{
    if (!problem->messages)
        return prompter_encode_text(p, problem->prompt, out, err);
    struct arena memory = {0};
    int n = problem->message_count;
    bool own = strcmp(problem->messages[0].role, "system") == 0; // takes the place of the config's
    struct chat_message *messages = arena_array(&memory, struct chat_message, n + 1);
    messages[0] = (struct chat_message){"system", p->system};
    memcpy(messages + 1, problem->messages, sizeof *messages * (size_t)n);
    bool ok = p->system && !own ? encode(p, messages, n + 1, out, err) : encode(p, messages + 1, n, out, err);
    arena_finish(&memory);
    return ok || fail_in(err, "problem %u", problem->index);
}
