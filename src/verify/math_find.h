// Where mathematics stands in a text, for math_extract. Texts are those of completions: nothing in them can be relied on.
#pragma once
#include "base/text.h"
#include "verify/workspace.h"

struct found {
    struct text inside; // without delimiters; of size 0 for nothing
    size_t begin, end;  // its place, delimiters and a percent sign behind it included
    bool percent;       // a percent sign stands behind the delimiters
    bool plain;         // no LaTeX
};

// An environment that begins at byte `at`: $..$, $$..$$, \(..\), \[..\], [..] between spaces, a bare \frac{1}{2}.
bool find_environment(struct workspace *w, struct text t, size_t at, struct found *out);
// The first one that begins from byte `from` to byte `to`, or the last one of the text; with_bare: also bare fractions.
bool find_first_environment(struct workspace *w, struct text t, size_t from, size_t to, struct found *out);
bool find_last_environment(struct workspace *w, struct text t, bool with_bare, struct found *out);

// A number or an arithmetic expression of digits outside of LaTeX, such as 1,234.5 or 3*(4+5): the first one that begins
// from byte `from` to byte `to`, and the last one of the text.
bool find_first_number(struct workspace *w, struct text t, size_t from, size_t to, struct found *out);
bool find_last_number(struct workspace *w, struct text t, struct found *out);

// All \boxed{..} and \fbox{..} that are closed and not blank, in the order in which they begin.
struct boxes {
    struct found *list;
    int count;
};
struct boxes find_boxes(struct workspace *w, struct text t);

// Whether "and", "or", a comma or a semicolon joins the answers on both sides of the text `between`; so do spaces.
bool find_joins(struct text between);

// The last place before byte `end` where the lower-case phrase stands in any case; (size_t)-1: nowhere.
size_t find_phrase(struct workspace *w, struct text t, size_t end, const char *phrase);
// A percent sign, or the word, at byte `at` or behind spaces: the byte behind it, else `at`.
size_t find_percent(struct text t, size_t at);
