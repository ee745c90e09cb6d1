// Reading tests. Two tables: where in a row they may stand, and the shapes that they may have there. A text whose first
// character is { or [ is read as JSON first.
//
//   a text with `assert` in it           source (HumanEval: with the row's entry_point)
//   an array of such texts               sources (MBPP)
//   an array of objects                  cases with input and output (open-r1, LiveCodeBench)
//   an object with inputs and outputs    cases (APPS, TACO, verl), with fn_name: calls
//   an object with one of the fields     what that field holds (open-r1's verification_info, verl's reward_model)
#include <math.h>
#include <string.h>

#include "verify/code.h"

// Sources: openai/human-eval (test), google-research mbpp (test_list), open-r1 verifiable-coding-problems
// (verification_info.test_cases), APPS and TACO (input_output), LiveCodeBench (public_test_cases), verl
// (reward_model.ground_truth). private_test_cases of LiveCodeBench is a pickle and cannot be read.
static const char *const fields[] = {
    "tests",        "test_cases",        "test_list",    "test",        "verification_info",
    "input_output", "public_test_cases", "reward_model", "ground_truth"};
enum { FIELDS = sizeof fields / sizeof *fields, DEPTH_MAX = 4 };

struct reader {
    struct code_tests *t;
    const struct json *row;
    struct arena *memory;
    struct str *why;
    int room;
    const char *function; // that the row names for cases, or NULL
    const char *setup;    // of sources
};

static bool say(struct reader *r, const char *fmt, const char *what)
{
    if (r->why && r->why->size == 0)
        str_printf(r->why, fmt, what);
    return false;
}

static struct code_test *add(struct reader *r, enum code_kind kind)
{
    struct code_tests *t = r->t;
    if (t->count == r->room) {
        int room = r->room ? 2 * r->room : 16;
        struct code_test *larger = arena_array(r->memory, struct code_test, room);
        if (t->count)
            memcpy(larger, t->tests, sizeof *larger * (size_t)t->count);
        t->tests = larger;
        r->room = room;
    }
    t->tests[t->count] = (struct code_test){.kind = kind};
    return &t->tests[t->count++];
}

// A text of the row that is JSON, parsed; NULL when it is not or too many are.
static const struct json *document(struct code_tests *t, const char *text)
{
    if (!strchr("{[", text[strspn(text, " \t\r\n")]) ||
        t->document_count == (int)(sizeof t->documents / sizeof *t->documents))
        return NULL;
    struct json *v = json_parse(text, strlen(text), false, "tests", &(struct err){0});
    if (v)
        t->documents[t->document_count++] = v;
    return v;
}

// The function that the row names: as fn_name, or in LiveCodeBench's metadata.
static const char *row_function(struct reader *r)
{
    const struct json *metadata = json_get(r->row, "metadata");
    if (json_kind(metadata) == JSON_STRING)
        metadata = document(r->t, json_string(metadata, ""));
    return json_string(json_get(r->row, "fn_name"), json_string(json_get(metadata, "func_name"), NULL));
}

static const char *function_name(const struct reader *r, const struct json *object)
{
    const char *name = json_string(json_get(object, "fn_name"), r->function);
    return name && *name ? name : NULL;
}

// A text as it is, an array as its lines, anything else as JSON.
static struct text as_text(struct reader *r, const struct json *v)
{
    struct str s = {0};
    if (json_kind(v) == JSON_ARRAY)
        for (const struct json *e = json_first(v); e; e = json_next(e)) {
            if (json_kind(e) == JSON_STRING)
                json_text(e, &s);
            else
                json_print(e, &s, false);
            str_putc(&s, '\n');
        }
    else if (json_kind(v) == JSON_STRING)
        json_text(v, &s);
    else
        json_print(v, &s, false);
    struct text t = {arena_strndup(r->memory, s.data ? s.data : "", s.size), s.size};
    str_finish(&s);
    return t;
}

// Whether a program can hold all numbers in v: 1e999 would become an infinity, which any answer is close to.
static bool can_hold(const struct json *v)
{
    bool ok = json_kind(v) != JSON_NUMBER || isfinite(json_number(v, 0)) ||
              !json_number_text(v)[strcspn(json_number_text(v), ".eE")];
    if (json_kind(v) == JSON_ARRAY || json_kind(v) == JSON_OBJECT)
        for (const struct json *e = json_first(v); e && ok; e = json_next(e))
            ok = can_hold(e);
    return ok;
}

static bool add_case(struct reader *r, const struct json *in, const struct json *out, const char *name)
{
    if (!in || !out || json_kind(out) == JSON_NULL)
        return say(r, "a test%s has no input or no output", "");
    if (!can_hold(in) || !can_hold(out))
        return say(r, "a test%s has a number that is larger than a program can hold", "");
    struct code_test *t = add(r, name ? CODE_CALL : CODE_STDIN);
    t->name = name;
    if (name) {
        t->in = in;
        t->out = out;
    } else {
        t->input = as_text(r, in);
        t->output = as_text(r, out);
    }
    return true;
}

static bool add_cases(struct reader *r, const struct json *object)
{
    const struct json *in = json_get(object, "inputs"), *out = json_get(object, "outputs");
    if (json_kind(in) != JSON_ARRAY || json_kind(out) != JSON_ARRAY || json_count(in) != json_count(out))
        return say(r, "inputs and outputs are not %s", "arrays of one length");
    const char *name = function_name(r, object);
    in = json_first(in);
    out = json_first(out);
    bool ok = true;
    for (; in && ok; in = json_next(in), out = json_next(out))
        ok = add_case(r, in, out, name);
    return ok;
}

static bool add_object(struct reader *r, const struct json *v)
{
    const char *type = json_string(json_get(v, "type"), json_string(json_get(v, "testtype"), NULL)),
               *name = function_name(r, v);
    bool calls = type ? strncmp(type, "func", 4) == 0 : name != NULL;
    const struct json *out = json_get(v, "output");
    if (calls && !name)
        return say(r, "a test of type %s names no function", type);
    return add_case(r, json_get(v, "input"), out ? out : json_get(v, "expected_output"), calls ? name : NULL);
}

static const char *row_setup(struct reader *r)
{
    struct str s = {0};
    for (const struct json *e = json_first(json_get(r->row, "test_imports")); e; e = json_next(e))
        str_printf(&s, "%s\n", json_string(e, ""));
    str_puts(&s, json_string(json_get(r->row, "test_setup_code"), ""));
    const char *setup = arena_strndup(r->memory, s.data, s.size);
    str_finish(&s);
    return setup;
}

static bool add_source(struct reader *r, const char *source)
{
    if (!strstr(source, "assert"))
        return say(r, "a text%s without assert is no test", "");
    struct code_test *t = add(r, CODE_SOURCE);
    t->source = source;
    t->setup = r->setup;
    t->entry = strstr(source, "def check(") ? json_string(json_get(r->row, "entry_point"), NULL) : NULL;
    return true;
}

// What one field holds.
static bool read_value(struct reader *r, const struct json *v)
{
    for (int depth = 0; depth < DEPTH_MAX && v; depth++) {
        const struct json *inside = NULL;
        const char *text = json_string(v, NULL);
        if (text) {
            inside = document(r->t, text);
            if (!inside)
                return add_source(r, text);
        } else if (json_kind(v) == JSON_ARRAY) {
            bool ok = true;
            for (v = json_first(v); v && ok; v = json_next(v))
                ok = json_kind(v) == JSON_STRING   ? add_source(r, json_string(v, ""))
                     : json_kind(v) == JSON_OBJECT ? add_object(r, v)
                                                   : say(r, "a test is neither %s", "a text nor an object");
            return ok;
        } else if (json_kind(v) == JSON_OBJECT) {
            r->t->language = json_string(json_get(v, "language"), r->t->language);
            if (json_get(v, "inputs"))
                return add_cases(r, v);
            if (json_get(v, "input"))
                return add_object(r, v);
            for (int i = 0; i < FIELDS && !inside; i++)
                inside = json_get(v, fields[i]);
        }
        v = inside;
    }
    return say(r, "%s is none of the known forms", "it");
}

const char *code_tests_field(const struct json *row)
{
    for (int i = 0; i < FIELDS; i++)
        if (json_get(row, fields[i]) && json_kind(json_get(row, fields[i])) != JSON_NULL)
            return fields[i];
    return NULL;
}

bool code_tests_read(struct code_tests *t, const struct json *row, const char *field, struct arena *memory,
                     struct str *why)
{
    struct str problem = {0};
    struct reader r = {.t = t, .row = row, .memory = memory, .why = &problem};
    const char *used = *field ? field : code_tests_field(row);
    *t = (struct code_tests){.language = json_string(json_get(row, "language"), NULL)};
    r.function = row_function(&r);
    r.setup = row_setup(&r);
    const struct json *v = used ? json_get(row, used) : NULL;
    bool ok = v && json_kind(v) != JSON_NULL && read_value(&r, v) && t->count > 0;
    if (!ok && why && !v)
        str_printf(why, "the row has no tests%s%s", used ? " in the field " : "", used ? used : "");
    else if (!ok && why)
        str_printf(why, "the field %s has no tests that can be read%s%s", used, problem.size ? ": " : "",
                   problem.size ? problem.data : "");
    str_finish(&problem);
    return ok;
}

void code_tests_finish(struct code_tests *t)
{
    for (int i = 0; i < t->document_count; i++)
        json_close(t->documents[i]);
    *t = (struct code_tests){0};
}
