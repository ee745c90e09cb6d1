// Numbers: 32,349; 32{,}349; 32,\!349; 1 234 567; 1.234,56; 0,4; .4; 1.2E5; and their values.
#include "verify/math_lex.h"

#include <ctype.h>
#include <string.h>

#include "base/err.h"

enum separator { SEPARATOR_NONE, SEPARATOR_COMMA, SEPARATOR_SURE_COMMA, SEPARATOR_SPACE };
enum { EXPONENT_MAX = 4000 }; // of 1.5E99; a power of ten above that says nothing

static size_t digits(struct lexer *l, size_t offset)
{
    size_t n = 0;
    while (isdigit(lex_peek(l, offset + n)))
        n++;
    workspace_step(l->w, (long)n);
    return n;
}

static size_t spaces(const struct lexer *l, size_t offset)
{
    size_t n = 0;
    while (n < 8 && lex_peek(l, offset + n) == ' ')
        n++;
    return n;
}

// The separator at an offset; its length in *size. Commas that cannot end a list's element are sure.
static enum separator separator(const struct lexer *l, size_t offset, size_t *size)
{
    size_t at = offset + spaces(l, offset);
    struct text rest = {l->t.at + l->at + offset, l->t.size - l->at - offset};
    if (lex_peek(l, at) == '{') {
        at += 1 + spaces(l, at + 1);
        if (lex_peek(l, at) != ',')
            return SEPARATOR_NONE;
        at += 1 + spaces(l, at + 1);
        *size = at + 1 - offset;
        return lex_peek(l, at) == '}' ? SEPARATOR_SURE_COMMA : SEPARATOR_NONE;
    }
    if (text_starts(rest, ",\\!")) {
        *size = 3 + spaces(l, offset + 3);
        return SEPARATOR_SURE_COMMA;
    }
    *size = 1;
    if (text_starts(rest, ","))
        return SEPARATOR_COMMA;
    if (text_starts(rest, " ") || text_starts(rest, "~") || text_starts(rest, "'"))
        return SEPARATOR_SPACE;
    *size = 2;
    if (text_starts(rest, "\\,") || text_starts(rest, "\\ ") || text_starts(rest, "\\;") ||
        text_starts(rest, "\xC2\xA0"))
        return SEPARATOR_SPACE;
    *size = 3;
    return text_starts(rest, "\xE2\x80\xAF") || text_starts(rest, "\xE2\x80\x89") ? SEPARATOR_SPACE : SEPARATOR_NONE;
}

struct groups { // digits and separators of one kind in turn
    size_t end;
    int count;
    bool threes, sure; // all but the first have three digits; all separators are sure
};

static struct groups commas(struct lexer *l, size_t end)
{
    struct groups g = {end, 0, true, true};
    for (size_t size, n;;) {
        enum separator s = separator(l, g.end, &size);
        if ((s != SEPARATOR_COMMA && s != SEPARATOR_SURE_COMMA) || !(n = digits(l, g.end + size)))
            return g;
        g.threes &= n == 3;
        g.sure &= s == SEPARATOR_SURE_COMMA;
        g.end += size + n;
        g.count++;
    }
}

static size_t spaced(struct lexer *l, size_t end)
{
    for (size_t size; separator(l, end, &size) == SEPARATOR_SPACE && digits(l, end + size) == 3;)
        end += size + 3;
    return end;
}

// 1.234.567 and, outside of LaTeX, 1.234,56 after 1: the end, or 0.
static size_t dotted(struct lexer *l, size_t first)
{
    size_t end = first;
    while (lex_peek(l, end) == '.' && digits(l, end + 1) == 3)
        end += 4;
    size_t decimals = l->plain && lex_peek(l, end) == ',' ? digits(l, end + 1) : 0;
    if (end > first && decimals)
        return end + 1 + decimals;
    return end > first + 4 && lex_peek(l, 0) != '0' ? end : 0;
}

// Behind the first digits: groups. Sets the style.
static size_t grouped(struct lexer *l, size_t first, enum number_style *style)
{
    size_t end = first > 3 ? 0 : dotted(l, first);
    *style = end ? NUMBER_COMMA_IS_POINT : NUMBER_PLAIN;
    if (end || l->at < l->list_until)
        return end ? end : first;
    bool zero = lex_peek(l, 0) == '0';
    struct groups g = commas(l, first);
    bool free = g.sure || (l->lists == 0 && g.count);
    if (g.count && g.threes && first <= 3 && free) {
        *style = zero && g.count == 1 ? NUMBER_COMMA_IS_POINT : NUMBER_PLAIN;
        return g.end;
    }
    if (g.count == 1 && (g.sure || (l->plain && free))) {
        *style = NUMBER_COMMA_IS_POINT;
        return g.end;
    }
    if (g.count)
        l->list_until = l->at + g.end;
    return first <= 3 && !zero && !g.count ? spaced(l, first) : first;
}

static bool repeats(const struct lexer *l, size_t offset)
{
    struct text rest = {l->t.at + l->at + offset, l->t.size - l->at - offset};
    return text_starts(rest, ".\\overline") || text_starts(rest, ".\\bar") || text_starts(rest, ".\\dot{");
}

// The end of E5, E-5 at an offset, else the offset.
static size_t exponent(struct lexer *l, size_t offset)
{
    int c = lex_peek(l, offset), sign = lex_peek(l, offset + 1);
    if (c != 'E' && c != 'e')
        return offset;
    size_t from = offset + 1 + (sign == '-' || sign == '+'), n = digits(l, from);
    // in LaTeX 2e-3 is 2 e - 3, but 1.5e-3 and 3e8 are numbers
    bool small = c == 'e' && !l->plain && (sign == '-' || sign == '+');
    if (small && !memchr(l->t.at + l->at, '.', offset))
        return offset;
    return n && !isalpha(lex_peek(l, from + n)) ? from + n : offset;
}

// Whether the digits after \log_ are more than the base: \log_28 is the logarithm of 8.
static bool base_is_one_digit(struct lexer *l, size_t n)
{
    if (n < 2 || l->count < 2 || lex_before(l) != TOKEN_UNDERSCORE || l->tokens[l->count - 2].kind != TOKEN_FUNCTION)
        return false;
    size_t next = n + spaces(l, n);
    int c = lex_peek(l, next);
    return !isalnum(c) && c != '\\' && c != '(' && c != '{';
}

static void ordinal(struct lexer *l)
{
    static const char *const ends[] = {"st", "nd", "rd", "th"};
    struct text rest = {l->t.at + l->at, l->t.size - l->at};
    for (int i = 0; i < 4; i++)
        if (text_starts(rest, ends[i]) && !isalpha(lex_peek(l, 2))) {
            l->at += 2;
            return;
        }
}

void lex_number(struct lexer *l)
{
    size_t first = digits(l, 0), end = first;
    enum number_style style = NUMBER_PLAIN;
    workspace_step(l->w, 6);
    if (base_is_one_digit(l, first)) {
        lex_emit(l, TOKEN_NUMBER, 1);
        return;
    }
    if (first)
        end = grouped(l, first, &style);
    if (style == NUMBER_PLAIN && lex_peek(l, end) == '.' && isdigit(lex_peek(l, end + 1)))
        end += 1 + digits(l, end + 1);
    else if (style == NUMBER_PLAIN && repeats(l, end))
        end++;
    end = exponent(l, end);
    l->bad |= end > first && lex_peek(l, end) == '.' && isdigit(lex_peek(l, end + 1)); // 1.23.4
    lex_emit_op(l, TOKEN_NUMBER, style, l->t.at + l->at, end);
    l->at += end;
    ordinal(l);
}

// ---- values ----

static struct expr *number_new(struct workspace *w)
{
    struct expr *e = expr_new(w, EXPR_NUMBER, 0, NULL, 0);
    mpq_init(e->value);
    return e;
}

// value * 10^power
static void scale(struct workspace *w, mpq_ptr value, long power)
{
    mpz_t ten;
    workspace_step(w, power < 0 ? -power : power);
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)(power < 0 ? -power : power));
    if (power < 0)
        mpz_mul(mpq_denref(value), mpq_denref(value), ten);
    else
        mpz_mul(mpq_numref(value), mpq_numref(value), ten);
    mpq_canonicalize(value);
}

// GMP's time to read n digits grows faster than n.
static void read_digits(struct workspace *w, mpz_ptr out, const char *text, size_t n)
{
    workspace_step(w, (long)(n + n * (n / 64)));
    mpz_set_str(out, n ? text : "0", 10);
}

const struct expr *math_number(struct workspace *w, struct text t, enum number_style style)
{
    struct expr *e = number_new(w);
    char *plain = workspace_alloc(w, t.size + 1);
    size_t n = 0;
    long power = 0;
    bool point = false;
    workspace_step(w, 10 + (long)t.size);
    for (size_t i = 0; i < t.size; i++) {
        char c = t.at[i];
        if (c == (style == NUMBER_COMMA_IS_POINT ? ',' : '.')) {
            point = true;
        } else if (c == 'E' || c == 'e') {
            for (size_t j = i + 1; j < t.size; j++)
                power = isdigit((unsigned char)t.at[j]) && power < EXPONENT_MAX ? 10 * power + (t.at[j] - '0') : power;
            power = t.at[i + 1] == '-' ? -power : power;
            break;
        } else if (isdigit((unsigned char)c)) {
            plain[n++] = c;
            e->decimals += point;
        }
    }
    e->decimals += point;
    read_digits(w, mpq_numref(e->value), plain, n);
    if (power > EXPONENT_MAX || power < -EXPONENT_MAX)
        workspace_give_up(w, "too large");
    scale(w, e->value, power - (e->decimals > 0 ? e->decimals : 0));
    return e;
}

const struct expr *math_repeat(struct workspace *w, const struct expr *number, struct text t)
{
    // a.b with n repeating digits c after d decimals: a.b + c / ((10^n - 1) * 10^d)
    struct expr *e = number_new(w);
    mpz_t nines;
    long d = number->decimals > 0 ? number->decimals : 0;
    char *plain = workspace_alloc(w, t.size + 1);
    memcpy(plain, t.at, t.size);
    read_digits(w, mpq_numref(e->value), plain, t.size);
    mpz_init(nines);
    mpz_ui_pow_ui(nines, 10, t.size);
    mpz_sub_ui(nines, nines, 1);
    mpz_set(mpq_denref(e->value), nines);
    scale(w, e->value, -d);
    mpq_add(e->value, e->value, number->value);
    return e;
}

bool math_is_integer(const struct expr *e)
{
    return e->kind == EXPR_NUMBER && e->decimals < 0 && !e->percent && mpz_cmp_ui(mpq_denref(e->value), 1) == 0;
}

// A number that can be calculated with without losing how it was written.
static bool is_exact(const struct expr *e)
{
    return e->kind == EXPR_NUMBER && e->decimals < 0 && !e->percent;
}

static size_t limbs(const struct expr *e)
{
    return mpz_size(mpq_numref(e->value)) + mpz_size(mpq_denref(e->value));
}

const struct expr *math_negate(struct workspace *w, const struct expr *e)
{
    if (e->kind == EXPR_NUMBER) {
        struct expr *n = number_new(w);
        workspace_step(w, (long)limbs(e));
        mpq_neg(n->value, e->value);
        n->decimals = e->decimals;
        n->percent = e->percent;
        return n;
    }
    if (e->kind != EXPR_PRODUCT || e->args[0]->kind != EXPR_NUMBER)
        return math_multiply(w, expr_integer(w, -1), e);
    const struct expr **args = workspace_array(w, const struct expr *, e->count);
    workspace_step(w, e->count);
    memcpy(args, e->args, sizeof *args * (size_t)e->count);
    args[0] = math_negate(w, args[0]);
    return expr_new(w, EXPR_PRODUCT, 0, args, e->count);
}

// Products in one level.
const struct expr *math_multiply(struct workspace *w, const struct expr *a, const struct expr *b)
{
    int na = a->kind == EXPR_PRODUCT ? a->count : 1, nb = b->kind == EXPR_PRODUCT ? b->count : 1;
    const struct expr **args = workspace_array(w, const struct expr *, na + nb);
    workspace_step(w, na + nb);
    memcpy(args, a->kind == EXPR_PRODUCT ? a->args : &a, sizeof *args * (size_t)na);
    memcpy(args + na, b->kind == EXPR_PRODUCT ? b->args : &b, sizeof *args * (size_t)nb);
    return expr_new(w, EXPR_PRODUCT, 0, args, na + nb);
}

const struct expr *math_divide(struct workspace *w, const struct expr *a, const struct expr *b)
{
    if (!is_exact(b) || mpq_sgn(b->value) == 0) {
        const struct expr *inverse = expr_power(w, b, expr_integer(w, -1));
        return is_exact(a) && mpq_cmp_si(a->value, 1, 1) == 0 ? inverse : math_multiply(w, a, inverse);
    }
    struct expr *n = number_new(w);
    workspace_step(w, (long)(limbs(b) * (is_exact(a) ? limbs(a) : 1)));
    if (is_exact(a)) {
        mpq_div(n->value, a->value, b->value);
        return n;
    }
    mpq_inv(n->value, b->value);
    return math_multiply(w, a, n);
}

const struct expr *math_percent(struct workspace *w, const struct expr *e)
{
    struct expr *n = number_new(w);
    n->percent = true;
    if (e->kind != EXPR_NUMBER || e->percent) {
        mpq_set_si(n->value, 1, 100);
        return math_multiply(w, e, n);
    }
    mpq_set(n->value, e->value);
    n->decimals = e->decimals;
    scale(w, n->value, -2);
    return n;
}
