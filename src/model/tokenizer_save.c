// Writes a tokenizer as Hugging Face directories have it: tokenizer.json and tokenizer_config.json.
#include <string.h>

#include "base/file.h"
#include "model/tokenizer_parts.h"

static void put_key(struct str *s, const char *key, bool *first)
{
    str_printf(s, "%s\"%s\":", *first ? "" : ",\n  ", key);
    *first = false;
}

static const char *yes(bool b)
{
    return b ? "true" : "false";
}

static void put_token(struct str *s, const struct token *t)
{
    str_put_json(s, t->text, t->size);
}

static void put_added(const struct tokenizer_parts *p, struct str *s)
{
    for (int32_t i = 0; i < p->added_count; i++) {
        const struct added *a = &p->added[i];
        str_printf(s, "%s{\"id\":%d,\"content\":", i ? ",\n    " : "[", a->id);
        put_token(s, &p->bpe.tokens[a->id]);
        str_printf(s, ",\"single_word\":%s,\"lstrip\":%s,\"rstrip\":%s,\"normalized\":%s,\"special\":%s}",
                   yes(a->single_word), yes(a->lstrip), yes(a->rstrip), yes(a->normalized), yes(a->special));
    }
    str_puts(s, p->added_count ? "]" : "[]");
}

// The ids around a text as a TemplateProcessing. For a pair of texts each is wrapped the same way.
static void put_processor(const struct tokenizer_parts *p, struct str *s)
{
    if (!p->before.count && !p->after.count) {
        str_puts(s, "null");
        return;
    }
    struct str around[2] = {0}, ids = {0};
    const struct ids *lists[2] = {&p->before, &p->after};
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            int32_t id = lists[k]->data[i];
            const struct token *t = &p->bpe.tokens[id];
            str_puts(&around[k], k ? ",{\"SpecialToken\":{\"id\":" : "{\"SpecialToken\":{\"id\":");
            put_token(&around[k], t);
            str_puts(&around[k], k ? ",\"type_id\":0}}" : ",\"type_id\":0}},");
            bool known = false; // a token may stand there twice, its entry may not
            for (int l = 0; l <= k; l++)
                for (size_t j = 0; j < (l < k ? lists[l]->count : i); j++)
                    known |= lists[l]->data[j] == id;
            if (known)
                continue;
            str_puts(&ids, ids.size ? "," : "");
            put_token(&ids, t);
            str_puts(&ids, ":{\"id\":");
            put_token(&ids, t);
            str_printf(&ids, ",\"ids\":[%d],\"tokens\":[", id);
            put_token(&ids, t);
            str_puts(&ids, "]}");
        }
        str_puts(&around[k], "");
    }
    str_printf(s, "{\"type\":\"TemplateProcessing\",\"single\":[%s{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}%s],",
               around[0].data, around[1].data);
    str_printf(
        s,
        "\"pair\":[%s{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}%s,%s{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}%s],",
        around[0].data, around[1].data, around[0].data, around[1].data);
    str_printf(s, "\"special_tokens\":{%s}}", ids.data);
    str_finish(&around[0]);
    str_finish(&around[1]);
    str_finish(&ids);
}

static void put_model(const struct bpe *b, struct str *s)
{
    str_puts(s, "{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":");
    if (b->unk_token)
        str_put_json(s, b->unk_token, strlen(b->unk_token));
    else
        str_puts(s, "null");
    str_printf(s,
               ",\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":%s,"
               "\"byte_fallback\":%s,\"ignore_merges\":%s,\n  \"vocab\":{",
               yes(b->fuse_unk), yes(b->byte_fallback), yes(b->ignore_merges));
    bool first = true;
    for (int32_t id = 0; id < b->count; id++) {
        const struct token *t = &b->tokens[id];
        if (!t->text || bpe_find(b, t->text, t->size) != id) // an added token alone
            continue;
        str_puts(s, first ? "" : ",\n   ");
        put_token(s, t);
        str_printf(s, ":%d", id);
        first = false;
    }
    str_puts(s, "},\n  \"merges\":[");
    for (uint32_t i = 0; i < b->merge_count; i++) {
        str_puts(s, i ? ",\n   [" : "[");
        put_token(s, &b->tokens[b->merges[i].left]);
        str_puts(s, ",");
        put_token(s, &b->tokens[b->merges[i].right]);
        str_puts(s, "]");
    }
    str_puts(s, "]}");
}

static void put_json_file(const struct tokenizer_parts *p, struct str *s)
{
    bool first = true;
    str_puts(s, "{");
    put_key(s, "version", &first);
    str_puts(s, "\"1.0\"");
    put_key(s, "truncation", &first);
    str_puts(s, "null");
    put_key(s, "padding", &first);
    str_puts(s, "null");
    put_key(s, "added_tokens", &first);
    put_added(p, s);
    put_key(s, "normalizer", &first);
    str_puts(s, p->normalizer_json);
    put_key(s, "pre_tokenizer", &first);
    str_puts(s, p->splitter_json);
    put_key(s, "post_processor", &first);
    put_processor(p, s);
    put_key(s, "decoder", &first);
    str_puts(s, p->decoder_json);
    put_key(s, "model", &first);
    put_model(&p->bpe, s);
    str_puts(s, "}\n");
}

static void put_config_file(const struct tokenizer *t, struct str *s)
{
    str_puts(s, "{");
    bool first = true;
    put_key(s, "tokenizer_class", &first);
    str_puts(s, "\"PreTrainedTokenizerFast\"");
    put_key(s, "clean_up_tokenization_spaces", &first);
    str_puts(s, "false");
    for (int i = 0; i < t->named_count; i++)
        if (str_ends(t->named[i].name, "_token")) { // others come with directories, whose files are copied
            put_key(s, t->named[i].name, &first);
            str_put_json(s, t->named[i].text, strlen(t->named[i].text));
        }
    if (t->chat_template) {
        put_key(s, "chat_template", &first);
        str_puts(s, t->tool_template ? "[{\"name\":\"default\",\"template\":" : "");
        str_put_json(s, t->chat_template, strlen(t->chat_template));
        if (t->tool_template) {
            str_puts(s, "},{\"name\":\"tool_use\",\"template\":");
            str_put_json(s, t->tool_template, strlen(t->tool_template));
            str_puts(s, "}]");
        }
    }
    str_puts(s, "}\n");
}

bool tokenizer_save(const struct tokenizer *t, const char *dir, struct err *err)
{
    struct str text = {0}, config = {0}, path = {0};
    put_json_file(t->parts, &text);
    put_config_file(t, &config);
    str_printf(&path, "%s/tokenizer.json", dir);
    bool ok = file_write(path.data, text.data, text.size, err);
    str_clear(&path);
    str_printf(&path, "%s/tokenizer_config.json", dir);
    ok = ok && file_write(path.data, config.data, config.size, err);
    str_finish(&text);
    str_finish(&config);
    str_finish(&path);
    return ok;
}
