// Conversations in rows of data, as TRL and verl write them: [{"role": "user", "content": "..."}, ...]. A content is a
// text, or parts with a "text" each. An assistant's "reasoning_content" becomes <think>...</think> before its content,
// as the templates of Qwen3 and DeepSeek-R1 write it.
#pragma once
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/chat.h"

// Appends the contents of the messages of one role (and of those without a role), joined by line breaks. False when v
// is no array of messages, or when none is of that role.
bool messages_text(const struct json *v, const char *role, struct str *out);

struct conversation {
    const struct json *json;       // the messages, with all of their fields
    struct chat_message *messages; // (count) as texts
    int count;                     // at least 1
};
// Reads messages, or ShareGPT's turns {"from": "human", "value": ...}, which become messages; the row's "system"
// belongs to them. What has to be made for that is *owned, the caller's to close, also after a failure.
bool conversation_load(struct conversation *c, const struct json *v, const struct json *row, struct arena *memory,
                       struct json **owned, struct err *err);
