// Spellings of an answer that say the same, for comparing texts.
#pragma once
#include "base/str.h"
#include "base/text.h"

enum answer_norm { ANSWER_NONE, ANSWER_FOLD, ANSWER_SQUAD, ANSWER_HENDRYCKS, ANSWER_MINERVA };
#define ANSWER_NORMS "none|fold|squad|hendrycks|minerva" // in the order of enum answer_norm

// Appends the normal form of t:
// none       without white space at the ends;
// fold       lower case, runs of white space as one space, none at the ends;
// squad      as fold, without ASCII punctuation and the words a, an, the (exact match of SQuAD's evaluation script);
// hendrycks  the spellings of LaTeX that the MATH benchmark takes as equal (strip_string of its math_equivalence.py):
// \dfrac,
//            \left, units in \text{ }, \frac12, a/b, spaces;
// minerva    the normal form of arXiv 2206.14858 (appendix D.1), as in verl's math_dapo: without words of units and
// \text{},
//            commas in whole numbers and what stands before the last "=".
// False where the script of hendrycks stops with an error (a \sqrt or \frac at the very end, two units): it compares
// such texts as they are.
bool answer_normalize(enum answer_norm norm, struct text t, struct str *out);
