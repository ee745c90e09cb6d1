#include "rl/reward.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct reward_kind *const kinds[] = {
    &reward_format, &reward_numeric, &reward_countdown, &reward_length, &reward_repetition,
};
enum { KINDS = sizeof kinds / sizeof *kinds };

void reward_say(struct str *why, const char *fmt, ...)
{
    if (!why)
        return;
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    str_puts(why, text);
}

struct str *reward_why(const struct reward_entry *e, const struct reward_item *item)
{
    return item->why ? &item->why[e->index] : NULL;
}

static const struct reward_kind *kind_find(const char *name, struct err *err)
{
    const struct reward_kind *nearest = NULL;
    int best = 4;
    for (int i = 0; i < KINDS; i++) {
        int d = str_distance(name, kinds[i]->name);
        if (d == 0)
            return kinds[i];
        if (d < best) {
            best = d;
            nearest = kinds[i];
        }
    }
    if (nearest) {
        fail(err, "unknown reward \"%s\", did you mean \"%s\"?", name, nearest->name);
        return NULL;
    }
    struct str names = {0};
    for (int i = 0; i < KINDS; i++)
        str_printf(&names, "%s%s", i ? ", " : "", kinds[i]->name);
    fail(err, "unknown reward \"%.64s\"; there are %s", name, names.data);
    str_finish(&names);
    return NULL;
}

static bool choice_index(const char *choices, const char *value, double *out)
{
    size_t n = strlen(value);
    int i = 0;
    for (const char *c = choices; c; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL, i++)
        if (n && strcspn(c, "|") == n && memcmp(c, value, n) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool number_from(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return *text && !*end && isfinite(*out);
}

// The option's place in e->options, or NULL with a message.
static struct reward_value *option_find(struct reward_entry *e, const char *name, const struct reward_option **option,
                                        struct err *err)
{
    const struct reward_kind *k = e->kind;
    const struct reward_option *nearest = NULL;
    int best = 4;
    for (int i = 0; i < k->option_count; i++) {
        const struct reward_option *o = &k->options[i];
        int d = str_distance(name, o->name);
        if (d < best) {
            best = d;
            nearest = o;
        }
    }
    if (best > 0) {
        if (nearest)
            fail(err, "reward %s has no option \"%s\", did you mean \"%s\"?", k->name, name, nearest->name);
        else
            fail(err, "reward %s has no option \"%.64s\"; see docs/rewards.md", k->name, name);
        return NULL;
    }
    *option = nearest;
    return &e->options[nearest - k->options];
}

// "python3 -u judge.py" as words.
static const char *const *words(const char *text, struct arena *memory)
{
    const char **list = arena_array(memory, const char *, strlen(text) / 2 + 2);
    int n = 0;
    for (size_t size; *(text += strspn(text, " ")); text += size) {
        size = strcspn(text, " ");
        list[n++] = arena_strndup(memory, text, size);
    }
    return list;
}

static bool option_set(struct reward_entry *e, const char *name, const char *value, struct arena *memory,
                       struct err *err)
{
    const struct reward_kind *k = e->kind;
    const struct reward_option *nearest;
    struct reward_value *v = option_find(e, name, &nearest, err);
    if (!v)
        return false;
    if (nearest->type == REWARD_LIST) {
        v->list = words(value, memory);
        return true;
    }
    if (nearest->type == REWARD_TEXT) {
        v->text = arena_strdup(memory, value);
        return true;
    }
    if (nearest->type == REWARD_CHOICE)
        return choice_index(nearest->choices, value, &v->number) ||
               fail(err, "option %s of reward %s is \"%.64s\", it must be one of %s", name, k->name, value,
                    nearest->choices);
    if (!number_from(value, &v->number))
        return fail(err, "option %s of reward %s is \"%.64s\", it must be a number", name, k->name, value);
    if (v->number < nearest->low || v->number > nearest->high ||
        (nearest->type == REWARD_INTEGER && v->number != floor(v->number)))
        return fail(err, "option %s of reward %s is %.15g, it must be a %s from %.15g to %.15g", name, k->name, v->number,
                    nearest->type == REWARD_INTEGER ? "whole number" : "number", nearest->low, nearest->high);
    return true;
}

static struct reward_entry *entry_add(struct reward_set *set, const char *name, double weight, struct arena *memory,
                                      struct err *err)
{
    const struct reward_kind *kind = kind_find(name, err);
    if (!kind)
        return NULL;
    for (int i = 0; i < set->count; i++)
        if (set->entries[i].kind == kind) {
            fail(err, "reward \"%s\" is listed twice", name);
            return NULL;
        }
    check(set->count < REWARDS_MAX, "%d rewards", set->count); // cannot be: no kind occurs twice
    struct reward_entry *e = &set->entries[set->count];
    *e = (struct reward_entry){.kind = kind, .weight = weight, .index = set->count, .judges = -1};
    for (int i = 0; i < kind->option_count; i++) {
        struct err bug = {0};
        check(option_set(e, kind->options[i].name, kind->options[i].initial, memory, &bug), "%s", bug.text);
    }
    set->count++;
    return e;
}

// What can be said only when the list is whole.
static bool set_finish(struct reward_set *set, struct err *err)
{
    if (set->count == 0)
        return fail(err, "the list of rewards is empty; give at least one, as in \"numeric:1,format:0.5\"");
    for (int i = 0; i < set->count; i++) {
        struct reward_entry *e = &set->entries[i];
        if (!e->kind->needs_judge)
            continue;
        e->judges = reward_judge(set);
        if (e->judges < 0)
            return fail(err,
                        "reward %s needs one in the list that tells right from wrong, such as numeric or countdown; add "
                        "it (weight 0 is fine)",
                        e->kind->name);
    }
    return true;
}

// The end of one entry "name(a=b,c=d):1": the next comma outside brackets.
static const char *entry_end(const char *p)
{
    bool inside = false;
    while (*p && (inside || *p != ',')) {
        inside = *p == '(' || (inside && *p != ')');
        p++;
    }
    return p;
}

// "a=b,c=d", which is cut up in place.
static bool options_parse(struct reward_entry *e, char *text, struct arena *memory, struct err *err)
{
    while (text && *text) {
        char *next = strchr(text, ',');
        if (next)
            *next++ = 0;
        char *equals = strchr(text, '=');
        if (!equals)
            return fail(err, "option \"%.64s\" of reward %s has no value; write name=value", text, e->kind->name);
        *equals = 0;
        if (!option_set(e, text, equals + 1, memory, err))
            return false;
        text = next;
    }
    return true;
}

static bool entry_parse(struct reward_set *set, char *text, struct arena *memory, struct err *err)
{
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (!open != !close || (open && close < open))
        return fail(err, "reward \"%.64s\": brackets do not match", text);
    char *colon = close ? close + 1 : strchr(text, ':');
    double weight = 1;
    if (colon && *colon == ':') {
        if (!number_from(colon + 1, &weight))
            return fail(err, "the weight of reward \"%.64s\" is not a number; write name:weight", text);
        *colon = 0;
    } else if (colon && *colon) {
        return fail(err, "reward \"%.64s\": unexpected \"%.16s\" behind the brackets", text, colon);
    }
    if (open)
        *open = *close = 0;
    struct reward_entry *e = entry_add(set, text, weight, memory, err);
    return e && (!open || options_parse(e, open + 1, memory, err));
}

bool reward_set_parse(struct reward_set *set, const char *text, struct arena *memory, struct err *err)
{
    *set = (struct reward_set){0};
    for (const char *p = text; *p;) {
        const char *end = entry_end(p);
        while (*p == ' ')
            p++;
        if (end > p && !entry_parse(set, arena_strndup(memory, p, (size_t)(end - p)), memory, err))
            return false;
        p = *end ? end + 1 : end;
    }
    return set_finish(set, err);
}

// An option of the config's form: a number, a text, true or false for "on" and "off", or an array of texts.
static bool option_load(struct reward_entry *e, const struct json *v, struct arena *memory, struct err *err)
{
    const struct reward_option *o;
    struct reward_value *value = option_find(e, json_key(v), &o, err);
    if (!value)
        return false;
    if (o->type == REWARD_LIST && json_kind(v) == JSON_ARRAY) {
        const char **list = arena_array(memory, const char *, json_count(v) + 1);
        int n = 0;
        for (const struct json *word = json_first(v); word; word = json_next(word))
            if (!(list[n++] = problem_text(word, memory)))
                return fail(err, "option %s of reward %s must be an array of texts", o->name, e->kind->name);
        value->list = list;
        return true;
    }
    if (json_kind(v) == JSON_BOOL)
        return option_set(e, o->name, json_bool(v, false) ? "on" : "off", memory, err);
    const char *text = problem_text(v, memory);
    return text ? option_set(e, o->name, text, memory, err)
                : fail(err, "option %s of reward %s must be a number or a text", o->name, e->kind->name);
}

static bool entry_load(struct reward_set *set, const struct json *v, struct arena *memory, struct err *err)
{
    const char *name = json_string(json_get(v, "reward"), NULL);
    if (!name)
        return fail(err, "entry %d of the list of rewards needs a \"reward\", as in {\"reward\": \"numeric\", "
                         "\"weight\": 1, \"extract\": \"answer\"}", set->count + 1);
    const struct json *weight = json_get(v, "weight");
    if (weight && json_kind(weight) != JSON_NUMBER)
        return fail(err, "reward \"%s\": weight must be a number", name);
    struct reward_entry *e = entry_add(set, name, json_number(weight, 1), memory, err);
    if (!e)
        return false;
    for (const struct json *o = json_first(v); o; o = json_next(o))
        if (strcmp(json_key(o), "reward") != 0 && strcmp(json_key(o), "weight") != 0 && !option_load(e, o, memory, err))
            return false;
    return true;
}

bool reward_set_load(struct reward_set *set, const struct json *v, struct arena *memory, struct err *err)
{
    if (json_kind(v) == JSON_STRING)
        return reward_set_parse(set, json_string(v, ""), memory, err);
    *set = (struct reward_set){0};
    if (json_kind(v) != JSON_ARRAY)
        return fail(err, "rewards must be a text such as \"numeric:1,format:0.5\" or an array of "
                         "{\"reward\": NAME, \"weight\": NUMBER, OPTION: VALUE, ...}");
    for (const struct json *e = json_first(v); e; e = json_next(e))
        if (!entry_load(set, e, memory, err))
            return false;
    return set_finish(set, err);
}

static double weighted(const struct reward_set *set, const double *parts)
{
    double sum = 0;
    bool any = false;
    for (int k = 0; k < set->count; k++) {
        if (isnan(parts[k]))
            continue;
        sum += set->entries[k].weight * parts[k];
        any = true;
    }
    return any ? sum : NAN;
}

bool reward_set_open(struct reward_set *set, struct err *err)
{
    for (int k = 0; k < set->count; k++) {
        struct reward_entry *e = &set->entries[k];
        if (e->kind->open && !e->kind->open(e, err)) {
            reward_set_close(set);
            return fail_in(err, "reward %s", e->kind->name);
        }
    }
    return true;
}

void reward_set_close(struct reward_set *set)
{
    for (int k = 0; k < set->count; k++) {
        struct reward_entry *e = &set->entries[k];
        if (e->state)
            e->kind->close(e);
        e->state = NULL;
    }
}

void reward_run(const struct reward_set *set, struct reward_item *items, int n)
{
    for (int k = 0; k < set->count; k++) {
        const struct reward_entry *e = &set->entries[k];
        check(!e->kind->open || e->state, "reward %s was not opened", e->kind->name);
        for (int i = 0; e->kind->one && i < n; i++)
            items[i].parts[k] = e->kind->one(e, &items[i], reward_why(e, &items[i]));
        if (e->kind->batch && n)
            e->kind->batch(e, items, n);
    }
    for (int start = 0, end; start < n; start = end) {
        for (end = start + 1; end < n && items[end].group == items[start].group; end++)
            ;
        for (int k = 0; k < set->count; k++)
            if (set->entries[k].kind->group)
                set->entries[k].kind->group(&set->entries[k], items + start, end - start);
    }
    for (int i = 0; i < n; i++)
        items[i].reward = weighted(set, items[i].parts);
}

bool reward_answer(const struct reward_set *set, const struct reward_item *item, struct str *out)
{
    for (int k = 0; k < set->count; k++)
        if (set->entries[k].kind->answer)
            return set->entries[k].kind->answer(&set->entries[k], item, out);
    return false;
}

int reward_judge(const struct reward_set *set)
{
    for (int k = 0; k < set->count; k++)
        if (set->entries[k].kind->judges)
            return k;
    return -1;
}

void reward_describe(struct str *out)
{
    for (int i = 0; i < KINDS; i++) {
        const struct reward_kind *k = kinds[i];
        str_printf(out, "  %-11s %s  %s\n", k->name, k->range, k->summary);
        for (int j = 0; j < k->option_count; j++) {
            const struct reward_option *o = &k->options[j];
            str_printf(out, "    %s=%s", o->name, o->initial);
            if (o->type == REWARD_CHOICE)
                str_printf(out, " (%s)", o->choices);
            else if (o->type == REWARD_NUMBER || o->type == REWARD_INTEGER)
                str_printf(out, " (%.15g to %.15g)", o->low, o->high);
            str_printf(out, "  %s\n", o->help);
        }
    }
}
