#include "rl/session.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"

static bool open_model(struct session *s, struct err *err)
{
    const struct run_config *c = s->config;
    if (c->model.path && c->model.init)
        return fail(err, "both model.path and model.init are given: one of them says what the model is");
    if (c->model.path) {
        if (!weights_open(&s->weights, c->model.path, err))
            return false;
        s->model_config = s->weights.config;
        return true;
    }
    if (!c->model.init)
        return fail(err, "no model: give model.path (a Hugging Face directory or a GGUF file) or model.init");
    struct str text = {0};
    s->new_model = true;
    json_print(c->model.init, &text, false);
    bool ok = config_read_json(&s->model_config, text.data, text.size, "model.init", err);
    str_finish(&text);
    return ok;
}

// An end-of-sequence id is needed to stop: the model's files name it, else the tokenizer's.
static void find_eos(struct session *s)
{
    struct model_config *m = &s->model_config;
    if (m->eos_count == 0 && s->tokenizer.eos >= 0 && (uint32_t)s->tokenizer.eos < m->vocab)
        m->eos[m->eos_count++] = s->tokenizer.eos;
    if (m->eos_count == 0)
        log_warn("neither the model nor the tokenizer names an end-of-sequence token: completions end at their limit");
}

// What ends a turn in the chat template ends a completion, and is the end that supervised training teaches, also where
// the model's files name another token (base models with a chat template).
static void add_end_of_turn(struct session *s)
{
    struct model_config *m = &s->model_config;
    int32_t end = s->prompter.end;
    if (end < 0 || (uint32_t)end >= m->vocab || config_is_eos(m, end) || m->eos_count == CONFIG_EOS_MAX)
        return;
    const char *other = m->eos_count ? tokenizer_token(&s->tokenizer, m->eos[0]) : NULL;
    log_info("the chat template ends a turn with %s%s%s%s: it ends completions too",
             tokenizer_token(&s->tokenizer, end), other ? ", the model's files name " : "", other ? other : "",
             other ? "" : ", which the model's files do not name");
    m->eos[m->eos_count++] = end;
}

// More ids than the model has rows are harmless where all of them are added tokens: a text that holds one is refused.
static bool check_rows(struct session *s, const char *path, struct err *err)
{
    int32_t size = tokenizer_vocab_size(&s->tokenizer), rows = (int32_t)s->model_config.vocab;
    if (size <= rows)
        return true;
    for (int32_t id = rows; id < size; id++)
        if (tokenizer_token(&s->tokenizer, id) && !tokenizer_is_added(&s->tokenizer, id))
            return fail(err, "the tokenizer %s has ids up to %d, the model only %d rows: they do not belong together",
                        path, size - 1, rows);
    log_warn(
        "the tokenizer %s has added tokens with ids up to %d, the model only %d rows: texts that hold one of those "
        "are refused",
        path, size - 1, rows);
    s->tokenizer.rows = rows;
    return true;
}

bool session_open_tokenizer(struct session *s, struct err *err)
{
    const char *path = s->config->model.tokenizer ? s->config->model.tokenizer : s->config->model.path;
    if (!path)
        return fail(err, "a new model needs model.tokenizer, a directory or file with a tokenizer");
    if (!tokenizer_open(&s->tokenizer, path, err))
        return false;
    find_eos(s);
    return check_rows(s, path, err);
}

static enum dtype storage(const struct session *s)
{
    enum dtype t = DTYPE_F32;
    const char *name = s->config->model.dtype;
    if (strcmp(name, "bfloat16") == 0)
        t = DTYPE_BF16;
    else if (strcmp(name, "float16") == 0)
        t = DTYPE_F16;
    else if (strcmp(name, "stored") == 0)
        t = DTYPE_COUNT;
    return t;
}

// model.dtype stored: says which types are kept as f32, since no kernel computes with them.
static void say_unpacked(const struct session *s)
{
    bool said[DTYPE_COUNT] = {0};
    for (size_t i = 0; storage(s) == DTYPE_COUNT && i < s->weights.count; i++) {
        enum dtype t = s->weights.items[i].dtype;
        if (!dtype_is_written(t) && !said[t])
            log_info("%s: matrices in %s are kept as f32: they cannot be used as they are stored", s->weights.path,
                     dtype_name(t));
        said[t] = true;
    }
}

void session_plan(struct session *s, bool trained)
{
    engine_plan(&s->engine, &s->device, &s->model_config, s->new_model ? NULL : &s->weights,
                (struct model_options){storage(s), trained, s->positions});
}

bool session_open(struct session *s, const struct run_config *c, struct session_options o, struct err *err)
{
    *s = (struct session){.config = c};
    bool ok = open_model(s, err) &&
              (o.ids || (session_open_tokenizer(s, err) && prompter_init(&s->prompter, &s->tokenizer, c, err)));
    if (ok && !o.ids)
        add_end_of_turn(s);
    if (ok && o.fewer && o.positions > s->model_config.max_positions)
        o.positions = s->model_config.max_positions;
    if (ok && o.positions > s->model_config.max_positions)
        ok = fail(err, "sequences of %lld tokens are wanted, the model was made for %u: lower %s",
                  (long long)o.positions, s->model_config.max_positions, o.limits);
    s->positions = o.positions;
    if (ok && o.trained && storage(s) == DTYPE_COUNT)
        ok = fail(err, "model.dtype stored is for sampling and scoring; training wants float32, bfloat16 or float16");
    if (ok && o.planning)
        device_open_plan(&s->device);
    else
        ok = ok && device_open(&s->device, c->device, err);
    if (ok)
        say_unpacked(s);
    if (ok)
        session_plan(s, o.trained);
    if (!ok)
        session_close(s);
    return ok;
}

bool session_commit(struct session *s, struct err *err)
{
    return engine_commit(&s->engine, s->new_model ? NULL : &s->weights, (uint32_t)s->config->seed, err);
}

bool session_stops(struct session *s, const char *where, struct stops *stops, struct err *err)
{
    struct tokenizer *t = s->tokenizer.parts ? &s->tokenizer : NULL;
    return stops_load(stops, s->config->rl.stop, where, t, s->model_config.vocab, &s->arena, err);
}

int32_t session_end_token(const struct session *s)
{
    const struct model_config *m = &s->model_config;
    if (s->prompter.end >= 0 && config_is_eos(m, s->prompter.end))
        return s->prompter.end;
    return m->eos_count ? m->eos[0] : -1;
}

void session_close(struct session *s)
{
    engine_finish(&s->engine);
    prompter_finish(&s->prompter);
    weights_close(&s->weights);
    tokenizer_close(&s->tokenizer);
    device_close(&s->device);
    arena_finish(&s->arena);
    *s = (struct session){0};
}

bool session_write_tokenizer(void *session, const char *dir, struct err *err)
{
    const struct session *s = session;
    return tokenizer_save(&s->tokenizer, dir, err);
}
