// Tensors as they lie in a mapped file, of whatever format: the list that readers fill and lookups search.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/dtype.h"
#include "base/err.h"

enum { STORED_RANK_MAX = 4, STORED_NAME_MAX = 512 };

struct stored_tensor {
    const char *name; // zero-terminated, valid UTF-8 without control characters
    enum dtype dtype;
    uint32_t rank;                   // 0 (a scalar) to 4
    uint64_t shape[STORED_RANK_MAX]; // outermost dimension first, as PyTorch prints it
    uint64_t elements, bytes;        // bytes fit the file; elements are a whole number of blocks
    const uint8_t *data;             // into the mapping, any alignment; valid until the file is closed
};

struct stored_list {
    struct stored_tensor *items; // in the order of the file
    size_t count;
    const struct stored_tensor **by_name;
};

// Sorts the names. An error, prefixed by `what` (a path), when two tensors have the same one.
bool stored_index(struct stored_list *list, struct arena *a, const char *what, struct err *err);
const struct stored_tensor *stored_find(const struct stored_list *list, const char *name); // may return NULL

// Sets elements and bytes from dtype, rank and shape. False when the product overflows, or when a row (the innermost
// dimension) is no whole number of blocks; err names `what` and the tensor.
bool stored_size(struct stored_tensor *t, const char *what, struct err *err);

// False unless the n bytes can be a name: 1 to 512 bytes of valid UTF-8 without control characters.
bool stored_name_ok(const char *name, size_t n);

// Writes "(512, 64)" and returns `out`.
enum { STORED_SHAPE_TEXT = 96 };
const char *stored_shape(uint32_t rank, const uint64_t *shape, char out[STORED_SHAPE_TEXT]);
