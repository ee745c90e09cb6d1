// What stands between operators: numbers, names, functions, fractions, roots; and what stands after them.
#include "verify/math_tokens.h"

#include <ctype.h>
#include <string.h>

#include "verify/math_compare.h"

// ---- trees ----

const struct expr *math_two(struct workspace *w, enum expr_kind kind, int op, const struct expr *a,
                            const struct expr *b)
{
    const struct expr *args[] = {a, b};
    return expr_new(w, kind, op, args, 2);
}

const struct expr *math_apply(struct workspace *w, const char *name, const struct expr *const *args, int count)
{
    struct expr *e = expr_new(w, EXPR_FUNCTION, EXPR_APPLY, args, count);
    e->name = name;
    return e;
}

const struct expr *math_symbol(struct workspace *w, const char *name)
{
    struct expr *e = expr_new(w, EXPR_SYMBOL, 0, NULL, 0);
    e->name = name;
    return e;
}

static const struct expr *half(struct workspace *w, unsigned long root)
{
    mpq_t value;
    mpq_init(value);
    mpq_set_ui(value, 1, root);
    return expr_rational(w, value);
}

// The length of a command in a name that only says how it looks.
static size_t look(struct text rest)
{
    static const char *const commands[] = {
        "\\text", "\\mathrm", "\\rm", "\\textbf", "\\mathbf", "\\textit", "\\operatorname",
        "\\left", "\\right",  "\\,",  "\\!",      "\\;",      "\\"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (text_starts(rest, commands[i]))
            return strlen(commands[i]);
    return 0;
}

const char *math_name(struct workspace *w, const char *head, const struct token *from, const struct token *to)
{
    size_t n = strlen(head), size = 0;
    for (const struct token *t = from; t < to; t++)
        size += t->size;
    char *name = workspace_alloc(w, n + size + 1);
    workspace_step(w, (long)(n + size + (size_t)(to - from)));
    memcpy(name, head, n);
    for (const struct token *t = from; t < to; t++)
        for (size_t i = 0; i < t->size;) {
            size_t skip = look((struct text){t->at + i, t->size - i});
            if (!skip && !strchr(" {}()$\n\t", t->at[i]))
                name[n++] = t->at[i];
            i += skip ? skip : 1;
        }
    return name;
}

// ---- scripts ----

const struct token *parser_skip_argument(struct parser *p)
{
    const struct token *from = p->token;
    int depth = 0;
    do {
        workspace_step(p->w, 1);
        if (parser_at(p, TOKEN_END)) {
            parser_fail(p);
            return p->token;
        }
        depth += parser_at(p, TOKEN_OPEN) - parser_at(p, TOKEN_CLOSE);
        p->token++;
    } while (depth > 0);
    return from;
}

static const char *subscript(struct parser *p, const char *head)
{
    size_t n = strlen(head);
    char *start = workspace_alloc(p->w, n + 2);
    memcpy(start, head, n);
    start[n] = '_';
    const struct token *from = parser_skip_argument(p);
    return math_name(p->w, start, from, p->token);
}

// {}_5C_2 and _5C_2, from the underscore.
static const struct expr *prescript(struct parser *p)
{
    p->token++;
    const struct expr *n = parse_argument(p);
    bool combination = text_equals((struct text){p->token->at, p->token->size}, "C");
    if (!combination || !parser_take(p, TOKEN_SYMBOL) || !parser_take(p, TOKEN_UNDERSCORE))
        return parser_fail(p);
    return math_two(p->w, EXPR_FUNCTION, EXPR_BINOMIAL, n, parse_argument(p));
}

// f', f^\prime, f^{\prime\prime}: how many.
static int primes(struct parser *p)
{
    int n = 0;
    const struct token *t = p->token + parser_at(p, TOKEN_CARET);
    bool braces = t > p->token && t->kind == TOKEN_OPEN && t->op == '{';
    for (t += braces; t[n].kind == TOKEN_PRIME; n++)
        workspace_step(p->w, 1);
    if (n == 0 || (braces && t[n].kind != TOKEN_CLOSE))
        return 0;
    p->token = t + n + braces;
    return n;
}

static const struct expr *symbol(struct parser *p)
{
    const struct token *t = p->token++;
    const char *name = expr_named(p->w, EXPR_SYMBOL, (struct text){t->at, t->size})->name;
    const struct expr *call;
    if (parser_take(p, TOKEN_UNDERSCORE))
        name = subscript(p, name);
    int marks = primes(p);
    if (marks) {
        size_t n = strlen(name);
        char *longer = workspace_alloc(p->w, n + (size_t)marks + 1);
        memcpy(longer, name, n);
        memset(longer + n, '\'', (size_t)marks);
        name = longer;
        workspace_step(p->w, (long)n);
    }
    const struct expr *e = math_symbol(p->w, name);
    return parse_call(p, e, &call) ? call : e;
}

// ---- numbers ----

static struct text token_text(const struct token *t)
{
    return (struct text){t->at, t->size};
}

static const struct expr *literal(struct parser *p, const char *name)
{
    struct expr *e = expr_new(p->w, EXPR_LITERAL, 0, NULL, 0);
    e->name = name;
    return e;
}

// The token after the digits of a number in another base, 3AF_{16}, else NULL.
static const struct token *based(struct parser *p)
{
    const struct token *t = p->token + 1;
    while (t->kind == TOKEN_SYMBOL && t->size == 1 && t->at[0] >= 'A' && t->at[0] <= 'F' && !t->space) {
        workspace_step(p->w, 1);
        t++;
    }
    return t->kind == TOKEN_UNDERSCORE ? t : NULL;
}

// 12:00, 3:30 pm, 4:51:06: a time where it cannot be a ratio. The token after, else NULL.
static const struct token *time_of_day(const struct parser *p)
{
    const struct token *t = p->token;
    if (t->size > 2 || t[1].kind != TOKEN_COLON || t[2].kind != TOKEN_NUMBER || t[2].size != 2)
        return NULL;
    bool seconds = t[3].kind == TOKEN_COLON && t[4].kind == TOKEN_NUMBER && t[4].size == 2;
    bool sure = seconds || t[2].at[0] == '0';
    t += seconds ? 5 : 3;
    if (t->kind == TOKEN_TEXT && t->size >= 2 && memchr("apAP", t->at[0], 4) && strchr("m.M", t->at[1]))
        return t + 1;
    return sure ? t : NULL;
}

static const struct expr *clock_literal(struct parser *p, const struct token *behind)
{
    char name[16];
    const struct token *t = p->token;
    size_t n = 0;
    for (; t < behind; t++) {
        if (t->kind == TOKEN_COLON && n < sizeof name - 1)
            name[n++] = ':';
        for (size_t i = 0; i < t->size && n < sizeof name - 1; i++)
            if (isalnum((unsigned char)t->at[i]))
                name[n++] = (char)tolower((unsigned char)t->at[i]);
    }
    p->token = behind;
    return expr_named(p->w, EXPR_LITERAL, (struct text){name, n});
}

// Whether the last three digits are one.
static bool goes_on_so(const struct token *t)
{
    const char *end = t->at + t->size;
    return end[-1] == end[-2] && end[-2] == end[-3];
}

static const struct expr *number(struct parser *p)
{
    const struct token *t = p->token, *behind = t[-1].kind == TOKEN_UNDERSCORE ? NULL : based(p);
    if (behind) {
        const char *digits = math_name(p->w, "", t, behind);
        p->token = behind + 1;
        return literal(p, subscript(p, digits));
    }
    if ((behind = time_of_day(p)))
        return clock_literal(p, behind);
    p->token++;
    const struct expr *e = math_number(p->w, token_text(t), (enum number_style)t->op);
    if (parser_at(p, TOKEN_ACCENT) && p->token->op == 1 && e->decimals >= 0 && p->token[1].kind == TOKEN_OPEN &&
        p->token[2].kind == TOKEN_NUMBER && p->token[3].kind == TOKEN_CLOSE) {
        e = math_repeat(p->w, e, token_text(p->token + 2));
        p->token += 4;
    }
    if (parser_at(p, TOKEN_ELLIPSIS) && e->decimals >= 3 && t->size > 3 && goes_on_so(t)) { // 0.333...
        e = math_repeat(p->w, e, (struct text){t->at + t->size - 1, 1});
        p->token++;
    }
    return e;
}

static const struct expr *vulgar(struct parser *p)
{
    mpq_t value;
    mpq_init(value);
    mpq_set_ui(value, (unsigned)p->token->op / 16, (unsigned)p->token->op % 16);
    p->token++;
    return expr_rational(p->w, value);
}

// ---- words, groups and the rest ----

static const struct expr *words(struct parser *p)
{
    const struct token *first = p->token;
    size_t n = 0, at = 0;
    for (; parser_at(p, TOKEN_TEXT); p->token++)
        n += p->token->size + 1;
    char *all = workspace_alloc(p->w, n);
    workspace_step(p->w, (long)n);
    for (const struct token *t = first; t < p->token; t++) {
        memcpy(all + at, t->at, t->size);
        at += t->size;
        all[at++] = ' ';
    }
    const struct expr *e = math_words(p->w, (struct text){all, at});
    return e ? e : parser_fail(p);
}

const struct expr *parse_argument(struct parser *p)
{
    return parse_atom(p);
}

// The unit of \frac{km}{h} and \frac{60 km}{h}; NULL where these are no units.
static const char *unit_below(struct parser *p, struct token word, const struct expr *top, struct token below)
{
    long factor;
    const char *a = word.size ? math_unit_name(p->w, token_text(&word), &factor) : top->unit;
    return a ? math_unit_joined(p->w, a, '/', math_unit_name(p->w, token_text(&below), &factor)) : NULL;
}

static const struct expr *fraction(struct parser *p)
{
    p->token++;
    bool words = p->token[0].kind == TOKEN_OPEN && p->token[1].kind == TOKEN_TEXT;
    const struct token *above = p->token;
    const struct expr *top = parse_argument(p);
    const struct token *below = p->token;
    bool below_words = below[0].kind == TOKEN_OPEN && below[1].kind == TOKEN_TEXT && below[2].kind == TOKEN_CLOSE;
    const struct expr *bottom = parse_argument(p);
    const char *unit =
        below_words && !p->bad ? unit_below(p, words ? above[1] : (struct token){0}, top, below[1]) : NULL;
    if (words) // m / s
        return expr_in_unit(p->w, expr_named(p->w, EXPR_TEXT, text_of("unit")), unit);
    if (bottom->kind == EXPR_TEXT || unit) // 60 km / h
        return expr_in_unit(p->w, top, unit);
    const struct expr *derivative = parse_derivative(p, top, bottom); // d/dx is never 1/x
    return derivative ? derivative : math_ratio(p->w, top, bottom);
}

static const struct expr *root(struct parser *p)
{
    const struct expr *degree = half(p->w, (unsigned long)p->token->op);
    p->token++;
    if (parser_take_op(p, TOKEN_OPEN, '[')) {
        degree = math_divide(p->w, expr_integer(p->w, 1), parse_relation(p));
        parser_expect(p, TOKEN_CLOSE, '[');
    }
    return expr_power(p->w, parse_argument(p), degree);
}

static const struct expr *accent(struct parser *p)
{
    const struct token *t = p->token++;
    char *name = workspace_alloc(p->w, t->size + 2);
    memcpy(name, t->at, t->size);
    if (text_equals(token_text(t), "underline"))
        return parse_argument(p);
    name[t->size] = ' ';
    const struct token *from = parser_skip_argument(p);
    const char *whole = math_name(p->w, name, from, p->token);
    return math_symbol(p->w, parser_take(p, TOKEN_UNDERSCORE) ? subscript(p, whole) : whole);
}

const struct expr *math_determinant(struct workspace *w, const struct expr *e)
{
    const struct expr *m = matrix_value(w, e), *value = m ? matrix_determinant(w, m) : NULL;
    return value ? value : math_apply(w, "determinant", &e, 1);
}

static const struct expr *between_bars(struct parser *p, enum token_kind kind)
{
    int *open = kind == TOKEN_BAR ? &p->bars : &p->norms;
    p->token++;
    ++*open;
    const struct expr *inside = parse_relation(p);
    --*open;
    if (!parser_take(p, kind))
        return parser_fail(p);
    if (kind == TOKEN_BAR && matrix_value(p->w, inside))
        return math_determinant(p->w, inside);
    return kind == TOKEN_BAR ? expr_call(p->w, EXPR_ABS, inside) : math_apply(p->w, "norm", &inside, 1);
}

const struct expr *math_reals(struct workspace *w)
{
    const struct expr *oo = expr_constant(w, EXPR_INFINITY), *ends[] = {math_negate(w, oo), oo};
    struct expr *e = expr_new(w, EXPR_INTERVAL, 0, ends, 2);
    e->open_low = e->open_high = true;
    return e;
}

static const struct expr *named(struct parser *p)
{
    const struct token *t = p->token++;
    switch (t->kind) {
    case TOKEN_CONSTANT:
        return expr_constant(p->w, (enum expr_constant)t->op);
    case TOKEN_REALS:
        return math_reals(p->w);
    case TOKEN_EMPTY_SET:
        return expr_new(p->w, EXPR_SET, 0, NULL, 0);
    case TOKEN_ELLIPSIS:
        return math_symbol(p->w, "...");
    default:
        p->token--;
        return parser_fail(p);
    }
}

static const struct expr *atom(struct parser *p)
{
    switch (p->token->kind) {
    case TOKEN_NUMBER:
        return number(p);
    case TOKEN_VULGAR:
        return vulgar(p);
    case TOKEN_SYMBOL:
        return symbol(p);
    case TOKEN_FUNCTION:
        return parse_function(p);
    case TOKEN_TEXT:
        return words(p);
    case TOKEN_OPEN:
        return parse_bracket(p);
    case TOKEN_CLOSE:
        return parse_reverse(p);
    case TOKEN_BAR:
    case TOKEN_NORM:
        return between_bars(p, (enum token_kind)p->token->kind);
    case TOKEN_FRACTION:
        return fraction(p);
    case TOKEN_ROOT:
        return root(p);
    case TOKEN_BINOMIAL: {
        p->token++;
        const struct expr *n = parse_argument(p);
        return math_two(p->w, EXPR_FUNCTION, EXPR_BINOMIAL, n, parse_argument(p));
    }
    case TOKEN_ACCENT:
        return accent(p);
    case TOKEN_BIG:
        return parse_big(p);
    case TOKEN_BEGIN:
        return parse_environment(p);
    case TOKEN_UNDERSCORE:
        return prescript(p);
    default:
        return named(p);
    }
}

const struct expr *parse_atom(struct parser *p)
{
    workspace_enter(p->w);
    workspace_step(p->w, 4);
    const struct expr *e = atom(p);
    workspace_leave(p->w);
    return e;
}

const struct expr *parse_power(struct parser *p)
{
    const struct token *first = p->token;
    return parse_postfix(p, parse_atom(p), first);
}
