// tokenizer.json and tokenizer_config.json, as the Hugging Face libraries write them.
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "model/tokenizer_parts.h"

static bool read_vocab(struct bpe *b, const struct json *vocab, struct err *err)
{
    if (json_kind(vocab) != JSON_OBJECT)
        return fail(err, "model: \"vocab\" is not an object of tokens and ids but %s",
                    json_show(vocab, (char[JSON_SHOWN]){0}));
    struct str text = {0};
    bool ok = true;
    for (const struct json *i = json_first(vocab); ok && i; i = json_next(i)) {
        int64_t id = json_int(i, INT64_MIN);
        str_clear(&text);
        str_puts(&text, "");
        json_key_text(i, &text);
        if (id == INT64_MIN)
            ok = fail(err, "model: the id of the token \"%.60s\" is not a whole number but %s", text.data,
                      json_show(i, (char[JSON_SHOWN]){0}));
        else
            ok = bpe_add_token(b, text.data, text.size, id, err) || fail_in(err, "model");
    }
    str_finish(&text);
    return ok;
}

// A merge is written "a b" or ["a", "b"]; 1 when it is read, 0 for a line that is none, -1 when it is wrong.
static int read_merge(const struct json *v, struct str *left, struct str *right)
{
    str_clear(left);
    str_clear(right);
    if (json_kind(v) == JSON_ARRAY && json_count(v) == 2) {
        const struct json *a = json_first(v), *b = json_next(a);
        json_text(a, left);
        json_text(b, right);
        return json_kind(a) == JSON_STRING && json_kind(b) == JSON_STRING ? 1 : -1;
    }
    json_text(v, left);
    if (left->size && str_starts(left->data, "#version"))
        return 0;
    const char *space = left->size ? memchr(left->data, ' ', left->size) : NULL;
    size_t at = space ? (size_t)(space - left->data) : 0;
    if (!space || memchr(space + 1, ' ', left->size - at - 1))
        return -1;
    str_append(right, space + 1, left->size - at - 1);
    left->size = at;
    return 1;
}

static bool read_merges(struct bpe *b, const struct json *merges, struct err *err)
{
    if (json_kind(merges) != JSON_ARRAY)
        return fail(err, "model: \"merges\" is not a list but %s", json_show(merges, (char[JSON_SHOWN]){0}));
    struct str left = {0}, right = {0};
    bool ok = true;
    for (const struct json *i = json_first(merges); ok && i; i = json_next(i)) {
        int code = read_merge(i, &left, &right);
        if (code < 0)
            ok = fail(err, "model: merge %u is neither \"a b\" nor [\"a\", \"b\"]", b->merge_count);
        else if (code)
            ok = bpe_add_merge(b, left.data, left.size, right.data, right.size, err) || fail_in(err, "model");
    }
    str_finish(&left);
    str_finish(&right);
    return ok;
}

static bool empty(const struct json *v)
{
    return json_kind(v) == JSON_ABSENT || json_kind(v) == JSON_NULL || !*json_string(v, "x");
}

static bool read_model(struct tokenizer_parts *p, const struct json *model, struct err *err)
{
    struct bpe *b = &p->bpe;
    if (json_kind(model) != JSON_OBJECT)
        return fail(err, "\"model\" is missing or not an object");
    const char *type = json_string(json_get(model, "type"), json_get(model, "merges") ? "BPE" : "(none)");
    if (strcmp(type, "BPE") != 0)
        return fail(err, "a tokenizer model of the type \"%.60s\" is not supported (BPE is)", type);
    if (!empty(json_get(model, "continuing_subword_prefix")) || !empty(json_get(model, "end_of_word_suffix")))
        return fail(err, "model: continuing_subword_prefix and end_of_word_suffix are not supported");
    if (json_number(json_get(model, "dropout"), 0) != 0)
        log_warn("%s: the dropout of merges is ignored: every merge is applied", p->path);
    b->fuse_unk = json_bool(json_get(model, "fuse_unk"), false);
    b->byte_fallback = json_bool(json_get(model, "byte_fallback"), false);
    b->ignore_merges = json_bool(json_get(model, "ignore_merges"), false);
    const char *unk = json_string(json_get(model, "unk_token"), NULL);
    b->unk_token = unk ? arena_strdup(&p->arena, unk) : NULL;
    return read_vocab(b, json_get(model, "vocab"), err) && read_merges(b, json_get(model, "merges"), err) &&
           bpe_seal(b, err);
}

static bool read_added(struct tokenizer_parts *p, const struct json *v, struct added *a, struct err *err)
{
    const char *text = json_string(json_get(v, "content"), NULL);
    int64_t id = json_int(json_get(v, "id"), -1);
    size_t n = text ? strlen(text) : 0;
    if (!n || n > TOKENIZER_MAX_TOKEN || !utf8_valid(text, n))
        return fail(err, "added token %d: \"content\" is not a string of 1 to %d bytes of UTF-8 but %s", p->added_count,
                    TOKENIZER_MAX_TOKEN, json_show(json_get(v, "content"), (char[JSON_SHOWN]){0}));
    if (id < 0 || id >= TOKENIZER_MAX_ID)
        return fail(err, "the added token \"%.60s\" has no id within 0 and %d but %s", text, TOKENIZER_MAX_ID - 1,
                    json_show(json_get(v, "id"), (char[JSON_SHOWN]){0}));
    int32_t in_model = bpe_find(&p->bpe, text, n);
    if (in_model >= 0 && in_model != id)
        return fail(err, "the added token \"%.60s\" has the id %lld, in the vocabulary it is %d", text, (long long)id,
                    in_model);
    struct token *t = bpe_slot(&p->bpe, (int32_t)id);
    if (t->text && strcmp(t->text, text) != 0)
        return fail(err, "the added token \"%.60s\" has the id %lld of the token \"%.60s\"", text, (long long)id,
                    t->text);
    bool special = json_bool(json_get(v, "special"), false);
    *a = (struct added){
        .id = (int32_t)id,
        .special = special,
        .single_word = json_bool(json_get(v, "single_word"), false),
        .lstrip = json_bool(json_get(v, "lstrip"), false),
        .rstrip = json_bool(json_get(v, "rstrip"), false),
        .normalized = json_bool(json_get(v, "normalized"), !special),
    };
    if (!t->text)
        t->text = t->shown = bpe_text(&p->bpe, text, n);
    t->size = t->shown_size = (uint32_t)n;
    t->added = true;
    t->special = special;
    return true;
}

static bool read_all_added(struct tokenizer_parts *p, const struct json *list, struct err *err)
{
    if (json_kind(list) == JSON_ABSENT || json_kind(list) == JSON_NULL)
        return true;
    if (json_kind(list) != JSON_ARRAY)
        return fail(err, "\"added_tokens\" is not a list but %s", json_show(list, (char[JSON_SHOWN]){0}));
    p->added = arena_array(&p->arena, struct added, json_count(list));
    for (const struct json *i = json_first(list); i; i = json_next(i)) {
        if (!read_added(p, i, &p->added[p->added_count], err))
            return false;
        p->added_count++;
    }
    return true;
}

bool tokenizer_read_json(struct tokenizer *t, const char *path, struct err *err)
{
    struct json *root = json_open(path, false, err);
    if (!root)
        return false;
    struct tokenizer_parts *p = t->parts;
    bool ok = json_kind(root) == JSON_OBJECT
                  ? tokenizer_read_steps(p, root, err) && read_model(p, json_get(root, "model"), err) &&
                        read_all_added(p, json_get(root, "added_tokens"), err)
                  : fail(err, "not a JSON object");
    json_close(root);
    return ok || fail_in(err, "%s", path);
}

static void put_named(struct tokenizer *t, struct special_token *named, const char *name, const struct json *v)
{
    const char *text = json_string(v, json_string(json_get(v, "content"), NULL)); // "text" or {"content": "text"}
    int i = 0;
    while (i < t->named_count && strcmp(named[i].name, name) != 0)
        i++;
    if (text)
        named[i] = (struct special_token){arena_strdup(&t->parts->arena, name), arena_strdup(&t->parts->arena, text)};
    t->named_count += text && i == t->named_count;
}

// Members that end in _token, and those of extra_special_tokens, as in transformers; special_tokens_map.json counts
// where the config has no added_tokens_decoder, and then before it.
static void read_named(struct tokenizer *t, const struct json *config, const struct json *map)
{
    const struct json *from[] = {config, json_get(config, "added_tokens_decoder") ? NULL : map};
    size_t most = 0;
    for (int i = 0; i < 2; i++)
        most += json_count(from[i]) + json_count(json_get(from[i], "extra_special_tokens"));
    struct special_token *named = arena_array(&t->parts->arena, struct special_token, most + 1);
    t->named = named;
    for (int i = 0; i < 2; i++) {
        const struct json *extra = json_get(from[i], "extra_special_tokens");
        for (const struct json *m = json_first(from[i]); m; m = json_next(m))
            if (str_ends(json_key(m), "_token"))
                put_named(t, named, json_key(m), m);
        for (const struct json *m = json_kind(extra) == JSON_OBJECT ? json_first(extra) : NULL; m; m = json_next(m))
            put_named(t, named, json_key(m), m);
    }
    const struct {
        const char *name;
        int32_t *id;
    } ids[] = {{"bos_token", &t->bos}, {"eos_token", &t->eos}, {"pad_token", &t->pad}};
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < t->named_count; i++)
            if (strcmp(named[i].name, ids[k].name) == 0)
                *ids[k].id = tokenizer_id(t, named[i].text);
}

// transformers adds the tokens of added_tokens_decoder that tokenizer.json lacks; here they are passed over.
static void say_ignored(const struct tokenizer *t, const struct json *config, const char *path)
{
    int count = 0;
    const char *first = NULL;
    for (const struct json *i = json_first(json_get(config, "added_tokens_decoder")); i; i = json_next(i)) {
        const char *text = json_string(json_get(i, "content"), NULL);
        if (!text || tokenizer_id(t, text) >= 0)
            continue;
        first = first ? first : text;
        count++;
    }
    if (count)
        log_warn(
            "%s: %d tokens of added_tokens_decoder are not in tokenizer.json and are ignored, the first is \"%.60s\"",
            path, count, first);
}

// The value of "chat_template": a text, or a list of named ones, of which `default` and `tool_use` are taken.
static void take_templates(struct tokenizer *t, const struct json *v)
{
    struct arena *arena = &t->parts->arena;
    const char *plain = json_string(v, NULL), *tools = NULL;
    for (const struct json *i = json_kind(v) == JSON_ARRAY ? json_first(v) : NULL; i; i = json_next(i)) {
        const char *name = json_string(json_get(i, "name"), ""), *text = json_string(json_get(i, "template"), NULL);
        plain = strcmp(name, "default") == 0 ? text : plain;
        tools = strcmp(name, "tool_use") == 0 ? text : tools;
    }
    t->chat_template = plain ? arena_strdup(arena, plain) : NULL;
    t->tool_template = tools ? arena_strdup(arena, tools) : NULL;
}

// chat_template.jinja counts before chat_template.json, and that before tokenizer_config.json, as in transformers.
static bool read_chat_template(struct tokenizer *t, const char *dir, const struct json *config, struct err *err)
{
    struct arena *arena = &t->parts->arena;
    const char *path = arena_printf(arena, "%s/chat_template.jinja", dir);
    struct file f;
    if (file_exists(path) && file_open(&f, path, NULL)) {
        t->chat_template = arena_strndup(arena, (const char *)f.data, f.size);
        file_close(&f);
        path = arena_printf(arena, "%s/additional_chat_templates/tool_use.jinja", dir);
        if (file_exists(path) && file_open(&f, path, NULL)) {
            t->tool_template = arena_strndup(arena, (const char *)f.data, f.size);
            file_close(&f);
        }
        return true;
    }
    path = arena_printf(arena, "%s/chat_template.json", dir);
    if (file_exists(path)) {
        struct json *v = json_open(path, false, err);
        if (!v)
            return false;
        take_templates(t, json_get(v, "chat_template"));
        json_close(v);
    }
    if (!t->chat_template)
        take_templates(t, json_get(config, "chat_template"));
    return true;
}

// transformers replaces the post-processor when the config says one of these.
static void read_ends(struct tokenizer *t, const struct json *config)
{
    struct tokenizer_parts *p = t->parts;
    const struct json *bos = json_get(config, "add_bos_token"), *eos = json_get(config, "add_eos_token");
    if (json_kind(bos) == JSON_BOOL || json_kind(eos) == JSON_BOOL) {
        ids_clear(&p->before);
        ids_clear(&p->after);
        if (json_bool(bos, false) && t->bos >= 0)
            ids_push(&p->before, t->bos);
        if (json_bool(eos, false) && t->eos >= 0)
            ids_push(&p->after, t->eos);
    }
}

bool tokenizer_read_config(struct tokenizer *t, const char *dir, struct err *err)
{
    struct tokenizer_parts *p = t->parts;
    const char *path = arena_printf(&p->arena, "%s/tokenizer_config.json", dir),
               *map_path = arena_printf(&p->arena, "%s/special_tokens_map.json", dir);
    struct json *config = NULL, *map = NULL;
    bool ok = (!file_exists(path) || (config = json_open(path, false, err))) &&
              (!file_exists(map_path) || (map = json_open(map_path, false, err))) &&
              read_chat_template(t, dir, config, err);
    if (ok) {
        read_named(t, config, map);
        say_ignored(t, config, path);
        read_ends(t, config);
    }
    json_close(config);
    json_close(map);
    return ok;
}
