// One problem: what a row of a file says (data/form.h tells which fields), or what was generated.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "model/chat.h"

enum { PROBLEM_NUMS_MAX = 32 };

struct problem {                         // strings are borrowed from the dataset
    uint32_t index;                      // its place in the file (among the problems) or in the generated list, from 0
    size_t line;                         // of the file, or in an array the number of the row; 0 when generated
    const char *prompt;                  // the question's text; NULL only where a row of `score` has none
    const struct chat_message *messages; // (message_count) where the row has a conversation: all of it, ending with the
    int message_count;          // user's; prompt is then the user's texts. NULL: the prompt is the only message
    const char *answer;         // the gold answer, of several the first; or NULL
    const char *const *answers; // (answer_count) where there are several, any of which is right; else NULL
    int answer_count;
    const char *solution;           // a worked completion for supervised training, or NULL
    int64_t nums[PROBLEM_NUMS_MAX]; // countdown
    int num_count;
    int64_t target;
    bool has_target;
    const struct json *tools; // an array of what the conversation may call, or NULL
    struct json *owned[2];    // what problem_finish frees: messages, tools
    const struct json *row;   // the whole row, for rewards that need other fields (json_get); NULL when generated
};

struct dataset_options;
struct form;

// Makes a problem of one row of a known form; `where` ("file, line 7") begins the messages. The problem borrows from
// row, what it makes itself lies in memory; problem_finish frees the rest, also after a failure.
bool problem_read(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                  const char *where, struct err *err);
// The same for a row whose form is its own.
bool problem_load(struct problem *p, const struct dataset_options *o, const struct json *row, struct arena *memory,
                  const char *where, struct err *err);
void problem_finish(struct problem *p);
// Reads nums and target where the row has them; absent is fine.
bool problem_load_numbers(struct problem *p, const struct form *f, const struct json *row, const char *where,
                          struct err *err);
// Sets the gold answer of a form with choices to the label of the one that the row names: by its label, its place
// (from 0) or its text.
bool problem_load_choice(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                         const char *where, struct err *err);
// A string as it is, a number as it was written, or the only one of a list; NULL for anything else.
const char *problem_text(const struct json *v);
// Sets the gold answers to a text, a number or a list of these, of which any is right: answers that stand in `field` of
// a row. verl's rows (reward_model) may have a list of strings as JSON text. False, and no answer, for anything else.
bool problem_take_answers(struct problem *p, const char *field, const struct json *v, struct arena *memory);
// Appends `head` and the answers as a JSON list, where there are several.
struct str;
void problem_put_answers(const struct problem *p, const char *head, struct str *out);
