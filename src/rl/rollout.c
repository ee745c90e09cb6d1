#include "rl/rollout.h"

#include <string.h>

#include "base/clock.h"

bool sampling_truncates(const struct sampling_params *p)
{
    return p->top_k > 0 || p->top_p < 1 || p->min_p > 0;
}

void sampling_values(const struct sampling_params *p, float out[SAMPLING_SIZE])
{
    out[SAMPLING_INV_TEMPERATURE] = p->temperature > 0 ? (float)(1 / p->temperature) : 0;
    out[SAMPLING_TOP_K] = (float)p->top_k;
    out[SAMPLING_TOP_P] = (float)p->top_p;
    out[SAMPLING_MIN_P] = (float)p->min_p;
}

struct rollout_program *rollout_fitting(struct rollout_programs *p, int rows)
{
    int i = 0;
    while (i < p->count && p->all[i].rows < rows)
        i++;
    check(i < p->count, "no program has %d rows", rows);
    return &p->all[i];
}

struct rollout_program *rollout_widest(struct rollout_programs *p)
{
    return &p->all[p->count - 1];
}

// Widths of least, 2 least, 4 least .. below most, then most itself.
static void plan_widths(struct rollout_programs *p, int least, int most)
{
    p->count = 0;
    for (int rows = least; rows < most; rows *= 2)
        p->all[p->count++].rows = rows;
    check(p->count < ROLLOUT_WIDTHS, "%d rows", most);
    p->all[p->count++].rows = most;
}

static void plan_prefill(struct rollout *r, struct rollout_program *p)
{
    graph_init(&p->graph, &r->arena);
    p->in = model_inputs_new(&p->graph, p->rows, false, true);
    model_forward(&p->graph, &r->engine->model, &p->in, &r->cache, false);
    graph_prune(&p->graph); // all that is wanted of it are the cache's rows
    engine_plan_graph(r->engine, &p->graph);
}

static void plan_decode(struct rollout *r, struct rollout_program *p)
{
    const struct model *m = &r->engine->model;
    struct graph *g = &p->graph;
    graph_init(g, &r->arena);
    p->in = model_inputs_new(g, p->rows, false, true);
    p->keys = graph_input(g, DTYPE_I32, "keys", p->rows, 4);
    p->sampling = graph_input(g, DTYPE_F32, "sampling", 1, SAMPLING_SIZE);
    struct tensor *logits = model_logits(g, m, model_forward(g, m, &p->in, &r->cache, false));
    struct tensor *threshold = r->options.truncate ? op_threshold(g, logits, p->sampling) : NULL;
    op_sample(g, logits, threshold, p->sampling, p->keys, &p->token, &p->logp);
    graph_keep(p->token);
    graph_keep(p->logp);
    engine_plan_graph(r->engine, g);
}

void rollout_plan(struct rollout *r, struct engine *e, struct rollout_options options)
{
    *r = (struct rollout){.engine = e, .options = options};
    const struct model *m = &e->model;
    int64_t rows = (int64_t)options.prompts * options.max_prompt + (int64_t)options.slots * options.max_completion;
    r->cache = model_cache_new(&r->arena, &m->config, rows);
    r->eos = m->config.eos;
    r->eos_count = (int)m->config.eos_count;
    plan_turn(&e->plan);
    for (uint32_t l = 0; l < m->config.layers; l++) {
        plan_hold(&e->plan, r->cache.k[l]);
        plan_hold(&e->plan, r->cache.v[l]);
    }

    // A prompt's rows come many at a time: narrower programs than 8 would hardly run.
    plan_widths(&r->prefill, 8, options.prefill_rows);
    for (int i = 0; i < r->prefill.count; i++)
        plan_prefill(r, &r->prefill.all[i]);
    plan_widths(&r->decode, 1, options.slots);
    for (int i = 0; i < r->decode.count; i++)
        plan_decode(r, &r->decode.all[i]);
}

static bool init_programs(struct engine *e, struct rollout_programs *p, struct err *err)
{
    for (int i = 0; i < p->count; i++)
        if (!engine_init_program(e, &p->all[i].program, &p->all[i].graph, err))
            return false;
    return true;
}

bool rollout_init(struct rollout *r, struct err *err)
{
    for (uint32_t l = 0; l < r->engine->model.config.layers; l++) {
        space_bind(&r->engine->work, r->cache.k[l]);
        space_bind(&r->engine->work, r->cache.v[l]);
    }
    return init_programs(r->engine, &r->prefill, err) && init_programs(r->engine, &r->decode, err);
}

void rollout_finish(struct rollout *r)
{
    for (int i = 0; i < r->prefill.count; i++)
        program_finish(&r->prefill.all[i].program);
    for (int i = 0; i < r->decode.count; i++)
        program_finish(&r->decode.all[i].program);
    arena_finish(&r->arena);
    *r = (struct rollout){0};
}

// Rows of one program run, filled one after the other.
struct rows {
    int32_t *tokens, *positions, *key_ranges, *cache_rows, *keys;
    int count, room;
};

static struct rows rows_new(struct arena *a, int room)
{
    return (struct rows){arena_array(a, int32_t, room),
                         arena_array(a, int32_t, room),
                         arena_array(a, int32_t, room * 4),
                         arena_array(a, int32_t, room),
                         arena_array(a, int32_t, room * 4),
                         0,
                         room};
}

// A row without token: attends nothing, stores nothing.
static void rows_clear(struct rows *s)
{
    memset(s->tokens, 0, sizeof(int32_t) * (size_t)s->room);
    memset(s->positions, 0, sizeof(int32_t) * (size_t)s->room);
    memset(s->key_ranges, 0, sizeof(int32_t) * 4 * (size_t)s->room);
    memset(s->keys, 0, sizeof(int32_t) * 4 * (size_t)s->room);
    for (int i = 0; i < s->room; i++)
        s->cache_rows[i] = -1;
    s->count = 0;
}

static void rows_put(struct rows *s, int32_t token, int position, int cache_row, const int32_t ranges[4])
{
    int i = s->count++;
    s->tokens[i] = token;
    s->positions[i] = position;
    s->cache_rows[i] = cache_row;
    memcpy(s->key_ranges + 4 * i, ranges, 4 * sizeof *ranges);
}

// The first rows, as many as the program has.
static bool rows_write(const struct rows *s, const struct rollout_program *p, struct err *err)
{
    return tensor_write_i32(p->in.tokens, s->tokens, p->rows, err) &&
           tensor_write_i32(p->in.positions, s->positions, p->rows, err) &&
           tensor_write_i32(p->in.key_ranges, s->key_ranges, 4 * (int64_t)p->rows, err) &&
           tensor_write_i32(p->in.cache_rows, s->cache_rows, p->rows, err) &&
           (!p->keys || tensor_write_i32(p->keys, s->keys, 4 * (int64_t)p->rows, err));
}

struct slot {
    int episode; // -1: free
    int at;      // completion tokens so far
    struct stops_state stops;
};

struct sampler {
    struct rollout *r;
    struct episode *episodes;
    int count, next; // the next episode to start
    const struct rollout_run *run;
    struct arena *memory;
    struct slot *slots;
    int *region_of; // (count) the prompt region of an episode, set when its prompt is prefilled
    int *readers;   // (prompts) episodes of a region that are not finished
    struct rows prefill, decode;
    int active;
};

static bool prefill_flush(struct sampler *s, struct err *err)
{
    if (s->prefill.count == 0)
        return true;
    double start = clock_now();
    struct rollout_program *p = rollout_fitting(&s->r->prefill, s->prefill.count);
    bool ok = rows_write(&s->prefill, p, err) && program_run(&p->program, err);
    s->r->stats.prefill_s += clock_now() - start;
    s->r->stats.prompt_tokens += s->prefill.count;
    rows_clear(&s->prefill);
    return ok;
}

// Puts the prompt (without its last token) into a region of the cache; rows gather until the program is full.
static bool prefill_prompt(struct sampler *s, const struct episode *e, int region, struct err *err)
{
    int base = region * s->r->options.max_prompt;
    for (int i = 0; i < e->prompt_count - 1; i++) {
        if (s->prefill.count == s->prefill.room && !prefill_flush(s, err))
            return false;
        rows_put(&s->prefill, e->prompt[i], i, base + i, (const int32_t[4]){0, 0, base, base + i + 1});
    }
    return true;
}

// The region of an episode's prompt: its neighbour's when they share the prompt, else a free one (prefilled now), or -1
// when all are in use.
static int find_region(struct sampler *s, int episode, struct err *err)
{
    if (episode > 0 && s->episodes[episode].prompt == s->episodes[episode - 1].prompt &&
        s->readers[s->region_of[episode - 1]])
        return s->region_of[episode - 1];
    for (int region = 0; region < s->r->options.prompts; region++)
        if (s->readers[region] == 0)
            return prefill_prompt(s, &s->episodes[episode], region, err) ? region : -1;
    return -1;
}

// Gives free slots the next episodes.
static bool refill(struct sampler *s, struct err *err)
{
    for (int i = 0; i < s->r->options.slots && s->next < s->count; i++) {
        if (s->slots[i].episode >= 0)
            continue;
        int region = find_region(s, s->next, err);
        if (region < 0)
            break;
        struct episode *e = &s->episodes[s->next];
        e->completion = arena_array(s->memory, int32_t, s->r->options.max_completion);
        e->logp_old = arena_array(s->memory, float, s->r->options.max_completion);
        e->completion_count = 0;
        e->finish = FINISH_NONE;
        s->region_of[s->next] = region;
        s->readers[region]++;
        s->slots[i].episode = s->next++;
        s->slots[i].at = 0;
        stops_begin(&s->r->stops, &s->slots[i].stops);
        s->active++;
    }
    return !err->text[0] && prefill_flush(s, err);
}

// A row for every slot at work, in the order of slots.
static void fill_decode(struct sampler *s)
{
    const struct rollout_options *o = &s->r->options;
    rows_clear(&s->decode);
    for (int i = 0; i < o->slots; i++) {
        if (s->slots[i].episode < 0)
            continue;
        const struct episode *e = &s->episodes[s->slots[i].episode];
        int t = s->slots[i].at, prompt = s->region_of[s->slots[i].episode] * o->max_prompt;
        int own = o->prompts * o->max_prompt + i * o->max_completion, shared = e->prompt_count - 1;
        int32_t *key = s->decode.keys + 4 * (int64_t)s->decode.count;
        rows_put(&s->decode, t ? e->completion[t - 1] : e->prompt[shared], shared + t, own + t,
                 (const int32_t[4]){prompt, prompt + shared, own, own + t + 1});
        key[0] = (int32_t)(s->run->first_id + (uint32_t)s->slots[i].episode);
        key[1] = t;
        key[2] = (int32_t)s->run->seed;
    }
}

static bool is_eos(const struct rollout *r, int32_t token)
{
    for (int i = 0; i < r->eos_count; i++)
        if (r->eos[i] == token)
            return true;
    return false;
}

// Takes the sampled tokens, in the order of fill_decode; false when the caller's function wants to stop.
static bool take(struct sampler *s, const int32_t *tokens, const float *logp, int limit)
{
    bool go_on = true;
    for (int i = 0, row = 0; i < s->r->options.slots; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->episode < 0)
            continue;
        struct episode *e = &s->episodes[slot->episode];
        int32_t token = tokens[row];
        e->completion[slot->at] = token;
        e->logp_old[slot->at] = logp[row++];
        e->completion_count = ++slot->at;
        s->r->stats.tokens++;
        if (is_eos(s->r, token))
            e->finish = FINISH_EOS;
        else if (stops_take(&s->r->stops, &slot->stops, token))
            e->finish = FINISH_STOP;
        else if (slot->at == limit)
            e->finish = FINISH_LENGTH;
        e->stop_size = slot->stops.size;
        if (s->run->token)
            go_on &= s->run->token(s->run->user, slot->episode, token);
        if (e->finish == FINISH_NONE)
            continue;
        s->readers[s->region_of[slot->episode]]--;
        slot->episode = -1;
        s->active--;
    }
    return go_on;
}

static bool prompts_fit(const struct rollout *r, const struct episode *episodes, int count, struct err *err)
{
    for (int i = 0; i < count; i++) {
        int n = episodes[i].prompt_count;
        if (n < 1 || n - 1 > r->options.max_prompt)
            return fail(err, "a prompt has %d tokens, the limit is %d: raise max_prompt_length", n,
                        r->options.max_prompt);
    }
    return true;
}

bool rollout_sample(struct rollout *r, struct episode *episodes, int count, const struct rollout_run *run,
                    struct arena *memory, struct err *err)
{
    struct arena scratch = {0};
    int slots = r->options.slots;
    int limit = run->max_completion > 0 && run->max_completion < r->options.max_completion ? run->max_completion
                                                                                           : r->options.max_completion;
    struct sampler s = {.r = r,
                        .episodes = episodes,
                        .count = count,
                        .run = run,
                        .memory = memory,
                        .slots = arena_array(&scratch, struct slot, slots),
                        .region_of = arena_array(&scratch, int, count + 1),
                        .readers = arena_array(&scratch, int, r->options.prompts),
                        .prefill = rows_new(&scratch, r->options.prefill_rows),
                        .decode = rows_new(&scratch, slots)};
    int32_t *tokens = arena_array(&scratch, int32_t, slots);
    float *logp = arena_array(&scratch, float, slots), sampling[SAMPLING_SIZE];
    for (int i = 0; i < slots; i++)
        s.slots[i] = (struct slot){-1, 0, {.matched = arena_array(&scratch, int, r->stops.text_count + 1)}};
    rows_clear(&s.prefill);
    sampling_values(&run->sampling, sampling);
    check(r->options.truncate || !sampling_truncates(&run->sampling), "this rollout was planned without truncation");
    bool ok = prompts_fit(r, episodes, count, err), go_on = true;
    for (int i = 0; i < r->decode.count; i++)
        ok = ok && tensor_write(r->decode.all[i].sampling, sampling, err);
    while (ok && go_on) {
        ok = refill(&s, err);
        if (!ok || s.active == 0)
            break;
        double start = clock_now();
        fill_decode(&s);
        struct rollout_program *p = rollout_fitting(&r->decode, s.decode.count);
        ok = rows_write(&s.decode, p, err) && program_run(&p->program, err) && tensor_read_i32(p->token, tokens, err) &&
             tensor_read(p->logp, logp, err);
        go_on = ok && take(&s, tokens, logp, limit);
        r->stats.decode_s += clock_now() - start;
        r->stats.steps++;
    }
    for (int i = 0; i < slots; i++)
        stops_end(&s.slots[i].stops);
    arena_finish(&scratch);
    return ok;
}
