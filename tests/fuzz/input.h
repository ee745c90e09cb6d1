// What the fuzz targets share. Each tests/fuzz/fuzz_NAME.c is a target of libFuzzer: it hands its input to a parser,
// which may refuse it but must not crash, hang, leak or read beyond it; where something can be said of what is accepted
// (it prints and reads back to the same), it is checked too. tools/fuzz.sh builds and runs them; docs/fuzzing.md says
// how far they came.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// An input is cut into fields by the byte 0x1F (ASCII's unit separator). Takes the next one off the input; empty when
// there is none. It is not zero-terminated, and a sanitizer sees reads beyond the input.
struct text input_field(struct text *input);
// The same, zero-terminated; it ends at its first zero byte. Lives until input_forget.
char *input_string(struct text *input);
// The path of a file that holds these bytes until input_forget. Only file_open and file_exists find it (the targets are
// linked so that they are this file's): they give a copy of its exact size, and a sanitizer sees reads beyond it.
const char *input_file(struct text bytes);
// Puts a file of this name into a directory, and returns the directory's path.
const char *input_dir(const char *name, struct text bytes);
// The path of a file that everyone can open.
const char *input_file_for_all(struct text bytes);
void input_forget(void);
