// Ids and texts against the golden files of tools/golden_tokenizer.py, streams, and files that are damaged.
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/json.h"
#include "base/utf8.h"
#include "model/tokenizer.h"
#include "test.h"

static const char *const kept[] = {"qwen3",    "smollm2",   "llama3",   "llama2",     "metaspace",
                                   "deepseek", "tiny-nfkc", "tiny-nfd", "tiny-split", "tiny-bytes"};
enum { KEPT = sizeof kept / sizeof *kept };

static const char *golden(const char *name, const char *end)
{
    char path[256];
    snprintf(path, sizeof path, "golden/tokenizer/%s%s", name, end);
    return test_path(path);
}

static bool same(const struct json *want, const struct ids *got)
{
    size_t i = 0;
    for (const struct json *v = json_first(want); v; v = json_next(v), i++)
        if (i >= got->count || json_int(v, -1) != got->data[i])
            return false;
    return i == got->count;
}

static void ids_of(const struct json *list, struct ids *out)
{
    ids_clear(out);
    for (const struct json *v = json_first(list); v; v = json_next(v))
        ids_push(out, (int32_t)json_int(v, -1));
}

static void stream_text(struct tokenizer *t, const struct ids *ids, bool skip, struct str *out)
{
    struct tokenizer_stream s = {0};
    str_clear(out);
    for (size_t i = 0; i < ids->count; i++) {
        tokenizer_stream_next(t, &s, ids->data[i], skip, out);
        EXPECT(utf8_incomplete(out->data, out->size) == 0, "part of a character after %zu tokens", i);
    }
    tokenizer_stream_finish(&s, out);
}

// One text: its ids with and without the post-processor, and their text, whole and as a stream.
static void check_text(struct tokenizer *t, const char *name, size_t line, const struct str *text,
                       const struct json *want)
{
    struct ids ids = {0};
    struct str back = {0}, expected = {0};
    struct err err = {0};
    bool ok = tokenizer_encode(t, text->data, text->size, 0, &ids, &err);
    EXPECT(ok && same(json_get(want, "ids"), &ids), "%s, text %zu: other ids (%zu) for \"%.60s\" %s", name, line,
           ids.count, text->data, err.text);
    if (json_get(want, "text"))
        json_text(json_get(want, "text"), &expected);
    else
        str_append(&expected, text->data, text->size);
    str_puts(&expected, "");
    tokenizer_decode(t, ids.data, ids.count, false, &back);
    EXPECT(back.size == expected.size && memcmp(back.data, expected.data, back.size) == 0,
           "%s, text %zu: decoded as \"%.80s\", not \"%.80s\"", name, line, back.data, expected.data);
    stream_text(t, &ids, false, &back);
    EXPECT(back.size == expected.size && memcmp(back.data, expected.data, back.size) == 0,
           "%s, text %zu: streamed as \"%.80s\", not \"%.80s\"", name, line, back.data, expected.data);
    const struct json *special = json_get(want, "special");
    ids_clear(&ids);
    ok = tokenizer_encode(t, text->data, text->size, TOKENIZER_SPECIAL, &ids, &err);
    EXPECT(ok && same(special ? special : json_get(want, "ids"), &ids), "%s, text %zu: other ids with specials", name,
           line);
    ids_finish(&ids);
    str_finish(&back);
    str_finish(&expected);
}

static void check_decode(struct tokenizer *t, const char *name, size_t line, const struct json *want)
{
    struct ids ids = {0};
    struct str text = {0}, expected = {0};
    ids_of(json_get(want, "decode"), &ids);
    json_text(json_get(want, "text"), &expected);
    str_puts(&expected, "");
    tokenizer_decode(t, ids.data, ids.count, true, &text);
    EXPECT(text.size == expected.size && memcmp(text.data, expected.data, text.size) == 0,
           "%s, line %zu: decoded as \"%.80s\", not \"%.80s\"", name, line, text.data, expected.data);
    ids_finish(&ids);
    str_finish(&text);
    str_finish(&expected);
}

static void check_all(const char *name, const char *path)
{
    struct tokenizer t;
    struct lines texts = {0}, want = {0};
    struct err err = {0};
    struct str text = {0};
    bool ok = tokenizer_open(&t, path, &err) && lines_open(&texts, golden("texts", ".jsonl"), &err) &&
              lines_open(&want, golden(name, ".jsonl"), &err);
    EXPECT(ok, "%s", err.text);
    size_t count = 0, decoded = 0;
    while (ok && lines_next(&want, &err)) {
        struct json *w = json_parse(want.line.data, want.line.size, false, name, &err), *v = NULL;
        if (json_get(w, "decode")) {
            check_decode(&t, name, want.number, w);
            decoded++;
        } else if (lines_next(&texts, &err)) {
            v = json_parse(texts.line.data, texts.line.size, false, "texts", &err);
            str_clear(&text);
            str_puts(&text, "");
            json_text(json_get(v, "text"), &text);
            check_text(&t, name, want.number, &text, w);
            count++;
        }
        json_close(v);
        json_close(w);
    }
    EXPECT(count > 130 && decoded > 30 && !err.text[0], "%s: %zu texts, %zu lists %s", name, count, decoded, err.text);
    lines_close(&texts);
    lines_close(&want);
    str_finish(&text);
    tokenizer_close(&t);
}

TEST(tokenizer, ids_as_the_reference)
{
    for (int i = 0; i < KEPT; i++)
        check_all(kept[i], golden(kept[i], ""));
}

TEST(tokenizer, gguf_files_as_their_originals)
{
    check_all("smollm2", golden("smollm2", ".gguf"));
    check_all("llama2", golden("llama2", ".gguf")); // merges from scores
    struct tokenizer t;
    struct err err = {0};
    EXPECT(tokenizer_open(&t, golden("llama2", ".gguf"), &err) && t.bos == 1 && t.eos == 2 && t.pad == -1,
           "%s bos %d eos %d", err.text, t.bos, t.eos);
    tokenizer_close(&t);
}

// What is saved reads back and gives the same ids, from both kinds of file.
TEST(tokenizer, saved_and_read_back)
{
    for (int i = 0; i < KEPT + 2; i++) {
        const char *name = i < KEPT ? kept[i] : i == KEPT ? "smollm2" : "llama2", *dir = test_tmp("saved");
        struct tokenizer t;
        struct err err = {0};
        EXPECT(dir_create(dir, &err) && tokenizer_open(&t, golden(name, i < KEPT ? "" : ".gguf"), &err), "%s",
               err.text);
        t.chat_template = "a \"template\"\n";
        EXPECT(tokenizer_save(&t, dir, &err), "%s", err.text);
        tokenizer_close(&t);
        check_all(name, dir);
        EXPECT(tokenizer_open(&t, dir, &err) && strcmp(t.chat_template, "a \"template\"\n") == 0, "%s", err.text);
        tokenizer_close(&t);
    }
    struct tokenizer t;
    struct err err = {0};
    EXPECT(tokenizer_open(&t, golden("llama3", ""), &err), "%s", err.text);
    EXPECT(!tokenizer_save(&t, test_tmp("no-such-directory"), &err), "saved");
    EXPECT_ERR(&err, "no-such-directory/tokenizer.json");
    tokenizer_close(&t);
}

// The whole of Qwen3's tokenizer does not lie in this repository; it is tested where it lies beside it.
TEST(tokenizer, whole_qwen3)
{
    const char *from = test_path("../../shared/tokenizers/qwen3/tokenizer.json.gz"), *dir = test_tmp("qwen3");
    if (!file_exists(from)) {
        printf("    no %s: its cut-down form alone was tested\n", from);
        return;
    }
    char command[4096];
    snprintf(command, sizeof command, "mkdir -p %s && gzip -dc %s > %s/tokenizer.json", dir, from, dir);
    EXPECT(system(command) == 0, "%s", command);
    check_all("qwen3-full", dir);
}

TEST(tokenizer, flags_and_lookups)
{
    struct tokenizer t;
    struct err err = {0};
    struct ids ids = {0};
    EXPECT(tokenizer_open(&t, golden("llama3", ""), &err), "%s", err.text);
    int32_t eot = tokenizer_id(&t, "<|eot_id|>");
    EXPECT(eot > 0 && tokenizer_is_special(&t, eot) && eot < tokenizer_vocab_size(&t), "eot is %d", eot);
    EXPECT(strcmp(tokenizer_token(&t, eot), "<|eot_id|>") == 0, "%s", tokenizer_token(&t, eot));
    EXPECT(tokenizer_id(&t, "<|nothing|>") == -1 && !tokenizer_token(&t, -1) && !tokenizer_token(&t, 1 << 20), "found");
    EXPECT(tokenizer_encode(&t, "<|eot_id|>", 10, 0, &ids, &err) && ids.count == 1 && ids.data[0] == eot, "%zu ids",
           ids.count);
    ids_clear(&ids);
    EXPECT(tokenizer_encode(&t, "<|eot_id|>", 10, TOKENIZER_PLAIN, &ids, &err) && ids.count > 1, "%zu ids", ids.count);
    for (size_t i = 0; i < ids.count; i++)
        EXPECT(!tokenizer_is_special(&t, ids.data[i]), "id %d is special", ids.data[i]);
    ids_finish(&ids);
    tokenizer_close(&t);
    tokenizer_close(&t);
}

static void expect_text(const char *name, const char *bytes, size_t n, const char *clean)
{
    struct tokenizer t;
    struct err err = {0};
    struct ids a = {0}, b = {0};
    EXPECT(tokenizer_open(&t, golden(name, ""), &err) && tokenizer_encode(&t, bytes, n, 0, &a, &err) &&
               tokenizer_encode(&t, clean, strlen(clean), 0, &b, &err),
           "%s", err.text);
    EXPECT(a.count == b.count && (!a.count || memcmp(a.data, b.data, a.count * sizeof *a.data) == 0),
           "%s: \"%s\": %zu ids, not %zu", name, clean, a.count, b.count);
    ids_finish(&a);
    ids_finish(&b);
    tokenizer_close(&t);
}

#define BAD "\xEF\xBF\xBD"
TEST(tokenizer, invalid_utf8_becomes_replacement_characters)
{
    for (int i = 0; i < KEPT; i++) {
        expect_text(kept[i], "a\xFF\xC0\x80z", 5, "a" BAD BAD BAD "z");
        expect_text(kept[i], "\xE2\x82", 2, BAD);
        expect_text(kept[i], "\xF0\x9F\x98 \xED\xA0\x80", 7, BAD " " BAD BAD BAD);
        expect_text(kept[i], "\xF4\x90\x80\x80\xE0\x80\xC3", 7, BAD BAD BAD BAD BAD BAD BAD);
    }
}

static double encode_seconds(struct tokenizer *t, const char *unit, size_t bytes, size_t *count)
{
    struct str text = {0};
    struct ids ids = {0};
    struct err err = {0};
    while (text.size < bytes)
        str_puts(&text, unit);
    clock_t begin = clock();
    EXPECT(tokenizer_encode(t, text.data, text.size, TOKENIZER_SPECIAL, &ids, &err), "%s", err.text);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    *count = ids.count;
    ids_finish(&ids);
    str_finish(&text);
    return seconds;
}

// Time must grow with the text, not with its square: a megabyte of each would take minutes.
TEST(tokenizer, nothing_is_nothing)
{
    struct tokenizer t;
    struct err err = {0};
    struct ids ids = {0};
    struct str text = {0};
    EXPECT(tokenizer_open(&t, golden("tiny-nfd", ""), &err), "%s", err.text);
    EXPECT(tokenizer_encode(&t, "", 0, 0, &ids, &err) && ids.count == 0, "%zu ids", ids.count);
    tokenizer_decode(&t, NULL, 0, false, &text);
    EXPECT(text.size == 0, "\"%s\"", text.data);
    str_finish(&text);
    ids_finish(&ids);
    tokenizer_close(&t);
}

TEST(tokenizer, a_megabyte_of_hostile_text_takes_seconds)
{
    static const char *const units[] = {"a",
                                        " ",
                                        "\n",
                                        "a ",
                                        "e\xCC\x81\xCC\xA3\xCC\x84",
                                        "1",
                                        "\xFF",
                                        "<|im_start",
                                        "'",
                                        "\xF0\x9F\x98\x80",
                                        "\xE2\x96\x81",
                                        " \n",
                                        "\xCC\x81\xCC\xA3"};
    for (int k = 0; k < KEPT; k++) {
        struct tokenizer t;
        struct err err = {0};
        EXPECT(tokenizer_open(&t, golden(kept[k], ""), &err), "%s", err.text);
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            size_t count;
            double s = encode_seconds(&t, units[i], 1 << 20, &count);
            EXPECT(s < 10, "%s: a megabyte of unit %zu took %.1f s (%zu ids)", kept[k], i, s, count);
        }
        tokenizer_close(&t);
    }
}

TEST(tokenizer, a_stream_holds_back_parts_of_characters)
{
    struct tokenizer t;
    struct err err = {0};
    struct ids ids = {0};
    struct str out = {0};
    struct tokenizer_stream s = {0};
    EXPECT(tokenizer_open(&t, golden("smollm2", ""), &err), "%s", err.text);
    EXPECT(tokenizer_encode(&t, "\xF0\x90\xA4\x80", 4, 0, &ids, &err) && ids.count > 1, "%zu ids", ids.count);
    for (size_t i = 0; i + 1 < ids.count; i++)
        tokenizer_stream_next(&t, &s, ids.data[i], true, &out);
    EXPECT(out.size == 0, "\"%s\" came too early", out.data);
    tokenizer_stream_next(&t, &s, ids.data[ids.count - 1], true, &out);
    EXPECT(out.size == 4, "\"%s\"", out.data);
    tokenizer_stream_next(&t, &s, ids.data[0], true, &out);
    tokenizer_stream_finish(&s, &out);
    EXPECT(strcmp(out.data + 4, BAD) == 0, "\"%s\"", out.data);
    ids_finish(&ids);
    str_finish(&out);
    tokenizer_close(&t);
}

// ---- damaged files: a small good one with one thing changed

#define FILE_(added, norm, split, post, decoder, model)                                                                \
    "{\"added_tokens\":" added ",\"normalizer\":" norm ",\"pre_tokenizer\":" split ",\"post_processor\":" post         \
    ",\"decoder\":" decoder ",\"model\":" model "}"
#define MODEL               "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}"
#define BPE_(vocab, merges) FILE_("[]", "null", "null", "null", "null", "{\"vocab\":" vocab ",\"merges\":" merges "}")
#define NORM(x)             FILE_("[]", x, "null", "null", "null", MODEL)
#define PRE(x)              FILE_("[]", "null", x, "null", "null", MODEL)
#define POST(x)             FILE_("[]", "null", "null", x, "null", MODEL)
#define DEC(x)              FILE_("[]", "null", "null", "null", x, MODEL)
#define ADDED(x)            FILE_("[" x "]", "null", "null", "null", "null", MODEL)

static const struct {
    const char *text, *message; // "" when the file is fine
} damaged[] = {
    {ADDED(""), ""},
    {"", "not valid JSON"},
    {"[1]", "not a JSON object"},
    {"{}", "\"model\" is missing"},
    {"{\"model\":{\"type\":\"Unigram\",\"vocab\":[]}}", "model of the type \"Unigram\" is not supported (BPE is)"},
    {"{\"model\":{\"type\":\"WordPiece\"}}", "\"WordPiece\" is not supported"},
    {"{\"model\":{\"type\":\"BPE\",\"merges\":[]}}", "\"vocab\" is not an object of tokens and ids but nothing"},
    {BPE_("[]", "[]"), "\"vocab\" is not an object of tokens and ids but []"},
    {BPE_("{\"a\":0}", "{}"), "\"merges\" is not a list"},
    {BPE_("{\"a\":\"0\"}", "[]"), "the id of the token \"a\" is not a whole number but \"0\""},
    {BPE_("{\"a\":0.5}", "[]"), "the id of the token \"a\" is not a whole number"},
    {BPE_("{\"a\":-1}", "[]"), "the token \"a\" has the id -1; ids must lie within 0 and 4194303"},
    {BPE_("{\"a\":4294967295}", "[]"), "has the id 4294967295; ids must lie within"},
    {BPE_("{\"a\":1e300}", "[]"), "not a whole number"},
    {BPE_("{\"a\":0,\"a\":1}", "[]"), "the token \"a\" is there twice, with the ids 0 and 1"},
    {BPE_("{\"a\":0,\"b\":0}", "[]"), "the tokens \"a\" and \"b\" have the same id 0"},
    {BPE_("{\"\xFF\":0}", "[]"), "the token with the id 0 is not valid UTF-8"},
    {BPE_("{\"a\":0,\"b\":1}", "[\"a b\"]"), "merge 0 of \"a\" and \"b\": the token \"ab\" is not in the vocabulary"},
    {BPE_("{\"a\":0,\"ab\":1}", "[\"a b\"]"), "merge 0 of \"a\" and \"b\": the token \"b\" is not in"},
    {BPE_("{\"b\":0,\"ab\":1}", "[[\"a\",\"b\"]]"), "merge 0 of \"a\" and \"b\": the token \"a\" is not in"},
    {BPE_("{\"a\":0}", "[\"a\"]"), "merge 0 is neither \"a b\" nor [\"a\", \"b\"]"},
    {BPE_("{\"a\":0}", "[\"a b c\"]"), "merge 0 is neither"},
    {BPE_("{\"a\":0}", "[[\"a\"]]"), "merge 0 is neither"},
    {BPE_("{\"a\":0}", "[[\"a\",1]]"), "merge 0 is neither"},
    {BPE_("{\"a\":0}", "[7]"), "merge 0 is neither"},
    {BPE_("{\"a\":0}", "[],\"unk_token\":\"?\""), "unk_token \"?\" is not in the vocabulary"},
    {BPE_("{\"a\":0}", "[],\"end_of_word_suffix\":\"</w>\""), "end_of_word_suffix are not supported"},
    {NORM("7"), "normalizer: not an object with a \"type\""},
    {NORM("{\"type\":\"Precompiled\"}"), "normalizer: the type \"Precompiled\" is not supported (NFC, NFD"},
    {NORM("{\"type\":\"Sequence\"}"), "normalizer: the Sequence has no list \"normalizers\""},
    {NORM("{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"X\"}]}"), "normalizer: the type \"X\""},
    {NORM("{\"type\":\"Prepend\"}"), "normalizer: Prepend: \"prepend\" is not a string"},
    {NORM("{\"type\":\"Replace\",\"content\":\"\"}"), "Replace: pattern: \"Regex\" is not a string"},
    {NORM("{\"type\":\"Replace\",\"content\":\"\",\"pattern\":{\"Regex\":\"(\"}}"), "cannot use the expression \"(\""},
    {PRE("{\"type\":\"UnicodeScripts\"}"), "pre_tokenizer: the type \"UnicodeScripts\" is not supported"},
    {PRE("{\"type\":\"Split\",\"behavior\":\"Burned\"}"), "Split: behavior is \"Burned\", known are"},
    {PRE("{\"type\":\"Split\",\"behavior\":\"Removed\",\"pattern\":{\"Regex\":\"[a&&b]\"}}"), "a set inside a set"},
    {PRE("{\"type\":\"Split\",\"behavior\":\"Removed\",\"pattern\":{\"Regex\":\"[a\"}}"), "no closing bracket"},
    {PRE("{\"type\":\"Split\",\"behavior\":\"Removed\",\"pattern\":{\"Regex\":\"a\\\\\"}}"), "ends with a backslash"},
    {PRE("{\"type\":\"Split\",\"behavior\":\"Removed\",\"pattern\":{\"Regex\":\"\\\\p{Nope}\"}}"), "unknown property"},
    {PRE("{\"type\":\"Metaspace\",\"replacement\":\"ab\"}"), "Metaspace: \"replacement\" is \"ab\", one character"},
    {PRE("{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"x\"}"), "prepend_scheme is \"x\""},
    {POST("{\"type\":\"BertProcessing\"}"), "post_processor: the type \"BertProcessing\" is not supported"},
    {POST("{\"type\":\"TemplateProcessing\",\"single\":[]}"), "TemplateProcessing: \"single\" has 0 sequences"},
    {POST("{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\"}}]}"), "has no ids for \"x\""},
    {DEC("{\"type\":\"WordPiece\"}"), "decoder: the type \"WordPiece\" is not supported (ByteLevel"},
    {DEC("{\"type\":\"Strip\",\"content\":\" \"}"), "decoder: Strip: \"start\" and \"stop\" must be whole numbers"},
    {FILE_("7", "null", "null", "null", "null", MODEL), "\"added_tokens\" is not a list"},
    {ADDED("{\"id\":3}"), "added token 0: \"content\" is not a string"},
    {ADDED("{\"content\":\"\",\"id\":3}"), "added token 0: \"content\" is not a string of 1 to"},
    {ADDED("{\"content\":\"x\"}"), "the added token \"x\" has no id within 0 and 4194303"},
    {ADDED("{\"content\":\"x\",\"id\":9999999}"), "the added token \"x\" has no id within"},
    {ADDED("{\"content\":\"x\",\"id\":1}"), "the added token \"x\" has the id 1 of the token \"b\""},
    {ADDED("{\"content\":\"a\",\"id\":5}"), "the added token \"a\" has the id 5, in the vocabulary it is 0"},
};

static bool open_text(struct tokenizer *t, const char *text, size_t n, struct err *err)
{
    const char *dir = test_tmp("damaged");
    char path[4096];
    snprintf(path, sizeof path, "%s/tokenizer.json", dir);
    return dir_create(dir, err) && file_write(path, text, n, err) && tokenizer_open(t, dir, err);
}

TEST(tokenizer, damaged_files_are_named)
{
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct tokenizer t = {0};
        struct err err = {0};
        bool ok = open_text(&t, damaged[i].text, strlen(damaged[i].text), &err);
        EXPECT(ok == !*damaged[i].message, "case %zu: %s", i, err.text);
        EXPECT_ERR(&err, damaged[i].message);
        EXPECT(ok || strstr(err.text, "tokenizer.json"), "case %zu does not name the file: %s", i, err.text);
        tokenizer_close(&t);
    }
    struct tokenizer t;
    struct err err = {0};
    EXPECT(!tokenizer_open(&t, test_tmp("nothing"), &err), "opened");
    EXPECT_ERR(&err, "there is no such file");
    err = (struct err){0};
    EXPECT(dir_create(test_tmp("empty"), &err) && !tokenizer_open(&t, test_tmp("empty"), &err), "opened");
    EXPECT_ERR(&err, "has no tokenizer.json");
}

// Every beginning of a file, and files with single bytes changed, are read or refused with a message.
TEST(tokenizer, truncated_and_changed_files)
{
    struct file f;
    struct err err = {0};
    EXPECT(file_open(&f, golden("tiny-nfkc", "/tokenizer.json"), &err), "%s", err.text);
    char *copy = block_resize(NULL, 0, f.size + 1);
    for (size_t i = 0; i < 160; i++) {
        struct tokenizer t = {0};
        size_t n = i < 80 ? f.size * i / 80 : f.size, at = (i * 2654435761u) % f.size;
        memcpy(copy, f.data, f.size);
        if (i >= 80)
            copy[at] = (char)(copy[at] ^ (1 << i % 8));
        err = (struct err){0};
        bool ok = open_text(&t, copy, n, &err);
        EXPECT(ok ? i >= 80 : err.text[0] != 0, "case %zu: %d %s", i, ok, err.text);
        struct ids ids = {0};
        EXPECT(!ok || tokenizer_encode(&t, "The word is 12.", 15, 0, &ids, &err), "%s", err.text);
        ids_finish(&ids);
        tokenizer_close(&t);
    }
    block_free(copy);
    file_close(&f);
}

// ---- tokenizer_config.json

static void with_config(const char *config, struct tokenizer *t, struct err *err)
{
    const char *dir = test_tmp("configured");
    char path[4096];
    struct file f;
    dir_create(dir, err);
    snprintf(path, sizeof path, "%s/tokenizer_config.json", dir);
    file_write(path, config, strlen(config), err);
    snprintf(path, sizeof path, "%s/tokenizer.json", dir);
    if (file_open(&f, golden("llama3", "/tokenizer.json"), err)) {
        file_write(path, f.data, f.size, err);
        file_close(&f);
    }
    tokenizer_open(t, dir, err);
}

static size_t specials(struct tokenizer *t)
{
    struct ids ids = {0};
    struct err err = {0};
    EXPECT(tokenizer_encode(t, "", 0, TOKENIZER_SPECIAL, &ids, &err), "%s", err.text);
    size_t n = ids.count;
    ids_finish(&ids);
    return n;
}

TEST(tokenizer, configuration)
{
    struct tokenizer t;
    struct err err = {0};
    with_config("{\"bos_token\":\"<|begin_of_text|>\",\"eos_token\":{\"content\":\"<|eot_id|>\"},\"pad_token\":null,"
                "\"chat_template\":[{\"name\":\"tool\",\"template\":\"x\"},{\"name\":\"default\",\"template\":\"y\"}]}",
                &t, &err);
    EXPECT(t.bos == tokenizer_id(&t, "<|begin_of_text|>") && t.bos > 0, "bos %d %s", t.bos, err.text);
    EXPECT(t.eos == tokenizer_id(&t, "<|eot_id|>") && t.pad == -1, "eos %d, pad %d", t.eos, t.pad);
    EXPECT(t.chat_template && strcmp(t.chat_template, "y") == 0, "%s", t.chat_template);
    EXPECT(specials(&t) == 1, "%zu", specials(&t));
    tokenizer_close(&t);
    with_config("{\"bos_token\":\"<|begin_of_text|>\",\"eos_token\":\"<|eot_id|>\",\"add_bos_token\":true,"
                "\"add_eos_token\":true}",
                &t, &err);
    EXPECT(specials(&t) == 2, "%zu", specials(&t));
    tokenizer_close(&t);
    with_config("{\"add_bos_token\":false}", &t, &err);
    EXPECT(specials(&t) == 0, "%zu", specials(&t));
    tokenizer_close(&t);
    EXPECT(!err.text[0], "%s", err.text);
    with_config("{\"add", &t, &err);
    EXPECT_ERR(&err, "tokenizer_config.json: not valid JSON");
    tokenizer_close(&t);
}
