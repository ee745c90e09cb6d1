// countdown: whether the answer is an expression over the given numbers that equals the target. 1 when right, `partial`
// when an answer is there but wrong, 0 when there is none; skipped when the problem has no numbers or no target.
//
// The expression is parsed, never evaluated by anything else: + - * / and brackets over whole numbers, in exact
// fractions. "**" and "//" are errors. Values beyond 64 bits and brackets deeper than DEPTH_MAX are wrong answers.
#include <math.h>
#include <string.h>

#include "rl/rational.h"
#include "rl/reward.h"

enum { WHERE, NUMBERS, PARTIAL, SCALE };
enum { LAST, LAST_LINE, FIRST };
enum { ALL, SUBSET };
enum { PLAIN, REASONING_GYM };
enum { DEPTH_MAX = 64 };

static const struct reward_option options[] = {
    [WHERE] = {"where", REWARD_CHOICE, "last", .choices = "last|last_line|first",
               .help = "which <answer> block: the last one; the last one of the last line (TinyZero); the first one, "
                       "which must hold no line break (GRPO-Zero)"},
    [NUMBERS] = {"numbers", REWARD_CHOICE, "all", .choices = "all|subset",
                 .help = "all: each number exactly once; subset: at most once"},
    [PARTIAL] = {"partial", REWARD_NUMBER, "0", .low = 0, .high = 1,
                 .help = "value of an answer block that is wrong in any way (TinyZero: 0.1)"},
    [SCALE] = {"scale", REWARD_CHOICE, "plain", .choices = "plain|reasoning_gym",
               .help =
                   "plain: 1, partial or 0; reasoning_gym: 0.01 for no answer or one that is no expression, 0.05 for a "
                   "wrong one"},
};

struct parser {
    struct text t;
    size_t at;
    int depth;
    const struct problem *problem;
    bool used[PROBLEM_NUMS_MAX];
    int used_count;
    const char *problem_text; // why the answer is wrong; NULL while it is not
    bool unreadable;          // because it is no expression; parsing ends there
};

// A wrong expression is parsed to its end, to tell it from none; its value means nothing from here on.
static struct rational wrong(struct parser *p, const char *reason)
{
    if (!p->problem_text)
        p->problem_text = reason;
    return (struct rational){0, 1};
}

static struct rational unreadable(struct parser *p, const char *reason)
{
    p->unreadable = true;
    p->problem_text = reason;
    return (struct rational){0, 1};
}

static char peek(struct parser *p)
{
    while (p->at < p->t.size && strchr(" \t\r\n", p->t.at[p->at]) && p->t.at[p->at])
        p->at++;
    return p->at < p->t.size ? p->t.at[p->at] : 0;
}

static struct rational take_number(struct parser *p)
{
    int64_t v = 0;
    size_t start = p->at;
    bool fits = true;
    for (; p->at < p->t.size && p->t.at[p->at] >= '0' && p->t.at[p->at] <= '9'; p->at++)
        fits = fits && !__builtin_mul_overflow(v, 10, &v) && !__builtin_add_overflow(v, p->t.at[p->at] - '0', &v);
    if (p->at - start > 1 && p->t.at[start] == '0')
        return unreadable(p, "a number starts with 0");
    for (int i = 0; fits && i < p->problem->num_count; i++)
        if (!p->used[i] && p->problem->nums[i] == v) {
            p->used[i] = true;
            p->used_count++;
            return (struct rational){v, 1};
        }
    return wrong(p, "a number that was not given, or more often than it was given");
}

static struct rational take_sum(struct parser *p);

static struct rational take_factor(struct parser *p)
{
    char c = peek(p);
    struct rational v;
    if (++p->depth > DEPTH_MAX) {
        v = unreadable(p, "brackets or signs too deep");
    } else if (c == '(') {
        p->at++;
        v = take_sum(p);
        if (peek(p) == ')')
            p->at++;
        else
            unreadable(p, "not an expression of + - * / and brackets");
    } else if (c == '-' || c == '+') {
        p->at++;
        v = take_factor(p);
        if (c == '-')
            v.top = -v.top;
    } else if (c >= '0' && c <= '9') {
        v = take_number(p);
    } else {
        v = unreadable(p, "not an expression of + - * / and brackets");
    }
    p->depth--;
    return v;
}

static struct rational take_product(struct parser *p)
{
    struct rational v = take_factor(p);
    for (char c; !p->unreadable && ((c = peek(p)) == '*' || c == '/');) {
        p->at++;
        struct rational w = take_factor(p);
        if (!(c == '*' ? rational_multiply(v, w, &v) : rational_divide(v, w, &v)))
            v = wrong(p, "a division by zero, or a value beyond 64 bits");
    }
    return v;
}

static struct rational take_sum(struct parser *p)
{
    struct rational v = take_product(p);
    for (char c; !p->unreadable && ((c = peek(p)) == '+' || c == '-');) {
        p->at++;
        struct rational w = take_product(p);
        if (!(c == '+' ? rational_add(v, w, &v) : rational_subtract(v, w, &v)))
            v = wrong(p, "a value beyond 64 bits");
    }
    return v;
}

static bool locate(const struct reward_entry *e, struct text t, struct text *inside)
{
    int where = (int)e->options[WHERE].number;
    if (where == LAST)
        return text_last_block(t, "<answer>", "</answer>", inside);
    if (where == LAST_LINE) {
        size_t line = text_rfind(t, t.size, "\n");
        line = line == (size_t)-1 ? 0 : line + 1;
        return text_last_block((struct text){t.at + line, t.size - line}, "<answer>", "</answer>", inside);
    }
    size_t start = text_find(t, 0, "<answer>");
    size_t end = start == (size_t)-1 ? start : text_find(t, start, "</answer>");
    if (end == (size_t)-1)
        return false;
    start += strlen("<answer>");
    *inside = (struct text){t.at + start, end - start};
    return text_find(*inside, 0, "\n") == (size_t)-1;
}

static double partly(const struct reward_entry *e, bool unreadable)
{
    if ((int)e->options[SCALE].number == REASONING_GYM) // reasoning-gym, games/countdown.py
        return unreadable ? 0.01 : 0.05;
    return e->options[PARTIAL].number;
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    const struct problem *problem = item->problem;
    struct parser p = {.problem = problem};
    if (problem->num_count == 0 || !problem->has_target) {
        reward_say(why, "the problem has no nums or no target: skipped");
        return NAN;
    }
    if (!locate(e, item->completion, &p.t)) {
        reward_say(why, "has no <answer> block");
        return (int)e->options[SCALE].number == REASONING_GYM ? partly(e, true) : 0;
    }
    struct rational v = take_sum(&p);
    if (!p.unreadable && peek(&p))
        unreadable(&p, "not an expression of + - * / and brackets");
    else if (!p.unreadable && p.at < p.t.size)
        unreadable(&p, "a zero byte");
    if (!p.problem_text && (int)e->options[NUMBERS].number == ALL && p.used_count != problem->num_count)
        wrong(&p, "not every given number is used");
    if (!p.problem_text && (v.bottom != 1 || v.top != problem->target)) {
        reward_say(why, "equals %lld/%lld, not %lld", (long long)v.top, (long long)v.bottom,
                   (long long)problem->target);
        return partly(e, false);
    }
    reward_say(why, "%s", p.problem_text ? p.problem_text : "right");
    return p.problem_text ? partly(e, p.unreadable) : 1;
}

// The expression without white space.
static bool answer(const struct reward_entry *e, const struct reward_item *item, struct str *out)
{
    struct text t;
    if (!locate(e, item->completion, &t))
        return false;
    for (size_t i = 0; i < t.size; i++)
        if (!strchr(" \t\r\n", t.at[i]))
            str_putc(out, t.at[i]);
    return out->size > 0;
}

const struct reward_kind reward_countdown = {
    .name = "countdown",
    .range = "0 to 1",
    .summary = "an expression over the given numbers that equals the target",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .one = score,
    .answer = answer,
};
