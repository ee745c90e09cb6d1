// What options are called elsewhere (TRL 1.16, transformers, Unsloth, verl), and what to do about them here: for the
// message about a key that does not exist.
#pragma once
#include "base/str.h"

struct other_name {
    const char *names; // with blanks between; one that ends with * stands for all that begin so
    const char *key;   // ours, "section.key"; NULL when there is none
    const char *note;  // what else is to be known, or NULL
};
extern const struct other_name other_names[];
extern const int other_names_count;

// The row that has a name, one that is written out before one with *; NULL when none has.
const struct other_name *other_names_find(const char *name);
// The row with the name nearest by spelling, which is copied to nearest; *distance as str_distance counts it.
const struct other_name *other_names_nearest(const char *name, char nearest[64], int *distance);
// Appends `it is "rl.beta" here: 0: off`, or the note alone.
void other_names_advise(const struct other_name *o, struct str *out);
