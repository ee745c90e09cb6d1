// The parts of a tokenizer, for the tokenizer_*.c files alone. Steps have the names and the meaning that
// tokenizer.json gives them (Hugging Face tokenizers, version 0.23).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "model/tokenizer.h"

enum {
    TOKENIZER_MAX_STEPS = 32,     // of one pipeline stage, Sequences unfolded
    TOKENIZER_MAX_ID = 1 << 22,   // ids are below; larger ones are a damaged file
    TOKENIZER_MAX_TOKEN = 1 << 16 // bytes of one token
};

// Pieces of text: byte ranges of one buffer.
struct piece {
    size_t at, size;
    bool head; // begins where the text begins (Metaspace with prepend_scheme "first")
};
struct pieces {
    struct str text;
    struct piece *list;
    size_t count, room;
};
void pieces_push(struct pieces *p, size_t at, size_t size, bool head); // empty pieces are left out
void pieces_clear(struct pieces *p);
void pieces_finish(struct pieces *p);

// ---- tokenizer_regex.c: an expression in Oniguruma's syntax, run by PCRE2

struct regex {
    struct pcre2_real_code_8 *code;
    struct pcre2_real_match_data_8 *match;
    struct pcre2_real_match_context_8 *context;
    const char *source; // as written, for messages
};
// literal: match the text itself. The source must outlive the regex.
bool regex_open(struct regex *r, const char *source, bool literal, struct err *err);
void regex_close(struct regex *r);
struct regex_cursor { // a zeroed struct starts at the text's begin
    size_t next, last_end;
    bool any;
};
// The next match in n bytes of valid UTF-8; 1 with *at, *end; 0 when there is none; -1 with err when the
// expression runs into its match limit (proportional to n).
int regex_next(struct regex *r, const char *text, size_t n, struct regex_cursor *c, size_t *at, size_t *end,
               struct err *err);

// Characters that a property such as "L" has gained since Unicode 14, in the form of a class; NULL when none are known.
const char *unicode_later(const char *property, size_t n);

// ---- the stages' steps

enum normalizer_kind {
    NORMALIZE_NFC,
    NORMALIZE_NFD,
    NORMALIZE_NFKC,
    NORMALIZE_NFKD, // order: the bits 1 = decompose only, 2 = compat
    NORMALIZE_LOWERCASE,
    NORMALIZE_PREPEND,
    NORMALIZE_REPLACE,
    NORMALIZE_STRIP
};
struct normalizer {
    enum normalizer_kind kind;
    const char *content;     // Prepend, Replace
    bool pattern_is_literal; // Replace
    struct regex pattern;    // Replace
    bool left, right;        // Strip
};

enum split_kind {
    SPLIT_PATTERN,
    SPLIT_BYTE_LEVEL,
    SPLIT_DIGITS,
    SPLIT_METASPACE,
    SPLIT_WHITESPACE,
    SPLIT_WHITESPACE_SPLIT,
    SPLIT_PUNCTUATION
};
enum split_behavior {
    SPLIT_REMOVED,
    SPLIT_ISOLATED,
    SPLIT_MERGED_WITH_PREVIOUS,
    SPLIT_MERGED_WITH_NEXT,
    SPLIT_CONTIGUOUS
};
enum prepend_scheme { PREPEND_ALWAYS, PREPEND_FIRST, PREPEND_NEVER };
struct splitter {
    enum split_kind kind;
    enum split_behavior behavior;
    bool invert;
    bool pattern_is_literal;
    struct regex pattern;        // Split, ByteLevel with use_regex, Digits, Whitespace
    bool use_regex;              // ByteLevel
    bool add_prefix_space;       // ByteLevel
    const char *replacement;     // Metaspace
    enum prepend_scheme prepend; // Metaspace
    bool split;                  // Metaspace
};

enum decoder_kind {
    DECODE_BYTE_LEVEL,
    DECODE_REPLACE,
    DECODE_BYTE_FALLBACK,
    DECODE_FUSE,
    DECODE_STRIP,
    DECODE_METASPACE
};
struct decoder {
    enum decoder_kind kind;
    const char *content;         // Replace; Strip: one character; Metaspace: the replacement
    bool pattern_is_literal;     // Replace
    struct regex pattern;        // Replace
    size_t start, stop;          // Strip: at most so many characters
    enum prepend_scheme prepend; // Metaspace
};

// ---- vocabulary and merges (tokenizer_bpe.c)

struct token {
    const char *text; // NULL: no token has this id
    uint32_t size;    // bytes
    uint32_t shown_size;
    const char *shown; // what decoding gives: an added token that is normalised is shown as the normalizer leaves it
    bool added, special;
};
struct merge { // its rank is its index
    int32_t left, right, result;
};
struct bpe_scratch; // buffers and the cache of words
struct bpe {
    struct arena *arena;
    char *pool; // where the next token's text goes
    size_t pool_left;
    struct token *tokens; // by id, of the model and added ones
    int32_t count, room;
    uint32_t *slots; // hash of the model's own tokens: id + 1, 0 is free
    size_t slot_count, used;
    struct merge *merges; // in the order of rank
    uint32_t merge_count, merge_room;
    uint32_t *pair_slots; // hash of (left, right): index of the merge + 1
    size_t pair_slot_count;
    int32_t unk;           // -1 when none
    const char *unk_token; // NULL when none
    bool fuse_unk, byte_fallback, ignore_merges;
    bool byte_level;       // pieces come as raw bytes and are mapped to the byte-level alphabet here
    int32_t char_ids[512]; // id of the token that is the one character, -1 when there is none
    int32_t byte_ids[256]; // of "<0xNN>"; -1
    struct bpe_scratch *scratch;
};
void bpe_init(struct bpe *b, struct arena *arena);
void bpe_finish(struct bpe *b);
// Adds a token of the model's vocabulary; text is copied. Fails on an id out of range, a second token of the same id
// or text.
bool bpe_add_token(struct bpe *b, const char *text, size_t size, int64_t id, struct err *err);
int32_t bpe_find(const struct bpe *b, const char *text, size_t size); // -1
// The token with this id, growing the table when needed (added tokens); and a copy of its text.
struct token *bpe_slot(struct bpe *b, int32_t id);
const char *bpe_text(struct bpe *b, const char *text, size_t size);
// Adds the merge of next rank. A pair given twice keeps the later rank.
bool bpe_add_merge(struct bpe *b, const char *left, size_t left_size, const char *right, size_t right_size,
                   struct err *err);
// Fills the lookups by character once vocabulary and merges are complete; finds unk_token.
uint32_t bpe_find_merge(const struct bpe *b, int32_t left, int32_t right); // UINT32_MAX when there is none
bool bpe_seal(struct bpe *b, struct err *err);
void bpe_encode(struct bpe *b, const char *piece, size_t n, struct ids *out);

// The byte-level alphabet of GPT-2: every byte has a printable character (U+0021 to U+0143).
uint32_t byte_level_char(uint8_t byte);
int byte_level_byte(uint32_t point); // -1 when the character stands for no byte
void byte_level_map(const char *bytes, size_t n, struct str *out);

// ---- the whole

struct added { // an added token
    int32_t id;
    bool special, single_word, lstrip, rstrip, normalized;
};
struct trie_node {
    int32_t child, sibling; // -1
    int32_t added;          // index of the added token that ends here, -1
    uint8_t byte;
};
struct trie {
    struct trie_node *nodes;
    int32_t count, room;
    int32_t first[256]; // nodes of the first bytes
};

struct tokenizer_parts {
    struct arena arena;
    const char *path; // for messages
    struct bpe bpe;
    const char *normalizer_json, *splitter_json, *decoder_json; // the stages as the file has them, for saving
    struct normalizer normalizers[TOKENIZER_MAX_STEPS];
    struct splitter splitters[TOKENIZER_MAX_STEPS];
    struct decoder decoders[TOKENIZER_MAX_STEPS];
    int normalizer_count, splitter_count, decoder_count;
    bool has_decoder; // without one, tokens are joined by spaces
    struct added *added;
    int32_t added_count;
    struct regex word;             // a character of a word; open when an added token is single_word
    struct trie raw, normalized;   // added tokens sought in the text as it is, and after normalisation
    struct ids before, after;      // the post-processor: ids around the text
    struct str clean, lent, spare; // buffers of encode: valid UTF-8, and two for the normalizers
    int32_t *points;               // code points of a text while it is normalised
    size_t point_room;
    struct pieces pieces, other;
};

// Added tokens (tokenizer_added.c).
bool added_build(struct tokenizer_parts *p, struct err *err); // the tries, once p->added is complete
struct added_match {
    size_t at, end; // with the white space that lstrip and rstrip take
    const struct added *token;
};
struct added_cursor { // a zeroed struct starts at the text's begin
    size_t next;
    size_t taken; // end of the last match
};
bool added_next(struct tokenizer_parts *p, const struct trie *trie, const char *text, size_t n, bool plain,
                struct added_cursor *c, struct added_match *m);

// Runs all normalizers over in; *out is the result, either `in` itself or a buffer of p.
bool normalize(struct tokenizer_parts *p, const char *in, size_t n, const char **out, size_t *out_n, struct err *err);
// Runs all pre-tokenizers; the result lies in p->pieces.
bool split_text(struct tokenizer_parts *p, const char *text, size_t n, bool head, struct err *err);
// Appends text with every invalid part replaced by U+FFFD.
void utf8_clean(const char *text, size_t n, struct str *out);
static inline bool utf8_is_tail(char c) // of a character's bytes, not the first
{
    return ((unsigned char)c & 0xC0) == 0x80;
}
bool utf8_valid(const char *text, size_t n);
bool point_is_space(uint32_t point); // White_Space

// Readers and the writer.
bool tokenizer_read_json(struct tokenizer *t, const char *path, struct err *err);
bool tokenizer_read_gguf(struct tokenizer *t, const char *path, struct err *err);
bool tokenizer_read_config(struct tokenizer *t, const char *dir, struct err *err);
bool tokenizer_read_steps(struct tokenizer_parts *p, const struct json *root, struct err *err);
