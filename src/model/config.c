#include "model/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/attention.h"

static const char *const families[FAMILY_COUNT] = {[FAMILY_LLAMA] = "llama", [FAMILY_QWEN2] = "qwen2"};

const char *config_family_name(enum model_family f)
{
    check((unsigned)f < FAMILY_COUNT, "family %d", (int)f);
    return families[f];
}

static bool check_ids(const struct model_config *c, const char *what, struct err *err)
{
    for (uint32_t i = 0; i < c->eos_count; i++)
        if (c->eos[i] < 0 || (uint32_t)c->eos[i] >= c->vocab)
            return fail(err, "%s: the eos token %d is not in the vocabulary of %u tokens", what, c->eos[i], c->vocab);
    if (c->bos >= 0 && (uint32_t)c->bos >= c->vocab)
        return fail(err, "%s: the bos token %d is not in the vocabulary of %u tokens", what, c->bos, c->vocab);
    return true;
}

static bool check_rope(const struct model_config *c, const char *what, struct err *err)
{
    if (!(c->rope_theta >= 1 && c->rope_theta <= 1e12))
        return fail(err, "%s: rope_theta is %g, expected 1 to 1e12", what, c->rope_theta);
    if (c->rope_scaling == ROPE_NONE)
        return true;
    if (!(c->rope_factor >= 1 && c->rope_factor <= 1e4))
        return fail(err, "%s: the RoPE scaling factor is %g, expected 1 to 10000", what, c->rope_factor);
    if (c->rope_scaling == ROPE_LINEAR)
        return true;
    if (!(c->rope_low > 0 && c->rope_high > c->rope_low && c->rope_high <= 1e6))
        return fail(err, "%s: low_freq_factor is %g and high_freq_factor is %g, expected 0 < low < high", what,
                    c->rope_low, c->rope_high);
    if (c->rope_original == 0 || c->rope_original > 1u << 26)
        return fail(err, "%s: original_max_position_embeddings is %u, expected 1 to 2^26", what, c->rope_original);
    return true;
}

bool config_validate(const struct model_config *c, const char *what, struct err *err)
{
    const struct {
        const char *name;
        uint32_t value, most;
    } sizes[] = {{"the hidden size", c->width, 1 << 16},
                 {"the number of layers", c->layers, 1 << 10},
                 {"the number of attention heads", c->heads, 1 << 10},
                 {"the number of key/value heads", c->kv_heads, 1 << 10},
                 {"the head size", c->head_size, 1 << 10},
                 {"the feed-forward size", c->ffn, 1 << 20},
                 {"the vocabulary size", c->vocab, 1 << 22},
                 {"the number of positions", c->max_positions, 1 << 26}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].value < 1 || sizes[i].value > sizes[i].most)
            return fail(err, "%s: %s is %u, expected 1 to %u", what, sizes[i].name, sizes[i].value, sizes[i].most);
    if (c->heads % c->kv_heads)
        return fail(err, "%s: %u attention heads are no multiple of %u key/value heads", what, c->heads, c->kv_heads);
    if (c->head_size % 4 || c->head_size > ATTENTION_HEAD_MAX)
        return fail(err, "%s: the head size is %u; vkr1 computes attention for multiples of 4 up to %d", what,
                    c->head_size, ATTENTION_HEAD_MAX);
    if (!(c->rms_eps > 0 && c->rms_eps <= 1))
        return fail(err, "%s: rms_norm_eps is %g, expected more than 0 and at most 1", what, (double)c->rms_eps);
    return check_rope(c, what, err) && check_ids(c, what, err);
}

// The shortest decimal that reads back to the same float: 1e-05, not 9.9999997e-06.
static void put_float(struct str *out, float v)
{
    char text[32];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)v);
        float back;
        if (sscanf(text, "%f", &back) == 1 && back == v)
            break;
    }
    str_puts(out, text);
}

// A number that Python reads as a float.
static void put_real(struct str *out, double v)
{
    size_t at = out->size;
    str_put_number(out, v);
    if (!strpbrk(out->data + at, ".en"))
        str_puts(out, ".0");
}

static void put_ids(const struct model_config *c, struct str *out)
{
    if (c->bos >= 0)
        str_printf(out, "  \"bos_token_id\": %d,\n", c->bos);
    if (c->pad >= 0)
        str_printf(out, "  \"pad_token_id\": %d,\n", c->pad);
    if (c->eos_count == 0)
        return;
    str_printf(out, "  \"eos_token_id\": %s", c->eos_count > 1 ? "[" : "");
    for (uint32_t i = 0; i < c->eos_count; i++)
        str_printf(out, "%s%d", i ? ", " : "", c->eos[i]);
    str_puts(out, c->eos_count > 1 ? "],\n" : ",\n");
}

// Both spellings: transformers 4 reads rope_theta and rope_scaling, transformers 5 rope_parameters.
static void put_rope(const struct model_config *c, struct str *out)
{
    static const char *const types[] = {[ROPE_NONE] = "default", [ROPE_LINEAR] = "linear", [ROPE_LLAMA3] = "llama3"};
    struct str s = {0};
    str_printf(&s, "    \"rope_type\": \"%s\"", types[c->rope_scaling]);
    if (c->rope_scaling != ROPE_NONE) {
        str_puts(&s, ",\n    \"factor\": ");
        put_real(&s, c->rope_factor);
    }
    if (c->rope_scaling == ROPE_LLAMA3) {
        str_puts(&s, ",\n    \"low_freq_factor\": ");
        put_real(&s, c->rope_low);
        str_puts(&s, ",\n    \"high_freq_factor\": ");
        put_real(&s, c->rope_high);
        str_printf(&s, ",\n    \"original_max_position_embeddings\": %u", c->rope_original);
    }
    str_puts(out, "  \"rope_theta\": ");
    put_real(out, c->rope_theta);
    if (c->rope_scaling == ROPE_NONE)
        str_puts(out, ",\n  \"rope_scaling\": null");
    else
        str_printf(out, ",\n  \"rope_scaling\": {\n%s\n  }", s.data);
    str_printf(out, ",\n  \"rope_parameters\": {\n    \"rope_theta\": ");
    put_real(out, c->rope_theta);
    str_printf(out, ",\n%s\n  },\n", s.data);
    str_finish(&s);
}

void config_write(const struct model_config *c, enum dtype dtype, struct str *out)
{
    static const char *const classes[FAMILY_COUNT] = {"LlamaForCausalLM", "Qwen2ForCausalLM"};
    static const char *const dtypes[DTYPE_COUNT] = {
        [DTYPE_F32] = "float32", [DTYPE_F16] = "float16", [DTYPE_BF16] = "bfloat16"};
    check(dtypes[dtype], "a Hugging Face directory cannot store %s", dtype_name(dtype));
    str_printf(out, "{\n  \"architectures\": [\"%s\"],\n  \"model_type\": \"%s\",\n", classes[c->family],
               config_family_name(c->family));
    put_ids(c, out);
    str_printf(out,
               "  \"hidden_size\": %u,\n  \"num_hidden_layers\": %u,\n  \"num_attention_heads\": %u,\n"
               "  \"num_key_value_heads\": %u,\n  \"head_dim\": %u,\n  \"intermediate_size\": %u,\n"
               "  \"vocab_size\": %u,\n  \"max_position_embeddings\": %u,\n  \"hidden_act\": \"silu\",\n",
               c->width, c->layers, c->heads, c->kv_heads, c->head_size, c->ffn, c->vocab, c->max_positions);
    str_puts(out, "  \"rms_norm_eps\": ");
    put_float(out, c->rms_eps);
    str_puts(out, ",\n");
    put_rope(c, out);
    if (c->family == FAMILY_LLAMA)
        str_puts(out, "  \"attention_bias\": false,\n  \"mlp_bias\": false,\n");
    str_printf(out, "  \"tie_word_embeddings\": %s,\n", c->tied ? "true" : "false");
    str_printf(out, "  \"torch_dtype\": \"%s\",\n  \"dtype\": \"%s\",\n", dtypes[dtype], dtypes[dtype]);
    str_puts(out, "  \"use_cache\": true\n}\n");
}

void config_write_generation(const struct model_config *c, struct str *out)
{
    str_puts(out, "{\n");
    put_ids(c, out);
    str_puts(out, "  \"_from_model_config\": true\n}\n");
}

void config_rope_frequencies(const struct model_config *c, double *frequencies)
{
    const double turn = 2 * 3.14159265358979323846;
    for (uint32_t i = 0; i < c->head_size / 2; i++) {
        double f = pow(c->rope_theta, -2.0 * i / c->head_size), wavelength = turn / f;
        if (c->rope_scaling == ROPE_LINEAR) {
            f /= c->rope_factor;
        } else if (c->rope_scaling == ROPE_LLAMA3) {
            double turns = c->rope_original / wavelength; // in the original context
            double ramp = (turns - c->rope_low) / (c->rope_high - c->rope_low);
            ramp = ramp < 0 ? 0 : ramp > 1 ? 1 : ramp;
            f = (1 - ramp) * f / c->rope_factor + ramp * f;
        }
        frequencies[i] = f;
    }
}

bool config_is_eos(const struct model_config *c, int32_t token)
{
    for (uint32_t i = 0; i < c->eos_count; i++)
        if (c->eos[i] == token)
            return true;
    return false;
}
