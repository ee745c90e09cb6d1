// Where mathematics stands in a text, for math_extract. Texts are those of completions: nothing in them can be relied
// on.
#pragma once
#include "base/text.h"
#include "verify/workspace.h"

// What is known of one text, so that no part of it is searched twice for a delimiter that is missing.
struct finder {
    struct workspace *w;
    struct text t;
    struct {
        size_t from, to; // no closing delimiter of this kind (and no line break where that ends the search) in between
    } clear[5];
};

struct found {
    struct text inside; // without delimiters; of size 0 for nothing
    size_t begin, end;  // its place, delimiters and a percent sign after it included
    bool percent;       // a percent sign stands after the delimiters
    bool plain;         // no LaTeX
};

// An environment that begins at byte `at`: $..$, $$..$$, \(..\), \[..\], [..] between spaces, a bare \frac{1}{2}.
bool find_environment(struct finder *f, size_t at, struct found *out);
// The first one that begins from byte `from` to byte `to`.
bool find_first_environment(struct finder *f, size_t from, size_t to, struct found *out);
// The last ones of the text, at most `room`; with_bare: also bare fractions. Returns how many.
int find_last_environments(struct finder *f, bool with_bare, struct found *list, int room);

// A number or an arithmetic expression of digits outside of LaTeX, such as 1,234.5 or 3*(4+5): the first one that
// begins from byte `from` to byte `to`, and the last one of the text, with how many there are.
bool find_first_number(struct finder *f, size_t from, size_t to, struct found *out);
int find_last_number(struct finder *f, struct found *out);

// All \boxed{..} and \fbox{..} that are closed and not blank, in the order in which they begin.
struct boxes {
    struct found *list;
    int count;
};
struct boxes find_boxes(struct finder *f);

// Whether "and", "or", a comma or a semicolon joins the answers on both sides of the text `between`; so do spaces.
bool find_joins(struct text between);

// The last place before byte `end` where the lower-case phrase stands in any case; (size_t)-1: nowhere.
size_t find_phrase(struct finder *f, size_t end, const char *phrase);
// A percent sign, or the word, at byte `at` or after spaces: the byte after it, else `at`.
size_t find_percent(struct finder *f, size_t at);
