// Normalizer, pre-tokenizer, post-processor and decoder of a tokenizer.json. Sequences are unfolded; a type that is
// not known here is an error that names it.
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "model/tokenizer_parts.h"

typedef bool step_reader(struct tokenizer_parts *p, const struct json *v, const char *type, struct err *err);

// Calls read for v, or for each element of a Sequence, which lies under `key`.
static bool read_stage(struct tokenizer_parts *p, const struct json *v, const char *stage, const char *key,
                       step_reader *read, struct err *err)
{
    if (json_kind(v) == JSON_ABSENT || json_kind(v) == JSON_NULL)
        return true;
    const char *type = json_string(json_get(v, "type"), NULL);
    if (!type)
        return fail(err, "%s: not an object with a \"type\"", stage);
    if (strcmp(type, "Sequence") != 0)
        return read(p, v, type, err) || fail_in(err, "%s", stage);
    const struct json *list = json_get(v, key);
    if (json_kind(list) != JSON_ARRAY)
        return fail(err, "%s: the Sequence has no list \"%s\"", stage, key);
    for (const struct json *i = json_first(list); i; i = json_next(i))
        if (!read_stage(p, i, stage, key, read, err))
            return false;
    return true;
}

static bool room_for(int count, struct err *err)
{
    return count < TOKENIZER_MAX_STEPS || fail(err, "more than %d steps", TOKENIZER_MAX_STEPS);
}

static bool unknown(const char *type, const char *known, struct err *err)
{
    return fail(err, "the type \"%.60s\" is not supported (%s are)", type, known);
}

static const char *need_text(struct tokenizer_parts *p, const struct json *v, const char *key, struct err *err)
{
    const char *text = json_string(json_get(v, key), NULL);
    if (!text || !utf8_valid(text, strlen(text))) {
        fail(err, "\"%s\" is not a string of valid UTF-8 but %s", key,
             json_show(json_get(v, key), (char[JSON_SHOWN]){0}));
        return NULL;
    }
    return arena_strdup(&p->arena, text);
}

static bool one_char(const char *text, const char *key, struct err *err)
{
    uint32_t point;
    size_t n = strlen(text);
    return (n && (size_t)utf8_decode(text, n, &point) == n) ||
           fail(err, "\"%s\" is \"%.20s\", one character was expected", key, text);
}

// "pattern": {"String": ...} or {"Regex": ...}
static bool read_pattern(struct tokenizer_parts *p, const struct json *v, struct regex *r, bool *literal,
                         struct err *err)
{
    const struct json *pattern = json_get(v, "pattern");
    *literal = json_kind(json_get(pattern, "String")) != JSON_ABSENT;
    const char *text = need_text(p, pattern, *literal ? "String" : "Regex", err);
    if (!text)
        return fail_in(err, "pattern");
    // An empty string matches nothing.
    return *literal && !*text ? regex_open(r, "(?!)", false, err) : regex_open(r, text, *literal, err);
}

static bool read_prepend(const struct json *v, enum prepend_scheme *to, struct err *err)
{
    bool old = json_bool(json_get(v, "add_prefix_space"), true); // before version 0.15
    const char *s = json_string(json_get(v, "prepend_scheme"), old ? "always" : "never");
    *to = strcmp(s, "first") == 0 ? PREPEND_FIRST : strcmp(s, "never") == 0 ? PREPEND_NEVER : PREPEND_ALWAYS;
    return *to != PREPEND_ALWAYS || strcmp(s, "always") == 0 ||
           fail(err, "prepend_scheme is \"%.20s\", known are always, first and never", s);
}

static bool read_normalizer(struct tokenizer_parts *p, const struct json *v, const char *type, struct err *err)
{
    static const char *const names[] = {"NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Prepend", "Replace", "Strip"};
    int kind = 0;
    while (kind < 8 && strcmp(type, names[kind]) != 0)
        kind++;
    if (kind == 8)
        return unknown(type, "NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, Sequence", err);
    if (!room_for(p->normalizer_count, err))
        return false;
    struct normalizer *s = &p->normalizers[p->normalizer_count++];
    *s = (struct normalizer){.kind = (enum normalizer_kind)kind};
    if (s->kind == NORMALIZE_PREPEND)
        return (s->content = need_text(p, v, "prepend", err)) || fail_in(err, "Prepend");
    if (s->kind == NORMALIZE_REPLACE)
        return ((s->content = need_text(p, v, "content", err)) &&
                read_pattern(p, v, &s->pattern, &s->pattern_is_literal, err)) ||
               fail_in(err, "Replace");
    s->left = json_bool(json_get(v, "strip_left"), true);
    s->right = json_bool(json_get(v, "strip_right"), true);
    return true;
}

static bool read_behavior(const struct json *v, enum split_behavior *to, struct err *err)
{
    static const char *const names[] = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"};
    const char *name = json_string(json_get(v, "behavior"), "");
    for (int i = 0; i < 5; i++) {
        if (strcmp(name, names[i]) == 0) {
            *to = (enum split_behavior)i;
            return true;
        }
    }
    return fail(err,
                "behavior is \"%.40s\", known are Removed, Isolated, MergedWithPrevious, MergedWithNext, "
                "Contiguous",
                name);
}

// GPT-2's own expression, for ByteLevel with use_regex.
#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
// Words as Rust's regex library has them: with the zero-width joiners.
#define WHITESPACE "[\\w\\x{200c}\\x{200d}]+|[^\\w\\s\\x{200c}\\x{200d}]+"

// Rust's char::is_numeric: N, here of Unicode 17.
#define NUMERIC "[\\p{N}\\x{11DE0}-\\x{11DE9}\\x{16FF4}-\\x{16FF6}]"

static bool read_splitter(struct tokenizer_parts *p, const struct json *v, const char *type, struct err *err)
{
    static const char *const names[] = {"Split",      "ByteLevel",       "Digits",     "Metaspace",
                                        "Whitespace", "WhitespaceSplit", "Punctuation"};
    int kind = 0;
    while (kind < 7 && strcmp(type, names[kind]) != 0)
        kind++;
    if (kind == 7)
        return unknown(type, "Split, ByteLevel, Digits, Metaspace, Whitespace, WhitespaceSplit, Punctuation, Sequence",
                       err);
    if (!room_for(p->splitter_count, err))
        return false;
    struct splitter *s = &p->splitters[p->splitter_count++];
    *s = (struct splitter){.kind = (enum split_kind)kind, .behavior = SPLIT_ISOLATED};
    switch (s->kind) {
    case SPLIT_PATTERN:
        s->invert = json_bool(json_get(v, "invert"), false);
        return (read_behavior(v, &s->behavior, err) && read_pattern(p, v, &s->pattern, &s->pattern_is_literal, err)) ||
               fail_in(err, "Split");
    case SPLIT_BYTE_LEVEL:
        s->add_prefix_space = json_bool(json_get(v, "add_prefix_space"), true);
        s->use_regex = json_bool(json_get(v, "use_regex"), true);
        return !s->use_regex || regex_open(&s->pattern, GPT2, false, err);
    case SPLIT_DIGITS:
        s->behavior = json_bool(json_get(v, "individual_digits"), false) ? SPLIT_ISOLATED : SPLIT_CONTIGUOUS;
        return regex_open(&s->pattern, NUMERIC, false, err);
    case SPLIT_METASPACE:
        s->behavior = SPLIT_MERGED_WITH_NEXT;
        s->split = json_bool(json_get(v, "split"), true);
        s->replacement = need_text(p, v, "replacement", err);
        return (s->replacement && one_char(s->replacement, "replacement", err) && read_prepend(v, &s->prepend, err)) ||
               fail_in(err, "Metaspace");
    case SPLIT_WHITESPACE:
        s->behavior = SPLIT_REMOVED;
        s->invert = true;
        return regex_open(&s->pattern, WHITESPACE, false, err);
    case SPLIT_WHITESPACE_SPLIT:
        s->behavior = SPLIT_REMOVED;
        return true;
    case SPLIT_PUNCTUATION:
        return json_kind(json_get(v, "behavior")) == JSON_ABSENT || read_behavior(v, &s->behavior, err);
    }
    return true;
}

static bool read_decoder(struct tokenizer_parts *p, const struct json *v, const char *type, struct err *err)
{
    static const char *const names[] = {"ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"};
    int kind = 0;
    while (kind < 6 && strcmp(type, names[kind]) != 0)
        kind++;
    if (kind == 6)
        return unknown(type, "ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace, Sequence", err);
    if (!room_for(p->decoder_count, err))
        return false;
    struct decoder *d = &p->decoders[p->decoder_count++];
    *d = (struct decoder){.kind = (enum decoder_kind)kind};
    if (d->kind == DECODE_REPLACE)
        return ((d->content = need_text(p, v, "content", err)) &&
                read_pattern(p, v, &d->pattern, &d->pattern_is_literal, err)) ||
               fail_in(err, "Replace");
    if (d->kind == DECODE_METASPACE)
        return ((d->content = need_text(p, v, "replacement", err)) && one_char(d->content, "replacement", err) &&
                read_prepend(v, &d->prepend, err)) ||
               fail_in(err, "Metaspace");
    if (d->kind == DECODE_STRIP) {
        int64_t start = json_int(json_get(v, "start"), -1), stop = json_int(json_get(v, "stop"), -1);
        if (start < 0 || stop < 0)
            return fail(err, "Strip: \"start\" and \"stop\" must be whole numbers, not %s and %s",
                        json_show(json_get(v, "start"), (char[JSON_SHOWN]){0}),
                        json_show(json_get(v, "stop"), (char[JSON_SHOWN]){0}));
        d->start = (size_t)start;
        d->stop = (size_t)stop;
        return ((d->content = need_text(p, v, "content", err)) && one_char(d->content, "content", err)) ||
               fail_in(err, "Strip");
    }
    return true;
}

// TemplateProcessing: the ids before and after the sequence "A". One inside another wraps it.
static bool read_template(struct tokenizer_parts *p, const struct json *v, struct err *err)
{
    struct ids before = {0}, after = {0};
    int texts = 0;
    bool ok = true;
    for (const struct json *i = json_first(json_get(v, "single")); ok && i; i = json_next(i)) {
        texts += json_kind(json_get(i, "Sequence")) == JSON_OBJECT;
        const struct json *special = json_get(i, "SpecialToken");
        if (!special)
            continue;
        const char *name = json_string(json_get(special, "id"), "");
        const struct json *ids = json_get(json_get(json_get(v, "special_tokens"), name), "ids");
        if (json_kind(ids) != JSON_ARRAY)
            ok = fail(err, "\"special_tokens\" has no ids for \"%.60s\"", name);
        for (const struct json *k = json_first(ids); ok && k; k = json_next(k)) {
            int64_t id = json_int(k, -1);
            if (id < 0 || id >= TOKENIZER_MAX_ID)
                ok = fail(err, "\"special_tokens\" has an id of \"%.60s\" that is out of range", name);
            else
                ids_push(texts ? &after : &before, (int32_t)id);
        }
    }
    if (ok && texts != 1)
        ok = fail(err, "\"single\" has %d sequences, one was expected", texts);
    for (size_t i = 0; i < p->before.count; i++)
        ids_push(&before, p->before.data[i]);
    for (size_t i = 0; i < after.count; i++)
        ids_push(&p->after, after.data[i]);
    ids_finish(&p->before);
    ids_finish(&after);
    p->before = before;
    return ok;
}

static bool read_processor(struct tokenizer_parts *p, const struct json *v, const char *type, struct err *err)
{
    if (strcmp(type, "ByteLevel") == 0)
        return true; // changes offsets only
    if (strcmp(type, "TemplateProcessing") == 0)
        return read_template(p, v, err) || fail_in(err, "TemplateProcessing");
    return unknown(type, "TemplateProcessing, ByteLevel, Sequence", err);
}

static const char *text_of(struct tokenizer_parts *p, const struct json *v)
{
    if (!v)
        return "null";
    struct str text = {0};
    json_print(v, &text, false);
    const char *copy = arena_strdup(&p->arena, text.data);
    str_finish(&text);
    return copy;
}

bool tokenizer_read_steps(struct tokenizer_parts *p, const struct json *root, struct err *err)
{
    p->normalizer_json = text_of(p, json_get(root, "normalizer"));
    p->splitter_json = text_of(p, json_get(root, "pre_tokenizer"));
    p->decoder_json = text_of(p, json_get(root, "decoder"));
    p->has_decoder = json_kind(json_get(root, "decoder")) == JSON_OBJECT;
    if (!read_stage(p, json_get(root, "normalizer"), "normalizer", "normalizers", read_normalizer, err) ||
        !read_stage(p, json_get(root, "pre_tokenizer"), "pre_tokenizer", "pretokenizers", read_splitter, err) ||
        !read_stage(p, json_get(root, "post_processor"), "post_processor", "processors", read_processor, err) ||
        !read_stage(p, json_get(root, "decoder"), "decoder", "decoders", read_decoder, err))
        return false;
    p->bpe.byte_level = p->splitter_count && p->splitters[p->splitter_count - 1].kind == SPLIT_BYTE_LEVEL;
    return true;
}
