#include "rl/stops.h"

#include <string.h>

static bool needs_tokenizer(const struct json *item)
{
    return json_kind(item) == JSON_STRING || json_kind(item) == JSON_OBJECT;
}

bool stops_need_tokenizer(const struct json *list)
{
    bool needed = needs_tokenizer(list);
    for (const struct json *i = json_kind(list) == JSON_ARRAY ? json_first(list) : NULL; i; i = json_next(i))
        needed |= needs_tokenizer(i);
    return needed;
}

// Knuth, Morris and Pratt 1977: how much of the text is matched after one more byte, given how much was before.
static int step(const struct stop_text *t, int matched, char byte)
{
    while (matched && ((size_t)matched == t->size || t->text[matched] != byte))
        matched = t->shorter[matched - 1];
    return matched + (t->text[matched] == byte);
}

static struct stop_text text_of(const struct str *text, struct arena *memory)
{
    struct stop_text t = {arena_strndup(memory, text->data, text->size), text->size, NULL};
    t.shorter = arena_array(memory, int, t.size);
    for (size_t i = 1; i < t.size; i++)
        t.shorter[i] = step(&t, t.shorter[i - 1], t.text[i]);
    return t;
}

// A text that is nothing but a special token: its id, else -1. Fails where a special token stands among other text,
// since the text of a completion has none.
static bool special_of(struct tokenizer *t, const struct str *text, const char *where, int32_t *id, struct err *err)
{
    struct ids ids = {0};
    bool ok = tokenizer_encode(t, text->data, text->size, 0, &ids, err);
    *id = ok && ids.count == 1 && tokenizer_is_special(t, ids.data[0]) ? ids.data[0] : -1;
    for (size_t i = 0; ok && *id < 0 && i < ids.count; i++)
        if (tokenizer_is_special(t, ids.data[i]))
            ok = fail(err,
                      "%s: \"%.60s\" holds the special token %s and more, but completions are read without special "
                      "tokens: give {\"token\": \"%s\"}",
                      where, text->data, tokenizer_token(t, ids.data[i]), tokenizer_token(t, ids.data[i]));
    ids_finish(&ids);
    return ok;
}

static bool token_of(const struct json *item, const char *where, struct tokenizer *t, uint32_t vocab, int32_t *id,
                     struct err *err)
{
    if (json_kind(item) == JSON_NUMBER) {
        int64_t n = json_int(item, -1);
        *id = (int32_t)n;
        return (n >= 0 && n < (int64_t)vocab) ||
               fail(err, "%s: %s is no token id, which are 0 to %u; a text that is a number stands in quotes", where,
                    json_number_text(item), vocab - 1);
    }
    const char *name = json_string(json_get(item, "token"), NULL);
    if (!name || json_count(item) != 1)
        return fail(err, "%s: an object gives one token, {\"token\": \"<|im_end|>\"}; this is %s", where,
                    json_show(item, (char[JSON_SHOWN]){0}));
    *id = tokenizer_id(t, name);
    return (*id >= 0 && *id < (int32_t)vocab) ||
           fail(err, "%s: the tokenizer has no token \"%.60s\"; `vkr1 tokenize` shows tokens with their ids", where,
                name);
}

static bool add(struct stops *s, const struct json *item, const char *where, uint32_t vocab, int32_t *tokens,
                struct stop_text *texts, struct arena *memory, struct err *err)
{
    enum json_kind kind = json_kind(item);
    if (needs_tokenizer(item) && !s->tokenizer)
        return fail(err, "%s: without a tokenizer only token ids can be given", where);
    if (kind == JSON_NUMBER || kind == JSON_OBJECT)
        return token_of(item, where, s->tokenizer, vocab, &tokens[s->token_count++], err);
    if (kind != JSON_STRING)
        return fail(err, "%s: wants texts, token ids or {\"token\": \"<|im_end|>\"}, not %s", where,
                    json_show(item, (char[JSON_SHOWN]){0}));
    struct str text = {0};
    int32_t special = -1;
    json_text(item, &text);
    bool ok = (text.size || fail(err, "%s: a stop text is empty: every completion would end at once", where)) &&
              special_of(s->tokenizer, &text, where, &special, err);
    if (ok)
        texts[s->text_count++] = text_of(&text, memory);
    if (special >= 0 && special < (int32_t)vocab)
        tokens[s->token_count++] = special;
    str_finish(&text);
    return ok;
}

bool stops_load(struct stops *s, const struct json *list, const char *where, struct tokenizer *t, uint32_t vocab,
                struct arena *memory, struct err *err)
{
    bool many = json_kind(list) == JSON_ARRAY;
    size_t n = many ? json_count(list) : 1;
    int32_t *tokens = arena_array(memory, int32_t, n + 1);
    struct stop_text *texts = arena_array(memory, struct stop_text, n + 1);
    *s = (struct stops){.tokenizer = t, .tokens = tokens, .texts = texts};
    for (const struct json *i = many ? json_first(list) : list; i; i = many ? json_next(i) : NULL)
        if (!add(s, i, where, vocab, tokens, texts, memory, err))
            return false;
    return true;
}

void stops_begin(const struct stops *s, struct stops_state *state)
{
    stops_end(state);
    state->size = 0;
    if (s->text_count)
        memset(state->matched, 0, sizeof(int) * (size_t)s->text_count);
}

// The bytes that the token adds, one after the other, until a stop text is whole.
static bool take_text(const struct stops *s, struct stops_state *state, const struct str *added)
{
    for (size_t i = 0; i < added->size; i++) {
        bool whole = false;
        state->size++;
        for (int k = 0; k < s->text_count; k++) {
            state->matched[k] = step(&s->texts[k], state->matched[k], added->data[i]);
            whole |= (size_t)state->matched[k] == s->texts[k].size;
        }
        if (whole)
            return true;
    }
    return false;
}

bool stops_take(const struct stops *s, struct stops_state *state, int32_t token)
{
    bool ends = false;
    if (s->text_count) {
        struct str added = {0};
        tokenizer_stream_next(s->tokenizer, &state->stream, token, true, &added);
        ends = take_text(s, state, &added);
        str_finish(&added);
    }
    for (int i = 0; i < s->token_count && !ends; i++) {
        ends = s->tokens[i] == token;
        state->size = ends ? SIZE_MAX : state->size;
    }
    return ends;
}

void stops_end(struct stops_state *state)
{
    str_finish(&state->stream.held);
    state->stream = (struct tokenizer_stream){0};
}
