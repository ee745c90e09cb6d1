#include "model/weights.h"

#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "model/gguf.h"
#include "model/locate.h"
#include "model/safetensors.h"

// THE table. In a name, * is the layer. A shape's words are dimensions, outermost first; the letters of a word are
// multiplied (D width, H query heads, J key/value heads, A head size, F feed-forward, V vocabulary).
static const struct row {
    const char *name, *gguf, *shape;
    enum { ALWAYS, WHEN_BIAS, UNLESS_TIED } when;
    char heads; // 'H' or 'J': the rows of a llama GGUF are interleaved within each of that many heads
} rows[W_COUNT] = {
    [W_EMBED] = {"model.embed_tokens.weight", "token_embd.weight", "V D", ALWAYS, 0},
    [W_NORM_ATTN] = {"model.layers.*.input_layernorm.weight", "blk.*.attn_norm.weight", "D", ALWAYS, 0},
    [W_Q] = {"model.layers.*.self_attn.q_proj.weight", "blk.*.attn_q.weight", "HA D", ALWAYS, 'H'},
    [W_K] = {"model.layers.*.self_attn.k_proj.weight", "blk.*.attn_k.weight", "JA D", ALWAYS, 'J'},
    [W_V] = {"model.layers.*.self_attn.v_proj.weight", "blk.*.attn_v.weight", "JA D", ALWAYS, 0},
    [W_Q_BIAS] = {"model.layers.*.self_attn.q_proj.bias", "blk.*.attn_q.bias", "HA", WHEN_BIAS, 'H'},
    [W_K_BIAS] = {"model.layers.*.self_attn.k_proj.bias", "blk.*.attn_k.bias", "JA", WHEN_BIAS, 'J'},
    [W_V_BIAS] = {"model.layers.*.self_attn.v_proj.bias", "blk.*.attn_v.bias", "JA", WHEN_BIAS, 0},
    [W_O] = {"model.layers.*.self_attn.o_proj.weight", "blk.*.attn_output.weight", "D HA", ALWAYS, 0},
    [W_NORM_FFN] = {"model.layers.*.post_attention_layernorm.weight", "blk.*.ffn_norm.weight", "D", ALWAYS, 0},
    [W_GATE] = {"model.layers.*.mlp.gate_proj.weight", "blk.*.ffn_gate.weight", "F D", ALWAYS, 0},
    [W_UP] = {"model.layers.*.mlp.up_proj.weight", "blk.*.ffn_up.weight", "F D", ALWAYS, 0},
    [W_DOWN] = {"model.layers.*.mlp.down_proj.weight", "blk.*.ffn_down.weight", "D F", ALWAYS, 0},
    [W_NORM] = {"model.norm.weight", "output_norm.weight", "D", ALWAYS, 0},
    [W_HEAD] = {"lm_head.weight", "output.weight", "V D", UNLESS_TIED, 0},
};

struct weights_source {
    struct safetensors safetensors;
    struct gguf gguf;
    const struct stored_list *tensors; // of the one that is open
    bool is_gguf;
    void **copies; // of reordered weights
    size_t copy_count;
};

static bool is_per_layer(enum weight_field f)
{
    return strchr(rows[f].name, '*') != NULL;
}

static bool is_present(const struct model_config *c, enum weight_field f)
{
    return rows[f].when == ALWAYS || (rows[f].when == WHEN_BIAS && c->qkv_bias) ||
           (rows[f].when == UNLESS_TIED && !c->tied);
}

static uint64_t dimension(const struct model_config *c, char letter)
{
    switch (letter) {
    case 'D':
        return c->width;
    case 'H':
        return c->heads;
    case 'J':
        return c->kv_heads;
    case 'A':
        return c->head_size;
    case 'F':
        return c->ffn;
    case 'V':
        return c->vocab;
    }
    check(false, "dimension '%c'", letter);
    return 0;
}

static const char *name_of(const char *pattern, int layer, struct arena *a)
{
    const char *star = strchr(pattern, '*');
    return star ? arena_printf(a, "%.*s%d%s", (int)(star - pattern), pattern, layer, star + 1) : pattern;
}

static struct weight make(const struct model_config *c, enum weight_field f, int layer, struct arena *a)
{
    struct weight w = {.field = f, .layer = layer, .name = name_of(rows[f].name, layer, a), .rank = 1, .elements = 1};
    w.shape[0] = 1;
    for (const char *s = rows[f].shape; *s; s++) {
        if (*s == ' ') {
            w.shape[w.rank++] = 1;
            continue;
        }
        w.shape[w.rank - 1] *= dimension(c, *s);
        w.elements *= dimension(c, *s);
    }
    return w;
}

struct weight *weights_list(const struct model_config *c, struct arena *a, size_t *count)
{
    struct weight *list = arena_array(a, struct weight, (size_t)c->layers * W_COUNT + W_COUNT);
    size_t n = 0;
    // The table's order is that of the forward pass, with the layers' rows next to each other.
    for (int f = 0; f < W_COUNT; f++) {
        if (!is_per_layer((enum weight_field)f)) {
            if (is_present(c, (enum weight_field)f))
                list[n++] = make(c, (enum weight_field)f, -1, a);
            continue;
        }
        int end = f;
        while (end < W_COUNT && is_per_layer((enum weight_field)end))
            end++;
        for (int layer = 0; layer < (int)c->layers; layer++)
            for (int i = f; i < end; i++)
                if (is_present(c, (enum weight_field)i))
                    list[n++] = make(c, (enum weight_field)i, layer, a);
        f = end - 1;
    }
    *count = n;
    return list;
}

// GGUF's llama rows: within a head, row 2*i + s is Hugging Face's row s*A/2 + i (s = 0, 1). Quantised blocks lie
// within a row, so whole rows move.
static void reorder_rows(struct weights *w, struct weight *t)
{
    struct weights_source *s = w->source;
    uint64_t half = w->config.head_size / 2, row_count = t->shape[0], row_bytes = t->bytes / row_count;
    uint8_t *copy = block_alloc(t->bytes);
    check_memory(copy, "%llu bytes for %s", (unsigned long long)t->bytes, t->name);
    for (uint64_t to = 0; to < row_count; to++) {
        uint64_t head = to / (2 * half), part = to / half % 2, i = to % half;
        memcpy(copy + to * row_bytes, t->data + (head * 2 * half + 2 * i + part) * row_bytes, row_bytes);
    }
    s->copies[s->copy_count++] = copy;
    t->data = copy;
}

// Finds t in the file; marks the tensor used.
static bool place(struct weights *w, struct weight *t, bool *used, struct err *err)
{
    const struct row *row = &rows[t->field];
    bool is_gguf = w->source->is_gguf;
    const char *name = is_gguf ? name_of(row->gguf, t->layer, &w->arena) : t->name;
    const struct stored_tensor *found = stored_find(w->source->tensors, name);
    if (!found && !is_gguf && t->field == W_EMBED && w->config.tied) // some writers keep a tied pair by its other name
        found = stored_find(w->source->tensors, rows[W_HEAD].name);
    char want[STORED_SHAPE_TEXT], is[STORED_SHAPE_TEXT];
    stored_shape(t->rank, t->shape, want);
    if (!found)
        return fail(err, "%s: tensor \"%s\" is missing; the configuration says that there is one of shape %s", w->path,
                    name, want);
    if (found->rank != t->rank || memcmp(found->shape, t->shape, t->rank * sizeof *t->shape) != 0)
        return fail(err, "%s: tensor \"%s\" has the shape %s, by the configuration it should be %s", w->path, name,
                    stored_shape(found->rank, found->shape, is), want);
    if (found->dtype == DTYPE_I32)
        return fail(err, "%s: tensor \"%s\" has the type i32, weights are floating-point or quantised", w->path, name);
    used[found - w->source->tensors->items] = true;
    t->dtype = found->dtype;
    t->data = found->data;
    t->bytes = found->bytes;
    if (is_gguf && row->heads && w->config.family == FAMILY_LLAMA)
        reorder_rows(w, t);
    return true;
}

// Whether both tensors have the same shape and values.
static bool same_values(const struct stored_tensor *a, const struct stored_tensor *b)
{
    enum { PART = 4096 };
    if (a->rank != b->rank || memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) != 0)
        return false;
    if (a->dtype == b->dtype)
        return memcmp(a->data, b->data, a->bytes) == 0;
    for (uint64_t at = 0; at < a->elements; at += PART) {
        float x[PART], y[PART];
        uint64_t n = a->elements - at < PART ? a->elements - at : PART;
        dtype_to_f32(a->dtype, a->data, at, n, x);
        dtype_to_f32(b->dtype, b->data, at, n, y);
        if (memcmp(x, y, n * sizeof *x) != 0)
            return false;
    }
    return true;
}

// A head that is stored although the configuration ties it to the embedding is used when it differs, as in transformers
// (PreTrainedModel.tie_weights).
static void untie(struct weights *w)
{
    const struct stored_tensor *head = stored_find(w->source->tensors, rows[W_HEAD].name);
    const struct stored_tensor *embed = stored_find(w->source->tensors, rows[W_EMBED].name);
    if (w->source->is_gguf || !w->config.tied || !head || !embed || same_values(head, embed))
        return;
    w->config.tied = false;
    log_warn(
        "%s: the configuration ties the head to the embedding, but \"%s\" is stored with other values: it is used, "
        "as transformers does",
        w->path, head->name);
}

// Tensors that carry nothing that the configuration and the table do not: the head of a tied model, stored all the
// same, and precomputed RoPE frequencies.
static bool is_redundant(const struct weights *w, const char *name)
{
    size_t n = strlen(name);
    static const char frequencies[] = ".rotary_emb.inv_freq";
    if (w->source->is_gguf)
        return strcmp(name, "rope_freqs.weight") == 0;
    return (w->config.tied && strcmp(name, rows[W_HEAD].name) == 0) ||
           (n > sizeof frequencies && strcmp(name + n - (sizeof frequencies - 1), frequencies) == 0);
}

// Names a tensor of the file that no row of the table asked for.
static bool check_extra(struct weights *w, const bool *used, struct err *err)
{
    const struct stored_list *list = w->source->tensors;
    for (size_t i = 0; i < list->count; i++) {
        const struct stored_tensor *t = &list->items[i];
        if (used[i] || is_redundant(w, t->name))
            continue;
        char shape[STORED_SHAPE_TEXT];
        return fail(err,
                    "%s: tensor \"%s\" of shape %s belongs to no weight of a %s model as configured: %u layers, %s",
                    w->path, t->name, stored_shape(t->rank, t->shape, shape), config_family_name(w->config.family),
                    w->config.layers, w->config.tied ? "head tied to the embedding" : "a head of its own");
    }
    return true;
}

static bool open_source(struct weights *w, const char *path, struct err *err)
{
    struct weights_source *s = w->source;
    if (file_is_dir(path)) {
        w->dir = path;
        s->tensors = &s->safetensors.tensors;
        if (!file_exists(arena_printf(&w->arena, "%s/config.json", path)) &&
            !file_exists(arena_printf(&w->arena, "%s/model.safetensors", path)))
            return locate_explain(path, err);
        return config_read_dir(&w->config, path, err) && safetensors_open_dir(&s->safetensors, path, err);
    }
    if (!gguf_is_file(path) && !str_ends(path, ".gguf"))
        return fail(err, "cannot open the model %s: it is neither a directory with config.json nor a GGUF file", path);
    s->is_gguf = true;
    s->tensors = &s->gguf.tensors;
    return gguf_open(&s->gguf, path, err) && config_read_gguf(&w->config, &s->gguf, path, err);
}

bool weights_open(struct weights *w, const char *path, struct err *err)
{
    *w = (struct weights){0};
    w->source = arena_array(&w->arena, struct weights_source, 1);
    w->path = locate_model(path, &w->arena, err);
    if (w->path && strcmp(path, w->path) != 0)
        log_info("the model %s is %s", path, w->path);
    bool ok = w->path && open_source(w, w->path, err);
    if (ok)
        untie(w);
    // A model of many layers needs that many tensors, so that the list is bounded by the file.
    if (ok && w->config.layers > w->source->tensors->count)
        ok = fail(err, "%s: the configuration has %u layers, but the file only %zu tensors", w->path, w->config.layers,
                  w->source->tensors->count);
    if (ok) {
        w->items = weights_list(&w->config, &w->arena, &w->count);
        w->source->copies = arena_array(&w->arena, void *, w->count);
        bool *used = arena_array(&w->arena, bool, w->source->tensors->count);
        for (size_t i = 0; ok && i < w->count; i++)
            ok = place(w, &w->items[i], used, err);
        ok = ok && check_extra(w, used, err);
    }
    if (!ok)
        weights_close(w);
    return ok;
}

void weights_close(struct weights *w)
{
    if (w->source) {
        for (size_t i = 0; i < w->source->copy_count; i++)
            block_free(w->source->copies[i]);
        safetensors_close(&w->source->safetensors);
        gguf_close(&w->source->gguf);
    }
    arena_finish(&w->arena);
    *w = (struct weights){0};
}

const struct weight *weights_find(const struct weights *w, int layer, enum weight_field field)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->items[i].field == field && w->items[i].layer == layer)
            return &w->items[i];
    return NULL;
}

const struct weight *weights_find_name(const struct weights *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->items[i].name, name) == 0)
            return &w->items[i];
    return NULL;
}

void weights_read_f32(const struct weight *w, uint64_t first, uint64_t n, float *dst)
{
    check(w->data && first <= w->elements && n <= w->elements - first, "%s: elements %llu + %llu of %llu", w->name,
          (unsigned long long)first, (unsigned long long)n, (unsigned long long)w->elements);
    dtype_to_f32(w->dtype, w->data, first, n, dst);
}

uint64_t weights_elements(const struct weights *w)
{
    uint64_t n = 0;
    for (size_t i = 0; i < w->count; i++)
        n += w->items[i].elements;
    return n;
}
