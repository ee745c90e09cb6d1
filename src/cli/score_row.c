#include "cli/score_row.h"

#include <string.h>

#include "base/str.h"
#include "data/form.h"
#include "data/messages.h"
#include "verify/code.h"

// A field that is a text or messages. False when it is neither; *t is then unchanged.
static bool read_text(const struct json *v, const char *role, struct arena *memory, struct text *t)
{
    struct str s = {0};
    const char *plain = json_string(v, NULL);
    if (plain && !strstr(plain, "\xC0\x80")) { // no zero byte in it: it can be borrowed
        *t = text_of(plain);
        return true;
    }
    bool ok = plain || messages_text(v, role, &s);
    if (plain)
        json_text(v, &s);
    if (ok)
        *t = (struct text){arena_strndup(memory, s.data ? s.data : "", s.size), s.size};
    str_finish(&s);
    return ok;
}

static bool read_tokens(struct reward_item *item, const struct json *ids, struct arena *memory, struct err *err)
{
    if (!ids || json_kind(ids) == JSON_NULL)
        return true;
    if (json_kind(ids) != JSON_ARRAY)
        return fail(err, "\"completion_ids\" must be an array of whole numbers, not %s",
                    json_show(ids, (char[JSON_SHOWN]){0}));
    int32_t *tokens = arena_array(memory, int32_t, json_count(ids) + 1);
    for (const struct json *v = json_first(ids); v; v = json_next(v)) {
        int64_t id = json_int(v, -1);
        if (id < 0 || id > INT32_MAX)
            return fail(err, "\"completion_ids\" must be an array of whole numbers and has %s",
                        json_show(v, (char[JSON_SHOWN]){0}));
        tokens[item->token_count++] = (int32_t)id;
    }
    item->tokens = tokens;
    return true;
}

bool score_row_read(const struct json *row, struct problem *problem, struct reward_item *item, struct arena *memory,
                    const char *where, struct err *err)
{
    struct text prompt;
    const char *field;
    if (json_kind(row) != JSON_OBJECT)
        return fail(err, "%s: a JSON object was expected, as in {\"completion\": ..., \"answer\": ...}, not %s", where,
                    json_show(row, (char[JSON_SHOWN]){0}));
    const struct json *completion = json_get(row, "completion"), *gold;
    if (!read_text(completion, "assistant", memory, &item->completion))
        return completion ? fail(err,
                                 "%s: the field \"completion\" is neither a text nor messages with one of role "
                                 "assistant but %s",
                                 where, json_show(completion, (char[JSON_SHOWN]){0}))
                          : fail(err, "%s: the field \"completion\" is missing", where);
    struct dataset_options options;
    struct form form;
    dataset_defaults(&options, PROBLEM_AUTO);
    form_find(&form, &options, row);
    bool choice = form.choices && json_kind(form_get(row, form.answer)) != JSON_NULL;
    field = choice ? form.answer : form_answer(row);
    gold = json_kind(form_get(row, field)) == JSON_NULL ? NULL : form_get(row, field);
    if (choice && !problem_load_choice(problem, &form, row, memory, where, err))
        return false;
    if (gold && !choice && !problem_take_answers(problem, field, gold, memory) &&
        !code_tests_field(row)) // tests may stand in the place of an answer
        return fail(err, "%s: the field \"%s\" must be a text, a number, a list of these or null, not %s", where, field,
                    json_show(gold, (char[JSON_SHOWN]){0}));
    if (read_text(json_get(row, "prompt"), "user", memory, &prompt))
        problem->prompt = prompt.at;
    return problem_load_numbers(problem, &form, row, where, err) &&
           (read_tokens(item, json_get(row, "completion_ids"), memory, err) || fail_in(err, "%s", where));
}
