// Answers in words: numbers and ordinals, letters, everything else.
#include "verify/math_tokens.h"

#include <ctype.h>
#include <string.h>

static const char *const small[] = {"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char *const tens[] = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
static const char *const ordinals[] = {"zeroth",  "first",  "second", "third", "fourth",   "fifth",  "sixth",
                                       "seventh", "eighth", "ninth",  "tenth", "eleventh", "twelfth"};
#define COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

static int place(const char *const *table, int count, struct text word)
{
    for (int i = 0; i < count; i++)
        if (text_equals(word, table[i]))
            return i;
    return -1;
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c);
}

// The next word of letters from *at, which moves after it.
static struct text next_word(struct text t, size_t *at)
{
    while (*at < t.size && (t.at[*at] == ' ' || t.at[*at] == '-'))
        ++*at;
    size_t start = *at;
    while (*at < t.size && t.at[*at] != ' ' && t.at[*at] != '-')
        ++*at;
    return (struct text){t.at + start, *at - start};
}

// Adds what a number word says to *value, which is the number so far. False where it is none.
static bool count_on(struct text word, long *value)
{
    int n = place(small, COUNT(small), word);
    if (n < 0)
        n = place(ordinals, COUNT(ordinals), word);
    if (n >= 0) {
        bool fits = *value == 0 || *value % 100 == 0 || (*value % 10 == 0 && *value % 100 >= 20 && n > 0 && n < 10);
        *value += n;
        return fits;
    }
    n = place(tens, COUNT(tens), word);
    if (n >= 0) {
        bool fits = *value % 100 == 0;
        *value += 20 + 10 * n;
        return fits;
    }
    long factor = text_equals(word, "hundred") ? 100 : text_equals(word, "thousand") ? 1000 : 0;
    bool fits = factor && *value > 0 && *value < factor;
    *value *= factor;
    return fits;
}

// "twenty-one", "two hundred and five", "third"; in lower case.
static bool number_word(struct text t, long *value)
{
    *value = 0;
    int words = 0;
    for (size_t at = 0; at < t.size;) {
        struct text word = next_word(t, &at);
        if (word.size == 0 || (words && text_equals(word, "and")))
            continue;
        if (++words > 8 || !count_on(word, value))
            return false;
    }
    return words > 0;
}

// Lower case, single spaces, no punctuation or brackets around.
static struct text plain(struct workspace *w, struct text t)
{
    char *out = workspace_alloc(w, t.size + 1);
    size_t n = 0;
    workspace_step(w, (long)t.size);
    for (size_t i = 0; i < t.size; i++) {
        char c = t.at[i];
        if (isspace((unsigned char)c) || c == '~') {
            if (n && out[n - 1] != ' ')
                out[n++] = ' ';
        } else if (c != '\\' && c != '{' && c != '}' && c != '"') {
            out[n++] = (char)tolower((unsigned char)c);
        }
    }
    size_t from = 0;
    while (n > from && strchr(" .,;:!", out[n - 1]))
        n--;
    if (n - from > 2 && out[from] == '(' && out[n - 1] == ')') {
        from++;
        n--;
    }
    return text_trim((struct text){out + from, n - from});
}

static bool is_any(struct text t, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equals(t, list[i]))
            return true;
    return false;
}

const struct expr *math_words(struct workspace *w, struct text t)
{
    static const char *const reals[] = {"all real numbers", "all reals", "real numbers", "all real values"};
    static const char *const empty[] = {"empty set", "the empty set"};
    long value;
    struct text trimmed = text_trim(t), words = plain(w, t);
    if (words.size == 0)
        return NULL;
    if (words.size == 1 && is_letter(words.at[0])) {
        for (size_t i = 0; i < trimmed.size; i++)
            if (is_letter(trimmed.at[i]))
                return expr_named(w, EXPR_SYMBOL, (struct text){trimmed.at + i, 1});
    }
    size_t minus = text_starts(words, "minus ") ? 6 : text_starts(words, "negative ") ? 9 : 0;
    if (number_word((struct text){words.at + minus, words.size - minus}, &value))
        return expr_integer(w, minus ? -value : value);
    if (text_starts(words, "no ") && words.at[words.size - 1] == 's') // no solutions
        words.size--;
    size_t label =
        text_starts(words, "option ") || text_starts(words, "choice ") || text_starts(words, "answer ") ? 7 : 0;
    if (label && words.size == label + 1 && is_letter(words.at[label]))
        return expr_named(w, EXPR_SYMBOL, (struct text){(char[]){(char)toupper((unsigned char)words.at[label])}, 1});
    if (is_any(words, reals, COUNT(reals)))
        return math_reals(w);
    if (is_any(words, empty, COUNT(empty)))
        return expr_new(w, EXPR_SET, 0, NULL, 0);
    if (text_equals(words, "infinity"))
        return expr_constant(w, EXPR_INFINITY);
    return expr_named(w, EXPR_TEXT, words);
}

static bool has_vowel(struct text word)
{
    for (size_t i = 0; i < word.size; i++)
        if (strchr("aeiouyAEIOUY", word.at[i]))
            return true;
    return false;
}

bool math_is_prose(struct workspace *w, struct text t)
{
    static const char *const shorts[] = {"yes", "no",  "odd", "even", "none", "east", "west", "true", "red",  "blue",
                                         "dne", "all", "one", "two",  "six",  "ten",  "up",   "down", "left", "right"};
    int words = 0, said = 0;
    bool single = false;
    long value;
    workspace_step(w, (long)t.size);
    while (t.size && t.at[t.size - 1] == '.')
        t.size--;
    for (size_t i = 0; i < t.size; i++)
        if (!is_letter(t.at[i]) && !strchr(" -'", t.at[i]))
            return false;
    if (t.size == 0 || t.at[0] == '-')
        return false;
    struct text lower = plain(w, t);
    for (size_t at = 0; at < lower.size; words++) {
        struct text word = next_word(lower, &at);
        if (math_word(word))
            return false;
        single |= word.size == 1 && word.at[0] != 'a';
        said += word.size > 3 && has_vowel(word);
    }
    return number_word(lower, &value) || (words == 1 && is_any(lower, shorts, COUNT(shorts))) || (said && !single);
}

bool math_is_filler(struct workspace *w, const struct expr *e, bool number)
{
    static const char words[] = " about approximately approx around exactly roughly thus so hence therefore then ";
    static const char limits[] = " not no negative minus plus times least most more less than between over under above "
                                 "below fewer greater half third quarter twice double triple except without or per ";
    if (e->kind != EXPR_TEXT)
        return false;
    number &= strchr(e->name, ' ') != NULL; // June 20 is no 20
    for (const char *s = e->name; *s;) {
        size_t n = strcspn(s, " "), size = n;
        char *word = workspace_alloc(w, n + 3);
        workspace_step(w, 100);
        while (size && strchr(".,:;", s[size - 1]))
            size--;
        word[0] = word[size + 1] = ' ';
        memcpy(word + 1, s, size);
        if (number ? size && strstr(limits, word) : !strstr(words, word))
            return false;
        s += n + (s[n] == ' ');
    }
    return true;
}
