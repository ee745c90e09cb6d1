// Values with units: the words after a value, and units of quotients.
#include "verify/math_tokens.h"

#include <string.h>

bool parser_at_unit(const struct parser *p)
{
    return (parser_at(p, TOKEN_DIVIDE) || parser_at(p, TOKEN_TIMES)) && p->token[1].kind == TOKEN_TEXT;
}

// The words of a unit and their powers, as one text: "km / h", "m s ^{-1}"; after those that are its unit already,
// where they go on with "per".
static struct text unit_words(struct parser *p, const char *before)
{
    const struct token *first = p->token;
    size_t n = 0, size = before ? strlen(before) + 2 : 1;
    while (parser_at(p, TOKEN_TEXT) || parser_at_unit(p) || (p->token > first && parser_at(p, TOKEN_CARET))) {
        if (parser_take(p, TOKEN_CARET)) {
            parser_take(p, TOKEN_MINUS);
            parser_skip_argument(p);
        } else {
            p->token++;
        }
    }
    for (const struct token *t = first; t < p->token; t++)
        size += t->size + 2;
    char *words = workspace_alloc(p->w, size);
    workspace_step(p->w, (long)size);
    bool per = first->kind != TOKEN_TEXT || text_starts((struct text){first->at, first->size}, "per ");
    if (before && before[0] != '~' && per) {
        n = strlen(before);
        memcpy(words, before, n);
        words[n++] = ' ';
    }
    for (const struct token *t = first; t < p->token; t++) {
        if (t->kind == TOKEN_CARET || t->kind == TOKEN_DIVIDE || t->kind == TOKEN_TIMES) {
            words[n++] = t->kind == TOKEN_CARET ? '^' : t->kind == TOKEN_DIVIDE ? '/' : ' ';
            continue;
        }
        memcpy(words + n, t->at, t->size);
        n += t->size;
        if (t->kind == TOKEN_TEXT)
            words[n++] = ' ';
    }
    return (struct text){words, n};
}

// Words after a value are its unit, with its power; "5 million" is 5000000.
void parse_unit(struct parser *p, const struct expr **value)
{
    long factor;
    const char *unit = math_unit_name(p->w, unit_words(p, (*value)->unit), &factor);
    if (factor != 1 && (*value)->kind == EXPR_NUMBER)
        *value = math_divide(p->w, *value, math_divide(p->w, expr_integer(p->w, 1), expr_integer(p->w, factor)));
    *value = expr_in_unit(p->w, *value, unit ? unit : (*value)->unit);
}

const struct expr *math_ratio(struct workspace *w, const struct expr *a, const struct expr *b)
{
    const char *unit = b->unit ? math_unit_joined(w, a->unit ? a->unit : "", '/', b->unit) : a->unit;
    return expr_in_unit(w, math_divide(w, a, b), unit);
}
