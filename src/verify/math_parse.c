// Tokens to trees by precedence: lists, relations, operations on sets, sums, products, powers.
#include "verify/math_tokens.h"

#include <string.h>

#include "verify/math.h"

void list_add(struct workspace *w, struct list *list, const struct expr *e)
{
    workspace_step(w, 1);
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 4;
        const struct expr **more = workspace_array(w, const struct expr *, list->room);
        if (list->count)
            memcpy(more, list->items, sizeof *more * (size_t)list->count);
        list->items = more;
    }
    list->items[list->count++] = e;
}

const struct expr *parser_fail(struct parser *p)
{
    p->bad = true;
    p->token = p->end;
    return expr_integer(p->w, 0);
}

bool parser_at(const struct parser *p, enum token_kind kind)
{
    return p->token->kind == kind;
}

bool parser_take(struct parser *p, enum token_kind kind)
{
    if (p->token->kind != kind || p->token == p->end)
        return false;
    p->token++;
    return true;
}

bool parser_take_op(struct parser *p, enum token_kind kind, int op)
{
    return p->token->op == op && parser_take(p, kind);
}

void parser_expect(struct parser *p, enum token_kind kind, int op)
{
    if (!parser_take_op(p, kind, op))
        parser_fail(p);
}

// ---- factors ----

bool parse_starts(const struct parser *p)
{
    switch (p->token->kind) {
    case TOKEN_NUMBER:
    case TOKEN_VULGAR:
    case TOKEN_SYMBOL:
    case TOKEN_CONSTANT:
    case TOKEN_FUNCTION:
    case TOKEN_TEXT:
    case TOKEN_FRACTION:
    case TOKEN_ROOT:
    case TOKEN_BINOMIAL:
    case TOKEN_ACCENT:
    case TOKEN_BIG:
    case TOKEN_BEGIN:
    case TOKEN_REALS:
    case TOKEN_EMPTY_SET:
        return true;
    case TOKEN_OPEN:
        return !p->reverse || p->token->op != '[';
    case TOKEN_BAR:
        return !p->bars && !p->builder;
    case TOKEN_NORM:
        return !p->norms;
    default:
        return false;
    }
}

// The letter U between two sets.
static bool is_union(const struct parser *p)
{
    return parser_at(p, TOKEN_SYMBOL) && text_equals((struct text){p->token->at, p->token->size}, "U") &&
           p->token[-1].kind == TOKEN_CLOSE && p->token[1].kind == TOKEN_OPEN;
}

static bool is_small(const struct expr *e)
{
    return e->kind == EXPR_NUMBER && e->decimals < 0 && !e->percent && mpq_sgn(e->value) >= 0;
}

// The fraction of a mixed number, or what else stands after an integer and begins so; NULL when nothing does.
static const struct expr *fraction_behind(struct parser *p)
{
    const struct token *t = p->token;
    if (t->kind == TOKEN_NUMBER && t->space && t[1].kind == TOKEN_DIVIDE && t[2].kind == TOKEN_NUMBER) {
        const struct expr *top = math_number(p->w, (struct text){t[0].at, t[0].size}, t[0].op);
        const struct expr *bottom = math_number(p->w, (struct text){t[2].at, t[2].size}, t[2].op);
        p->token += 3;
        return math_divide(p->w, top, bottom);
    }
    return t->kind == TOKEN_VULGAR || t->kind == TOKEN_FRACTION ? parse_atom(p) : NULL;
}

// 1 1/2, 1\frac12
static const struct expr *mixed(struct parser *p, const struct expr *whole, const struct token *first)
{
    if (first->kind != TOKEN_NUMBER || p->token != first + 1 || !math_is_integer(whole))
        return whole;
    bool slash = parser_at(p, TOKEN_NUMBER);
    const struct token *behind = p->token;
    const struct expr *part = fraction_behind(p);
    if (!part)
        return whole;
    if (part->kind == EXPR_TEXT) // mi / h
        return expr_in_unit(p->w, whole, part->unit);
    if (!is_small(part))
        return slash ? parser_fail(p) : math_multiply(p->w, whole, parse_postfix(p, part, behind));
    struct expr *e = expr_new(p->w, EXPR_NUMBER, 0, NULL, 0);
    mpq_init(e->value);
    mpq_add(e->value, whole->value, part->value);
    return parse_postfix(p, e, first); // 33\frac13\%
}

// A(1, 2): a point by its name; "option B".
static bool is_name_of(const struct expr *name, const struct expr *e)
{
    bool letter = name->kind == EXPR_SYMBOL && name->name[0] >= 'A' && name->name[0] <= 'Z';
    if (e->kind == EXPR_TUPLE)
        return letter && (!name->name[1] || strchr("_'", name->name[1]));
    return e->kind == EXPR_SYMBOL && !e->name[1] && name->kind == EXPR_TEXT &&
           (strcmp(name->name, "option") == 0 || strcmp(name->name, "choice") == 0 ||
            strcmp(name->name, "answer") == 0);
}

static void add_factor(struct parser *p, struct list *factors, const struct expr *e)
{
    if (e->kind == EXPR_PRODUCT) {
        for (int i = 0; i < e->count; i++)
            list_add(p->w, factors, e->args[i]);
        return;
    }
    if (factors->count == 1 &&
        (math_is_filler(p->w, factors->items[0], e->kind == EXPR_NUMBER) || is_name_of(factors->items[0], e)))
        factors->count = 0;
    if (e->kind != EXPR_TEXT || factors->count == 0)
        list_add(p->w, factors, e);
    else if (e->unit) // \frac{km}{h}
        factors->items[factors->count - 1] = expr_in_unit(p->w, factors->items[factors->count - 1], e->unit);
}

static const struct expr *joined(struct parser *p, const struct list *factors)
{
    const char *unit = NULL;
    if (factors->count == 1)
        return factors->items[0];
    for (int i = 0; i < factors->count; i++) {
        const char *next = factors->items[i]->unit;
        unit = unit && next ? math_unit_joined(p->w, unit, ' ', next) : next ? next : unit;
    }
    return expr_in_unit(p->w, expr_new(p->w, EXPR_PRODUCT, 0, factors->items, factors->count), unit);
}

static void chain(struct parser *p, struct list *factors);

// 2 hours 30 minutes says what "2 hours and 30 minutes" says; with words that are no units it compares as a text.
static bool several_units(struct parser *p, struct list *factors, const struct token *first)
{
    if (first->kind != TOKEN_NUMBER || p->several)
        return false;
    struct list values = {0};
    bool units = true;
    p->several = true;
    list_add(p->w, &values, joined(p, factors));
    while (parser_at(p, TOKEN_NUMBER)) {
        struct list next = {0};
        chain(p, &next);
        list_add(p->w, &values, joined(p, &next));
    }
    p->several = false;
    for (int i = 0; i < values.count; i++)
        units &= values.items[i]->unit && values.items[i]->unit[0] != '~';
    struct expr *e = expr_new(p->w, units ? EXPR_SET : EXPR_LITERAL, 0, values.items, units ? values.count : 0);
    e->name = units ? NULL : math_name(p->w, "", first, p->end);
    p->token = units ? p->token : p->end;
    factors->count = 0;
    list_add(p->w, factors, e);
    return true;
}

// \$ in front of a value.
static bool is_currency(const struct parser *p)
{
    return parser_at(p, TOKEN_TEXT) && p->token[1].kind != TOKEN_TEXT && p->token[1].kind != TOKEN_END &&
           math_currency(p->w, (struct text){p->token->at, p->token->size});
}

// "negative" or "minus" in front of a value.
static bool is_minus(const struct parser *p)
{
    struct text word = {p->token->at, p->token->size};
    int next = parser_at(p, TOKEN_TEXT) ? p->token[1].kind : TOKEN_END;
    return parser_at(p, TOKEN_MINUS) || ((next == TOKEN_NUMBER || next == TOKEN_FRACTION) &&
                                         (text_equals(word, "negative") || text_equals(word, "Negative") ||
                                          text_equals(word, "minus") || text_equals(word, "-")));
}

// Factors without a sign between them, with a sign in front.
static void chain(struct parser *p, struct list *factors)
{
    bool negative = false;
    const char *currency = NULL;
    while (parser_at(p, TOKEN_PLUS) || is_minus(p) || is_currency(p)) {
        workspace_step(p->w, 8);
        negative ^= is_minus(p);
        currency = is_currency(p) ? math_currency(p->w, (struct text){p->token->at, p->token->size}) : currency;
        p->token++;
    }
    const struct token *first = p->token;
    const struct expr *e = expr_in_unit(p->w, mixed(p, parse_power(p), first), currency);
    add_factor(p, factors, negative ? expr_in_unit(p->w, math_negate(p->w, e), e->unit) : e);
    while (parse_starts(p) && !is_union(p) && !(p->argument && parser_at(p, TOKEN_FUNCTION))) {
        if (parser_at(p, TOKEN_TEXT) && !(factors->count == 1 && factors->items[0]->kind == EXPR_TEXT)) {
            parse_unit(p, &factors->items[factors->count - 1]);
            if (parser_at(p, TOKEN_NUMBER) && (p->several || several_units(p, factors, first)))
                return;
        } else if (parser_at(p, TOKEN_NUMBER) && p->token->space && p->token[-1].kind == TOKEN_NUMBER)
            parser_fail(p); // 2 3
        else
            add_factor(p, factors, parse_power(p));
    }
}

// dy / dx, 2 d/dx (x^2), from what stands below the line.
static bool slash_derivative(struct parser *p, struct list *factors)
{
    const struct token *t = p->token;
    int first = 0;
    while (first + 1 < factors->count && factors->items[first]->kind == EXPR_NUMBER)
        first++;
    workspace_step(p->w, 4 + first);
    if (t[0].kind != TOKEN_SYMBOL || t[1].kind != TOKEN_SYMBOL ||
        (t[2].kind == TOKEN_CARET && t[3].kind != TOKEN_NUMBER))
        return false;
    const struct list above = {.items = factors->items + first, .count = factors->count - first};
    const struct expr *sign = parse_power(p), *name = parse_power(p);
    const struct expr *derivative = parse_derivative(p, joined(p, &above), math_two(p->w, EXPR_PRODUCT, 0, sign, name));
    if (!derivative) {
        p->token = p->bad ? p->token : t;
        return false;
    }
    factors->count = first;
    list_add(p->w, factors, derivative);
    return true;
}

static void divide(struct parser *p, struct list *factors)
{
    if (slash_derivative(p, factors))
        return;
    struct list below = {0};
    chain(p, &below);
    const struct expr *b = joined(p, &below);
    bool unit = factors->count == 1 && factors->items[0]->kind == EXPR_TEXT;
    if (unit || b->kind == EXPR_TEXT)
        return; // distance / time
    factors->items[factors->count - 1] = math_ratio(p->w, factors->items[factors->count - 1], b);
}

static bool goes_on(const struct parser *p, enum token_kind kind)
{
    return parser_at(p, kind) && !(p->argument && p->token[1].kind == TOKEN_FUNCTION);
}

static const struct expr *quotient(struct parser *p)
{
    struct list factors = {0};
    chain(p, &factors);
    for (;;) {
        workspace_step(p->w, 4);
        if (parser_at_unit(p) && factors.items[factors.count - 1]->kind != EXPR_TEXT) {
            parse_unit(p, &factors.items[factors.count - 1]);
        } else if (goes_on(p, TOKEN_TIMES)) {
            p->token++;
            chain(p, &factors);
        } else if (goes_on(p, TOKEN_DIVIDE)) {
            p->token++;
            divide(p, &factors);
        } else if (parser_take(p, TOKEN_MOD)) {
            struct list right = {0};
            const struct expr *left = joined(p, &factors);
            chain(p, &right);
            factors.count = 0;
            list_add(p->w, &factors, math_two(p->w, EXPR_FUNCTION, EXPR_MOD, left, joined(p, &right)));
        } else if (parser_take(p, TOKEN_PMOD)) {
            const struct expr *both[] = {joined(p, &factors), parse_argument(p)};
            factors.count = 0;
            list_add(p->w, &factors, math_apply(p->w, "pmod", both, 2));
        } else {
            return joined(p, &factors);
        }
    }
}

// Also "\text{Area: } 5", "3 : 4", and "3 : 4 : 5", which is the quotients of neighbours: 6 : 8 : 10 says the same.
const struct expr *parse_product(struct parser *p)
{
    struct list ratio = {0};
    const struct expr *e = quotient(p);
    while (parser_at(p, TOKEN_COLON) && !p->builder) {
        p->token++;
        const struct expr *next = quotient(p);
        if (e->kind != EXPR_TEXT && next->kind != EXPR_TEXT)
            list_add(p->w, &ratio, math_divide(p->w, e, next));
        e = e->kind == EXPR_TEXT || next->kind != EXPR_TEXT ? next : e;
    }
    return ratio.count == 0   ? e
           : ratio.count == 1 ? ratio.items[0]
                              : expr_new(p->w, EXPR_TUPLE, 0, ratio.items, ratio.count);
}

// ---- sums ----

static bool is_set(const struct expr *e)
{
    return e->kind == EXPR_SET || e->kind == EXPR_INTERVAL || e->kind == EXPR_UNION || e->kind == EXPR_DIFFERENCE;
}

static const struct expr *added(struct parser *p, struct list *terms)
{
    const struct expr *e =
        terms->count == 1 ? terms->items[0] : expr_new(p->w, EXPR_SUM, 0, terms->items, terms->count);
    return e;
}

// The two are one term now.
static void replace(struct parser *p, struct list *terms, const struct expr *e)
{
    terms->count = 0;
    list_add(p->w, terms, e);
}

const struct expr *parse_sum(struct parser *p)
{
    struct list terms = {0};
    bool negative = parser_at(p, TOKEN_MINUS);
    if (parser_take(p, TOKEN_PLUS_MINUS)) {
        list_add(p->w, &terms, math_two(p->w, EXPR_PLUS_MINUS, 0, expr_integer(p->w, 0), parse_product(p)));
    } else {
        p->token += negative || parser_at(p, TOKEN_PLUS);
        const struct expr *first = parse_product(p);
        list_add(p->w, &terms, negative ? expr_in_unit(p->w, math_negate(p->w, first), first->unit) : first);
    }
    for (;;) {
        workspace_step(p->w, 1);
        if (parser_take(p, TOKEN_PLUS)) {
            list_add(p->w, &terms, parse_product(p));
        } else if (parser_take(p, TOKEN_MINUS)) {
            const struct expr *right = parse_product(p);
            if (terms.count == 1 && is_set(terms.items[0]) && is_set(right))
                replace(p, &terms, math_two(p->w, EXPR_DIFFERENCE, 0, terms.items[0], right));
            else
                list_add(p->w, &terms, math_negate(p->w, right));
        } else if (parser_take(p, TOKEN_PLUS_MINUS)) {
            const struct expr *left = added(p, &terms);
            replace(p, &terms, math_two(p->w, EXPR_PLUS_MINUS, 0, left, parse_product(p)));
        } else {
            return added(p, &terms);
        }
    }
}

// ---- operations on sets, the loosest first ----

static bool take_operation(struct parser *p, enum token_kind kind)
{
    if (kind == TOKEN_UNION && is_union(p)) {
        p->token++;
        return true;
    }
    return parser_take(p, kind);
}

static const struct expr *operation(struct parser *p, int level)
{
    static const struct {
        enum token_kind token;
        enum expr_kind kind;
    } levels[] = {{TOKEN_WITHOUT, EXPR_DIFFERENCE}, {TOKEN_UNION, EXPR_UNION}, {TOKEN_INTERSECTION, EXPR_INTERSECTION}};
    if (level == 3)
        return parse_sum(p);
    struct list parts = {0};
    list_add(p->w, &parts, operation(p, level + 1));
    while (take_operation(p, levels[level].token)) {
        list_add(p->w, &parts, operation(p, level + 1));
        if (levels[level].kind == EXPR_DIFFERENCE)
            replace(p, &parts, expr_new(p->w, EXPR_DIFFERENCE, 0, parts.items, 2));
    }
    return parts.count == 1 ? parts.items[0] : expr_new(p->w, levels[level].kind, 0, parts.items, parts.count);
}

// ---- relations ----

struct chain {
    struct list sides;
    int *ops; // one less than sides; room as of sides
    int room;
    bool equal; // all of them
};

static void chain_add(struct parser *p, struct chain *c, int op, const struct expr *side)
{
    if (c->sides.count > c->room) {
        int *more = workspace_array(p->w, int, 2 * c->room + 4);
        if (c->room)
            memcpy(more, c->ops, sizeof *more * (size_t)c->room);
        c->ops = more;
        c->room = 2 * c->room + 4;
    }
    c->ops[c->sides.count - 1] = op;
    c->equal &= op == EXPR_EQUAL;
    list_add(p->w, &c->sides, side);
}

static const struct expr *related(struct parser *p, const struct chain *c)
{
    int n = c->sides.count;
    if (n == 1)
        return c->sides.items[0];
    if (c->equal || n == 2)
        return math_two(p->w, EXPR_RELATION, c->ops[0], c->sides.items[0], c->sides.items[n - 1]);
    struct list all = {0};
    for (int i = 0; i + 1 < n; i++)
        list_add(p->w, &all, math_two(p->w, EXPR_RELATION, c->ops[i], c->sides.items[i], c->sides.items[i + 1]));
    return expr_new(p->w, EXPR_ALL, 0, all.items, all.count);
}

// In lines of an environment, "\\ =" goes on with the line before.
static bool relation_next(struct parser *p)
{
    if (parser_at(p, TOKEN_ROW) && p->token[1].kind == TOKEN_RELATION)
        p->token++;
    return parser_at(p, TOKEN_RELATION) || parser_at(p, TOKEN_NOT_IN);
}

// An approximation says nothing where the exact value stands before it; "x is about 3" says x = 3.
static void add_relation(struct parser *p, struct chain *c, int op, const struct expr *side)
{
    if (op != EXPR_APPROXIMATE)
        chain_add(p, c, op, side);
    else if (c->sides.count == 1 && (c->sides.items[0]->kind == EXPR_SYMBOL || c->sides.items[0]->kind == EXPR_TEXT))
        chain_add(p, c, EXPR_EQUAL, side);
}

const struct expr *parse_relation(struct parser *p)
{
    struct chain c = {.equal = true};
    workspace_enter(p->w);
    list_add(p->w, &c.sides, operation(p, 0));
    while (relation_next(p)) {
        bool not_in = parser_at(p, TOKEN_NOT_IN);
        int op = p->token++->op;
        const struct expr *side = operation(p, 0);
        if (not_in) {
            const struct expr *both[] = {c.sides.items[c.sides.count - 1], side};
            c.sides.items[c.sides.count - 1] = math_apply(p->w, "notin", both, 2);
        } else {
            add_relation(p, &c, op, side);
        }
    }
    const struct expr *e = related(p, &c);
    if (parser_take(p, TOKEN_OVER))
        e = math_divide(p->w, e, parse_relation(p));
    else if (parser_take(p, TOKEN_CHOOSE))
        e = math_two(p->w, EXPR_FUNCTION, EXPR_BINOMIAL, e, parse_relation(p));
    workspace_leave(p->w);
    return e;
}

// ---- lists ----

void parse_elements(struct parser *p, struct list *out)
{
    do {
        list_add(p->w, out, parse_relation(p));
        bool more = false;
        while (parser_at(p, TOKEN_COMMA) || parser_at(p, TOKEN_SEMICOLON) || parser_at(p, TOKEN_ROW)) {
            workspace_step(p->w, 1);
            out->and_word |= parser_at(p, TOKEN_COMMA) && p->token->op == 1;
            out->or_word |= parser_at(p, TOKEN_COMMA) && p->token->op == 2;
            out->comma |= !parser_at(p, TOKEN_COMMA) || p->token->op == 0;
            p->token++;
            more = true;
        }
        if (!more)
            return;
    } while (!parser_at(p, TOKEN_CLOSE) && !parser_at(p, TOKEN_FINISH) && !parser_at(p, TOKEN_END));
}

static bool is_relation(const struct expr *e)
{
    return e->kind == EXPR_RELATION || e->kind == EXPR_ALL;
}

static bool is_assignment(const struct expr *e)
{
    return e->kind == EXPR_RELATION && e->op == EXPR_EQUAL && e->args[0]->kind == EXPR_SYMBOL;
}

// "k in Z" after a formula that holds for all k.
static bool is_condition(const struct expr *e)
{
    static const char *const sets[] = {"integers", "naturals", "rationals", "complexes"};
    if (e->kind != EXPR_RELATION || e->op != EXPR_ELEMENT || e->args[1]->kind != EXPR_SYMBOL)
        return false;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(e->args[1]->name, sets[i]) == 0)
            return true;
    return false;
}

// Whether the list is x = 1, y = 2: values of different names, which hold together.
static bool is_system(struct workspace *w, const struct list *l)
{
    for (int i = 0; i < l->count; i++) {
        if (!is_assignment(l->items[i]))
            return false;
        workspace_step(w, i);
        for (int j = 0; j < i; j++)
            if (strcmp(l->items[i]->args[0]->name, l->items[j]->args[0]->name) == 0)
                return false;
    }
    return true;
}

const struct expr *parse_join(struct parser *p, const struct list *elements)
{
    struct list l = *elements;
    while (l.count > 1 && is_condition(l.items[l.count - 1]))
        l.count--;
    if (l.count == 1)
        return l.items[0];
    int relations = 0;
    for (int i = 0; i < l.count; i++)
        relations += is_relation(l.items[i]);
    if (relations == 1 && is_assignment(l.items[0])) { // x = 1, 2
        const struct expr *name = l.items[0]->args[0];
        l.items[0] = l.items[0]->args[1];
        return math_two(p->w, EXPR_RELATION, EXPR_EQUAL, name, expr_new(p->w, EXPR_SET, 0, l.items, l.count));
    }
    bool inequalities = true;
    for (int i = 0; i < l.count && inequalities; i++)
        inequalities =
            l.items[i]->kind == EXPR_ALL || (l.items[i]->kind == EXPR_RELATION && l.items[i]->op >= EXPR_UNEQUAL &&
                                             l.items[i]->op <= EXPR_GREATER_EQUAL);
    if (inequalities && l.or_word && !l.and_word) // also "1, 2, or 3"
        return expr_new(p->w, EXPR_SET, EXPR_EITHER, l.items, l.count);
    bool system = is_system(p->w, &l) || (inequalities && l.and_word && !l.or_word && !l.comma);
    return expr_new(p->w, system ? EXPR_ALL : EXPR_SET, 0, l.items, l.count);
}

// ---- the whole ----

const struct expr *math_read(struct workspace *w, struct text t, bool plain)
{
    struct tokens tokens;
    struct list elements = {0};
    t = text_trim(t);
    while (t.size && (t.at[0] == '*' || t.at[0] == ' '))
        t = (struct text){t.at + 1, t.size - 1};
    while (t.size && (t.at[t.size - 1] == '*' || t.at[t.size - 1] == ' '))
        t.size--;
    if (math_is_prose(w, t))
        return math_words(w, t);
    math_tokenize(w, t, plain, &tokens);
    if (tokens.bad || tokens.count < 2)
        return NULL;
    struct parser p = {.w = w, .token = tokens.list, .end = tokens.list + tokens.count - 1};
    if (!parser_take_op(&p, TOKEN_RELATION, EXPR_EQUAL))
        parser_take_op(&p, TOKEN_RELATION, EXPR_APPROXIMATE);
    if (parser_at(&p, TOKEN_ELLIPSIS) && p.token[1].kind == TOKEN_END)
        return NULL;
    parse_elements(&p, &elements);
    if (p.bad || !parser_at(&p, TOKEN_END))
        return NULL;
    return parse_join(&p, &elements);
}

const struct expr *math_parse(struct workspace *w, struct text t)
{
    return math_read(w, t, false);
}
