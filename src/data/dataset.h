// Problems: read from files of rows or generated, split into training and held-out ones, handed out in a seeded order.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "data/form.h"
#include "data/problem.h"

enum problem_kind {
    PROBLEM_AUTO,      // whatever the fields say (data/form.h)
    PROBLEM_GSM8K,     // question, answer ("... #### 72"): prompt, the number after ####; solution in R1's tags
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
    const char *path; // of a file that data/rows.h reads
    // Paths of the fields (data/form.h), NULL for the usual ones.
    const char *prompt_field, *answer_field, *solution_field, *nums_field, *target_field;
    struct arithmetic arithmetic;
    uint32_t max_bad_rows;               // so many rows that cannot be read are left out; more are an error
    bool needs_answer, needs_completion; // rows without are bad rows
    double held_out;                     // 1 or more: that many problems; below 1: that share of them
    uint32_t split_seed;                 // which ones
    uint32_t seed;                       // order of the training problems
    bool shuffle;                        // false: in the file's order
};

struct dataset {
    struct arena memory;
    struct form form;   // of a file's rows
    bool array;         // the file is one JSON array: problems are told by row, not by line
    uint64_t row_bytes; // of their text
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

// What cannot be read of a file, the first thousand of it.
struct bad_rows {
    struct bad_row {
        size_t line;
        const char *why; // begins with file and line
    } * rows;
    size_t kept, count; // of rows, of all
    struct arena memory;
};
void bad_rows_finish(struct bad_rows *b); // accepts a zeroed struct

// Reads all rows of a file, and puts those that cannot be read into *bad. Fails where the file cannot be read on. The
// form is that of the first good row: a row that lacks a field of it is bad. dataset_close ends it, also after a
// failure.
bool dataset_read(struct dataset *d, const struct dataset_options *o, struct bad_rows *bad, struct err *err);
// Reads or generates everything. A file with more than max_bad_rows bad rows is an error that has their count
// and the first three, with line, field and what is wrong. Says in a line which form was recognised. Training problems
// whose prompt is also a held-out one are left out, with a note.
bool dataset_open(struct dataset *d, const struct dataset_options *o, struct err *err);
void dataset_close(struct dataset *d); // accepts a zeroed struct

// The next training problem; every epoch has its own order. Never NULL: the dataset starts over.
const struct problem *dataset_next(struct dataset *d);
// Goes to a position that a checkpoint kept.
void dataset_seek(struct dataset *d, uint64_t position);
const struct problem *dataset_held_out(const struct dataset *d, uint32_t i); // i < held_out_count
// Where a problem stands, for messages: "line 7", in an array "row 7", of generated ones "problem 7". Returns out.
const char *dataset_place(const struct dataset *d, const struct problem *p, char out[32]);

// The generator: problem number i of the endless list for these options; the same on every machine. False when number
// i breaks a rule of the options (a negative result, say) and is to be passed over.
bool arithmetic_problem(const struct arithmetic *a, uint32_t i, struct problem *p, struct arena *memory);
bool arithmetic_check(const struct arithmetic *a, struct err *err);
