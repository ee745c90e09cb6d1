// Conversations as the text that a model was trained on: the model's chat template is run (jinja.h), as
// apply_chat_template of transformers does it. The named forms are templates too.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct json;
struct tokenizer;
struct jinja_template;
struct jinja_span;
struct special_token;

struct chat_message {
    const char *role; // "system", "user", "assistant", ...
    const char *content;
    const struct json *row; // the message as JSON, where there is more to it (tool_calls, reasoning_content, parts):
                            // then the template sees that, and role and content are not read
};

struct chat {
    struct arena memory;
    const char *name;                              // for messages: "the model's chat template", "chat form r1"
    const struct jinja_template *plain, *tool_use; // tool_use: for conversations with tools, NULL when there is none
    const char *source;                            // the text of `plain`
    const struct special_token *tokens;            // (token_count) variables of the templates, as the model names them
    int token_count;
    const char *bos, *eos;        // instead of the model's bos_token and eos_token, or NULL
    const struct json *variables; // an object with more variables of the template, or NULL
    bool own_bos;                 // the text has its BOS, or wants none: encode it without TOKENIZER_SPECIAL
    bool as_passed; // tools and documents are undefined where there are none; transformers passes none (null)
    int64_t now;    // what strftime_now shows, seconds since 1970; 0: the clock
};

struct chat_options {
    const char *template_; // "auto", "chatml", "llama3", "r1", "raw", a text with {prompt}, Jinja, or a file of it
    const char *jinja;     // the template's text, instead of template_; or NULL
    const struct json *variables; // see struct chat; borrowed
    bool say;                     // prints the choice and its reason
};

// Chooses and parses the template. auto: the tokenizer's (t->chat_template, and t->tool_template for conversations with
// tools); r1 where it has none, or where t is NULL. A text with {prompt} takes at most one system message, one of the
// user and one of the assistant, in this order: {prompt} is the user's content, {system} the system's; the assistant's
// follows. Fails on other names and on templates that cannot be parsed.
bool chat_init(struct chat *c, struct tokenizer *t, struct chat_options o, struct err *err);
bool chat_names_file(const char *template_);             // whether options.template_ is a file's name
void chat_finish(struct chat *c);                        // accepts a zeroed struct
bool chat_reads(const struct chat *c, const char *name); // whether a template has this variable

struct chat_conversation {
    const struct chat_message *messages;
    size_t count;
    const struct json *rows;  // the messages as a JSON array instead, or NULL
    const struct json *tools; // an array, or NULL
    bool add_generation_prompt;
    bool continue_final_message; // the text ends where the last message's content ends, as in transformers
};

// Appends the text. Fails with what the template says.
bool chat_render(const struct chat *c, const struct chat_conversation *v, struct str *out, struct err *err);

// As chat_render, and the bytes of out that the assistant has written: what {% generation %} encloses, else what each
// message of the assistant adds to the text before it: its content and what ends its turn. Fails where messages change
// the text before them, so that no part belongs to one message. The spans are in memory.
bool chat_spans(const struct chat *c, const struct chat_conversation *v, struct str *out, struct jinja_span **spans,
                size_t *count, struct arena *memory, struct err *err);

// The token that follows what the assistant says, found by rendering a message of it: <|im_end|> of ChatML. -1 when
// no special or added token follows (raw, r1).
int32_t chat_end_token(const struct chat *c, struct tokenizer *t);
