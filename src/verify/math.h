// Mathematical answers in LaTeX or plain text: found, read, compared; what Math-Verify does, within fixed time and
// memory.
#pragma once
#include <stdbool.h>

#include "base/text.h"
#include "verify/expr.h"
#include "verify/workspace.h"

enum { MATH_ANSWERS_MAX = 8 };

// Where an answer may stand. By priority: "final answer is X. I hope", a box, "final answer ... is X", "answer: X",
// "answer X", anything; within one priority the last.
struct math_extraction {
    bool boxed_only;  // \boxed{} alone counts
    bool boxed_first; // a box goes before everything else
    bool first_only;  // when the best piece cannot be read no other is tried
    bool plain;       // numbers and expressions outside of LaTeX count too ("expr extraction"); else LaTeX alone
    bool unanchored;  // without a mark ("boxed", "the answer is"), the last expression counts
    bool whole;       // the text may be nothing but the answer, without any mark, as gold answers are
    bool last;        // without a mark: the whole text where it is one line, else what stands last; marks say nothing
};

struct math_answer {
    struct text source; // the piece of the text that was read, as it stands there
    const struct expr *value;
    const char *place; // where it stands, for messages: in the box, after "answer:", as the whole text
};

// Finds the answer of a text. Relations are given as they stand ("x = 1" is a relation, its ends alone of a chain
// a = b = c); math_equal knows when x = 1 says 1. Two or more answers, any of which may be right, come from one piece
// that says the same twice: "(B) 12" is B and 12. Returns how many; 0 when none can be read, and then answers[0].source
// is the best piece found, of size 0 when there was none. Of a text above 64 KiB the end counts.
int math_extract(struct workspace *w, struct text t, const struct math_extraction *how,
                 struct math_answer answers[MATH_ANSWERS_MAX]);

// One expression in LaTeX or plain text, without its delimiters; NULL when it cannot be read as mathematics.
const struct expr *math_parse(struct workspace *w, struct text t);

// Whether the answer pred says what gold says. Not symmetric: gold x < 1 takes the interval (-oo, 1), not the other
// way.
bool math_equal(struct workspace *w, const struct expr *gold, const struct expr *pred);

// A text that equal answers share, as far as a normal form exists; for majority votes.
void math_canonical(struct workspace *w, const struct expr *e, struct str *out);

// ---- One real number ----

enum math_verdict {
    MATH_NO_GOLD,   // the gold answer says no real number
    MATH_NO_ANSWER, // the text says none
    MATH_UNEQUAL,
    MATH_EQUAL, // exactly; a percent sign may be a unit: 50 % is 50 and 0.5
};

// Compares the number that a text says, as a whole line or as what stands last in it, with that of a gold answer. What
// says more or something else than one real number says none: never a part of it. *source is the piece of t that was
// read, of size 0 where there was none. Runs in w; what would take longer than w allows is no answer.
enum math_verdict math_number_judge(struct workspace *w, struct text gold, struct text t, struct text *source);
// The number in a text that equal numbers share. False where it says none.
bool math_number_print(struct workspace *w, struct text t, struct str *out);
