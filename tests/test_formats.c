// Model files: safetensors, GGUF, configurations, weights. Hostile files are in test_formats_hostile.c.
#include "test.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/commands.h"
#include "model/gguf.h"
#include "model/safetensors.h"
#include "model/weights.h"
#include "train/checksums.h"

static struct model_config small_config(void)
{
    return (struct model_config){.family = FAMILY_LLAMA,
                                 .width = 8,
                                 .layers = 2,
                                 .heads = 2,
                                 .kv_heads = 1,
                                 .head_size = 8,
                                 .ffn = 10,
                                 .vocab = 11,
                                 .max_positions = 32,
                                 .rms_eps = 1e-5f,
                                 .rope_theta = 10000,
                                 .bos = 1,
                                 .pad = -1,
                                 .eos = {2, 3},
                                 .eos_count = 2};
}

// A value that bf16 holds exactly and that differs between places.
static bool read_pattern(void *user, const struct weight *w, uint64_t first, uint64_t n, float *dst, struct err *err)
{
    (void)user;
    (void)err;
    for (uint64_t i = 0; i < n; i++)
        dst[i] = (float)((int)((first + i) * 7 + (uint64_t)(w->field * 31 + w->layer * 13)) % 251 - 125) / 64;
    return true;
}

static void expect_same_config(const struct model_config *a, const struct model_config *b)
{
    struct str x = {0}, y = {0};
    config_write(a, DTYPE_F32, &x);
    config_write(b, DTYPE_F32, &y);
    EXPECT(strcmp(x.data, y.data) == 0, "%s\nshould be\n%s", x.data, y.data);
    str_finish(&x);
    str_finish(&y);
}

TEST(formats, saved_model_opens_again)
{
    struct err err = {0};
    static const enum dtype types[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16};
    for (int t = 0; t < 3; t++) {
        struct model_config c = small_config();
        c.family = t == 1 ? FAMILY_QWEN2 : FAMILY_LLAMA;
        c.qkv_bias = t == 1;
        c.tied = t == 2;
        struct weights_save save = {.config = &c, .dtype = types[t], .read = read_pattern};
        const char *dir = test_tmp(dtype_name(types[t]));
        EXPECT(weights_save(dir, &save, &err), "%s", err.text);
        struct weights w;
        EXPECT(weights_open(&w, dir, &err), "%s", err.text);
        expect_same_config(&w.config, &c);
        EXPECT(w.config.dtype == types[t], "dtype %s", dtype_name(w.config.dtype));
        EXPECT(w.count == (t == 1 ? 27u : t == 2 ? 20u : 21u), "%zu weights", w.count);
        for (size_t i = 0; i < w.count; i++) {
            float got[128], want[128];
            weights_read_f32(&w.items[i], 0, w.items[i].elements, got);
            read_pattern(NULL, &w.items[i], 0, w.items[i].elements, want, &err);
            EXPECT(w.items[i].elements <= 128 && memcmp(got, want, w.items[i].elements * 4) == 0, "%s changed",
                   w.items[i].name);
        }
        EXPECT(weights_find(&w, 1, W_DOWN) == weights_find_name(&w, "model.layers.1.mlp.down_proj.weight"), "lookup");
        EXPECT((weights_find(&w, -1, W_HEAD) == NULL) == c.tied, "head");
        weights_close(&w);
    }
}

// Every weight of a golden model has a gradient of the same shape in golden.safetensors, and there are no others.
static void check_golden(const char *name, uint32_t layers, uint32_t heads, uint32_t kv, uint32_t head_size, bool tied)
{
    struct err err = {0};
    struct arena a = {0};
    struct weights w;
    struct safetensors golden;
    const char *dir = test_path(arena_printf(&a, "golden/%s", name));
    if (!weights_open(&w, dir, &err) ||
        !safetensors_open(&golden, arena_printf(&a, "%s/golden.safetensors", dir), &err)) {
        EXPECT(false, "%s", err.text);
        return;
    }
    const struct model_config *c = &w.config;
    EXPECT(c->layers == layers && c->heads == heads && c->kv_heads == kv && c->head_size == head_size &&
               c->tied == tied,
           "%s: L %u H %u J %u A %u tied %d", name, c->layers, c->heads, c->kv_heads, c->head_size, c->tied);
    EXPECT(c->bos == 1 && c->eos_count == 1 && c->eos[0] == 2 && config_is_eos(c, 2) && !config_is_eos(c, 1), "ids");
    size_t gradients = 0;
    for (size_t i = 0; i < golden.tensors.count; i++)
        gradients += strncmp(golden.tensors.items[i].name, "grad.", 5) == 0;
    EXPECT(gradients == w.count, "%s: %zu gradients, %zu weights", name, gradients, w.count);
    for (size_t i = 0; i < w.count; i++) {
        const struct stored_tensor *g = safetensors_find(&golden, arena_printf(&a, "grad.%s", w.items[i].name));
        EXPECT(g && g->rank == w.items[i].rank && memcmp(g->shape, w.items[i].shape, g->rank * 8) == 0, "%s",
               w.items[i].name);
    }
    const struct stored_tensor *f = safetensors_find(&golden, "inv_freq");
    float want[64];
    double got[64];
    EXPECT(f && f->elements == head_size / 2, "inv_freq");
    dtype_to_f32(f->dtype, f->data, 0, f->elements, want);
    config_rope_frequencies(c, got);
    for (uint32_t i = 0; i < head_size / 2; i++) // transformers computes in f32: a few roundings
        EXPECT(fabs(got[i] - (double)want[i]) <= 1e-6 * got[i], "%s: frequency %u is %.9g, expected %.9g", name, i,
               got[i], (double)want[i]);
    EXPECT(safetensors_note(&golden, "settings") && !safetensors_note(&golden, "nothing"), "metadata");
    safetensors_close(&golden);
    weights_close(&w);
    arena_finish(&a);
}

TEST(formats, golden_models_open)
{
    check_golden("tiny-llama", 2, 4, 2, 8, false);
    check_golden("tiny-llama-tied", 3, 6, 2, 8, true);
    check_golden("tiny-qwen2", 2, 4, 1, 8, true);
}

TEST(formats, stories260k_opens)
{
    struct err err = {0};
    struct weights w;
    EXPECT(weights_open(&w, test_path("golden/stories260K"), &err), "%s", err.text);
    EXPECT(weights_elements(&w) == 260032 && w.config.vocab == 512 && w.config.eos_count == 2, "%llu parameters",
           (unsigned long long)weights_elements(&w));
    weights_close(&w);
}

// The gguf package's dequantised values, and its quantised bytes from the same f32 weights, to the bit.
TEST(formats, gguf_storage_types_equal_the_gguf_package)
{
    struct err err = {0};
    struct weights mixed, plain;
    struct safetensors golden;
    if (!weights_open(&mixed, test_path("golden/tiny-llama-mixed.gguf"), &err) ||
        !weights_open(&plain, test_path("golden/tiny-llama"), &err) ||
        !safetensors_open(&golden, test_path("golden/tiny-llama-mixed.safetensors"), &err)) {
        EXPECT(false, "%s", err.text);
        return;
    }
    expect_same_config(&mixed.config, &plain.config);
    struct arena a = {0};
    int seen[DTYPE_COUNT] = {0};
    for (size_t i = 0; i < mixed.count; i++) {
        const struct weight *w = &mixed.items[i];
        const struct stored_tensor *g = safetensors_find(&golden, w->name);
        EXPECT(g && g->elements == w->elements && strcmp(plain.items[i].name, w->name) == 0, "%s", w->name);
        float *got = arena_array(&a, float, w->elements), *source = arena_array(&a, float, w->elements);
        uint8_t *bytes = arena_alloc(&a, w->bytes);
        weights_read_f32(w, 0, w->elements, got);
        EXPECT(memcmp(got, g->data, g->bytes) == 0, "%s (%s): dequantised values differ", w->name,
               dtype_name(w->dtype));
        weights_read_f32(&plain.items[i], 0, w->elements, source);
        dtype_from_f32(w->dtype, source, 0, w->elements, bytes);
        EXPECT(memcmp(bytes, w->data, w->bytes) == 0, "%s (%s): quantised bytes differ", w->name, dtype_name(w->dtype));
        seen[w->dtype]++;
    }
    for (int t = 0; t < DTYPE_COUNT; t++)
        EXPECT(seen[t] || t >= DTYPE_I32, "no tensor of type %s was compared", dtype_name((enum dtype)t));
    arena_finish(&a);
    safetensors_close(&golden);
    weights_close(&mixed);
    weights_close(&plain);
}

// Rows of this family are not interleaved; biases and the tied head come through.
TEST(formats, gguf_of_qwen2_equals_its_directory)
{
    struct err err = {0};
    struct weights a, b;
    EXPECT(weights_open(&a, test_path("golden/tiny-qwen2.gguf"), &err) &&
               weights_open(&b, test_path("golden/tiny-qwen2"), &err),
           "%s", err.text);
    expect_same_config(&a.config, &b.config);
    EXPECT(a.count == b.count && a.count == 26, "%zu and %zu weights", a.count, b.count);
    for (size_t i = 0; i < a.count && i < b.count; i++)
        EXPECT(strcmp(a.items[i].name, b.items[i].name) == 0 && a.items[i].bytes == b.items[i].bytes &&
                   memcmp(a.items[i].data, b.items[i].data, a.items[i].bytes) == 0,
               "%s differs", a.items[i].name);
    weights_close(&a);
    weights_close(&b);
}

TEST(formats, gguf_metadata)
{
    struct err err = {0};
    struct gguf g;
    EXPECT(gguf_open(&g, test_path("golden/tiny-llama-mixed.gguf"), &err), "%s", err.text);
    struct arena a = {0};
    struct gguf_text *tokens, text;
    int64_t *numbers, n = 7;
    double *reals, real = 0;
    size_t count = 0;
    EXPECT(gguf_string(&g, "general.architecture", &text) && text.size == 5 && memcmp(text.data, "llama", 5) == 0,
           "text");
    EXPECT(gguf_string_array(&g, "tokenizer.ggml.tokens", &a, &tokens, &count) && count == 96, "%zu tokens", count);
    EXPECT(tokens[95].size == 3 && memcmp(tokens[95].data, "t95", 3) == 0, "%.*s", (int)tokens[95].size,
           tokens[95].data);
    EXPECT(gguf_int_array(&g, "test.numbers", &a, &numbers, &count) && count == 3 && numbers[1] == -1 &&
               numbers[2] == 70000,
           "numbers");
    EXPECT(gguf_number_array(&g, "test.numbers", &a, &reals, &count) && reals[2] == 70000, "reals");
    EXPECT(gguf_int(&g, "tokenizer.ggml.eos_token_id", &n) && n == 2, "%lld", (long long)n);
    EXPECT(gguf_number(&g, "test.f32", &real) && real == 0.5, "%g", real);
    EXPECT(!gguf_int(&g, "test.f32", &n) && !gguf_int(&g, "test.numbers", &n) && !gguf_int(&g, "absent", &n) &&
               !gguf_string(&g, "test.f32", &text) && n == 2,
           "a value of another kind was taken");
    arena_finish(&a);
    gguf_close(&g);
}

static void expect_config(const char *text, const struct model_config *want)
{
    struct err err = {0};
    struct model_config c;
    EXPECT(config_read_json(&c, text, strlen(text), "config.json", &err), "%s", err.text);
    expect_same_config(&c, want);
}

TEST(formats, config_of_transformers_4_and_5)
{
    struct model_config want = {.family = FAMILY_LLAMA,
                                .width = 64,
                                .layers = 2,
                                .heads = 4,
                                .kv_heads = 2,
                                .head_size = 16,
                                .ffn = 96,
                                .vocab = 200,
                                .max_positions = 4096,
                                .rms_eps = 1e-6f,
                                .rope_theta = 500000,
                                .rope_scaling = ROPE_LLAMA3,
                                .rope_factor = 8,
                                .rope_low = 1,
                                .rope_high = 4,
                                .rope_original = 1024,
                                .bos = 5,
                                .pad = -1,
                                .eos = {7, 9},
                                .eos_count = 2};
#define SIZES                                                                                                          \
    "\"hidden_size\":64,\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,"                  \
    "\"intermediate_size\":96,\"vocab_size\":200,\"max_position_embeddings\":4096,"
#define SCALING                                                                                                        \
    "\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":1024"
    expect_config("{\"model_type\":\"llama\"," SIZES "\"rope_theta\":500000.0,\"torch_dtype\":\"bfloat16\","
                  "\"rope_scaling\":{" SCALING ",\"rope_type\":\"llama3\"},\"bos_token_id\":5,\"eos_token_id\":[7,9],"
                  "\"pad_token_id\":-1}",
                  &want);
    expect_config("{\"model_type\":\"llama\"," SIZES
                  "\"dtype\":\"float32\",\"rope_parameters\":{\"rope_theta\":500000.0," SCALING
                  ",\"rope_type\":\"llama3\"},\"bos_token_id\":5,\"eos_token_id\":[7,9],\"pad_token_id\":null}",
                  &want);
    struct model_config linear = {.family = FAMILY_QWEN2,
                                  .width = 64,
                                  .layers = 2,
                                  .heads = 4,
                                  .kv_heads = 2,
                                  .head_size = 32,
                                  .ffn = 96,
                                  .vocab = 200,
                                  .max_positions = 4096,
                                  .rms_eps = 1e-6f,
                                  .rope_theta = 10000,
                                  .rope_scaling = ROPE_LINEAR,
                                  .rope_factor = 2,
                                  .bos = -1,
                                  .pad = -1,
                                  .tied = true,
                                  .qkv_bias = true};
    expect_config("{\"model_type\":\"qwen2\"," SIZES
                  "\"head_dim\":32,\"rope_scaling\":{\"type\":\"linear\",\"factor\":2},"
                  "\"tie_word_embeddings\":true,\"use_sliding_window\":false,\"sliding_window\":8}",
                  &linear);
}

static bool read_one(void *user, size_t i, uint64_t first, uint64_t n, float *dst, struct err *err)
{
    (void)user;
    (void)err;
    for (uint64_t j = 0; j < n; j++)
        dst[j] = (float)(first + j + 1000 * i);
    return true;
}

TEST(formats, shards)
{
    struct err err = {0};
    const char *dir = test_tmp("shards");
    struct arena a = {0};
    EXPECT(dir_create(dir, &err), "%s", err.text);
    struct safetensors_out out[3] = {
        {"a", DTYPE_F32, 1, {40000}}, {"b", DTYPE_BF16, 2, {2, 3}}, {"c", DTYPE_F16, 0, {0}}};
    struct safetensors_note note = {"key", "va\"lue"};
    EXPECT(
        safetensors_write(arena_printf(&a, "%s/m-1.safetensors", dir), out, 2, &note, 1, read_one, NULL, &err) &&
            safetensors_write(arena_printf(&a, "%s/m-2.safetensors", dir), out + 2, 1, NULL, 0, read_one, NULL, &err),
        "%s", err.text);
    const char *index = arena_printf(&a, "%s/model.safetensors.index.json", dir);
#define INDEX(a_, b_, c_) "{\"weight_map\":{\"a\":\"" a_ "\",\"b\":\"" b_ "\",\"c\":\"" c_ "\"}}"
    static const char *const bad[][2] = {
        {INDEX("m-1.safetensors", "m-1.safetensors", "../m-2.safetensors"), "not the name of a file beside the index"},
        {INDEX("m-1.safetensors", "m-2.safetensors", "m-2.safetensors"),
         "holds 2 tensors, but the index places 1 in it"},
        {INDEX("m-1.safetensors", "m-2.safetensors", "m-1.safetensors"), "tensor \"c\" is missing"},
        {INDEX("m-1.safetensors", "m-1.safetensors", "m-3.safetensors"), "m-3.safetensors: No such file"},
        {"{\"metadata\":{}}", "there is no \"weight_map\""},
        {"{", "not valid JSON"}};
    struct safetensors s;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        EXPECT(file_write(index, bad[i][0], strlen(bad[i][0]), &err), "%s", err.text);
        EXPECT(!safetensors_open_dir(&s, dir, &e), "accepted %s", bad[i][0]);
        EXPECT_ERR(&e, bad[i][1]);
    }
    const char *good = INDEX("m-1.safetensors", "m-1.safetensors", "m-2.safetensors");
    EXPECT(file_write(index, good, strlen(good), &err) && safetensors_open_dir(&s, dir, &err), "%s", err.text);
    const struct stored_tensor *t = safetensors_find(&s, "a"), *c = safetensors_find(&s, "c");
    float x[2];
    EXPECT(t && c && t->elements == 40000 && c->rank == 0 && c->elements == 1, "tensors");
    dtype_to_f32(t->dtype, t->data, 39998, 2, x);
    EXPECT(x[0] == 39998 && x[1] == 39999, "%g %g", (double)x[0], (double)x[1]);
    EXPECT(!safetensors_find(&s, "d") && strcmp(safetensors_note(&s, "key"), "va\"lue") == 0, "lookup");
    safetensors_close(&s);
    arena_finish(&a);
}

TEST(formats, tokenizer_files_come_along)
{
    struct err err = {0};
    struct model_config c = small_config();
    struct weights_save save = {
        .config = &c, .dtype = DTYPE_F32, .read = read_pattern, .tokenizer_dir = test_path("golden/stories260K")};
    EXPECT(weights_save(test_tmp("copy"), &save, &err), "%s", err.text);
    struct file from, to;
    EXPECT(file_open(&from, test_path("golden/stories260K/tokenizer.json"), &err) &&
               file_open(&to, test_tmp("copy/tokenizer.json"), &err) && from.size == to.size &&
               memcmp(from.data, to.data, to.size) == 0,
           "%s", err.text);
    file_close(&from);
    file_close(&to);
    EXPECT(!file_exists(test_tmp("copy/greedy.txt")), "copied a file that is not the tokenizer's");
    char dir[1024], path[2048];
    snprintf(dir, sizeof dir, "%s", test_tmp("with-tools"));
    snprintf(path, sizeof path, "%s/additional_chat_templates", dir);
    EXPECT(dir_create(path, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/additional_chat_templates/tool_use.jinja", dir);
    EXPECT(file_write(path, "T", 1, &err), "%s", err.text);
    save.tokenizer_dir = dir;
    EXPECT(weights_save(test_tmp("copy"), &save, &err) &&
               file_exists(test_tmp("copy/additional_chat_templates/tool_use.jinja")) &&
               checksums_write(test_tmp("copy"), &err) && checksums_verify(test_tmp("copy"), &err),
           "%s", err.text);
    EXPECT(file_write(test_tmp("copy/additional_chat_templates/tool_use.jinja"), "U", 1, &err), "%s", err.text);
    EXPECT(!checksums_verify(test_tmp("copy"), &err), "a changed template is not noticed");
    EXPECT_ERR(&err, "additional_chat_templates/tool_use.jinja is not what was saved");
}

// The model's sampling settings and padding stay; the ids are those of the configuration.
TEST(formats, generation_config_is_kept)
{
    struct err err = {0};
    struct model_config c = small_config(), back;
    static const char own[] =
        "{\"do_sample\": true, \"temperature\": 0.6, \"top_p\": 0.95, \"pad_token_id\": 3, \"eos_token_id\": 7}";
    struct str text = {0};
    c.eos[0] = 5;
    c.eos[1] = 6;
    c.eos_count = 2;
    EXPECT(dir_create(test_tmp("sampled"), &err) &&
               file_write(test_tmp("sampled/generation_config.json"), own, sizeof own - 1, &err),
           "%s", err.text);
    char from[1024];
    snprintf(from, sizeof from, "%s", test_tmp("sampled"));
    struct weights_save save = {.config = &c, .dtype = DTYPE_F32, .read = read_pattern, .model_dir = from};
    EXPECT(weights_save(test_tmp("kept"), &save, &err) && config_read_dir(&back, test_tmp("kept"), &err), "%s",
           err.text);
    EXPECT(back.eos_count == 2 && back.eos[0] == 5 && back.eos[1] == 6, "%u ids", back.eos_count);
    EXPECT(file_read(&text, test_tmp("kept/generation_config.json"), 4096, &err), "%s", err.text);
    static const char *const members[][2] = {
        {"do_sample", "true"}, {"temperature", "0.6"}, {"top_p", "0.95"}, {"pad_token_id", "3"}};
    struct json *j = json_parse(text.data, text.size, false, "kept", &err);
    for (int i = 0; i < 4; i++) {
        str_clear(&text);
        json_print(json_get(j, members[i][0]), &text, false);
        EXPECT(text.data && strcmp(text.data, members[i][1]) == 0, "%s is %s", members[i][0], text.data);
    }
    json_close(j);
    str_finish(&text);
}

// A device that is always full stands in for the disk; the model that was there stays.
TEST(formats, full_disk_while_saving)
{
    struct err err = {0};
    struct model_config c = small_config();
    struct weights_save save = {.config = &c, .dtype = DTYPE_F32, .read = read_pattern};
    const char *dir = test_tmp("full");
    EXPECT(weights_save(dir, &save, &err), "%s", err.text);
    if (!file_exists("/dev/full") || symlink("/dev/full", test_tmp("full/model.safetensors.tmp")) != 0) {
        test_skip("no /dev/full");
        return;
    }
    EXPECT(!weights_save(dir, &save, &err), "saved to a full disk");
    EXPECT_ERR(&err, "cannot save the model to");
    EXPECT_ERR(&err, "No space left on device");
    EXPECT(!file_exists(test_tmp("full/model.safetensors.tmp")), "the temporary file stays");
    struct weights w;
    err = (struct err){0};
    EXPECT(weights_open(&w, dir, &err), "%s", err.text);
    weights_close(&w);
}

#define DECLARE(name, summary) int cli_##name(int argc, char **argv);
COMMANDS(DECLARE)

// What `vkr1 inspect` prints on stdout for these arguments, appended to out; returns the exit code.
static int inspect(const char *model, const char *flag, struct str *out)
{
    struct err err = {0};
    const char *path = test_tmp("stdout");
    char *argv[] = {(char[]){"inspect"}, (char *)(uintptr_t)model, (char *)(uintptr_t)flag};
    fflush(stdout);
    int saved = dup(1), to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    dup2(to, 1);
    int code = cli_inspect(flag ? 3 : 2, argv);
    fflush(stdout);
    dup2(saved, 1);
    close(saved);
    close(to);
    struct file f;
    EXPECT(file_open(&f, path, &err), "%s", err.text);
    str_append(out, f.data, f.size);
    file_close(&f);
    return code;
}

TEST(formats, inspect_prints_table_and_json)
{
    struct str out = {0};
    EXPECT(inspect(test_path("golden/tiny-llama-mixed.gguf"), NULL, &out) == 0, "exit code");
    EXPECT(strstr(out.data, "D 32  L 2  H 4  J 2  A 8  F 64  V 96") && strstr(out.data, "llama3 scaling by 4") &&
               strstr(out.data, "21 tensors, 24736 parameters"),
           "%s", out.data);
    str_clear(&out);
    EXPECT(inspect(test_path("golden/tiny-qwen2"), "--json", &out) == 0, "exit code");
    struct err err = {0};
    struct json *j = json_parse(out.data, out.size, false, "inspect --json", &err);
    EXPECT(j, "%s", err.text);
    EXPECT(json_int(json_get(j, "parameters"), 0) == 20736 && json_count(json_get(j, "tensors")) == 26 &&
               strcmp(json_string(json_get(json_get(j, "config"), "model_type"), ""), "qwen2") == 0,
           "%s", out.data);
    json_close(j);
    str_clear(&out);
    EXPECT(inspect(test_path("golden/tiny-qwen2/golden.safetensors"), NULL, &out) == 0 && strstr(out.data, "grad."),
           "a lone file");
    EXPECT(inspect(test_path("golden/nothing"), NULL, &out) == 1, "a missing model is no failure");
    str_finish(&out);
}
