#include "rl/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crc32c.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "rl/fit.h"
#include "train/checksums.h"

// ---- opening

static bool open_data(struct trainer *t, struct err *err)
{
    const struct run_config *c = t->config;
    struct dataset_options o;
    if (!c->data)
        return fail(err, "no data: give \"data\": {\"kind\": ...}; see docs/config.md");
    if (!dataset_options_load(&o, c->data, err))
        return false;
    o.needs_completion = t->kind == TRAIN_SFT;
    if (!json_get(c->data, "seed")) // the order of problems follows the run's seed
        o.seed = (uint32_t)c->seed;
    if (o.path)
        checksum_file(o.path, &t->state.data_crc, NULL); // dataset_open says what is wrong with it
    return dataset_open(&t->dataset, &o, err) &&
           (t->dataset.train_count > 0 || fail(err, "there are no training problems: %u problems, %u of them held out",
                                               t->dataset.count, t->dataset.held_out_count));
}

static bool open_rewards(struct trainer *t, bool planning, struct err *err)
{
    if (t->config->reward)
        return reward_set_load(&t->rewards, t->config->reward, &t->arena, err) &&
               (planning || reward_set_open(&t->rewards, err));
    return t->kind == TRAIN_SFT || fail(err, "no reward: give \"reward\": \"numeric:1,format:0.5\", for example");
}

// num_train_epochs as steps, now that the number of problems is known.
static void count_epochs(const struct trainer *t, struct run_config *c)
{
    if (isnan(c->train.num_train_epochs))
        return;
    bool rl = t->kind == TRAIN_RL;
    double problems = c->train.num_train_epochs * t->dataset.train_count;
    int64_t batches = (int64_t)ceil(problems / (double)(rl ? c->rl.prompts_per_step : c->sft.batch_size));
    c->train.max_steps = (batches > 1 ? batches : 1) * (rl ? c->rl.num_iterations * c->rl.steps_per_generation : 1);
    log_info("%g epochs of %u problems are %lld steps", c->train.num_train_epochs, t->dataset.train_count,
             (long long)c->train.max_steps);
}

// Evaluation needs held-out problems and a reward that judges; what is missing is said before anything is loaded.
static bool check_evaluation(const struct trainer *t, struct err *err)
{
    if (t->config->eval.eval_steps == 0 || (t->kind == TRAIN_SFT && t->rewards.count == 0))
        return true;
    if (t->dataset.held_out_count == 0)
        log_info("no problems are held out (data.held_out), so nothing is evaluated");
    return t->dataset.held_out_count == 0 || reward_judge(&t->rewards) >= 0 ||
           fail(err,
                "none of the rewards tells right from wrong, so there is nothing to evaluate: add one that does, e.g. "
                "numeric, or set eval.eval_steps to 0");
}

// More slots than a generation has completions would only take memory.
static void clamp_slots(struct run_config *c)
{
    int64_t most = c->rl.prompts_per_step * c->rl.num_generations;
    if (c->rl.slots <= most)
        return;
    log_info("rl.slots is %lld: a generation has no more completions (%lld were set)", (long long)most,
             (long long)c->rl.slots);
    c->rl.slots = most;
}

static bool check_sizes(const struct trainer *t, struct err *err)
{
    const struct run_config *c = t->config;
    int64_t rows = c->train.micro_batch_tokens;
    int64_t longest =
        t->kind == TRAIN_SFT ? c->sft.max_length - 1 : c->rl.max_prompt_length - 1 + c->rl.max_completion_length;
    if (rows < longest)
        return fail(err,
                    "train.micro_batch_tokens is %lld, but one sequence can take %lld rows: raise it, or lower the "
                    "length limits",
                    (long long)rows, (long long)longest);
    if (t->kind == TRAIN_RL && c->rl.prompts_per_step % c->rl.steps_per_generation)
        return fail(err, "rl.prompts_per_step = %lld cannot be split into rl.steps_per_generation = %lld equal parts",
                    (long long)c->rl.prompts_per_step, (long long)c->rl.steps_per_generation);
    int64_t steps = c->rl.num_iterations * c->rl.steps_per_generation;
    if (t->kind == TRAIN_RL && c->train.max_steps % steps)
        return fail(err,
                    "train.max_steps = %lld would end inside a generation, which takes %lld steps (rl.num_iterations x "
                    "rl.steps_per_generation): take %lld",
                    (long long)c->train.max_steps, (long long)steps,
                    (long long)((c->train.max_steps / steps + 1) * steps));
    if (t->kind == TRAIN_RL && c->rl.num_generations < 2)
        return fail(err, "rl.num_generations is 1: the advantage of a group of one is always 0; use at least 2");
    return true;
}

// Rows of the program that reads prompts: no more than the prompts of a generation have, or those of an evaluation.
static int prefill_rows(const struct run_config *c)
{
    int64_t most = c->rl.max_prompt_length < 256 ? 256 : 512, prompts = c->rl.prompts_per_step;
    if (c->eval.eval_steps > 0 && c->eval.problems > prompts)
        prompts = c->eval.problems;
    return (int)(prompts * c->rl.max_prompt_length < most ? prompts * c->rl.max_prompt_length : most);
}

void trainer_plan(struct trainer *t)
{
    const struct run_config *c = t->config;
    struct engine *e = &t->session.engine;
    t->validates = t->kind == TRAIN_SFT && c->eval.eval_steps > 0 && t->dataset.held_out_count > 0;
    bool truncate = sampling_truncates(&t->sampling), rl = t->kind == TRAIN_RL;
    struct learner_options o = {
        .rows = (int)c->train.micro_batch_tokens,
        .chunk = (int)c->train.logit_rows,
        .train = true,
        .recompute = c->model.recompute,
        .on_policy = !rl || c->rl.num_iterations * c->rl.steps_per_generation == 1,
        .reference = rl && t->loss.beta > 0,
        .truncate = rl && truncate,
        .loss = loss_params(&t->loss),
    };
    learner_plan(&t->learner, e, &e->model, o);
    if (o.reference) {
        model_plan(&t->reference, &t->session.device, &t->session.model_config, NULL,
                   (struct model_options){e->model.top[W_EMBED]->dtype, false, e->model.rope->shape[0]});
        o.train = false;
        learner_plan(&t->reference_scorer, e, &t->reference, o);
    }
    if (t->validates) {
        o.train = false;
        learner_plan(&t->validator, e, &e->model, o);
    }
    t->samples = rl || t->rewards.count > 0;
    if (t->samples) {
        bool eval_truncates = c->eval.top_p < 1 || c->eval.top_k > 0;
        rollout_plan(&t->rollout, e,
                     (struct rollout_options){
                         .slots = (int)c->rl.slots,
                         .prompts = (int)(c->rl.slots > c->rl.prompts_per_step ? c->rl.slots : c->rl.prompts_per_step),
                         .max_prompt = (int)c->rl.max_prompt_length,
                         .max_completion = (int)c->rl.max_completion_length,
                         .prefill_rows = prefill_rows(c),
                         .truncate = truncate || eval_truncates});
    }
    optimizer_plan(&t->optimizer, e,
                   (struct optimizer_options){c->train.adam_beta1, c->train.adam_beta2, c->train.adam_epsilon,
                                              c->train.weight_decay, c->train.max_grad_norm});
}

bool trainer_open(struct trainer *t, enum trainer_kind kind, struct run_config *c, bool planning, struct err *err)
{
    *t = (struct trainer){.kind = kind, .config = c, .saved_step = -1};
    t->state = checkpoint_state_new();
    t->sampling = (struct sampling_params){c->rl.temperature, (int)c->rl.top_k, c->rl.top_p, c->rl.min_p};
    t->loss = (struct loss_options){.epsilon_low = c->rl.epsilon,
                                    .epsilon_high = c->rl.epsilon_high,
                                    .delta = c->rl.delta,
                                    .beta = kind == TRAIN_RL ? c->rl.beta : 0,
                                    .use_bias_correction_kl = c->rl.use_bias_correction_kl,
                                    .max_completion_length = (int)c->rl.max_completion_length};
    int64_t sampled = c->rl.max_prompt_length + c->rl.max_completion_length;
    int64_t positions = kind == TRAIN_RL                           ? sampled
                        : c->reward && sampled > c->sft.max_length ? sampled
                                                                   : c->sft.max_length;
    bool ok =
        loss_type_parse(c->rl.loss_type, &t->loss.type, err) && open_rewards(t, planning, err) && open_data(t, err);
    if (ok)
        count_epochs(t, c);
    if (ok && kind == TRAIN_RL)
        clamp_slots(c);
    ok = ok && check_sizes(t, err) && check_evaluation(t, err) &&
         session_open(&t->session, c,
                      (struct session_options){.trained = true,
                                               .planning = planning,
                                               .positions = positions,
                                               .limits = kind == TRAIN_SFT && positions == c->sft.max_length
                                                             ? "sft.max_length"
                                                             : "rl.max_prompt_length or rl.max_completion_length"},
                      err);
    if (ok)
        trainer_plan(t);
    ok = ok && (!t->samples || session_stops(&t->session, "rl.stop", &t->rollout.stops, err)) &&
         (planning || trainer_check_problems(t, err)) && engine_place(&t->session.engine, err) &&
         space_planned(&t->reference.space, err) && space_planned(&t->optimizer.space, err);
    if (!ok)
        trainer_close(t);
    return ok;
}

struct trainer_memory trainer_memory(const struct trainer *t)
{
    const struct engine *e = &t->session.engine;
    struct trainer_memory m = {.optimizer = space_bytes(&t->optimizer.space),
                               .work = space_bytes(&e->work),
                               .inputs = space_bytes(&e->inputs),
                               .reference = space_bytes(&t->reference.space)};
    for (size_t i = 0; i < e->model.weight_count; i++)
        if (e->model.weights[i]->grad)
            m.gradients += tensor_bytes(e->model.weights[i]->grad, e->device->real_bytes);
    m.model = space_bytes(&e->model.space) - m.gradients;
    if (t->samples)
        for (uint32_t l = 0; l < e->model.config.layers; l++)
            m.cache += 2 * tensor_bytes(t->rollout.cache.k[l], e->device->real_bytes);
    m.total = space_bytes(&e->model.space) + m.optimizer + m.work + m.inputs + m.reference;
    const struct tensor *const largest[] = {e->model.space.largest, t->optimizer.space.largest, e->plan.largest};
    for (int i = 0; i < 3; i++) {
        uint64_t bytes = tensor_bytes(largest[i], e->device->real_bytes);
        if (bytes > m.largest_bytes) {
            m.largest = largest[i];
            m.largest_bytes = bytes;
        }
    }
    return m;
}

// Refuses a run that the device's memory cannot hold, before anything is allocated.
static bool fits(const struct trainer *t, struct err *err)
{
    const struct device *d = &t->session.device;
    uint64_t total = trainer_memory(t).total, room = device_memory_free(d);
    char wanted[24], there[24];
    struct str advice = {0};
    if (total <= room / 10 * 9)
        return true;
    fit_advise(t, room / 10 * 9, &advice);
    fail(err, "the run takes %s, more than 90 %% of the %s that are free on %s: %s", str_bytes(total, wanted),
         str_bytes(room, there), d->name, advice.data);
    str_finish(&advice);
    return false;
}

// ---- starting

static bool write_config(struct trainer *t, struct err *err)
{
    char path[4096];
    struct str text = {0};
    snprintf(path, sizeof path, "%s/config.json", t->config->output_dir);
    run_config_print(t->config, &text);
    bool ok = file_write(path, text.data, text.size, err);
    str_finish(&text);
    return ok;
}

// Says which keys the config of a resumed run has changed.
static bool tell_changes(const struct trainer *t, struct err *err)
{
    char path[4096];
    struct str changes = {0};
    struct run_config before;
    snprintf(path, sizeof path, "%s/config.json", t->config->output_dir);
    if (!file_exists(path))
        return true;
    if (!run_config_open(&before, path, NULL, 0, err))
        return fail_in(err, "cannot compare the config of the run so far");
    run_config_changes(&before, t->config, &changes);
    if (changes.size)
        log_warn("the run goes on with other values than it began with: %s", changes.data);
    str_finish(&changes);
    run_config_close(&before);
    return true;
}

// A checksum of the start of every weight: a model that was trained on differs in all of them.
static uint32_t sample_weights(const struct weights *w)
{
    enum { PART = 1 << 16 };
    uint32_t crc = 0;
    for (size_t i = 0; i < w->count; i++)
        crc = crc32c(crc, w->items[i].data, w->items[i].bytes < PART ? w->items[i].bytes : PART);
    return crc;
}

// Says what the run reads besides its checkpoint and is not what it was; 0 is not known.
static void tell_inputs(const struct trainer *t, uint32_t data_crc, uint32_t reference_crc)
{
    if (data_crc && t->state.data_crc && data_crc != t->state.data_crc)
        log_warn("the data file has changed since the checkpoint was saved: the run goes on with other problems");
    if (reference_crc && t->state.reference_crc && reference_crc != t->state.reference_crc)
        log_warn("the weights of %s have changed since the checkpoint was saved: the KL term is taken against others",
                 t->session.weights.path);
}

static bool resume_newest(struct trainer *t, struct err *err)
{
    char path[4096];
    uint32_t data_crc = t->state.data_crc, reference_crc = t->state.reference_crc;
    if (!checkpoint_find(t->config->output_dir, path, sizeof path)) {
        log_info("there is no checkpoint in %s: starting from the beginning", t->config->output_dir);
        return true;
    }
    if (!checkpoint_load(path, &t->checkpoint, &t->optimizer, &t->state, err) || !tell_changes(t, err))
        return false;
    tell_inputs(t, data_crc, reference_crc);
    t->state.data_crc = data_crc;
    t->state.reference_crc = reference_crc;
    t->saved_step = t->state.step;
    dataset_seek(&t->dataset, (uint64_t)t->state.dataset_position);
    log_info("resuming from %s", path);
    return true;
}

// Makes the run directory and keeps it from a second process, which would remove this one's half-written checkpoints.
static bool take_run_dir(struct trainer *t, bool resume, struct err *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/completions", t->config->output_dir);
    if (!dir_create(path, err) || !dir_lock(&t->lock, t->config->output_dir, err))
        return false;
    if (resume || !checkpoint_find(t->config->output_dir, path, sizeof path))
        return true;
    return fail(err, "%s already holds a run (%s): continue it with --resume, or choose another output_dir",
                t->config->output_dir, path);
}

// The directory that the run's tokenizer comes from; NULL when that is a file, which has to be written as a directory.
static const char *tokenizer_dir(const struct trainer *t)
{
    const char *path = t->config->model.tokenizer;
    return !path ? t->session.weights.dir : file_is_dir(path) ? path : NULL;
}

bool trainer_start(struct trainer *t, bool resume, struct err *err)
{
    const char *dir = t->config->output_dir;
    t->tokens = learner_tokens_new(&t->arena, (int)t->config->train.micro_batch_tokens);
    t->checkpoint = (struct checkpoint_options){.dir = dir,
                                                .stage = t->kind == TRAIN_RL ? "train" : "sft",
                                                .model_dir = t->session.weights.dir,
                                                .tokenizer_dir = tokenizer_dir(t),
                                                .write_tokenizer = session_write_tokenizer,
                                                .tokenizer_user = &t->session,
                                                .config = t->config,
                                                .keep = t->config->train.save_total_limit};
    float sampling[SAMPLING_SIZE];
    sampling_values(&t->sampling, sampling);
    bool reference = t->learner.options.reference;
    const struct weights *w = t->session.new_model ? NULL : &t->session.weights;
    if (reference && w)
        t->state.reference_crc = sample_weights(w);
    return fits(t, err) && take_run_dir(t, resume, err) && session_commit(&t->session, err) &&
           learner_init(&t->learner, err) && optimizer_init(&t->optimizer, w, (uint32_t)t->config->seed, err) &&
           (t->kind == TRAIN_SFT || learner_set_sampling(&t->learner, sampling, err)) &&
           (!t->validates || learner_init(&t->validator, err)) && (!t->samples || rollout_init(&t->rollout, err)) &&
           (!reference ||
            (model_load(&t->reference, w, (uint32_t)t->config->seed, err) && learner_init(&t->reference_scorer, err) &&
             learner_set_sampling(&t->reference_scorer, sampling, err))) &&
           (!resume || resume_newest(t, err)) && write_config(t, err) &&
           metrics_open(&t->metrics, dir, t->saved_step, &t->state.metrics, err);
}

void trainer_close(struct trainer *t)
{
    metrics_close(&t->metrics);
    reward_set_close(&t->rewards);
    learner_finish(&t->learner);
    learner_finish(&t->validator);
    learner_finish(&t->reference_scorer);
    rollout_finish(&t->rollout);
    optimizer_finish(&t->optimizer);
    if (t->reference.device)
        model_finish(&t->reference);
    dataset_close(&t->dataset);
    session_close(&t->session);
    dir_unlock(&t->lock);
    arena_finish(&t->arena);
    *t = (struct trainer){0};
}

// ---- checkpoints and the loop

void trainer_phase(struct trainer *t, enum trainer_phase phase)
{
    static const char *const names[] = {"sampling", "evaluating", "rewards", "reference", "learning", "saving"};
    static const char again[] = "press Ctrl-C again to stop without saving";
    const struct run_config *c = t->config;
    long long done = t->state.step, steps = 1;
    bool bar = t->progress.terminal;
    if (t->kind == TRAIN_RL) // those of a generation follow each other
        steps = c->rl.num_iterations * c->rl.steps_per_generation;
    progress_phase(&t->progress, names[phase]);
    if (phase > PHASE_EVALUATE && phase < PHASE_SAVE)
        interrupt_answer(bar, "finishing step %lld, saving; %s", (done / steps + 1) * steps, again);
    else if (phase == PHASE_SAVE)
        interrupt_answer(bar, "saving step %lld; %s", done, again);
    else if (done == 0)
        interrupt_answer(bar, "stopping before the first step is done: there is nothing to save");
    else if (phase == PHASE_SAMPLE)
        interrupt_answer(bar, "leaving step %lld, saving step %lld; %s", done + 1, done, again);
    else
        interrupt_answer(bar, "leaving the evaluation, which runs again on --resume, saving step %lld; %s", done,
                         again);
}

void trainer_pass_over(struct trainer *t, const struct problem *p, int64_t tokens)
{
    char place[32];
    bool rl = t->kind == TRAIN_RL;
    if (t->passed_over++ == 0)
        log_info("the %s of %s has %lld tokens, more than %s = %lld: such %ss are passed over", rl ? "prompt" : "row",
                 dataset_place(&t->dataset, p, place), (long long)tokens,
                 rl ? "rl.max_prompt_length" : "sft.max_length",
                 (long long)(rl ? t->config->rl.max_prompt_length : t->config->sft.max_length), rl ? "prompt" : "row");
}

bool trainer_save(struct trainer *t, struct err *err)
{
    if (t->saved_step == t->state.step)
        return true;
    trainer_phase(t, PHASE_SAVE);
    if (!checkpoint_save(&t->checkpoint, &t->optimizer, &t->state, err))
        return false;
    t->saved_step = t->state.step;
    return true;
}

// Whether a multiple of `every` lies in (before, step]: a generation may take several steps at once.
static bool due(int64_t every, int64_t before, int64_t step)
{
    return every > 0 && step / every != before / every;
}

bool trainer_line_due(const struct trainer *t)
{
    return t->state.step % t->config->train.logging_steps == 0 || t->state.step >= t->config->train.max_steps;
}

// The evaluation that Ctrl-C gave up after the last step: its line of metrics comes now, and the checkpoint with it.
static bool make_up_evaluation(struct trainer *t, struct err *err)
{
    if (!trainer_evaluate(t, err))
        return false;
    if (t->state.evaluation_due) // given up once more
        return true;
    t->saved_step = -1;
    return metrics_write(&t->metrics, t->state.step, "eval_", err) && trainer_save(t, err);
}

bool trainer_run(struct trainer *t, struct err *err)
{
    const struct run_config *c = t->config;
    bool ok = true, over = t->state.step >= c->train.max_steps;
    interrupt_catch();
    progress_begin(&t->progress, t->kind == TRAIN_RL ? "train" : "sft", t->state.step, c->train.max_steps);
    t->first_step = t->state.step;
    if (c->eval.eval_on_start && c->eval.eval_steps > 0 && t->state.step == 0)
        ok = trainer_evaluate(t, err) && metrics_write(&t->metrics, 0, "", err);
    if (t->state.step > 0 && t->state.evaluation_due && c->eval.eval_steps > 0)
        ok = make_up_evaluation(t, err);
    while (ok && t->state.step < c->train.max_steps && !interrupt_arrived()) {
        int64_t before = t->state.step;
        ok = t->kind == TRAIN_RL ? trainer_rl_generation(t, err) : trainer_sft_step(t, err);
        if (!ok || t->state.step == before)
            break;
        bool last = t->state.step >= c->train.max_steps;
        if (c->eval.eval_steps > 0 && (last || due(c->eval.eval_steps, before, t->state.step)))
            ok = trainer_evaluate(t, err);
        // an evaluation does not wait: its values belong to this step
        ok = ok && metrics_write(&t->metrics, t->state.step, trainer_line_due(t) ? "" : "eval_", err);
        if (last || due(c->train.save_steps, before, t->state.step) || t->state.best_step == t->state.step)
            ok = ok && trainer_save(t, err);
    }
    t->stopped = interrupt_arrived();
    if (ok && t->stopped && t->state.step > 0)
        ok = trainer_save(t, err);
    progress_end(&t->progress);
    if (ok && t->passed_over > 1)
        log_info("%lld %s were passed over, since they are longer than %s", (long long)t->passed_over,
                 t->kind == TRAIN_RL ? "prompts" : "rows",
                 t->kind == TRAIN_RL ? "rl.max_prompt_length" : "sft.max_length");
    if (ok && over && !t->stopped)
        log_info("the run is complete: %lld of %lld steps; raise %s to go on", (long long)t->state.step,
                 (long long)c->train.max_steps,
                 isnan(c->train.num_train_epochs) ? "train.max_steps" : "train.num_train_epochs");
    return ok;
}
