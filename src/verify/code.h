// Generated programs and their tests: finding the program in a completion, reading tests out of a row, running them in
// sandboxes, comparing what was printed.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "verify/sandbox.h"

// ---- The program ----

// Appends the last closed block between fences (```python ... ``` or ~~~python ... ~~~) whose language is `language` or
// a usual name of it; where none is, the last that names no language. False without one. Only what follows the last
// </think> is looked at, where there is one. A fence of ` may follow other text; the closing one begins a line, blanks
// aside, and is at least as long. What indents the fence is taken off the block's lines. Languages compare without
// case.
bool code_block_find(struct text completion, const char *language, struct str *code);
bool code_language_same(struct text named, const char *language); // "py", "python3" are "python"

// ---- The tests ----

enum code_kind {
    CODE_STDIN,  // the program reads `input` and prints `output`
    CODE_SOURCE, // `source` is run, after `setup`, and calls what the program defines; where `entry` is given, its
                 // function `check` is called with it
    CODE_CALL,   // the function `name` of the program is called with `in` and returns `out`
};

struct code_test {
    enum code_kind kind;
    struct text input, output;
    const char *source, *setup, *entry;
    const char *name;
    const struct json *in, *out;
};

struct code_tests {
    struct code_test *tests; // in the arena
    int count;
    const char *language;      // the row's, NULL when it names none
    struct json *documents[4]; // texts that were JSON
    int document_count;
};

// Reads the tests of a row: of its field `field`, or when that is "", of the first of the fields in code_tests.c's
// table that is there. False without tests that can be read; why (may be NULL) then says what was found. The result
// borrows from the row and from `memory`; finish it in either case.
bool code_tests_read(struct code_tests *t, const struct json *row, const char *field, struct arena *memory,
                     struct str *why);
void code_tests_finish(struct code_tests *t);
// The first of the table's fields that a row has, or NULL.
const char *code_tests_field(const struct json *row);

// ---- What was printed ----

enum code_compare {
    CODE_FLOATS, // pieces between white space are equal; where the wanted one has a decimal point or an exponent, to a
                 // tolerance
    CODE_TOKENS, // pieces between white space are equal
    CODE_EXACT,  // all bytes are equal, but for a line break at the end
};
// Whether a printed text is the wanted one; when not, *why (may be NULL) gets the first difference. The tolerance is
// absolute below 1 and relative above.
bool code_output_same(struct text got, struct text want, enum code_compare how, double tolerance, struct str *why);

// ---- Running ----

struct code_options {
    const char *python;  // path of the interpreter in the sandbox
    const char *command; // for another language: a line of sh that runs /code/main; NULL: Python
    enum code_compare compare;
    double tolerance;
    double timeout; // seconds of processor time for a test; three times that by the clock
    size_t memory;  // bytes
    int processes;
    bool all; // stop at the first test that fails
};

struct code_job { // the tests of one program
    const struct code_options *options;
    const struct code_tests *tests;
    struct text program; // borrowed
    int slot;
    int at, passed, limits; // the test that runs, tests passed so far, tests ended by a limit
    int asked;              // tests that the sandbox was given
    struct sandbox box;
    size_t read;      // bytes of its reports
    struct str input; // of the sandbox
    struct str why;   // the first failure: "test 2 of 3: ..."
    bool broken;      // no sandbox could be made: why says so; the rest is unknown
};

// Begins; slot as in struct sandbox_options. Then code_job_step moves on without waiting, until it returns true: all is
// known. The job's box tells sandbox_wait what it waits for. A job takes (tests + 1) * 3 * timeout seconds at most, and
// ends after the third test that a limit ended.
void code_job_begin(struct code_job *j, const struct code_options *options, const struct code_tests *tests,
                    struct text program, int slot);
bool code_job_step(struct code_job *j);
void code_job_finish(struct code_job *j); // accepts a zeroed one
