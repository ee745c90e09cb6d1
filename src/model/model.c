#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "model/arch.h"
#include "ops/ops.h"

static arch_layer *const layer_of[FAMILY_COUNT] = {
    [FAMILY_LLAMA] = arch_llama_layer,
    [FAMILY_QWEN2] = arch_llama_layer,
};

static struct tensor *weight_tensor(struct model *m, const struct weight *w, enum dtype dtype, bool trained)
{
    bool matrix = w->rank == 2;
    int64_t rows = matrix ? (int64_t)w->shape[0] : 1, cols = (int64_t)w->shape[matrix ? 1 : 0];
    if (!dtype_is_written(dtype) || (dtype_is_quantized(dtype) && (!matrix || cols % dtype_block(dtype))))
        dtype = DTYPE_F32;
    struct tensor *t = tensor_new(&m->arena, TENSOR_WEIGHT, matrix ? dtype : DTYPE_F32, w->name, rows, cols, 0, 0);
    space_place(&m->space, t);
    if (trained) {
        char name[80];
        snprintf(name, sizeof name, "d.%.70s", w->name);
        t->needs_grad = true;
        t->grad = tensor_new(&m->arena, TENSOR_GRADIENT, DTYPE_F32, name, rows, cols, 0, 0);
        space_place(&m->space, t->grad);
    }
    return t;
}

void model_plan(struct model *m, struct device *d, const struct model_config *c, const struct weights *w,
                struct model_options options)
{
    *m = (struct model){.config = *c, .device = d};
    space_init(&m->space, d, "model");
    m->layers = arena_array(&m->arena, struct model_layer, c->layers);
    struct weight *list = weights_list(c, &m->arena, &m->weight_count);
    m->list = list;
    m->weights = arena_array(&m->arena, struct tensor *, m->weight_count);
    for (size_t i = 0; i < m->weight_count; i++) {
        const struct weight *stored = w ? weights_find(w, list[i].layer, list[i].field) : NULL;
        enum dtype dtype = options.dtype != DTYPE_COUNT ? options.dtype : stored ? stored->dtype : DTYPE_F32;
        struct tensor *t = m->weights[i] = weight_tensor(m, &list[i], dtype, options.trained);
        if (list[i].layer < 0)
            m->top[list[i].field] = t;
        else
            m->layers[list[i].layer].w[list[i].field] = t;
    }
    if (!m->top[W_HEAD])
        m->top[W_HEAD] = m->top[W_EMBED];
    m->rope = tensor_new(&m->arena, TENSOR_STATE, DTYPE_F32, "rope", options.positions, c->head_size, 0, 0);
    space_place(&m->space, m->rope);
}

// Angles are computed as transformers does, in f32 (inverse frequency times position), so that both round alike.
static bool write_rope(struct model *m, struct err *err)
{
    uint32_t half = m->config.head_size / 2;
    int64_t P = m->rope->shape[0];
    struct arena a = {0};
    double *frequencies = arena_array(&a, double, half);
    float *table = arena_array(&a, float, P * 2 * half);
    config_rope_frequencies(&m->config, frequencies);
    for (int64_t p = 0; p < P; p++)
        for (uint32_t i = 0; i < half; i++) {
            double angle = (double)((float)frequencies[i] * (float)p);
            table[p * 2 * half + i] = (float)cos(angle);
            table[p * 2 * half + half + i] = (float)sin(angle);
        }
    bool ok = tensor_write(m->rope, table, err);
    arena_finish(&a);
    return ok;
}

static void random_weight(const struct weight *w, uint32_t index, uint32_t seed, float *values)
{
    bool norm = w->field == W_NORM || w->field == W_NORM_ATTN || w->field == W_NORM_FFN;
    for (uint64_t i = 0; i < w->elements; i++)
        values[i] = norm ? 1 : w->rank == 1 ? 0 : (float)(0.02 * rng_normal(seed, RNG_INIT, index, (uint32_t)i));
}

void model_source(const struct model *m, size_t i, const struct weights *w, uint32_t seed, float *dst)
{
    const struct weight *from = w ? weights_find(w, m->list[i].layer, m->list[i].field) : NULL;
    if (from)
        weights_read_f32(from, 0, from->elements, dst);
    else
        random_weight(&m->list[i], (uint32_t)i, seed, dst);
}

// Whether w has the weights that the model has, each with as many rows and columns.
static bool matches(const struct model *m, const struct weights *w, struct err *err)
{
    for (size_t i = 0; i < m->weight_count; i++) {
        const struct weight *own = &m->list[i], *from = weights_find(w, own->layer, own->field);
        if (!from)
            return fail(err, "they belong to another model: %s is missing", own->name);
        if (from->rank != own->rank || from->shape[0] != own->shape[0] ||
            (own->rank > 1 && from->shape[1] != own->shape[1]))
            return fail(err, "they belong to another model: %s has %llu x %llu elements, this one's %llu x %llu",
                        own->name, (unsigned long long)from->shape[0],
                        (unsigned long long)(from->elements / from->shape[0]), (unsigned long long)own->shape[0],
                        (unsigned long long)(own->elements / own->shape[0]));
    }
    return w->count == m->weight_count ||
           fail(err, "they belong to another model: %zu weights, this one has %zu", w->count, m->weight_count);
}

static bool fill(struct model *m, const struct weights *w, uint32_t seed, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < m->weight_count; i++) {
        const struct weight *from = w ? weights_find(w, m->list[i].layer, m->list[i].field) : NULL;
        if (from && from->dtype == m->weights[i]->dtype && from->dtype != DTYPE_F32) {
            ok = tensor_write_raw(m->weights[i], from->data, err);
            continue;
        }
        float *values = block_alloc(sizeof(float) * m->list[i].elements);
        check_memory(values, "%s", m->list[i].name);
        model_source(m, i, w, seed, values);
        ok = tensor_write(m->weights[i], values, err);
        block_free(values);
    }
    return ok;
}

bool model_load(struct model *m, const struct weights *w, uint32_t seed, struct err *err)
{
    if (!space_commit(&m->space, err))
        return fail_in(err, "the model does not fit on %s", m->device->name);
    for (size_t i = 0; i < m->weight_count; i++) {
        space_bind(&m->space, m->weights[i]);
        if (m->weights[i]->grad)
            space_bind(&m->space, m->weights[i]->grad);
    }
    space_bind(&m->space, m->rope);
    return write_rope(m, err) && fill(m, w, seed, err);
}

bool model_write_weights(struct model *m, const struct weights *w, struct err *err)
{
    return (matches(m, w, err) || fail_in(err, "the weights")) && fill(m, w, 0, err);
}

void model_finish(struct model *m)
{
    space_finish(&m->space);
    arena_finish(&m->arena);
    *m = (struct model){0};
}

struct tensor *model_find(const struct model *m, const char *name)
{
    for (size_t i = 0; i < m->weight_count; i++)
        if (strcmp(m->list[i].name, name) == 0)
            return m->weights[i];
    return NULL;
}

bool model_read_weight(void *user, const struct weight *w, uint64_t first, uint64_t n, float *dst, struct err *err)
{
    const struct model *m = user;
    struct tensor *t = model_find(m, w->name);
    check(t, "%s is no weight of the model", w->name);
    return tensor_read_part(t, first, n, dst, err);
}

struct model_inputs model_inputs_new(struct graph *g, int64_t rows, bool training, bool cached)
{
    return (struct model_inputs){
        .tokens = graph_input(g, DTYPE_I32, "tokens", rows, 1),
        .positions = graph_input(g, DTYPE_I32, "positions", rows, 1),
        .key_ranges = graph_input(g, DTYPE_I32, "key_ranges", rows, 4),
        .query_ranges = training ? graph_input(g, DTYPE_I32, "query_ranges", rows, 4) : NULL,
        .cache_rows = cached ? graph_input(g, DTYPE_I32, "cache_rows", rows, 1) : NULL,
    };
}

struct model_cache model_cache_new(struct arena *a, const struct model_config *c, int64_t rows)
{
    struct model_cache cache = {arena_array(a, struct tensor *, c->layers), arena_array(a, struct tensor *, c->layers),
                                rows};
    int64_t width = (int64_t)c->kv_heads * c->head_size;
    for (uint32_t l = 0; l < c->layers; l++) {
        char name[32];
        snprintf(name, sizeof name, "cache.%u.k", l);
        cache.k[l] = tensor_new(a, TENSOR_STATE, DTYPE_F32, name, rows, width, 0, 0);
        snprintf(name, sizeof name, "cache.%u.v", l);
        cache.v[l] = tensor_new(a, TENSOR_STATE, DTYPE_F32, name, rows, width, 0, 0);
    }
    return cache;
}

struct tensor *model_forward(struct graph *g, const struct model *m, const struct model_inputs *in,
                             const struct model_cache *cache, bool recompute)
{
    struct tensor *x = op_embed(g, m->top[W_EMBED], in->tokens);
    for (uint32_t l = 0; l < m->config.layers; l++) {
        if (recompute)
            graph_segment_begin(g);
        x = layer_of[m->config.family](g, m, (int)l, x, in, cache);
        if (recompute)
            graph_segment_end(g);
    }
    return op_rmsnorm(g, x, m->top[W_NORM], (double)m->config.rms_eps);
}

struct tensor *model_logits(struct graph *g, const struct model *m, struct tensor *hidden)
{
    return op_matmul(g, hidden, m->top[W_HEAD]);
}

struct model_logprob model_logprob(struct graph *g, const struct model *m, struct tensor *hidden,
                                   struct tensor *targets, struct tensor *sampling, bool truncate, int64_t chunk)
{
    int64_t N = hidden->shape[0];
    struct model_logprob out = {graph_activation(g, "logp", N, 1), graph_activation(g, "entropy", N, 1)};
    for (int64_t row = 0; row < N; row += chunk) {
        int64_t rows = N - row < chunk ? N - row : chunk;
        struct tensor *h = graph_view(g, hidden, row, rows), *t = graph_view(g, targets, row, rows);
        struct tensor *logp = graph_view(g, out.logp, row, rows), *entropy = graph_view(g, out.entropy, row, rows);
        graph_segment_begin(g);
        struct tensor *logits = model_logits(g, m, h);
        struct tensor *threshold = truncate ? op_threshold(g, logits, sampling) : NULL;
        op_logprob_to(g, logits, t, sampling, threshold, logp, entropy);
        graph_segment_end(g);
    }
    return out;
}
