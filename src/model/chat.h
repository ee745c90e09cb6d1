// Conversations as the text that a model was trained on. Not a Jinja engine: the usual forms are built in and
// recognised in the model's chat template by the marks it uses; anything else is written as a template in the config.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

enum chat_kind {
    CHAT_CHATML,   // <|im_start|>role\n...<|im_end|>\n (Qwen2, Qwen2.5, Qwen3, SmolLM2)
    CHAT_LLAMA3,   // <|start_header_id|>role<|end_header_id|>\n\n...<|eot_id|> (Llama 3, 3.1, 3.2)
    CHAT_R1,       // the template of DeepSeek-R1-Zero (arXiv 2501.12948, table 1), for base models
    CHAT_RAW,      // the contents, one behind the other
    CHAT_TEMPLATE, // a text with {prompt} and perhaps {system}
};

struct chat_message {
    const char *role; // "system", "user" or "assistant"
    const char *content;
};

struct chat {
    enum chat_kind kind;
    const char *template; // CHAT_TEMPLATE: the text
    const char *bos;      // text that begins every conversation, "" when none
    char system[2048];    // what the model's template says when no system message is given; "" when nothing
    bool trim;            // white space around contents is dropped
    bool dated;           // Llama 3.1 and 3.2: the system part names two dates
    bool thinking;        // Qwen3: thoughts of earlier turns are dropped, the last turn's are written in full
};

// Chooses the form. `name` is "auto", "chatml", "llama3", "r1", "raw", or a text that contains {prompt}. `jinja` is the
// model's own chat template or NULL (struct tokenizer), `bos` the text of its BOS token or NULL. "auto" goes by the
// marks in jinja: <|im_start|> or <|start_header_id|>; without a jinja it is r1. The details of the named forms (a
// default system message, BOS, dates, thoughts) come from jinja as well. Prints the choice and its reason when `say`.
// The strings must outlive the struct. Fails on other names and on a jinja that auto does not recognise.
bool chat_init(struct chat *c, const char *name, const char *jinja, const char *bos, bool say, struct err *err);
const char *chat_kind_name(enum chat_kind kind); // "chatml" ... "template"

// Appends the text of n messages to out; with add_generation_prompt also what opens the assistant's turn. Encode it
// without TOKENIZER_SPECIAL: it has its BOS. r1 and templates take at most one system message, one user message and
// one assistant message in this order; the last one's content follows the text; add_generation_prompt is nothing to
// them. In a template {prompt} is the user's content, {system} the system's ("" when there is none), all else stands
// for itself. Fails, with the number of the message, on messages that the form has no place for.
bool chat_render(const struct chat *c, const struct chat_message *messages, size_t n, bool add_generation_prompt,
                 struct str *out, struct err *err);
