// The form of a file's rows: which fields are the question, the answer and the completion. It is recognised by the
// fields of a row, where the dataset's options do not name them.
#pragma once
#include "base/json.h"
#include "base/str.h"

struct dataset_options;

// Names are paths: "answer", "extra_info.answer", "choices.0"; "" is the row itself. NULL: the rows have none.
struct form {
    const char *prompt,
        *more; // a text or a conversation, and a text that is put after it (Alpaca's input, if any; Body's Question)
    const char *answer, *completion;
    const char *nums, *target; // countdown
    const char *choices;       // texts to choose from; the answer is an index or a label
    bool marked;               // GSM8K: the answer's text is the work, "####" and the answer
    bool needs_answer, needs_completion;
};

// A member by its path; a name with dots of its own is found too. NULL when absent.
const struct json *form_get(const struct json *row, const char *path);
// Strings live as long as those of o. False when no field is known to hold a prompt: then `prompt` is the usual name,
// for the message.
bool form_find(struct form *f, const struct dataset_options *o, const struct json *row);
// Choices that a row has and the first row, which told the form, had not; the answer is then one of them.
void form_add_choices(struct form *f, const struct dataset_options *o, const struct json *row);
// The gold answer's field in a row of any form, by the usual names; NULL when it has none.
const char *form_answer(const struct json *row);
// Appends the names of the fields, "problem/solution/answer", "messages", and then what each of them is.
void form_name(const struct form *f, struct str *out);
void form_describe(const struct form *f, struct str *out);
