// Units: which words mean the same one, also as products and quotients of others, and which number words in front of
// them multiply. km/h, kmh, "kilometers per hour" and km h^{-1} are one; nothing is converted.
#include <ctype.h>
#include <string.h>

#include "verify/math_tokens.h"

static const struct {
    const char *unit, *words; // words: spellings in the singular, between spaces
} units[] = {
    {"am", " am "},
    {"celsius", " celsius "},
    {"cent", " cent "},
    {"cm", " cm centimeter centimetre "},
    {"day", " day "},
    {"degree", " degree deg "},
    {"dollar", " dollar usd "},
    {"euro", " euro eur "},
    {"fahrenheit", " fahrenheit "},
    {"foot", " foot feet ft "},
    {"g", " gram gm g "},
    {"gallon", " gallon gal "},
    {"gbp", " gbp "},
    {"hour", " hour hr h "},
    {"inch", " inch in "},
    {"joule", " joule "},
    {"kg", " kg kilogram "},
    {"km", " km kilometer kilometre "},
    {"liter", " liter litre l "},
    {"m", " m meter metre "},
    {"mg", " mg milligram "},
    {"mile", " mile mi "},
    {"minute", " minute min "},
    {"ml", " ml milliliter millilitre "},
    {"mm", " mm millimeter millimetre "},
    {"month", " month "},
    {"newton", " newton "},
    {"ounce", " ounce oz "},
    {"pm", " pm "},
    {"pound", " pound lb "},
    {"radian", " radian rad "},
    {"rupee", " rupee inr rs "},
    {"second", " second sec s "},
    {"ton", " ton tonne "},
    {"watt", " watt "},
    {"week", " week "},
    {"yard", " yard yd "},
    {"year", " year yr "},
    {"yen", " yen "},
};
enum { UNITS = sizeof units / sizeof *units, POWER_MAX = 9, CELSIUS = 1, DEGREE = 5, FAHRENHEIT = 8 };

static const char *const short_names[][2] = {
    {"kmh", "km/h"},   {"kph", "km/h"}, {"kmph", "km/h"}, {"mph", "mi/h"}, {"fps", "ft/s"},
    {"mpg", "mi/gal"}, {"cc", "cm^3"},  {"sqft", "ft^2"}, {"sqm", "m^2"},
};

static const struct {
    const char *word;
    long factor;
} multiples[] = {
    {"dozen", 12},        {"hundred", 100},        {"thousand", 1000},
    {"million", 1000000}, {"billion", 1000000000}, {"trillion", 1000000000000},
};

// ---- one word ----

static int same_unit(struct text word)
{
    char padded[32] = " ";
    if (word.size + 3 > sizeof padded)
        return -1;
    memcpy(padded + 1, word.at, word.size);
    padded[word.size + 1] = ' ';
    for (int i = 0; i < UNITS; i++)
        if (strstr(units[i].words, padded))
            return i;
    return -1;
}

// Also of a plural. -1: no unit. "s" is a second, and no plural of nothing.
static int unit_of(struct workspace *w, struct text word)
{
    workspace_step(w, 200);
    int unit = same_unit(word);
    if (unit < 0 && word.size > 3 && memcmp(word.at + word.size - 2, "es", 2) == 0)
        unit = same_unit((struct text){word.at, word.size - 2});
    if (unit < 0 && word.size > 2 && word.at[word.size - 1] == 's')
        unit = same_unit((struct text){word.at, word.size - 1});
    return unit;
}

// ---- products and quotients ----

struct reading {
    struct workspace *w;
    int powers[UNITS];
    int last, sign; // the unit that a power after belongs to, -1: none; sign: -1 below the line
    int before;     // "square" in front of a unit: 2
};

static bool multiply_power(struct reading *r, int n)
{
    if (r->last < 0)
        return false;
    r->powers[r->last] += r->sign * (n - 1);
    r->last = -1;
    return true;
}

static bool add_words(struct reading *r, struct text t);

static bool add_word(struct reading *r, struct text word)
{
    static const struct {
        const char *word;
        int before, behind;
    } powers[] = {{"square", 2, 0}, {"sq", 2, 0}, {"cubic", 3, 0}, {"cu", 3, 0}, {"squared", 0, 2}, {"cubed", 0, 3}};
    if (text_equals(word, "per") || text_equals(word, "an")) {
        r->sign = -1;
        return true;
    }
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
        if (text_equals(word, powers[i].word)) {
            r->before = powers[i].before ? powers[i].before : r->before;
            return powers[i].before || multiply_power(r, powers[i].behind);
        }
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
        if (text_equals(word, short_names[i][0]))
            return add_words(r, text_of(short_names[i][1]));
    r->last = unit_of(r->w, word);
    if (r->last < 0)
        return false;
    r->powers[r->last] += r->sign;
    int before = r->before;
    r->before = 1;
    return before == 1 || multiply_power(r, before);
}

// ^2, ^{-1}
static bool add_power(struct reading *r, struct text t, size_t *at)
{
    bool negative = false;
    for (++*at; *at < t.size && strchr("{- ", t.at[*at]); ++*at)
        negative |= t.at[*at] == '-';
    if (*at == t.size || t.at[*at] < '1' || t.at[*at] > '9')
        return false;
    int n = t.at[*at] - '0';
    ++*at;
    return multiply_power(r, negative ? -n : n);
}

static bool add_words(struct reading *r, struct text t)
{
    workspace_step(r->w, 20 + (long)t.size);
    for (size_t i = 0; i < t.size;) {
        size_t n = 0;
        while (i + n < t.size && isalpha((unsigned char)t.at[i + n]))
            n++;
        if (n) {
            if (!add_word(r, (struct text){t.at + i, n}))
                return false;
            i += n;
        } else if (t.at[i] == '^') {
            if (!add_power(r, t, &i))
                return false;
        } else if (t.at[i] == '/') {
            r->sign = -1;
            i++;
        } else if (strchr(" *}", t.at[i])) {
            i++;
        } else {
            return false;
        }
    }
    return true;
}

// "kg m second^-2"; NULL where a word is no unit.
static const char *compound(struct workspace *w, struct text t)
{
    struct reading r = {.w = w, .last = -1, .sign = 1, .before = 1};
    if (!add_words(&r, t))
        return NULL;
    if (r.powers[CELSIUS] == r.powers[DEGREE] || r.powers[FAHRENHEIT] == r.powers[DEGREE]) // degrees Celsius
        r.powers[DEGREE] = 0;
    char *name = workspace_alloc(w, 20 * UNITS);
    size_t n = 0;
    for (int i = 0; i < UNITS; i++) {
        int power = r.powers[i];
        if (power < -POWER_MAX || power > POWER_MAX)
            return NULL;
        if (!power)
            continue;
        size_t size = strlen(units[i].unit);
        if (n)
            name[n++] = ' ';
        memcpy(name + n, units[i].unit, size);
        n += size;
        if (power != 1)
            name[n++] = '^';
        if (power < 0)
            name[n++] = '-';
        if (power != 1)
            name[n++] = (char)('0' + (power < 0 ? -power : power));
    }
    return n ? name : NULL;
}

// Lower case, single spaces; no dots (p.m. is pm), braces or signs of formulas; raised digits as powers.
static size_t simplify(struct text words, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < words.size; i++) {
        char c = words.at[i];
        struct text rest = {words.at + i, words.size - i};
        bool cdot = text_starts(rest, "\\cdot"), dot = text_starts(rest, "\xC2\xB7"), comma = text_starts(rest, "\\,"),
             two = text_starts(rest, "\xC2\xB2"), three = text_starts(rest, "\xC2\xB3");
        i += cdot ? 4 : dot || comma || two || three;
        if (two || three) {
            out[n++] = '^';
            out[n++] = two ? '2' : '3';
        } else if (isspace((unsigned char)c) || c == '~' || cdot || dot || comma) {
            if (n && out[n - 1] != ' ')
                out[n++] = ' ';
        } else if (c != '.' && c != '{' && c != '}' && c != '\\' && c != '$') {
            out[n++] = (char)tolower((unsigned char)c);
        }
    }
    while (n && out[n - 1] == ' ')
        n--;
    return n;
}

const char *math_unit_name(struct workspace *w, struct text words, long *factor)
{
    char *name = workspace_alloc(w, words.size + 2), *start = name + 1;
    workspace_step(w, 100 + 8 * (long)words.size);
    size_t n = simplify(words, start);
    start[n] = 0;
    *factor = 1;
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++) {
        size_t m = strlen(multiples[i].word);
        if (strncmp(start, multiples[i].word, m) == 0 && (!start[m] || start[m] == ' ')) {
            *factor = multiples[i].factor;
            start += m + (start[m] == ' ');
            n = strlen(start);
        }
    }
    if (!n)
        return NULL;
    const char *unit = compound(w, (struct text){start, n});
    if (unit)
        return unit;
    start[-1] = '~';
    return start - 1;
}

bool math_unit_known(struct workspace *w, struct text words)
{
    long factor;
    const char *unit = math_unit_name(w, words, &factor);
    return unit && unit[0] != '~' && factor == 1;
}

const char *math_unit_joined(struct workspace *w, const char *a, char sign, const char *b)
{
    long factor;
    if (!a || !b || a[0] == '~' || b[0] == '~')
        return NULL;
    size_t m = strlen(a), n = strlen(b);
    char *both = workspace_alloc(w, m + n + 2);
    memcpy(both, a, m);
    both[m] = sign;
    memcpy(both + m + 1, b, n);
    const char *unit = math_unit_name(w, (struct text){both, m + n + 1}, &factor);
    return unit && unit[0] != '~' ? unit : NULL;
}

const char *math_currency(struct workspace *w, struct text word)
{
    static const char *const currencies[] = {"dollar", "euro", "gbp", "rupee", "yen"};
    long factor;
    const char *unit = math_unit_name(w, word, &factor);
    for (size_t i = 0; unit && i < sizeof currencies / sizeof *currencies; i++)
        if (strcmp(unit, currencies[i]) == 0)
            return currencies[i];
    return NULL;
}
