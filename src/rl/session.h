// What every command that runs a model opens first: device, tokenizer, weights, planned engine, prompts.
#pragma once
#include "model/tokenizer.h"
#include "rl/prompt.h"
#include "rl/stops.h"
#include "train/engine.h"
#include "train/run_config.h"

struct session {
    const struct run_config *config;
    struct arena arena;
    struct device device;
    struct tokenizer tokenizer;
    struct weights weights; // empty when the model is new (model.init)
    bool new_model;
    struct model_config model_config;
    int64_t positions; // longest sequence, tokens
    struct engine engine;
    struct prompter prompter;
};

struct session_options {
    bool trained;       // gradients are wanted
    bool planning;      // sizes only: no device is opened, nothing may be allocated
    int64_t positions;  // longest sequence, tokens; more than the model was made for is an error
    const char *limits; // what to lower then, for its message: "--max-length"
    bool fewer;         // no error then: session.positions is what the model was made for
    bool ids;           // token ids come and go: no tokenizer is opened, nor a chat form
};

// Opens everything and plans the model; engine_commit is the caller's, after its own plans.
bool session_open(struct session *s, const struct run_config *c, struct session_options o, struct err *err);
void session_plan(struct session *s, bool trained);              // the model alone, for session_open and src/rl/fit.c
bool session_open_tokenizer(struct session *s, struct err *err); // later, where options.ids was set
// rl.stop of the config, for a rollout; `where` names it in messages. Texts want session_open_tokenizer before, where
// options.ids was set.
bool session_stops(struct session *s, const char *where, struct stops *stops, struct err *err);
bool session_commit(struct session *s, struct err *err); // memory and weights
int32_t session_end_token(const struct session *s);      // the learnt end of a completion, -1 when there is none
void session_close(struct session *s);                   // accepts a zeroed struct
// Writes the tokenizer's files of a model that has no directory (GGUF); for checkpoint_options.
bool session_write_tokenizer(void *session, const char *dir, struct err *err);
