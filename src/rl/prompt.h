// A problem as the token ids that the model is asked with.
#pragma once
#include "data/dataset.h"
#include "model/chat.h"
#include "model/tokenizer.h"
#include "train/run_config.h"

struct prompter {
    struct tokenizer *tokenizer;
    struct chat chat;
    const char *system; // message, or NULL
    const char *prefix; // how the answer already begins, "" when nothing
    int32_t end;        // the token that ends the assistant's turn in the chat template, -1 when none does
};

// Chooses the chat form by config and tokenizer; prints the choice. Settings that would do nothing are errors:
// prompt.system where contents are written alone, chat_template_kwargs that the template never reads.
bool prompter_init(struct prompter *p, struct tokenizer *t, const struct run_config *c, struct err *err);
void prompter_finish(struct prompter *p); // accepts a zeroed struct
// Appends the text of a problem's prompt: what the ids are made of, without the BOS that a tokenizer adds.
bool prompter_render(const struct prompter *p, const struct problem *problem, struct str *out, struct err *err);
// Appends the ids of a problem's prompt; at least one, or it fails.
bool prompter_encode(const struct prompter *p, const struct problem *problem, struct ids *out, struct err *err);
// The same for any user message; its text is appended to `text` when that is not NULL.
bool prompter_encode_text(const struct prompter *p, const char *user, struct str *text, struct ids *out,
                          struct err *err);
