// Mathematical answers as trees: what math_parse makes of text, and what math_equal compares. Trees live in a
// workspace, are never changed once built, and may share branches.
#pragma once
#include <gmp.h>
#include <stdbool.h>

#include "base/str.h"
#include "base/text.h"
#include "verify/workspace.h"

enum expr_kind {
    EXPR_NUMBER,       // value, exact; `decimals` says whether it was written with a decimal point
    EXPR_CONSTANT,     // op: enum expr_constant
    EXPR_SYMBOL,       // name; one letter (case matters), a Greek letter's name ("alpha"), with its subscript ("x_1")
    EXPR_SUM,          // args, 2 or more; a - b is a + (-1) * b
    EXPR_PRODUCT,      // args, 2 or more; a / b is a * b^(-1)
    EXPR_POWER,        // args: base, exponent; roots too: sqrt(x) is x^(1/2)
    EXPR_FUNCTION,     // op: enum expr_function; args
    EXPR_PLUS_MINUS,   // args: a, b stand for a + b and a - b
    EXPR_RELATION,     // op: enum expr_relation; args: left, right
    EXPR_ALL,          // args: relations that hold together (a < x < b is two); a system; "x = 1 and y = 2"
    EXPR_SET,          // args as written, none for the empty set; also lists without brackets: 1, 2 or x = 1, x = 2.
                       // op: EXPR_EITHER where it is inequalities of which one holds: x < 1 or x > 2
    EXPR_TUPLE,        // args: (a, b, ...)
    EXPR_INTERVAL,     // args: low, high; open_low, open_high. (a, b) is read as a TUPLE, which may equal an interval
    EXPR_UNION,        // args, 2 or more
    EXPR_INTERSECTION, // args, 2 or more
    EXPR_DIFFERENCE,   // args: set, what is taken out
    EXPR_MATRIX,       // args, row by row; columns. A vector has one column
    EXPR_TEXT,         // name: words, in lower case, single spaces: "east", "no solution". Words outside of \text may
                       // be read as products of letters
    EXPR_LITERAL,      // name: what compares as text only: "1112112_3" (base 3), "12:00"
};

enum { EXPR_EITHER = 1 };

enum expr_constant { EXPR_PI, EXPR_E, EXPR_I, EXPR_INFINITY };

enum expr_function {
    EXPR_LOG, // args: x, or x and base. ln is natural; log without a base is read with base 10, as by Math-Verify
    EXPR_SIN,
    EXPR_COS,
    EXPR_TAN,
    EXPR_COT,
    EXPR_SEC,
    EXPR_CSC,
    EXPR_ASIN,
    EXPR_ACOS,
    EXPR_ATAN,
    EXPR_ACOT,
    EXPR_ASEC,
    EXPR_ACSC,
    EXPR_SINH,
    EXPR_COSH,
    EXPR_TANH,
    EXPR_ASINH,
    EXPR_ACOSH,
    EXPR_ATANH,
    EXPR_ABS,
    EXPR_FLOOR,
    EXPR_CEIL,
    EXPR_FACTORIAL,
    EXPR_BINOMIAL,
    EXPR_GCD,
    EXPR_LCM,
    EXPR_MIN,
    EXPR_MAX,
    EXPR_MOD,
    EXPR_RE,
    EXPR_IM,
    EXPR_CONJUGATE,
    EXPR_ARG,
    EXPR_APPLY, // name: an unknown function of its args, f(x)
};

enum expr_relation {
    EXPR_EQUAL,
    EXPR_UNEQUAL,
    EXPR_LESS,
    EXPR_LESS_EQUAL,
    EXPR_GREATER,
    EXPR_GREATER_EQUAL,
    EXPR_APPROXIMATE,
    EXPR_ELEMENT, // left is an element of right
};

struct expr {
    enum expr_kind kind;
    int op;
    int count;
    int columns;              // of a matrix
    bool open_low, open_high; // of an interval
    bool percent;             // written with a percent sign; the value is divided by 100 already
    int decimals;             // of a number: digits after the decimal point as written, -1 without a point
    const char *unit;         // of a value, as math_unit_name gives it, or NULL
    const char *name;
    const struct expr *const *args;
    mpq_t value; // of a number, in lowest terms
};

// Builders. Arrays given to them are copied.
struct expr *expr_new(struct workspace *w, enum expr_kind kind, int op, const struct expr *const *args, int count);
struct expr *expr_with(struct workspace *w, const struct expr *e, const struct expr *const *args); // e with other args
const struct expr *expr_in_unit(struct workspace *w, const struct expr *e, const char *unit);      // NULL: e itself
const struct expr *expr_integer(struct workspace *w, long value);
const struct expr *expr_rational(struct workspace *w, mpq_srcptr value); // copies
const struct expr *expr_named(struct workspace *w, enum expr_kind kind, struct text name);
const struct expr *expr_constant(struct workspace *w, enum expr_constant c);
const struct expr *expr_sum(struct workspace *w, const struct expr *a, const struct expr *b);
const struct expr *expr_negate(struct workspace *w, const struct expr *a);
const struct expr *expr_product(struct workspace *w, const struct expr *a, const struct expr *b);
const struct expr *expr_quotient(struct workspace *w, const struct expr *a, const struct expr *b);
const struct expr *expr_power(struct workspace *w, const struct expr *base, const struct expr *exponent);
const struct expr *expr_call(struct workspace *w, enum expr_function f, const struct expr *a); // one argument

const char *expr_function_name(enum expr_function f);

// Prints a tree as an S-expression, "(sum x (product -1 (power y 2)))", for tests and --explain.
void expr_print(struct workspace *w, const struct expr *e, struct str *out);
