// Evaluation on held-out problems during a run: samples judged by the rewards, and for supervised training the loss.
#include <math.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "rl/problems.h"
#include "rl/trainer.h"

// The problems of the evaluations; their number in *n.
static const struct problem **held_out(const struct trainer *t, struct arena *a, uint32_t *n)
{
    const struct dataset *d = &t->dataset;
    int64_t most = t->config->eval.eval_steps > 0 ? t->config->eval.problems : 0;
    *n = d->held_out_count < most ? d->held_out_count : (uint32_t)most;
    const struct problem **problems = arena_array(a, const struct problem *, *n + 1);
    for (uint32_t i = 0; i < *n; i++)
        problems[i] = dataset_held_out(d, i);
    return problems;
}

// ---- what is said when the run opens

static int64_t count_row(const void *trainer, const struct problem *p, struct err *err)
{
    struct arena a = {0};
    struct sequence s;
    int64_t n = trainer_sft_encode(trainer, p, &a, &s, err);
    arena_finish(&a);
    return n;
}

bool trainer_check_problems(const struct trainer *t, struct err *err)
{
    static const char what[] = "held-out problems";
    const struct dataset *d = &t->dataset;
    const struct run_config *c = t->config;
    struct arena a = {0};
    uint32_t n;
    const struct problem **held = held_out(t, &a, &n);
    bool ok = true;
    problems_check_tools(d, &t->session.prompter);
    if (t->kind == TRAIN_RL) {
        const struct problem **train = arena_array(&a, const struct problem *, d->train_count);
        for (uint32_t i = 0; i < d->train_count; i++)
            train[i] = &d->problems[d->train[i]];
        ok = problems_check_golds(d, train, d->train_count, "training problems", &t->rewards, err);
    }
    ok = ok && problems_check_golds(d, held, n, what, &t->rewards, err) &&
         (!t->samples || problems_check_lengths(d, held, n, what, problem_prompt_tokens(&t->session.prompter),
                                                "rl.max_prompt_length", c->rl.max_prompt_length, err)) &&
         (!t->validates || problems_check_lengths(d, held, n, what, (struct problem_tokens){count_row, t, "rows"},
                                                  "sft.max_length", c->sft.max_length, err));
    arena_finish(&a);
    return ok;
}

// ---- the loss on held-out rows

struct validation {
    double nll, tokens; // sums over the completions' tokens
    int rows;
    double seconds;
    bool stopped;
};

// The train program without its backward pass: the weights stay, and a row's bits do not depend on its neighbours.
static bool validate(struct trainer *t, const struct problem *const *problems, uint32_t n, struct arena *a,
                     struct validation *v, struct err *err)
{
    struct sequence *s = arena_array(a, struct sequence, n);
    const struct batch *b = &t->validator.batch;
    double start = clock_now();
    for (uint32_t i = 0; i < n && !err->text[0]; i++) {
        s[v->rows] = (struct sequence){0};
        trainer_sft_encode(t, problems[i], a, &s[v->rows], err);
        v->rows += s[v->rows].completion_count > 0;
    }
    for (int first = 0; first < v->rows && !err->text[0] && !v->stopped; first += b->count) {
        progress_count(&t->progress, first, v->rows, "rows");
        check(batch_pack(&t->validator.batch, s, first, v->rows) > 0, "row %d does not fit a micro-batch", first);
        learner_run(&t->validator, &t->tokens, err);
        for (int i = 0; i < b->count; i++)
            for (int k = 0; k < s[first + i].completion_count; k++)
                v->nll -= (double)t->tokens.logp[b->first_row[i] + k];
        for (int i = 0; i < b->count; i++)
            v->tokens += s[first + i].completion_count;
        v->stopped = interrupt_arrived();
    }
    v->seconds = clock_now() - start;
    return !err->text[0];
}

static void tell_loss(struct trainer *t, const struct validation *v)
{
    char line[256];
    double loss = v->nll / v->tokens;
    metrics_set(&t->metrics, "eval_loss", loss);
    *(t->state.step == 0 ? &t->state.first_loss : &t->state.last_loss) = loss;
    snprintf(line, sizeof line, "step %lld: held-out loss %.4f, %d rows, %.0f tokens, %.1f s", (long long)t->state.step,
             loss, v->rows, v->tokens, v->seconds);
    progress_line(&t->progress, line);
}

// ---- samples

static bool sample(struct trainer *t, const struct problem *const *problems, uint32_t n, struct evaluation_result *r,
                   struct err *err)
{
    const struct run_config *c = t->config;
    struct evaluation e = {.rollout = &t->rollout,
                           .prompter = &t->session.prompter,
                           .rewards = &t->rewards,
                           .sampling = {c->eval.temperature, (int)c->eval.top_k, c->eval.top_p, 0},
                           .samples = (int)c->eval.samples,
                           .seed = (uint32_t)c->seed ^ 0x5EED0E7Au, // other numbers than training's
                           .progress = &t->progress,
                           .stop = interrupt_arrived};
    return evaluate(&e, problems, (int)n, r, err);
}

static void tell_samples(struct trainer *t, const struct evaluation_result *r)
{
    const struct eval_summary *s = &r->summary;
    metrics_set(&t->metrics, "eval_pass@1", s->pass_1);
    if (s->k > 1) {
        char name[32];
        snprintf(name, sizeof name, "eval_pass@%d", s->k);
        metrics_set(&t->metrics, name, s->pass_k);
        snprintf(name, sizeof name, "eval_maj@%d", s->k);
        metrics_set(&t->metrics, name, s->maj_k);
    }
    metrics_set(&t->metrics, "eval_reward", r->reward);
    metrics_set(&t->metrics, "eval_completions/mean_length", r->mean_length);
    metrics_set(&t->metrics, "eval_completions/clipped_ratio", r->clipped_ratio);
    char line[256];
    snprintf(line, sizeof line, "step %lld: held-out pass@1 %.1f %% (%.1f to %.1f), %d problems, %.1f s",
             (long long)t->state.step, 100 * s->pass_1, 100 * s->pass_1_interval.low, 100 * s->pass_1_interval.high,
             s->n, r->seconds);
    progress_line(&t->progress, line);
    *(t->state.step == 0 ? &t->state.first : &t->state.last) = s->pass_1;
    if (!isnan(s->pass_1) && !(s->pass_1 <= t->state.best)) { // also when there is no best yet
        t->state.best = s->pass_1;
        t->state.best_step = t->state.step;
    }
}

bool trainer_evaluate(struct trainer *t, struct err *err)
{
    struct arena a = {0};
    uint32_t n;
    const struct problem **problems = held_out(t, &a, &n);
    struct validation v = {0};
    struct evaluation_result r = {0};
    trainer_phase(t, PHASE_EVALUATE);
    bool ok = (n == 0 || !t->validates || validate(t, problems, n, &a, &v, err)) &&
              (n == 0 || !t->samples || v.stopped || sample(t, problems, n, &r, err));
    arena_finish(&a);
    if (!ok || n == 0)
        return ok;
    t->state.evaluation_due = v.stopped || r.stopped; // then nothing of it is told: it runs again on resume
    if (t->state.evaluation_due)
        return true;
    if (t->validates)
        tell_loss(t, &v);
    if (t->samples)
        tell_samples(t, &r);
    if (t->validates || t->samples)
        metrics_set(&t->metrics, "eval_runtime", v.seconds + r.seconds);
    return true;
}
