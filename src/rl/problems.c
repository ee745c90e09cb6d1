#include "rl/problems.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

enum { SHOWN = 3 };
double problems_seconds = 10; // far more than 100,000 problems take

// Those of the problems looked at that will not do, and what is wrong with the first of them.
struct findings {
    const struct dataset *d;
    uint32_t all, looked_at, bad;
    double start_s;
    struct str shown, among; // "line 4: ..."; "the 100 training problems"
};

static struct findings findings_begin(const struct dataset *d, uint32_t n)
{
    return (struct findings){.d = d, .all = n, .start_s = clock_now()};
}

static bool findings_next(struct findings *f)
{
    if (f->looked_at == f->all || (f->looked_at && clock_now() - f->start_s > problems_seconds))
        return false;
    f->looked_at++;
    return true;
}

static void findings_add(struct findings *f, const struct problem *p, const char *why)
{
    char place[32];
    if (f->bad++ < SHOWN)
        str_printf(&f->shown, "%s%s: %s", f->bad > 1 ? "; " : "", dataset_place(f->d, p, place), why);
}

static void findings_end(struct findings *f, const char *what)
{
    if (f->looked_at < f->all)
        str_printf(&f->among, "the first %u of %u %s", f->looked_at, f->all, what);
    else
        str_printf(&f->among, "the %u %s", f->all, what);
    if (f->bad > SHOWN)
        str_puts(&f->shown, "; ...");
}

static void findings_finish(struct findings *f)
{
    str_finish(&f->shown);
    str_finish(&f->among);
}

static bool check_golds(const struct dataset *d, const struct problem *const *problems, uint32_t n, const char *what,
                        const struct reward_entry *e, struct err *err)
{
    static const char skips[] = ": skipped";
    struct findings f = findings_begin(d, n);
    struct str why = {0}, field = {0};
    while (findings_next(&f)) {
        const struct problem *p = problems[f.looked_at - 1];
        str_clear(&why);
        if (reward_readable(e, p, f.bad < SHOWN ? &why : NULL))
            continue;
        if (why.size && str_ends(why.data, skips))
            why.data[why.size - strlen(skips)] = 0;
        findings_add(&f, p, why.data ? why.data : "");
    }
    findings_end(&f, what);
    if (f.bad && d->form.answer && problems[0]->answer)
        str_printf(&field, ", whose gold answers are in the field \"%s\"", d->form.answer);
    bool ok = f.bad < f.looked_at || n == 0;
    if (!ok)
        fail(err,
             "the reward %s can judge none of %s%s: %s. Take another reward, or name the field that has what it reads",
             e->kind->name, f.among.data, field.data ? field.data : "", f.shown.data);
    else if (f.bad)
        log_warn("the reward %s skips %u of %s%s, since it cannot judge them: %s", e->kind->name, f.bad, f.among.data,
                 field.data ? field.data : "", f.shown.data);
    findings_finish(&f);
    str_finish(&why);
    str_finish(&field);
    return ok;
}

bool problems_check_golds(const struct dataset *d, const struct problem *const *problems, uint32_t n, const char *what,
                          const struct reward_set *rewards, struct err *err)
{
    for (int k = 0; k < rewards->count; k++)
        if (!check_golds(d, problems, n, what, &rewards->entries[k], err))
            return false;
    return true;
}

bool problems_check_lengths(const struct dataset *d, const struct problem *const *problems, uint32_t n,
                            const char *what, struct problem_tokens tokens, const char *name, int64_t most,
                            struct err *err)
{
    struct findings f = findings_begin(d, n);
    while (!err->text[0] && findings_next(&f)) {
        char why[32];
        int64_t count = tokens.count(tokens.user, problems[f.looked_at - 1], err);
        snprintf(why, sizeof why, "%lld tokens", (long long)count);
        if (count > most)
            findings_add(&f, problems[f.looked_at - 1], why);
    }
    findings_end(&f, what);
    bool ok = !err->text[0];
    if (ok && f.bad && f.bad == f.looked_at)
        ok = fail(err, "the %s of all of %s are longer than %s = %lld tokens: %s. Raise it", tokens.of, f.among.data,
                  name, (long long)most, f.shown.data);
    else if (ok && f.bad)
        log_warn("%u of %s are left out, since their %s are longer than %s = %lld tokens: %s", f.bad, f.among.data,
                 tokens.of, name, (long long)most, f.shown.data);
    findings_finish(&f);
    return ok;
}

static int64_t count_prompt(const void *prompter, const struct problem *p, struct err *err)
{
    struct ids ids = {0};
    int64_t n = prompter_encode(prompter, p, &ids, err) ? (int64_t)ids.count : 0;
    ids_finish(&ids);
    return n;
}

struct problem_tokens problem_prompt_tokens(const struct prompter *p)
{
    return (struct problem_tokens){count_prompt, p, "prompts"};
}

void problems_check_tools(const struct dataset *d, const struct prompter *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->count; i++)
        n += d->problems[i].tools != NULL;
    if (n && !chat_reads(&p->chat, "tools"))
        log_warn("%u of the %u rows have tools, but %s never reads \"tools\": the model does not see them", n, d->count,
                 p->chat.name);
}
