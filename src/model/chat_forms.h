// The chat forms that have names, and texts with {prompt}, as Jinja templates.
#pragma once
#include <stdbool.h>

#include "base/str.h"

// Appends the template of a form: chatml, llama3, r1, raw, or a text that contains {prompt}. False for others.
// *own_bos as in struct chat.
bool chat_form(const char *name, struct str *out, bool *own_bos);
