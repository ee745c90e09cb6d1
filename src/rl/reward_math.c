// math: whether the completion's answer says what the gold answer says, as Math-Verify judges it (src/verify/math.h). 1
// or 0; skipped when the gold answer is missing or is no mathematics. Bounded by a workspace: what would take longer
// than that allows is no right answer.
//
// The defaults are those of the accuracy rewards of open-r1 and TRL: the gold answer is read in any form, the
// completion's from a box, else from LaTeX after "final answer" or "answer".
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "rl/reward_text.h"
#include "verify/math.h"

enum { EXTRACT, WITHIN, AFTER_THINK };
enum { EXTRACT_LATEX, EXTRACT_BOXED, EXTRACT_ANY };

static const struct reward_option options[] = {
    [EXTRACT] =
        {"extract", REWARD_CHOICE, "latex", .choices = "latex|boxed|any",
         .help = "latex: the last \\boxed{}, else LaTeX after \"final answer\" or \"answer\"; boxed: \\boxed{} alone; "
                 "any: also numbers outside of LaTeX, and without a mark what stands last"},
    [WITHIN] = {"within", REWARD_CHOICE, "all", .choices = "all|answer",
                .help = "answer: only the last <answer> block is read, which may also be nothing but the answer"},
    [AFTER_THINK] = REWARD_AFTER_THINK,
};

// One comparison, in the workspace.
struct judgement {
    const struct reward_entry *e;
    struct text gold, completion;
    struct str *why, *out;
    struct math_answer golds[MATH_ANSWERS_MAX], answers[MATH_ANSWERS_MAX];
    int gold_count, count;
    int equal, equal_gold; // the indices of the pair that is equal; -1 and 0 when none is
    bool judged;           // before the workspace came to its end
    struct str read[2];    // for `why`: what the answer and the gold answer say
};

static int choice(const struct reward_entry *e, int option)
{
    return (int)e->options[option].number;
}

static struct math_extraction extraction(const struct reward_entry *e)
{
    int extract = choice(e, EXTRACT);
    bool block = choice(e, WITHIN);
    return (struct math_extraction){
        .boxed_only = extract == EXTRACT_BOXED,
        .boxed_first = true,
        .first_only = true,
        .plain = extract == EXTRACT_ANY || (block && extract == EXTRACT_LATEX),
        .unanchored = extract == EXTRACT_ANY,
        .whole = block && extract != EXTRACT_BOXED,
    };
}

// Words without any sign of LaTeX are an explanation rather than an answer to be compared.
static bool is_prose(const struct judgement *j)
{
    return j->golds[0].value->kind == EXPR_TEXT && j->golds[0].source.size == text_trim(j->gold).size &&
           !memchr(j->gold.at, '\\', j->gold.size);
}

static void read_gold(struct workspace *w, struct judgement *j)
{
    static const struct math_extraction how = {.first_only = true, .plain = true, .unanchored = true, .whole = true};
    j->gold_count = math_extract(w, j->gold, &how, j->golds);
    if (j->gold_count && is_prose(j))
        j->gold_count = 0;
}

static void read_answer(struct workspace *w, struct judgement *j)
{
    struct math_extraction how = extraction(j->e);
    j->count = math_extract(w, j->completion, &how, j->answers);
}

static void compare(struct workspace *w, struct judgement *j)
{
    for (int k = 0; k < j->gold_count; k++)
        for (int i = 0; i < j->count; i++)
            if (math_equal(w, j->golds[k].value, j->answers[i].value)) {
                j->equal = i;
                j->equal_gold = k;
                return;
            }
}

static void judge(struct workspace *w, void *argument)
{
    struct judgement *j = argument;
    read_gold(w, j);
    if (!j->gold_count)
        return;
    read_answer(w, j);
    compare(w, j);
    j->judged = true;
    if (!j->why || !j->count)
        return;
    math_canonical(w, j->answers[j->equal < 0 ? 0 : j->equal].value, &j->read[0]);
    math_canonical(w, j->golds[j->equal_gold].value, &j->read[1]);
}

// ` is 1/2`, where that is known.
static void say_read(struct str *why, const struct str *read)
{
    if (read->size)
        reward_say(why, " is %.*s", reward_shown((struct text){read->data, read->size}), read->data);
}

static void say(const struct judgement *j, const struct workspace *w)
{
    const struct math_answer *a = &j->answers[j->equal < 0 ? 0 : j->equal];
    struct text gold = j->golds[j->equal_gold].source;
    if (!a->source.size) {
        reward_say(j->why, j->judged ? "no answer found" : "no answer found: %s", w->reason);
        return;
    }
    reward_say(j->why, "\"%.*s\" %s", reward_shown(a->source), a->source.at, a->place);
    if (!j->judged) {
        reward_say(j->why, ": %s", w->reason);
    } else if (!j->count) {
        reward_say(j->why, " is not mathematics that can be read");
    } else {
        say_read(j->why, &j->read[0]);
        reward_say(j->why, "; the gold answer \"%.*s\"", reward_shown(gold), gold.at);
        say_read(j->why, &j->read[1]);
        reward_say(j->why, j->equal < 0 ? ": not equal" : ": equal");
    }
}

// Cuts the completion to what is read. False when that is not there.
static bool cut(const struct reward_entry *e, struct text *t, struct str *why)
{
    struct text inside;
    if (choice(e, AFTER_THINK) && !reward_after_think(t)) {
        reward_say(why, "has no </think>");
        return false;
    }
    if (!choice(e, WITHIN))
        return true;
    if (!text_last_block(*t, "<answer>", "</answer>", &inside)) {
        reward_say(why, "has no <answer> block");
        return false;
    }
    *t = inside;
    return true;
}

// The gold answer's text: what follows the last "####" of a whole solution of GSM8K, else all of it.
static bool gold_text(const struct reward_item *item, struct text *gold)
{
    if (!item->problem->answer)
        return false;
    struct text t = text_of(item->problem->answer);
    size_t at = text_rfind(t, t.size, "####");
    *gold = text_trim(at == (size_t)-1 ? t : (struct text){t.at + at + 4, t.size - at - 4});
    return gold->size > 0;
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct judgement j = {.e = e, .completion = item->completion, .equal = -1};
    struct str missing = {0}; // what is not there
    if (!gold_text(item, &j.gold)) {
        reward_say(why, "no gold answer: skipped");
        return NAN;
    }
    bool there = cut(e, &j.completion, why ? &missing : NULL);
    if (there)
        j.why = why;
    else
        j.completion.size = 0;
    workspace_run(e->state, judge, &j);
    if (!j.gold_count)
        reward_say(why, "the gold answer \"%.*s\" is not mathematics that can be read: skipped", reward_shown(j.gold),
                   j.gold.at);
    else if (!there)
        reward_say(why, "%s", missing.size ? missing.data : "");
    else
        say(&j, e->state);
    str_finish(&missing);
    str_finish(&j.read[0]);
    str_finish(&j.read[1]);
    return !j.gold_count ? NAN : j.equal >= 0 ? 1 : 0;
}

static void print_answer(struct workspace *w, void *argument)
{
    struct judgement *j = argument;
    read_answer(w, j);
    if (j->count)
        math_canonical(w, j->answers[0].value, j->out);
}

static bool answer(const struct reward_entry *e, const struct reward_item *item, struct str *out)
{
    struct judgement j = {.e = e, .completion = item->completion, .out = out};
    size_t before = out->size;
    if (!cut(e, &j.completion, NULL))
        return false;
    if (!workspace_run(e->state, print_answer, &j) && j.count) { // it has no normal form: its own text
        out->size = before;
        struct text source = j.answers[0].source;
        str_append(out, source.at, source.size);
    }
    return out->size > before;
}

static bool open_workspace(struct reward_entry *e, struct err *err)
{
    e->state = block_alloc(sizeof(struct workspace));
    return e->state || fail(err, "no memory for a workspace");
}

static void close_workspace(struct reward_entry *e)
{
    workspace_finish(e->state);
    block_free(e->state);
}

const struct reward_kind reward_math = {
    .name = "math",
    .range = "0 or 1",
    .summary = "the answer equals the gold answer mathematically, as Math-Verify compares",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .open = open_workspace,
    .close = close_workspace,
    .one = score,
    .answer = answer,
};
