// A generation of GRPO: sample, reward, advantages, and the optimiser steps that learn from it.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "rl/advantage.h"
#include "rl/trainer.h"

struct generation {
    struct arena arena;
    struct episode *episodes;
    struct sequence *sequences;
    float **logp_old, **logp_ref;
    double *advantage;
    int n;
};

// P problems whose prompts fit, G episodes each.
static bool take_problems(struct trainer *t, struct generation *g, struct err *err)
{
    int P = (int)t->config->rl.prompts_per_step, G = (int)t->config->rl.num_generations;
    struct ids ids = {0};
    bool ok = true;
    g->n = P * G;
    g->episodes = arena_array(&g->arena, struct episode, g->n);
    for (int p = 0, tries = 0; ok && p < P; tries++) {
        const struct problem *problem = dataset_next(&t->dataset);
        ids_clear(&ids);
        ok = prompter_encode(&t->session.prompter, problem, &ids, err);
        if (ok && (int64_t)ids.count > t->config->rl.max_prompt_length) {
            trainer_pass_over(t, problem, (int64_t)ids.count);
            if (tries > 100 * P)
                ok = fail(err, "no prompt fits into rl.max_prompt_length = %lld tokens (the last one had %zu)",
                          (long long)t->config->rl.max_prompt_length, ids.count);
            continue;
        }
        int32_t *prompt = arena_array(&g->arena, int32_t, ids.count + 1);
        if (ok)
            memcpy(prompt, ids.data, sizeof(int32_t) * ids.count);
        for (int i = 0; ok && i < G; i++)
            g->episodes[p * G + i] =
                (struct episode){.problem = problem, .group = p, .prompt = prompt, .prompt_count = (int)ids.count};
        p++;
    }
    ids_finish(&ids);
    t->state.dataset_position = (int64_t)t->dataset.position;
    return ok;
}

static bool on_token(void *user, int episode, int32_t token)
{
    struct trainer *t = user;
    (void)episode;
    (void)token;
    progress_count(&t->progress, t->rollout.stats.tokens, 0, "tokens");
    return !interrupt_arrived();
}

static bool sample(struct trainer *t, struct generation *g, struct err *err)
{
    struct rollout_run run = {.sampling = t->sampling,
                              .seed = (uint32_t)t->config->seed,
                              .first_id = (uint32_t)(t->state.generation * g->n),
                              .token = on_token,
                              .user = t};
    double start = clock_now();
    trainer_phase(t, PHASE_SAMPLE);
    t->rollout.stats = (struct rollout_stats){0};
    if (!rollout_sample(&t->rollout, g->episodes, g->n, &run, &g->arena, err))
        return false;
    double seconds = clock_now() - start;
    metrics_add(&t->metrics, "timing_s/gen", seconds);
    metrics_add(&t->metrics, "perf/gen_tokens_per_s", (double)t->rollout.stats.tokens / seconds);
    return true;
}

// completions/*, as TRL defines them. Returns the tokens of all completions.
static double describe_completions(struct trainer *t, const struct generation *g)
{
    struct metrics *m = &t->metrics;
    double sum = 0, least = INFINITY, most = 0, ended = 0, ended_sum = 0, ended_least = INFINITY, ended_most = 0;
    for (int i = 0; i < g->n; i++) {
        double n = g->episodes[i].completion_count;
        sum += n;
        least = fmin(least, n);
        most = fmax(most, n);
        t->state.tokens += g->episodes[i].prompt_count;
        if (g->episodes[i].finish == FINISH_LENGTH)
            continue;
        ended++;
        ended_sum += n;
        ended_least = fmin(ended_least, n);
        ended_most = fmax(ended_most, n);
    }
    t->state.tokens += (int64_t)sum;
    metrics_add(m, "completions/mean_length", sum / g->n);
    metrics_add(m, "completions/min_length", least);
    metrics_add(m, "completions/max_length", most);
    metrics_add(m, "completions/mean_terminated_length", ended > 0 ? ended_sum / ended : 0);
    metrics_add(m, "completions/min_terminated_length", ended > 0 ? ended_least : 0);
    metrics_add(m, "completions/max_terminated_length", ended_most);
    metrics_add(m, "completions/clipped_ratio", 1 - ended / g->n);
    metrics_set(m, "num_tokens", (double)t->state.tokens);
    metrics_set(m, "epoch", (double)t->dataset.position / fmax(1, t->dataset.train_count));
    return sum;
}

// What the completions of a generation without spread have in common, and what to change.
static void say_why_flat(const struct trainer *t, const struct generation *g, struct str *out)
{
    int cut = 0;
    for (int i = 0; i < g->n; i++)
        cut += g->episodes[i].finish == FINISH_LENGTH;
    if (cut == g->n) {
        str_printf(out,
                   "every completion is cut at rl.max_completion_length = %lld: raise it, or train on shorter ones",
                   (long long)t->config->rl.max_completion_length);
        return;
    }
    for (int r = 0; r < t->rewards.count; r++) {
        const struct reward_kind *kind = t->rewards.entries[r].kind;
        double least = INFINITY, most = -INFINITY;
        for (int i = 0; i < g->n; i++) {
            least = fmin(least, g->episodes[i].reward_parts[r]);
            most = fmax(most, g->episodes[i].reward_parts[r]);
        }
        if (kind->judges && least >= 1) {
            str_printf(out, "every completion is right (%s is 1): take harder problems", kind->name);
            return;
        }
        if (strstr(kind->name, "format") && most <= 0) {
            str_printf(out, "no completion has the form that %s wants: show it in prompt.system or by vkr1 sft first",
                       kind->name);
            return;
        }
        if (kind->judges && most <= 0) {
            str_printf(out,
                       "no completion is right (%s is 0): take easier problems, more generations, or a model that "
                       "solves some (vkr1 sft)",
                       kind->name);
            return;
        }
    }
    str_puts(out,
             "all completions of a prompt are rewarded alike: raise rl.temperature or rl.num_generations, or add a "
             "reward that tells them apart");
}

// After ten generations in a row in which no group has two different rewards, one sentence; again after ten others.
static void watch_spread(struct trainer *t, const struct generation *g, double zero_std)
{
    enum { PATIENCE = 10 };
    t->flat = zero_std >= 1 ? t->flat + 1 : 0;
    if (t->flat != PATIENCE)
        return;
    struct str why = {0};
    say_why_flat(t, g, &why);
    log_warn("nothing was learnt in %d generations, since the rewards of a prompt's completions do not differ: %s",
             PATIENCE, why.data);
    str_finish(&why);
}

static bool reward(struct trainer *t, struct generation *g, struct err *err)
{
    double start = clock_now();
    double *values = arena_array(&g->arena, double, g->n);
    int *groups = arena_array(&g->arena, int, g->n);
    enum advantage_scale scale;
    struct advantage_metrics a;
    trainer_phase(t, PHASE_REWARD);
    episodes_score(g->episodes, g->n, &t->session.tokenizer, &t->rewards, &g->arena);
    for (int r = 0; r < t->rewards.count; r++) {
        char name[80];
        double mean, std;
        for (int i = 0; i < g->n; i++)
            values[i] = g->episodes[i].reward_parts[r];
        advantage_mean_std(values, g->n, &mean, &std);
        snprintf(name, sizeof name, "rewards/%s/mean", t->rewards.entries[r].kind->name);
        metrics_add(&t->metrics, name, mean);
        snprintf(name, sizeof name, "rewards/%s/std", t->rewards.entries[r].kind->name);
        metrics_add(&t->metrics, name, std);
    }
    for (int i = 0; i < g->n; i++) {
        values[i] = g->episodes[i].reward;
        groups[i] = g->episodes[i].group;
    }
    g->advantage = arena_array(&g->arena, double, g->n);
    if (!advantage_scale_parse(t->config->rl.scale_rewards, &scale, err))
        return false;
    advantage_compute(values, groups, g->n, scale, g->advantage, &a);
    for (int i = 0; i < g->n; i++)
        g->episodes[i].advantage = g->advantage[i];
    metrics_add(&t->metrics, "reward", a.reward);
    metrics_add(&t->metrics, "reward_std", a.reward_std);
    metrics_add(&t->metrics, "frac_reward_zero_std", a.frac_reward_zero_std);
    watch_spread(t, g, a.frac_reward_zero_std);
    metrics_add(&t->metrics, "timing_s/reward", clock_now() - start);
    return true;
}

static bool log_completions(struct trainer *t, const struct generation *g, struct err *err)
{
    char path[4096];
    if (!t->config->train.log_completions)
        return true;
    snprintf(path, sizeof path, "%s/completions/step-%06lld.jsonl", t->config->output_dir,
             (long long)t->state.step + 1);
    FILE *f = file_create(path);
    if (!f)
        return fail_errno(err, "cannot create %s", path);
    for (int i = 0; i < g->n; i++)
        episode_log(f, t->state.step + 1, &g->episodes[i], &t->rewards, &t->session.tokenizer, true);
    bool written = !ferror(f);
    return (fclose(f) == 0 && written) || fail_errno(err, "cannot write %s", path);
}

static bool prepare_sequences(struct trainer *t, struct generation *g, struct err *err)
{
    g->sequences = arena_array(&g->arena, struct sequence, g->n);
    g->logp_old = arena_array(&g->arena, float *, g->n);
    g->logp_ref = arena_array(&g->arena, float *, g->n);
    for (int i = 0; i < g->n; i++) {
        const struct episode *e = &g->episodes[i];
        g->sequences[i] = (struct sequence){e->prompt, e->prompt_count, e->completion, e->completion_count};
        g->logp_old[i] = e->logp_old;
        if (t->loss.beta > 0)
            g->logp_ref[i] = arena_array(&g->arena, float, e->completion_count);
    }
    if (t->loss.beta <= 0)
        return true;
    double start = clock_now();
    trainer_phase(t, PHASE_REFERENCE);
    bool ok = trainer_score(t, &t->reference_scorer, g->sequences, g->n, g->logp_ref, err);
    metrics_add(&t->metrics, "timing_s/ref", clock_now() - start);
    return ok;
}

// Optimiser step number `part` of steps_per_generation: a contiguous share of the groups.
static bool learn(struct trainer *t, struct generation *g, int part, struct err *err)
{
    int parts = (int)t->config->rl.steps_per_generation, share = g->n / parts, first = part * share;
    int n = part == parts - 1 ? g->n - first : share;
    struct arena a = {0};
    int *lengths = arena_array(&a, int, n);
    double *weights = arena_array(&a, double, n);
    for (int i = 0; i < n; i++) {
        const struct episode *e = &g->episodes[first + i];
        bool masked = t->config->rl.mask_truncated_completions && e->finish == FINISH_LENGTH;
        lengths[i] = masked ? 0 : e->completion_count;
    }
    loss_weights(&t->loss, lengths, n, weights);
    for (int i = 0; i < n; i++)
        if (!lengths[i])
            weights[i] = 0;
    struct step_input in = {.sequences = g->sequences + first,
                            .weight = weights,
                            .advantage = g->advantage + first,
                            .logp_old = g->logp_old + first,
                            .logp_ref = t->loss.beta > 0 ? g->logp_ref + first : NULL,
                            .n = n};
    bool ok = trainer_step(t, &in, err);
    arena_finish(&a);
    return ok;
}

// The coming line of metrics in short; what a generation as a whole has, where one began since the last line.
static void print_step(struct trainer *t)
{
    char line[512];
    const struct metrics *m = &t->metrics;
    bool sampled = !isnan(metrics_get(m, "completions/mean_length"));
    int n =
        snprintf(line, sizeof line, "step %lld/%lld", (long long)t->state.step, (long long)t->config->train.max_steps);
    if (sampled)
        n += snprintf(line + n, sizeof line - (size_t)n, "  reward %.3f", metrics_get(m, "reward"));
    for (int r = 0; sampled && r < t->rewards.count && n < 300; r++) {
        char name[80];
        snprintf(name, sizeof name, "rewards/%s/mean", t->rewards.entries[r].kind->name);
        n += snprintf(line + n, sizeof line - (size_t)n, "%s%s %.3f", r ? ", " : " (", t->rewards.entries[r].kind->name,
                      metrics_get(m, name));
    }
    if (sampled)
        n += snprintf(line + n, sizeof line - (size_t)n, ")  length %.1f", metrics_get(m, "completions/mean_length"));
    if (t->loss.beta > 0)
        n += snprintf(line + n, sizeof line - (size_t)n, "  kl %.4f", metrics_get(m, "kl"));
    snprintf(line + n, sizeof line - (size_t)n, "  entropy %.3f  norm %.3f  %.0f tokens/s  %.1f s",
             metrics_get(m, "entropy"), metrics_get(m, "grad_norm"), metrics_get(m, "perf/throughput"),
             metrics_get(m, "step_time"));
    progress_line(&t->progress, line);
}

bool trainer_rl_generation(struct trainer *t, struct err *err)
{
    struct generation g = {0};
    int64_t steps = t->config->rl.num_iterations * t->config->rl.steps_per_generation;
    double start = clock_now();
    struct checkpoint_state before = t->state;
    bool ok = take_problems(t, &g, err) && sample(t, &g, err);
    if (ok && interrupt_arrived()) { // the generation is not whole: as if it had not begun
        t->state = before;
        dataset_seek(&t->dataset, (uint64_t)before.dataset_position);
        arena_finish(&g.arena);
        return true;
    }
    t->state.generation++;
    double tokens = ok ? describe_completions(t, &g) : 0;
    ok = ok && reward(t, &g, err) && log_completions(t, &g, err) && prepare_sequences(t, &g, err);
    for (int64_t i = 0; ok && i < steps; i++) {
        ok = learn(t, &g, (int)(i % t->config->rl.steps_per_generation), err);
        if (!ok)
            break;
        double seconds = clock_now() - start;
        metrics_add(&t->metrics, "step_time", seconds);
        metrics_add(&t->metrics, "perf/throughput", tokens / seconds);
        if (trainer_line_due(t))
            print_step(t);
        progress_step(&t->progress, t->state.step);
        if (i + 1 < steps && trainer_line_due(t)) // the last one's is written after an evaluation
            ok = metrics_write(&t->metrics, t->state.step, "", err);
        start = clock_now();
    }
    arena_finish(&g.arena);
    return ok;
}
