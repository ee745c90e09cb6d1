// Brackets: groups, sets, tuples, intervals; matrices and other environments.
#include "verify/math_tokens.h"

#include <string.h>

// ---- intervals ----

static const struct expr *interval(struct workspace *w, const struct list *ends, bool open_low, bool open_high)
{
    struct expr *e = expr_new(w, EXPR_INTERVAL, 0, ends->items, 2);
    e->open_low = open_low;
    e->open_high = open_high;
    return e;
}

// Whether two numbers stand in the wrong order for an interval.
static bool falls(const struct list *l)
{
    return l->items[0]->kind == EXPR_NUMBER && l->items[1]->kind == EXPR_NUMBER &&
           mpq_cmp(l->items[0]->value, l->items[1]->value) > 0;
}

static bool all_relations(const struct list *l)
{
    for (int i = 0; i < l->count; i++)
        if (l->items[i]->kind != EXPR_RELATION)
            return false;
    return true;
}

// Behind the elements of ( or [.
static const struct expr *round_or_square(struct parser *p, const struct list *l, int open)
{
    int close = p->token->op;
    if (!parser_take_op(p, TOKEN_CLOSE, '(') && !parser_take_op(p, TOKEN_CLOSE, '['))
        return parser_fail(p);
    if (l->count == 1)
        return open == close ? l->items[0] : parser_fail(p);
    if (l->count == 2 && (open == '[' || close == '[') && !falls(l))
        return interval(p->w, l, open == '(', close == '(');
    if (all_relations(l))
        return parse_join(p, l);
    return expr_new(p->w, EXPR_TUPLE, 0, l->items, l->count);
}

const struct expr *parse_reverse(struct parser *p)
{
    struct list l = {0};
    bool reverse = p->reverse;
    parser_expect(p, TOKEN_CLOSE, '[');
    p->reverse = true;
    parse_elements(p, &l);
    p->reverse = reverse;
    bool open_high = parser_at(p, TOKEN_OPEN);
    if (l.count != 2 || p->token->op != '[' || (!open_high && !parser_at(p, TOKEN_CLOSE)))
        return parser_fail(p);
    p->token++;
    return interval(p->w, &l, true, open_high);
}

// ---- sets ----

static bool same_symbol(const struct expr *a, const struct expr *b)
{
    return a->kind == EXPR_SYMBOL && b->kind == EXPR_SYMBOL && strcmp(a->name, b->name) == 0;
}

// x > 1 as (1, oo), for the x that the set consists of; NULL where it is no such ray.
static const struct expr *ray(struct parser *p, const struct expr *x, const struct expr *r)
{
    if (r->kind != EXPR_RELATION || r->op < EXPR_LESS || r->op > EXPR_GREATER_EQUAL)
        return NULL;
    bool left = same_symbol(r->args[0], x), right = same_symbol(r->args[1], x);
    if (left == right)
        return NULL;
    const struct expr *oo = expr_constant(p->w, EXPR_INFINITY), *bound = r->args[left];
    bool less = (r->op == EXPR_LESS || r->op == EXPR_LESS_EQUAL) == left;
    bool strict = r->op == EXPR_LESS || r->op == EXPR_GREATER;
    const struct expr *ends[] = {less ? math_negate(p->w, oo) : bound, less ? bound : oo};
    return interval(p->w, &(struct list){.items = ends, .count = 2, .room = 2}, less || strict, !less || strict);
}

// a < x < b as (a, b).
static const struct expr *between(struct parser *p, const struct expr *x, const struct expr *all)
{
    if (all->kind != EXPR_ALL || all->count != 2)
        return NULL;
    const struct expr *a = ray(p, x, all->args[0]), *b = ray(p, x, all->args[1]);
    if (!a || !b || a->args[0]->kind == EXPR_PRODUCT || b->args[1]->kind == EXPR_CONSTANT)
        return NULL;
    const struct expr *ends[] = {a->args[0], b->args[1]};
    return interval(p->w, &(struct list){.items = ends, .count = 2, .room = 2}, a->open_low, b->open_high);
}

// { element | conditions }, from the mark between them.
static const struct expr *set_builder(struct parser *p, const struct expr *element)
{
    struct list parts = {0};
    const struct expr *x = element->kind == EXPR_RELATION && element->op == EXPR_ELEMENT ? element->args[0] : element;
    p->token++;
    list_add(p->w, &parts, element);
    parse_elements(p, &parts);
    parser_expect(p, TOKEN_CLOSE, 'S');
    const struct expr *values = parts.count == 2 ? ray(p, x, parts.items[1]) : NULL;
    if (parts.count == 2 && !values)
        values = between(p, x, parts.items[1]);
    return values ? values : math_apply(p->w, "such that", parts.items, parts.count);
}

static bool is_mark(const struct parser *p)
{
    return parser_at(p, TOKEN_SUCH_THAT) || parser_at(p, TOKEN_BAR) || parser_at(p, TOKEN_COLON);
}

static const struct expr *set(struct parser *p)
{
    struct list l = {0};
    bool environment = parser_at(p, TOKEN_BEGIN);
    if (parser_take_op(p, TOKEN_CLOSE, 'S'))
        return expr_new(p->w, EXPR_SET, 0, NULL, 0);
    p->builder = true;
    parse_elements(p, &l);
    p->builder = false;
    if (l.count == 1 && is_mark(p))
        return set_builder(p, l.items[0]);
    if (environment && l.count == 1 && !parser_at(p, TOKEN_CLOSE)) // \left\{ \begin... \right.
        return l.items[0];
    parser_expect(p, TOKEN_CLOSE, 'S');
    return environment && l.count == 1 ? l.items[0] : expr_new(p->w, EXPR_SET, 0, l.items, l.count);
}

// ---- all brackets ----

static const struct expr *inside(struct parser *p, int open)
{
    struct list l = {0};
    if (open == 'S')
        return set(p);
    if (parser_take(p, TOKEN_MOD)) // (mod 5) alone says nothing
        return parser_fail(p);
    parse_elements(p, &l);
    if (open == '(' || open == '[')
        return round_or_square(p, &l, open);
    parser_expect(p, TOKEN_CLOSE, open);
    if (open == '{')
        return parse_join(p, &l);
    if (open == 'A')
        return l.count == 1 ? l.items[0] : expr_new(p->w, EXPR_TUPLE, 0, l.items, l.count);
    return l.count == 1 ? expr_call(p->w, open == 'F' ? EXPR_FLOOR : EXPR_CEIL, l.items[0]) : parser_fail(p);
}

const struct expr *parse_bracket(struct parser *p)
{
    int open = p->token++->op, bars = p->bars, norms = p->norms;
    bool builder = p->builder, argument = p->argument, reverse = p->reverse;
    if (open == '{' && parser_at(p, TOKEN_CLOSE) && p->token->op == '{' && p->token[1].kind == TOKEN_UNDERSCORE) {
        p->token++; // {}_5C_2
        return parse_atom(p);
    }
    p->bars = p->norms = 0;
    p->builder = p->argument = p->reverse = false;
    const struct expr *e = inside(p, open);
    p->reverse = reverse;
    p->bars = bars;
    p->norms = norms;
    p->builder = builder;
    p->argument = argument;
    return e;
}

// ---- environments ----

struct rows {
    struct list cells;
    int count, columns; // columns: of all rows; -1 when they differ
};

static void row(struct parser *p, struct rows *rows)
{
    int before = rows->cells.count;
    do {
        list_add(p->w, &rows->cells, parse_relation(p));
        parser_take(p, TOKEN_COMMA);
    } while (parser_take(p, TOKEN_CELL));
    int columns = rows->cells.count - before;
    rows->columns = rows->count++ == 0 || rows->columns == columns ? columns : -1;
}

static const struct expr *matrix(struct parser *p, const struct rows *rows)
{
    if (rows->columns < 0)
        return parser_fail(p);
    if (rows->columns == 1 && all_relations(&rows->cells)) // a system in an array
        return expr_new(p->w, EXPR_ALL, 0, rows->cells.items, rows->cells.count);
    struct expr *e = expr_new(p->w, EXPR_MATRIX, 0, rows->cells.items, rows->cells.count);
    e->columns = rows->columns;
    return e;
}

static const struct expr *lines(struct parser *p)
{
    struct list l = {0};
    while (parser_take(p, TOKEN_ROW))
        workspace_step(p->w, 1);
    parse_elements(p, &l);
    parser_expect(p, TOKEN_FINISH, ENVIRONMENT_LINES);
    return parse_join(p, &l);
}

const struct expr *parse_environment(struct parser *p)
{
    bool norm = text_equals((struct text){p->token->at, p->token->size}, "Vmatrix");
    int kind = p->token++->op, bars = p->bars, norms = p->norms;
    bool builder = p->builder, argument = p->argument;
    struct rows rows = {0};
    p->bars = p->norms = 0;
    p->builder = p->argument = false;
    const struct expr *e = NULL;
    if (kind == ENVIRONMENT_LINES) {
        e = lines(p);
    } else {
        do {
            row(p, &rows);
        } while (parser_take(p, TOKEN_ROW) && !parser_at(p, TOKEN_FINISH));
        parser_expect(p, TOKEN_FINISH, kind);
        if (kind != ENVIRONMENT_CASES)
            e = matrix(p, &rows);
        else if (rows.columns == 1)
            e = expr_new(p->w, EXPR_ALL, 0, rows.cells.items, rows.cells.count);
        else
            e = math_apply(p->w, "cases", rows.cells.items, rows.cells.count);
        if (kind == ENVIRONMENT_DETERMINANT)
            e = norm ? math_apply(p->w, "norm", &e, 1) : math_determinant(p->w, e);
    }
    p->bars = bars;
    p->norms = norms;
    p->builder = builder;
    p->argument = argument;
    return e;
}
