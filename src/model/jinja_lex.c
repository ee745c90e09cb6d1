// The source as tokens: what stands between tags is text, from which trim_blocks and lstrip_blocks and the marks `-`
// and `+` take white space. Source of the rules: lexer.py of jinja2 3.1.6.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "model/jinja_parts.h"

struct lexer {
    struct arena *memory;
    const char *s; // zero-terminated; line ends are \n
    size_t n, at;
    int line;
    bool line_start; // the last tag ended with a line break
    struct jinja_token *tokens;
    size_t count, room;
    char open[JINJA_NESTING]; // brackets that wait for their other half
    int depth;
    struct err *err;
};

static bool bad(struct lexer *l, const char *what)
{
    return fail(l->err, "line %d: %s", l->line, what);
}

static struct jinja_token *push(struct lexer *l, enum jinja_token_kind kind, const char *at, size_t n)
{
    if (l->count == l->room) {
        size_t more = l->room ? l->room * 2 : 64;
        struct jinja_token *to = arena_array(l->memory, struct jinja_token, more);
        if (l->count)
            memcpy(to, l->tokens, sizeof *to * l->count);
        l->tokens = to;
        l->room = more;
    }
    struct jinja_token *t = &l->tokens[l->count++];
    *t = (struct jinja_token){.kind = kind, .line = l->line, .text = {at, n}};
    return t;
}

static void go(struct lexer *l, size_t to) // moves on, counting lines
{
    for (; l->at < to; l->at++)
        l->line += l->s[l->at] == '\n';
}

static size_t space_at(const struct lexer *l, size_t at) // bytes of the white space there, 0 when none
{
    uint32_t c;
    int n = at < l->n ? utf8_decode(l->s + at, l->n - at, &c) : 0;
    return n > 0 && jinja_space(c) ? (size_t)n : 0;
}

static size_t skip_space(const struct lexer *l, size_t at)
{
    for (size_t n; (n = space_at(l, at)) > 0;)
        at += n;
    return at;
}

static bool here(const struct lexer *l, size_t at, const char *what)
{
    return strncmp(l->s + at, what, strlen(what)) == 0;
}

// The text before a tag whose mark is `sign`; blocks and comments lose the spaces between the line's start and them.
static void put_text(struct lexer *l, size_t end, char sign, bool block)
{
    struct text t = {l->s + l->at, end - l->at};
    if (sign == '-') {
        t = jinja_strip(t, 2, NULL);
    } else if (block && sign != '+') {
        size_t line = t.size;
        while (line > 0 && t.at[line - 1] != '\n')
            line--;
        struct text rest = {t.at + line, t.size - line};
        if ((line > 0 || l->line_start) && jinja_strip(rest, 1, NULL).size == 0)
            t.size = line;
    }
    if (t.size)
        push(l, T_TEXT, t.at, t.size);
    go(l, end);
}

// After the `end` of a tag (3 bytes with a mark): what it takes of the text that follows.
static void after_tag(struct lexer *l, size_t end, bool dash, bool trim)
{
    size_t to = end;
    if (dash)
        to = skip_space(l, end);
    else if (trim && l->s[end] == '\n')
        to++;
    go(l, to);
    l->line_start = l->s[to - 1] == '\n';
}

static bool comment(struct lexer *l)
{
    const char *end = strstr(l->s + l->at, "#}");
    if (!end)
        return bad(l, "a comment {# has no end #}");
    size_t at = (size_t)(end - l->s);
    char mark = at > l->at ? end[-1] : 0;
    after_tag(l, at + 2, mark == '-', mark != '+');
    return true;
}

// {% raw %} text {% endraw %}: `body` is where its text begins.
static bool raw(struct lexer *l, size_t body)
{
    go(l, body);
    for (size_t at = body; at < l->n; at++) {
        if (!here(l, at, "{%"))
            continue;
        char sign = l->s[at + 2];
        size_t to = skip_space(l, at + (sign == '-' || sign == '+' ? 3 : 2));
        if (!here(l, to, "endraw"))
            continue;
        to = skip_space(l, to + strlen("endraw"));
        char mark = l->s[to];
        size_t end = to + (mark == '-' || mark == '+');
        if (!here(l, end, "%}"))
            continue;
        put_text(l, at, sign, true);
        after_tag(l, end + 2, mark == '-', mark != '+');
        return true;
    }
    return bad(l, "{% raw %} has no {% endraw %}");
}

static size_t raw_begin(const struct lexer *l, size_t at) // where the text of a raw block begins, 0 when it is none
{
    at += l->s[at] == '-' || l->s[at] == '+';
    at = skip_space(l, at);
    if (!here(l, at, "raw"))
        return 0;
    at = skip_space(l, at + 3);
    if (here(l, at, "-%}"))
        return skip_space(l, at + 3);
    return here(l, at, "%}") ? at + 2 : 0;
}

static int hex(const char *s, int digits, uint32_t *c)
{
    *c = 0;
    for (int i = 0; i < digits; i++) {
        const char *all = "0123456789abcdef", *found = s[i] ? strchr(all, s[i] | 0x20) : NULL;
        if (!found)
            return 0;
        *c = *c * 16 + (uint32_t)(found - all);
    }
    return digits;
}

// One escape of a string at s, which begins after the backslash. Returns its bytes, 0 when it is wrong.
static size_t escape(const char *s, struct str *out)
{
    static const char letters[] = "ntrabfv\\'\"", means[] = "\n\t\r\a\b\f\v\\'\"";
    const char *found = strchr(letters, *s);
    if (*s == '\n')
        return 1;
    if (found) {
        str_putc(out, means[found - letters]);
        return 1;
    }
    uint32_t c = 0;
    size_t n = 0;
    if (*s >= '0' && *s <= '7') {
        for (; n < 3 && s[n] >= '0' && s[n] <= '7'; n++)
            c = c * 8 + (uint32_t)(s[n] - '0');
    } else if (*s == 'x' || *s == 'u' || *s == 'U') {
        int digits = *s == 'x' ? 2 : *s == 'u' ? 4 : 8;
        if (!hex(s + 1, digits, &c) || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
            return 0;
        n = (size_t)digits + 1;
    } else if (*s == 'N') {
        return 0; // names of characters
    } else {
        str_putc(out, '\\');
        str_putc(out, *s);
        return 1;
    }
    char bytes[4];
    str_append(out, bytes, (size_t)utf8_encode(c, bytes));
    return n;
}

static bool string(struct lexer *l)
{
    char quote = l->s[l->at];
    struct str s = {0};
    size_t at = l->at + 1;
    str_puts(&s, "");
    while (at < l->n && l->s[at] != quote) {
        if (l->s[at] == '\\') {
            size_t n = at + 1 < l->n ? escape(l->s + at + 1, &s) : 0;
            if (n == 0) {
                str_finish(&s);
                return bad(l, "a \\ of a string begins nothing that is known");
            }
            at += n + 1;
        } else {
            str_putc(&s, l->s[at++]);
        }
    }
    if (at < l->n)
        push(l, T_STRING, arena_strndup(l->memory, s.data, s.size), s.size);
    str_finish(&s);
    if (at >= l->n)
        return bad(l, "a string has no end");
    go(l, at + 1);
    return true;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool number(struct lexer *l)
{
    char text[64];
    size_t n = 0, at = l->at;
    bool real = false, dotted = at > 0 && l->s[at - 1] == '.'; // x.0.1: elements, no fraction
    for (; at < l->n && n + 1 < sizeof text; at++) {
        char c = l->s[at];
        if (c == '_' && n && digit(l->s[at + 1]))
            continue;
        bool exponent = !dotted && (c == 'e' || c == 'E') &&
                        (digit(l->s[at + 1]) || (l->s[at + 1] && strchr("+-", l->s[at + 1]) && digit(l->s[at + 2])));
        bool point = !dotted && c == '.' && !real && digit(l->s[at + 1]);
        if (!digit(c) && !exponent && !point)
            break;
        text[n++] = c;
        real = real || exponent || point;
        if (exponent && !digit(l->s[at + 1]))
            text[n++] = l->s[++at];
        if (exponent) {
            while (digit(l->s[at + 1]) && n + 1 < sizeof text)
                text[n++] = l->s[++at];
            at++;
            break;
        }
    }
    text[n] = 0;
    errno = 0;
    struct jinja_value v = real ? jinja_float(strtod(text, NULL)) : jinja_int(strtoll(text, NULL, 10));
    if ((!real && errno) || digit(l->s[at]) || letter(l->s[at]))
        return bad(l, "a number is not understood");
    push(l, T_NUMBER, l->s + l->at, at - l->at)->value = v;
    go(l, at);
    return true;
}

static bool operator_token(struct lexer *l)
{
    static const char *const two[] = {"//", "**", "==", "!=", ">=", "<="};
    size_t n = strchr("+-/*%~[](){}<>=.:|,;", l->s[l->at]) ? 1 : 0;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (here(l, l->at, two[i]))
            n = 2;
    if (n == 0)
        return fail(l->err, "line %d: a tag has the character '%c'", l->line,
                    l->s[l->at] >= ' ' && l->s[l->at] <= '~' ? l->s[l->at] : '?');
    static const char opening[] = "([{", closing[] = ")]}";
    char c = l->s[l->at];
    const char *open = strchr(opening, c), *close = strchr(closing, c);
    if (open && l->depth == JINJA_NESTING)
        return fail(l->err, "line %d: brackets are nested more than %d deep", l->line, JINJA_NESTING);
    if (open)
        l->open[l->depth++] = closing[open - opening];
    if (close && (l->depth == 0 || l->open[--l->depth] != c))
        return fail(l->err, "line %d: '%c' closes nothing", l->line, c);
    push(l, T_OPERATOR, l->s + l->at, n);
    go(l, l->at + n);
    return true;
}

// Tokens up to the end of a tag, that of a block or of a print.
static bool tag(struct lexer *l, bool block)
{
    const char *end = block ? "%}" : "}}";
    while (l->at < l->n) {
        char c = l->s[l->at];
        bool mark = (c == '-' || (block && c == '+')) && here(l, l->at + 1, end);
        if (l->depth == 0 && (mark || here(l, l->at, end))) {
            push(l, block ? T_BLOCK_END : T_PRINT_END, l->s + l->at, 2);
            after_tag(l, l->at + 2 + mark, mark && c == '-', block && !mark);
            return true;
        }
        size_t space = space_at(l, l->at), at = l->at;
        if (space) {
            go(l, l->at + space);
        } else if (letter(c)) {
            while (letter(l->s[at]) || digit(l->s[at]))
                at++;
            push(l, T_NAME, l->s + l->at, at - l->at);
            go(l, at);
        } else if (!(c == '\'' || c == '"' ? string : digit(c) ? number : operator_token)(l)) {
            return false;
        }
    }
    return bad(l, block ? "a tag {% has no end %}" : "a tag {{ has no end }}");
}

static bool lex(struct lexer *l)
{
    while (l->at < l->n) {
        const char *at = l->s + l->at;
        while ((at = strchr(at, '{')) && !strchr("{%#", at[1] ? at[1] : ' '))
            at++;
        if (!at) {
            push(l, T_TEXT, l->s + l->at, l->n - l->at);
            break;
        }
        char kind = at[1], sign = at[2];
        size_t begin = (size_t)(at - l->s), body = kind == '%' ? raw_begin(l, begin + 2) : 0;
        put_text(l, begin, sign, kind != '{');
        go(l, begin + (sign == '-' || sign == '+' ? 3 : 2));
        if (body ? !raw(l, body) : kind == '#' && !comment(l))
            return false;
        if (kind == '#' || body)
            continue;
        push(l, kind == '%' ? T_BLOCK_BEGIN : T_PRINT_BEGIN, at, 2);
        if (!tag(l, kind == '%'))
            return false;
    }
    push(l, T_END, "", 0);
    return true;
}

struct jinja_token *jinja_lex(const char *source, size_t n, struct arena *memory, struct err *err)
{
    struct lexer l = {.memory = memory, .line = 1, .line_start = true, .err = err};
    if (n > JINJA_SOURCE_BYTES) {
        fail(err, "it has %zu bytes, more than %d KiB", n, JINJA_SOURCE_BYTES >> 10);
        return NULL;
    }
    char *s = arena_alloc(memory, n + 4); // a few zero bytes more: the lexer looks ahead
    for (size_t i = 0; i < n; i++)        // \r\n and \r are line ends
        if (source[i] != '\r' || i + 1 == n || source[i + 1] != '\n')
            s[l.n++] = source[i] == '\r' ? '\n' : source[i];
    if (l.n && s[l.n - 1] == '\n')
        s[--l.n] = 0;
    l.s = s;
    if (strlen(s) != l.n) {
        fail(err, "it has a zero byte");
        return NULL;
    }
    return lex(&l) ? l.tokens : NULL;
}
