// Expressions of tokenizer.json are written for Oniguruma (Ruby's syntax). They are rewritten where PCRE2 reads them
// differently, and refused where it has no equal.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <pcre2.h>
#include <string.h>

#include "model/tokenizer_parts.h"

// The property White_Space (Unicode 15, PropList.txt); PCRE2's \s has U+180E in addition.
#define SPACES "\\x09-\\x0d\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
#define WORDS  "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"
#define HEX    "0-9a-fA-F"

struct rewrite {
    const char *in; // at the next character
    struct str out;
    size_t atom;       // where in out the last atom begins, for a quantifier after it
    size_t groups[64]; // begins of the open groups
    int depth;
};

// \p{NAME} or \P{NAME}, n bytes: with the characters that PCRE2's tables lack. A bare script name is Script in
// Oniguruma and Script_Extensions in PCRE2.
static void rewrite_property(struct rewrite *r, size_t n, bool in_class)
{
    bool negative = r->in[1] == 'P', braces = r->in[2] == '{';
    const char *name = r->in + (braces ? 3 : 2), *later;
    size_t size = braces ? n - 4 : n - 2;
    bool script = size == 3 && memcmp(name, "Han", 3) == 0;
    later = unicode_later(name, size);
    if (!later || (negative && in_class)) {
        str_append(&r->out, r->in, n);
        return;
    }
    str_puts(&r->out, in_class ? "" : negative ? "[^" : "[");
    str_printf(&r->out, "\\p{%s%.*s}%s%s", script ? "sc:" : "", (int)size, name, later, in_class ? "" : "]");
}

// \w and \W: their table entry has no closing bracket outside a class, as what follows goes into it.
static void put_later_words(struct str *out, bool in_class)
{
    str_puts(out, unicode_later("L", 1));
    str_puts(out, unicode_later("M", 1));
    str_puts(out, unicode_later("Nd", 2));
    str_puts(out, in_class ? "" : "]");
}

static bool rewrite_escape(struct rewrite *r, bool in_class, struct err *err)
{
    char c = r->in[1];
    static const struct {
        char c;
        const char *plain, *in_class; // in_class NULL: has no form inside [...]
    } table[] = {
        {'s', "[" SPACES "]", SPACES}, {'S', "[^" SPACES "]", "\\P{White_Space}"},
        {'w', "[" WORDS, WORDS},       {'W', "[^" WORDS, NULL},
        {'h', "[" HEX "]", HEX},       {'H', "[^" HEX "]", NULL},
        {'d', "\\p{Nd}", "\\p{Nd}"},   {'D', "\\P{Nd}", "\\P{Nd}"},
        {'v', "\\x0b", "\\x0b"},
    };
    if (!c)
        return fail(err, "it ends with a backslash");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].c != c)
            continue;
        if (in_class && !table[i].in_class)
            return fail(err, "\\%c inside [...] is not supported", c);
        str_puts(&r->out, in_class ? table[i].in_class : table[i].plain);
        if (c == 'w' || c == 'W')
            put_later_words(&r->out, in_class);
        r->in += 2;
        return true;
    }
    if (c == 'u' && isxdigit((unsigned char)r->in[2]) && isxdigit((unsigned char)r->in[3]) &&
        isxdigit((unsigned char)r->in[4]) && isxdigit((unsigned char)r->in[5])) {
        str_printf(&r->out, "\\x{%.4s}", r->in + 2);
        r->in += 6;
        return true;
    }
    size_t n = 2;
    if ((c == 'p' || c == 'P' || c == 'x') && r->in[2] == '{') {
        const char *end = strchr(r->in, '}');
        if (!end)
            return fail(err, "\\%c{ has no closing brace", c);
        n = (size_t)(end - r->in) + 1;
    } else if (c == 'p' || c == 'P') {
        n = r->in[2] ? 3 : 2;
    }
    if (c == 'p' || c == 'P')
        rewrite_property(r, n, in_class);
    else
        str_append(&r->out, r->in, n);
    r->in += n;
    return true;
}

static bool rewrite_class(struct rewrite *r, struct err *err)
{
    str_putc(&r->out, *r->in++);
    if (*r->in == '^')
        str_putc(&r->out, *r->in++);
    for (bool first = true; *r->in != ']' || first; first = false) {
        if (!*r->in)
            return fail(err, "[ has no closing bracket");
        if (*r->in == '\\') {
            if (!rewrite_escape(r, true, err))
                return false;
        } else if (*r->in == '[' && r->in[1] == ':') {
            const char *end = strstr(r->in, ":]");
            if (!end)
                return fail(err, "[: has no closing :]");
            str_append(&r->out, r->in, (size_t)(end + 2 - r->in));
            r->in = end + 2;
        } else if (*r->in == '[' || (*r->in == '&' && r->in[1] == '&')) {
            return fail(err, "a set inside a set (%.8s) is not supported", r->in);
        } else {
            str_putc(&r->out, *r->in++);
        }
    }
    str_putc(&r->out, *r->in++);
    return true;
}

// "(", with "(?m" meaning that . matches newlines, which PCRE2 calls s.
static bool rewrite_open(struct rewrite *r, struct err *err)
{
    if (r->depth == 64)
        return fail(err, "groups are nested more than 64 deep");
    r->groups[r->depth++] = r->out.size;
    str_putc(&r->out, *r->in++);
    if (*r->in == '*')
        return fail(err, "a group begins with *");
    const char *end = r->in + 1;
    if (*r->in != '?')
        return true;
    while (islower((unsigned char)*end) || *end == '-')
        end++;
    if (*end != ':' && *end != ')')
        return true;
    for (; r->in < end; r->in++)
        str_putc(&r->out, *r->in == 'm' ? 's' : *r->in);
    return true;
}

// x{1,3}+ is a repetition of x{1,3} in Ruby's syntax, a possessive quantifier in PCRE2's.
static void rewrite_braces(struct rewrite *r)
{
    size_t n = strspn(r->in + 1, "0123456789,");
    bool quantifier = n && r->in[n + 1] == '}';
    if (!quantifier) {
        r->atom = r->out.size;
        str_putc(&r->out, *r->in++);
        return;
    }
    n += 2;
    bool again = r->in[n] == '+';
    if (again) {
        str_puts(&r->out, "   ");
        memmove(r->out.data + r->atom + 3, r->out.data + r->atom, r->out.size - 3 - r->atom);
        memcpy(r->out.data + r->atom, "(?:", 3);
    }
    str_append(&r->out, r->in, n);
    if (again)
        str_putc(&r->out, ')');
    r->in += n;
}

static bool rewrite(struct rewrite *r, struct err *err)
{
    bool ok = true;
    while (ok && *r->in) {
        char c = *r->in;
        if (c == '{') {
            rewrite_braces(r);
            continue;
        }
        if (c != '*' && c != '+' && c != '?')
            r->atom = r->out.size;
        if (c == '\\')
            ok = rewrite_escape(r, false, err);
        else if (c == '[')
            ok = rewrite_class(r, err);
        else if (c == '(')
            ok = rewrite_open(r, err);
        else if (c == ')' && r->depth) {
            r->atom = r->groups[--r->depth];
            str_putc(&r->out, *r->in++);
        } else if ((c & 0xC0) == 0xC0) { // a whole character is one atom
            do
                str_putc(&r->out, *r->in++);
            while (utf8_is_tail(*r->in));
        } else {
            str_putc(&r->out, *r->in++);
        }
    }
    return ok;
}

bool regex_open(struct regex *r, const char *source, bool literal, struct err *err)
{
    *r = (struct regex){.source = source};
    struct rewrite w = {.in = source};
    struct err why = {0};
    if (literal)
        str_puts(&w.out, source);
    else if (!rewrite(&w, &why)) {
        str_finish(&w.out);
        return fail(err, "cannot use the expression \"%.200s\": %s", source, why.text);
    }
    if (!w.out.data)
        str_puts(&w.out, "");
    int code;
    size_t at;
    pcre2_compile_context *c = pcre2_compile_context_create(NULL);
    check_memory(c, "a regular expression");
    pcre2_set_newline(c, PCRE2_NEWLINE_LF);
    r->code = pcre2_compile(
        (PCRE2_SPTR)w.out.data, w.out.size,
        PCRE2_UTF | (literal ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_MULTILINE), &code, &at, c);
    pcre2_compile_context_free(c);
    str_finish(&w.out);
    if (!r->code) {
        char text[128] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
        return fail(err, "cannot use the expression \"%.200s\": %s", source, text);
    }
    pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE); // without it, the interpreter runs
    r->match = pcre2_match_data_create(1, NULL);
    r->context = pcre2_match_context_create(NULL);
    check_memory(r->match && r->context, "a regular expression");
    pcre2_set_heap_limit(r->context, 1u << 20); // KiB, of the interpreter's stack
    return true;
}

void regex_close(struct regex *r)
{
    pcre2_match_data_free(r->match);
    pcre2_match_context_free(r->context);
    pcre2_code_free(r->code);
    *r = (struct regex){0};
}

static int search(struct regex *r, const char *text, size_t n, size_t from)
{
    // Steps allowed for one match: going back through a run of n characters takes n, and some.
    size_t limit = 1000000 + 16 * n;
    pcre2_set_match_limit(r->context, limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit);
    int code = pcre2_match(r->code, (PCRE2_SPTR)text, n, from, PCRE2_NO_UTF_CHECK, r->match, r->context);
    if (code == PCRE2_ERROR_JIT_STACKLIMIT)
        code = pcre2_match(r->code, (PCRE2_SPTR)text, n, from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, r->match, r->context);
    return code;
}

int regex_next(struct regex *r, const char *text, size_t n, struct regex_cursor *c, size_t *at, size_t *end,
               struct err *err)
{
    while (c->next <= n) {
        int code = search(r, text, n, c->next);
        if (code == PCRE2_ERROR_NOMATCH)
            return 0;
        if (code < 0) {
            char why[128] = "";
            pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
            fail(err,
                 "the expression \"%.200s\" fails at byte %zu of the text: %s; a tokenizer with a simpler "
                 "expression is needed",
                 r->source, c->next, why);
            return -1;
        }
        const size_t *found = pcre2_get_ovector_pointer(r->match);
        size_t a = found[0], e = found[1];
        if (a >= e && c->any && c->last_end == e) { // an empty match right after the last one does not count
            do
                c->next++;
            while (c->next < n && utf8_is_tail(text[c->next]));
            continue;
        }
        c->next = c->last_end = e;
        c->any = true;
        *at = a > e ? e : a; // \K in a look-ahead can set the begin after the end
        *end = e;
        return 1;
    }
    return 0;
}
