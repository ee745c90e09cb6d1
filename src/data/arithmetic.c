// The built-in generator of arithmetic problems: short prompts such as "12+34=", for models of some 100,000 parameters,
// with worked solutions "<think>2+4=6,1+3=4</think><answer>46</answer>" for their cold start.
#include <string.h>

#include "base/rng.h"
#include "base/str.h"
#include "data/dataset.h"

enum { TERMS_MAX = 6, DIGITS_MAX = 6, SLIP_FIRST = 2 * TERMS_MAX }; // random words of a problem; slips come after

struct work { // the worked solution while it is written
    const struct arithmetic *a;
    uint32_t problem, carries; // carries met so far; names the random numbers of slips
    struct str text;
};

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
        return fail(err,
                    "arithmetic problems: digits is %d; it must be from 1 to %d, and products must stay below 10^18",
                    a->digits, DIGITS_MAX);
    if (a->min < 0 || a->min > largest(a))
        return fail(err, "arithmetic problems: min is %lld; it must be from 0 to %lld", (long long)a->min,
                    (long long)largest(a));
    if (!(a->forget_carry >= 0 && a->forget_carry <= 1) || (a->forget_carry > 0 && strcmp(a->work, "columns") != 0))
        return fail(
            err,
            "arithmetic problems: forget_carry is %g; it must be from 0 to 1, and only work \"columns\" has carries",
            a->forget_carry);
    return true;
}

static int64_t apply(char op, int64_t x, int64_t y)
{
    return op == '+' ? x + y : op == '-' ? x - y : x * y;
}

// The digits of x + y from the right, each with the carry from before: "7+8=15,1+3+1=5". Returns the sum as worked out,
// which is too small where a carry was forgotten.
static int64_t put_columns(struct work *w, int64_t x, int64_t y)
{
    int64_t carry = 0, result = 0;
    for (int64_t place = 1; place == 1 || x || y; place *= 10, x /= 10, y /= 10) {
        int64_t sum = x % 10 + y % 10 + carry;
        str_printf(&w->text, "%s%lld+%lld", place == 1 ? "" : ",", (long long)(x % 10), (long long)(y % 10));
        if (carry)
            str_puts(&w->text, "+1");
        str_printf(&w->text, "=%lld", (long long)sum);
        bool last = x < 10 && y < 10; // its sum is written whole
        result += place * (last ? sum : sum % 10);
        carry = sum / 10;
        if (carry && !last &&
            rng_uniform(w->a->seed, RNG_PROBLEM, w->problem, SLIP_FIRST + w->carries++) < w->a->forget_carry)
            carry = 0;
    }
    return result;
}

// One operation, with its step of the work; returns the value as worked out.
static int64_t put_step(struct work *w, char op, int64_t x, int64_t y)
{
    if (strcmp(w->a->work, "none") == 0)
        return apply(op, x, y);
    if (w->text.size)
        str_putc(&w->text, ',');
    bool long_sum = x > 9 || y > 9;
    if (strcmp(w->a->work, "columns") == 0 && op == '+' && x >= 0 && y >= 0 && long_sum)
        return put_columns(w, x, y);
    str_printf(&w->text, "%lld%c%lld=%lld", (long long)x, op, (long long)y, (long long)apply(op, x, y));
    return apply(op, x, y);
}

// Reduces values[0] ops[0] values[1] ... by one pass over products or over sums; writes the steps into w, or only
// computes when w is NULL. False when a value below 0 arises and is not wanted (in the true computation).
static bool reduce(const struct arithmetic *a, bool products, int64_t *values, char *ops, int *count, struct work *w)
{
    int n = 0;
    for (int i = 1; i < *count; i++) {
        char op = ops[i - 1];
        if ((op == '*') == products) {
            values[n] = w ? put_step(w, op, values[n], values[i]) : apply(op, values[n], values[i]);
            if (values[n] < 0 && !a->negative && !w)
                return false;
        } else {
            ops[n++] = op;
            values[n] = values[i];
        }
    }
    *count = n + 1;
    return true;
}

static bool solve(const struct arithmetic *a, const int64_t *values, const char *ops, struct work *w, int64_t *result)
{
    int64_t v[TERMS_MAX];
    char o[TERMS_MAX];
    int count = a->terms;
    memcpy(v, values, sizeof v);
    memcpy(o, ops, sizeof o);
    bool ok = reduce(a, true, v, o, &count, w) && reduce(a, false, v, o, &count, w);
    *result = v[0];
    return ok;
}

bool arithmetic_problem(const struct arithmetic *a, uint32_t i, struct problem *p, struct arena *memory)
{
    int64_t values[TERMS_MAX] = {0}, range = largest(a) - a->min + 1, answer, worked;
    char ops[TERMS_MAX] = {0};
    struct str prompt = {0};
    struct work work = {.a = a, .problem = i};
    for (int t = 0; t < a->terms; t++) {
        uint32_t number = rng_u32(a->seed, RNG_PROBLEM, i, (uint32_t)(2 * t));
        values[t] = a->min + (int64_t)((uint64_t)number * (uint64_t)range >> 32);
        uint32_t op = rng_u32(a->seed, RNG_PROBLEM, i, (uint32_t)(2 * t + 1));
        ops[t] = a->operations[(uint64_t)op * strlen(a->operations) >> 32];
        str_printf(&prompt, "%lld%c", (long long)values[t], t + 1 < a->terms ? ops[t] : '=');
    }
    // Twice, as the work may slip: the problem and its answer do not depend on that.
    bool ok = solve(a, values, ops, NULL, &answer) && solve(a, values, ops, &work, &worked);
    if (ok) {
        p->prompt = arena_strdup(memory, prompt.data);
        p->answer = arena_printf(memory, "%lld", (long long)answer);
        p->solution = arena_printf(memory, "<think>%s</think><answer>%lld</answer>",
                                   work.text.size ? work.text.data : "", (long long)worked);
    }
    str_finish(&prompt);
    str_finish(&work.text);
    return ok;
}
