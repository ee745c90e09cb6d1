// Text to token ids and back, as the Hugging Face `tokenizers` library does it: added tokens, normalizer,
// pre-tokenizer, BPE, post-processor, decoder. Read from a tokenizer.json or from a GGUF file.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct ids { // a growing list of token ids; a zeroed struct is an empty list
    int32_t *data;
    size_t count, room;
};
void ids_push(struct ids *ids, int32_t id);
void ids_clear(struct ids *ids);  // count 0, memory kept
void ids_finish(struct ids *ids); // frees; accepts a zeroed struct

struct special_token { // a variable of chat templates: "unk_token", "<unk>"
    const char *name, *text;
};

struct tokenizer_parts; // the pipeline, see tokenizer_parts.h

struct tokenizer {
    struct tokenizer_parts *parts;
    int32_t rows;          // ids from here on are refused when a text gives them; 0: none are
    int32_t bos, eos, pad; // ids, -1 when the files name none; eos is the text end of the tokenizer's config,
                           // a model's config may name more
    const struct special_token *named; // (named_count) all that the files name, those three too; a text may be unknown
    int named_count;
    const char *chat_template; // Jinja text of the files or NULL; see chat.h
    const char *tool_template; // the one for conversations with tools, where the files name several; or NULL
};

enum tokenizer_flags {
    TOKENIZER_SPECIAL = 1, // apply the post-processor: BOS and the like (transformers: add_special_tokens=True)
    TOKENIZER_PLAIN = 2,   // special tokens written in the text are ordinary text (split_special_tokens=True)
};

// Opens a directory that holds a tokenizer.json (and perhaps tokenizer_config.json, chat_template.jinja), a file
// that is a tokenizer.json, or a GGUF file; or one by its name in the Hugging Face cache (see locate.h). False with a
// message that names file and field when a file is missing, damaged or asks for something that is not supported; *t is
// then zeroed. A tokenizer owns all its memory.
bool tokenizer_open(struct tokenizer *t, const char *path, struct err *err);
void tokenizer_close(struct tokenizer *t); // accepts a zeroed struct

// Appends the ids of n bytes of text to out. Bytes that are not UTF-8 count as U+FFFD, one for each maximal
// invalid part (Unicode 15, section 3.9, as Python's errors="replace"). A zero byte is a character like any other.
// Fails only when a pre-tokenizer expression runs into its match limit, or at an id from t->rows on. Uses buffers in t:
// not from two threads.
bool tokenizer_encode(struct tokenizer *t, const char *text, size_t n, unsigned flags, struct ids *out,
                      struct err *err);

// Appends the text of n ids to out: always valid UTF-8. Ids that the vocabulary lacks give nothing.
// skip_special drops tokens that are marked special.
void tokenizer_decode(struct tokenizer *t, const int32_t *ids, size_t n, bool skip_special, struct str *out);

int32_t tokenizer_id(const struct tokenizer *t, const char *token); // -1 when there is no such token
const char *tokenizer_token(const struct tokenizer *t, int32_t id); // as the file writes it; NULL when absent
bool tokenizer_is_special(const struct tokenizer *t, int32_t id);   // marked special in the file
bool tokenizer_is_added(const struct tokenizer *t, int32_t id);     // sought before anything else, outside the merges
int32_t tokenizer_vocab_size(const struct tokenizer *t);            // all ids are below; there may be gaps

// Decoding token by token, for text that is shown while it is made. A zeroed struct is a fresh stream.
struct tokenizer_stream {
    struct str held; // bytes of a character that is not finished yet
    int32_t last;    // the token before, when started
    bool started;
};
// Appends what `id` adds to the text; a character that is spread over several tokens comes with its last one.
void tokenizer_stream_next(struct tokenizer *t, struct tokenizer_stream *s, int32_t id, bool skip_special,
                           struct str *out);
// Appends what is still held (an unfinished character becomes U+FFFD) and frees the stream.
void tokenizer_stream_finish(struct tokenizer_stream *s, struct str *out);

// Writes dir/tokenizer.json and dir/tokenizer_config.json so that this program and `tokenizers` read them back and
// give equal ids. dir must exist.
bool tokenizer_save(const struct tokenizer *t, const char *dir, struct err *err);
