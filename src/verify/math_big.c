// Sums, products, integrals, limits. Sums and products over a few whole numbers are written out; the rest is compared
// by how it is written, its bounds being part of its name.
#include <string.h>

#include "verify/math_tokens.h"

enum { WRITTEN_OUT = 100 }; // terms

struct range { // k = low .. high
    const struct token *index;
    const struct expr *low, *high;
};

static bool is_letter(const struct token *t)
{
    return t->kind == TOKEN_SYMBOL || (t->kind == TOKEN_CONSTANT && t->op == EXPR_I);
}

// The bounds, read apart from the name; what cannot be read leaves them NULL.
static void read_bound(const struct parser *p, struct range *r)
{
    struct parser q = *p;
    bool below = parser_at(p, TOKEN_UNDERSCORE);
    q.token++;
    if (!below) {
        r->high = parse_argument(&q);
    } else if (q.token[0].kind == TOKEN_OPEN && is_letter(&q.token[1]) && q.token[2].kind == TOKEN_RELATION &&
               q.token[2].op == EXPR_EQUAL) {
        r->index = q.token + 1;
        q.token += 3;
        r->low = parse_sum(&q);
        r->low = parser_at(&q, TOKEN_CLOSE) ? r->low : NULL;
    }
    if (q.bad)
        *r = (struct range){0};
}

static bool is_index(const struct expr *e, const struct token *index)
{
    if (index->kind == TOKEN_CONSTANT) // i
        return e->kind == EXPR_CONSTANT && e->op == index->op;
    return e->kind == EXPR_SYMBOL && text_equals((struct text){index->at, index->size}, e->name);
}

// Whether e holds what a value cannot be put into: names made of pieces of the text, subscripts.
static bool is_opaque(struct workspace *w, const struct expr *e)
{
    bool opaque = (e->kind == EXPR_FUNCTION && e->op == EXPR_APPLY) || e->kind == EXPR_LITERAL ||
                  e->kind == EXPR_TEXT || (e->kind == EXPR_SYMBOL && strchr(e->name, '_'));
    workspace_enter(w);
    workspace_step(w, 2);
    for (int i = 0; i < e->count && !opaque; i++)
        opaque = is_opaque(w, e->args[i]);
    workspace_leave(w);
    return opaque;
}

static const struct expr *put_in(struct workspace *w, const struct expr *e, const struct token *index,
                                 const struct expr *value)
{
    if (is_index(e, index))
        return value;
    if (!e->count)
        return e;
    workspace_enter(w);
    workspace_step(w, 4);
    const struct expr **args = workspace_array(w, const struct expr *, e->count);
    for (int i = 0; i < e->count; i++)
        args[i] = put_in(w, e->args[i], index, value);
    workspace_leave(w);
    return expr_with(w, e, args);
}

// All terms, or NULL where there are too many or none.
static const struct expr *written_out(struct workspace *w, const struct range *r, bool product, const struct expr *body)
{
    if (!r->index || !r->low || !r->high || !math_is_integer(r->low) || !math_is_integer(r->high) || is_opaque(w, body))
        return NULL;
    if (!mpz_fits_sint_p(mpq_numref(r->low->value)) || !mpz_fits_sint_p(mpq_numref(r->high->value)))
        return NULL;
    long low = mpz_get_si(mpq_numref(r->low->value)), high = mpz_get_si(mpq_numref(r->high->value));
    if (high < low || high - low >= WRITTEN_OUT)
        return NULL;
    const struct expr *terms[WRITTEN_OUT];
    for (long k = low; k <= high; k++)
        terms[k - low] = put_in(w, body, r->index, expr_integer(w, k));
    int count = (int)(high - low + 1);
    return count == 1 ? terms[0] : expr_new(w, product ? EXPR_PRODUCT : EXPR_SUM, 0, terms, count);
}

const struct expr *parse_big(struct parser *p)
{
    struct text kind = {p->token->at, p->token->size};
    const char *name = expr_named(p->w, EXPR_TEXT, kind)->name;
    struct range range = {0};
    p->token++;
    while (parser_at(p, TOKEN_UNDERSCORE) || parser_at(p, TOKEN_CARET)) {
        size_t n = strlen(name);
        char *longer = workspace_alloc(p->w, n + 2);
        memcpy(longer, name, n);
        longer[n] = parser_at(p, TOKEN_UNDERSCORE) ? '_' : '^';
        read_bound(p, &range);
        p->token++;
        const struct token *from = parser_skip_argument(p);
        name = math_name(p->w, longer, from, p->token);
    }
    const struct expr *body = parse_product(p), *all = NULL;
    if (!p->bad && (text_equals(kind, "sum") || text_equals(kind, "prod")))
        all = written_out(p->w, &range, kind.at[0] == 'p', body);
    return all ? all : math_apply(p->w, name, &body, 1);
}
