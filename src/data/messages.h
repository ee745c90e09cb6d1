// Conversations in rows of data, as TRL and verl write them: [{"role": "user", "content": "..."}, ...]. A content is a
// text, or parts of which those with a "text" count.
#pragma once
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/chat.h"

// Appends the contents of the messages of one role (and of those without a role), joined by line breaks. False when v
// is no array of messages, or when none is of that role.
bool messages_text(const struct json *v, const char *role, struct str *out);

// All messages in order, in memory. NULL when v is no array of messages that each have a role and a content, or empty.
struct chat_message *messages_load(const struct json *v, struct arena *memory, int *count);
