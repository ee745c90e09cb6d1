// In which language the words of a text are: by script, and, among languages of one script, by their commonest words, a
// sentence at a time. No dictionary: a word that any language of its script could have counts for all that the sentence
// leaves open.
#pragma once
#include "base/text.h"

enum language {
    LANGUAGE_RU,
    LANGUAGE_ZH,
    LANGUAGE_JA,
    LANGUAGE_KO, // by script
    LANGUAGE_EN,
    LANGUAGE_DE,
    LANGUAGE_FR,
    LANGUAGE_ES, // of the Latin script: by common words and special letters
    LANGUAGE_IT,
    LANGUAGE_PT,
    LANGUAGE_NL, // known so that they are not taken for one of these four
    LANGUAGES,
};

struct language_count {
    long words;         // all
    long of[LANGUAGES]; // those that may be of that language; a word may count for several
};

// Counts words. What is no prose does not count: formulas ($..$, \(..\), \[..\]), code, tags, addresses, numbers, names
// with digits or underscores, LaTeX commands, single letters, abbreviations in capitals, names of functions (sin, log).
// A run of n Chinese or Japanese characters counts as (n + 1) / 2 words. Time is linear; bytes that are no UTF-8 are
// passed over.
void language_count(struct text t, struct language_count *out);

const char *language_words_unsorted(void); // for tests: a word of the table that is out of order, or NULL

// The language of a text: that of most words, when it is alone with them; else -1.
int language_of(struct text t);
