// One text for equal answers. Votes are counted by it, so it must not join what differs; what has no normal form has a
// text of its own for every way to write it. (math_equal is not symmetric: x > 4 and (4, oo) share a text, since gold x
// > 4 takes both.)
#include <stdlib.h>
#include <string.h>

#include "verify/math.h"
#include "verify/math_compare.h"
#include "verify/math_numeric.h"
#include "verify/math_print.h"

enum { DIGITS = 15, ELEMENTS_MAX = 512 };

static void canonical(struct workspace *w, const struct expr *e, struct str *out);

struct printing {
    const struct expr *e;
    struct str *out;
    bool sign; // of a difference: only positive factors may go
};

static void cut(struct str *out, size_t size)
{
    if (out->size > size) {
        out->size = size;
        out->data[size] = 0;
    }
}

static bool attempt(struct workspace *w, void (*f)(struct workspace *w, void *argument), struct printing *p)
{
    size_t before = p->out->size;
    if (workspace_attempt(w, w->steps / 2, f, p))
        return true;
    cut(p->out, before);
    return false;
}

// ---- scalars ----

// Whether e holds a function that has no value.
static bool has_unknown(struct workspace *w, const struct expr *e)
{
    bool any = e->kind == EXPR_FUNCTION && e->op == EXPR_APPLY;
    workspace_enter(w);
    workspace_step(w, 2);
    for (int i = 0; i < e->count && !any; i++)
        any = has_unknown(w, e->args[i]);
    workspace_leave(w);
    return any;
}

static void print_scalar(struct workspace *w, void *argument)
{
    struct printing *p = argument;
    struct atoms a;
    atoms_init(&a, w);
    struct fraction f = normal_form(&a, p->e);
    // a constant with nested roots or functions has several normal forms, but one value
    if (!exact_is_decisive(&a, f) && !expr_has_symbols(w, p->e) && !has_unknown(w, p->e) &&
        numeric_print(w, p->e, DIGITS, p->out))
        return;
    print_fraction(&a, f, p->out);
}

static void print_value(struct workspace *w, void *argument)
{
    struct printing *p = argument;
    if (!numeric_print(w, p->e, DIGITS, p->out))
        workspace_give_up(w, "no value");
}

static void print_tree(struct workspace *w, void *argument)
{
    struct printing *p = argument;
    expr_print(w, p->e, p->out);
}

static void scalar(struct workspace *w, const struct expr *e, struct str *out)
{
    struct printing p = {.e = e, .out = out};
    int infinite = numeric_infinite(e);
    if (e->kind == EXPR_TEXT || e->kind == EXPR_LITERAL || (e->kind == EXPR_SYMBOL && !e->name[1]))
        str_puts(out, e->name);
    else if (e->kind == EXPR_NUMBER)
        print_rational(w, e->value, out);
    else if (infinite)
        str_puts(out, infinite > 0 ? "oo" : "-oo");
    else if (!attempt(w, print_scalar, &p) && !(!expr_has_symbols(w, e) && attempt(w, print_value, &p)) &&
             !attempt(w, print_tree, &p))
        workspace_give_up(w, "no normal form");
}

// ---- lists ----

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The canonical texts of a list, in `open` and `close`; sorted and without repetitions where `set`.
static void listed(struct workspace *w, const struct expr *const *args, int count, bool set, const char *brackets[2],
                   struct str *out)
{
    if (count > ELEMENTS_MAX)
        workspace_give_up(w, "too many elements");
    char **texts = workspace_array(w, char *, count);
    size_t start = out->size;
    for (int i = 0; i < count; i++) {
        canonical(w, args[i], out);
        size_t n = out->size - start;
        texts[i] = workspace_alloc(w, n + 1);
        workspace_step(w, (long)(n / 8));
        if (n)
            memcpy(texts[i], out->data + start, n);
        cut(out, start);
    }
    if (set && count > 1) {
        workspace_step(w, 40l * count);
        qsort(texts, (size_t)count, sizeof *texts, by_text);
    }
    int different = 0;
    for (int i = 0; i < count; i++)
        if (!set || i == 0 || strcmp(texts[i - 1], texts[i]) != 0)
            texts[different++] = texts[i];
    bool bare = set && different == 1; // a set of one is that one
    str_puts(out, bare ? "" : brackets[0]);
    for (int i = 0; i < different; i++)
        str_printf(out, "%s%s", i ? ", " : "", texts[i]);
    str_puts(out, bare ? "" : brackets[1]);
}

static void finite_set(struct workspace *w, const struct expr *e, struct str *out)
{
    const struct expr *named = e->count ? set_coordinates(w, e) : NULL;
    if (named && named->count > 1)
        listed(w, named->args, named->count, false, (const char *[]){"(", ")"}, out); // x = 1, y = 2 is (1, 2)
    else
        listed(w, e->args, e->count, true, (const char *[]){"{", "}"}, out);
}

static void matrix(struct workspace *w, const struct expr *e, struct str *out)
{
    str_putc(out, '[');
    for (int i = 0; e->columns && i < e->count; i += e->columns) {
        str_puts(out, i ? ", " : "");
        listed(w, e->args + i, e->columns, false, (const char *[]){"[", "]"}, out);
    }
    str_putc(out, ']');
}

// ---- intervals and what is made of them ----

static void interval(struct workspace *w, const struct expr *e, struct str *out)
{
    bool low = e->open_low || numeric_infinite(e->args[0]), high = e->open_high || numeric_infinite(e->args[1]);
    listed(w, e->args, e->count, false, (const char *[]){low ? "(" : "[", high ? ")" : "]"}, out);
}

static void composed(struct workspace *w, const struct expr *e, struct str *out)
{
    struct pieces p;
    const struct expr *set = real_set(w, e, &p) ? pieces_expr(w, &p) : NULL;
    if (!set || set->kind != EXPR_UNION) {
        if (!set)
            print_tree(w, &(struct printing){.e = e, .out = out});
        else
            canonical(w, set, out);
        return;
    }
    for (int i = 0; i < set->count; i++) { // sorted already
        str_puts(out, i ? " U " : "");
        canonical(w, set->args[i], out);
    }
}

// ---- relations ----

static void print_difference(struct workspace *w, void *argument)
{
    struct printing *p = argument;
    struct atoms a;
    atoms_init(&a, w);
    struct fraction f = normal_form(&a, p->e);
    if (p->sign && !fraction_is_plain(f)) { // the sign of the denominator counts
        print_fraction(&a, f, p->out);
        return;
    }
    print_monic(&a, f.num, p->sign, p->out);
}

// left - right, and what it is to 0.
static void difference(struct workspace *w, const struct expr *e, struct str *out)
{
    static const char *const signs[] = {
        [EXPR_EQUAL] = " = 0",       [EXPR_UNEQUAL] = " != 0", [EXPR_LESS] = " > 0",
        [EXPR_LESS_EQUAL] = " >= 0", [EXPR_GREATER] = " > 0",  [EXPR_GREATER_EQUAL] = " >= 0",
        [EXPR_APPROXIMATE] = " = 0"};
    bool flip = e->op == EXPR_LESS || e->op == EXPR_LESS_EQUAL;
    struct printing p = {.e = expr_sum(w, e->args[flip], expr_negate(w, e->args[!flip])),
                         .out = out,
                         .sign = flip || e->op == EXPR_GREATER || e->op == EXPR_GREATER_EQUAL};
    if (!attempt(w, print_difference, &p)) {
        p.e = e;
        print_tree(w, &p);
        return;
    }
    str_puts(out, signs[e->op]);
}

static bool is_value(struct workspace *w, const struct expr *e)
{
    return is_set_like(e) || e->kind == EXPR_MATRIX || e->kind == EXPR_TEXT || e->kind == EXPR_LITERAL ||
           !expr_has_symbols(w, e);
}

static void relation(struct workspace *w, const struct expr *e, struct str *out)
{
    const struct expr *left = e->args[0], *right = e->args[1], *set;
    if (is_assignment(w, e) && is_value(w, right)) // x = 5 is 5
        canonical(w, right, out);
    else if (is_inequality(e) && (set = solution_set(w, e)))
        canonical(w, set, out);
    else if (e->op == EXPR_ELEMENT || left->kind >= EXPR_RELATION || right->kind >= EXPR_RELATION)
        print_tree(w, &(struct printing){.e = e, .out = out});
    else
        difference(w, e, out);
}

static void canonical(struct workspace *w, const struct expr *e, struct str *out)
{
    const struct expr *set;
    workspace_enter(w);
    workspace_step(w, 10);
    e = math_simplified(w, e);
    switch (e->kind) {
    case EXPR_RELATION:
        relation(w, e, out);
        break;
    case EXPR_ALL:
        set = is_inequality(e) ? solution_set(w, e) : NULL;
        if (set)
            canonical(w, set, out);
        else
            listed(w, e->args, e->count, true, (const char *[]){"", ""}, out);
        break;
    case EXPR_SET:
        set = is_either(e) ? solution_union(w, e) : NULL;
        if (set)
            canonical(w, set, out);
        else
            finite_set(w, e, out);
        break;
    case EXPR_TUPLE:
        listed(w, e->args, e->count, false, (const char *[]){"(", ")"}, out);
        break;
    case EXPR_INTERVAL:
        interval(w, e, out);
        break;
    case EXPR_UNION:
    case EXPR_INTERSECTION:
    case EXPR_DIFFERENCE:
        composed(w, e, out);
        break;
    case EXPR_MATRIX:
        matrix(w, e, out);
        break;
    default:
        scalar(w, e, out);
    }
    workspace_leave(w);
}

void math_canonical(struct workspace *w, const struct expr *e, struct str *out)
{
    canonical(w, e, out);
}
