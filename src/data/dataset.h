// Problems: read from JSONL files or generated, split into training and held-out ones, handed out in a seeded order.
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
    const char *prompt;                  // the question's text; NULL only where a row of `score` has none
    const struct chat_message *messages; // (message_count) where the row has a conversation: all of it, ending with the
    int message_count;              // user's; prompt is then the user's texts. NULL: the prompt is the only message
    const char *answer;             // the gold answer, or NULL
    const char *solution;           // a worked completion for supervised training, or NULL
    int64_t nums[PROBLEM_NUMS_MAX]; // countdown
    int num_count;
    int64_t target;
    bool has_target;
    const struct json *row; // the whole row, for rewards that need other fields (json_get); NULL when generated
};

enum problem_kind {
    PROBLEM_GSM8K,     // question, answer ("... #### 72"): prompt, the number behind ####; solution in R1's tags
    PROBLEM_COUNTDOWN, // nums, target, maybe solution (an expression): prompt is a sentence made from them
    PROBLEM_PLAIN,     // prompt, answer (or what problem_gold takes for it), maybe solution
    PROBLEM_SFT, // prompt, completion: for supervised training; the completion becomes `solution`. Or messages: their
                 // last one is the completion
    PROBLEM_ARITHMETIC, // generated
};

struct arithmetic {         // options of the generator
    const char *operations; // any of + - *
    int terms;              // numbers in an expression, 2..6
    int digits;             // of the largest number, 1..6; numbers run from 0 (or min) to 10^digits - 1
    int64_t min;            // smallest number
    bool negative;          // whether results and intermediate results may be below 0
    const char *work; // what the solution thinks: "none", "steps" (each operation) or "columns" (digits with carry)
    double
        forget_carry; // columns: how likely the worked solution drops a carry, 0..1; prompts and answers stay the same
    uint32_t count;   // training problems
    uint32_t seed;    // which problems; not the run's seed, so that runs share their problems
};

struct dataset_options {
    enum problem_kind kind;
    const char *path; // of the JSONL file
    // Names of the fields, NULL for the kind's own; solution is optional in the rows.
    const char *prompt_field, *answer_field, *solution_field, *nums_field, *target_field;
    struct arithmetic arithmetic;
    double held_out;     // 1 or more: that many problems; below 1: that share of them
    uint32_t split_seed; // which ones
    uint32_t seed;       // order of the training problems
    bool shuffle;        // false: in the file's order
};

struct dataset {
    struct arena memory;
    struct json **rows;
    struct problem *problems;
    uint32_t count;
    uint32_t *train, *held_out; // indices into problems; disjoint, also by prompt text
    uint32_t train_count, held_out_count;
    uint32_t *order;   // the epoch's permutation of train
    uint64_t epoch;    // that `order` belongs to
    uint64_t position; // problems handed out since the start: all that a checkpoint has to keep
    uint32_t seed;
    bool shuffle;
};

void dataset_defaults(struct dataset_options *o, enum problem_kind kind);
bool problem_kind_parse(const char *name, enum problem_kind *kind, struct err *err);
// Reads {"kind": "gsm8k", "path": ..., "prompt": FIELD, ..., "held_out": 200, "seed": 1}. Unknown keys are errors that
// name the nearest valid one. Strings are borrowed from v.
bool dataset_options_load(struct dataset_options *o, const struct json *v, struct err *err);

// Reads or generates everything. A bad line is an error that names file, line, the missing or wrong field and the
// fields that are there. Training problems whose prompt is also a held-out one are left out, with a note.
bool dataset_open(struct dataset *d, const struct dataset_options *o, struct err *err);
void dataset_close(struct dataset *d); // accepts a zeroed struct

// The next training problem; every epoch has its own order. Never NULL: the dataset starts over.
const struct problem *dataset_next(struct dataset *d);
// Goes to a position that a checkpoint kept.
void dataset_seek(struct dataset *d, uint64_t position);
const struct problem *dataset_held_out(const struct dataset *d, uint32_t i); // i < held_out_count

// Makes a problem of one JSON row; `where` ("file, line 7") begins the messages. The problem borrows from row, what it
// makes itself lies in memory.
bool problem_load(struct problem *p, const struct dataset_options *o, const struct json *row, struct arena *memory,
                  const char *where, struct err *err);
// Reads nums and target where the row has them (fields may be NULL for "nums" and "target"); absent is fine.
bool problem_load_countdown(struct problem *p, const struct json *row, const char *nums_field, const char *target_field,
                            const char *where, struct err *err);
// The row's gold answer: the first of "answer", "solution" (TRL, open-r1), "ground_truth" and
// "reward_model"."ground_truth" (verl) that is there and not null, with the field's name; NULL when there is none.
const struct json *problem_gold(const struct json *row, const char **field);
// A string as it is, a number as it was written; NULL for anything else.
const char *problem_text(const struct json *v);

// The generator: problem number i of the endless list for these options; the same on every machine. False when number
// i breaks a rule of the options (a negative result, say) and is to be passed over.
bool arithmetic_problem(const struct arithmetic *a, uint32_t i, struct problem *p, struct arena *memory);
bool arithmetic_check(const struct arithmetic *a, struct err *err);
