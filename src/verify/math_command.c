// The tokenizer's commands: what begins with a backslash.
#include "verify/math_lex.h"

#include <ctype.h>
#include <string.h>

// What stands in the braces after the current place, which moves on after them; an unclosed one goes to the end.
static bool braces(struct lexer *l, struct text *inside)
{
    size_t back = l->at;
    lex_skip_space(l);
    if (lex_peek(l, 0) != '{') {
        l->at = back;
        return false;
    }
    size_t start = ++l->at;
    for (int depth = 1; l->at < l->t.size; l->at++) {
        workspace_step(l->w, 1);
        char c = l->t.at[l->at];
        if (c == '\\' && l->at + 1 < l->t.size)
            l->at++;
        else if (c == '{')
            depth++;
        else if (c == '}' && --depth == 0)
            break;
    }
    l->at = l->at < l->t.size ? l->at : l->t.size;
    *inside = (struct text){l->t.at + start, l->at - start};
    l->at += l->at < l->t.size;
    return true;
}

static bool only_letters(struct text t)
{
    for (size_t i = 0; i < t.size; i++)
        if (!isalpha((unsigned char)t.at[i]))
            return false;
    return t.size > 0;
}

static void token_of(struct lexer *l, enum token_kind kind, int op, struct text t)
{
    lex_emit_op(l, kind, op, t.at, t.size);
}

// ---- \text ----

// The length of "and" or "or" as a word of its own at i, else 0.
static size_t connective(struct text t, size_t i)
{
    if (i && !isspace((unsigned char)t.at[i - 1]) && t.at[i - 1] != ',')
        return 0;
    struct text rest = {t.at + i, t.size - i};
    size_t n = text_starts(rest, "and") ? 3 : text_starts(rest, "or") ? 2 : 0;
    return n && (n == rest.size || isspace((unsigned char)rest.at[n])) ? n : 0;
}

// Words between connectives. In brackets, "(C)", they are the same.
static void phrase(struct lexer *l, struct text t)
{
    t = text_trim(t);
    bool colon = t.size && t.at[t.size - 1] == ':';
    while (t.size && strchr(".,:;", t.at[t.size - 1]))
        t.size--;
    if (t.size > 2 && t.at[0] == '(' && t.at[t.size - 1] == ')')
        t = text_trim((struct text){t.at + 1, t.size - 2});
    const struct word *word = math_word(t);
    if (word && word->kind == TOKEN_PERCENT)
        token_of(l, TOKEN_PERCENT, 0, t);
    else if (t.size)
        token_of(l, TOKEN_TEXT, 0, t);
    if (colon)
        token_of(l, TOKEN_COLON, 0, t);
}

static void phrases(struct lexer *l, struct text t)
{
    size_t from = 0;
    for (size_t i = 0, n; i < t.size; i++) {
        workspace_step(l->w, 1);
        if ((n = connective(t, i))) {
            phrase(l, (struct text){t.at + from, i - from});
            token_of(l, TOKEN_COMMA, t.at[i] == 'o' ? 2 : 1, (struct text){t.at + i, n});
            from = i + n;
            i = from - 1;
        } else if (t.at[i] == ',') {
            phrase(l, (struct text){t.at + from, i - from});
            token_of(l, TOKEN_COMMA, 0, (struct text){t.at + i, 1});
            from = i + 1;
        }
    }
    phrase(l, (struct text){t.at + from, t.size - from});
}

static void text_command(struct lexer *l)
{
    struct text inside;
    if (!braces(l, &inside))
        return;
    bool mathematics = false;
    for (size_t i = 0; i < inside.size; i++)
        mathematics |= inside.at[i] && strchr("0123456789\\$^_=+<>%*", inside.at[i]);
    workspace_step(l->w, (long)inside.size);
    if (mathematics)
        lex_inline(l, inside, true);
    else
        phrases(l, inside);
}

// ---- fonts, names ----

// \mathrm{~km/h}: letters with a space in front, or in several words.
static bool is_unit(struct text t)
{
    bool word = t.size && t.at[0] == '~';
    for (size_t i = 0, n = 0; i < t.size; i++) {
        n = isalpha((unsigned char)t.at[i]) ? n + 1 : 0;
        word |= n > 1;
        if (!n && !strchr("~ ./", t.at[i]))
            return false;
    }
    return word;
}

static void font(struct lexer *l, int upright)
{
    size_t back = l->at;
    struct text inside;
    if (!braces(l, &inside)) { // \mathbf j
        lex_skip_space(l);
        if (isalpha(lex_peek(l, 0)))
            lex_emit(l, TOKEN_SYMBOL, 1);
        return;
    }
    inside = text_trim(inside);
    const struct word *word = math_word(inside);
    if (upright && lex_after_value(l) && math_unit_known(l->w, inside)) { // 5\mathrm{m/s^2}
        token_of(l, TOKEN_TEXT, 0, inside);
    } else if (!only_letters(inside) && upright && is_unit(inside)) {
        while (inside.size && strchr("~ ", inside.at[0]))
            inside = (struct text){inside.at + 1, inside.size - 1};
        token_of(l, TOKEN_TEXT, 0, inside);
    } else if (!only_letters(inside)) {
        l->at = back; // the braces are a group
    } else if (word) {
        size_t at = l->at;
        lex_word(l, word, 0);
        l->at = at;
    } else if (inside.size == 1 && upright && strchr("ei", inside.at[0])) {
        token_of(l, TOKEN_CONSTANT, inside.at[0] == 'e' ? EXPR_E : EXPR_I, inside);
    } else if (inside.size == 1 || !upright) {
        for (size_t i = 0; i < inside.size; i++)
            token_of(l, TOKEN_SYMBOL, 0, (struct text){inside.at + i, 1});
    } else {
        token_of(l, TOKEN_TEXT, 0, inside);
    }
}

static void operator_name(struct lexer *l)
{
    struct text inside;
    if (lex_peek(l, 0) == '*')
        l->at++;
    if (!braces(l, &inside))
        return;
    inside = text_trim(inside);
    const struct word *word = math_word(inside);
    if (!word)
        word = math_command(inside);
    if (word && word->action == WORD_TOKEN && word->kind == TOKEN_FUNCTION)
        token_of(l, TOKEN_FUNCTION, word->op, inside);
    else if (only_letters(inside))
        token_of(l, TOKEN_FUNCTION, FUNCTION_OTHER, inside);
    else
        l->bad = true;
}

// \mathbb{R}: the sets of numbers.
static void board(struct lexer *l)
{
    static const char *const names[] = {"C",      "complexes", "N",         "naturals", "P",
                                        "primes", "Q",         "rationals", "Z",        "integers"};
    struct text inside;
    if (!braces(l, &inside)) {
        lex_skip_space(l);
        inside = (struct text){l->t.at + l->at, l->at < l->t.size};
        l->at += inside.size;
    }
    inside = text_trim(inside);
    if (text_equals(inside, "R")) {
        token_of(l, TOKEN_REALS, 0, inside);
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i += 2)
        if (text_equals(inside, names[i]))
            inside = text_of(names[i + 1]);
    token_of(l, TOKEN_SYMBOL, 0, inside);
    l->bad |= !only_letters(inside);
}

// ---- environments ----

static void begin(struct lexer *l)
{
    struct text name, columns;
    int kind = braces(l, &name) ? math_environment(text_trim(name)) : -1;
    if (kind < 0 || l->depth == LEX_ENVIRONMENTS) {
        l->bad = true;
        return;
    }
    if (text_equals(name, "array") || text_equals(name, "alignedat"))
        braces(l, &columns);
    l->environments[l->depth++] = (uint8_t)kind;
    token_of(l, TOKEN_BEGIN, kind, name);
}

static void finish(struct lexer *l)
{
    struct text name;
    if (!braces(l, &name) || !l->depth) {
        l->bad = true;
        return;
    }
    token_of(l, TOKEN_FINISH, l->environments[--l->depth], name);
}

// "\\": a new row; outside of environments a backslash that was doubled, or a new line.
static void double_backslash(struct lexer *l)
{
    if (l->depth) {
        lex_emit(l, TOKEN_ROW, 2);
        return;
    }
    int c = lex_peek(l, 2);
    bool doubled = isalpha(c) || (c && strchr("{}%$|", c));
    l->at += doubled ? 1 : 2;
    l->space = true;
}

// ---- all commands ----

// \frac12, \sqrt3: digits that are arguments one by one. The last argument of a fraction takes the digits that are
// left.
static void digit_arguments(struct lexer *l, enum token_kind kind)
{
    int arguments = kind == TOKEN_FRACTION || kind == TOKEN_BINOMIAL ? 2 : kind == TOKEN_ROOT ? 1 : 0;
    for (int i = 0; i < arguments; i++) {
        size_t n = 1;
        lex_skip_space(l);
        if (!isdigit(lex_peek(l, 0)))
            return;
        while (i == 1 && isdigit(lex_peek(l, n)))
            n++;
        workspace_step(l->w, (long)n);
        lex_emit(l, TOKEN_NUMBER, n);
    }
}

static void act(struct lexer *l, const struct word *word, size_t size)
{
    struct text ignored;
    bool sized = word->action == WORD_SKIP && (lex_peek(l, 1) == 'l' || lex_peek(l, 1) == 'r');
    if (word->action == WORD_TOKEN) {
        lex_word(l, word, size);
        digit_arguments(l, (enum token_kind)word->kind);
        return;
    }
    l->at += size;
    switch (word->action) {
    case WORD_SKIP:
        l->at += sized && lex_peek(l, 0) == '.'; // \left. \right.
        break;
    case WORD_ARGUMENT:
        braces(l, &ignored);
        break;
    case WORD_TEXT:
        text_command(l);
        break;
    case WORD_FONT:
        font(l, word->op);
        break;
    case WORD_NAME:
        operator_name(l);
        break;
    case WORD_BOARD:
        board(l);
        break;
    case WORD_BEGIN:
        begin(l);
        break;
    case WORD_FINISH:
        finish(l);
        break;
    default:
        l->space = true;
    }
}

void lex_command(struct lexer *l)
{
    if (lex_peek(l, 1) == '\\') {
        double_backslash(l);
        return;
    }
    size_t n = 0;
    while (isalpha(lex_peek(l, 1 + n)))
        n++;
    workspace_step(l->w, 8 + (long)n);
    n += n == 0;
    if (l->at + 1 + n > l->t.size || isspace(lex_peek(l, 1))) {
        l->space = true;
        l->at++;
        return;
    }
    const struct word *word = math_command((struct text){l->t.at + l->at + 1, n});
    if (word)
        act(l, word, 1 + n);
    else if (n == 1 && strchr("()[]", lex_peek(l, 1))) // delimiters of formulas
        l->at += 2;
    else
        l->bad = true;
}
