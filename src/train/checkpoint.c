#include "train/checkpoint.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "model/safetensors.h"
#include "train/checksums.h"

static const char prefix[] = "step-";

// ---- the optimiser's states as one safetensors file: m, v and the f32 value of each weight

struct states {
    const struct optimizer *o;
    struct tensor **list;
    size_t count;
};

static struct states states_of(const struct optimizer *o, struct arena *a)
{
    size_t n = o->engine->model.weight_count;
    struct states s = {o, arena_array(a, struct tensor *, 3 * n), 0};
    for (size_t i = 0; i < n; i++) {
        s.list[s.count++] = o->m[i];
        s.list[s.count++] = o->v[i];
        if (o->master[i])
            s.list[s.count++] = o->master[i];
        else if (o->engine->model.top[W_EMBED]->dtype != DTYPE_F32)
            s.list[s.count++] = o->engine->model.weights[i]; // f32 among 16-bit weights: the model file rounds it
    }
    return s;
}

static bool read_state(void *user, size_t i, uint64_t first, uint64_t n, float *dst, struct err *err)
{
    const struct states *s = user;
    return tensor_read_part(s->list[i], first, n, dst, err);
}

static bool save_states(const char *dir, const struct optimizer *o, struct err *err)
{
    struct arena a = {0};
    struct states s = states_of(o, &a);
    struct safetensors_out *out = arena_array(&a, struct safetensors_out, s.count + 1);
    for (size_t i = 0; i < s.count; i++)
        out[i] = (struct safetensors_out){
            s.list[i]->name, DTYPE_F32, 2, {(uint64_t)s.list[i]->shape[0], (uint64_t)s.list[i]->shape[1]}};
    char path[4096];
    snprintf(path, sizeof path, "%s/optimizer.safetensors", dir);
    bool ok = safetensors_write(path, out, s.count, NULL, 0, read_state, &s, err);
    arena_finish(&a);
    return ok;
}

static bool load_states(const char *dir, struct optimizer *o, struct err *err)
{
    char path[4096];
    struct arena a = {0};
    struct safetensors file = {0};
    struct states s = states_of(o, &a);
    snprintf(path, sizeof path, "%s/optimizer.safetensors", dir);
    bool ok = safetensors_open(&file, path, err);
    for (size_t i = 0; ok && i < s.count; i++) {
        const struct stored_tensor *t = safetensors_find(&file, s.list[i]->name);
        if (!t || t->dtype != DTYPE_F32 || t->elements != (uint64_t)tensor_count(s.list[i]))
            ok = fail(err, "%s: %s is missing or of another shape: the checkpoint belongs to another model", path,
                      s.list[i]->name);
        else
            ok = tensor_write_raw(s.list[i], t->data, err);
    }
    safetensors_close(&file);
    arena_finish(&a);
    return ok;
}

// ---- trainer_state.json

struct checkpoint_state checkpoint_state_new(void)
{
    return (struct checkpoint_state){
        .best = NAN, .best_step = -1, .first = NAN, .last = NAN, .first_loss = NAN, .last_loss = NAN};
}

// What evaluations said; null where there was none.
static const char *const evaluated[] = {"best", "first", "last", "first_loss", "last_loss"};
enum { EVALUATED = sizeof evaluated / sizeof *evaluated };

static bool save_trainer_state(const char *dir, const char *stage, const struct checkpoint_state *state,
                               int64_t updates, struct err *err)
{
    struct str s = {0};
    char path[4096];
    str_printf(&s, "{\"stage\": \"%s\", ", stage);
    str_printf(&s, "\"step\": %lld, \"dataset_position\": %lld, \"num_tokens\": %lld, \"generation\": %lld, ",
               (long long)state->step, (long long)state->dataset_position, (long long)state->tokens,
               (long long)state->generation);
    str_printf(&s, "\"data_crc32c\": %u, \"reference_crc32c\": %u, ", state->data_crc, state->reference_crc);
    str_printf(&s, "\"optimizer_updates\": %lld, \"best_step\": %lld", (long long)updates, (long long)state->best_step);
    const double values[EVALUATED] = {state->best, state->first, state->last, state->first_loss, state->last_loss};
    for (int i = 0; i < EVALUATED; i++) {
        str_printf(&s, ", \"%s\": ", evaluated[i]);
        str_put_number(&s, values[i]);
    }
    str_printf(&s, ", \"evaluation_due\": %s, \"metrics\": ", state->evaluation_due ? "true" : "false");
    metric_values_print(&state->metrics, &s);
    str_puts(&s, "}\n");
    snprintf(path, sizeof path, "%s/trainer_state.json", dir);
    bool ok = file_write(path, s.data, s.size, err);
    str_finish(&s);
    return ok;
}

static bool load_trainer_state(const char *dir, const char *stage, struct checkpoint_state *state, int64_t *updates,
                               struct err *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/trainer_state.json", dir);
    struct json *j = json_open(path, false, err);
    if (!j)
        return false;
    const char *own = json_string(json_get(j, "stage"), "");
    bool same =
        strcmp(own, stage) == 0 || fail(err, "%s: the run is one of vkr1 %.16s, not of vkr1 %s", path, own, stage);
    state->step = json_int(json_get(j, "step"), -1);
    state->dataset_position = json_int(json_get(j, "dataset_position"), -1);
    state->tokens = json_int(json_get(j, "num_tokens"), -1);
    state->generation = json_int(json_get(j, "generation"), -1);
    state->data_crc = (uint32_t)json_int(json_get(j, "data_crc32c"), 0);
    state->reference_crc = (uint32_t)json_int(json_get(j, "reference_crc32c"), 0);
    state->best_step = json_int(json_get(j, "best_step"), -1);
    double *const values[EVALUATED] = {&state->best, &state->first, &state->last, &state->first_loss,
                                       &state->last_loss};
    for (int i = 0; i < EVALUATED; i++)
        *values[i] = json_number(json_get(j, evaluated[i]), NAN);
    state->evaluation_due = json_bool(json_get(j, "evaluation_due"), false);
    *updates = json_int(json_get(j, "optimizer_updates"), -1);
    bool readable = metric_values_read(&state->metrics, json_get(j, "metrics"));
    json_close(j);
    if (!same)
        return false;
    if (state->step < 0 || state->dataset_position < 0 || state->tokens < 0 || state->generation < 0 || *updates < 0)
        return fail(err,
                    "%s: a count is missing or negative: the file is damaged; remove %s to resume from the one before",
                    path, dir);
    return readable ||
           fail(err,
                "%s: \"metrics\" is not an object of [sum, count]: the file is damaged; remove %s to resume from "
                "the one before",
                path, dir);
}

// ---- directories

// The step of a checkpoint's name, or -1.
static int64_t step_of(const char *name)
{
    char *end;
    if (!str_starts(name, prefix))
        return -1;
    long long step = strtoll(name + sizeof prefix - 1, &end, 10);
    return *end || end == name + sizeof prefix - 1 ? -1 : step;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

struct steps {
    int64_t *list; // newest first
    size_t count;
};

static struct steps list_steps(const char *dir, struct arena *a)
{
    struct steps s = {0};
    size_t room = 0;
    DIR *d = opendir(arena_printf(a, "%s/checkpoints", dir));
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (step_of(e->d_name) < 0)
            continue;
        if (s.count == room) {
            int64_t *more = arena_array(a, int64_t, room = room ? 2 * room : 64);
            if (s.count)
                memcpy(more, s.list, s.count * sizeof *more);
            s.list = more;
        }
        s.list[s.count++] = step_of(e->d_name);
    }
    if (d)
        closedir(d);
    if (s.count)
        qsort(s.list, s.count, sizeof *s.list, newest_first);
    return s;
}

static void remove_old(const struct checkpoint_options *o, int64_t best_step)
{
    struct arena a = {0};
    struct steps s = list_steps(o->dir, &a);
    for (size_t i = (size_t)o->keep; i < s.count; i++) {
        char path[4096];
        struct err err = {0};
        if (s.list[i] == best_step)
            continue;
        snprintf(path, sizeof path, "%s/checkpoints/%s%06lld", o->dir, prefix, (long long)s.list[i]);
        if (!dir_remove(path, &err))
            log_warn("an old checkpoint stays: %s", err.text);
    }
    arena_finish(&a);
}

static bool save_run(const char *dir, const struct run_config *c, struct err *err)
{
    char path[4096];
    struct str text = {0};
    snprintf(path, sizeof path, "%s/run.json", dir);
    run_config_print(c, &text);
    bool ok = file_write(path, text.data, text.size, err);
    str_finish(&text);
    return ok;
}

bool checkpoint_save(const struct checkpoint_options *o, const struct optimizer *opt,
                     const struct checkpoint_state *state, struct err *err)
{
    char aside[4096], path[4096];
    struct model *m = &opt->engine->model;
    snprintf(aside, sizeof aside, "%s/checkpoints/unfinished", o->dir);
    snprintf(path, sizeof path, "%s/checkpoints/%s%06lld", o->dir, prefix, (long long)state->step);
    struct weights_save save = {.config = &m->config,
                                .dtype = m->top[W_EMBED]->dtype,
                                .read = model_read_weight,
                                .user = m,
                                .model_dir = o->model_dir,
                                .tokenizer_dir = o->tokenizer_dir,
                                .write_tokenizer = o->write_tokenizer,
                                .tokenizer_user = o->tokenizer_user};
    bool ok = dir_remove(aside, err) && dir_create(aside, err) && weights_save(aside, &save, err) &&
              save_states(aside, opt, err) && save_trainer_state(aside, o->stage, state, opt->step, err) &&
              save_run(aside, o->config, err) && checksums_write(aside, err) && dir_sync(aside, err) &&
              dir_remove(path, err) && file_rename(aside, path, err);
    if (!ok) {
        dir_remove(aside, &(struct err){0});
        return fail_in(err, "checkpoint of step %lld was not saved, earlier ones are intact", (long long)state->step);
    }
    remove_old(o, state->best_step);
    return true;
}

bool checkpoint_find(const char *dir, char *path, size_t path_size)
{
    struct arena a = {0};
    struct steps s = list_steps(dir, &a);
    if (s.count)
        snprintf(path, path_size, "%s/checkpoints/%s%06lld", dir, prefix, (long long)s.list[0]);
    arena_finish(&a);
    return s.count > 0;
}

bool checkpoint_load(const char *path, const struct checkpoint_options *o, struct optimizer *opt,
                     struct checkpoint_state *state, struct err *err)
{
    struct weights w = {0};
    bool ok = checksums_verify(path, err) && weights_open(&w, path, err) &&
              model_write_weights(&opt->engine->model, &w, err) && load_states(path, opt, err) &&
              load_trainer_state(path, o->stage, state, &opt->step, err);
    weights_close(&w);
    return ok ||
           fail_in(err, "cannot resume from %s (if it is damaged, remove it: then the one before it is taken)", path);
}
