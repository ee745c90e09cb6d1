// GGUF files, versions 2 and 3, little-endian (github.com/ggml-org/ggml, docs/gguf.md).
#pragma once
#include "base/file.h"
#include "model/stored.h"

// The numbers of the specification.
enum gguf_type {
    GGUF_U8,
    GGUF_I8,
    GGUF_U16,
    GGUF_I16,
    GGUF_U32,
    GGUF_I32,
    GGUF_F32,
    GGUF_BOOL,
    GGUF_STRING,
    GGUF_ARRAY,
    GGUF_U64,
    GGUF_I64,
    GGUF_F64,
    GGUF_TYPE_COUNT
};

struct gguf_text { // a string inside the mapping: not zero-terminated, not necessarily valid UTF-8
    const char *data;
    size_t size;
};

struct gguf_value {
    const char *key;     // zero-terminated, valid UTF-8
    enum gguf_type type; // of the elements, when is_array
    bool is_array;
    uint64_t count;      // elements; 1 when it is no array
    const uint8_t *data; // the first element, unaligned; a string is u64 length and bytes
};

struct gguf {
    struct arena arena;
    struct file file;
    uint32_t version;
    struct gguf_value *values; // in the order of the file
    size_t value_count;
    const struct gguf_value **by_key;
    struct stored_list tensors; // shapes outermost dimension first: the file has them reversed
    struct gguf *parts;         // of a split model, those after the first; their tensors are in `tensors` too
    size_t part_count;
};

// Opens and checks a file: every count and length against the file's size, key and tensor names (no two the same),
// offsets (aligned, inside the file, no overlap), tensor types (those of dtype.h; others are an error that names the
// type). The file stays mapped until gguf_close.
// Of a split model (NAME-00001-of-00003.gguf ...) any part may be given: the others are found beside it.
bool gguf_open(struct gguf *g, const char *path, struct err *err);
bool gguf_open_part(struct gguf *g, const char *path, struct err *err); // that file alone
void gguf_close(struct gguf *g);                                        // accepts a zeroed struct

bool gguf_is_file(const char *path); // begins as a GGUF file does, whatever its name

const struct stored_tensor *gguf_find_tensor(const struct gguf *g, const char *name); // may return NULL
const struct gguf_value *gguf_find(const struct gguf *g, const char *key);            // may return NULL

// Each returns false, leaving *out alone, when the key is absent or its value is of another kind. Numbers convert
// between the integer types (gguf_int: as far as they fit) and from any number type (gguf_number).
bool gguf_int(const struct gguf *g, const char *key, int64_t *out);
bool gguf_number(const struct gguf *g, const char *key, double *out);
// A value for messages about it: a number, "a text" of which 40 bytes are kept, or what it is else. Returns out.
const char *gguf_show(const struct gguf *g, const char *key, char out[64]);
bool gguf_bool(const struct gguf *g, const char *key, bool *out);
bool gguf_string(const struct gguf *g, const char *key, struct gguf_text *out);

// Arrays, of *count elements allocated in a; an empty array gives true and *count 0.
bool gguf_string_array(const struct gguf *g, const char *key, struct arena *a, struct gguf_text **items, size_t *count);
bool gguf_int_array(const struct gguf *g, const char *key, struct arena *a, int64_t **items, size_t *count);
bool gguf_number_array(const struct gguf *g, const char *key, struct arena *a, double **items, size_t *count);

const char *gguf_type_name(enum gguf_type t);          // "u8" ... "f64"
const char *gguf_tensor_type_name(uint32_t ggml_type); // "Q6_K"; "unknown" for numbers that ggml does not define
