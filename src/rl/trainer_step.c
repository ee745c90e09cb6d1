// One optimiser step: micro-batches, their metrics, the update; and what is said when a number goes wrong.
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "rl/trainer.h"

// Sums over the tokens that count, for the step's metrics.
struct sums {
    struct loss_sums loss;
    double entropy, nll;
    double difference, difference_max; // |logp of the sampler - logp|
    double measured;                   // tokens that the model was run on
};

static void fill_tokens(struct trainer *t, const struct step_input *in)
{
    const struct batch *b = &t->learner.batch;
    struct learner_tokens *x = &t->tokens;
    for (int r = 0; r < b->rows; r++)
        x->weight[r] = x->advantage[r] = x->logp_old[r] = x->logp_ref[r] = 0;
    for (int i = 0; i < b->count; i++) {
        int s = b->first + i;
        for (int k = 0, r = b->first_row[i]; k < in->sequences[s].completion_count; k++, r++) {
            x->weight[r] = (float)in->weight[s];
            x->advantage[r] = (float)in->advantage[s];
            x->logp_old[r] = in->logp_old ? in->logp_old[s][k] : 0;
            x->logp_ref[r] = in->logp_ref ? in->logp_ref[s][k] : 0;
        }
    }
}

static void gather(struct trainer *t, const struct step_input *in, struct sums *sums)
{
    const struct batch *b = &t->learner.batch;
    const struct learner_tokens *x = &t->tokens;
    for (int i = 0; i < b->count; i++) {
        int s = b->first + i, n = in->sequences[s].completion_count, first = b->first_row[i];
        if (in->weight[s] == 0)
            continue;
        loss_count(&sums->loss, &t->loss, in->advantage[s], x->loss + first, x->ratio + first, x->kl + first, n);
        for (int k = 0, r = first; k < n; k++, r++) {
            double d = in->logp_old ? fabs((double)in->logp_old[s][k] - (double)x->logp[r]) : 0;
            sums->nll -= (double)x->logp[r];
            sums->entropy += (double)x->entropy[r];
            sums->difference += d;
            sums->difference_max = fmax(sums->difference_max, d);
        }
        sums->measured += n;
    }
}

// The sequences of a step that have something to teach. Without a KL term one of advantage 0 has none: its loss and its
// gradient are 0 whatever the model says. What the metrics need of those left out is counted from their rollout, whose
// log-probabilities give their entropy in expectation: E[-log p] over what was sampled.
static struct step_input worth_learning(struct trainer *t, const struct step_input *in, struct arena *a,
                                        struct sums *sums)
{
    struct sequence *sequences = arena_array(a, struct sequence, in->n);
    double *weight = arena_array(a, double, in->n), *advantage = arena_array(a, double, in->n);
    float **old = arena_array(a, float *, in->n), **ref = arena_array(a, float *, in->n);
    struct step_input out = {sequences, weight, advantage, in->logp_old ? old : NULL, in->logp_ref ? ref : NULL, 0};
    for (int s = 0; s < in->n; s++) {
        int n = in->sequences[s].completion_count;
        double entropy = 0;
        bool idle = in->advantage[s] == 0 && !in->logp_ref && in->weight[s] != 0;
        for (int k = 0; idle && k < n; k++)
            entropy -= (double)in->logp_old[s][k];
        if (idle && isfinite(entropy)) { // one that is not finite is run: then what is wrong is found and named
            const float *zero = arena_array(a, float, n);
            loss_count(&sums->loss, &t->loss, 0, zero, zero, zero, n);
            sums->entropy += entropy;
        } else if (in->weight[s] != 0) {
            sequences[out.n] = in->sequences[s];
            weight[out.n] = in->weight[s];
            advantage[out.n] = in->advantage[s];
            old[out.n] = in->logp_old ? in->logp_old[s] : NULL;
            ref[out.n++] = in->logp_ref ? in->logp_ref[s] : NULL;
        }
    }
    return out;
}

// ---- a number that is none

struct search {
    char name[160];
    struct arena arena;
};

static bool finite_values(const struct tensor *t, struct arena *a)
{
    int64_t n = tensor_count(t);
    float *values = arena_array(a, float, n);
    if (t->dtype == DTYPE_I32 || !tensor_read(t, values, &(struct err){0}))
        return true;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

static bool look(void *user, int i, const struct node *n)
{
    struct search *s = user;
    for (int j = 0; j < NODE_OUTPUTS && n->out[j]; j++) {
        bool ok = finite_values(n->out[j], &s->arena);
        arena_reset(&s->arena);
        if (!ok) {
            snprintf(s->name, sizeof s->name, "%s (node %d, %.40s)", n->out[j]->name, i, n->op->name);
            return false;
        }
    }
    return true;
}

// Runs the program once more, node by node, and names the first tensor with a value that is not finite.
static bool name_culprit(struct trainer *t, const char *what, struct err *err)
{
    struct search s = {0};
    const struct model *m = &t->session.engine.model;
    for (size_t i = 0; i < m->weight_count && !s.name[0]; i++) {
        if (!finite_values(m->weights[i], &s.arena))
            snprintf(s.name, sizeof s.name, "the weight %.100s", m->weights[i]->name);
        arena_reset(&s.arena);
    }
    bool ok = s.name[0] || program_trace(&t->learner.program, look, &s, err);
    arena_finish(&s.arena);
    if (!ok)
        return false;
    char kept[128] = "no checkpoint was saved yet";
    if (t->saved_step >= 0)
        snprintf(kept, sizeof kept, "the checkpoint of step %lld is kept", (long long)t->saved_step);
    return fail(
        err,
        "%s is not a finite number at step %lld; the first such values are in %s. %s; lower train.learning_rate "
        "or check the data",
        what, (long long)t->state.step + 1, s.name[0] ? s.name : "none of the tensors of this micro-batch", kept);
}

static bool run_micro_batches(struct trainer *t, const struct step_input *in, struct sums *sums, struct err *err)
{
    for (int first = 0, n; first < in->n; first += n) {
        n = batch_pack(&t->learner.batch, in->sequences, first, in->n);
        progress_count(&t->progress, first, in->n, "sequences");
        check(n > 0, "sequence %d does not fit a micro-batch", first);
        fill_tokens(t, in);
        if (!learner_run(&t->learner, &t->tokens, err))
            return false;
        gather(t, in, sums);
        if (!isfinite(sums->loss.loss))
            return name_culprit(t, "the loss", err);
    }
    return true;
}

static void set_metrics(struct trainer *t, const struct sums *s, double norm, double rate)
{
    struct metrics *m = &t->metrics;
    const struct loss_sums *l = &s->loss;
    double n = fmax(l->tokens, 1);
    metrics_add(m, "loss", t->kind == TRAIN_SFT ? s->nll / n : l->loss);
    metrics_set(m, "grad_norm", norm);
    metrics_set(m, "learning_rate", rate);
    metrics_add(m, "entropy", s->entropy / n);
    if (t->kind == TRAIN_SFT)
        return;
    if (t->loss.beta > 0)
        metrics_add(m, "kl", l->kl / n);
    metrics_add(m, "clip_ratio/low_mean", l->low / n);
    metrics_add(m, "clip_ratio/low_min", l->tokens > 0 ? l->low_min : NAN);
    metrics_add(m, "clip_ratio/high_mean", l->high / n);
    metrics_add(m, "clip_ratio/high_max", l->tokens > 0 ? l->high_max : NAN);
    metrics_add(m, "clip_ratio/region_mean", (l->low + l->high) / n);
    if (s->measured == 0)
        return;
    metrics_add(m, "sampling/sampling_logp_difference/mean", s->difference / s->measured);
    metrics_add(m, "sampling/sampling_logp_difference/max", s->difference_max);
}

bool trainer_step(struct trainer *t, const struct step_input *all, struct err *err)
{
    struct arena a = {0};
    trainer_phase(t, PHASE_LEARN);
    struct sums sums = {.loss = LOSS_SUMS_EMPTY};
    struct step_input in = worth_learning(t, all, &a, &sums);
    double norm, rate = schedule_rate(t->config, t->state.step), start = clock_now();
    bool ok = run_micro_batches(t, &in, &sums, err);
    if (ok && !optimizer_update(&t->optimizer, rate, &norm, err))
        ok = !err->text[0] && run_micro_batches(t, &in, &sums, err) && name_culprit(t, "the gradient's norm", err);
    arena_finish(&a);
    if (!ok)
        return false;
    t->state.step++;
    set_metrics(t, &sums, norm, rate);
    metrics_add(&t->metrics, "timing_s/update_actor", clock_now() - start);
    return true;
}

bool trainer_score(struct trainer *t, struct learner *l, const struct sequence *s, int n, float **logp, struct err *err)
{
    for (int first = 0, taken; first < n; first += taken) {
        taken = batch_pack(&l->batch, s, first, n);
        progress_count(&t->progress, first, n, "sequences");
        check(taken > 0, "sequence %d does not fit a micro-batch", first);
        if (!learner_run(l, &t->tokens, err))
            return false;
        for (int i = 0; i < taken; i++)
            memcpy(logp[first + i], t->tokens.logp + l->batch.first_row[i],
                   sizeof(float) * (size_t)s[first + i].completion_count);
    }
    return true;
}
