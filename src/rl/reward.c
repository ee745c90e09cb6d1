#include "rl/reward.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct reward_kind *const kinds[] = {
    &reward_numeric,         &reward_math,     &reward_exact,        &reward_contains,  &reward_regex,
    &reward_countdown,       &reward_format,   &reward_think_format, &reward_tag_count, &reward_code_format,
    &reward_reasoning_steps, &reward_language, &reward_length,       &reward_cosine,    &reward_soft_overlong,
    &reward_repetition,      &reward_code,     &reward_exec,
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

const struct reward_kind *reward_kind_at(int i)
{
    return i >= 0 && i < KINDS ? kinds[i] : NULL;
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

// The value of one completion. Of several gold answers any is right: the best value that one of them gives.
static double value_of(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    int n = e->kind->judges ? item->problem->answer_count : 0;
    if (n < 2)
        return e->kind->one(e, item, why);
    struct str said = {0}, best_said = {0};
    double best = NAN;
    for (int i = 0; i < n && !(best >= 1); i++) {
        struct problem p = *item->problem;
        struct reward_item one = *item;
        p.answer = p.answers[i];
        one.problem = &p;
        str_clear(&said);
        double v = e->kind->one(e, &one, why ? &said : NULL);
        if (i && (isnan(v) || v <= best))
            continue;
        best = v;
        str_clear(&best_said);
        str_append(&best_said, said.data ? said.data : "", said.size);
    }
    reward_say(why, "%s", best_said.data ? best_said.data : "");
    str_finish(&said);
    str_finish(&best_said);
    return best;
}

void reward_run(const struct reward_set *set, struct reward_item *items, int n)
{
    for (int k = 0; k < set->count; k++) {
        const struct reward_entry *e = &set->entries[k];
        check(!e->kind->open || e->state, "reward %s was not opened", e->kind->name);
        for (int i = 0; e->kind->one && i < n; i++)
            items[i].parts[k] = value_of(e, &items[i], reward_why(e, &items[i]));
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

static bool is_judge(const struct reward_entry *e)
{
    return e->kind->judges && (!e->kind->judges_with || e->kind->judges_with(e));
}

int reward_judge(const struct reward_set *set)
{
    for (int k = 0; k < set->count; k++)
        if (is_judge(&set->entries[k]))
            return k;
    return -1;
}

bool reward_readable(const struct reward_entry *e, const struct problem *problem, struct str *why)
{
    struct reward_item empty = {.problem = problem, .completion = text_of("")};
    check(!e->kind->open || e->state, "reward %s was not opened", e->kind->name);
    if (!is_judge(e))
        return true;
    if (e->kind->readable)
        return e->kind->readable(e, problem, why);
    if (!e->kind->one)
        return true;
    struct str said = {0}; // also why the empty completion is wrong
    bool skipped = isnan(value_of(e, &empty, &said));
    if (skipped)
        reward_say(why, "%s", said.data);
    str_finish(&said);
    return !skipped;
}

bool reward_answer(const struct reward_set *set, const struct reward_item *item, struct str *out)
{
    int judge = reward_judge(set);
    for (int k = judge < 0 ? 0 : judge; k < set->count; k++)
        if (set->entries[k].kind->answer)
            return set->entries[k].kind->answer(&set->entries[k], item, out);
    return false;
}

enum { HELP_COLUMN = 33, HELP_WIDTH = 118 };

// Appends the words of text, broken so that no line passes HELP_WIDTH; further lines begin at HELP_COLUMN.
static void put_wrapped(struct str *out, size_t column, const char *text)
{
    for (size_t n; *(text += strspn(text, " ")); text += n) {
        n = strcspn(text, " ");
        if (column + 1 + n > HELP_WIDTH) {
            str_printf(out, "\n%*s", HELP_COLUMN - 1, "");
            column = HELP_COLUMN - 1;
        }
        str_printf(out, " %.*s", (int)n, text);
        column += n + 1;
    }
}

static void describe_option(struct str *out, const struct reward_option *o)
{
    size_t before = out->size;
    str_printf(out, "    %s=%s", o->name, o->initial);
    str_printf(out, "%*s", (int)(out->size - before < HELP_COLUMN - 1 ? HELP_COLUMN - 1 - (out->size - before) : 0),
               "");
    size_t start = out->size;
    if (o->type == REWARD_CHOICE)
        str_printf(out, " %s;", o->choices);
    else if (o->type == REWARD_NUMBER || o->type == REWARD_INTEGER)
        str_printf(out, " %.15g to %.15g;", o->low, o->high);
    put_wrapped(out, out->size - start + HELP_COLUMN - 1, o->help);
    str_putc(out, '\n');
}

void reward_describe(struct str *out)
{
    for (int i = 0; i < KINDS; i++) {
        const struct reward_kind *k = kinds[i];
        str_printf(out, "  %-16s %s: %s\n", k->name, k->range, k->summary);
        for (int j = 0; j < k->option_count; j++)
            describe_option(out, &k->options[j]);
    }
}
