// Lists of rewards: from "numeric(extract=answer):1,format:0.5" or a config to a struct reward_set.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rl/reward.h"

static const struct reward_kind *kind_find(const char *name, struct err *err)
{
    const struct reward_kind *nearest = NULL;
    int best = 4, i = 0;
    for (const struct reward_kind *k; (k = reward_kind_at(i)); i++) {
        int d = str_distance(name, k->name);
        if (d == 0)
            return k;
        if (d < best) {
            best = d;
            nearest = k;
        }
    }
    if (nearest) {
        fail(err, "unknown reward \"%s\", did you mean \"%s\"?", name, nearest->name);
        return NULL;
    }
    struct str names = {0};
    for (i = 0; reward_kind_at(i); i++)
        str_printf(&names, "%s%s", i ? ", " : "", reward_kind_at(i)->name);
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

// The texts of a JSON array; NULL with a message when it has others.
static const char *const *list_load(const struct reward_entry *e, const char *name, const struct json *v,
                                    struct arena *memory, struct err *err)
{
    char shown[JSON_SHOWN];
    const char **list = arena_array(memory, const char *, json_count(v) + 1);
    int n = 0;
    for (const struct json *word = json_first(v); word; word = json_next(word)) {
        const char *text = problem_text(word);
        if (!text) {
            fail(err, "option %s of reward %s must be an array of texts, not %s", name, e->kind->name,
                 json_show(v, shown));
            return NULL;
        }
        list[n++] = arena_strdup(memory, text);
    }
    return list;
}

// ["python3","judge.py"] as it stands in a text.
static const char *const *list_parse(const struct reward_entry *e, const char *name, const char *text,
                                     struct arena *memory, struct err *err)
{
    struct json *v = json_parse(text, strlen(text), false, name, err);
    const char *const *list = v ? list_load(e, name, v, memory, err) : NULL;
    if (!v)
        fail_in(err, "option %s of reward %s is no list such as [\"python3\",\"judge.py\"]", name, e->kind->name);
    json_close(v);
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
        v->list = *value == '[' ? list_parse(e, name, value, memory, err) : words(value, memory);
        return v->list != NULL;
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
        return fail(err, "option %s of reward %s is %.15g, it must be a %s from %.15g to %.15g", name, k->name,
                    v->number, nearest->type == REWARD_INTEGER ? "whole number" : "number", nearest->low,
                    nearest->high);
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
            return fail(
                err,
                "reward %s needs one in the list that tells right from wrong, such as numeric or countdown; add "
                "it (weight 0 is fine)",
                e->kind->name);
    }
    return true;
}

// Where the quoted value that begins at p ends: its last quote, which a comma, a bracket or the end follows. NULL when
// p is no quote, or has no partner.
static char *quote_end(char *p)
{
    char *end = *p == '"' || *p == '\'' ? strchr(p + 1, *p) : NULL;
    while (end && end[1] && !strchr(",)", end[1]))
        end = strchr(end + 1, *p);
    return end;
}

// Where the list of texts that begins at p ends: its "]", after which as above. NULL when there is none at p, as in
// pattern=[0-9]+.
static char *list_end(char *p)
{
    for (char *end = *p == '[' ? strchr(p, ']') : NULL; end; end = strchr(end + 1, ']')) {
        struct json *v = end[1] && !strchr(",)", end[1]) ? NULL : json_parse(p, (size_t)(end + 1 - p), false, "", NULL);
        json_close(v);
        if (v)
            return end;
    }
    return NULL;
}

// The end of one entry "name(a=b,c=d):1": the next comma outside brackets.
static char *entry_end(char *p)
{
    int depth = 0;
    for (; *p && (depth > 0 || *p != ','); p++) {
        char *last = depth > 0 && p[-1] == '=' ? *p == '[' ? list_end(p) : quote_end(p) : NULL;
        if (last)
            p = last;
        depth += (*p == '(') - (*p == ')');
    }
    return p;
}

// "a=b,c=d", which is cut up in place.
static bool options_parse(struct reward_entry *e, char *text, struct arena *memory, struct err *err)
{
    while (text && *text) {
        text += strspn(text, " ");
        char *value = text + strcspn(text, "=,");
        if (*value != '=')
            return fail(err, "option \"%.*s\" of reward %s has no value; write name=value",
                        (int)(value - text > 64 ? 64 : value - text), text, e->kind->name);
        *value++ = 0;
        char *quoted = quote_end(value), *list = list_end(value);
        char *end = quoted ? quoted + 1 : list ? list + 1 : value + strcspn(value, ",");
        char *next = *end ? end + 1 : NULL;
        *(quoted ? quoted : end) = 0;
        if (!option_set(e, text, value + (quoted != NULL), memory, err))
            return false;
        text = next;
    }
    return true;
}

static bool entry_parse(struct reward_set *set, char *text, struct arena *memory, struct err *err)
{
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (!open != !close || (open && close < open))
        return fail(err,
                    "reward \"%.64s\": brackets do not match; a value that holds brackets or commas stands in quotes",
                    text);
    char *colon = close ? close + 1 : strchr(text, ':');
    double weight = 1;
    if (colon && *colon == ':') {
        if (!number_from(colon + 1, &weight))
            return fail(err, "the weight of reward \"%.64s\" is not a number; write name:weight", text);
        *colon = 0;
    } else if (colon && *colon) {
        return fail(err, "reward \"%.64s\": unexpected \"%.16s\" after the brackets", text, colon);
    }
    if (open)
        *open = *close = 0;
    struct reward_entry *e = entry_add(set, text, weight, memory, err);
    return e && (!open || options_parse(e, open + 1, memory, err));
}

// An option of the config's form: a number, a text, true or false for "on" and "off", or an array of texts.
static bool option_load(struct reward_entry *e, const struct json *v, struct arena *memory, struct err *err)
{
    char shown[JSON_SHOWN];
    const struct reward_option *o;
    struct reward_value *value = option_find(e, json_key(v), &o, err);
    if (!value)
        return false;
    if (o->type == REWARD_LIST && json_kind(v) == JSON_ARRAY) {
        value->list = list_load(e, o->name, v, memory, err);
        return value->list != NULL;
    }
    if (json_kind(v) == JSON_BOOL)
        return option_set(e, o->name, json_bool(v, false) ? "on" : "off", memory, err);
    const char *text = problem_text(v);
    return text ? option_set(e, o->name, text, memory, err)
                : fail(err, "option %s of reward %s must be a number or a text, not %s", o->name, e->kind->name,
                       json_show(v, shown));
}

static bool entry_load(struct reward_set *set, const struct json *v, struct arena *memory, struct err *err)
{
    char shown[JSON_SHOWN];
    const char *name = json_string(json_get(v, "reward"), NULL);
    if (!name)
        return fail(err,
                    "entry %d of the list of rewards needs a \"reward\", as in {\"reward\": \"numeric\", "
                    "\"weight\": 1, \"extract\": \"answer\"}; it is %s",
                    set->count + 1, json_show(v, shown));
    const struct json *weight = json_get(v, "weight");
    if (weight && json_kind(weight) != JSON_NUMBER)
        return fail(err, "reward \"%s\": weight must be a number, not %s", name, json_show(weight, shown));
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
        return fail(err,
                    "rewards must be a text such as \"numeric:1,format:0.5\" or an array of "
                    "{\"reward\": NAME, \"weight\": NUMBER, OPTION: VALUE, ...}, not %s",
                    json_show(v, (char[JSON_SHOWN]){0}));
    for (const struct json *e = json_first(v); e; e = json_next(e))
        if (!entry_load(set, e, memory, err))
            return false;
    return set_finish(set, err);
}

// A list in the config's form, given as text.
static bool parse_array(struct reward_set *set, const char *text, struct arena *memory, struct err *err)
{
    struct json *v = json_parse(text, strlen(text), true, "the list of rewards", err);
    bool ok = v && reward_set_load(set, v, memory, err);
    json_close(v);
    return ok;
}

bool reward_set_parse(struct reward_set *set, const char *text, struct arena *memory, struct err *err)
{
    *set = (struct reward_set){0};
    text += strspn(text, " ");
    if (*text == '[')
        return parse_array(set, text, memory, err);
    for (char *p = arena_strdup(memory, text); *p;) {
        char *end = entry_end(p), *next = *end ? end + 1 : end;
        *end = 0;
        p += strspn(p, " ");
        if (*p && !entry_parse(set, p, memory, err))
            return false;
        p = next;
    }
    return set_finish(set, err);
}
