// Where a model lies: a path, or a name such as Qwen/Qwen2.5-0.5B in the Hugging Face cache.
#pragma once
#include "base/arena.h"
#include "base/err.h"

// The directory or file that `given` stands for, in a:
//   a path that exists                   itself
//   ORG/NAME in the Hugging Face cache   the snapshot of its main branch (switches()->hub_cache)
// NULL with a message that says what to do when there is neither.
const char *locate_model(const char *given, struct arena *a, struct err *err);

// Whether it may be a name: ORG/NAME, of the characters that Hugging Face allows.
bool locate_is_name(const char *given);

// For a directory without safetensors files: fails with what it holds instead (nothing, an adapter, pickled weights,
// GGUF files), or with the names that are looked for.
bool locate_explain(const char *dir, struct err *err);
