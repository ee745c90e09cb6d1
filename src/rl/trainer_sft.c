// Supervised training: prompt and worked completion, loss on the completion's tokens only. A step, and the loss on rows
// that are held out.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "rl/trainer.h"

int64_t trainer_sft_encode(const struct trainer *t, const struct problem *p, struct arena *a, struct sequence *s,
                           struct err *err)
{
    struct ids prompt = {0}, completion = {0};
    int32_t end = session_end_token(&t->session);
    check(p->solution, "problem %u has no completion", p->index); // of a file: a bad row
    bool ok = prompter_encode(&t->session.prompter, p, &prompt, err) &&
              tokenizer_encode(t->session.prompter.tokenizer, p->solution, strlen(p->solution), 0, &completion, err);
    if (ok && end >= 0)
        ids_push(&completion, end);
    int64_t tokens = ok ? (int64_t)(prompt.count + completion.count) : 0;
    if (ok && completion.count > 0 && tokens <= t->config->sft.max_length) {
        int32_t *ids = arena_array(a, int32_t, prompt.count + completion.count);
        memcpy(ids, prompt.data, sizeof(int32_t) * prompt.count);
        memcpy(ids + prompt.count, completion.data, sizeof(int32_t) * completion.count);
        *s = (struct sequence){ids, (int)prompt.count, ids + prompt.count, (int)completion.count};
    }
    ids_finish(&prompt);
    ids_finish(&completion);
    return tokens;
}

// The next row, if it fits.
static bool take_row(struct trainer *t, struct arena *a, struct sequence *s, struct err *err)
{
    const struct problem *p = dataset_next(&t->dataset);
    *s = (struct sequence){0};
    int64_t tokens = trainer_sft_encode(t, p, a, s, err);
    if (tokens > t->config->sft.max_length)
        trainer_pass_over(t, p, tokens);
    return s->completion_count > 0;
}

bool trainer_sft_step(struct trainer *t, struct err *err)
{
    int n = (int)t->config->sft.batch_size, taken = 0;
    struct arena a = {0};
    struct sequence *s = arena_array(&a, struct sequence, n);
    double *weights = arena_array(&a, double, n), *advantage = arena_array(&a, double, n), tokens = 0,
           start = clock_now();
    for (uint32_t tries = 0; taken < n && !err->text[0]; tries++) {
        if (take_row(t, &a, &s[taken], err))
            tokens += s[taken++].completion_count;
        else if (tries > t->dataset.train_count + (uint32_t)n)
            fail(err, "no row fits into sft.max_length = %lld tokens", (long long)t->config->sft.max_length);
    }
    for (int i = 0; i < n; i++) {
        weights[i] = 1 / tokens; // the mean over the step's tokens
        advantage[i] = 1;
        t->state.tokens += s[i].prompt_count + s[i].completion_count;
    }
    t->state.dataset_position = (int64_t)t->dataset.position;
    struct step_input in = {.sequences = s, .weight = weights, .advantage = advantage, .n = n};
    bool ok = !err->text[0] && trainer_step(t, &in, err);
    if (ok) {
        double seconds = clock_now() - start;
        metrics_set(&t->metrics, "num_tokens", (double)t->state.tokens);
        metrics_set(&t->metrics, "epoch", (double)t->dataset.position / (double)t->dataset.train_count);
        metrics_add(&t->metrics, "step_time", seconds);
        metrics_add(&t->metrics, "perf/throughput", tokens / seconds);
        char line[200];
        snprintf(line, sizeof line, "step %lld/%lld  loss %.4f  norm %.3f  %.0f tokens/s  %.2f s",
                 (long long)t->state.step, (long long)t->config->train.max_steps, metrics_get(&t->metrics, "loss"),
                 metrics_get(&t->metrics, "grad_norm"), metrics_get(&t->metrics, "perf/throughput"),
                 metrics_get(&t->metrics, "step_time"));
        if (trainer_line_due(t))
            progress_line(&t->progress, line);
        progress_step(&t->progress, t->state.step);
    }
    arena_finish(&a);
    return ok;
}
