#include "verify/math_find.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    ENVIRONMENT_BYTES = 8192, // a longer one is no answer
    JOIN_BYTES = 70,          // between boxes that belong together; Math-Verify's limit
    BOXES_MAX = 4096,
    DIGITS_MAX = 64, // of a bare fraction
};

static bool is_space(struct text t, size_t i)
{
    return i < t.size && isspace((unsigned char)t.at[i]);
}

static bool is_digit(struct text t, size_t i)
{
    return i < t.size && isdigit((unsigned char)t.at[i]);
}

static size_t skip_space(struct text t, size_t i)
{
    while (is_space(t, i))
        i++;
    return i;
}

static bool stands(struct text t, size_t at, const char *what)
{
    size_t n = strlen(what);
    return at <= t.size && t.size - at >= n && memcmp(t.at + at, what, n) == 0;
}

size_t find_percent(struct finder *f, size_t at)
{
    static const char *const signs[] = {"\\%", "%", "percentage", "Percentage", "percent", "Percent", "pct", "Pct"};
    size_t i = skip_space(f->t, at);
    workspace_step(f->w, 4 + (long)(i - at) / 4);
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (stands(f->t, i, signs[k]))
            return i + strlen(signs[k]);
    return at;
}

size_t find_phrase(struct finder *f, size_t end, const char *phrase)
{
    size_t n = strlen(phrase);
    struct text t = f->t;
    if (t.size < n)
        return (size_t)-1;
    for (size_t i = end > t.size - n ? t.size - n + 1 : end; i-- > 0;) {
        if (i % 16 == 0)
            workspace_step(f->w, 6);
        if ((t.at[i] | 0x20) != phrase[0])
            continue;
        workspace_step(f->w, 5);
        if (strncasecmp(t.at + i, phrase, n) == 0)
            return i;
    }
    return (size_t)-1;
}

// ---- environments ----

// Whether a backslash makes the character at i another one.
static bool is_escaped(struct text t, size_t i)
{
    return i > 0 && t.at[i - 1] == '\\' && !(i > 1 && t.at[i - 2] == '\\');
}

enum delimiter { DISPLAY_DOLLAR, DISPLAY_BRACKET, INLINE_DOLLAR, INLINE_PARENTHESIS, INLINE_BRACKET };
static const struct {
    const char *open, *close;
    bool one_line;
} delimiters[] = {
    [DISPLAY_DOLLAR] = {"$$", "$$", false}, [DISPLAY_BRACKET] = {"\\[", "\\]", false},
    [INLINE_DOLLAR] = {"$", "$", true},     [INLINE_PARENTHESIS] = {"\\(", "\\)", true},
    [INLINE_BRACKET] = {"[", "]", true},
};

// The place of the closing delimiter after `from`, or (size_t)-1 when it is missing, empty, or on another line of one
// that must not be.
static size_t closing(struct finder *f, size_t from, enum delimiter kind)
{
    const char *close = delimiters[kind].close;
    struct text t = f->t;
    size_t limit = t.size - from > ENVIRONMENT_BYTES ? from + ENVIRONMENT_BYTES : t.size, i = from;
    for (size_t stepped = from; i < limit; i++) {
        if (i == f->clear[kind].from && f->clear[kind].to > i)
            i = f->clear[kind].to;
        else if (i > f->clear[kind].from && i < f->clear[kind].to)
            i = f->clear[kind].to;
        if (i >= limit)
            break;
        if (i >= stepped) {
            workspace_step(f->w, 8);
            stepped = i + 16;
        }
        if (delimiters[kind].one_line && t.at[i] == '\n')
            break;
        if (t.at[i] == close[0] && stands(t, i, close) && (close[0] == '\\' || !is_escaped(t, i)))
            return i > from ? i : (size_t)-1;
    }
    if (from <= f->clear[kind].from && i >= f->clear[kind].from) // one piece with what was known
        i = i > f->clear[kind].to ? i : f->clear[kind].to;
    else if (from >= f->clear[kind].from && from <= f->clear[kind].to && i >= f->clear[kind].to)
        from = f->clear[kind].from;
    f->clear[kind].from = from;
    f->clear[kind].to = i;
    return (size_t)-1;
}

static bool environment(struct finder *f, size_t at, enum delimiter kind, struct found *out)
{
    const char *open = delimiters[kind].open;
    if (!stands(f->t, at, open) || is_escaped(f->t, at))
        return false;
    size_t from = at + strlen(open), end = closing(f, from, kind);
    if (end == (size_t)-1)
        return false;
    *out = (struct found){
        .inside = {f->t.at + from, end - from}, .begin = at, .end = end + strlen(delimiters[kind].close)};
    return true;
}

// {-12.5} from byte i on: the byte after it, or 0.
static size_t braced_number(struct text t, size_t i)
{
    if (!stands(t, i++, "{"))
        return 0;
    i += stands(t, i, "-");
    size_t digits = i, limit = i + DIGITS_MAX;
    while (is_digit(t, i) && i < limit)
        i++;
    if (i == digits)
        return 0;
    if ((stands(t, i, ".") || stands(t, i, ",")) && is_digit(t, i + 1))
        for (i++; is_digit(t, i) && i < limit;)
            i++;
    return stands(t, i, "}") ? i + 1 : 0;
}

static bool bare_fraction(struct finder *f, size_t at, struct found *out)
{
    struct text t = f->t;
    size_t i = at + stands(t, at, "-");
    if (i >= t.size || t.at[i] != '\\' ||
        (!stands(t, i, "\\frac") && !stands(t, i, "\\dfrac") && !stands(t, i, "\\tfrac")))
        return false;
    workspace_step(f->w, 20);
    i += t.at[i + 1] == 'f' ? 5 : 6;
    size_t over = braced_number(t, i), end = over ? braced_number(t, over) : 0;
    *out = (struct found){.inside = {t.at + at, end ? end - at : 0}, .begin = at, .end = end};
    return end;
}

// [..] between spaces; `at` is the space before it.
static bool brackets(struct finder *f, size_t at, struct found *out)
{
    if (!stands(f->t, at + 1, "[") || !is_space(f->t, at) || !environment(f, at + 1, INLINE_BRACKET, out) ||
        !is_space(f->t, out->end))
        return false;
    workspace_step(f->w, (long)(out->inside.size / 16));
    return !memchr(out->inside.at, '[', out->inside.size);
}

static bool delimited(struct finder *f, size_t at, struct found *out)
{
    struct text t = f->t;
    char c = at < t.size ? t.at[at] : 0;
    if (c != '$' && c != '\\')
        return c && is_space(t, at) && brackets(f, at, out);
    workspace_step(f->w, 4);
    if (c == '\\')
        return environment(f, at, DISPLAY_BRACKET, out) || environment(f, at, INLINE_PARENTHESIS, out);
    return environment(f, at, DISPLAY_DOLLAR, out) ||
           (!stands(t, at + 1, "$") && !(at > 0 && is_digit(t, at - 1)) && environment(f, at, INLINE_DOLLAR, out));
}

static bool environment_at(struct finder *f, size_t at, bool with_bare, struct found *out)
{
    return delimited(f, at, out) ||
           (with_bare && at < f->t.size && (f->t.at[at] == '\\' || f->t.at[at] == '-') && bare_fraction(f, at, out));
}

static void add_percent(struct finder *f, struct found *out)
{
    size_t end = find_percent(f, out->end);
    out->percent = end > out->end;
    out->end = end;
}

bool find_environment(struct finder *f, size_t at, struct found *out)
{
    if (!environment_at(f, at, true, out))
        return false;
    add_percent(f, out);
    return true;
}

bool find_first_environment(struct finder *f, size_t from, size_t to, struct found *out)
{
    for (size_t i = from; i <= to && i < f->t.size; i++) {
        workspace_step(f->w, 2);
        if (find_environment(f, i, out))
            return true;
    }
    return false;
}

int find_last_environments(struct finder *f, bool with_bare, struct found *list, int room)
{
    int n = 0;
    struct found next;
    for (size_t i = 0; i < f->t.size;) {
        workspace_step(f->w, 2);
        if (!environment_at(f, i, with_bare, &next)) {
            i++;
            continue;
        }
        add_percent(f, &next);
        if (n == room)
            memmove(list, list + 1, sizeof *list * (size_t)--n);
        list[n++] = next;
        i = next.end;
    }
    return n;
}

// ---- numbers ----

// The length of a sign of a currency at byte i, or 0.
static size_t currency(struct finder *f, size_t i)
{
    struct text t = f->t;
    static const char *const signs[] = {"\\$", "$", "€", "£", "¥", "₹", "₽", "₩", "₿", "¢"};
    if (t.at[i] != '$' && t.at[i] != '\\' && (unsigned char)t.at[i] < 0x80)
        return 0;
    workspace_step(f->w, 6);
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (t.at[i] == signs[k][0] && stands(t, i, signs[k]))
            return strlen(signs[k]);
    return 0;
}

static bool is_sign(char c)
{
    return c == '+' || c == '-' || c == '*' || c == '/' || c == '^' || c == '(' || c == ')';
}

// The length of what stands at byte i of a list of texts, or 0.
static size_t any_of(struct text t, size_t i, const char *const *list, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (i < t.size && t.at[i] == list[k][0] && stands(t, i, list[k]))
            return strlen(list[k]);
    return 0;
}
#define ANY_OF(t, i, list) any_of(t, i, list, sizeof(list) / sizeof *(list))

// The length of a minus at byte i: "-", U+2212, U+2013; 0 for none.
static size_t minus(struct text t, size_t i)
{
    static const char *const signs[] = {"-", "\xE2\x88\x92", "\xE2\x80\x93"};
    return ANY_OF(t, i, signs);
}

// What begins a factor without being a digit: roots, pi, fractions in one character.
static size_t factor_sign(struct text t, size_t i)
{
    static const char *const signs[] = {"\xE2\x88\x9A", "\xE2\x88\x9B", "\xCF\x80", "\\pi",
                                        "\\sqrt",       "\xC2\xBC",     "\xC2\xBD", "\xC2\xBE"};
    return i < t.size && (t.at[i] == '\\' || (unsigned char)t.at[i] >= 0x80) ? ANY_OF(t, i, signs) : 0;
}

// An operator that no number of its own stands beside: 5 in "x <= 5" or "\pm 5" says nothing. Its length at byte i.
static size_t joiner(struct text t, size_t i)
{
    static const char *const signs[] = {"<=",           ">=",           "!=",       "< ",       "> ",
                                        "\\le",         "\\ge",         "\\pm",     "\\times",  "\\cdot",
                                        "\xE2\x89\xA4", "\xE2\x89\xA5", "\xC2\xB1", "\xC3\x97", "\xC3\xB7",
                                        "\xE2\x88\x93", "\xE2\x8B\x85", "\xC2\xB7"};
    return i < t.size && (strchr("<>!\\", t.at[i]) || (unsigned char)t.at[i] >= 0x80) ? ANY_OF(t, i, signs) : 0;
}

// The byte after digits in groups of three with spaces between them, "12 000" from after "12" on.
static size_t groups_end(struct text t, size_t begin, size_t end)
{
    static const char *const separators[] = {" ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"};
    for (size_t i = begin; i < end; i++)
        if (!is_digit(t, i))
            return end;
    if (end - begin > 3 || t.at[begin] == '0')
        return end;
    for (size_t n; (n = ANY_OF(t, end, separators)) && is_digit(t, end + n) && is_digit(t, end + n + 1) &&
                   is_digit(t, end + n + 2) && !is_digit(t, end + n + 3);)
        end += n + 3;
    return end;
}

// The byte after the digits from i on, with separators of thousands and a decimal one, or after a mixed number
// (3 1/2); i where there are none.
static size_t digits_end(struct text t, size_t i)
{
    size_t begin = i;
    while (is_digit(t, i) || (i < t.size && (t.at[i] == ',' || t.at[i] == '.') && is_digit(t, i + 1)))
        i++;
    if (i == begin)
        return i;
    i = groups_end(t, begin, i);
    size_t part = i + 1;
    while (stands(t, i, " ") && is_digit(t, part))
        part++;
    return part > i + 1 && stands(t, part, "/") && is_digit(t, part + 1) ? part : i;
}

// Whether a character beyond ASCII at byte i is a dash, a quotation mark or another sign of a sentence.
static bool is_punctuation(struct text t, size_t i)
{
    return stands(t, i, "\xE2\x80") || stands(t, i, "\xE3\x80") || stands(t, i, "\xEF\xBC") ||
           stands(t, i, "\xC2\xA0") || stands(t, i, "\xE2\x88\x92") || joiner(t, i);
}

// What stands at a number without a space and belongs to it: 5kg, 4i, 2√3, 5_000, 2\sqrt{3}. The byte after it.
static size_t attached_end(struct finder *f, size_t i)
{
    struct text t = f->t;
    size_t begin = i;
    int braces = 0;
    for (; i < t.size; i++) {
        unsigned char c = (unsigned char)t.at[i];
        bool name = c == '\\' && i + 1 < t.size && isalpha((unsigned char)t.at[i + 1]) && !joiner(t, i);
        bool opens = c == '{' && i > begin;
        bool power = (c == '^' || c == '_' || c == ':') && i + 1 < t.size && !isspace((unsigned char)t.at[i + 1]) &&
                     (c != ':' || is_digit(t, i + 1));
        braces += opens - (c == '}' && braces);
        bool inside = braces || (c == '}' && i > begin);
        if (c == '\n' || !(inside || isalnum(c) || name || opens || power || (c >= 0x80 && !is_punctuation(t, i))))
            break;
    }
    workspace_step(f->w, 8 * (long)(i - begin));
    return i;
}

// Whether a letter at byte i stands for a number: "3 + x", but not "5 - a word".
static bool is_letter_alone(struct text t, size_t i)
{
    return i < t.size && isalpha((unsigned char)t.at[i]) && !(i + 1 < t.size && isalpha((unsigned char)t.at[i + 1])) &&
           !(is_space(t, i + 1) && i + 2 < t.size && isalpha((unsigned char)t.at[i + 2]));
}

// Whether the sign > at byte i ends a tag: <b>.
static bool ends_tag(struct text t, size_t i)
{
    for (size_t k = i; k-- > 0 && i - k < 40 && !is_space(t, k);)
        if (t.at[k] == '<')
            return k + 1 < i;
    return false;
}

// Where a number may begin: at the text's start and after spaces, opening signs, a currency and most that is no ASCII.
static bool may_begin(struct text t, size_t i)
{
    char c = i ? t.at[i - 1] : ' ';
    if (c == '(' && i > 1 && isalpha((unsigned char)t.at[i - 2])) // sqrt(3)
        return false;
    return i == 0 || is_space(t, i - 1) || (c && strchr("=:(*$~[\"'#|", c)) || (unsigned char)c >= 0x80 ||
           (c == '>' && ends_tag(t, i - 1));
}

// The beginning of the operator before byte i that makes the number there a part of something else; i without one.
static size_t joined_begin(struct finder *f, size_t i, size_t from)
{
    size_t end = i;
    while (end > from && is_space(f->t, end - 1) && f->t.at[end - 1] != '\n')
        end--;
    workspace_step(f->w, 80 + (long)(i - end));
    for (size_t n = 1; n <= 7 && n <= end - from; n++) {
        size_t size = joiner(f->t, end - n);
        if (size >= n && !(f->t.at[end - n] == '>' && ends_tag(f->t, end - n)))
            return end - n;
    }
    if (i == end && end - from >= 3 && factor_sign(f->t, end - 3) == 3) // √3
        return end - 3;
    return i;
}

// One operand from byte i on: the byte after it, i where there is none.
static size_t operand_end(struct finder *f, size_t i, bool first)
{
    struct text t = f->t;
    size_t end = i;
    if (is_digit(t, i) || (stands(t, i, ".") && is_digit(t, i + 1)))
        end = digits_end(t, i + stands(t, i, "."));
    else if (!factor_sign(t, i) && (first || !is_letter_alone(t, i)))
        return i;
    end = attached_end(f, end);
    size_t behind = skip_space(t, end);
    if (end > i && factor_sign(t, behind) && !memchr(t.at + end, '\n', behind - end))
        end = attached_end(f, behind); // 2 √3
    return end;
}

// Reads the number or expression from byte i on. An expression has a sign between numbers.
static bool number_at(struct finder *f, size_t i, struct found *out)
{
    struct text t = f->t;
    size_t begin = i, end = 0;
    int open = 0;
    bool operand = false; // the last thing read is a number or a closing bracket
    while (i < t.size) {
        char c = t.at[i];
        size_t before = i, sign = minus(t, i), next = operand ? i : operand_end(f, i, !end && !open);
        if (next > i) {
            i = next;
            operand = true;
        } else if (c == '(' || ((sign || c == '+') && !operand)) {
            open += c == '(';
            operand = false;
            i += sign ? sign : 1;
            i += i < t.size && !open ? currency(f, i) : 0; // -$7
        } else if (c == ')' && open > 0 && operand) {
            open--;
            i = attached_end(f, i + 1);
        } else if ((sign || is_sign(c)) && c != ')' && operand) {
            operand = false;
            i += sign ? sign : 1;
        } else if (operand && joiner(t, i)) { // also of a relation: 5 < x is read whole
            operand = false;
            i += joiner(t, i);
            end = open ? end : i;
        } else {
            break;
        }
        if (operand && open == 0)
            end = i;
        size_t space = skip_space(t, i);
        workspace_step(f->w, 20 + (long)(space - before) / 2);
        if (memchr(t.at + i, '\n', space - i) ||
            (operand && space < t.size && !is_sign(t.at[space]) && !minus(t, space) && !joiner(t, space)))
            break;
        i = space;
    }
    if (!end)
        return false;
    *out = (struct found){.inside = {t.at + begin, end - begin}, .begin = begin, .end = end, .plain = true};
    add_percent(f, out);
    return true;
}

// The first number of (1, 2) is none by itself: the piece becomes the whole bracket.
static void take_tuple(struct finder *f, struct found *out)
{
    struct text t = f->t;
    size_t begin = out->begin, end = out->end;
    if (!begin || (t.at[begin - 1] != '(' && t.at[begin - 1] != '[') || end >= t.size || t.at[end] != ',')
        return;
    while (end < t.size && end - begin < 100 && t.at[end] &&
           (isdigit((unsigned char)t.at[end]) || strchr(",. -/", t.at[end])))
        end++;
    workspace_step(f->w, (long)(end - begin));
    if (!stands(t, end, ")") && !stands(t, end, "]"))
        return;
    out->begin = begin - 1;
    out->end = end + 1;
    out->inside = (struct text){t.at + out->begin, out->end - out->begin};
}

bool find_first_number(struct finder *f, size_t from, size_t to, struct found *out)
{
    struct text t = f->t;
    for (size_t i = from; i <= to && i < t.size; i++) {
        workspace_step(f->w, (unsigned char)t.at[i] < 0x80 ? 1 : 20);
        size_t at = i + currency(f, i);
        bool begins = at < t.size && (isdigit((unsigned char)t.at[at]) || strchr("-(.", t.at[at]) ||
                                      ((unsigned char)t.at[at] >= 0x80 && (minus(t, at) || factor_sign(t, at))));
        if (!begins || !may_begin(t, i) || !number_at(f, at, out))
            continue;
        size_t joined = joined_begin(f, i, from);
        if (joined < i) {
            out->begin = joined;
            out->inside = (struct text){t.at + joined, out->end - joined};
        }
        take_tuple(f, out);
        return true;
    }
    return false;
}

int find_last_number(struct finder *f, struct found *out)
{
    int n = 0;
    for (size_t i = 0; i < f->t.size && find_first_number(f, i, f->t.size, out); n++)
        i = out->end;
    return n;
}

// ---- boxes ----

static bool is_blank(struct text t)
{
    return text_trim(t).size == 0;
}

// The place of the brace of a box whose command stands at byte i, or 0.
static size_t box_brace(struct text t, size_t i)
{
    size_t size = stands(t, i, "\\boxed") ? 6 : stands(t, i, "\\fbox") ? 5 : 0;
    size_t brace = skip_space(t, i + size);
    return size && stands(t, brace, "{") ? brace : 0;
}

// \boxed 9: a number without braces. The byte after it, or 0.
static size_t box_number(struct text t, size_t i, struct text *inside)
{
    size_t from = skip_space(t, i + 6), end = from + stands(t, from, "-"), digits = end;
    if (!stands(t, i, "\\boxed") || from == i + 6)
        return 0;
    while (is_digit(t, end))
        end++;
    *inside = (struct text){t.at + from, end - from};
    return end > digits ? end : 0;
}

struct boxes find_boxes(struct finder *f)
{
    struct workspace *w = f->w;
    struct text t = f->t;
    struct boxes all = {workspace_array(w, struct found, BOXES_MAX), 0}, closed = {0};
    int *open = workspace_array(w, int, t.size + 1), depth = 0; // the box that each open brace belongs to, or -1
    size_t brace = 0;
    struct text number;
    workspace_step(w, (long)t.size);
    for (size_t i = 0; i < t.size; i++) {
        char c = t.at[i];
        size_t next = c == '\\' && all.count < BOXES_MAX ? box_brace(t, i) : 0;
        if (next) {
            all.list[all.count++] = (struct found){.inside = {t.at + next + 1, 0}, .begin = i};
            brace = next;
        } else if (c == '\\' && all.count < BOXES_MAX && (next = box_number(t, i, &number))) {
            all.list[all.count++] = (struct found){.inside = number, .begin = i, .end = next};
            i = next - 1;
        } else if (c == '\\' && i + 1 < t.size && strchr("{}\\", t.at[i + 1]) && t.at[i + 1]) {
            i += t.at[i + 1] != '\\' || !box_brace(t, i + 1); // "\\" and a box: a new line
        } else if (c == '{') {
            open[depth++] = i == brace && all.count ? all.count - 1 : -1;
        } else if (c == '}' && depth && open[--depth] >= 0) {
            struct found *box = &all.list[open[depth]];
            box->inside.size = (size_t)(t.at + i - box->inside.at);
            box->end = i + 1;
        }
    }
    closed.list = all.list;
    for (int k = 0; k < all.count; k++)
        if (all.list[k].end && !is_blank(all.list[k].inside))
            closed.list[closed.count++] = all.list[k];
    return closed;
}

bool find_joins(struct text between)
{
    bool blank_line = false;
    if (between.size > JOIN_BYTES)
        return false;
    bool separator = false, other = false;
    for (size_t i = 0; i < between.size; i++) {
        char c = between.at[i];
        size_t n = 0;
        while (i + n < between.size && isalpha((unsigned char)between.at[i + n]))
            n++;
        struct text word = {between.at + i, n};
        if (n) {
            bool command = i > 0 && between.at[i - 1] == '\\';
            bool joins = text_equals(word, "and") || text_equals(word, "or");
            if (n > 1 && !joins && !command)
                return false; // words: a box that was taken back, or another matter
            separator |= joins;
            other |= !joins && !command;
            i += n - 1;
        } else if (c == ',' || c == ';') {
            separator = true;
        } else if (c == '.') {
            return false;
        } else if (c == '\n') {
            blank_line |= i > 0 && between.at[i - 1] == '\n';
        }
    }
    return separator || !(other || blank_line);
}
