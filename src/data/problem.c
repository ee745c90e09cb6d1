// One row of a dataset becomes a problem; the dataset's options.
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "data/dataset.h"
#include "data/messages.h"
#include "verify/code.h"

static const char *const kind_names[] = {"gsm8k", "countdown", "plain", "sft", "arithmetic"};
enum { KINDS = sizeof kind_names / sizeof *kind_names };

bool problem_kind_parse(const char *name, enum problem_kind *kind, struct err *err)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(name, kind_names[i]) == 0) {
            *kind = (enum problem_kind)i;
            return true;
        }
    return fail(err, "unknown kind of problems \"%.64s\"; there are gsm8k, countdown, plain, sft, arithmetic", name);
}

void dataset_defaults(struct dataset_options *o, enum problem_kind kind)
{
    *o = (struct dataset_options){
        .kind = kind,
        .shuffle = true,
        .arithmetic = {.operations = "+", .terms = 2, .digits = 2, .work = "steps", .count = 2000},
    };
}

// "the field "x" is missing or no text; the row has a, b"
static bool wrong_field(const char *where, const char *field, const char *wanted, const struct json *row,
                        struct err *err)
{
    struct str found = {0};
    for (const struct json *m = json_first(row); m && found.size < 200; m = json_next(m))
        str_printf(&found, "%s%.32s", found.size ? ", " : "", json_key(m));
    if (json_get(row, field))
        fail(err, "%s: the field \"%s\" must be %s", where, field, wanted);
    else
        fail(err, "%s: the field \"%s\" is missing; the row has %s", where, field,
             found.size ? found.data : "no fields");
    str_finish(&found);
    return false;
}

const char *problem_text(const struct json *v)
{
    return json_string(v, json_number_text(v));
}

const struct json *problem_gold(const struct json *row, const char **field)
{
    static const char *const names[] = {"answer", "solution", "ground_truth"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct json *v = json_get(row, names[i]);
        *field = names[i];
        if (v && json_kind(v) != JSON_NULL)
            return v;
    }
    const struct json *v = json_get(json_get(row, "reward_model"), "ground_truth");
    *field = "ground_truth";
    return json_kind(v) == JSON_NULL ? NULL : v;
}

static bool text_field(const struct json *row, const char *field, const char **out, const char *where, struct err *err)
{
    *out = problem_text(json_get(row, field));
    return *out || wrong_field(where, field, "a text or a number", row, err);
}

// A field that is a text, a number, or messages, of which those of the role count.
static bool spoken_field(const struct json *row, const char *field, const char *role, const char **out,
                         struct arena *memory, const char *where, struct err *err)
{
    const struct json *v = json_get(row, field);
    struct str s = {0};
    *out = problem_text(v);
    if (!*out && messages_text(v, role, &s))
        *out = arena_strdup(memory, s.data ? s.data : "");
    str_finish(&s);
    return *out ||
           wrong_field(where, field, arena_printf(memory, "a text or messages with one of role %s", role), row, err);
}

static bool prompt_field(struct problem *p, const struct json *row, const char *field, struct arena *memory,
                         const char *where, struct err *err)
{
    const struct json *v = json_get(row, field);
    if (!spoken_field(row, field, "user", &p->prompt, memory, where, err))
        return false;
    if (json_kind(v) != JSON_ARRAY)
        return true;
    p->messages = messages_load(v, memory, &p->message_count);
    return (p->messages && strcmp(p->messages[p->message_count - 1].role, "user") == 0) ||
           wrong_field(where, field, "messages with role and content, the last of role user", row, err);
}

bool problem_load_countdown(struct problem *p, const struct json *row, const char *nums_field, const char *target_field,
                            const char *where, struct err *err)
{
    nums_field = nums_field ? nums_field : "nums";
    target_field = target_field ? target_field : "target";
    const struct json *nums = json_get(row, nums_field), *target = json_get(row, target_field);
    if (nums && json_kind(nums) != JSON_NULL) {
        if (json_kind(nums) != JSON_ARRAY || json_count(nums) == 0 || json_count(nums) > PROBLEM_NUMS_MAX)
            return wrong_field(where, nums_field, "an array of 1 to 32 whole numbers", row, err);
        for (const struct json *v = json_first(nums); v; v = json_next(v)) {
            int64_t number = json_int(v, -1);
            if (number < 0)
                return wrong_field(where, nums_field, "an array of 1 to 32 whole numbers, none negative", row, err);
            p->nums[p->num_count++] = number;
        }
    }
    if (target && json_kind(target) != JSON_NULL) {
        p->target = json_int(target, INT64_MIN);
        if (p->target == INT64_MIN)
            return wrong_field(where, target_field, "a whole number", row, err);
        p->has_target = true;
    }
    return true;
}

static bool load_countdown(struct problem *p, const struct dataset_options *o, const struct json *row,
                           struct arena *memory, const char *where, struct err *err)
{
    if (!problem_load_countdown(p, row, o->nums_field, o->target_field, where, err))
        return false;
    if (p->num_count == 0)
        return wrong_field(where, o->nums_field ? o->nums_field : "nums", "an array", row, err);
    if (!p->has_target)
        return wrong_field(where, o->target_field ? o->target_field : "target", "a whole number", row, err);
    struct str s = {0};
    str_printf(&s, "Find an expression that equals %lld. Use each of the numbers", (long long)p->target);
    for (int i = 0; i < p->num_count; i++)
        str_printf(&s, "%s %lld", i ? "," : "", (long long)p->nums[i]);
    str_puts(&s, " exactly once, with +, -, *, / and brackets.");
    p->prompt = arena_strdup(memory, s.data);
    p->answer = arena_printf(memory, "%lld", (long long)p->target);
    str_finish(&s);
    const char *solution = json_string(json_get(row, o->solution_field ? o->solution_field : "solution"), NULL);
    if (solution)
        p->solution =
            arena_printf(memory, "<think>\n%s = %s\n</think>\n<answer>\n%s\n</answer>", solution, p->answer, solution);
    return true;
}

// Removes GSM8K's calculator notes "<<48/2=24>>" while copying n bytes.
static void put_without_notes(struct str *s, const char *text, size_t n)
{
    bool any = true; // whether there may be a ">>" ahead: one that is missing is searched for once
    for (size_t i = 0; i < n;) {
        const char *end = NULL;
        if (any && i + 1 < n && text[i] == '<' && text[i + 1] == '<') {
            end = memmem(text + i, n - i, ">>", 2);
            any = end != NULL;
        }
        if (end)
            i = (size_t)(end - text) + 2;
        else
            str_putc(s, text[i++]);
    }
}

static bool load_gsm8k(struct problem *p, const struct dataset_options *o, const struct json *row, struct arena *memory,
                       const char *where, struct err *err)
{
    const char *answer_field = o->answer_field ? o->answer_field : "answer";
    const char *whole;
    if (!prompt_field(p, row, o->prompt_field ? o->prompt_field : "question", memory, where, err) ||
        !text_field(row, answer_field, &whole, where, err))
        return false;
    const char *mark = NULL;
    for (const char *m = strstr(whole, "####"); m; m = strstr(m + 4, "####"))
        mark = m;
    if (!mark)
        return fail(err, "%s: the field \"%s\" has no \"#### \" with the number behind it", where, answer_field);
    const char *number = mark + 4 + strspn(mark + 4, " \t");
    size_t length = strcspn(number, "\r\n");
    while (length && (number[length - 1] == ' ' || number[length - 1] == '\t'))
        length--;
    if (length == 0)
        return fail(err, "%s: the field \"%s\" has nothing behind \"####\"", where, answer_field);
    p->answer = arena_strndup(memory, number, length);
    size_t work = (size_t)(mark - whole);
    while (work && strchr(" \r\n", whole[work - 1]))
        work--;
    struct str s = {0};
    str_puts(&s, "<think>\n");
    put_without_notes(&s, whole, work);
    str_printf(&s, "\n</think>\n<answer>\n%s\n</answer>", p->answer);
    p->solution = arena_strdup(memory, s.data);
    str_finish(&s);
    return true;
}

// A conversation whose last message, the assistant's, is the completion.
static bool load_conversation(struct problem *p, const struct json *row, struct arena *memory, const char *where,
                              struct err *err)
{
    static const char *const field = "messages";
    struct chat_message *all = messages_load(json_get(row, field), memory, &p->message_count);
    int last = all ? --p->message_count : 0;
    if (last < 1 || strcmp(all[last].role, "assistant") != 0 || strcmp(all[last - 1].role, "user") != 0)
        return wrong_field(where, field, "messages with role and content, the last two of the roles user and assistant",
                           row, err);
    p->messages = all;
    p->solution = all[last].content;
    return spoken_field(row, field, "user", &p->prompt, memory, where, err);
}

bool problem_load(struct problem *p, const struct dataset_options *o, const struct json *row, struct arena *memory,
                  const char *where, struct err *err)
{
    if (json_kind(row) != JSON_OBJECT)
        return fail(err, "%s: a JSON object was expected, as in {\"prompt\": ...}", where);
    if (o->kind == PROBLEM_GSM8K)
        return load_gsm8k(p, o, row, memory, where, err);
    if (o->kind == PROBLEM_COUNTDOWN)
        return load_countdown(p, o, row, memory, where, err);
    if (o->kind == PROBLEM_SFT && !o->prompt_field && !json_get(row, "prompt") && json_get(row, "messages"))
        return load_conversation(p, row, memory, where, err);
    if (!prompt_field(p, row, o->prompt_field ? o->prompt_field : "prompt", memory, where, err))
        return false;
    if (o->kind == PROBLEM_SFT)
        return spoken_field(row, o->solution_field ? o->solution_field : "completion", "assistant", &p->solution,
                            memory, where, err);
    p->solution = problem_text(json_get(row, o->solution_field ? o->solution_field : "solution"));
    const char *answer_field = o->answer_field;
    if (!answer_field) {
        const struct json *gold = problem_gold(row, &answer_field);
        p->answer = problem_text(gold);
        answer_field = gold ? answer_field : "answer";
    }
    bool optional = !o->answer_field && code_tests_field(row); // where tests judge, an answer need not be known
    return (p->answer || optional || text_field(row, answer_field, &p->answer, where, err)) &&
           problem_load_countdown(p, row, o->nums_field, o->target_field, where, err);
}

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

bool dataset_options_load(struct dataset_options *o, const struct json *v, struct err *err)
{
    const char *kind_name = json_string(json_get(v, "kind"), NULL);
    enum problem_kind kind = PROBLEM_PLAIN;
    if (!kind_name)
        return fail(err, "the dataset needs a \"kind\": gsm8k, countdown, plain, sft or arithmetic");
    if (!problem_kind_parse(kind_name, &kind, err))
        return false;
    dataset_defaults(o, kind);
    const struct {
        const char *name;
        enum key_type type;
        void *to;
    } keys[] = {
        {"kind", KEY_TEXT, &kind_name},
        {"path", KEY_TEXT, &o->path},
        {"prompt", KEY_TEXT, &o->prompt_field},
        {"answer", KEY_TEXT, &o->answer_field},
        {"solution", KEY_TEXT, &o->solution_field},
        {"completion", KEY_TEXT, &o->solution_field},
        {"nums", KEY_TEXT, &o->nums_field},
        {"target", KEY_TEXT, &o->target_field},
        {"held_out", KEY_NUMBER, &o->held_out},
        {"split_seed", KEY_U32, &o->split_seed},
        {"seed", KEY_U32, &o->seed},
        {"shuffle", KEY_BOOL, &o->shuffle},
        {"operations", KEY_TEXT, &o->arithmetic.operations},
        {"terms", KEY_INT, &o->arithmetic.terms},
        {"digits", KEY_INT, &o->arithmetic.digits},
        {"min", KEY_I64, &o->arithmetic.min},
        {"negative", KEY_BOOL, &o->arithmetic.negative},
        {"work", KEY_TEXT, &o->arithmetic.work},
        {"forget_carry", KEY_NUMBER, &o->arithmetic.forget_carry},
        {"count", KEY_U32, &o->arithmetic.count},
        {"problem_seed", KEY_U32, &o->arithmetic.seed},
    };
    static const char *const types[] = {"a text",         "a whole number", "a whole number",
                                        "a whole number", "a number",       "true or false"};
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
        if (best > 0)
            return fail(err, "unknown key \"%.64s\" of the dataset, did you mean \"%s\"?", json_key(m), keys[at].name);
        if (!key_store(keys[at].type, keys[at].to, m))
            return fail(err, "key \"%s\" of the dataset must be %s", keys[at].name, types[keys[at].type]);
    }
    return true;
}
