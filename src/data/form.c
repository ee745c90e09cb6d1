#include "data/form.h"

#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "verify/code.h"

// In the order in which they are looked for. Sources: TRL and verl (prompt, messages, reward_model), GSM8K and s1K
// (question), Hendrycks MATH, NuminaMath and open-r1 (problem), MetaMath (query), Alpaca (instruction), ShareGPT
// (conversations).
static const char *const prompts[] = {"prompt",      "question", "problem",       "query",
                                      "instruction", "messages", "conversations", "conversation"};
static const char *const answers[] = {"answer",
                                      "final_answer",
                                      "expected_answer",
                                      "solution",
                                      "golden_answers",
                                      "ground_truth",
                                      "reward_model.ground_truth.target",
                                      "reward_model.ground_truth",
                                      "extra_info.answer"};
static const char *const chosen[] = {"answerKey", "answer", "answer_index", "correct", "label"}; // with choices
static const char *const completions[] = {"completion", "response", "output", "solution"};
// Countdown: TinyZero's file, others' spelling of it, reasoning-gym, verl's rows.
static const char *const nums[] = {"nums", "numbers", "metadata.numbers", "reward_model.ground_truth.numbers"};
static const char *const targets[] = {"target", "target", "metadata.target", "reward_model.ground_truth.target"};

#define COUNT(list) ((int)(sizeof list / sizeof *list))

const struct json *form_get(const struct json *row, const char *path)
{
    if (!path || !row)
        return NULL;
    if (!*path)
        return row;
    const struct json *whole = json_get(row, path);
    const char *dot = strchr(path, '.');
    if (whole || (!dot && json_kind(row) != JSON_ARRAY))
        return whole;
    size_t n = dot ? (size_t)(dot - path) : strlen(path);
    char name[128];
    if (n >= sizeof name)
        return NULL;
    memcpy(name, path, n);
    name[n] = 0;
    bool index = json_kind(row) == JSON_ARRAY && n && n < 10 && strspn(name, "0123456789") == n;
    const struct json *member = index ? json_at(row, (size_t)atoi(name)) : json_get(row, name);
    return form_get(member, dot ? path + n + 1 : "");
}

static bool has(const struct json *row, const char *path)
{
    const struct json *v = form_get(row, path);
    return v && json_kind(v) != JSON_NULL;
}

// The first of the names that the row has with a value, else the first that is there; NULL when none is.
static const char *first(const struct json *row, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (has(row, names[i]))
            return names[i];
    for (int i = 0; i < n; i++)
        if (form_get(row, names[i]))
            return names[i];
    return NULL;
}

const char *form_answer(const struct json *row)
{
    return first(row, answers, COUNT(answers));
}

static void find_countdown(struct form *f, const struct dataset_options *o, const struct json *row)
{
    f->nums = o->nums_field;
    f->target = o->target_field;
    for (int i = 0; i < COUNT(nums) && !f->nums; i++)
        if (has(row, nums[i]) && (i == 0 || has(row, targets[i]))) {
            f->nums = nums[i];
            f->target = f->target ? f->target : targets[i];
        }
    if (o->kind == PROBLEM_COUNTDOWN) {
        f->nums = f->nums ? f->nums : nums[0];
        f->target = f->target ? f->target : targets[0];
    }
}

static void find_prompt(struct form *f, const struct dataset_options *o, const struct json *row)
{
    f->prompt = o->prompt_field;
    if (f->prompt || o->kind == PROBLEM_COUNTDOWN)
        return;
    if (json_kind(row) == JSON_ARRAY) {
        f->prompt = "";
    } else if (o->kind == PROBLEM_GSM8K) {
        f->prompt = "question";
    } else if (has(row, "Body") && has(row, "Question")) { // SVAMP, ASDiv
        f->prompt = "Body";
        f->more = "Question";
    } else {
        f->prompt = first(row, prompts, COUNT(prompts));
        if (!f->prompt && code_tests_field(row) && has(row, "text")) // MBPP
            f->prompt = "text";
        if (f->prompt && strcmp(f->prompt, "instruction") == 0)
            f->more = "input"; // which rows may lack, the first too
    }
}

// Where the row has choices and an answer among them; questions without any may have an empty list.
static void find_choices(struct form *f, const struct dataset_options *o, const struct json *row)
{
    const char *const choices[] = {"choices", "options"};
    const char *list = first(row, choices, COUNT(choices));
    const char *answer = o->answer_field ? o->answer_field : first(row, chosen, COUNT(chosen));
    const struct json *v = form_get(row, list);
    if (v && answer && (json_kind(v) == JSON_ARRAY || json_kind(v) == JSON_OBJECT) && json_count(v)) {
        f->choices = list;
        f->answer = answer;
    }
}

void form_add_choices(struct form *f, const struct dataset_options *o, const struct json *row)
{
    if (f->choices)
        return;
    find_choices(f, o, row);
    f->marked = f->marked && (!f->choices || o->kind == PROBLEM_GSM8K);
}

static void find_answer(struct form *f, const struct dataset_options *o, const struct json *row)
{
    f->answer = o->answer_field;
    find_choices(f, o, row);
    if (!f->answer && o->kind == PROBLEM_GSM8K)
        f->answer = "answer";
    if (!f->answer && f->nums && f->target && form_get(row, f->target)) // its solution is no gold
        f->answer = o->kind != PROBLEM_COUNTDOWN && has(row, "answer") ? "answer" : NULL;
    else if (!f->answer && o->kind != PROBLEM_COUNTDOWN)
        f->answer = f->more && has(row, "Answer") ? "Answer" : form_answer(row);
    const char *text = json_string(form_get(row, f->answer), "");
    f->marked = o->kind == PROBLEM_GSM8K ||
                (f->prompt && strcmp(f->prompt, "question") == 0 && !f->choices && strstr(text, "####"));
}

bool form_find(struct form *f, const struct dataset_options *o, const struct json *row)
{
    *f = (struct form){.needs_answer = o->needs_answer || o->kind == PROBLEM_PLAIN,
                       .needs_completion = o->needs_completion || o->kind == PROBLEM_SFT};
    find_countdown(f, o, row);
    find_prompt(f, o, row);
    find_answer(f, o, row);
    f->completion = o->solution_field ? o->solution_field
                    : f->marked       ? NULL
                                      : first(row, completions, COUNT(completions));
    if (o->kind == PROBLEM_SFT && !f->completion)
        f->completion = "completion";
    bool known = f->prompt || (f->nums && f->target);
    if (!known)
        f->prompt = "prompt";
    return known;
}

static void put(struct str *out, const char *name)
{
    if (name)
        str_printf(out, "%s%s", out->size ? "/" : "", *name ? name : "turns");
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

void form_name(const struct form *f, struct str *out)
{
    struct str name = {0};
    put(&name, f->prompt);
    put(&name, f->more);
    put(&name, f->choices);
    put(&name, f->nums);
    put(&name, f->nums ? f->target : NULL);
    put(&name, f->completion);
    put(&name, same(f->answer, f->completion) ? NULL : f->answer);
    str_puts(out, name.data ? name.data : "");
    str_finish(&name);
}

void form_describe(const struct form *f, struct str *out)
{
    form_name(f, out);
    if (f->prompt)
        str_printf(out, ": the question is %s", *f->prompt ? f->prompt : "the row's turns");
    else
        str_puts(out, ": the question is made from the numbers");
    if (f->more)
        str_printf(out, " and %s%s", f->more, strcmp(f->more, "input") == 0 ? " where there is one" : "");
    if (f->choices)
        str_printf(out, " with %s", f->choices);
    if (f->answer)
        str_printf(out, ", the answer %s%s", f->answer, f->marked ? " after its ####" : "");
    if (f->completion || f->marked)
        str_printf(out, ", the completion %s", f->completion ? f->completion : f->answer);
}
