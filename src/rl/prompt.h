// A problem as the token ids that the model is asked with.
#pragma once
#include "model/chat.h"
#include "model/tokenizer.h"
#include "data/dataset.h"
#include "train/run_config.h"

struct prompter {
    struct tokenizer *tokenizer;
    struct chat chat;
    const char *system; // message, or NULL
    const char *prefix; // how the answer already begins, "" when nothing
};

// Chooses the chat form by config and tokenizer; prints the choice.
bool prompter_init(struct prompter *p, struct tokenizer *t, const struct run_config *c, struct err *err);
// Appends the ids of a problem's prompt; at least one, or it fails.
bool prompter_encode(const struct prompter *p, const struct problem *problem, struct ids *out, struct err *err);
// The same for any user message.
bool prompter_encode_text(const struct prompter *p, const char *user, struct ids *out, struct err *err);
