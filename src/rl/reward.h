// Rewards: text in, a number or "skip" out. No model, no GPU, nothing random. Every function ends in time and memory
// proportional to the completion (times its logarithm at most) or in a fixed bound, whatever the completion holds;
// those that run other programs (code, exec) end at their time limits.
//
// "Skip" (NaN) means that the reward cannot be told: no gold answer, a gold answer that cannot be read. It is neither
// 0 nor any other number and stays out of every mean.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "data/dataset.h"
#include "base/text.h"

enum { REWARDS_MAX = 32, REWARD_OPTIONS_MAX = 12 };

struct reward_item {
    const struct problem *problem; // the gold answer and whatever else the row holds
    struct text completion;        // without special tokens
    const int32_t *tokens;         // (token_count) the completion's token ids, or NULL where they are unknown
    int token_count;
    int group;       // adjacent items of equal group are compared with each other by `length`
    double *parts;   // out: (reward_set.count) unweighted values; NaN: skipped
    struct str *why; // out: (reward_set.count) strings to which a sentence about each value is appended, or NULL
    double reward;   // out: sum of weight * part over the parts that are not skipped; NaN when all are
};

struct reward_value {        // an option's value
    double number;           // of numbers; of choices, their index
    const char *text;        // of texts
    const char *const *list; // of lists, NULL after the last
};

struct reward_entry { // one reward of a list
    const struct reward_kind *kind;
    double weight;
    struct reward_value options[REWARD_OPTIONS_MAX];
    int index;   // its place in the list and in reward_item.parts
    int judges;  // where kind->needs_judge: the index of the entry that tells right from wrong, else -1
    void *state; // what kind->open made
};

struct reward_set {
    struct reward_entry entries[REWARDS_MAX];
    int count;
};

// Reads "numeric:1,format:0.5" (weight 1 where it is left out); options in brackets, as in
// "numeric(extract=answer):1,format(style=compact):0.5"; a value with commas or brackets in it stands in quotes of
// either kind, as in regex(pattern="(\\d+),"); lists of words are separated by spaces. A text that begins with "[" is
// the config's form. Strings live in `memory`.
bool reward_set_parse(struct reward_set *set, const char *text, struct arena *memory, struct err *err);
// Reads the config's form: such a text, or [{"reward": "numeric", "weight": 1, "extract": "answer"}, ...].
bool reward_set_load(struct reward_set *set, const struct json *v, struct arena *memory, struct err *err);

// Between reading a list and the first reward_run: starts what the rewards need outside of this program and checks
// that it works. reward_set_close ends it; it accepts a set that was never opened or that failed to open.
bool reward_set_open(struct reward_set *set, struct err *err);
void reward_set_close(struct reward_set *set);

// Fills parts, reward and, where asked for, why of n items. One call at a time for each set.
void reward_run(const struct reward_set *set, struct reward_item *items, int n);

// The completion's answer in one canonical text, as the judge (or, where it reads none, an entry after it) reads it;
// for majority votes. False when the completion has none or no entry reads answers.
bool reward_answer(const struct reward_set *set, const struct reward_item *item, struct str *out);
// The index of the entry whose 1 means "right" (numeric, countdown, ...), or -1: what pass@k counts.
int reward_judge(const struct reward_set *set);

// Whether an entry that tells right from wrong can read what it needs of a problem: its gold answer, numbers or tests.
// False, with a sentence in `why` (may be NULL), where it would skip every completion of it. True for other entries.
// The set is open.
bool reward_readable(const struct reward_entry *e, const struct problem *problem, struct str *why);

// Prints every reward with its options, ranges and defaults, for --help.
void reward_describe(struct str *out);

// ---- For the reward_*.c files: a reward is one row of the table in reward.c. ----

enum reward_option_type { REWARD_NUMBER, REWARD_INTEGER, REWARD_TEXT, REWARD_CHOICE, REWARD_LIST };

struct reward_option {
    const char *name;
    enum reward_option_type type;
    const char *initial; // the default, as it would be written
    double low, high;    // the range of numbers
    const char *choices; // "auto|strict"
    const char *help;
};

struct reward_kind {
    const char *name;
    const char *range;   // of its values
    const char *summary; // a line
    const struct reward_option *options;
    int option_count;
    bool judges;                                       // 1 means right, less means wrong
    bool (*judges_with)(const struct reward_entry *e); // whether it judges with these options too; NULL: with any
    bool needs_judge;
    // Both or none; see reward_set_open. open sets e->state, close frees it.
    bool (*open)(struct reward_entry *e, struct err *err);
    void (*close)(struct reward_entry *e);
    // One of the three. `one` gives the value of one completion, NaN to skip; `why` may be NULL. `batch` writes
    // parts[e->index] (and why[e->index]) of all n items of a run. `group` does that for n items of one group; the
    // parts of every `one` and `batch` are there already.
    double (*one)(const struct reward_entry *e, const struct reward_item *item, struct str *why);
    void (*batch)(const struct reward_entry *e, struct reward_item *items, int n);
    void (*group)(const struct reward_entry *e, struct reward_item *items, int n);
    bool (*answer)(const struct reward_entry *e, const struct reward_item *item, struct str *out); // or NULL
    // As reward_readable. NULL: what `one` does not skip for an empty completion; anything where there is no `one`.
    bool (*readable)(const struct reward_entry *e, const struct problem *problem, struct str *why);
};

const struct reward_kind *reward_kind_at(int i); // the table's rows from 0 on; NULL after the last

extern const struct reward_kind reward_format, reward_numeric, reward_countdown, reward_length, reward_repetition;
extern const struct reward_kind reward_think_format, reward_tag_count, reward_code_format, reward_reasoning_steps;
extern const struct reward_kind reward_language;
extern const struct reward_kind reward_math, reward_exact, reward_contains, reward_regex;
extern const struct reward_kind reward_cosine, reward_soft_overlong, reward_exec, reward_code;

// Appends to a sentence when there is one to append to (why may be NULL).
void reward_say(struct str *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// The string for e's sentence about an item, or NULL.
struct str *reward_why(const struct reward_entry *e, const struct reward_item *item);
