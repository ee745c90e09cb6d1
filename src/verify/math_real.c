// The part of mathematics whose value is one real number: for rewards that take nothing else, and no rounding.
#include <string.h>

#include "verify/math.h"
#include "verify/math_compare.h"
#include "verify/math_numeric.h"

struct judgement {
    struct text gold, text;
    enum math_verdict verdict;
    struct text source;
    struct str *out;
};

// The value that e says, as in x = 5, or NULL where that is no real number: (1, 2), x^2, 3 + 4i, -3 or 3.
static const struct expr *one_number(struct workspace *w, const struct expr *e)
{
    double value;
    e = math_simplified(w, e);
    if (is_equation(e) && e->op != EXPR_ELEMENT && (is_assignment(w, e) || compare_any(w, e->args[0], e->args[1])))
        e = math_simplified(w, e->args[1]);
    if (e->kind == EXPR_NUMBER)
        return e;
    bool scalar = e->kind == EXPR_CONSTANT || e->kind == EXPR_SUM || e->kind == EXPR_PRODUCT || e->kind == EXPR_POWER ||
                  e->kind == EXPR_FUNCTION;
    return scalar && !expr_has_symbols(w, e) && !numeric_infinite(e) && numeric_value(w, e, &value) ? e : NULL;
}

static const struct expr *find(struct workspace *w, struct text t, const struct math_extraction *how,
                               struct text *source)
{
    struct math_answer answers[MATH_ANSWERS_MAX];
    const struct expr *e = NULL;
    int n = math_extract(w, t, how, answers);
    *source = answers[0].source;
    for (int i = 0; i < n && !e; i++)
        e = one_number(w, answers[i].value);
    return e;
}

static const struct expr *find_answer(struct workspace *w, struct text t, struct text *source)
{
    static const struct math_extraction how = {.first_only = true, .plain = true, .whole = true, .last = true};
    return find(w, t, &how, source);
}

// 50 % is 0.5 and also 50.
static bool is_percent_of(struct workspace *w, const struct written *a, const struct written *b)
{
    mpq_t hundredfold;
    if (!a->percent || b->percent)
        return false;
    workspace_step(w, 50);
    mpq_init(hundredfold);
    mpq_set_si(hundredfold, 100, 1);
    mpq_mul(hundredfold, hundredfold, a->value);
    return mpq_equal(hundredfold, b->value);
}

static bool same_value(struct workspace *w, const struct expr *gold, const struct expr *e)
{
    struct written a, b;
    if (as_written(w, gold, &a) && as_written(w, e, &b))
        return mpq_equal(a.value, b.value) || is_percent_of(w, &a, &b) || is_percent_of(w, &b, &a);
    enum exact_verdict exact = exact_compare(w, gold, e);
    return exact == EXACT_EQUAL || (exact == EXACT_UNKNOWN && numeric_compare(w, gold, e) == NUMERIC_EQUAL);
}

// 90 degrees is 90 and pi / 2, but no $90.
static bool same_number(struct workspace *w, const struct expr *gold, const struct expr *e)
{
    if (units_differ(gold, e))
        return false;
    return same_value(w, gold, e) ||
           (expr_is_degrees(gold) && !e->unit && same_value(w, expr_in_radians(w, gold), e)) ||
           (expr_is_degrees(e) && !gold->unit && same_value(w, gold, expr_in_radians(w, e)));
}

static void judge(struct workspace *w, void *argument)
{
    struct judgement *j = argument;
    static const struct math_extraction how = {.first_only = true, .plain = true, .unanchored = true, .whole = true};
    struct text unused;
    const struct expr *gold = find(w, j->gold, &how, &unused);
    if (!gold)
        return;
    j->verdict = MATH_NO_ANSWER;
    const struct expr *e = find_answer(w, j->text, &j->source);
    if (!e)
        return;
    j->verdict = MATH_UNEQUAL;
    if (same_number(w, gold, e))
        j->verdict = MATH_EQUAL;
}

enum math_verdict math_number_judge(struct workspace *w, struct text gold, struct text t, struct text *source)
{
    struct judgement j = {.gold = gold, .text = t, .verdict = MATH_NO_GOLD, .source = {t.at, 0}};
    workspace_run(w, judge, &j);
    *source = j.source;
    return j.verdict;
}

static void print(struct workspace *w, void *argument)
{
    struct judgement *j = argument;
    const struct expr *e = find_answer(w, j->text, &j->source);
    if (e)
        math_canonical(w, e, j->out);
}

bool math_number_print(struct workspace *w, struct text t, struct str *out)
{
    size_t before = out->size;
    struct judgement j = {.text = t, .out = out};
    if (!workspace_run(w, print, &j) && out->size > before) {
        out->size = before;
        out->data[before] = 0;
    }
    return out->size > before;
}
