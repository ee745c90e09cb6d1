// Model files that lie: each refused with a message that says what is wrong; and thousands of random corruptions,
// none of which may crash (meant to run under the sanitizers).
#include "test.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/rng.h"
#include "model/gguf.h"
#include "model/safetensors.h"
#include "model/weights.h"

// Without fsync, and as a new file (some file systems flush one that is truncated): there are thousands.
static void put_file(const char *path, const void *data, size_t n)
{
    unlink(path);
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(data, 1, n, f) == n;
    EXPECT(ok && fclose(f) == 0, "cannot write %s", path);
}

static void put_u32(struct str *s, uint32_t v)
{
    str_append(s, &v, sizeof v);
}

static void put_u64(struct str *s, uint64_t v)
{
    str_append(s, &v, sizeof v);
}

static void put_text(struct str *s, const char *text)
{
    put_u64(s, strlen(text));
    str_puts(s, text);
}

// A safetensors file of this header and n bytes of data.
static void put_safetensors(const char *path, const char *header, size_t n)
{
    struct str s = {0};
    put_u64(&s, strlen(header));
    str_puts(&s, header);
    for (size_t i = 0; i < n; i++)
        str_putc(&s, (char)i);
    put_file(path, s.data, s.size);
    str_finish(&s);
}

#define T(name, dtype, shape, begin, end)                                                                              \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end "]}"

TEST(formats_hostile, safetensors_headers)
{
    static const struct {
        const char *header;
        size_t bytes;
        const char *message;
    } cases[] = {
        {"{" T("a", "F32", "[2]", 0, 8) "}", 7, "tensor \"a\" ends at byte"},
        {"{" T("a", "F32", "[2]", 0, 8) "}", 9, "1 bytes after the last tensor belong to no tensor"},
        {"{" T("a", "F32", "[2]", 0, 4) "}", 4, "tensor \"a\" is f32 (2), 8 bytes, but its offsets span 4 bytes"},
        {"{" T("a", "F32", "[2]", 8, 0) "}", 8, "no \"data_offsets\" of the form [begin, end]"},
        {"{" T("a", "F32", "[2]", -8, 0) "}", 8, "no \"data_offsets\" of the form [begin, end]"},
        {"{" T("a", "F32", "[1]", 0, 4) "," T("b", "F32", "[1]", 0, 4) "}", 4,
         "the data of tensors \"a\" and \"b\" overlaps"},
        {"{" T("a", "F32", "[1]", 0, 4) "," T("b", "F32", "[1]", 8, 12) "}", 12,
         "4 bytes before tensor \"b\" belong to no tensor"},
        {"{" T("a", "F32", "[1]", 0, 4) "," T("a", "F32", "[1]", 4, 8) "}", 8, "two tensors are named \"a\""},
        {"{" T("a", "F64", "[1]", 0, 8) "}", 8, "tensor \"a\" has the type F64; vkr1 reads F32, F16, BF16 and I32"},
        {"{" T("a", "Q8_0", "[32]", 0, 34) "}", 34, "has the type Q8_0"},
        {"{" T("a", "F32", "[4294967296,4294967296]", 0, 0) "}", 0, "is more than 2^60 elements"},
        {"{" T("a", "F32", "[1,1,1,1,1]", 0, 4) "}", 4, "more than 4 dimensions"},
        {"{" T("a", "F32", "[-1]", 0, 4) "}", 4, "a dimension that is no whole number"},
        {"{" T("a", "F32", "[1.5]", 0, 4) "}", 4, "a dimension that is no whole number"},
        {"{" T("a", "F32", "\"x\"", 0, 4) "}", 4, "no \"shape\" that is an array"},
        {"{" T("", "F32", "[1]", 0, 4) "}", 4, "name is empty"},
        {"{" T("a\\u001b[2J", "F32", "[1]", 0, 4) "}", 4, "control characters"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "not described by exactly dtype, shape and data_offsets"},
        {"{\"a\":[]}", 0, "not described by exactly"},
        {"{\"__metadata__\":3}", 0, "\"__metadata__\" is not an object but 3"},
        {"{\"__metadata__\":{\"a\":3}}", 0, "holds a value that is not a string: 3"},
        {"[]", 0, "the header is not a JSON object"},
        {"{\"a\":", 0, "not valid JSON"},
    };
    const char *path = test_tmp("x.safetensors");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct safetensors s;
        put_safetensors(path, cases[i].header, cases[i].bytes);
        EXPECT(!safetensors_open(&s, path, &err), "accepted case %zu: %s", i, cases[i].header);
        EXPECT_ERR(&err, cases[i].message);
        EXPECT_ERR(&err, path);
        safetensors_close(&s);
    }
}

TEST(formats_hostile, safetensors_lengths)
{
    static const struct {
        uint64_t length;
        size_t size; // of the file
        const char *message;
    } cases[] = {{0, 0, "0 bytes, less than the 8 of its length field"},
                 {2, 7, "7 bytes, less than the 8 of its length field"},
                 {0, 20, "the header should be 0 bytes long"},
                 {13, 20, "the header should be 13 bytes long, the file has 12 after"},
                 {UINT64_MAX, 20, "the header should be 18446744073709551615 bytes long"},
                 {100000001, 20, "at most 100000000 are allowed"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct safetensors s;
        char data[32] = "........{}          ";
        memcpy(data, &cases[i].length, 8);
        put_file(test_tmp("y.safetensors"), data, cases[i].size);
        EXPECT(!safetensors_open(&s, test_tmp("y.safetensors"), &err), "accepted case %zu", i);
        EXPECT_ERR(&err, cases[i].message);
    }
}

// A GGUF file with one u32 value, one array of strings and two tensors; each case changes one thing.
struct gguf_case {
    const char *magic;
    uint32_t version, value_type, array_type, rank, tensor_type;
    uint64_t tensors, values, key_length, array_count, dim, offset;
    const char *second_key, *second_name;
    uint32_t alignment;
    size_t cut; // bytes missing at the end
    const char *message;
};

static const struct gguf_case honest = {"GGUF", 3, GGUF_U32, GGUF_STRING, 2,   0,  2, 3, 1,
                                        2,      4, 32,       "k2",        "b", 32, 0, ""};

static void put_gguf(const char *path, const struct gguf_case *c)
{
    struct str s = {0};
    str_puts(&s, c->magic);
    put_u32(&s, c->version);
    put_u64(&s, c->tensors);
    put_u64(&s, c->values);
    put_u64(&s, c->key_length);
    str_puts(&s, "k");
    put_u32(&s, c->value_type);
    put_u32(&s, 7);
    put_text(&s, c->second_key);
    put_u32(&s, GGUF_ARRAY);
    put_u32(&s, c->array_type);
    put_u64(&s, c->array_count);
    put_text(&s, "one");
    put_text(&s, "two");
    put_text(&s, "general.alignment");
    put_u32(&s, GGUF_U32);
    put_u32(&s, c->alignment);
    for (int t = 0; t < 2; t++) {
        put_text(&s, t ? c->second_name : "a");
        put_u32(&s, t ? c->rank : 2);
        for (uint32_t i = 0; i < (t ? c->rank : 2); i++)
            put_u64(&s, i == 0 && t ? c->dim : 2);
        put_u32(&s, t ? c->tensor_type : 0);
        put_u64(&s, t ? c->offset : 0);
    }
    while (s.size % 32)
        str_putc(&s, 0);
    for (int i = 0; i < 64; i++)
        str_putc(&s, (char)i);
    put_file(path, s.data, s.size - c->cut);
    str_finish(&s);
}

TEST(formats_hostile, gguf_files)
{
    struct gguf_case cases[32];
    size_t n = 0;
#define WITH(field, value, text)                                                                                       \
    do {                                                                                                               \
        cases[n] = honest;                                                                                             \
        cases[n].field = value;                                                                                        \
        cases[n++].message = text;                                                                                     \
    } while (0)
    WITH(magic, "GGML", "not a GGUF file: it does not begin with \"GGUF\"");
    WITH(version, 1, "GGUF version 1; vkr1 reads versions 2 and 3");
    WITH(version, 0x03000000, "a big-endian GGUF file");
    WITH(tensors, 1ull << 40, "1099511627776 tensors cannot lie in");
    WITH(values, UINT64_MAX, "18446744073709551615 metadata values cannot lie in");
    WITH(key_length, UINT64_MAX, "a metadata key needs 18446744073709551615 bytes");
    WITH(key_length, 0, "a metadata key before byte 32 is empty");
    WITH(value_type, 13, "metadata \"k\" has the value type 13, which GGUF does not define");
    WITH(array_type, GGUF_ARRAY, "arrays of arrays are not supported");
    WITH(array_type, GGUF_U64, "");
    cases[n - 1].array_count = 1ull << 61;
    cases[n - 1].message = "metadata \"k2\" should have 2305843009213693952 elements";
    WITH(array_count, 1ull << 61, "k2 needs");
    WITH(second_key, "k", "two metadata values have the key \"k\"");
    WITH(second_key, "k\n", "control characters");
    WITH(second_name, "a", "two tensors are named \"a\"");
    WITH(second_name, "\xFF", "not UTF-8");
    WITH(rank, 5, "tensor \"b\" has 5 dimensions, at most 4 are possible");
    WITH(
        tensor_type, 18,
        "tensor \"b\" has the type IQ3_XXS (18); vkr1 reads F32, F16, BF16, I32, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K to "
        "Q6_K, IQ4_NL, IQ4_XS and MXFP4: take another quantisation of the model");
    WITH(tensor_type, 12, "tensor \"b\" of type q4_k has rows of 4 elements, no multiple of the block of 256");
    WITH(tensor_type, 99, "has the type unknown (99)");
    WITH(tensor_type, 8, "tensor \"b\" of type q8_0 has rows of 4 elements, no multiple of the block of 32");
    WITH(dim, 1ull << 62, "is more than 2^60 elements");
    WITH(dim, 1ull << 40, "lies beyond the end of the file");
    WITH(offset, 33, "tensor \"b\" lies at offset 33, no multiple of the alignment 32");
    WITH(offset, 0, "the data of tensors \"a\" and \"b\" overlaps");
    WITH(offset, UINT64_MAX - 31, "lies beyond the end of the file");
    WITH(alignment, 0, "general.alignment is no power of two from 8 to 2^20");
    WITH(alignment, 24, "general.alignment is no power of two from 8 to 2^20");
    WITH(cut, 1, "tensor \"b\" of 32 bytes");
    const char *path = test_tmp("x.gguf");
    struct gguf g;
    for (size_t i = 0; i < n; i++) {
        struct err err = {0};
        put_gguf(path, &cases[i]);
        EXPECT(!gguf_open(&g, path, &err), "accepted case %zu: %s", i, cases[i].message);
        EXPECT_ERR(&err, cases[i].message);
        EXPECT_ERR(&err, path);
    }
    struct err err = {0};
    put_gguf(path, &honest);
    EXPECT(gguf_open(&g, path, &err), "%s", err.text);
    EXPECT(g.tensors.count == 2 && g.tensors.items[1].shape[1] == 4 && g.tensors.items[1].data[0] == 32, "honest file");
    gguf_close(&g);
}

TEST(formats_hostile, configs)
{
    static const struct {
        const char *from, *to; // replaced in an honest file
        const char *message;
    } cases[] = {
        {"\"llama\"", "\"gpt2\"", "model_type \"gpt2\" is not supported; supported are llama and qwen2"},
        {"\"model_type\"", "\"x\"", "\"model_type\" is missing"},
        {"\"hidden_size\"", "\"x\"", "\"hidden_size\" is missing"},
        {"64", "\"64\"", "\"hidden_size\" is not a whole number from 1 to 2^31 - 1 but \"64\""},
        {"64", "-64", "\"hidden_size\" is not a whole number from 1 to 2^31 - 1 but -64"},
        {"64", "1e300", "\"hidden_size\" is not a whole number"},
        {"64", "70000", "the hidden size is 70000, expected 1 to 65536"},
        {"64", "66", "hidden_size 66 is no multiple of num_attention_heads 4"},
        {"64", "60", "the head size is 15; vkr1 computes attention for multiples of 4"},
        {"_key_value_heads\":2", "_key_value_heads\":3", "4 attention heads are no multiple of 3 key/value heads"},
        {"\"a\":0", "\"head_dim\":0", "\"head_dim\" is not a whole number from 1 to 2^31 - 1 but 0"},
        {"\"a\":0", "\"rms_norm_eps\":-1", "rms_norm_eps is -1"},
        {"\"a\":0", "\"rms_norm_eps\":\"x\"", "\"rms_norm_eps\" is not a number but \"x\""},
        {"\"a\":0", "\"rope_theta\":0", "rope_theta is 0"},
        {"\"a\":0", "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4}",
         "RoPE scaling of type \"yarn\" is not supported; supported are default, linear and llama3"},
        {"\"a\":0", "\"rope_scaling\":{\"type\":\"linear\"}", "the RoPE scaling factor is 0"},
        {"\"a\":0",
         "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":1}",
         "expected 0 < low < high"},
        {"\"a\":0", "\"rope_scaling\":[]", "\"rope_scaling\" is not an object but []"},
        {"\"a\":0", "\"rope_parameters\":{\"partial_rotary_factor\":0.5}",
         "\"partial_rotary_factor\" is 0.5; other than 1"},
        {"\"a\":0", "\"hidden_act\":\"gelu\"", "hidden_act \"gelu\" is not supported"},
        {"\"a\":0", "\"attention_bias\":true", "\"attention_bias\": true is not supported for llama"},
        {"\"a\":0", "\"tie_word_embeddings\":1", "\"tie_word_embeddings\" is neither true nor false"},
        {"\"a\":0", "\"quantization_config\":{}", "quantised checkpoints"},
        {"\"a\":0", "\"dtype\":\"float8\"", "dtype \"float8\" is not supported"},
        {"\"a\":0", "\"eos_token_id\":200", "the eos token 200 is not in the vocabulary of 200 tokens"},
        {"\"a\":0", "\"eos_token_id\":[1,\"x\"]", "\"eos_token_id\" holds something that is no token id: \"x\""},
        {"\"a\":0", "\"eos_token_id\":[1,2,3,4,5,6,7,8,9]", "\"eos_token_id\" has more than 8 ids"},
        {"\"a\":0}", "", "not valid JSON"},
        {"{", "[{", "not valid JSON"},
    };
    static const char text[] = "{\"model_type\":\"llama\",\"hidden_size\":64,\"num_hidden_layers\":2,"
                               "\"num_attention_heads\":4,\"num_key_value_heads\":2,\"intermediate_size\":96,"
                               "\"vocab_size\":200,\"max_position_embeddings\":4096,\"a\":0}";
    struct model_config c;
    EXPECT(config_read_json(&c, text, strlen(text), "config.json", &(struct err){0}), "the honest file");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        const char *at = strstr(text, cases[i].from);
        char changed[1024];
        int n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, cases[i].to,
                         at + strlen(cases[i].from));
        EXPECT(!config_read_json(&c, changed, (size_t)n, "config.json", &err), "accepted %s", changed);
        EXPECT_ERR(&err, cases[i].message);
        EXPECT_ERR(&err, "config.json: ");
    }
}

// A model directory: tiny-llama with a changed configuration, or its tensors with a changed name.
static void expect_open_error(const char *dir, const char *message)
{
    struct err err = {0};
    struct weights w;
    EXPECT(!weights_open(&w, dir, &err), "%s was opened, expected: %s", dir, message);
    EXPECT_ERR(&err, message);
}

static void copy_changed(const char *from_path, const char *to_path, const char *from, const char *to)
{
    struct file f;
    struct err err = {0};
    EXPECT(file_open(&f, from_path, &err), "%s", err.text);
    const uint8_t *at = memmem(f.data, f.size, from, strlen(from));
    EXPECT(at, "%s holds no %s", from_path, from);
    if (at) {
        struct str s = {0};
        str_append(&s, f.data, (size_t)(at - f.data));
        str_puts(&s, to);
        str_append(&s, at + strlen(from), f.size - (size_t)(at - f.data) - strlen(from));
        put_file(to_path, s.data, s.size);
        str_finish(&s);
    }
    file_close(&f);
}

TEST(formats_hostile, models)
{
    const char *config = test_path("golden/tiny-llama/config.json");
    const char *tensors = test_path("golden/tiny-llama/model.safetensors");
    const char *dir = test_tmp("model"), *to_config = test_tmp("model/config.json");
    const char *to_tensors = test_tmp("model/model.safetensors");
    struct err err = {0};
    EXPECT(dir_create(dir, &err), "%s", err.text);
    expect_open_error(dir, "model is an empty directory");
    copy_changed(config, to_config, "{", "{");
    expect_open_error(dir, "holds neither model.safetensors nor model.safetensors.index.json");
    copy_changed(tensors, to_tensors, "layers.1.mlp.up_proj", "layers.1.mlp.xx_proj");
    expect_open_error(dir,
                      "tensor \"model.layers.1.mlp.up_proj.weight\" is missing; the configuration says that there is "
                      "one of shape (64, 32)");
    copy_changed(tensors, to_tensors, "{", "{");
    copy_changed(config, to_config, "\"intermediate_size\": 64", "\"intermediate_size\": 63");
    expect_open_error(dir,
                      "tensor \"model.layers.0.mlp.gate_proj.weight\" has the shape (64, 32), by the configuration it "
                      "should be (63, 32)");
    copy_changed(config, to_config, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1");
    expect_open_error(dir, "tensor \"model.layers.1.");
    expect_open_error(dir, "belongs to no weight of a llama model as configured: 1 layers, a head of its own");
    copy_changed(config, to_config, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000");
    expect_open_error(dir, "the configuration has 1000 layers, but the file only 21 tensors");
    copy_changed(config, to_config, "\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
    struct weights w; // a stored head that the configuration ties
    EXPECT(weights_open(&w, dir, &err) && !w.config.tied, "%s", err.text);
    weights_close(&w);
    expect_open_error(test_tmp("nothing"), "there is no such file or directory");
    expect_open_error(to_config, "neither a directory with config.json nor a GGUF file");
}

// Wrong metadata in a GGUF model whose tensors are right.
TEST(formats_hostile, gguf_models)
{
    static const char *const cases[][3] = {
        {"llama.block_count", "llama.block_counX", "the metadata has no llama.block_count"},
        {"token_embd.weight", "token_embX.weight", "tensor \"token_embd.weight\" is missing or no matrix"},
        {"blk.1.ffn_up.weight", "blk.1.ffn_uX.weight", "tensor \"blk.1.ffn_up.weight\" is missing"},
        {"llama.attention.head_count_kv", "llama.attention.head_count_kX",
         "tensor \"blk.0.attn_k.weight\" has the shape (16, 32), by the configuration it should be (32, 32)"},
        {"llama.rope.scaling.original_context_length", "llama.rope.scaling.original_context_lengtX",
         "\"rope_freqs.weight\" is not llama3 scaling with factors 1 and 4 over 8192 positions"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        copy_changed(test_path("golden/tiny-llama-mixed.gguf"), test_tmp("m.gguf"), cases[i][0], cases[i][1]);
        expect_open_error(test_tmp("m.gguf"), cases[i][2]);
    }
}

// Reads everything that an opened model offers.
static void touch(const struct weights *w)
{
    volatile float sink = 0; // keeps the reads
    float x[256];
    for (size_t i = 0; i < w->count; i++)
        for (uint64_t at = 0; at < w->items[i].elements; at += 256) {
            uint64_t left = w->items[i].elements - at, n = left < 256 ? left : 256;
            weights_read_f32(&w->items[i], at, n, x);
            sink = sink + x[n - 1];
        }
}

static void touch_gguf(const char *path)
{
    struct gguf g;
    struct err err = {0};
    if (!gguf_open(&g, path, &err))
        return;
    struct arena a = {0};
    for (size_t i = 0; i < g.value_count; i++) {
        struct gguf_text *texts, text;
        double *reals, real;
        size_t count;
        const char *key = g.values[i].key;
        if (gguf_string_array(&g, key, &a, &texts, &count) && count)
            EXPECT(texts[count - 1].data + texts[count - 1].size <= (const char *)g.file.data + g.file.size, "%s", key);
        gguf_number_array(&g, key, &a, &reals, &count);
        gguf_number(&g, key, &real);
        gguf_string(&g, key, &text);
    }
    arena_finish(&a);
    gguf_close(&g);
}

// Truncates, flips bits, or writes a small or huge number; mostly near the start, where the structure is.
static size_t corrupt(uint8_t *data, size_t n, uint32_t round)
{
    uint32_t draws = 1 + rng_u32(11, RNG_TEST, round, 0) % 4;
    for (uint32_t i = 0; i < draws && n; i++) {
        uint32_t where = rng_u32(11, RNG_TEST, round, 4 * i + 1), what = rng_u32(11, RNG_TEST, round, 4 * i + 2);
        uint32_t value = rng_u32(11, RNG_TEST, round, 4 * i + 3);
        size_t at = (value & 7 ? where % 3000 : where) % n;
        if (what % 16 == 0)
            n = at;
        else if (what % 16 < 9)
            data[at] ^= (uint8_t)(1u << (what >> 8 & 7));
        else if (what % 16 < 13)
            data[at] = (uint8_t)(what >> 8);
        else
            memset(data + at, what & 256 ? 0xFF : 0, n - at < 8 ? n - at : 8);
    }
    return n;
}

// Opens `rounds` corruptions of the file at from, written to `to` inside of (or as) model; returns how many opened.
static int fuzz(const char *from, const char *to, const char *model, uint32_t first, uint32_t rounds)
{
    struct file f;
    struct err err = {0};
    struct arena a = {0};
    int opened = 0;
    EXPECT(file_open(&f, from, &err), "%s", err.text);
    uint8_t *data = arena_alloc(&a, f.size);
    for (uint32_t i = 0; i < rounds; i++) {
        memcpy(data, f.data, f.size);
        put_file(to, data, corrupt(data, f.size, first + i));
        struct weights w;
        err = (struct err){0};
        if (weights_open(&w, model, &err)) {
            touch(&w);
            weights_close(&w);
            opened++;
        } else {
            EXPECT(err.text[0], "round %u: refused without a message", first + i);
        }
        if (to == model)
            touch_gguf(to);
    }
    file_close(&f);
    arena_finish(&a);
    return opened;
}

TEST(formats_hostile, random_corruption_never_crashes)
{
    const char *dir = test_tmp("fuzz");
    struct err err = {0};
    EXPECT(dir_create(dir, &err), "%s", err.text);
    const char *gguf = test_tmp("fuzz.gguf");
    int opened = fuzz(test_path("golden/tiny-llama-mixed.gguf"), gguf, gguf, 0, 2000);
    EXPECT(opened > 20 && opened < 1900, "%d of 2000 corrupted GGUF files opened", opened);
    const char *config = test_tmp("fuzz/config.json"), *tensors = test_tmp("fuzz/model.safetensors");
    copy_changed(test_path("golden/tiny-qwen2/config.json"), config, "{", "{");
    opened = fuzz(test_path("golden/tiny-qwen2/model.safetensors"), tensors, dir, 10000, 1500);
    EXPECT(opened > 20 && opened < 1400, "%d of 1500 corrupted safetensors files opened", opened);
    copy_changed(test_path("golden/tiny-qwen2/model.safetensors"), tensors, "{", "{");
    opened = fuzz(test_path("golden/tiny-qwen2/config.json"), config, dir, 20000, 1500);
    EXPECT(opened > 20 && opened < 1400, "%d of 1500 corrupted configurations opened", opened);
}
