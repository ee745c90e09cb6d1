// safetensors files (github.com/huggingface/safetensors, "Format"): u64 header length, JSON header, tensor data.
#pragma once
#include "base/file.h"
#include "model/stored.h"

struct safetensors {
    struct arena arena;
    struct file *files; // one, or the shards
    size_t file_count;
    struct stored_list tensors;
    struct safetensors_note { // the header's __metadata__ (of the first file)
        const char *key, *value;
    } * notes;
    size_t note_count;
};

// Opens and checks a file: the header's length and JSON, every dtype, shape and size, and that the tensors cover the
// data without gap or overlap. Types read: F32, F16, BF16, I32. The file stays mapped until safetensors_close.
bool safetensors_open(struct safetensors *s, const char *path, struct err *err);

// Opens DIR/model.safetensors or, by DIR/model.safetensors.index.json, its shards; each tensor must lie in the shard
// that the index names, and no shard may hold another.
bool safetensors_open_dir(struct safetensors *s, const char *dir, struct err *err);

void safetensors_close(struct safetensors *s); // accepts a zeroed struct

const struct stored_tensor *safetensors_find(const struct safetensors *s, const char *name); // may return NULL
const char *safetensors_note(const struct safetensors *s, const char *key);                  // may return NULL

// A tensor to be written, in the order of the file.
struct safetensors_out {
    const char *name;
    enum dtype dtype; // F32, F16 or BF16
    uint32_t rank;
    uint64_t shape[STORED_RANK_MAX];
};

// Gives elements first .. first+n of tensor i as f32; called in order, a few thousand elements at a time.
typedef bool safetensors_read_fn(void *user, size_t i, uint64_t first, uint64_t n, float *dst, struct err *err);

// Writes count tensors as one file: aside, fsynced, renamed. Values are rounded to nearest even. `notes` become
// __metadata__ (transformers wants "format": "pt", which is always added). Blocks until the data is on the disk.
bool safetensors_write(const char *path, const struct safetensors_out *tensors, size_t count,
                       const struct safetensors_note *notes, size_t note_count, safetensors_read_fn *read, void *user,
                       struct err *err);
