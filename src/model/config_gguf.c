// The model's configuration from GGUF metadata (keys of docs/gguf.md, "LLM").
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/config.h"
#include "model/gguf.h"

struct reader {
    const struct gguf *g;
    const char *what, *architecture;
    struct err *err;
    bool ok;
};

static const char *full_key(const struct reader *r, const char *key, char out[128])
{
    snprintf(out, 128, "%s.%s", r->architecture, key);
    return out;
}

// otherwise < 0: the key is required.
static uint32_t get_size(struct reader *r, const char *key, int64_t otherwise)
{
    char full[128];
    int64_t n = otherwise;
    if (!r->ok)
        return 0;
    bool present = gguf_find(r->g, full_key(r, key, full)) != NULL;
    if (!present && otherwise < 0)
        r->ok = fail(r->err, "%s: the metadata has no %s", r->what, full);
    else if (present && (!gguf_int(r->g, full, &n) || n < 1 || n > INT32_MAX))
        r->ok = fail(r->err, "%s: the metadata's %s is not a whole number from 1 to 2^31 - 1 but %s", r->what, full,
                     gguf_show(r->g, full, (char[64]){0}));
    return r->ok ? (uint32_t)n : 0;
}

static double get_real(struct reader *r, const char *key, double otherwise)
{
    char full[128];
    if (r->ok && gguf_find(r->g, full_key(r, key, full)) && !gguf_number(r->g, full, &otherwise))
        r->ok = fail(r->err, "%s: the metadata's %s is not a number but %s", r->what, full,
                     gguf_show(r->g, full, (char[64]){0}));
    return otherwise;
}

static bool text_is(struct gguf_text t, const char *s)
{
    return t.size == strlen(s) && memcmp(t.data, s, t.size) == 0;
}

static void get_family(struct reader *r, struct model_config *c)
{
    struct gguf_text name;
    if (!gguf_string(r->g, "general.architecture", &name)) {
        r->ok = fail(r->err, "%s: the metadata has no general.architecture", r->what);
        return;
    }
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (text_is(name, config_family_name((enum model_family)f))) {
            c->family = (enum model_family)f;
            r->architecture = config_family_name(c->family);
            return;
        }
    bool printable = stored_name_ok(name.data, name.size) && name.size < 64;
    r->ok = fail(r->err, "%s: architecture \"%.*s\" is not supported; supported are llama and qwen2", r->what,
                 printable ? (int)name.size : 1, printable ? name.data : "?");
}

// Llama 3.1 and its successors: converters store the divisors of the frequencies as a tensor, not the parameters.
// Every such model published has low_freq_factor 1 and high_freq_factor 4 over an original context of 8192; that this
// reproduces the tensor is checked.
static void get_rope_freqs(struct reader *r, struct model_config *c)
{
    const struct stored_tensor *t = gguf_find_tensor(r->g, "rope_freqs.weight");
    if (!r->ok || !t || c->head_size == 0)
        return;
    uint32_t n = c->head_size / 2;
    float divisor[512];
    double plain[512], scaled[512], most = 1;
    if (t->elements != n || t->dtype != DTYPE_F32 || c->head_size > 1024) {
        r->ok = fail(r->err, "%s: tensor \"rope_freqs.weight\" should be f32 (%u), half the head size", r->what, n);
        return;
    }
    dtype_to_f32(t->dtype, t->data, 0, n, divisor);
    for (uint32_t i = 0; i < n; i++)
        most = fmax(most, (double)divisor[i]);
    c->rope_scaling = ROPE_NONE;
    config_rope_frequencies(c, plain);
    c->rope_scaling = ROPE_LLAMA3;
    c->rope_factor = most;
    c->rope_low = 1;
    c->rope_high = 4;
    c->rope_original = get_size(r, "rope.scaling.original_context_length", 8192);
    config_rope_frequencies(c, scaled);
    for (uint32_t i = 0; r->ok && i < n; i++) {
        double want = plain[i] / scaled[i];
        if (!(fabs((double)divisor[i] - want) <= 1e-4 * want)) // f32 arithmetic in the ramp's difference
            r->ok = fail(r->err,
                         "%s: \"rope_freqs.weight\" is not llama3 scaling with factors 1 and 4 over %u positions: "
                         "element %u is %g, expected %g",
                         r->what, c->rope_original, i, (double)divisor[i], want);
    }
}

static void get_rope(struct reader *r, struct model_config *c)
{
    char full[128];
    struct gguf_text type = {0};
    c->rope_theta = get_real(r, "rope.freq_base", 10000);
    if (!r->ok)
        return;
    bool scaled = gguf_string(r->g, full_key(r, "rope.scaling.type", full), &type) && !text_is(type, "none");
    double old = get_real(r, "rope.scale_linear", 1); // the key of early files
    if (scaled && !text_is(type, "linear")) {
        r->ok = fail(r->err, "%s: RoPE scaling of type \"%.*s\" is not supported; supported are none and linear",
                     r->what, type.size < 32 && stored_name_ok(type.data, type.size) ? (int)type.size : 0, type.data);
        return;
    }
    if ((scaled && text_is(type, "linear")) || old != 1) {
        c->rope_scaling = ROPE_LINEAR;
        c->rope_factor = get_real(r, "rope.scaling.factor", old);
    }
    uint32_t rotated = get_size(r, "rope.dimension_count", c->head_size);
    if (rotated != c->head_size && r->ok)
        r->ok = fail(r->err, "%s: %s.rope.dimension_count is %u, not the head size %u: partial RoPE is not supported",
                     r->what, r->architecture, rotated, c->head_size);
    get_rope_freqs(r, c);
}

static void get_id(struct reader *r, const char *key, int32_t *id)
{
    int64_t v;
    if (!r->ok || !gguf_find(r->g, key))
        return;
    if (!gguf_int(r->g, key, &v) || v < 0 || v > UINT32_MAX)
        r->ok = fail(r->err, "%s: the metadata's %s is no token id but %s", r->what, key,
                     gguf_show(r->g, key, (char[64]){0}));
    else
        *id = v > INT32_MAX ? -1 : (int32_t)v; // 2^32 - 1 stands for none
}

static void get_token_ids(struct reader *r, struct model_config *c)
{
    static const char *const ends[] = {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"};
    get_id(r, "tokenizer.ggml.bos_token_id", &c->bos);
    get_id(r, "tokenizer.ggml.padding_token_id", &c->pad);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        int32_t id = -1;
        get_id(r, ends[i], &id);
        if (id >= 0 && !config_is_eos(c, id))
            c->eos[c->eos_count++] = id;
    }
}

static void get_sizes(struct reader *r, struct model_config *c)
{
    c->width = get_size(r, "embedding_length", -1);
    c->layers = get_size(r, "block_count", -1);
    c->heads = get_size(r, "attention.head_count", -1);
    c->kv_heads = get_size(r, "attention.head_count_kv", c->heads);
    c->ffn = get_size(r, "feed_forward_length", -1);
    c->max_positions = get_size(r, "context_length", -1);
    if (!r->ok)
        return;
    bool divides = c->width % c->heads == 0;
    c->head_size = get_size(r, "attention.key_length", divides ? (int64_t)(c->width / c->heads) : -1);
    if (get_size(r, "attention.value_length", c->head_size) != c->head_size && r->ok)
        r->ok = fail(r->err, "%s: keys and values of different lengths are not supported", r->what);
    const struct stored_tensor *embed = gguf_find_tensor(r->g, "token_embd.weight");
    if (r->ok && (!embed || embed->rank != 2 || embed->shape[0] > INT32_MAX))
        r->ok = fail(r->err, "%s: tensor \"token_embd.weight\" is missing or no matrix", r->what);
    if (!r->ok)
        return;
    c->vocab = (uint32_t)embed->shape[0];
    c->dtype = dtype_is_quantized(embed->dtype) ? DTYPE_F16 : embed->dtype;
}

bool config_read_gguf(struct model_config *c, const struct gguf *g, const char *what, struct err *err)
{
    *c = (struct model_config){.bos = -1, .pad = -1};
    struct reader r = {.g = g, .what = what, .architecture = "", .err = err, .ok = true};
    get_family(&r, c);
    if (r.ok)
        get_sizes(&r, c);
    c->rms_eps = (float)get_real(&r, "attention.layer_norm_rms_epsilon", 1e-6);
    c->tied = !gguf_find_tensor(g, "output.weight");
    c->qkv_bias = c->family == FAMILY_QWEN2;
    if (r.ok && get_real(&r, "expert_count", 0) != 0)
        r.ok = fail(err, "%s: mixture-of-experts models are not supported", what);
    get_rope(&r, c);
    get_token_ids(&r, c);
    return r.ok && config_validate(c, what, err);
}
