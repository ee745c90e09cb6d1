#include "rl/answer_text.h"

#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "rl/reward_text.h"

// Bytes of the character at t.at[i], 0 at the end; a byte that is not UTF-8 is a character.
static size_t char_size(struct text t, size_t i)
{
    uint32_t c;
    int used = i < t.size ? utf8_decode(t.at + i, t.size - i, &c) : 0;
    return i < t.size && used == 0 ? 1 : (size_t)used;
}

static struct text view(const struct str *s)
{
    return (struct text){s->data ? s->data : "", s->size};
}

static void put(struct str *s, struct text t, size_t from, size_t to)
{
    str_append(s, t.at + from, to - from);
}

static void swap(struct str *a, struct str *b)
{
    struct str old = *a;
    *a = *b;
    *b = old;
    str_clear(b);
}

static void replace(struct str *s, struct str *spare, const char *from, const char *to)
{
    struct text t = view(s);
    size_t i = 0, at = text_find(t, 0, from);
    if (at == (size_t)-1)
        return;
    str_clear(spare);
    for (; at != (size_t)-1; at = text_find(t, i, from)) {
        put(spare, t, i, at);
        str_puts(spare, to);
        i = at + strlen(from);
    }
    put(spare, t, i, t.size);
    swap(s, spare);
}

// ---- fold and squad ----

static bool is_article(struct text word)
{
    return text_equals(word, "a") || text_equals(word, "an") || text_equals(word, "the");
}

static bool is_punctuation(uint32_t c)
{
    return c && c < 128 && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", (int)c);
}

// Ends the word that begins at `start` of out, which is taken back when it is an article.
static void end_word(struct str *out, size_t first, size_t start, bool squad)
{
    if (!squad || !is_article((struct text){out->data + start, out->size - start}))
        return;
    out->size = start > first ? start - 1 : start; // with the space before it
    out->data[out->size] = 0;
}

static void fold(struct text t, bool squad, struct str *out)
{
    size_t first = out->size, start = out->size;
    bool inside = false;
    for (size_t i = 0, n; (n = char_size(t, i)); i += n) {
        uint32_t c = 0;
        char bytes[4];
        int used = utf8_decode(t.at + i, t.size - i, &c);
        if (used && squad && is_punctuation(c))
            continue;
        if (used && reward_is_space(c)) {
            if (inside)
                end_word(out, first, start, squad);
            inside = false;
            continue;
        }
        if (!inside) {
            if (out->size > first)
                str_putc(out, ' ');
            start = out->size;
        }
        inside = true;
        if (used)
            str_append(out, bytes, (size_t)utf8_encode((uint32_t)utf8proc_tolower((utf8proc_int32_t)c), bytes));
        else
            str_append(out, t.at + i, 1);
    }
    if (inside)
        end_word(out, first, start, squad);
}

// ---- hendrycks ----

// \sqrt2 -> \sqrt{2}. False where nothing stands after a \sqrt.
static bool brace_roots(struct str *s, struct str *spare)
{
    static const char name[] = "\\sqrt";
    struct text t = view(s);
    size_t i = 0;
    str_clear(spare);
    for (size_t at; (at = text_find(t, i, name)) != (size_t)-1;) {
        size_t behind = at + strlen(name), n = char_size(t, behind);
        if (n == 0 || text_starts((struct text){t.at + behind, t.size - behind}, name))
            return false;
        put(spare, t, i, behind);
        i = behind;
        if (t.at[behind] != '{') {
            str_printf(spare, "{%.*s}", (int)n, t.at + behind);
            i += n;
        }
    }
    put(spare, t, i, t.size);
    swap(s, spare);
    return true;
}

// \frac12 -> \frac{1}{2}, \frac1{x} -> \frac{1}{x}. False where nothing stands after a \frac; where only one character
// does, the text stays as it is.
static bool brace_fractions(struct str *s, struct str *spare)
{
    static const char name[] = "\\frac";
    struct text t = view(s);
    size_t i = 0, at = text_find(t, 0, name);
    str_clear(spare);
    for (size_t next; at != (size_t)-1; at = next) {
        size_t behind = at + strlen(name);
        next = text_find(t, behind, name);
        struct text piece = {t.at, next == (size_t)-1 ? t.size : next};
        size_t n = char_size(piece, behind), m = char_size(piece, behind + n);
        if (n == 0)
            return false;
        put(spare, t, i, behind);
        i = behind;
        if (t.at[behind] == '{')
            continue;
        if (m == 0)
            return true;
        bool braced = t.at[behind + n] == '{';
        str_printf(spare, braced ? "{%.*s}" : "{%.*s}{%.*s}", (int)n, t.at + behind, (int)m, t.at + behind + n);
        i += braced ? n : n + m;
    }
    put(spare, t, i, t.size);
    swap(s, spare);
    return true;
}

// The end of a whole number as Python prints it (no sign but -, no leading zero), from i; i when there is none.
static size_t whole_end(struct text t, size_t i)
{
    size_t first = i + (i < t.size && t.at[i] == '-'), end = first;
    while (end < t.size && t.at[end] >= '0' && t.at[end] <= '9')
        end++;
    bool zero = end > first && t.at[first] == '0';
    return end == first || (zero && (end > first + 1 || first > i)) ? i : end;
}

static void fraction_of_slash(struct str *s, struct str *spare)
{
    struct text t = view(s);
    size_t slash = whole_end(t, 0), end = slash && slash < t.size && t.at[slash] == '/' ? whole_end(t, slash + 1) : 0;
    if (end != t.size || end <= slash + 1)
        return;
    str_clear(spare);
    str_puts(spare, "\\frac{");
    put(spare, t, 0, slash);
    str_puts(spare, "}{");
    put(spare, t, slash + 1, end);
    str_puts(spare, "}");
    swap(s, spare);
}

// "k = 5" -> " 5": one "=" with at most two characters before it.
static void cut_name(struct str *s, struct str *spare)
{
    struct text t = view(s);
    size_t at = text_find(t, 0, "=");
    if (at == (size_t)-1 || text_count(t, "=") != 1 || text_chars((struct text){t.at, at}) > 2)
        return;
    str_clear(spare);
    put(spare, t, at + 1, t.size);
    swap(s, spare);
}

static bool hendrycks(struct str *s, struct str *spare)
{
    static const char *const table[][2] = {
        {"\n", ""},     {"\\!", ""},     {"\\\\", "\\"},    {"tfrac", "frac"}, {"dfrac", "frac"},
        {"\\left", ""}, {"\\right", ""}, {"^{\\circ}", ""}, {"^\\circ", ""},   {"\\$", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        replace(s, spare, table[i][0], table[i][1]);
    size_t units = text_count(view(s), "\\text{ ");
    if (units > 1)
        return false;
    if (units) {
        s->size = text_find(view(s), 0, "\\text{ ");
        s->data[s->size] = 0;
    }
    replace(s, spare, "\\%", "");
    replace(s, spare, " .", " 0.");
    replace(s, spare, "{.", "{0.");
    if (s->size == 0)
        return true;
    if (s->data[0] == '.') {
        str_clear(spare);
        str_putc(spare, '0');
        put(spare, view(s), 0, s->size);
        swap(s, spare);
    }
    cut_name(s, spare);
    if (!brace_roots(s, spare))
        return false;
    replace(s, spare, " ", "");
    if (!brace_fractions(s, spare))
        return false;
    if (text_equals(view(s), "0.5"))
        replace(s, spare, "0.5", "\\frac{1}{2}");
    fraction_of_slash(s, spare);
    return true;
}

// ---- minerva ----

static size_t line_end(struct text t, size_t i)
{
    size_t end = text_find(t, i, "\n");
    return end == (size_t)-1 ? t.size : end;
}

// Of every line with two dollar signs only the first pair and what it holds stay.
static void keep_dollars(struct str *s, struct str *spare)
{
    struct text t = view(s);
    str_clear(spare);
    for (size_t i = 0; i < t.size;) {
        struct text line = {t.at, line_end(t, i)};
        size_t a = text_find(line, i, "$"), b = a < line.size ? text_find(line, a + 1, "$") : a;
        bool pair = b < line.size;
        put(spare, t, pair ? a : i, pair ? b + 1 : line.size);
        i = line.size + (line.size < t.size);
        put(spare, t, line.size, i); // its line break
    }
    swap(s, spare);
}

// \name{x} -> x, up to the first closing brace of the line, or the last one.
static void unwrap(struct str *s, struct str *spare, const char *open, bool last)
{
    struct text t = view(s), line = {t.at, 0};
    size_t i = 0, none = 0; // before `none` there is no closing brace any more
    str_clear(spare);
    for (size_t at; (at = text_find(t, i, open)) != (size_t)-1;) {
        size_t start = at + strlen(open), close = (size_t)-1;
        if (start > line.size)
            line.size = line_end(t, start);
        if (start > none)
            close = last ? text_rfind(line, line.size, "}") : text_find(line, start, "}");
        bool found = close != (size_t)-1 && close >= start;
        if (!found || last)
            none = line.size;
        put(spare, t, i, found ? at : start);
        if (found)
            put(spare, t, start, close);
        i = found ? close + 1 : start;
    }
    put(spare, t, i, t.size);
    swap(s, spare);
}

// name and `count` characters, the first of them no brace, -> name{x}{y}; the last of two is no line break.
static void brace_after(struct str *s, struct str *spare, const char *name, int count)
{
    struct text t = view(s);
    size_t i = 0;
    str_clear(spare);
    for (size_t at; (at = text_find(t, i, name)) != (size_t)-1;) {
        size_t start = at + strlen(name), n = char_size(t, start), m = count > 1 ? char_size(t, start + n) : 0;
        put(spare, t, i, start);
        i = start;
        if (n == 0 || t.at[start] == '{' || (count > 1 && (m == 0 || t.at[start + n] == '\n')))
            continue;
        str_printf(spare, m ? "{%.*s}{%.*s}" : "{%.*s}", (int)n, t.at + start, (int)m, t.at + start + n);
        i += n + m;
    }
    put(spare, t, i, t.size);
    swap(s, spare);
}

static void minerva(struct str *s, struct str *spare)
{
    static const char *const table[][2] = {
        {"an ", ""}, {"a ", ""},       {".$", "$"},           {"\\$", ""},          {"\\ ", ""},
        {" ", ""},   {"mbox", "text"}, {",\\text{and}", ","}, {"\\text{and}", ","}, {"\\text{m}", "\\text{}"},
    };
    static const char *const removed[] = {
        "square",     "ways",       "integers",  "dollars",      "mph",
        "inches",     "hours",      "km",        "units",        "\\ldots",
        "sue",        "points",     "feet",      "minutes",      "digits",
        "cents",      "degrees",    "cm",        "gm",           "pounds",
        "meters",     "meals",      "edges",     "students",     "childrentickets",
        "multiples",  "\\text{s}",  "\\text{.}", "\\text{\ns}",  "\\text{}^2",
        "\\text{}^3", "\\text{\n}", "\\text{}",  "\\mathrm{th}", "^\\circ",
        "^{\\circ}",  "\\;",        ",\\!",      "{,}",          "\"",
        "\\dots",
    };
    struct text t = view(s);
    size_t equals = text_rfind(t, t.size, "=");
    if (equals != (size_t)-1) {
        str_clear(spare);
        put(spare, t, equals + 1, t.size);
        swap(s, spare);
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        replace(s, spare, table[i][0], table[i][1]);
    for (size_t i = 0; i < sizeof removed / sizeof *removed; i++)
        replace(s, spare, removed[i], "");
    keep_dollars(s, spare);
    unwrap(s, spare, "\\text{", false);
    unwrap(s, spare, "\\textbf{", false);
    unwrap(s, spare, "\\overline{", false);
    unwrap(s, spare, "\\boxed{", true);
    brace_after(s, spare, "frac", 2);
    brace_after(s, spare, "sqrt", 1);
    replace(s, spare, "$", "");
    size_t digits = 0, commas = text_count(view(s), ",");
    for (size_t i = 0; i < s->size; i++)
        digits += s->data[i] >= '0' && s->data[i] <= '9';
    if (digits && digits + commas == s->size)
        replace(s, spare, ",", "");
}

bool answer_normalize(enum answer_norm norm, struct text t, struct str *out)
{
    struct str s = {0}, spare = {0};
    bool ok = true;
    if (norm == ANSWER_FOLD || norm == ANSWER_SQUAD) {
        fold(t, norm == ANSWER_SQUAD, out);
        return true;
    }
    str_append(&s, t.at, t.size);
    if (norm == ANSWER_HENDRYCKS)
        ok = hendrycks(&s, &spare);
    if (norm == ANSWER_MINERVA)
        minerva(&s, &spare);
    struct text normal = norm == ANSWER_HENDRYCKS ? view(&s) : text_trim(view(&s));
    str_append(out, normal.at, normal.size);
    str_finish(&s);
    str_finish(&spare);
    return ok;
}
