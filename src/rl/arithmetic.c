// The built-in generator of arithmetic problems: short prompts such as "12+34=", for models of some 100,000 parameters,
// with worked solutions "<think>2+4=6,1+3=4</think><answer>46</answer>" for their cold start.
#include <string.h>

#include "base/rng.h"
#include "base/str.h"
#include "rl/dataset.h"

enum { TERMS_MAX = 6, DIGITS_MAX = 6 };

static int64_t largest(const struct arithmetic *a)
{
    int64_t v = 1;
    for (int i = 0; i < a->digits; i++)
        v *= 10;
    return v - 1;
}

bool arithmetic_check(const struct arithmetic *a, struct err *err)
{
    static const char *const works[] = {"none", "steps", "columns"};
    bool known = false;
    for (int i = 0; i < 3; i++)
        known |= strcmp(a->work, works[i]) == 0;
    if (!known)
        return fail(err, "arithmetic problems: work is \"%.32s\"; it must be none, steps or columns", a->work);
    if (!a->operations[0] || a->operations[strspn(a->operations, "+-*")] || strlen(a->operations) > 16)
        return fail(err, "arithmetic problems: operations is \"%.32s\"; it must hold some of + - *", a->operations);
    if (a->terms < 2 || a->terms > TERMS_MAX)
        return fail(err, "arithmetic problems: terms is %d; it must be from 2 to %d", a->terms, TERMS_MAX);
    if (a->digits < 1 || a->digits > DIGITS_MAX || (strchr(a->operations, '*') && a->digits * a->terms > 18))
        return fail(err, "arithmetic problems: digits is %d; it must be from 1 to %d, and products must stay below 10^18",
                    a->digits, DIGITS_MAX);
    if (a->min < 0 || a->min > largest(a))
        return fail(err, "arithmetic problems: min is %lld; it must be from 0 to %lld", (long long)a->min,
                    (long long)largest(a));
    return true;
}

static int64_t apply(char op, int64_t x, int64_t y)
{
    return op == '+' ? x + y : op == '-' ? x - y : x * y;
}

// The digits of x + y from the right, each with the carry from before: "7+8=15,1+3+1=5".
static void put_columns(struct str *s, int64_t x, int64_t y)
{
    int64_t carry = 0;
    for (bool first = true; first || x || y; first = false, x /= 10, y /= 10) {
        int64_t sum = x % 10 + y % 10 + carry;
        str_printf(s, "%s%lld+%lld", first ? "" : ",", (long long)(x % 10), (long long)(y % 10));
        if (carry)
            str_puts(s, "+1");
        str_printf(s, "=%lld", (long long)sum);
        carry = sum / 10;
    }
}

static void put_step(struct str *s, const char *work, char op, int64_t x, int64_t y)
{
    if (strcmp(work, "none") == 0)
        return;
    if (s->size)
        str_putc(s, ',');
    bool long_sum = x > 9 || y > 9;
    if (strcmp(work, "columns") == 0 && op == '+' && x >= 0 && y >= 0 && long_sum)
        put_columns(s, x, y);
    else
        str_printf(s, "%lld%c%lld=%lld", (long long)x, op, (long long)y, (long long)apply(op, x, y));
}

// Reduces values[0] ops[0] values[1] ... by one pass over products or over sums; writes the steps. False when a value
// below 0 arises and is not wanted.
static bool reduce(const struct arithmetic *a, bool products, int64_t *values, char *ops, int *count, struct str *work)
{
    int n = 0;
    for (int i = 1; i < *count; i++) {
        char op = ops[i - 1];
        if ((op == '*') == products) {
            put_step(work, a->work, op, values[n], values[i]);
            values[n] = apply(op, values[n], values[i]);
            if (values[n] < 0 && !a->negative)
                return false;
        } else {
            ops[n++] = op;
            values[n] = values[i];
        }
    }
    *count = n + 1;
    return true;
}

bool arithmetic_problem(const struct arithmetic *a, uint32_t i, struct problem *p, struct arena *memory)
{
    int64_t values[TERMS_MAX], range = largest(a) - a->min + 1;
    char ops[TERMS_MAX];
    int count = a->terms;
    struct str prompt = {0}, work = {0};
    for (int t = 0; t < count; t++) {
        uint32_t number = rng_u32(a->seed, RNG_PROBLEM, i, (uint32_t)(2 * t));
        values[t] = a->min + (int64_t)((uint64_t)number * (uint64_t)range >> 32);
        uint32_t op = rng_u32(a->seed, RNG_PROBLEM, i, (uint32_t)(2 * t + 1));
        ops[t] = a->operations[(uint64_t)op * strlen(a->operations) >> 32];
        str_printf(&prompt, "%lld%c", (long long)values[t], t + 1 < count ? ops[t] : '=');
    }
    bool ok = reduce(a, true, values, ops, &count, &work) && reduce(a, false, values, ops, &count, &work);
    if (ok) {
        p->prompt = arena_strdup(memory, prompt.data);
        p->answer = arena_printf(memory, "%lld", (long long)values[0]);
        p->solution = arena_printf(memory, "<think>%s</think><answer>%s</answer>", work.size ? work.data : "", p->answer);
    }
    str_finish(&prompt);
    str_finish(&work);
    return ok;
}
