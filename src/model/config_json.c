// config.json and generation_config.json of Hugging Face directories.
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "model/config.h"

struct reader {
    const struct json *root;
    const char *what; // the path, for messages
    struct err *err;
    bool ok; // the first failure sticks
};

enum { REQUIRED = -1 };

// A field that may be absent or null.
static const struct json *field(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return json_kind(v) == JSON_NULL ? NULL : v;
}

static uint32_t get_size(struct reader *r, const char *key, int64_t otherwise)
{
    const struct json *v = field(r->root, key);
    if (!r->ok || (!v && otherwise != REQUIRED))
        return r->ok ? (uint32_t)otherwise : 0;
    int64_t n = json_int(v, -1);
    if (!v)
        r->ok = fail(r->err, "%s: \"%s\" is missing", r->what, key);
    else if (n < 1 || n > INT32_MAX)
        r->ok = fail(r->err, "%s: \"%s\" is not a whole number from 1 to 2^31 - 1 but %s", r->what, key,
                     json_show(v, (char[JSON_SHOWN]){0}));
    return r->ok ? (uint32_t)n : 0;
}

static double get_real(struct reader *r, const struct json *object, const char *key, double otherwise)
{
    const struct json *v = field(object, key);
    if (r->ok && v && json_kind(v) != JSON_NUMBER)
        r->ok = fail(r->err, "%s: \"%s\" is not a number but %s", r->what, key, json_show(v, (char[JSON_SHOWN]){0}));
    return json_number(v, otherwise);
}

static bool get_bool(struct reader *r, const char *key, bool otherwise)
{
    const struct json *v = field(r->root, key);
    if (r->ok && v && json_kind(v) != JSON_BOOL)
        r->ok = fail(r->err, "%s: \"%s\" is neither true nor false but %s", r->what, key,
                     json_show(v, (char[JSON_SHOWN]){0}));
    return json_bool(v, otherwise);
}

static const char *get_text(struct reader *r, const struct json *object, const char *key, const char *otherwise)
{
    const struct json *v = field(object, key);
    if (r->ok && v && json_kind(v) != JSON_STRING)
        r->ok = fail(r->err, "%s: \"%s\" is not a string but %s", r->what, key, json_show(v, (char[JSON_SHOWN]){0}));
    return json_string(v, otherwise);
}

// A token id, or a list of them of which the first `room` are wanted; *count stays when the field is absent.
static void get_ids(struct reader *r, const char *key, int32_t *ids, uint32_t room, uint32_t *count)
{
    const struct json *v = field(r->root, key);
    if (!r->ok || !v)
        return;
    bool list = json_kind(v) == JSON_ARRAY;
    *count = 0;
    for (const struct json *i = list ? json_first(v) : v; i && r->ok; i = list ? json_next(i) : NULL) {
        int64_t id = json_int(i, -2);
        if (id < -1 || id > INT32_MAX)
            r->ok = fail(r->err, "%s: \"%s\" holds something that is no token id: %s", r->what, key,
                         json_show(i, (char[JSON_SHOWN]){0}));
        else if (*count == room)
            r->ok = fail(r->err, "%s: \"%s\" has more than %u ids", r->what, key, room);
        else if (id >= 0) // -1 stands for none
            ids[(*count)++] = (int32_t)id;
    }
}

static void get_token_ids(struct reader *r, struct model_config *c)
{
    uint32_t n = 0;
    get_ids(r, "eos_token_id", c->eos, CONFIG_EOS_MAX, &c->eos_count);
    get_ids(r, "bos_token_id", &c->bos, 1, &n);
    get_ids(r, "pad_token_id", &c->pad, 1, &n);
}

static void get_family(struct reader *r, struct model_config *c)
{
    const char *type = get_text(r, r->root, "model_type", NULL);
    if (r->ok && !type)
        r->ok = fail(r->err, "%s: \"model_type\" is missing", r->what);
    for (int f = 0; r->ok && f < FAMILY_COUNT; f++)
        if (strcmp(type, config_family_name((enum model_family)f)) == 0) {
            c->family = (enum model_family)f;
            return;
        }
    if (r->ok)
        r->ok = fail(r->err, "%s: model_type \"%.64s\" is not supported; supported are llama and qwen2", r->what, type);
}

// Says which keys of a RoPE scaling are left out; transformers passes them over as well.
static void say_ignored(const struct reader *r, const char *name, const struct json *scaling)
{
    static const char *const known[] = {"rope_theta",
                                        "rope_type",
                                        "type",
                                        "factor",
                                        "low_freq_factor",
                                        "high_freq_factor",
                                        "original_max_position_embeddings",
                                        "partial_rotary_factor"};
    if (scaling && !field(scaling, "rope_type") && !field(scaling, "type") && field(scaling, "factor"))
        log_warn("%s: \"%s\" has no type: it is ignored, as in transformers", r->what, name);
    for (const struct json *i = json_first(scaling); i; i = json_next(i)) {
        bool is_known = json_kind(i) == JSON_NULL;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            is_known |= strcmp(json_key(i), known[k]) == 0;
        if (!is_known)
            log_warn("%s: \"%.64s\" in \"%s\" is ignored", r->what, json_key(i), name);
    }
}

// rope_theta and rope_scaling (transformers 4), or both inside rope_parameters (transformers 5).
static void get_rope(struct reader *r, struct model_config *c)
{
    const struct json *new = field(r->root, "rope_parameters"), *old = field(r->root, "rope_scaling");
    const struct json *scaling = new ? new : old;
    if (r->ok && scaling && json_kind(scaling) != JSON_OBJECT)
        r->ok = fail(r->err, "%s: \"%s\" is not an object but %s", r->what, new ? "rope_parameters" : "rope_scaling",
                     json_show(scaling, (char[JSON_SHOWN]){0}));
    c->rope_theta = get_real(r, scaling, "rope_theta", get_real(r, r->root, "rope_theta", 10000));
    const char *type = get_text(r, scaling, "rope_type", get_text(r, scaling, "type", "default"));
    double rotated = get_real(r, scaling, "partial_rotary_factor", 1);
    rotated = rotated == 1 ? get_real(r, r->root, "partial_rotary_factor", 1) : rotated;
    if (r->ok && rotated != 1)
        r->ok = fail(r->err, "%s: \"partial_rotary_factor\" is %g; other than 1 is not supported", r->what, rotated);
    if (r->ok)
        say_ignored(r, new ? "rope_parameters" : "rope_scaling", scaling);
    if (!r->ok || strcmp(type, "default") == 0)
        return;
    if (strcmp(type, "linear") == 0)
        c->rope_scaling = ROPE_LINEAR;
    else if (strcmp(type, "llama3") == 0)
        c->rope_scaling = ROPE_LLAMA3;
    else
        r->ok = fail(r->err,
                     "%s: RoPE scaling of type \"%.32s\" is not supported; supported are default, linear and llama3",
                     r->what, type);
    c->rope_factor = get_real(r, scaling, "factor", 0);
    c->rope_low = get_real(r, scaling, "low_freq_factor", 0);
    c->rope_high = get_real(r, scaling, "high_freq_factor", 0);
    double original = get_real(r, scaling, "original_max_position_embeddings", c->max_positions);
    c->rope_original = original >= 1 && original <= 0x1p31 ? (uint32_t)original : 0;
}

// What would change the computation and is not computed.
static void refuse_unsupported(struct reader *r, const struct model_config *c)
{
    static const char *const flags[] = {"attention_bias", "mlp_bias", "use_sliding_window"};
    const char *act = get_text(r, r->root, "hidden_act", "silu");
    if (r->ok && strcmp(act, "silu") != 0 && strcmp(act, "swish") != 0) // two names of one function
        r->ok = fail(r->err, "%s: hidden_act \"%.32s\" is not supported, only silu", r->what, act);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (get_bool(r, flags[i], false) && r->ok)
            r->ok = fail(r->err, "%s: \"%s\": true is not supported for %s", r->what, flags[i],
                         config_family_name(c->family));
    if (r->ok && field(r->root, "quantization_config"))
        r->ok = fail(r->err,
                     "%s: quantised checkpoints (\"quantization_config\") are not supported; use the original "
                     "weights or a GGUF file",
                     r->what);
}

static void get_dtype(struct reader *r, struct model_config *c)
{
    const char *name = get_text(r, r->root, "dtype", get_text(r, r->root, "torch_dtype", "float32"));
    if (strcmp(name, "float32") == 0 || strcmp(name, "auto") == 0) // auto: the tensors say it
        c->dtype = DTYPE_F32;
    else if (strcmp(name, "float16") == 0)
        c->dtype = DTYPE_F16;
    else if (strcmp(name, "bfloat16") == 0)
        c->dtype = DTYPE_BF16;
    else if (r->ok)
        r->ok = fail(r->err, "%s: dtype \"%.32s\" is not supported; supported are float32, float16 and bfloat16",
                     r->what, name);
}

static void get_sizes(struct reader *r, struct model_config *c)
{
    c->width = get_size(r, "hidden_size", REQUIRED);
    c->layers = get_size(r, "num_hidden_layers", REQUIRED);
    c->heads = get_size(r, "num_attention_heads", REQUIRED);
    c->kv_heads = get_size(r, "num_key_value_heads", c->heads);
    c->ffn = get_size(r, "intermediate_size", REQUIRED);
    c->vocab = get_size(r, "vocab_size", REQUIRED);
    c->max_positions = get_size(r, "max_position_embeddings", c->family == FAMILY_LLAMA ? 2048 : 32768);
    if (!r->ok)
        return;
    if (!field(r->root, "head_dim") && c->width % c->heads) {
        r->ok = fail(r->err, "%s: hidden_size %u is no multiple of num_attention_heads %u, and there is no head_dim",
                     r->what, c->width, c->heads);
        return;
    }
    c->head_size = get_size(r, "head_dim", c->width / c->heads);
}

bool config_read_json(struct model_config *c, const char *text, size_t n, const char *what, struct err *err)
{
    *c = (struct model_config){.bos = -1, .pad = -1};
    struct json *root = json_parse(text, n, false, what, err);
    if (!root)
        return false;
    struct reader r = {.root = root, .what = what, .err = err, .ok = true};
    if (json_kind(root) != JSON_OBJECT)
        r.ok = fail(err, "%s: not a JSON object", what);
    get_family(&r, c);
    get_sizes(&r, c);
    c->rms_eps = (float)get_real(&r, root, "rms_norm_eps", 1e-6);
    c->tied = get_bool(&r, "tie_word_embeddings", false);
    c->qkv_bias = c->family == FAMILY_QWEN2;
    get_rope(&r, c);
    get_dtype(&r, c);
    get_token_ids(&r, c);
    refuse_unsupported(&r, c);
    json_close(root);
    return r.ok && config_validate(c, what, err);
}

static bool read_generation(struct model_config *c, const char *path, struct err *err)
{
    struct json *root = json_open(path, false, err);
    if (!root)
        return false;
    struct reader r = {.root = root, .what = path, .err = err, .ok = true};
    get_token_ids(&r, c);
    json_close(root);
    return r.ok && config_validate(c, path, err);
}

bool config_read_dir(struct model_config *c, const char *dir, struct err *err)
{
    struct arena names = {0};
    const char *path = arena_printf(&names, "%s/config.json", dir);
    const char *generation = arena_printf(&names, "%s/generation_config.json", dir);
    struct file f;
    bool ok = file_open(&f, path, err);
    if (ok) {
        ok = config_read_json(c, (const char *)f.data, f.size, path, err);
        file_close(&f);
    }
    ok = ok && (!file_exists(generation) || read_generation(c, generation, err));
    arena_finish(&names);
    return ok;
}
