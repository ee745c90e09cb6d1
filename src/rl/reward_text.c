#include "rl/reward_text.h"

#include <string.h>
#include <strings.h>

#include <utf8proc.h>

struct text reward_prefixed(const struct reward_entry *e, int option, struct text completion, struct str *joined)
{
    const char *prefix = e->options[option].text;
    if (!*prefix)
        return completion;
    for (const char *p = prefix; *p; p++) {
        bool escape = p[0] == '\\' && p[1] == 'n';
        str_putc(joined, escape ? '\n' : *p);
        p += escape;
    }
    str_append(joined, completion.at, completion.size);
    return (struct text){joined->data, joined->size};
}

bool reward_after_think(struct text *t)
{
    static const char end[] = "</think>";
    size_t at = text_rfind(*t, t->size, end);
    if (at == (size_t)-1)
        return false;
    at += strlen(end);
    *t = (struct text){t->at + at, t->size - at};
    return true;
}

// What the last \boxed{...} holds, braces inside it balanced.
static bool boxed(struct text t, struct text *inside)
{
    size_t at = text_rfind(t, t.size, "\\boxed{");
    if (at == (size_t)-1)
        return false;
    size_t start = at + strlen("\\boxed{");
    int depth = 1;
    for (size_t i = start; i < t.size; i++) {
        depth += (t.at[i] == '{') - (t.at[i] == '}');
        if (depth == 0) {
            *inside = (struct text){t.at + start, i - start};
            return true;
        }
    }
    return false;
}

// The rest of the line after the last "####".
static bool hash(struct text t, struct text *inside)
{
    size_t at = text_rfind(t, t.size, "####");
    if (at == (size_t)-1)
        return false;
    size_t end = text_find(t, at, "\n");
    *inside = (struct text){t.at + at + 4, (end == (size_t)-1 ? t.size : end) - at - 4};
    return true;
}

enum { LINE_CHARS = 300 }; // verl, utils/reward_score/math_dapo.py

static size_t skip_space(struct text t, size_t i)
{
    while (i < t.size && (t.at[i] == ' ' || (t.at[i] >= '\t' && t.at[i] <= '\r')))
        i++;
    return i;
}

// The last match of "Answer\s*:\s*([^\n]+)" in either case; matches do not overlap and are found from the left.
static bool answer_line(struct text t, struct text *inside)
{
    static const char word[] = "answer";
    bool any = false;
    t = text_tail(t, LINE_CHARS);
    for (size_t i = 0; i + strlen(word) < t.size; i++) {
        if (strncasecmp(t.at + i, word, strlen(word)) != 0)
            continue;
        size_t colon = skip_space(t, i + strlen(word));
        if (colon == t.size || t.at[colon] != ':')
            continue;
        size_t start = skip_space(t, colon + 1), end = text_find(t, start, "\n");
        end = end == (size_t)-1 ? t.size : end;
        struct text space = {t.at + colon + 1, start - colon - 1};
        if (start == end && text_count(space, "\n") == space.size)
            continue; // spaces up to the end of the text are an answer, a blank one
        *inside = (struct text){t.at + start, end - start};
        any = true;
        i = end > i ? end - 1 : i;
    }
    return any;
}

bool reward_place_find(enum reward_place place, struct text t, struct text *inside, const char **name)
{
    *name = "line \"Answer:\"";
    if (place == PLACE_LINE)
        return answer_line(t, inside);
    *name = "<answer> block";
    if ((place == PLACE_AUTO || place == PLACE_ANSWER) && text_last_block(t, "<answer>", "</answer>", inside))
        return true;
    if (place == PLACE_ANSWER)
        return false;
    *name = "#### mark";
    if ((place == PLACE_AUTO || place == PLACE_HASH) && hash(t, inside))
        return true;
    if (place == PLACE_HASH)
        return false;
    *name = "\\boxed{}";
    if ((place == PLACE_AUTO || place == PLACE_BOXED) && boxed(t, inside))
        return true;
    if (place == PLACE_BOXED)
        return false;
    *name = "whole text";
    *inside = t;
    return true;
}

bool reward_gold(const struct reward_item *item, struct text *gold)
{
    if (!item->problem->answer)
        return false;
    struct text whole = text_of(item->problem->answer), inside;
    *gold = text_trim(whole);
    if (hash(whole, &inside) || boxed(whole, &inside))
        *gold = text_trim(inside);
    return gold->size > 0;
}

int reward_shown(struct text t)
{
    return (int)(t.size > 64 ? 64 : t.size);
}

bool reward_is_space(uint32_t c)
{
    if (c < 128)
        return c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31);
    if (c == 0x85 || c == 0x2028 || c == 0x2029)
        return true;
    return utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_ZS;
}
