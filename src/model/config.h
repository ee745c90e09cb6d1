// What a model is, as config.json (transformers 4 and 5) or GGUF metadata say it.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/dtype.h"
#include "base/err.h"
#include "base/str.h"

struct gguf;

enum model_family { FAMILY_LLAMA, FAMILY_QWEN2, FAMILY_COUNT };

enum rope_scaling {
    ROPE_NONE,
    ROPE_LINEAR, // positions divided by rope_factor
    ROPE_LLAMA3, // low frequencies divided by rope_factor, high ones kept, a ramp between (Llama 3.1)
};

enum { CONFIG_EOS_MAX = 8 };

struct model_config {
    enum model_family family;
    uint32_t width;         // D, of the residual stream
    uint32_t layers;        // L
    uint32_t heads;         // H, of the queries
    uint32_t kv_heads;      // J, divides H
    uint32_t head_size;     // A, a multiple of 4; H*A need not be D
    uint32_t ffn;           // F
    uint32_t vocab;         // V, rows of the embedding (may exceed the tokenizer's entries)
    uint32_t max_positions; // the longest sequence that the model was made for
    float rms_eps;
    double rope_theta;
    enum rope_scaling rope_scaling;
    double rope_factor;          // LINEAR, LLAMA3: at least 1
    double rope_low, rope_high;  // LLAMA3: low_freq_factor < high_freq_factor
    uint32_t rope_original;      // LLAMA3: original_max_position_embeddings
    bool tied;                   // the head is the embedding
    bool qkv_bias;               // biases on q, k and v (qwen2)
    enum dtype dtype;            // what the file says that it stores; F32 when it does not
    int32_t bos, pad;            // -1 when there is none
    int32_t eos[CONFIG_EOS_MAX]; // all ids that end a text
    uint32_t eos_count;
};

const char *config_family_name(enum model_family f); // "llama", "qwen2": transformers' model_type, GGUF's architecture

// Reads DIR/config.json and, when it is there, the ids of DIR/generation_config.json (which win, as in transformers).
// Every field is checked: present, of its type, within bounds, divisible. Absent optional fields have transformers'
// defaults. What vkr1 does not compute (other activations, biases, scalings, quantised checkpoints) is an error that
// names the field.
bool config_read_dir(struct model_config *c, const char *dir, struct err *err);

// The same from the text of config.json; `what` names it in messages.
bool config_read_json(struct model_config *c, const char *text, size_t n, const char *what, struct err *err);

// From GGUF metadata and the tensors' presence (tied: no "output.weight"; llama3 scaling: "rope_freqs.weight").
bool config_read_gguf(struct model_config *c, const struct gguf *g, const char *what, struct err *err);

// Bounds and divisibility, for a configuration of any origin.
bool config_validate(const struct model_config *c, const char *what, struct err *err);

// Appends config.json for weights stored as `dtype`, and generation_config.json; both read back by transformers and
// by config_read_dir.
void config_write(const struct model_config *c, enum dtype dtype, struct str *out);
void config_write_generation(const struct model_config *c, struct str *out);

// The A/2 angular frequencies of RoPE, radians a position: theta^(-2i/A), scaled. Half-split layout: element i turns
// with element i + A/2. Source: RoFormer (arXiv:2104.09864) section 3.2; the llama3 ramp as in transformers'
// modeling_rope_utils and llama-models.
void config_rope_frequencies(const struct model_config *c, double *frequencies);

bool config_is_eos(const struct model_config *c, int32_t token);
