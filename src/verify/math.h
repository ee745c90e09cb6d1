// Mathematical answers in LaTeX or plain text: found, read, compared; what Math-Verify does, within fixed time and memory.
#pragma once
#include <stdbool.h>

#include "base/text.h"
#include "verify/expr.h"
#include "verify/workspace.h"

enum { MATH_ANSWERS_MAX = 8 };

// Where an answer may stand, by priority.
struct math_extraction {
    bool boxed_only;  // \boxed{} alone counts
    bool plain;       // numbers and expressions outside of LaTeX count too ("expr extraction"); else LaTeX alone
    bool unanchored;  // without a mark ("boxed", "the answer is"), the last expression counts
};

struct math_answer {
    struct text source;        // the piece of the text that was read, as it stands there
    const struct expr *value;  // NULL where only the text can be compared
};

// Finds the answers of a text: the best that can be read (several boxed ones, or the forms x = 1 and 1, make several
// values of which any may be right). Returns how many, 0 when none can be read.
int math_extract(struct workspace *w, struct text t, const struct math_extraction *how, struct math_answer answers[MATH_ANSWERS_MAX]);

// One expression in LaTeX or plain text, without its delimiters; NULL when it cannot be read as mathematics.
const struct expr *math_parse(struct workspace *w, struct text t);

// Whether the answer pred says what gold says. Not symmetric: gold x < 1 takes the interval (-oo, 1), not the other way.
bool math_equal(struct workspace *w, const struct expr *gold, const struct expr *pred);

// A text that equal answers share, as far as a normal form exists; for majority votes.
void math_canonical(struct workspace *w, const struct expr *e, struct str *out);
