#include "rl/prompt.h"

#include <string.h>

bool prompter_init(struct prompter *p, struct tokenizer *t, const struct run_config *c, struct err *err)
{
    *p = (struct prompter){.tokenizer = t, .system = c->prompt.system, .prefix = c->prompt.assistant_prefix};
    return chat_init(&p->chat, c->prompt.template_, t->chat_template, t->bos >= 0 ? tokenizer_token(t, t->bos) : NULL,
                     strcmp(c->prompt.template_, "auto") == 0, err) ||
           fail_in(err, "prompt.template");
}

bool prompter_encode_text(const struct prompter *p, const char *user, struct ids *out, struct err *err)
{
    struct chat_message messages[2] = {{"system", p->system}, {"user", user}};
    const struct chat_message *first = messages + (p->system ? 0 : 1);
    struct str text = {0};
    bool ok = chat_render(&p->chat, first, p->system ? 2 : 1, true, &text, err);
    if (ok)
        str_puts(&text, p->prefix ? p->prefix : "");
    // chat forms write their own BOS; plain texts get the one that the tokenizer adds, as in transformers
    bool plain = p->chat.kind != CHAT_CHATML && p->chat.kind != CHAT_LLAMA3;
    ok = ok && tokenizer_encode(p->tokenizer, text.data ? text.data : "", text.size, plain ? TOKENIZER_SPECIAL : 0, out, err);
    str_finish(&text);
    return ok && (out->count > 0 || fail(err, "the prompt of \"%.60s\" is empty", user));
}

bool prompter_encode(const struct prompter *p, const struct problem *problem, struct ids *out, struct err *err)
{
    return prompter_encode_text(p, problem->prompt, out, err);
}
