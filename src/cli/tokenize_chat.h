// `vkr1 tokenize --chat`: conversations of JSON rows as text and ids.
#pragma once
#include "base/json.h"
#include "model/tokenizer.h"

// Appends the line for one row: {"text", "ids"}, without ids when t is NULL, or {"error"} where the template cannot be
// parsed or raises. Fails on rows that are no conversation.
bool tokenize_chat(struct tokenizer *t, const struct json *row, struct str *out, struct err *err);
