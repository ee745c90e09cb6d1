// Text to tokens. White space, sizes and styles vanish here; separators inside numbers are told from commas of lists.
#include "verify/math_lex.h"

#include <ctype.h>
#include <string.h>

void lex_emit_op(struct lexer *l, enum token_kind kind, int op, const char *at, size_t size)
{
    if (l->count == l->room) {
        l->room = l->room ? 2 * l->room : 32;
        struct token *more =
            workspace_array(l->w, struct token, l->room + 1) + 1; // the first has a TOKEN_END before it
        if (l->count)
            memcpy(more, l->tokens, sizeof *more * (size_t)l->count);
        l->tokens = more;
    }
    workspace_step(l->w, 2);
    l->tokens[l->count++] = (struct token){at, (uint32_t)size, (uint8_t)kind, l->space, (int16_t)op};
    l->space = false;
}

void lex_emit(struct lexer *l, enum token_kind kind, size_t size)
{
    lex_emit_op(l, kind, 0, l->t.at + l->at, size);
    l->at += size;
}

int lex_before(const struct lexer *l)
{
    return l->count ? l->tokens[l->count - 1].kind : TOKEN_END;
}

int lex_peek(const struct lexer *l, size_t offset)
{
    return l->at + offset < l->t.size ? (unsigned char)l->t.at[l->at + offset] : 0;
}

void lex_skip_space(struct lexer *l)
{
    while (isspace(lex_peek(l, 0))) {
        workspace_step(l->w, 1);
        l->at++;
    }
}

// Lexes another text at this place.
void lex_inline(struct lexer *l, struct text t, bool words)
{
    struct text outer = l->t;
    size_t at = l->at;
    bool were = l->words;
    workspace_enter(l->w);
    l->t = t;
    l->at = 0;
    l->words = words;
    while (!l->bad && l->at < l->t.size)
        lex_one(l);
    l->t = outer;
    l->at = at;
    l->words = were;
    workspace_leave(l->w);
}

// Puts a table's entry where `size` bytes of the text stand.
void lex_word(struct lexer *l, const struct word *word, size_t size)
{
    if (word->action == WORD_TOKEN) {
        const char *name = word->text ? word->text : word->name;
        if (word->kind == TOKEN_OPEN)
            l->lists++;
        if (word->kind == TOKEN_CLOSE && l->lists)
            l->lists--;
        lex_emit_op(l, (enum token_kind)word->kind, word->op, name ? name : l->t.at + l->at,
                    name ? strlen(name) : size);
    } else {
        l->space = true;
    }
    l->at += size;
}

void lex_letters(struct lexer *l, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = l->t.at[l->at];
        if (c == 'e' || c == 'i')
            lex_emit_op(l, TOKEN_CONSTANT, c == 'e' ? EXPR_E : EXPR_I, l->t.at + l->at, 1);
        else
            lex_emit_op(l, TOKEN_SYMBOL, 0, l->t.at + l->at, 1);
        l->at++;
    }
}

static bool has_vowel(struct text t)
{
    for (size_t i = 0; i < t.size; i++)
        if (strchr("aeiouyAEIOUY", t.at[i]))
            return true;
    return false;
}

// After a number: st, nd, rd, th.
static bool is_ordinal(struct text t)
{
    return text_equals(t, "st") || text_equals(t, "nd") || text_equals(t, "rd") || text_equals(t, "th");
}

bool lex_after_value(const struct lexer *l)
{
    int before = lex_before(l);
    return before == TOKEN_NUMBER || before == TOKEN_CLOSE || before == TOKEN_PERCENT || before == TOKEN_TEXT ||
           before == TOKEN_VULGAR || before == TOKEN_DEGREE;
}

// km/h, 5 m/s, miles per hour: letters that go on with a unit, or begin one over a time.
static bool is_unit_part(const struct lexer *l, struct text run)
{
    struct text rest = {run.at, l->t.size - l->at};
    int before = lex_before(l);
    if (before == TOKEN_TEXT && (text_equals(run, "per") || text_equals(run, "an")))
        return true;
    if (before == TOKEN_DIVIDE && l->count > 1 && l->tokens[l->count - 2].kind == TOKEN_TEXT)
        return math_unit_known(l->w, run);
    return before == TOKEN_NUMBER && text_starts(rest, "m/s") && !isalnum(lex_peek(l, strlen("m/s")));
}

// USD 5, Rs. 500
static bool is_currency_code(const struct lexer *l, struct text run)
{
    static const char *const codes[] = {"USD", "EUR", "GBP", "INR", "Rs"};
    size_t n = run.size + (lex_peek(l, run.size) == '.');
    while (lex_peek(l, n) == ' ')
        n++;
    for (size_t i = 0; isdigit(lex_peek(l, n)) && i < sizeof codes / sizeof *codes; i++)
        if (text_equals(run, codes[i]))
            return true;
    return false;
}

// Whether letters without a backslash are a word that says no mathematics, such as a unit.
static bool is_text(const struct lexer *l, struct text run, const struct word *word)
{
    int before = lex_before(l);
    bool behind = lex_after_value(l);
    if (is_ordinal(run) && (before == TOKEN_CARET ||
                            (before == TOKEN_OPEN && l->count > 1 && l->tokens[l->count - 2].kind == TOKEN_CARET)))
        return true;
    if (word)
        return behind && word->kind == TOKEN_FUNCTION && math_unit(run) && !isalnum(lex_peek(l, run.size)) &&
               lex_peek(l, run.size) != '(' && lex_peek(l, run.size) != '^';
    if (l->words ? run.size > 1 || lex_peek(l, 1) == '/' || before == TOKEN_DIVIDE : behind && math_unit(run))
        return true;
    if (is_unit_part(l, run))
        return true;
    return run.size >= 4 && has_vowel(run) && (l->space || !l->count || before == TOKEN_TEXT);
}

// A function's name in front of one letter, as in sinx.
static size_t function_prefix(struct text run)
{
    static const char *const names[] = {"sin", "cos", "tan", "cot", "sec", "csc", "log", "ln"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_starts(run, names[i]) && run.size == strlen(names[i]) + 1)
            return strlen(names[i]);
    return 0;
}

static void letters(struct lexer *l)
{
    size_t n = 0;
    while (isalpha(lex_peek(l, n)))
        n++;
    workspace_step(l->w, 6 + (long)n);
    struct text run = {l->t.at + l->at, n};
    const struct word *word = math_word(run);
    size_t prefix = word ? 0 : function_prefix(run);
    bool code = is_currency_code(l, run);
    if (code || is_text(l, run, word)) {
        lex_emit(l, TOKEN_TEXT, n);
        l->at += code && lex_peek(l, 0) == '.';
    } else if (word)
        lex_word(l, word, n);
    else if (prefix)
        lex_word(l, math_word((struct text){run.at, prefix}), prefix);
    else
        lex_letters(l, n);
}

// The character at the current place; its length in *size. 0 where the bytes are no UTF-8.
static uint32_t character(const struct lexer *l, size_t *size)
{
    int c = lex_peek(l, 0);
    *size = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    uint32_t code = (uint32_t)(c & (*size == 4 ? 0x07 : *size == 3 ? 0x0F : 0x1F));
    for (size_t i = 1; i < *size; i++) {
        int next = lex_peek(l, i);
        if ((next & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (uint32_t)(next & 0x3F);
    }
    return code;
}

// A raised or lowered character as ASCII, or 0.
static char raised(uint32_t code)
{
    if (code == 0xB2 || code == 0xB3)
        return (char)('2' + (code - 0xB2));
    if (code == 0xB9)
        return '1';
    return code >= 0x2070 && code <= 0x207F ? "0i  456789+-=()n"[code - 0x2070] : 0;
}

static char lowered(uint32_t code)
{
    return code >= 0x2080 && code <= 0x2089 ? (char)('0' + (code - 0x2080)) : 0;
}

// A run of raised (lowered) characters: a power (an index) in braces.
static void script(struct lexer *l, enum token_kind kind, char (*meaning)(uint32_t))
{
    size_t begin = l->at, n = 0, size;
    for (; meaning(character(l, &size)); l->at += size)
        n++;
    workspace_step(l->w, (long)n);
    char *plain = workspace_alloc(l->w, n);
    l->at = begin;
    for (size_t i = 0; i < n; i++, l->at += size)
        plain[i] = meaning(character(l, &size));
    lex_emit_op(l, kind, 0, plain, 0);
    lex_emit_op(l, TOKEN_OPEN, '{', plain, 0);
    lex_inline(l, (struct text){plain, n}, false);
    lex_emit_op(l, TOKEN_CLOSE, '{', plain, 0);
}

static void beyond_ascii(struct lexer *l)
{
    size_t size;
    uint32_t code = character(l, &size);
    const struct word *word = math_character(code);
    if (code && word)
        lex_word(l, word, size);
    else if (code && raised(code))
        script(l, TOKEN_CARET, raised);
    else if (code && lowered(code))
        script(l, TOKEN_UNDERSCORE, lowered);
    else
        l->bad = true;
}

static bool operand_before(const struct lexer *l)
{
    int kind = lex_before(l);
    return kind == TOKEN_NUMBER || kind == TOKEN_CLOSE;
}

// Signs of two or three characters. Returns whether there was one.
static bool long_sign(struct lexer *l)
{
    static const struct {
        const char *text;
        int kind, op;
    } signs[] = {
        {"...", TOKEN_ELLIPSIS, 0},
        {"**", TOKEN_CARET, 0},
        {"<=>", TOKEN_IMPLIES, 0},
        {"<=", TOKEN_RELATION, EXPR_LESS_EQUAL},
        {">=", TOKEN_RELATION, EXPR_GREATER_EQUAL},
        {"=>", TOKEN_IMPLIES, 0},
        {"->", TOKEN_IMPLIES, 0},
        {"==", TOKEN_RELATION, EXPR_EQUAL},
        {":=", TOKEN_RELATION, EXPR_EQUAL},
        {"~=", TOKEN_RELATION, EXPR_APPROXIMATE},
        {"!=", TOKEN_RELATION, EXPR_UNEQUAL},
        {"+-", TOKEN_PLUS_MINUS, 0},
    };
    struct text rest = {l->t.at + l->at, l->t.size - l->at};
    if (!strchr(".*<>=-:~!+", rest.at[0]))
        return false;
    workspace_step(l->w, 8);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!text_starts(rest, signs[i].text) || (rest.at[0] == '!' && operand_before(l)) ||
            (rest.at[0] == '+' && l->count && !operand_before(l)))
            continue;
        size_t n = strlen(signs[i].text);
        lex_emit_op(l, (enum token_kind)signs[i].kind, signs[i].op, rest.at, n);
        l->at += n;
        return true;
    }
    return false;
}

static void ampersand(struct lexer *l)
{
    if (l->depth && l->environments[l->depth - 1] != ENVIRONMENT_LINES)
        lex_emit(l, TOKEN_CELL, 1);
    else
        l->at++;
}

static void bracket(struct lexer *l, char c)
{
    bool open = c == '(' || c == '[' || c == '{';
    int op = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : c;
    if (op != '{' && open)
        l->lists++;
    if (op != '{' && !open && l->lists)
        l->lists--;
    lex_emit_op(l, open ? TOKEN_OPEN : TOKEN_CLOSE, op, l->t.at + l->at, 1);
    l->at++;
}

static void sign(struct lexer *l, char c)
{
    static const struct {
        char c;
        uint8_t kind, op;
    } signs[] = {
        {'+', TOKEN_PLUS, 0},
        {'-', TOKEN_MINUS, 0},
        {'*', TOKEN_TIMES, 0},
        {'/', TOKEN_DIVIDE, 0},
        {'^', TOKEN_CARET, 0},
        {'_', TOKEN_UNDERSCORE, 0},
        {'!', TOKEN_BANG, 0},
        {'\'', TOKEN_PRIME, 0},
        {'%', TOKEN_PERCENT, 0},
        {',', TOKEN_COMMA, 0},
        {';', TOKEN_SEMICOLON, 0},
        {':', TOKEN_COLON, 0},
        {'.', TOKEN_DOT, 0},
        {'|', TOKEN_BAR, 0},
        {'=', TOKEN_RELATION, EXPR_EQUAL},
        {'<', TOKEN_RELATION, EXPR_LESS},
        {'>', TOKEN_RELATION, EXPR_GREATER},
    };
    workspace_step(l->w, 4);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].c == c) {
            lex_emit_op(l, (enum token_kind)signs[i].kind, signs[i].op, l->t.at + l->at, 1);
            l->at++;
            return;
        }
    l->bad = true;
}

// {-}5; not the sign of R^{-}
static bool is_braced_minus(const struct lexer *l)
{
    int before = lex_before(l);
    return lex_peek(l, 0) == '{' && lex_peek(l, 1) == '-' && lex_peek(l, 2) == '}' && before != TOKEN_CARET &&
           before != TOKEN_UNDERSCORE;
}

void lex_one(struct lexer *l)
{
    workspace_step(l->w, 4);
    int c = lex_peek(l, 0);
    if (isspace(c)) {
        l->space = true;
        l->at++;
    } else if (c == '\\') {
        lex_command(l);
    } else if (isdigit(c) || (c == '.' && isdigit(lex_peek(l, 1)))) {
        lex_number(l);
    } else if (isalpha(c)) {
        letters(l);
    } else if (c >= 0x80) {
        beyond_ascii(l);
    } else if (c == '&') {
        ampersand(l);
    } else if (c == '$' && l->currency && (isdigit(lex_peek(l, 1)) || lex_peek(l, 1) == '-' || lex_peek(l, 1) == '.')) {
        lex_emit_op(l, TOKEN_TEXT, 0, "dollar", strlen("dollar"));
        l->at++;
    } else if (c && strchr("$\"`~", c) && !(c == '~' && lex_peek(l, 1) == '=')) {
        l->space |= c == '~';
        l->at++;
    } else if (is_braced_minus(l)) {
        l->at++;
        sign(l, '-');
        l->at++;
    } else if (c && strchr("()[]{}", c)) {
        bracket(l, (char)c);
    } else if (!long_sign(l)) {
        sign(l, (char)c);
    }
}

// What follows the last sign of implication outside of brackets is the answer.
static void drop_premises(struct lexer *l)
{
    int depth = 0, first = 0;
    for (int i = 0; i < l->count; i++) {
        depth += (l->tokens[i].kind == TOKEN_OPEN) - (l->tokens[i].kind == TOKEN_CLOSE);
        if (l->tokens[i].kind == TOKEN_IMPLIES && depth == 0)
            first = i + 1;
    }
    if (!first)
        return;
    l->tokens += first;
    l->count -= first;
    l->room -= first;
}

void math_tokenize(struct workspace *w, struct text t, bool plain, struct tokens *out)
{
    struct lexer l = {.w = w, .t = t, .plain = plain};
    l.currency = text_count(t, "$") == 1;
    workspace_step(w, (long)t.size / 8);
    while (!l.bad && l.at < t.size)
        lex_one(&l);
    workspace_step(w, l.count);
    drop_premises(&l);
    for (int kind; (kind = lex_before(&l), kind == TOKEN_DOT || kind == TOKEN_COMMA || kind == TOKEN_SEMICOLON);)
        l.count--;
    lex_emit_op(&l, TOKEN_END, 0, t.at + t.size, 0);
    *out = (struct tokens){l.tokens, l.count, l.bad};
}
