// Tokenizers of GGUF files. They name their pre-tokenizer instead of writing it out; the table below has what the
// original tokenizer.json of these models says. What is built is a tokenizer.json's pipeline, so that it can be saved.
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "model/gguf.h"
#include "model/tokenizer_parts.h"

#define GPT2   "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
#define TAIL   "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define CL100K "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
#define UPPER  "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER  "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define CASED(end)                                                                                                     \
    "[^\\r\\n\\p{L}\\p{N}]?" UPPER "*" LOWER "+" end "|[^\\r\\n\\p{L}\\p{N}]?" UPPER "+" LOWER "*" end "|"
#define CASED_TAIL "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

static const struct pre {
    const char *names; // each between spaces
    const char *splits[3];
    bool digits; // every digit alone, before the rest
    bool nfc, ignore_merges, bos;
} pres[] = {
    {" default gpt-2 gpt2 phi-2 ", {GPT2}, .digits = false},
    {" smollm starcoder refact ", {GPT2}, .digits = true},
    {" llama3 llama-v3 llama-bpe falcon3 smaug-bpe dbrx ",
     {CL100K "\\p{N}{1,3}" TAIL},
     .ignore_merges = true,
     .bos = true},
    {" qwen2 deepseek-r1-qwen megrez stablelm2 ", {CL100K "\\p{N}" TAIL}, .nfc = true},
    {" gpt-4o llama4 ", {CASED("(?i:'s|'t|'re|'ve|'m|'ll|'d)?") "\\p{N}{1,3}" CASED_TAIL}, .digits = false},
    {" tekken ", {CASED("") "\\p{N}" CASED_TAIL}, .ignore_merges = true, .bos = true},
    {" deepseek-v3 ",
     {"\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
      "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
     .bos = true},
};

struct reader {
    struct tokenizer *t;
    struct tokenizer_parts *p;
    struct gguf g;
    struct gguf_text *tokens;
    int64_t *types;
    double *scores;
    size_t count;
    const struct pre *pre; // NULL for SentencePiece
    bool bos, eos;
};

static const struct pre *find_pre(const char *name)
{
    char spaced[80];
    snprintf(spaced, sizeof spaced, " %s ", name);
    for (size_t i = 0; i < sizeof pres / sizeof *pres; i++)
        if (strstr(pres[i].names, spaced))
            return &pres[i];
    return NULL;
}

static bool choose(struct reader *r, struct err *err)
{
    struct gguf_text model, pre;
    if (!gguf_string(&r->g, "tokenizer.ggml.model", &model))
        return fail(
            err, "the file has no tokenizer (no string tokenizer.ggml.model); give a directory with a tokenizer.json");
    bool spm = model.size == 5 && memcmp(model.data, "llama", 5) == 0;
    if (!spm && (model.size != 4 || memcmp(model.data, "gpt2", 4) != 0))
        return fail(err, "tokenizer.ggml.model \"%.*s\" is not supported (gpt2 and llama are)",
                    (int)(model.size < 40 ? model.size : 40), model.data);
    r->bos = spm;
    if (spm)
        return true;
    char name[64] = "default";
    if (gguf_string(&r->g, "tokenizer.ggml.pre", &pre))
        snprintf(name, sizeof name, "%.*s", (int)(pre.size < 60 ? pre.size : 60), pre.data);
    else
        log_warn("%s names no pre-tokenizer (tokenizer.ggml.pre): GPT-2's is used", r->p->path);
    r->pre = find_pre(name);
    if (!r->pre)
        return fail(err,
                    "the pre-tokenizer \"%s\" (tokenizer.ggml.pre) is not known; give a directory with the model's "
                    "tokenizer.json",
                    name);
    r->bos = r->pre->bos;
    return true;
}

static bool read_arrays(struct reader *r, struct err *err)
{
    struct arena *a = &r->g.arena;
    size_t n;
    if (!gguf_string_array(&r->g, "tokenizer.ggml.tokens", a, &r->tokens, &r->count) || !r->count)
        return fail(err, "tokenizer.ggml.tokens is not a list of strings but %s",
                    gguf_show(&r->g, "tokenizer.ggml.tokens", (char[64]){0}));
    if (r->count > TOKENIZER_MAX_ID)
        return fail(err, "tokenizer.ggml.tokens has %zu elements, at most %d are supported", r->count,
                    TOKENIZER_MAX_ID);
    if (gguf_int_array(&r->g, "tokenizer.ggml.token_type", a, &r->types, &n) && n != r->count)
        return fail(err, "tokenizer.ggml.token_type has %zu elements, tokens has %zu", n, r->count);
    if (gguf_number_array(&r->g, "tokenizer.ggml.scores", a, &r->scores, &n) && n != r->count)
        return fail(err, "tokenizer.ggml.scores has %zu elements, tokens has %zu", n, r->count);
    return true;
}

// token_type: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
static bool read_tokens(struct reader *r, struct err *err)
{
    struct tokenizer_parts *p = r->p;
    p->added = arena_array(&p->arena, struct added, r->count);
    for (size_t i = 0; i < r->count; i++) {
        struct gguf_text text = r->tokens[i];
        int64_t type = r->types ? r->types[i] : 1;
        if (!bpe_add_token(&p->bpe, text.data, text.size, (int64_t)i, err))
            return false;
        struct token *t = &p->bpe.tokens[i];
        bool special = type == 3 || (type == 2 && !r->pre);
        if (type == 2 && !r->pre)
            p->bpe.unk_token = t->text;
        if (!text.size || (!special && type != 4))
            continue;
        t->added = true;
        t->special = special;
        p->added[p->added_count++] = (struct added){.id = (int32_t)i, .special = special};
    }
    return true;
}

struct candidate { // a way to make a token of two
    double score;
    size_t token, cut, order;
    size_t left_chars, right_chars;
};

static int by_score(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->left_chars != y->left_chars)
        return x->left_chars > y->left_chars ? -1 : 1;
    if (x->right_chars != y->right_chars)
        return x->right_chars > y->right_chars ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

struct candidates {
    struct candidate *list;
    size_t count, room;
};

static void add_candidates(const struct reader *r, size_t token, struct candidates *c)
{
    const struct bpe *b = &r->p->bpe;
    const char *text = r->tokens[token].data;
    size_t n = r->tokens[token].size, chars = 0, left = 0;
    enum { LONGEST = 256 }; // bytes; pieces are words, and the time grows with the square
    for (size_t k = 0; k < n; k++)
        chars += !utf8_is_tail(text[k]);
    for (size_t k = 1; k < n && n <= LONGEST; k++) {
        if (utf8_is_tail(text[k]))
            continue;
        left++;
        if (bpe_find(b, text, k) < 0 || bpe_find(b, text + k, n - k) < 0)
            continue;
        if (c->count == c->room) {
            size_t room = c->room ? 2 * c->room : 1024;
            c->list = block_resize(c->list, c->room * sizeof *c->list, room * sizeof *c->list);
            c->room = room;
        }
        c->list[c->count] = (struct candidate){r->scores[token], token, k, c->count, left, chars - left};
        c->count++;
    }
}

// SentencePiece joins the two neighbours whose union has the best score; as merges: every pair of tokens that makes a
// token, best score first (the order of transformers' conversion).
static bool merges_from_scores(struct reader *r, struct err *err)
{
    if (!r->scores)
        return fail(err, "the file has neither tokenizer.ggml.merges nor tokenizer.ggml.scores");
    struct candidates c = {0};
    for (size_t i = 0; i < r->count; i++)
        add_candidates(r, i, &c);
    if (c.count)
        qsort(c.list, c.count, sizeof *c.list, by_score);
    bool ok = true;
    for (size_t i = 0; ok && i < c.count; i++) {
        struct gguf_text t = r->tokens[c.list[i].token];
        size_t cut = c.list[i].cut;
        ok = bpe_add_merge(&r->p->bpe, t.data, cut, t.data + cut, t.size - cut, err);
    }
    block_free(c.list);
    return ok;
}

static bool read_merges(struct reader *r, struct err *err)
{
    struct gguf_text *merges;
    size_t count;
    if (!gguf_string_array(&r->g, "tokenizer.ggml.merges", &r->g.arena, &merges, &count))
        return r->pre ? fail(err, "tokenizer.ggml.merges is not a list of strings but %s",
                             gguf_show(&r->g, "tokenizer.ggml.merges", (char[64]){0}))
                      : merges_from_scores(r, err);
    for (size_t i = 0; i < count; i++) {
        const char *text = merges[i].data, *space = merges[i].size ? memchr(text + 1, ' ', merges[i].size - 1) : NULL;
        if (!space)
            return fail(err, "element %zu of tokenizer.ggml.merges is \"%.*s\", not \"a b\"", i,
                        merges[i].size < 60 ? (int)merges[i].size : 60, text);
        size_t left = (size_t)(space - text);
        if (!bpe_add_merge(&r->p->bpe, text, left, space + 1, merges[i].size - left - 1, err))
            return false;
    }
    return true;
}

static void put_byte_level_steps(const struct pre *pre, struct str *s)
{
    str_printf(s, "{\"normalizer\":%s,", pre->nfc ? "{\"type\":\"NFC\"}" : "null");
    str_puts(s, "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[");
    if (pre->digits)
        str_puts(s, "{\"type\":\"Digits\",\"individual_digits\":true},");
    for (int i = 0; i < 3 && pre->splits[i]; i++) {
        str_puts(s, "{\"type\":\"Split\",\"pattern\":{\"Regex\":");
        str_put_json(s, pre->splits[i], strlen(pre->splits[i]));
        str_puts(s, "},\"behavior\":\"Isolated\",\"invert\":false},");
    }
    str_puts(
        s, "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]},"
           "\"decoder\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}}");
}

static void put_sentencepiece_steps(bool prefix, struct str *s)
{
    str_printf(s,
               "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[%s"
               "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}]},"
               "\"pre_tokenizer\":null,\"decoder\":{\"type\":\"Sequence\",\"decoders\":["
               "{\"type\":\"Replace\",\"pattern\":{\"String\":\"▁\"},\"content\":\" \"},"
               "{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"}%s]}}",
               prefix ? "{\"type\":\"Prepend\",\"prepend\":\"▁\"}," : "",
               prefix ? ",{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}" : "");
}

static bool read_steps(struct reader *r, struct err *err)
{
    struct str text = {0};
    bool prefix = true;
    gguf_bool(&r->g, "tokenizer.ggml.add_space_prefix", &prefix);
    if (r->pre)
        put_byte_level_steps(r->pre, &text);
    else
        put_sentencepiece_steps(prefix, &text);
    struct json *root = json_parse(text.data, text.size, false, "pipeline", err);
    bool ok = root && tokenizer_read_steps(r->p, root, err);
    json_close(root);
    str_finish(&text);
    return ok;
}

static bool read_id(struct reader *r, const char *key, int32_t *to, struct err *err)
{
    int64_t id;
    if (!gguf_int(&r->g, key, &id))
        return true;
    if (id < 0 || (uint64_t)id >= r->count)
        return fail(err, "%s is %lld, but there are %zu tokens", key, (long long)id, r->count);
    *to = (int32_t)id;
    return true;
}

static bool read_rest(struct reader *r, struct err *err)
{
    struct tokenizer *t = r->t;
    struct gguf_text chat;
    int32_t unk = -1, sep = -1, cls = -1, mask = -1;
    const struct {
        const char *key, *name;
        int32_t *id;
    } ids[] = {{"tokenizer.ggml.bos_token_id", "bos_token", &t->bos},
               {"tokenizer.ggml.eos_token_id", "eos_token", &t->eos},
               {"tokenizer.ggml.padding_token_id", "pad_token", &t->pad},
               {"tokenizer.ggml.unknown_token_id", "unk_token", &unk},
               {"tokenizer.ggml.seperator_token_id", "sep_token", &sep}, // so spelt in the format
               {"tokenizer.ggml.cls_token_id", "cls_token", &cls},
               {"tokenizer.ggml.mask_token_id", "mask_token", &mask}};
    enum { IDS = sizeof ids / sizeof *ids };
    struct special_token *named = arena_array(&r->p->arena, struct special_token, IDS);
    t->named = named;
    for (int i = 0; i < IDS; i++) {
        if (!read_id(r, ids[i].key, ids[i].id, err))
            return false;
        if (*ids[i].id >= 0)
            named[t->named_count++] = (struct special_token){ids[i].name, tokenizer_token(t, *ids[i].id)};
    }
    gguf_bool(&r->g, "tokenizer.ggml.add_bos_token", &r->bos);
    gguf_bool(&r->g, "tokenizer.ggml.add_eos_token", &r->eos);
    if (r->bos && t->bos >= 0)
        ids_push(&r->p->before, t->bos);
    if (r->eos && t->eos >= 0)
        ids_push(&r->p->after, t->eos);
    if (gguf_string(&r->g, "tokenizer.chat_template", &chat))
        t->chat_template = arena_strndup(&r->p->arena, chat.data, chat.size);
    if (gguf_string(&r->g, "tokenizer.chat_template.tool_use", &chat))
        t->tool_template = arena_strndup(&r->p->arena, chat.data, chat.size);
    return true;
}

bool tokenizer_read_gguf(struct tokenizer *t, const char *path, struct err *err)
{
    struct reader r = {.t = t, .p = t->parts};
    if (!gguf_open(&r.g, path, err))
        return false;
    bool ok = choose(&r, err) && read_arrays(&r, err) && read_steps(&r, err);
    if (ok) {
        r.p->bpe.ignore_merges = r.pre && r.pre->ignore_merges;
        r.p->bpe.byte_fallback = r.p->bpe.fuse_unk = !r.pre;
    }
    ok = ok && read_tokens(&r, err) && read_merges(&r, err) && bpe_seal(&r.p->bpe, err) && read_rest(&r, err);
    gguf_close(&r.g);
    return ok || fail_in(err, "%s", path);
}
