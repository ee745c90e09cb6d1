// The weights of a model: THE table of tensor names, opening (Hugging Face directory or GGUF file) and saving.
#pragma once
#include "model/config.h"
#include "model/stored.h"

enum weight_field {
    W_EMBED,     // (V,D)
    W_NORM_ATTN, // (D)      layer
    W_Q,         // (H*A,D)  layer; y = x W^T, as in PyTorch
    W_K,         // (J*A,D)  layer
    W_V,         // (J*A,D)  layer
    W_Q_BIAS,    // (H*A)    layer, when qkv_bias
    W_K_BIAS,    // (J*A)    layer, when qkv_bias
    W_V_BIAS,    // (J*A)    layer, when qkv_bias
    W_O,         // (D,H*A)  layer
    W_NORM_FFN,  // (D)      layer
    W_GATE,      // (F,D)    layer
    W_UP,        // (F,D)    layer
    W_DOWN,      // (D,F)    layer
    W_NORM,      // (D)      before the head
    W_HEAD,      // (V,D)    unless tied: then the head is W_EMBED
    W_COUNT
};

struct weight {
    enum weight_field field;
    int layer;        // -1 for what belongs to no layer
    const char *name; // Hugging Face's, the one name that all of vkr1 uses
    uint32_t rank;    // 1 or 2
    uint64_t shape[STORED_RANK_MAX];
    uint64_t elements;
    enum dtype dtype;    // of data
    const uint8_t *data; // row-major, in Hugging Face's row order; NULL in a list without a file
    uint64_t bytes;
};

struct weights {
    struct arena arena;
    struct model_config config;
    struct weight *items; // in the order of the forward pass: embedding, layer 0 .. L-1, final norm, head
    size_t count;
    const char *dir;               // the directory that also holds the tokenizer, or NULL (GGUF)
    const char *path;              // the directory or file
    struct weights_source *source; // the open files
};

// The weights that a configuration has, without data; names and items live in a.
struct weight *weights_list(const struct model_config *c, struct arena *a, size_t *count);

// Opens a directory or a GGUF file, or one by its name in the Hugging Face cache (see locate.h), reads its
// configuration into config and finds every weight. A missing, extra or mis-shaped tensor is an error that names it
// with both shapes. Query and key rows of GGUF files of family llama, which interleave the pairs that RoPE turns, are
// put back into the half-split order (a copy; everything else is used where it is mapped). Valid until weights_close.
bool weights_open(struct weights *w, const char *path, struct err *err);
void weights_close(struct weights *w); // accepts a zeroed struct

// layer is -1 for W_EMBED, W_NORM and W_HEAD. NULL when the model has no such weight (biases, a tied head).
const struct weight *weights_find(const struct weights *w, int layer, enum weight_field field);
const struct weight *weights_find_name(const struct weights *w, const char *name); // by Hugging Face name; linear

// dst[0..n) = elements first .. first+n, row-major.
void weights_read_f32(const struct weight *w, uint64_t first, uint64_t n, float *dst);

uint64_t weights_elements(const struct weights *w); // parameters, a tied head counted once

// Gives elements first .. first+n of a weight as f32; called in order.
typedef bool weights_read_fn(void *user, const struct weight *w, uint64_t first, uint64_t n, float *dst,
                             struct err *err);

struct weights_save {
    const struct model_config *config;
    enum dtype dtype; // F32, F16 or BF16
    weights_read_fn *read;
    void *user;                // for read
    const char *model_dir;     // where the model came from, for its generation_config.json; NULL: from elsewhere
    const char *tokenizer_dir; // files of a tokenizer and chat template are copied from here; NULL: not
    // Called when tokenizer_dir is NULL, to write the tokenizer's files (tokenizer.json ...) into dir; may be NULL.
    bool (*write_tokenizer)(void *user, const char *dir, struct err *err);
    void *tokenizer_user;
};

// Writes a directory that transformers and weights_open load: config.json, generation_config.json (when there are bos
// or eos ids, or the model had one), model.safetensors, the tokenizer's files. Each file is written aside and renamed;
// the directory is created. Blocks until everything is on the disk.
bool weights_save(const char *dir, const struct weights_save *save, struct err *err);
