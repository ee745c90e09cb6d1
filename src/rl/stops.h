// Texts and tokens that end a completion before the model's own end does: rl.stop and --stop.
//
// A stop text is sought in the decoded text without special tokens, so it may begin and end inside tokens. It belongs
// to the completion: every sampled token stays, and the text ends with the stop; what its last token says after it is
// cut. So a reward sees the </answer> that it looks for, as with include_stop_str_in_output of vLLM and stop_strings of
// transformers.
#pragma once
#include "base/arena.h"
#include "base/json.h"
#include "model/tokenizer.h"

struct stop_text {
    const char *text;
    size_t size;  // bytes
    int *shorter; // (size) after text[0..i]: the longest proper beginning of the text that these bytes end with
};

struct stops { // zeroed: there are none
    struct tokenizer *tokenizer;
    const int32_t *tokens;
    const struct stop_text *texts;
    int token_count, text_count;
};

// list: a text, a token id, {"token": "<|im_end|>"}, or an array of these; NULL: none. A text that is a special token
// as a whole means that token too. Fails, naming `where`, on an empty text, tokens that the vocabulary lacks and ids
// that the model (vocab rows) does not have. t: NULL where only ids are used, then texts and names are refused. Lives
// in `memory`; t and list are borrowed.
bool stops_load(struct stops *s, const struct json *list, const char *where, struct tokenizer *t, uint32_t vocab,
                struct arena *memory, struct err *err);
bool stops_need_tokenizer(const struct json *list);

// How far a completion has come; zeroed at its beginning, except for `matched`.
struct stops_state {
    struct tokenizer_stream stream;
    size_t size;  // bytes of the text so far; after a stop text: up to its end
    int *matched; // (text_count) bytes of each stop text that the text so far ends with
};
void stops_begin(const struct stops *s, struct stops_state *state);
// Takes the next token: true when the completion ends with it. Time is that of decoding the token, and a few steps for
// each of its bytes and each stop text, however long these are.
bool stops_take(const struct stops *s, struct stops_state *state, int32_t token);
void stops_end(struct stops_state *state); // frees what the stream holds; accepts a zeroed struct
