// One row of a file becomes a problem.
#include "data/problem.h"

#include <string.h>

#include "base/str.h"
#include "data/dataset.h"
#include "data/form.h"
#include "data/messages.h"
#include "verify/code.h"

// "the field "x" is missing or no text; the row has a, b"
static bool wrong_field(const char *where, const char *field, const char *wanted, const struct json *row,
                        struct err *err)
{
    struct str found = {0};
    for (const struct json *m = json_first(row); m && found.size < 200; m = json_next(m))
        str_printf(&found, "%s%.32s", found.size ? ", " : "", json_key(m));
    if (form_get(row, field))
        fail(err, "%s: the field \"%s\" must be %s, not %s", where, field, wanted,
             json_show(form_get(row, field), (char[JSON_SHOWN]){0}));
    else
        fail(err, "%s: the field \"%s\" is missing; the row has %s", where, field,
             found.size ? found.data : "no fields");
    str_finish(&found);
    return false;
}

const char *problem_text(const struct json *v)
{
    if (json_kind(v) == JSON_ARRAY && json_count(v) == 1) // OlympiadBench's final_answer, rllm's ground_truth
        v = json_first(v);
    return json_string(v, json_number_text(v));
}

// A text that is JSON of a list of strings; NULL for others, as "[-2,7]", an interval, or "[1, {}]".
static struct json *strings_in_text(const char *text)
{
    struct json *list = json_parse(text, strlen(text), false, "", &(struct err){0});
    bool strings = json_kind(list) == JSON_ARRAY && json_count(list);
    for (const struct json *i = strings ? json_first(list) : NULL; i; i = json_next(i))
        strings = strings && json_kind(i) == JSON_STRING;
    if (strings)
        return list;
    json_close(list);
    return NULL;
}

bool problem_take_answers(struct problem *p, const char *field, const struct json *v, struct arena *memory)
{
    const char *text = json_string(v, NULL);
    bool packed = text && field && str_starts(field, "reward_model.") && text[strspn(text, " ")] == '[';
    struct json *read = packed ? strings_in_text(text) : NULL;
    const struct json *list = read ? read : v;
    int n = json_kind(list) == JSON_ARRAY ? (int)json_count(list) : 0, count = 0;
    const char **answers = arena_array(memory, const char *, n + 1);
    for (const struct json *i = n ? json_first(list) : NULL; i && problem_text(i); i = json_next(i))
        answers[count++] = arena_strdup(memory, problem_text(i));
    json_close(read);
    bool all = n && count == n;
    p->answer = all ? answers[0] : n ? NULL : problem_text(v);
    p->answers = all && n > 1 ? answers : NULL;
    p->answer_count = p->answers ? n : 0;
    return p->answer;
}

void problem_put_answers(const struct problem *p, const char *head, struct str *out)
{
    for (int i = 0; i < p->answer_count; i++) {
        str_puts(out, i ? "," : head);
        str_puts(out, i ? "" : "[");
        str_put_json(out, p->answers[i], strlen(p->answers[i]));
    }
    str_puts(out, p->answer_count ? "]" : "");
}

static bool text_field(const struct json *row, const char *field, const char **out, const char *where, struct err *err)
{
    *out = problem_text(form_get(row, field));
    return *out || wrong_field(where, field, "a text or a number, or a list of one", row, err);
}

// ---- numbers

// A whole number, maybe as text or with a decimal point; otherwise when it is none.
static int64_t whole_number(const struct json *v, int64_t otherwise)
{
    const char *text = json_string(v, NULL);
    struct json *read = text ? json_parse(text, strlen(text), false, "", &(struct err){0}) : NULL;
    int64_t n = json_int(read ? read : v, otherwise);
    json_close(read);
    return n;
}

bool problem_load_numbers(struct problem *p, const struct form *f, const struct json *row, const char *where,
                          struct err *err)
{
    const struct json *nums = form_get(row, f->nums), *target = form_get(row, f->target);
    const char *text = json_string(nums, NULL);
    struct json *read = text ? json_parse(text, strlen(text), false, "", &(struct err){0}) : NULL; // "[8, 3, 8, 3]"
    const struct json *list = read ? read : nums;
    bool ok = true;
    if (nums && json_kind(nums) != JSON_NULL) {
        ok = (json_kind(list) == JSON_ARRAY && json_count(list) > 0 && json_count(list) <= PROBLEM_NUMS_MAX) ||
             wrong_field(where, f->nums, "an array of 1 to 32 whole numbers", row, err);
        for (const struct json *v = ok ? json_first(list) : NULL; ok && v; v = json_next(v)) {
            int64_t number = whole_number(v, -1);
            ok = number >= 0 ||
                 wrong_field(where, f->nums, "an array of 1 to 32 whole numbers, none negative", row, err);
            p->nums[p->num_count++] = number;
        }
    }
    json_close(read);
    if (ok && target && json_kind(target) != JSON_NULL) {
        p->target = whole_number(target, INT64_MIN);
        p->has_target = p->target != INT64_MIN;
        ok = p->has_target || wrong_field(where, f->target, "a whole number", row, err);
    }
    return ok;
}

// The question where a row has numbers alone.
static bool load_countdown(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                           const char *where, struct err *err)
{
    if (p->num_count == 0)
        return wrong_field(where, f->nums, "an array", row, err);
    if (!p->has_target)
        return wrong_field(where, f->target, "a whole number", row, err);
    struct str s = {0};
    str_printf(&s, "Find an expression that equals %lld. Use each of the numbers", (long long)p->target);
    for (int i = 0; i < p->num_count; i++)
        str_printf(&s, "%s %lld", i ? "," : "", (long long)p->nums[i]);
    str_puts(&s, " exactly once, with +, -, *, / and brackets.");
    p->prompt = arena_strdup(memory, s.data);
    str_finish(&s);
    return true;
}

// ---- the work of GSM8K

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

// "work #### 72" becomes the answer 72 and a completion in R1's form.
static bool load_marked(struct problem *p, const char *whole, const char *field, struct arena *memory,
                        const char *where, struct err *err)
{
    const char *mark = NULL;
    for (const char *m = strstr(whole, "####"); m; m = strstr(m + 4, "####"))
        mark = m;
    if (!mark)
        return fail(err, "%s: the field \"%s\" has no \"#### \" with the answer after it", where, field);
    const char *number = mark + 4 + strspn(mark + 4, " \t");
    size_t length = strcspn(number, "\r\n");
    while (length && (number[length - 1] == ' ' || number[length - 1] == '\t'))
        length--;
    if (length == 0)
        return fail(err, "%s: the field \"%s\" has nothing after \"####\"", where, field);
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

// ---- choices

static const struct json *choice_texts(const struct json *choices)
{
    return json_kind(choices) == JSON_OBJECT ? json_get(choices, "text")
                                             : choices; // ARC: {"text": [..], "label": [..]}
}

// The label of choice i: ARC's own, else A, B, ...
static const char *choice_label(const struct json *choices, size_t i, struct arena *memory)
{
    const char *own = json_string(json_at(json_get(choices, "label"), i), NULL);
    return own ? own : arena_printf(memory, "%c", (char)('A' + i));
}

// Appends a line for each choice, "B. seven"; one that says its label itself, "B) seven", stays as it is.
static bool put_choices(const struct json *choices, struct arena *memory, struct str *out)
{
    size_t i = 0;
    for (const struct json *c = json_first(choice_texts(choices)); c; c = json_next(c), i++) {
        const char *text = problem_text(c), *label = choice_label(choices, i, memory);
        if (!text || i >= 26)
            return false;
        const char *begin = text + (*text == '(');
        size_t n = strlen(label);
        bool labelled = strncmp(begin, label, n) == 0 && begin[n] && strchr(").:", begin[n]);
        str_printf(out, labelled ? "\n%s%s" : "\n%s. %s", labelled ? "" : label, text);
    }
    return i > 0;
}

bool problem_load_choice(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                         const char *where, struct err *err)
{
    const struct json *choices = form_get(row, f->choices), *v = form_get(row, f->answer);
    const struct json *texts = choice_texts(choices);
    const char *text = problem_text(v);
    int64_t place = json_kind(v) == JSON_NUMBER ? json_int(v, -1) : -1;
    size_t i = 0;
    for (const struct json *c = json_first(texts); text && c && !p->answer; c = json_next(c), i++) {
        const char *label = choice_label(choices, i, memory);
        if (place >= 0 ? (size_t)place == i : strcmp(text, label) == 0)
            p->answer = label;
    }
    i = 0;
    for (const struct json *c = json_first(texts); text && place < 0 && c && !p->answer; c = json_next(c), i++)
        if (problem_text(c) && strcmp(problem_text(c), text) == 0)
            p->answer = choice_label(choices, i, memory);
    return p->answer || wrong_field(where, f->answer, "the place, the label or the text of a choice", row, err);
}

// ---- question, answer, completion

static bool load_conversation(struct problem *p, const struct form *f, const struct json *row, const struct json *v,
                              struct arena *memory, const char *where, struct err *err)
{
    static const char two[] = "messages with role and content, the last two of the roles user and assistant";
    static const char one[] = "messages with role and content, the last of role user";
    const char *field = *f->prompt ? f->prompt : "(the row)";
    bool open = strcmp(f->prompt, "prompt") == 0; // a conversation that a completion of its own follows
    const char *wanted = open ? "a text or messages with one of role user" : f->needs_completion ? two : one;
    struct conversation c;
    struct err why = {0};
    struct str s = {0};
    if (!conversation_load(&c, v, row, memory, &p->owned[0], &why))
        return wrong_field(where, field, arena_printf(memory, "%s; it %s", wanted, why.text), row, err);
    p->messages = c.messages;
    p->message_count = c.count;
    if (!open && strcmp(c.messages[c.count - 1].role, "assistant") == 0)
        p->solution = c.messages[--p->message_count].content;
    if (p->solution && json_count(json_get(c.messages[p->message_count].row, "tool_calls")))
        return wrong_field(where, field, "messages of which the last is a text: calls of tools are not learnt", row,
                           err);
    const char *last = p->message_count ? c.messages[p->message_count - 1].role : "";
    bool asks = strcmp(last, "user") == 0 || strcmp(last, "tool") == 0;
    bool spoken = messages_text(c.json, "user", &s);
    p->prompt = arena_strdup(memory, s.data ? s.data : "");
    str_finish(&s);
    if (!spoken || !asks || (!open && f->needs_completion && !p->solution))
        return wrong_field(where, field, !spoken ? wanted : open ? one : wanted, row, err);
    return true;
}

static bool load_question(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                          const char *where, struct err *err)
{
    const struct json *v = form_get(row, f->prompt);
    bool text = json_kind(v) == JSON_STRING || json_kind(v) == JSON_NUMBER;
    if (v && (!text || strcmp(f->prompt, "messages") == 0 || str_starts(f->prompt, "conversation")))
        return load_conversation(p, f, row, v, memory, where, err);
    p->prompt = problem_text(v);
    if (!p->prompt)
        return wrong_field(where, f->prompt, "a text or messages with one of role user", row, err);
    struct str s = {0};
    const char *more = "";
    const struct json *second = form_get(row, f->more);
    bool none = !f->more || (strcmp(f->more, "input") == 0 && (!second || json_kind(second) == JSON_NULL));
    if (!none && !text_field(row, f->more, &more, where, err))
        return false;
    bool ok = true;
    str_puts(&s, p->prompt);
    if (*more)
        str_printf(&s, "%s%s", strcmp(f->more, "input") == 0 ? "\n\n" : " ", more);
    if (f->choices && !put_choices(form_get(row, f->choices), memory, &s))
        ok = wrong_field(where, f->choices, "a list of 1 to 26 texts", row, err);
    if (*more || f->choices)
        p->prompt = arena_strdup(memory, s.data);
    str_finish(&s);
    return ok;
}

// A list of objects, or the JSON text of one, which is how data sets store it. Beside a question that is a text, a
// field "tools" of another shape is something else.
static bool load_tools(struct problem *p, const struct json *row, const char *where, struct err *err)
{
    const struct json *v = json_get(row, "tools");
    const char *text = json_string(v, NULL);
    bool list = true;
    if (text && *text) {
        p->owned[1] = json_parse(text, strlen(text), false, "", &(struct err){0});
        v = p->owned[1] ? p->owned[1] : v;
    }
    if (!v || json_kind(v) == JSON_NULL || (text && !*text))
        return true;
    list = json_kind(v) == JSON_ARRAY;
    for (const struct json *tool = list ? json_first(v) : NULL; tool; tool = json_next(tool))
        list = list && json_kind(tool) == JSON_OBJECT;
    p->tools = list && json_count(v) ? v : NULL;
    return list || !p->messages || wrong_field(where, "tools", "a list of objects, or the JSON text of one", row, err);
}

static bool load_answer(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                        const char *where, struct err *err)
{
    const char *whole;
    if (f->marked)
        return text_field(row, f->answer, &whole, where, err) && load_marked(p, whole, f->answer, memory, where, err);
    if (f->choices)
        return problem_load_choice(p, f, row, memory, where, err);
    problem_take_answers(p, f->answer, form_get(row, f->answer), memory);
    if (!p->answer && p->has_target)
        p->answer = arena_printf(memory, "%lld", (long long)p->target);
    bool wanted = (f->answer || f->needs_answer) && !f->needs_completion;
    if (p->answer || !wanted || code_tests_field(row)) // where tests judge, an answer need not be known
        return true;
    return wrong_field(where, f->answer ? f->answer : "answer", "a text or a number, or a list of these", row, err);
}

static bool load_completion(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                            const char *where, struct err *err)
{
    const struct json *v = form_get(row, f->completion);
    const char *text = problem_text(v);
    if (p->solution || (!f->completion && !f->needs_completion))
        return true;
    struct str s = {0};
    if (text && !f->prompt)
        text = arena_printf(memory, "<think>\n%s = %s\n</think>\n<answer>\n%s\n</answer>", text, p->answer, text);
    else if (!text && messages_text(v, "assistant", &s))
        text = arena_strdup(memory, s.data ? s.data : "");
    str_finish(&s);
    p->solution = text;
    return p->solution || !f->needs_completion ||
           wrong_field(where, f->completion ? f->completion : "completion",
                       "a text or messages with one of role assistant", row, err);
}

bool problem_read(struct problem *p, const struct form *f, const struct json *row, struct arena *memory,
                  const char *where, struct err *err)
{
    p->row = row;
    if (json_kind(row) != JSON_OBJECT && !(json_kind(row) == JSON_ARRAY && f->prompt && !*f->prompt))
        return fail(err, "%s: a JSON object was expected, as in {\"prompt\": ...}, not %s", where,
                    json_show(row, (char[JSON_SHOWN]){0}));
    return problem_load_numbers(p, f, row, where, err) &&
           (f->prompt ? load_question(p, f, row, memory, where, err) : load_countdown(p, f, row, memory, where, err)) &&
           (*p->prompt || p->message_count || fail(err, "%s: the question is empty", where)) &&
           load_tools(p, row, where, err) && load_answer(p, f, row, memory, where, err) &&
           load_completion(p, f, row, memory, where, err);
}

bool problem_load(struct problem *p, const struct dataset_options *o, const struct json *row, struct arena *memory,
                  const char *where, struct err *err)
{
    struct form f;
    form_find(&f, o, row);
    return problem_read(p, &f, row, memory, where, err);
}

void problem_finish(struct problem *p)
{
    for (int i = 0; i < 2; i++) {
        json_close(p->owned[i]);
        p->owned[i] = NULL;
    }
}
