// What stands after a factor: powers, factorials, percent, degrees, bases; and functions with their arguments.
#include "verify/math_tokens.h"

#include <string.h>

static struct text token_text(const struct token *t)
{
    return (struct text){t->at, t->size};
}

// ---- powers ----

// 30 degrees: in the argument of a trigonometric function pi / 6, elsewhere 30. C and F after it are units.
static const struct expr *degrees(struct parser *p, const struct expr *e)
{
    const char *unit = "degree";
    if (parser_at(p, TOKEN_SYMBOL) || parser_at(p, TOKEN_TEXT)) {
        struct text scale = text_trim(token_text(p->token));
        unit = text_equals(scale, "C") ? "celsius" : text_equals(scale, "F") ? "fahrenheit" : unit;
        p->token += strcmp(unit, "degree") != 0;
    }
    if (!p->angle)
        return expr_in_unit(p->w, e, unit);
    const struct expr *pi = expr_constant(p->w, EXPR_PI);
    return math_multiply(p->w, e, math_divide(p->w, pi, expr_integer(p->w, 180)));
}

// R^+, R^-, Z^*: the sign, or 0.
static char sign_alone(const struct parser *p)
{
    bool braces = parser_at(p, TOKEN_OPEN) && p->token->op == '{';
    const struct token *t = p->token + braces;
    char c = t->kind == TOKEN_PLUS ? '+' : t->kind == TOKEN_MINUS ? '-' : t->kind == TOKEN_TIMES ? '*' : 0;
    enum token_kind next = c ? (enum token_kind)t[1].kind : TOKEN_NUMBER;
    bool alone = braces ? next == TOKEN_CLOSE
                        : next == TOKEN_END || next == TOKEN_COMMA || next == TOKEN_CLOSE || next == TOKEN_WITHOUT;
    return alone ? c : 0;
}

static const struct expr *signed_set(struct parser *p, const struct expr *e, char sign)
{
    p->token += parser_at(p, TOKEN_OPEN) ? 3 : 1;
    if (e->kind == EXPR_SYMBOL) {
        size_t n = strlen(e->name);
        char *name = workspace_alloc(p->w, n + 2);
        memcpy(name, e->name, n);
        name[n] = sign;
        return math_symbol(p->w, name);
    }
    if (e->kind != EXPR_INTERVAL || sign == '*')
        return parser_fail(p);
    const struct expr *zero = expr_integer(p->w, 0);
    const struct expr *ends[] = {sign == '+' ? zero : e->args[0], sign == '+' ? e->args[1] : zero};
    struct expr *ray = expr_new(p->w, EXPR_INTERVAL, 0, ends, 2);
    ray->open_low = ray->open_high = true;
    return ray;
}

static const struct expr *transpose(struct parser *p, const struct expr *m)
{
    int rows = m->columns ? m->count / m->columns : 0;
    const struct expr **args = workspace_array(p->w, const struct expr *, m->count);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < m->columns; j++)
            args[j * rows + i] = m->args[i * m->columns + j];
    workspace_step(p->w, m->count);
    struct expr *e = expr_new(p->w, EXPR_MATRIX, 0, args, m->count);
    e->columns = rows;
    return e;
}

static bool is_name(const struct expr *e, const char *name)
{
    return e->kind == EXPR_SYMBOL && strcmp(e->name, name) == 0;
}

// 5' is feet or minutes, (x^2)' a derivative, which equals itself alone.
static const struct expr *primed(struct parser *p, const struct expr *e)
{
    return e->kind == EXPR_NUMBER ? e : math_apply(p->w, "'", &e, 1);
}

// Behind the caret.
static const struct expr *powered(struct parser *p, const struct expr *base)
{
    bool braces = parser_at(p, TOKEN_OPEN) && p->token->op == '{';
    char sign = sign_alone(p);
    if (sign)
        return signed_set(p, base, sign);
    if (p->token[braces].kind == TOKEN_DEGREE && (!braces || p->token[2].kind == TOKEN_CLOSE)) {
        p->token += braces ? 3 : 1;
        return degrees(p, base);
    }
    if (p->token[braces].kind == TOKEN_PRIME) {
        p->token += braces ? 3 : 1;
        return primed(p, base);
    }
    bool negative = parser_take(p, TOKEN_MINUS);
    const struct expr *exponent = parse_argument(p);
    if (parser_take(p, TOKEN_CARET)) {
        workspace_enter(p->w);
        exponent = powered(p, exponent);
        workspace_leave(p->w);
    }
    if (exponent->kind == EXPR_TEXT) // 3^{rd}
        return base;
    if (base->kind == EXPR_MATRIX && (is_name(exponent, "T") || is_name(exponent, "top")))
        return transpose(p, base);
    if (base->kind == EXPR_TEXT) // cm^2
        return base;
    return expr_power(p->w, base, negative ? math_negate(p->w, exponent) : exponent);
}

// (101)_2, from the underscore.
static const struct expr *in_base(struct parser *p, const struct expr *e, const struct token *first)
{
    if (e->kind != EXPR_NUMBER || p->token[-1].kind != TOKEN_CLOSE)
        return parser_fail(p);
    const char *digits = math_name(p->w, "", first, p->token);
    size_t n = strlen(digits);
    char *name = workspace_alloc(p->w, n + 2);
    memcpy(name, digits, n);
    name[n] = '_';
    p->token++;
    const struct token *from = p->token;
    parse_argument(p);
    struct expr *literal = expr_new(p->w, EXPR_LITERAL, 0, NULL, 0);
    literal->name = math_name(p->w, name, from, p->token);
    return literal;
}

static bool is_degrees(const struct parser *p)
{
    struct text word = {p->token->at, p->token->size};
    return parser_at(p, TOKEN_TEXT) && (text_equals(word, "degrees") || text_equals(word, "degree"));
}

const struct expr *parse_postfix(struct parser *p, const struct expr *e, const struct token *first)
{
    for (;;) {
        workspace_step(p->w, 1);
        if (parser_take(p, TOKEN_CARET))
            e = powered(p, e);
        else if (parser_take(p, TOKEN_BANG))
            e = expr_call(p->w, EXPR_FACTORIAL, e);
        else if (parser_take(p, TOKEN_PERCENT))
            e = math_percent(p->w, e);
        else if (parser_take(p, TOKEN_DEGREE) || (p->angle && is_degrees(p) && parser_take(p, TOKEN_TEXT)))
            e = degrees(p, e);
        else if (parser_at(p, TOKEN_UNDERSCORE))
            e = in_base(p, e, first);
        else if (parser_take(p, TOKEN_PRIME))
            e = primed(p, e);
        else
            return e;
    }
}

// ---- functions ----

struct arguments {
    struct list list;
    const struct expr *base, *power; // \log_2, \sin^2; or NULL
};

static bool is_trigonometric(int op)
{
    return op >= EXPR_SIN && op <= EXPR_CSC;
}

// Arguments in brackets, or a product without.
static void arguments(struct parser *p, int op, struct list *out)
{
    bool angle = p->angle, argument = p->argument, builder = p->builder;
    p->angle = is_trigonometric(op);
    if (parser_at(p, TOKEN_OPEN) && strchr("({[S", p->token->op)) {
        int close = p->token++->op, bars = p->bars, norms = p->norms;
        p->argument = p->builder = false;
        p->bars = p->norms = 0;
        if (!parser_at(p, TOKEN_CLOSE))
            parse_elements(p, out);
        parser_expect(p, TOKEN_CLOSE, close);
        p->bars = bars;
        p->norms = norms;
    } else {
        p->argument = true;
        list_add(p->w, out, parse_product(p));
    }
    p->angle = angle;
    p->argument = argument;
    p->builder = builder;
}

static const struct expr *inverse(struct parser *p, int op, const struct expr *e)
{
    static const int inverses[][2] = {{EXPR_SIN, EXPR_ASIN},   {EXPR_COS, EXPR_ACOS},   {EXPR_TAN, EXPR_ATAN},
                                      {EXPR_COT, EXPR_ACOT},   {EXPR_SEC, EXPR_ASEC},   {EXPR_CSC, EXPR_ACSC},
                                      {EXPR_SINH, EXPR_ASINH}, {EXPR_COSH, EXPR_ACOSH}, {EXPR_TANH, EXPR_ATANH}};
    for (size_t i = 0; i < sizeof inverses / sizeof *inverses; i++)
        if (inverses[i][0] == op)
            return expr_call(p->w, (enum expr_function)inverses[i][1], e);
    return NULL;
}

static const struct expr *logarithm(struct parser *p, const struct arguments *a, int op)
{
    const struct expr *base = a->base ? a->base : a->list.count > 1 ? a->list.items[1] : NULL;
    if (!base && op == EXPR_LOG)
        base = expr_integer(p->w, 10);
    const struct expr *args[] = {a->list.items[0], base};
    return expr_new(p->w, EXPR_FUNCTION, EXPR_LOG, args, base ? 2 : 1);
}

static mpq_srcptr number_or_null(const struct expr *e)
{
    return e && e->kind == EXPR_NUMBER ? e->value : NULL;
}

static const struct expr *root(struct parser *p, const struct expr *e, long degree)
{
    return expr_power(p->w, e, math_divide(p->w, expr_integer(p->w, 1), expr_integer(p->w, degree)));
}

static const struct expr *applied(struct parser *p, const struct token *t, struct arguments *a)
{
    const struct expr *first = a->list.items[0];
    mpq_srcptr power = number_or_null(a->power);
    switch (t->op) {
    case EXPR_LOG:
    case FUNCTION_LN:
        return logarithm(p, a, t->op);
    case FUNCTION_EXP:
        return expr_power(p->w, expr_constant(p->w, EXPR_E), first);
    case FUNCTION_SQRT:
        return root(p, first, 2);
    case FUNCTION_CBRT:
        return root(p, first, 3);
    case FUNCTION_DET:
        return math_determinant(p->w, first);
    case FUNCTION_OTHER:
        return math_apply(p->w, expr_named(p->w, EXPR_TEXT, token_text(t))->name, a->list.items, a->list.count);
    case EXPR_GCD:
    case EXPR_LCM:
    case EXPR_MIN:
    case EXPR_MAX:
        return expr_new(p->w, EXPR_FUNCTION, t->op, a->list.items, a->list.count);
    case EXPR_BINOMIAL:
        return a->list.count == 2 ? math_two(p->w, EXPR_FUNCTION, EXPR_BINOMIAL, first, a->list.items[1])
                                  : parser_fail(p);
    }
    if (a->list.count != 1)
        return parser_fail(p);
    if (power && mpq_cmp_si(power, -1, 1) == 0 && inverse(p, t->op, first)) {
        a->power = NULL;
        return inverse(p, t->op, first);
    }
    return expr_call(p->w, (enum expr_function)t->op, first);
}

const struct expr *parse_function(struct parser *p)
{
    const struct token *t = p->token++;
    struct arguments a = {0};
    for (;;) {
        workspace_step(p->w, 1);
        if (parser_take(p, TOKEN_UNDERSCORE)) {
            a.base = parse_argument(p);
        } else if (parser_take(p, TOKEN_CARET)) {
            bool negative = parser_take(p, TOKEN_MINUS);
            a.power = parse_argument(p);
            a.power = negative ? math_negate(p->w, a.power) : a.power;
        } else {
            break;
        }
    }
    arguments(p, t->op, &a.list);
    if (a.list.count == 0 || p->bad)
        return parser_fail(p);
    const struct expr *e = applied(p, t, &a);
    return a.power ? expr_power(p->w, e, a.power) : e;
}

// ---- f(x) ----

static bool is_function_letter(char c)
{
    return c && strchr("fghFGH", c);
}

// n! / (n - k)!
static const struct expr *permutations(struct parser *p, const struct list *l)
{
    const struct expr *rest = expr_sum(p->w, l->items[0], math_negate(p->w, l->items[1]));
    return math_divide(p->w, expr_call(p->w, EXPR_FACTORIAL, l->items[0]), expr_call(p->w, EXPR_FACTORIAL, rest));
}

bool parse_call(struct parser *p, const struct expr *symbol, const struct expr **call)
{
    if (!parser_at(p, TOKEN_OPEN) || p->token->op != '(')
        return false;
    char c = symbol->name[0];
    bool polynomial = c && strchr("PpQqyTvu", c) && p->token[1].kind == TOKEN_SYMBOL && p->token[2].kind == TOKEN_CLOSE;
    bool counts = (c == 'C' || c == 'P') && !symbol->name[1];
    if (!is_function_letter(c) && !polynomial && !counts)
        return false;
    if (strlen(symbol->name) > 1 && symbol->name[1] != '_' && symbol->name[1] != '\'')
        return false;
    struct list l = {0};
    arguments(p, FUNCTION_OTHER, &l);
    if (counts && l.count == 2) {
        *call = c == 'C' ? math_two(p->w, EXPR_FUNCTION, EXPR_BINOMIAL, l.items[0], l.items[1]) : permutations(p, &l);
        return true;
    }
    if (counts && !polynomial && l.count == 1) {
        *call = math_multiply(p->w, symbol, l.items[0]);
        return true;
    }
    *call = math_apply(p->w, symbol->name, l.items, l.count);
    return true;
}
