// Units: which words mean the same one, and which number words in front of them multiply.
#include <ctype.h>
#include <string.h>

#include "verify/math_tokens.h"

static const struct {
    const char *unit, *words; // words: spellings in the singular, between spaces
} units[] = {
    {"am", " am "},
    {"cent", " cent "},
    {"cm", " cm centimeter centimetre "},
    {"day", " day "},
    {"degree", " degree deg "},
    {"dollar", " dollar usd "},
    {"euro", " euro "},
    {"foot", " foot feet ft "},
    {"g", " gram gm "},
    {"hour", " hour hr "},
    {"inch", " inch "},
    {"kg", " kg kilogram "},
    {"km", " km kilometer kilometre "},
    {"liter", " liter litre "},
    {"m", " m meter metre "},
    {"mile", " mile mi "},
    {"minute", " minute min "},
    {"ml", " ml milliliter millilitre "},
    {"mm", " mm millimeter millimetre "},
    {"month", " month "},
    {"ounce", " ounce oz "},
    {"pm", " pm "},
    {"pound", " pound lb "},
    {"radian", " radian rad "},
    {"second", " second sec "},
    {"week", " week "},
    {"yard", " yard yd "},
    {"year", " year yr "},
};

static const struct {
    const char *word;
    long factor;
} multiples[] = {
    {"dozen", 12},        {"hundred", 100},        {"thousand", 1000},
    {"million", 1000000}, {"billion", 1000000000}, {"trillion", 1000000000000},
};

static const char *same_unit(const char *word)
{
    char padded[32];
    size_t n = strlen(word);
    if (n + 3 > sizeof padded)
        return NULL;
    padded[0] = ' ';
    memcpy(padded + 1, word, n);
    memcpy(padded + 1 + n, " ", 2);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strstr(units[i].words, padded))
            return units[i].unit;
    return NULL;
}

const char *math_unit_name(struct workspace *w, struct text words, long *factor)
{
    char *name = workspace_alloc(w, words.size + 2), *start = name + 1;
    size_t n = 0;
    workspace_step(w, 100 + 4 * (long)words.size);
    for (size_t i = 0; i < words.size; i++) { // lower case, single spaces, no dots: p.m. is pm
        char c = words.at[i];
        if (isspace((unsigned char)c) || c == '~') {
            if (n && start[n - 1] != ' ')
                start[n++] = ' ';
        } else if (c != '.' && c != '{' && c != '}' && c != '\\') {
            start[n++] = (char)tolower((unsigned char)c);
        }
    }
    while (n && start[n - 1] == ' ')
        n--;
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
    const char *unit = same_unit(start);
    if (!unit && n > 3 && strcmp(start + n - 2, "es") == 0) {
        start[n - 2] = 0;
        unit = same_unit(start);
        start[n - 2] = 'e';
    }
    if (!unit && n > 2 && start[n - 1] == 's') {
        start[n - 1] = 0;
        unit = same_unit(start);
    }
    if (unit)
        return unit;
    start[-1] = '~';
    return start - 1;
}
