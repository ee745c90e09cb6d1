#include "rl/reward_text.h"

#include <string.h>

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

// The rest of the line behind the last "####".
static bool hash(struct text t, struct text *inside)
{
    size_t at = text_rfind(t, t.size, "####");
    if (at == (size_t)-1)
        return false;
    size_t end = text_find(t, at, "\n");
    *inside = (struct text){t.at + at + 4, (end == (size_t)-1 ? t.size : end) - at - 4};
    return true;
}

bool reward_place_find(enum reward_place place, struct text t, struct text *inside, const char **name)
{
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
