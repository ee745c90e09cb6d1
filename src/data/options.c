// The options of a dataset: the value of "data" in a config.
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "data/dataset.h"
#include "train/run_config.h"

static const char *const kind_names[] = {"auto", "gsm8k", "countdown", "plain", "sft", "arithmetic"};
enum { KINDS = sizeof kind_names / sizeof *kind_names };

bool problem_kind_parse(const char *name, enum problem_kind *kind, struct err *err)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(name, kind_names[i]) == 0) {
            *kind = (enum problem_kind)i;
            return true;
        }
    return fail(err, "unknown kind of problems \"%.64s\"; there are auto, gsm8k, countdown, plain, sft, arithmetic",
                name);
}

void dataset_defaults(struct dataset_options *o, enum problem_kind kind)
{
    *o = (struct dataset_options){
        .kind = kind,
        .shuffle = true,
        .arithmetic = {.operations = "+", .terms = 2, .digits = 2, .work = "steps", .count = 2000},
    };
}

enum key_for { ALL, ROWS, GENERATED }; // which kinds of problems read a key
enum key_type { KEY_TEXT, KEY_INT, KEY_U32, KEY_I64, KEY_NUMBER, KEY_BOOL };

// Writes v to where `to` points; false when it is of the wrong type.
static bool key_store(enum key_type type, void *to, const struct json *v)
{
    int64_t whole = json_int(v, INT64_MIN);
    switch (type) {
    case KEY_TEXT:
        *(const char **)to = json_string(v, NULL);
        return json_kind(v) == JSON_STRING;
    case KEY_INT:
        *(int *)to = (int)whole;
        return whole >= 0 && whole <= INT32_MAX;
    case KEY_U32:
        *(uint32_t *)to = (uint32_t)whole;
        return whole >= 0 && whole <= UINT32_MAX;
    case KEY_I64:
        *(int64_t *)to = whole;
        return whole != INT64_MIN;
    case KEY_NUMBER:
        *(double *)to = json_number(v, NAN);
        return json_kind(v) == JSON_NUMBER;
    case KEY_BOOL:
        *(bool *)to = json_bool(v, false);
        return json_kind(v) == JSON_BOOL;
    }
    return false;
}

// Whether an unknown key has a meaning that is known, which err then says.
static bool advise(const char *key, struct err *err)
{
    struct str full = {0}, advice = {0};
    str_printf(&full, "data.%s", key);
    run_config_advise(full.data, false, &advice);
    if (advice.size)
        fail(err, "unknown key \"%.64s\" of the dataset; %s", key, advice.data);
    bool known = advice.size > 0;
    str_finish(&full);
    str_finish(&advice);
    return known;
}

bool dataset_options_load(struct dataset_options *o, const struct json *v, struct err *err)
{
    char shown[JSON_SHOWN];
    const char *kind_name = json_string(json_get(v, "kind"), "auto");
    enum problem_kind kind = PROBLEM_AUTO;
    if (!problem_kind_parse(kind_name, &kind, err))
        return false;
    dataset_defaults(o, kind);
    const struct {
        const char *name;
        enum key_type type;
        enum key_for kinds;
        void *to;
    } keys[] = {
        {"kind", KEY_TEXT, ALL, &kind_name},
        {"path", KEY_TEXT, ROWS, &o->path},
        {"prompt", KEY_TEXT, ROWS, &o->prompt_field},
        {"answer", KEY_TEXT, ROWS, &o->answer_field},
        {"solution", KEY_TEXT, ROWS, &o->solution_field},
        {"completion", KEY_TEXT, ROWS, &o->solution_field},
        {"nums", KEY_TEXT, ROWS, &o->nums_field},
        {"target", KEY_TEXT, ROWS, &o->target_field},
        {"max_bad_rows", KEY_U32, ROWS, &o->max_bad_rows},
        {"held_out", KEY_NUMBER, ALL, &o->held_out},
        {"split_seed", KEY_U32, ALL, &o->split_seed},
        {"seed", KEY_U32, ALL, &o->seed},
        {"shuffle", KEY_BOOL, ALL, &o->shuffle},
        {"operations", KEY_TEXT, GENERATED, &o->arithmetic.operations},
        {"terms", KEY_INT, GENERATED, &o->arithmetic.terms},
        {"digits", KEY_INT, GENERATED, &o->arithmetic.digits},
        {"min", KEY_I64, GENERATED, &o->arithmetic.min},
        {"negative", KEY_BOOL, GENERATED, &o->arithmetic.negative},
        {"work", KEY_TEXT, GENERATED, &o->arithmetic.work},
        {"forget_carry", KEY_NUMBER, GENERATED, &o->arithmetic.forget_carry},
        {"count", KEY_U32, GENERATED, &o->arithmetic.count},
        {"problem_seed", KEY_U32, GENERATED, &o->arithmetic.seed},
    };
    static const char *const types[] = {"a text",         "a whole number", "a whole number",
                                        "a whole number", "a number",       "true or false"};
    if (v && json_kind(v) != JSON_OBJECT)
        return fail(err, "\"data\" wants an object such as {\"path\": \"train.jsonl\"}, not %s", json_show(v, shown));
    for (const struct json *m = json_first(v); m; m = json_next(m)) {
        int best = 1 << 20;
        size_t at = 0;
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            int d = str_distance(json_key(m), keys[i].name);
            if (d < best) {
                best = d;
                at = i;
            }
        }
        if (best > 0 && advise(json_key(m), err))
            return false;
        if (best > 0)
            return fail(err, "unknown key \"%.64s\" of the dataset, did you mean \"%s\"?", json_key(m), keys[at].name);
        enum key_for kinds = keys[at].kinds;
        if (kinds == ROWS && kind == PROBLEM_ARITHMETIC)
            return fail(err,
                        "key \"%s\" of the dataset is for the rows of a file, but kind arithmetic makes its problems",
                        keys[at].name);
        if (kinds == GENERATED && kind != PROBLEM_ARITHMETIC)
            return fail(err, "key \"%s\" of the dataset is for kind arithmetic, but the kind is %s", keys[at].name,
                        kind_names[kind]);
        if (!key_store(keys[at].type, keys[at].to, m))
            return fail(err, "key \"%s\" of the dataset must be %s, not %s", keys[at].name, types[keys[at].type],
                        json_show(m, shown));
    }
    return true;
}
