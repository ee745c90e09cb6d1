#include "rl/evaluate.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

void episodes_score(struct episode *episodes, int count, struct tokenizer *t, const struct reward_set *rewards,
                    struct arena *memory)
{
    struct reward_item *items = arena_array(memory, struct reward_item, count + 1);
    struct str text = {0};
    for (int i = 0; i < count; i++) {
        struct episode *e = &episodes[i];
        str_clear(&text);
        tokenizer_decode(t, e->completion, (size_t)e->completion_count, true, &text);
        e->text_size = e->finish == FINISH_STOP && e->stop_size < text.size ? e->stop_size : text.size;
        e->text = arena_strndup(memory, text.data ? text.data : "", e->text_size);
        e->reward_parts = arena_array(memory, double, rewards->count + 1);
        items[i] = (struct reward_item){.problem = e->problem,
                                        .completion = {e->text, e->text_size},
                                        .tokens = e->completion,
                                        .token_count = e->completion_count,
                                        .group = e->group,
                                        .parts = e->reward_parts};
    }
    reward_run(rewards, items, count);
    for (int i = 0; i < count; i++)
        episodes[i].reward = items[i].reward;
    str_finish(&text);
}

void episode_log(FILE *to, int64_t step, const struct episode *e, const struct reward_set *rewards, struct tokenizer *t,
                 bool advantage)
{
    struct str rendered = {0};
    struct str s = {0};
    str_puts(&s, "{");
    if (step >= 0)
        str_printf(&s, "\"step\": %lld, ", (long long)step);
    str_puts(&s, "\"prompt\": ");
    str_put_json(&s, e->problem->prompt ? e->problem->prompt : "", e->problem->prompt ? strlen(e->problem->prompt) : 0);
    tokenizer_decode(t, e->prompt, (size_t)e->prompt_count, false, &rendered);
    str_puts(&s, ", \"rendered_prompt\": ");
    str_put_json(&s, rendered.data ? rendered.data : "", rendered.size);
    str_puts(&s, ", \"completion\": ");
    str_put_json(&s, e->text, e->text_size);
    for (int i = 0; i < rewards->count; i++) {
        str_printf(&s, ", \"%s\": ", rewards->entries[i].kind->name);
        str_put_number(&s, e->reward_parts[i]);
    }
    str_puts(&s, ", \"reward\": ");
    str_put_number(&s, e->reward);
    if (advantage) {
        str_puts(&s, ", \"advantage\": ");
        str_put_number(&s, e->advantage);
    }
    if (e->problem->answer) {
        str_puts(&s, ", \"solution\": ");
        str_put_json(&s, e->problem->answer, strlen(e->problem->answer));
        problem_put_answers(e->problem, ", \"answers\": ", &s);
    }
    str_printf(&s, ", \"tokens\": %d, \"finish\": \"%s\"}\n", e->completion_count,
               e->finish == FINISH_EOS    ? "eos"
               : e->finish == FINISH_STOP ? "stop"
                                          : "length");
    fwrite(s.data, 1, s.size, to);
    str_finish(&s);
    str_finish(&rendered);
}

struct sampled {
    const struct evaluation *e;
    int64_t tokens;
};

static bool go_on(void *user, int episode, int32_t token)
{
    struct sampled *s = user;
    (void)episode;
    (void)token;
    s->tokens++;
    if (s->e->progress)
        progress_count(s->e->progress, s->tokens, 0, "tokens");
    return !s->e->stop || !s->e->stop();
}

// Prompts of the problems, k episodes each; those that do not fit are left out and counted.
static bool make_episodes(const struct evaluation *e, const struct problem *const *problems, int n, struct arena *a,
                          struct episode *episodes, int *count, int *too_long, struct err *err)
{
    struct ids ids = {0};
    bool ok = true;
    *count = *too_long = 0;
    for (int i = 0; ok && i < n; i++) {
        ids_clear(&ids);
        ok = prompter_encode(e->prompter, problems[i], &ids, err);
        if (ok && (int)ids.count > e->rollout->options.max_prompt) {
            ++*too_long;
            continue;
        }
        int32_t *prompt = arena_array(a, int32_t, ids.count + 1);
        if (ids.count)
            memcpy(prompt, ids.data, sizeof(int32_t) * ids.count);
        for (int k = 0; k < e->samples; k++)
            episodes[(*count)++] =
                (struct episode){.problem = problems[i], .group = i, .prompt = prompt, .prompt_count = (int)ids.count};
    }
    ids_finish(&ids);
    return ok;
}

// What the k samples of one problem say.
static struct eval_problem judge(const struct evaluation *e, const struct episode *samples, int judge_index,
                                 struct arena *a)
{
    struct eval_problem p = {0};
    const char **answers = arena_array(a, const char *, e->samples);
    for (int i = 0; i < e->samples; i++) {
        double part = samples[i].reward_parts[judge_index];
        if (isnan(part))
            continue;
        struct reward_item item = {.problem = samples[i].problem,
                                   .completion = {samples[i].text, samples[i].text_size},
                                   .tokens = samples[i].completion,
                                   .token_count = samples[i].completion_count};
        struct str answer = {0};
        p.samples++;
        p.right += part >= 1;
        if (reward_answer(e->rewards, &item, &answer))
            answers[i] = arena_strndup(a, answer.data ? answer.data : "", answer.size);
        str_finish(&answer);
    }
    int majority = stats_majority(answers, e->samples);
    p.majority_right = majority >= 0 && samples[majority].reward_parts[judge_index] >= 1;
    return p;
}

bool evaluate(const struct evaluation *e, const struct problem *const *problems, int n, struct evaluation_result *r,
              struct err *err)
{
    int count = 0, judge_index = reward_judge(e->rewards), scored = 0, cut = 0;
    double start = clock_now();
    *r = (struct evaluation_result){0};
    if (judge_index < 0)
        return fail(err, "none of the rewards tells right from wrong: add one that does, e.g. numeric");
    struct arena a = {0};
    struct episode *episodes = arena_array(&a, struct episode, (size_t)n * (size_t)e->samples + 1);
    struct eval_problem *judged = arena_array(&a, struct eval_problem, n + 1);
    struct sampled sampled = {.e = e};
    struct rollout_run run = {.sampling = e->sampling,
                              .seed = e->seed,
                              .max_completion = e->max_completion,
                              .token = go_on,
                              .user = &sampled};
    bool ok = make_episodes(e, problems, n, &a, episodes, &count, &r->too_long, err) &&
              rollout_sample(e->rollout, episodes, count, &run, &a, err);
    r->stopped = e->stop && e->stop();
    if (ok && !r->stopped) {
        episodes_score(episodes, count, e->prompter->tokenizer, e->rewards, &a);
        for (int i = 0; i < count; i += e->samples)
            judged[i / e->samples] = judge(e, episodes + i, judge_index, &a);
        stats_summarise(judged, count / e->samples, e->samples, e->seed, &r->summary);
        ok = r->summary.n > 0 || fail(err,
                                      "none of the %d problems could be judged: %d prompts do not fit into %d tokens, "
                                      "%d have no gold answer that "
                                      "%s can read",
                                      n, r->too_long, e->rollout->options.max_prompt, n - r->too_long,
                                      e->rewards->entries[judge_index].kind->name);
        for (int i = 0; i < count; i++) {
            if (!isnan(episodes[i].reward)) {
                r->reward += episodes[i].reward;
                scored++;
            }
            cut += episodes[i].finish == FINISH_LENGTH;
            r->tokens += episodes[i].completion_count;
            if (e->log)
                episode_log(e->log, -1, &episodes[i], e->rewards, e->prompter->tokenizer, false);
        }
        r->reward = scored ? r->reward / scored : NAN;
        r->mean_length = (double)r->tokens / count;
        r->clipped_ratio = (double)cut / count;
    }
    r->seconds = clock_now() - start;
    arena_finish(&a);
    return ok;
}
