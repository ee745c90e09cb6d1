// Which piece of a text is its answer: the order of Math-Verify's marks, found by scanning instead of expressions that
// search back.
#include "verify/math.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "verify/math_find.h"
#include "verify/math_numeric.h"
#include "verify/math_tokens.h"

enum {
    TEXT_BYTES = 64 << 10,
    JOINED_MAX = 8,     // answers that are joined to a list
    MARK_BYTES = 50,    // between "answer" and the answer
    LINE_BYTES = 200,   // after "answer:"
    FINAL_BYTES = 100,  // between "final answer" and "is"
    WHOLE_BYTES = 4096, // of a text that is nothing but an answer
};

struct search {
    struct workspace *w;
    struct text t;
    struct finder finder; // of t
    const struct math_extraction *how;
    struct math_answer *answers;
    int count;
    const char *place; // of the piece that is being tried
    bool decided;      // no other piece is tried
};

static size_t skip(struct text t, size_t i, const char *characters)
{
    while (i < t.size && t.at[i] && strchr(characters, t.at[i]))
        i++;
    return i;
}

static bool starts_at(struct text t, size_t i, const char *what)
{
    return i <= t.size && text_starts((struct text){t.at + i, t.size - i}, what);
}

// ---- one piece ----

struct reading {
    struct text piece;
    bool plain;
    const struct expr *value;
};

static void read_now(struct workspace *w, void *argument)
{
    struct reading *r = argument;
    r->value = math_read(w, r->piece, r->plain);
}

// NULL also where reading takes too long or nests too deeply.
static const struct expr *read_piece(struct workspace *w, struct text piece, bool plain)
{
    struct reading r = {piece, plain, NULL};
    return workspace_attempt(w, w->steps / 2, read_now, &r) ? r.value : NULL;
}

// A letter that names a choice, in brackets or a style of text, in front of the answer itself: "(B) 12",
// "\textbf{(B)}\ 12", "B) 12", "B. 12". *rest is the answer.
static bool choice(struct text t, struct text *letter, struct text *rest)
{
    size_t i = 0;
    bool styled = false;
    t = text_trim(t);
    if (text_starts(t, "\\text") || text_starts(t, "\\mathrm") || text_starts(t, "\\mathbf")) {
        while (i < t.size && (t.at[i] == '\\' || isalpha((unsigned char)t.at[i])))
            i++;
        styled = i < t.size && t.at[i] == '{';
        if (!styled)
            return false;
        i++;
    }
    bool bracket = i < t.size && t.at[i] == '(';
    i += bracket;
    bool sign = i + 2 < t.size && (t.at[i + 1] == ')' || (t.at[i + 1] == '.' && t.at[i + 2] == ' '));
    if (!sign || (bracket && t.at[i + 1] != ')') || (styled && !bracket) || t.at[i] < 'A' || t.at[i] > 'J')
        return false;
    *letter = (struct text){t.at + i, 1};
    i += 2;
    if (styled) {
        while (i < t.size && (t.at[i] == ' ' || t.at[i] == ':' || t.at[i] == '.'))
            i++;
        if (i == t.size || t.at[i] != '}')
            return false;
        i++;
    } else if (!(t.at[i] == ' ' || t.at[i] == '~' || t.at[i] == ':' ||
                 (t.at[i] == '\\' && i + 1 < t.size && !isalpha((unsigned char)t.at[i + 1])))) {
        return false;
    }
    *rest = (struct text){t.at + i, t.size - i};
    while (rest->size && strchr(" ~:.", rest->at[0]))
        *rest = (struct text){rest->at + 1, rest->size - 1};
    if (rest->size > 1 && rest->at[0] == '\\' && !isalpha((unsigned char)rest->at[1]) && rest->at[1] != '(' &&
        rest->at[1] != '[')
        *rest = (struct text){rest->at + 2, rest->size - 2};
    return rest->size && !strchr("+-*/^_=<>()!,|", rest->at[0]) && !text_starts(*rest, "\\c");
}

static void add_answer(struct search *s, struct text source, const struct expr *value)
{
    if (value && s->count < MATH_ANSWERS_MAX)
        s->answers[s->count++] = (struct math_answer){source, value, s->place};
}

// "0,4" and "1.234,5" may be decimal numbers as well as lists: the digits around the comma of a text that is nothing
// else.
static bool is_decimal_comma(struct text t)
{
    size_t i = 0, digits[2] = {0, 0};
    t = text_trim(t);
    i += i < t.size && t.at[i] == '-';
    for (int side = 0; side < 2; side++) {
        for (; i < t.size && (isdigit((unsigned char)t.at[i]) || (side == 0 && t.at[i] == '.')); i++)
            digits[side]++;
        if (side == 0 && (i == t.size || t.at[i++] != ','))
            return false;
    }
    return i == t.size && digits[0] && digits[1] && (digits[1] != 3 || digits[0] > 3);
}

// "8:34" may be a ratio as well as a time. *time is the text without spaces of LaTeX.
static bool is_time(struct workspace *w, struct text t, struct text *time)
{
    char *out = workspace_alloc(w, 8);
    size_t n = 0;
    for (size_t i = 0; i < t.size; i++) {
        if (text_starts((struct text){t.at + i, t.size - i}, "\\!"))
            i++;
        else if (n == 6 || !(isdigit((unsigned char)t.at[i]) || t.at[i] == ':'))
            return false;
        else
            out[n++] = t.at[i];
    }
    *time = (struct text){out, n};
    return (n == 4 || n == 5) && out[n - 3] == ':' && isdigit((unsigned char)out[0]) &&
           (n == 4 || isdigit((unsigned char)out[1])) && isdigit((unsigned char)out[n - 2]) &&
           isdigit((unsigned char)out[n - 1]);
}

// What follows the last sign of an approximation: "\pi \approx 3.14" says both.
static bool approximation(struct text t, struct text *rest)
{
    static const char *const signs[] = {"\\approx", "\xE2\x89\x88"};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        size_t at = text_rfind(t, t.size, signs[k]), n = strlen(signs[k]);
        if (at == (size_t)-1 || text_trim((struct text){t.at, at}).size == 0)
            continue;
        *rest = (struct text){t.at + at + n, t.size - at - n};
        return rest->size == 0 || !isalpha((unsigned char)rest->at[0]);
    }
    return false;
}

struct two_values {
    const struct expr *e[2];
    bool close;
};

static void compare_values(struct workspace *w, void *argument)
{
    struct two_values *v = argument;
    double a, b;
    v->close = numeric_value(w, v->e[0], &a) && numeric_value(w, v->e[1], &b) && fabs(a - b) <= 0.02 * fabs(a);
}

// The value after the sign, where it is one: "5 \approx 6" is no two answers.
static const struct expr *approximate_value(struct workspace *w, const struct expr *exact, struct text rest, bool plain)
{
    struct two_values v = {{exact, read_piece(w, rest, plain)}, false};
    return v.e[1] && workspace_attempt(w, w->steps / 2, compare_values, &v) && v.close ? v.e[1] : NULL;
}

// Reads a piece. True when the search is over.
static bool try_piece(struct search *s, struct text source, struct text piece, bool plain)
{
    struct text letter, rest;
    if (!s->answers[0].source.size)
        s->answers[0] = (struct math_answer){source, NULL, s->place};
    const struct expr *value = NULL;
    if (!plain && choice(piece, &letter, &rest)) {
        add_answer(s, source, read_piece(s->w, rest, false));
        value = expr_named(s->w, EXPR_SYMBOL, letter);
    } else {
        value = read_piece(s->w, piece, plain);
    }
    add_answer(s, source, value);
    if (is_decimal_comma(piece))
        add_answer(s, source, read_piece(s->w, piece, !plain));
    if ((!value || value->kind != EXPR_LITERAL) && is_time(s->w, text_trim(piece), &rest))
        add_answer(s, source, expr_named(s->w, EXPR_LITERAL, rest));
    if (value && approximation(piece, &rest))
        add_answer(s, source, approximate_value(s->w, value, rest, plain));
    s->decided = s->count || s->how->first_only;
    return s->decided;
}

// Several pieces as one list; a percent sign after one of them is part of it.
static bool try_list(struct search *s, const struct found *list, int count)
{
    struct text all = {s->t.at + list[0].begin, list[count - 1].end - list[0].begin};
    struct text source = count == 1 && !list[0].percent ? list[0].inside : all;
    if (count == 1 && !list[0].percent)
        return try_piece(s, text_trim(source), list[0].inside, list[0].plain);
    size_t room = 1, n = 0;
    workspace_step(s->w, (long)(all.size / 8));
    for (int i = 0; i < count; i++)
        room += list[i].inside.size + 4;
    char *joined = workspace_alloc(s->w, room);
    for (int i = 0; i < count; i++) {
        if (i) {
            memcpy(joined + n, ", ", 2);
            n += 2;
        }
        memcpy(joined + n, list[i].inside.at, list[i].inside.size);
        n += list[i].inside.size;
        if (list[i].percent) {
            memcpy(joined + n, "\\%", 2);
            n += 2;
        }
    }
    bool over = try_piece(s, text_trim(source), (struct text){joined, n}, list[0].plain);
    // after a box the percent sign may be the problem's: "the rate is \boxed{6.17} percent"
    if (s->count && count == 1 && s->t.at[list[0].begin] == '\\' && starts_at(s->t, list[0].begin + 1, "boxed"))
        add_answer(s, text_trim(source), read_piece(s->w, list[0].inside, false));
    return over;
}

// ---- boxes ----

// Closes math after a box, "$" or "\)", and tells a percent sign after that.
static void percent_behind(struct search *s, struct found *box)
{
    struct text t = s->t;
    size_t i = box->end;
    for (int k = 0; k < 2; k++) {
        size_t end = find_percent(&s->finder, i);
        if (end > i) {
            box->percent = true;
            box->end = end;
            return;
        }
        while (i < t.size && isspace((unsigned char)t.at[i]))
            i++;
        if (i < t.size && t.at[i] == '$')
            i += i + 1 < t.size && t.at[i + 1] == '$' ? 2 : 1;
        else if (i + 1 < t.size && t.at[i] == '\\' && (t.at[i + 1] == ')' || t.at[i + 1] == ']'))
            i += 2;
        else
            return;
    }
}

static struct text between(struct text t, const struct found *a, const struct found *b)
{
    return (struct text){t.at + a->end, b->begin > a->end ? b->begin - a->end : 0};
}

static bool same_text(struct text a, struct text b)
{
    a = text_trim(a);
    b = text_trim(b);
    return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

static bool try_boxes(struct search *s)
{
    struct boxes boxes = find_boxes(&s->finder);
    s->place = "in the box";
    for (int last = boxes.count - 1; last >= 0; last--) {
        struct found list[JOINED_MAX];
        int first = JOINED_MAX - 1;
        list[first] = boxes.list[last];
        percent_behind(s, &list[first]);
        for (int k = last - 1; k >= 0 && first > 0; k--) {
            struct found box = boxes.list[k];
            if (box.end > list[first].begin || !find_joins(between(s->t, &box, &list[first])))
                break;
            if (!same_text(box.inside, list[first].inside)) {
                percent_behind(s, &box);
                list[--first] = box;
            } else {
                list[first].begin = box.begin;
            }
            last = k;
        }
        if (try_list(s, list + first, JOINED_MAX - first))
            return true;
    }
    return false;
}

// ---- marks ----

static const char spaces[] = " \t\r\n\v\f";

// The byte after what joins two answers, a comma or "and", from byte i on; (size_t)-1 where nothing does.
static size_t join_end(struct text t, size_t i)
{
    size_t comma = skip(t, i, spaces);
    size_t word = skip(t, comma, ",; \t\r\n");
    size_t n = starts_at(t, word, "and") ? 3 : starts_at(t, word, "or") ? 2 : 0;
    if (n == 0 && word == comma)
        return (size_t)-1;
    return skip(t, word + n, spaces);
}

// The list of environments that begins with `first`: $1$, $2$ and $3$.
static bool try_environments(struct search *s, const struct found *first)
{
    struct found list[JOINED_MAX] = {*first};
    int n = 1;
    for (size_t i; n < JOINED_MAX && (i = join_end(s->t, list[n - 1].end)) != (size_t)-1; n++)
        if (!find_environment(&s->finder, i, &list[n]))
            break;
    return try_list(s, list, n);
}

static bool try_found(struct search *s, struct found *f)
{
    return f->plain ? try_list(s, f, 1) : try_environments(s, f);
}

// The first piece from `from` to `to`.
static bool piece_behind(struct search *s, size_t from, size_t to, struct found *f)
{
    struct found number;
    bool any = find_first_environment(&s->finder, from, to, f);
    if (s->how->plain && !any && find_first_number(&s->finder, from, to, &number)) {
        *f = number;
        any = true;
    }
    return any;
}

// "final answer is X. I hope"
static bool try_hope(struct search *s)
{
    static const char mark[] = "final answer is";
    s->place = "after \"final answer\"";
    for (size_t at = s->t.size; (at = find_phrase(&s->finder, at, mark)) != (size_t)-1;) {
        size_t i = at + strlen(mark);
        i = skip(s->t, i + starts_at(s->t, i, ":"), spaces);
        struct found f;
        if (!piece_behind(s, i, i, &f))
            continue;
        size_t end = f.end + starts_at(s->t, f.end, ".");
        end += end < s->t.size && isspace((unsigned char)s->t.at[end]);
        if (starts_at(s->t, end, "I hope") && try_found(s, &f))
            return true;
    }
    return false;
}

// "final answer .. is X"
static bool try_final(struct search *s)
{
    static const char mark[] = "final answer";
    s->place = "after \"final answer\"";
    for (size_t at = s->t.size; (at = find_phrase(&s->finder, at, mark)) != (size_t)-1;) {
        size_t from = at + strlen(mark);
        for (size_t i = from; i < from + FINAL_BYTES && i + 3 < s->t.size; i++) {
            workspace_step(s->w, 1);
            if (!isspace((unsigned char)s->t.at[i]) || !starts_at(s->t, i + 1, "is"))
                continue;
            size_t behind = i + 3;
            behind = skip(s->t, behind + starts_at(s->t, behind, ":"), spaces);
            struct found f;
            if (!piece_behind(s, behind, behind, &f))
                continue;
            if (try_found(s, &f))
                return true;
            break;
        }
    }
    return false;
}

// ---- lines ----

// Whether a word that stands by itself comes before the last digit, as in "I think 5": no factor of one number, as the
// xyz of 2xyz is. "and" and "or" join numbers.
static bool has_free_word(struct text t)
{
    size_t last = t.size;
    while (last > 0 && !isdigit((unsigned char)t.at[last - 1]))
        last--;
    for (size_t i = 0, n; i < last; i += n ? n : 1) {
        for (n = 0; i + n < last && isalpha((unsigned char)t.at[i + n]);)
            n++;
        struct text word = {t.at + i, n};
        bool joins = (n == 3 && strncasecmp(word.at, "and", 3) == 0) || n < 3;
        if (!joins && (i == 0 || t.at[i - 1] == ' ') && t.at[i + n] == ' ' && !math_word(word) && !math_unit(word))
            return true;
    }
    return false;
}

// Whether a text without LaTeX talks: its letters are words rather than factors.
static bool is_sentence(struct text t)
{
    static const char *const small[] = {"is", "it", "of", "to", "as",  "at",  "be",  "by",
                                        "if", "so", "we", "an", "the", "are", "for", "not"};
    int words = 0;
    for (size_t i = 0, n; i < t.size; i += n ? n : 1) {
        for (n = 0; i + n < t.size && isalpha((unsigned char)t.at[i + n]);)
            n++;
        struct text word = {t.at + i, n};
        if (n < 2 || math_word(word) || math_unit(word))
            continue;
        for (size_t k = 0; k < sizeof small / sizeof *small; k++)
            if (n == strlen(small[k]) && strncasecmp(word.at, small[k], n) == 0)
                return true;
        words += n > 3;
    }
    return words > 1;
}

// What a search for numbers would take apart.
static bool is_unbroken(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_SYMBOL:
    case EXPR_FUNCTION:
    case EXPR_POWER:
    case EXPR_SET:
    case EXPR_TUPLE:
    case EXPR_INTERVAL:
    case EXPR_UNION:
        return true;
    default:
        return false;
    }
}

// What follows "answer:" to the end of its line, where all of it can be read: (1, 2), sqrt(3), B.
static bool try_line(struct search *s, size_t from)
{
    size_t to = from;
    while (to < s->t.size && to - from < LINE_BYTES && s->t.at[to] != '\n')
        to++;
    struct text line = text_trim((struct text){s->t.at + from, to - from});
    while (line.size && strchr("* ", line.at[0]))
        line = (struct text){line.at + 1, line.size - 1};
    while (line.size && strchr("*. ", line.at[line.size - 1]))
        line.size--;
    workspace_step(s->w, 8 * (long)(to - from));
    if (!line.size || to - from == LINE_BYTES || memchr(line.at, '$', line.size) || is_sentence(line) ||
        has_free_word(line))
        return false;
    const struct expr *value = read_piece(s->w, line, !memchr(line.at, '\\', line.size));
    return value && is_unbroken(value) && try_piece(s, line, line, !memchr(line.at, '\\', line.size));
}

// "answer" or "answer:", then the answer at some distance.
static bool try_answer(struct search *s, const char *mark, const char *place)
{
    s->place = place;
    for (size_t at = s->t.size; (at = find_phrase(&s->finder, at, mark)) != (size_t)-1;) {
        size_t from = at + strlen(mark);
        struct found f;
        if (s->how->plain && mark[strlen(mark) - 1] == ':' && try_line(s, from))
            return true;
        if (piece_behind(s, from, from + MARK_BYTES, &f) && try_found(s, &f))
            return true;
    }
    return false;
}

// ---- texts without a mark ----

// The last environment with those in front of it that it is joined to.
static bool try_last(struct search *s, bool with_bare)
{
    struct found list[JOINED_MAX];
    s->place = "as the last formula";
    int n = find_last_environments(&s->finder, with_bare, list, JOINED_MAX), first = n - 1;
    while (first > 0 && list[first].begin > list[first - 1].end &&
           find_joins(between(s->t, &list[first - 1], &list[first])))
        first--;
    return n && try_environments(s, &list[first]);
}

// Words around a number are no whole answer, so that this decides only when it can be read.
static bool try_whole(struct search *s)
{
    struct text t = text_trim(s->t);
    s->place = "as the whole text";
    if (t.size == 0 || t.size > WHOLE_BYTES)
        return false;
    workspace_step(s->w, (long)(8 * t.size));
    bool latex = memchr(t.at, '\\', t.size) && !s->how->last;
    bool sentence = !latex && (is_sentence(t) || (s->how->last && has_free_word(t))) && !math_is_prose(s->w, t);
    if (sentence)
        return false;
    // commas in the plural separate, also those that look decimal
    bool plain = !memchr(t.at, '\\', t.size) && !memchr(t.at, '{', t.size) && text_count(t, ",") < 2;
    try_piece(s, t, t, plain);
    s->decided = s->count;
    return s->decided;
}

static bool try_number(struct search *s)
{
    struct found f;
    s->place = "as the last number";
    int n = find_last_number(&s->finder, &f);
    // one number out of several says nothing about a text that is to be an answer
    return n && !(s->how->whole && n > 1) && try_list(s, &f, 1);
}

// Without a mark: what stands last, a formula or a number.
static bool try_unmarked(struct search *s)
{
    struct found f, number;
    if (s->how->plain && find_last_number(&s->finder, &number) &&
        (!find_last_environments(&s->finder, true, &f, 1) || number.end > f.end)) {
        s->place = "as the last number";
        return try_list(s, &number, 1);
    }
    return try_last(s, true);
}

// One line without tags, which may be an answer as a whole.
static bool is_line(struct text t)
{
    return !memchr(t.at, '\n', t.size) && text_find(t, 0, "</") == (size_t)-1;
}

int math_extract(struct workspace *w, struct text t, const struct math_extraction *how,
                 struct math_answer answers[MATH_ANSWERS_MAX])
{
    struct search s = {.w = w, .t = t, .how = how, .answers = answers};
    if (t.size > TEXT_BYTES)
        s.t = (struct text){t.at + t.size - TEXT_BYTES, TEXT_BYTES};
    s.finder = (struct finder){.w = w, .t = s.t};
    memset(answers, 0, sizeof *answers * MATH_ANSWERS_MAX);
    answers[0].source = (struct text){s.t.at, 0};
    if (how->last) {
        if (!is_line(text_trim(s.t)) || !try_whole(&s))
            try_unmarked(&s);
        return s.count;
    }
    bool over = (how->boxed_first || how->boxed_only) && try_boxes(&s);
    if (!how->boxed_only && !over && !s.decided)
        over = try_hope(&s) || (!how->boxed_first && try_boxes(&s)) || try_final(&s) ||
               try_answer(&s, "answer:", "after \"answer:\"") || try_answer(&s, "answer", "after \"answer\"") ||
               (how->whole && (try_last(&s, false) || try_whole(&s) || try_last(&s, true) || try_number(&s))) ||
               (how->unanchored && !how->whole && try_unmarked(&s));
    return s.count;
}
