// The reading of mathematics, inside: text becomes tokens (math_lex.c, math_words.c), tokens become trees
// (math_parse.c, math_atom.c, math_bracket.c, math_text.c). Nothing here looks back further than a token; every loop
// counts its steps.
#pragma once
#include <stdint.h>

#include "base/text.h"
#include "verify/expr.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,   // text: digits with their separators; op: enum number_style
    TOKEN_VULGAR,   // a fraction in one character; op: numerator * 16 + denominator
    TOKEN_SYMBOL,   // text: a letter or a name
    TOKEN_CONSTANT, // op: enum expr_constant
    TOKEN_FUNCTION, // op: enum expr_function, or one of enum token_function with its name in text
    TOKEN_TEXT,     // text: words that are not mathematics
    TOKEN_OPEN,     // op: one of ( [ { S F C A for ( [ { \{ \lfloor \lceil \langle
    TOKEN_CLOSE,    // op: the same letter
    TOKEN_BAR,
    TOKEN_NORM,
    TOKEN_SUCH_THAT,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_PLUS_MINUS,
    TOKEN_TIMES,
    TOKEN_DIVIDE,
    TOKEN_MOD,
    TOKEN_OVER,
    TOKEN_CHOOSE,
    TOKEN_CARET,
    TOKEN_UNDERSCORE,
    TOKEN_BANG,
    TOKEN_PRIME,
    TOKEN_DEGREE,
    TOKEN_PERCENT,
    TOKEN_COMMA /* op: 1 "and", 2 "or" */,
    TOKEN_SEMICOLON,
    TOKEN_COLON,
    TOKEN_DOT,
    TOKEN_ELLIPSIS,
    TOKEN_IMPLIES,
    TOKEN_RELATION, // op: enum expr_relation
    TOKEN_NOT_IN,
    TOKEN_UNION,
    TOKEN_INTERSECTION,
    TOKEN_WITHOUT,
    TOKEN_FRACTION,
    TOKEN_ROOT,
    TOKEN_BINOMIAL,
    TOKEN_ACCENT, // text: its name; a group follows
    TOKEN_BIG,    // sum, product, integral, limit; text: its name
    TOKEN_PMOD,
    TOKEN_BEGIN,
    TOKEN_FINISH, // op: enum environment
    TOKEN_ROW,
    TOKEN_CELL,
    TOKEN_REALS,
    TOKEN_EMPTY_SET,
};

enum number_style { NUMBER_PLAIN, NUMBER_COMMA_IS_POINT }; // separators but the decimal one are skipped

enum token_function { // what TOKEN_FUNCTION may be besides enum expr_function
    FUNCTION_LN = 100,
    FUNCTION_EXP,
    FUNCTION_SQRT,
    FUNCTION_CBRT,
    FUNCTION_DET,
    FUNCTION_OTHER,
};

enum environment { ENVIRONMENT_MATRIX, ENVIRONMENT_DETERMINANT, ENVIRONMENT_CASES, ENVIRONMENT_LINES };

struct token {
    const char *at;
    uint32_t size;
    uint8_t kind;
    bool space; // white space stood before it
    int16_t op;
};

struct tokens {
    struct token *list; // the last one is TOKEN_END; list[-1] may be read
    int count;
    bool bad; // something that is no mathematics
};

// plain: no LaTeX, so that a comma may be a decimal one.
void math_tokenize(struct workspace *w, struct text t, bool plain, struct tokens *out);

// ---- math_words.c: names with a meaning ----

enum word_action {
    WORD_TOKEN, // stands for a token
    WORD_SKIP,  // says nothing: \displaystyle, \left
    WORD_SPACE,
    WORD_ARGUMENT, // is skipped with its argument: \hspace{1cm}, \textcolor{red}
    WORD_TEXT,     // \text{...}
    WORD_FONT,     // \mathrm{...}: op 1 where several letters are words, 0 where they are letters
    WORD_NAME,     // \operatorname{...}
    WORD_BOARD,    // \mathbb{R}
    WORD_BEGIN,
    WORD_FINISH,
};

struct word {
    const char *name;
    uint8_t action, kind;
    int16_t op;
    const char *text; // of the token; NULL: the name
};

const struct word *math_command(struct text name); // \name, or NULL
const struct word *math_word(struct text name);    // letters without a backslash, or NULL
const struct word *math_character(uint32_t code);  // beyond ASCII, or NULL
bool math_unit(struct text word);                  // cm, hours, dollars
// The unit that words after a value name, in one spelling for those that mean the same ("hr", "hours"); other words
// as they are, after "~". *factor is what a number word in front of it (million, dozen) multiplies by, else 1.
const char *math_unit_name(struct workspace *w, struct text words, long *factor);
bool math_unit_known(struct workspace *w, struct text words); // whether they are units
// The unit a b or a / b ("sign" is a space or /) of two units by that name; NULL where one of them is no unit.
const char *math_unit_joined(struct workspace *w, const char *a, char sign, const char *b);
const char *math_currency(struct workspace *w,
                          struct text word); // the unit that stands in front of a value, $5; or NULL
int math_environment(struct text name);      // enum environment, or -1
const char *math_words_unsorted(void);       // for tests: a table's name that is out of order, or NULL

// ---- the parser ----

struct parser {
    struct workspace *w;
    const struct token *token; // the next one
    const struct token *end;   // TOKEN_END
    bool bad;                  // cannot be read; then token is end and all that is returned means nothing
    int bars, norms;           // open | and \|
    bool builder;              // in \{ before a possible "such that"
    bool angle;                // in the argument of a trigonometric function: degrees count
    bool reverse;              // in ]a, b[
    bool several;              // in 2 hours 30 minutes: a number ends a value
    bool argument;             // in an argument without brackets: functions end a product
};

struct list { // of trees, growing
    const struct expr **items;
    int count, room;
    bool comma, and_word, or_word; // which separators stood in it
};
void list_add(struct workspace *w, struct list *list, const struct expr *e);

const struct expr *parser_fail(struct parser *p);
bool parser_at(const struct parser *p, enum token_kind kind);
bool parser_take(struct parser *p, enum token_kind kind);            // the next token when it is of that kind
bool parser_take_op(struct parser *p, enum token_kind kind, int op); // and of that op
void parser_expect(struct parser *p, enum token_kind kind, int op);  // fails when it is another

const struct expr *parse_relation(struct parser *p);          // one element of a list
bool parser_at_unit(const struct parser *p);                  // "/ hour", "* m": a sign with words after
void parse_unit(struct parser *p, const struct expr **value); // gives it the unit that the words after it say
const struct expr *parse_sum(struct parser *p);
const struct expr *parse_product(struct parser *p);
const struct expr *parse_power(struct parser *p); // an atom with what stands after it: powers, factorials, percent
const struct expr *parse_postfix(struct parser *p, const struct expr *e,
                                 const struct token *first); // what stands after
const struct expr *parse_atom(struct parser *p);
const struct expr *parse_bracket(struct parser *p);     // from an opening one
const struct expr *parse_reverse(struct parser *p);     // ]a, b[
const struct expr *parse_environment(struct parser *p); // from TOKEN_BEGIN
const struct expr *parse_argument(struct parser *p);    // {...} or one token, as of \frac
const struct expr *parse_function(struct parser *p);
// What the operator above / below, as d / dx, says of its operand, which may follow. NULL: they are a fraction.
const struct expr *parse_derivative(struct parser *p, const struct expr *above, const struct expr *below);
const struct expr *parse_big(struct parser *p);             // from TOKEN_BIG
const struct token *parser_skip_argument(struct parser *p); // its first token; on failure the end
// Whether a letter is called, f(x); if so its value is in *call.
bool parse_call(struct parser *p, const struct expr *symbol, const struct expr **call);
void parse_elements(struct parser *p, struct list *out); // separated by commas, until anything else
const struct expr *parse_join(struct parser *p, const struct list *elements); // a list without brackets
bool parse_starts(const struct parser *p); // whether the next token can begin a factor

// ---- trees ----

const struct expr *math_number(struct workspace *w, struct text digits, enum number_style style);
const struct expr *math_repeat(struct workspace *w, const struct expr *number, struct text digits); // 0.1\overline{6}
const struct expr *math_negate(struct workspace *w, const struct expr *e);
const struct expr *math_multiply(struct workspace *w, const struct expr *a, const struct expr *b);
const struct expr *math_divide(struct workspace *w, const struct expr *a, const struct expr *b);
const struct expr *math_ratio(struct workspace *w, const struct expr *a, const struct expr *b); // with their units
const struct expr *math_percent(struct workspace *w, const struct expr *e);
const struct expr *math_two(struct workspace *w, enum expr_kind kind, int op, const struct expr *a,
                            const struct expr *b);
const struct expr *math_apply(struct workspace *w, const char *name, const struct expr *const *args, int count);
const struct expr *math_symbol(struct workspace *w, const char *name);
const struct expr *math_reals(struct workspace *w); // (-oo, oo)
bool math_is_integer(const struct expr *e);         // a literal

// Words as an answer: a number word or ordinal becomes a number, one letter a symbol, else EXPR_TEXT. NULL without any.
const struct expr *math_words(struct workspace *w, struct text t);
// Words that change nothing in front of a value: "about", or in front of a number "Janet makes". Not "at least".
bool math_is_filler(struct workspace *w, const struct expr *e, bool number);
// Whether a text outside of LaTeX is words rather than letters that are multiplied.
bool math_is_prose(struct workspace *w, struct text t);
// The determinant of what may be a matrix; where it is none that can be computed, an unknown function of it.
const struct expr *math_determinant(struct workspace *w, const struct expr *e);
// A name: head, and what the tokens [from, to) say, without spaces, braces, and the commands for text.
const char *math_name(struct workspace *w, const char *head, const struct token *from, const struct token *to);
// As math_parse; plain: no LaTeX, so that a comma may be a decimal one.
const struct expr *math_read(struct workspace *w, struct text t, bool plain);
