// The parts of math_equal. gold and pred are as in math.h.
#pragma once
#include <stdint.h>

#include "verify/expr.h"

bool compare_any(struct workspace *w, const struct expr *gold, const struct expr *pred);
bool compare_scalars(struct workspace *w, const struct expr *gold, const struct expr *pred);
bool compare_relations(struct workspace *w, const struct expr *gold, const struct expr *pred); // also EXPR_ALL
bool compare_sets(struct workspace *w, const struct expr *gold, const struct expr *pred);

// Whether both name units, which differ: 5 cm and 5 m, $90 and 90 degrees, 5 miles and 5 %. Other words say nothing
// here.
bool units_differ(const struct expr *a, const struct expr *b);

bool expr_is_degrees(const struct expr *e);
const struct expr *expr_in_radians(struct workspace *w, const struct expr *degrees); // without a unit

// Whether the arguments of both can be paired, in any order.
bool match_unordered(struct workspace *w, const struct expr *gold, const struct expr *pred);

enum exact_verdict { EXACT_UNKNOWN, EXACT_EQUAL, EXACT_UNEQUAL };
// By normal forms.
enum exact_verdict exact_compare(struct workspace *w, const struct expr *a, const struct expr *b);
// Whether a = c b with a number c, not 0: its sign, or 0 when it is not so or not known. Where `zeros` is set only the
// zeros count: denominators are left out.
int exact_ratio(struct workspace *w, const struct expr *a, const struct expr *b, bool zeros);

// Sums, products and powers of matrices as one matrix; NULL for what is none.
const struct expr *matrix_value(struct workspace *w, const struct expr *e);
// The determinant of a square matrix of up to 12 rows of exact numbers, or up to 4 of formulas; NULL for others.
const struct expr *matrix_determinant(struct workspace *w, const struct expr *matrix);

// "x = 1, y = 2": equations whose left sides are different symbols, as a tuple of them in the order of their names.
// NULL for other sets.
const struct expr *set_coordinates(struct workspace *w, const struct expr *set);
// The form in which answers are compared: systems as sets, "plus or minus" as the set it stands for, matrices computed.
const struct expr *math_simplified(struct workspace *w, const struct expr *e);

bool is_set_like(const struct expr *e);                        // set, tuple, interval, union, ...
bool is_equation(const struct expr *e);                        // =, is about, is an element of
bool is_inequality(const struct expr *e);                      // <, <=, >, >=, != or several that hold together
bool is_assignment(struct workspace *w, const struct expr *e); // an equation with nothing but symbols on the left
// A number as it was written: its value and whether it has a percent sign or decimals; also the negative of one.
struct written {
    mpq_srcptr value;
    bool percent, decimal;
};
bool as_written(struct workspace *w, const struct expr *e, struct written *n);

// Real numbers as sorted, disjoint pieces.
struct piece {
    const struct expr *low, *high;
    bool open_low, open_high; // a point is closed, with equal ends
};
struct pieces {
    struct piece *list;
    int count;
};
// False when e is no such set or its ends cannot be ordered.
bool real_set(struct workspace *w, const struct expr *e, struct pieces *out);
// The set as an expression.
const struct expr *pieces_expr(struct workspace *w, const struct pieces *p);
// The values of an inequality's one symbol, or NULL when they are not found.
const struct expr *solution_set(struct workspace *w, const struct expr *inequality);
bool is_either(const struct expr *e); // x < 1 or x > 2
const struct expr *solution_union(struct workspace *w,
                                  const struct expr *either); // the values for which one holds, or NULL

// Whether e holds no symbol but *name; *name may be NULL, and becomes the symbol found.
bool expr_one_symbol(struct workspace *w, const struct expr *e, const char **name);

// Structure without the order of sums, products and sets, as a hash of 64 bits.
uint64_t expr_hash(struct workspace *w, const struct expr *e);
// Sums that hold "plus or minus" as the set of what they stand for; others as they are.
const struct expr *expand_plus_minus(struct workspace *w, const struct expr *e);
