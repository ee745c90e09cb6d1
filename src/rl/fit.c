#include "rl/fit.h"

#include <string.h>

// The changes, the mildest first: those that cost time alone, then those that change what is learnt.
enum change { RECOMPUTE, LOGIT_ROWS, MICRO_BATCH, SLOTS, DTYPE, BETA, COMPLETION, CHANGES };
enum { SHORTEST = 4 }; // a completion of no less than a quarter

static const char *const keys[CHANGES] = {
    [RECOMPUTE] = "model.recompute",
    [LOGIT_ROWS] = "train.logit_rows",
    [MICRO_BATCH] = "train.micro_batch_tokens",
    [SLOTS] = "rl.slots",
    [DTYPE] = "model.dtype",
    [BETA] = "rl.beta",
    [COMPLETION] = "rl.max_completion_length",
};

static int64_t *number_of(struct run_config *c, enum change k)
{
    int64_t *const at[CHANGES] = {[LOGIT_ROWS] = &c->train.logit_rows,
                                  [MICRO_BATCH] = &c->train.micro_batch_tokens,
                                  [SLOTS] = &c->rl.slots,
                                  [COMPLETION] = &c->rl.max_completion_length};
    return at[k];
}

// The smallest value that a change may give. c has the changes that go before it.
static int64_t least(const struct trainer *t, const struct run_config *c, enum change k)
{
    switch (k) {
    case LOGIT_ROWS: // fewer save little, and more than 32 chunks take long to plan
        return t->config->train.micro_batch_tokens / 32 > 64 ? t->config->train.micro_batch_tokens / 32 : 64;
    case MICRO_BATCH:
        return t->kind == TRAIN_SFT ? c->sft.max_length - 1 : c->rl.max_prompt_length - 1 + c->rl.max_completion_length;
    case COMPLETION:
        return t->config->rl.max_completion_length / SHORTEST;
    default:
        return 1;
    }
}

// Halves a number of the config so many times; false when it does not change.
static bool lower(const struct trainer *t, struct run_config *c, enum change k, int times)
{
    int64_t *n = number_of(c, k), before = *n, floor = least(t, c, k);
    for (int i = 0; i < times; i++) {
        if (*n <= floor)
            break;
        *n = *n / 2 > floor ? *n / 2 : floor;
    }
    return *n < before;
}

enum { ALL_THE_WAY = 64 };

// False when there is nothing to change.
static bool apply(const struct trainer *t, struct run_config *c, enum change k, int times)
{
    bool changes = true;
    if (k == RECOMPUTE) {
        changes = !c->model.recompute;
        c->model.recompute = true;
    } else if (k == DTYPE) {
        changes = strcmp(c->model.dtype, "float32") == 0;
        c->model.dtype = changes ? "bfloat16" : c->model.dtype;
    } else if (k == BETA) {
        changes = t->kind == TRAIN_RL && c->rl.beta > 0;
        c->rl.beta = 0;
    } else if ((k == SLOTS && !t->samples) || (k == COMPLETION && t->kind == TRAIN_SFT)) {
        changes = false;
    } else {
        changes = lower(t, c, k, times);
    }
    return changes;
}

// What the run takes with the changes of a set (bits), numbers lowered `times` times.
static uint64_t total_of(const struct trainer *t, unsigned set, const int times[CHANGES])
{
    struct run_config c = *t->config;
    struct trainer v = {.kind = t->kind, .config = &c, .loss = t->loss, .sampling = t->sampling};
    struct err err = {0};
    if (set & 1u << COMPLETION) // a micro-batch holds the longest sequence
        apply(t, &c, COMPLETION, times[COMPLETION]);
    for (int k = 0; k < COMPLETION; k++)
        if (set & 1u << k)
            apply(t, &c, (enum change)k, times[k]);
    v.session = t->session; // borrowed, but for the engine
    v.session.engine = (struct engine){0};
    v.session.config = &c;
    v.session.positions += c.rl.max_completion_length - t->config->rl.max_completion_length;
    v.dataset = t->dataset;
    v.rewards = t->rewards;
    v.loss.beta = t->kind == TRAIN_RL ? c.rl.beta : 0;
    session_plan(&v.session, true);
    trainer_plan(&v);
    bool ok = engine_place(&v.session.engine, &err) && space_planned(&v.reference.space, &err) &&
              space_planned(&v.optimizer.space, &err);
    uint64_t total = ok ? trainer_memory(&v).total : UINT64_MAX;
    learner_finish(&v.learner);
    learner_finish(&v.validator);
    learner_finish(&v.reference_scorer);
    rollout_finish(&v.rollout);
    optimizer_finish(&v.optimizer);
    if (v.reference.device)
        model_finish(&v.reference);
    engine_finish(&v.session.engine);
    return total;
}

// A set that is enough, all numbers lowered all the way, and from which none can be left out; the last ones go first.
// 0 when none is enough.
static unsigned find_set(const struct trainer *t, unsigned possible, uint64_t most, const int times[CHANGES])
{
    if (total_of(t, possible, times) > most)
        return 0;
    for (int a = 0; a < CHANGES; a++)
        if (possible >> a & 1 && total_of(t, 1u << a, times) <= most)
            return 1u << a;
    unsigned set = possible;
    for (int k = CHANGES - 1; k >= 0; k--)
        if (set >> k & 1 && total_of(t, set & ~(1u << k), times) <= most)
            set &= ~(1u << k);
    return set;
}

static int name_set(const struct trainer *t, unsigned set, const int times[CHANGES], struct str *out)
{
    struct run_config c = *t->config;
    int n = 0;
    if (set & 1u << COMPLETION)
        apply(t, &c, COMPLETION, times[COMPLETION]);
    for (int k = 0; k < CHANGES; k++) {
        if (!(set >> k & 1))
            continue;
        if (k != COMPLETION)
            apply(t, &c, (enum change)k, times[k]);
        str_printf(out, "%s%s=", n++ ? " --set " : "--set ", keys[k]);
        if (number_of(&c, (enum change)k))
            str_printf(out, "%lld", (long long)*number_of(&c, (enum change)k));
        else
            str_puts(out, k == RECOMPUTE ? "true" : k == DTYPE ? "bfloat16" : "0");
    }
    return n;
}

void fit_advise(const struct trainer *t, uint64_t most, struct str *out)
{
    int times[CHANGES];
    unsigned possible = 0;
    char bytes[24];
    for (int k = 0; k < CHANGES; k++) {
        struct run_config c = *t->config;
        times[k] = ALL_THE_WAY;
        if (apply(t, &c, (enum change)k, ALL_THE_WAY))
            possible |= 1u << k;
    }
    unsigned set = find_set(t, possible, most, times);
    if (!set) {
        str_puts(out, "take a smaller model");
        if (possible) {
            str_puts(out, "; with ");
            name_set(t, possible, times, out);
            str_printf(out, " it would still take %s", str_bytes(total_of(t, possible, times), bytes));
        }
        return;
    }
    for (int k = 0; k < CHANGES; k++) // no lower than need be
        if (set >> k & 1)
            for (times[k] = 1; total_of(t, set, times) > most;)
                times[k]++;
    int n = name_set(t, set, times, out);
    uint64_t now = total_of(t, set, times), before = trainer_memory(t).total;
    str_printf(out, n > 1 ? " together are enough, they save %s" : " is enough, it saves %s",
               str_bytes(before - now, bytes));
}
