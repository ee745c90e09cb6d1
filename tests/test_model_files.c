// Models as they lie on people's disks: what is read although it is unusual, what is passed over with a line, what is
// refused and with which sentence.
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "model/gguf.h"
#include "model/safetensors.h"
#include "model/weights.h"
#include "program.h"
#include "train/optimizer.h"

// A copy of the file at `from` in which the text `was` is `now`; was NULL: unchanged.
static void put_changed(const char *to, const char *from, const char *was, const char *now)
{
    struct file f;
    struct err err = {0};
    struct str s = {0};
    EXPECT(file_open(&f, from, &err), "%s", err.text);
    const uint8_t *at = was ? memmem(f.data, f.size, was, strlen(was)) : NULL;
    size_t before = at ? (size_t)(at - f.data) : f.size;
    EXPECT(at || !was, "%s holds no %s", from, was);
    str_append(&s, f.data, before);
    if (at) {
        str_puts(&s, now);
        str_append(&s, at + strlen(was), f.size - before - strlen(was));
    }
    EXPECT(file_write(to, s.data ? s.data : "", s.size, &err), "%s", err.text);
    str_finish(&s);
    file_close(&f);
}

static void put_text(const char *path, const char *text)
{
    struct err err = {0};
    EXPECT(file_write(path, text, strlen(text), &err), "%s", err.text);
}

// A directory with tiny-llama's tensors and its configuration with one text changed.
static const char *model_with(const char *name, const char *was, const char *now)
{
    struct err err = {0};
    static char dir[512];
    char path[1024];
    snprintf(dir, sizeof dir, "%s", test_tmp(name));
    EXPECT(dir_create(dir, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/config.json", dir);
    put_changed(path, test_path("golden/tiny-llama/config.json"), was, now);
    snprintf(path, sizeof path, "%s/model.safetensors", dir);
    put_changed(path, test_path("golden/tiny-llama/model.safetensors"), NULL, NULL);
    return dir;
}

// Runs a command line; its exit code must be `code`, and `out` and `said` (NULL: nothing) be in what it wrote.
static void expect_run(const char *args, const char *input, int code, const char *out, const char *said)
{
    struct str o = {0}, m = {0};
    int got = program_run_vkr1(args, input, &o, &m);
    EXPECT(got == code, "%s: exit code %d, said %s", args, got, m.data);
    EXPECT(!out || strstr(o.data, out), "%s: wrote \"%s\", expected \"%s\"", args, o.data, out);
    EXPECT(said ? strstr(m.data, said) != NULL : !m.size, "%s: said \"%s\", expected \"%s\"", args, m.data,
           said ? said : "");
    str_finish(&o);
    str_finish(&m);
}

static const char *command(const char *form, const char *model)
{
    static char line[2048];
    snprintf(line, sizeof line, form, model);
    return line;
}

// transformers 5.24 computes these from tiny-llama's tensors with "tie_word_embeddings": true, with a warning.
static const double tied_with_head[] = {-4.4743, -5.4204, -3.8097, -5.4808, -6.7007};

static void expect_head_logprobs(const char *model, bool said)
{
    struct str out = {0}, messages = {0};
    struct err err = {0};
    int code = program_run_vkr1(command("logprob --device cpu --model '%s'", model),
                                "{\"ids\": [1, 5, 9, 12, 20, 33]}\n", &out, &messages);
    EXPECT(code == 0, "%d: %s", code, messages.data);
    EXPECT((strstr(messages.data, "the configuration ties the head to the embedding, but \"lm_head.weight\" is stored "
                                  "with other values: it is used, as transformers does") != NULL) == said,
           "%s", messages.data);
    struct json *j = json_parse(out.data, out.size, false, "logprob", &err);
    for (int i = 0; i < 5; i++) {
        double got = json_number(json_at(json_get(j, "logprobs"), (size_t)i + 1), 0);
        EXPECT(fabs(got - tied_with_head[i]) < 6e-5, "token %d: %g, expected %g", i, got,
               tied_with_head[i]); // 4 digits
    }
    json_close(j);
    str_finish(&out);
    str_finish(&messages);
}

static bool read_weights(void *user, const struct weight *w, uint64_t first, uint64_t n, float *dst, struct err *err)
{
    const struct weight *from = weights_find(user, w->layer, w->field);
    (void)err;
    weights_read_f32(from, first, n, dst);
    return true;
}

// The head counts when the model is opened, trained (it is a weight of its own) and saved.
TEST(model_files, a_stored_head_that_differs_from_the_tied_embedding_is_used)
{
    const char *dir = model_with("tied", "\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
    expect_head_logprobs(dir, true);
    struct weights w;
    struct err err = {0};
    EXPECT(weights_open(&w, dir, &err), "%s", err.text);
    const struct weight *head = weights_find(&w, -1, W_HEAD);
    EXPECT(!w.config.tied && head && head->data != weights_find(&w, -1, W_EMBED)->data,
           "the head is not one of its own");
    const char *saved = test_tmp("untied");
    struct weights_save save = {.config = &w.config, .dtype = DTYPE_F32, .read = read_weights, .user = &w};
    EXPECT(weights_save(saved, &save, &err), "%s", err.text);
    weights_close(&w);
    expect_head_logprobs(saved, false);
}

// A head with the embedding's values is the tied one, also where the pair is stored under the head's name.
TEST(model_files, an_equal_head_stays_tied)
{
    struct weights w, from;
    struct err err = {0};
    EXPECT(weights_open(&from, test_path("golden/tiny-llama-tied"), &err), "%s", err.text);
    struct model_config c = from.config;
    const char *dir = test_tmp("equal-head");
    struct weights_save save = {.config = &c, .dtype = DTYPE_F32, .read = read_weights, .user = &from};
    EXPECT(weights_save(dir, &save, &err), "%s", err.text);
    char tensors[1024];
    snprintf(tensors, sizeof tensors, "%s/model.safetensors", dir);
    put_changed(tensors, test_path("golden/tiny-llama-tied/model.safetensors"), "model.embed_tokens.weight\"",
                "lm_head.weight\"           "); // the header keeps its length
    EXPECT(weights_open(&w, dir, &err), "%s", err.text);
    EXPECT(w.config.tied && !weights_find(&w, -1, W_HEAD) && weights_find(&w, -1, W_EMBED)->data, "not tied");
    weights_close(&w);
    weights_close(&from);
}

// Masters of 16-bit weights begin at what the file holds, not at what the weights were rounded to.
TEST(model_files, masters_start_at_the_values_of_the_file)
{
    for (int seeded = 0; seeded < 2; seeded++) {
        struct err err = {0};
        struct device d = {0};
        struct weights file;
        check(device_open(&d, "cpu", &err) && weights_open(&file, test_path("golden/tiny-qwen2"), &err), "%s",
              err.text);
        const struct weights *w = seeded ? NULL : &file;
        struct engine e;
        struct optimizer o;
        struct arena a = {0};
        engine_plan(&e, &d, &file.config, w, (struct model_options){DTYPE_BF16, true, 32});
        optimizer_plan(&o, &e, (struct optimizer_options){0.9, 0.95, 1e-8, 0, 0});
        EXPECT(engine_commit(&e, w, 7, &err) && optimizer_init(&o, w, 7, &err), "%s", err.text);
        int rounded = 0, masters = 0;
        for (size_t i = 0; i < e.model.weight_count; i++) {
            size_t n = (size_t)tensor_count(e.model.weights[i]);
            float *want = arena_array(&a, float, n), *master = arena_array(&a, float, n),
                  *own = arena_array(&a, float, n);
            if (!o.master[i])
                continue;
            model_source(&e.model, i, w, 7, want);
            EXPECT(tensor_read(o.master[i], master, &err) && tensor_read(e.model.weights[i], own, &err), "%s",
                   err.text);
            EXPECT(memcmp(master, want, n * sizeof *want) == 0, "%s does not start at the file's values",
                   o.master[i]->name);
            rounded += memcmp(master, own, n * sizeof *own) != 0;
            masters++;
        }
        EXPECT(masters == 15 && rounded == masters, "%d masters, %d weights are rounded", masters, rounded);
        optimizer_finish(&o);
        engine_finish(&e);
        weights_close(&file);
        device_close(&d);
        arena_finish(&a);
    }
}

TEST(model_files, head_sizes_that_attention_does_not_compute)
{
    static const char *const sizes[] = {"6", "260", "15"};
    for (int i = 0; i < 3; i++) {
        char init[512], said[128];
        snprintf(init, sizeof init,
                 "{\"model\":{\"init\":{\"model_type\":\"llama\",\"hidden_size\":64,\"num_hidden_layers\":1,"
                 "\"num_attention_heads\":2,\"intermediate_size\":64,\"vocab_size\":96,\"head_dim\":%s},"
                 "\"tokenizer\":\"%s\"},\"data\":{\"kind\":\"arithmetic\"},\"reward\":\"numeric:1\"}",
                 sizes[i], test_path("golden/stories260K"));
        put_text(test_tmp("heads.json"), init);
        snprintf(said, sizeof said,
                 "model.init: the head size is %s; vkr1 computes attention for multiples of 4 up to 256", sizes[i]);
        expect_run(command("plan '%s'", test_tmp("heads.json")), "", 1, NULL, said);
    }
}

TEST(model_files, harmless_forms_of_a_configuration)
{
    static const struct {
        const char *was, *now, *said;
    } cases[] = {
        {"\"silu\"", "\"swish\"", NULL},
        {"\"dtype\": \"float32\"", "\"dtype\": \"auto\"", NULL},
        {"\"rope_type\": \"llama3\"", "\"rope_type\": \"llama3\", \"mrope_section\": [1]",
         "config.json: \"mrope_section\" in \"rope_parameters\" is ignored"},
        {"\"rope_type\": \"llama3\"", "\"rope_type\": null",
         "config.json: \"rope_parameters\" has no type: it is ignored, as in transformers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *dir = model_with("harmless", cases[i].was, cases[i].now);
        expect_run(command("inspect '%s'", dir), "", 0, "family llama", cases[i].said);
    }
}

// tiny-llama has no tokenizer at all.
TEST(model_files, ids_need_no_tokenizer)
{
    const char *model = test_path("golden/tiny-llama");
    expect_run(command("logprob --device cpu --model '%s'", model), "{\"text\": \"a\"}\n{\"ids\": [1, 5]}\n", 1,
               "{\"ids\": [1, 5], \"logprobs\": [null, -4.4742", "line 1: cannot open the tokenizer: ");
    // transformers' greedy tokens (golden.safetensors)
    expect_run(
        command("generate --device cpu --model '%s' --temperature 0 --max-tokens 4 --ids '83 33,80 48, 61'", model), "",
        0, "23 3 54 32\n", "5 prompt tokens");
    expect_run(command("generate --device cpu --model '%s' --ids '1 5x'", model), "", 1, NULL,
               "--ids: \"5x\" is no whole number from 0 to 95");
    expect_run(command("generate --device cpu --model '%s' --ids ' '", model), "", 1, NULL,
               "--ids: there are no tokens");
}

// A tokenizer with more tokens than the model has rows: harmless while the excess is added tokens that no text holds.
TEST(model_files, more_tokens_than_rows)
{
    static const char tokenizer[] =
        "{\"added_tokens\":[{\"id\":%d,\"content\":\"<x>\",\"special\":true},{\"id\":97,\"content\":\"<y>\"}],"
        "\"model\":{\"type\":\"BPE\",\"dropout\":%s,\"vocab\":{\"a\":%d,\"b\":4},\"merges\":[]}}";
    const char *dir = model_with("rows", NULL, NULL);
    char path[1024], text[1024];
    snprintf(path, sizeof path, "%s/tokenizer.json", dir);
    snprintf(text, sizeof text, tokenizer, 96, "null", 3);
    put_text(path, text);
    const char *logprob = "logprob --device cpu --model '%s'";
    expect_run(command(logprob, dir), "{\"text\": \"ab\"}\n", 0, "{\"ids\": [3, 4],",
               "has added tokens with ids up to 97, the model only 96 rows: texts that hold one of those are refused");
    expect_run(command(logprob, dir), "{\"text\": \"a<x>\"}\n", 1, NULL,
               "line 1: the text holds the token \"<x>\" with the id 96, but the model has only 96 rows");
    snprintf(text, sizeof text, tokenizer, 95, "0.1", 96);
    put_text(path, text);
    expect_run(command(logprob, dir), "{\"text\": \"b\"}\n", 1, NULL,
               "has ids up to 97, the model only 96 rows: they do not belong together");
    expect_run(command(logprob, dir), "{\"text\": \"b\"}\n", 1, NULL,
               "tokenizer.json: the dropout of merges is ignored: every merge is applied");
    snprintf(text, sizeof text, tokenizer, 95, "null", 3);
    put_text(path, text);
    snprintf(path, sizeof path, "%s/tokenizer_config.json", dir);
    put_text(path, "{\"added_tokens_decoder\":{\"95\":{\"content\":\"<x>\"},\"98\":{\"content\":\"<z>\"}}}");
    expect_run(command(logprob, dir), "{\"text\": \"b\"}\n", 0, NULL,
               "tokenizer_config.json: 1 tokens of added_tokens_decoder are not in tokenizer.json and are ignored, the "
               "first is \"<z>\"");
}

// ---- GGUF

// The gguf package's dequantised values to the bit, for every quantised type.
TEST(model_files, quantised_blocks_equal_the_gguf_package)
{
    struct gguf g;
    struct safetensors golden;
    struct err err = {0};
    EXPECT(gguf_open(&g, test_path("golden/quants.gguf"), &err) &&
               safetensors_open(&golden, test_path("golden/quants.safetensors"), &err),
           "%s", err.text);
    int seen = 0;
    for (int t = 0; t < DTYPE_COUNT; t++) {
        if (!dtype_is_quantized((enum dtype)t))
            continue;
        const struct stored_tensor *from = NULL;
        for (size_t i = 0; i < g.tensors.count; i++)
            if (g.tensors.items[i].dtype == (enum dtype)t)
                from = &g.tensors.items[i];
        const struct stored_tensor *want = from ? safetensors_find(&golden, from->name) : NULL;
        EXPECT(from && want && from->elements == 512 && want->elements == 512, "%s", dtype_name((enum dtype)t));
        if (!from || !want)
            continue;
        float got[512], part[300];
        dtype_to_f32(from->dtype, from->data, 0, 512, got);
        int wrong = 0;
        for (int i = 0; i < 512; i++) {
            float w;
            memcpy(&w, want->data + 4 * i, sizeof w);
            wrong += memcmp(&w, &got[i], sizeof w) != 0;
        }
        EXPECT(wrong == 0, "%s: %d of 512 values differ", from->name, wrong);
        dtype_to_f32(from->dtype, from->data, 101, 300, part);
        EXPECT(memcmp(part, got + 101, sizeof part) == 0, "%s: a part differs from the whole", from->name);
        seen++;
    }
    EXPECT(seen == 13, "%d types", seen);
    gguf_close(&g);
    safetensors_close(&golden);
}

static const char *const split[] = {"golden/tiny-llama-q4_0-00001-of-00002.gguf",
                                    "golden/tiny-llama-q4_0-00002-of-00002.gguf"};

// Log-probabilities of the ids in the first part's metadata against transformers', which stand there too.
static void expect_split_logprobs(const char *model, const char *options, const char *said, double tolerance)
{
    struct gguf g;
    struct err err = {0};
    struct arena a = {0};
    double *want;
    size_t count;
    EXPECT(gguf_open_part(&g, test_path(split[0]), &err), "%s", err.text);
    EXPECT(gguf_number_array(&g, "test.logprobs", &a, &want, &count) && count == 5, "no golden values");
    char args[1024];
    snprintf(args, sizeof args, "logprob --device cpu %s --model '%s'", options, model);
    struct str out = {0}, messages = {0};
    int code = program_run_vkr1(args, "{\"ids\": [1, 5, 9, 12, 20, 31]}\n", &out, &messages);
    EXPECT(code == 0 && (said ? strstr(messages.data, said) != NULL : !messages.size), "%d: %s", code, messages.data);
    struct json *j = json_parse(out.data, out.size, false, "logprob", &err);
    for (size_t i = 0; i < count; i++) {
        double got = json_number(json_at(json_get(j, "logprobs"), i + 1), 0);
        EXPECT(fabs(got - want[i]) < tolerance, "%s: token %zu: %.7g, expected %.7g", options, i, got, want[i]);
    }
    json_close(j);
    str_finish(&out);
    str_finish(&messages);
    arena_finish(&a);
    gguf_close(&g);
}

// Q4_0 with a Q6_K head, as llama-quantize writes it, in two parts. f32 sums round in another order than PyTorch's;
// bf16 rounds the weights to 8 bits.
TEST(model_files, k_quants_and_split_files_as_transformers)
{
    expect_split_logprobs(test_path(split[0]), "", NULL, 1e-5);
    expect_split_logprobs(test_path(split[1]), "", NULL, 1e-5);
    expect_split_logprobs(test_path(split[0]), "--dtype bfloat16", NULL, 0.1);
    expect_split_logprobs(test_path(split[0]), "--dtype stored",
                          "matrices in q6_k are kept as f32: they cannot be used as they are stored", 1e-5);
}

// A copy of a golden file with one byte changed, so far after the end of a text.
static void put_byte(const char *to, const char *golden, const char *text, size_t after, uint8_t value)
{
    struct file f;
    struct err err = {0};
    struct str s = {0};
    EXPECT(file_open(&f, test_path(golden), &err), "%s", err.text);
    const uint8_t *at = memmem(f.data, f.size, text, strlen(text));
    str_append(&s, f.data, f.size);
    EXPECT(at, "%s holds no %s", golden, text);
    s.data[(size_t)(at - f.data) + strlen(text) + after] = (char)value;
    EXPECT(file_write(to, s.data, s.size, &err), "%s", err.text);
    str_finish(&s);
    file_close(&f);
}

TEST(model_files, parts_that_do_not_fit)
{
    static char first[512], second[512], other[512];
    snprintf(first, sizeof first, "%s", test_tmp("m-00001-of-00002.gguf"));
    snprintf(second, sizeof second, "%s", test_tmp("m-00002-of-00002.gguf"));
    snprintf(other, sizeof other, "%s", test_tmp("m.gguf"));
    put_changed(first, test_path(split[0]), NULL, NULL);
    expect_run(command("inspect '%s'", first), "", 1, NULL,
               "m-00001-of-00002.gguf is part 1 of 2 of a model, part 2 is missing: there is no ");
    put_changed(second, test_path(split[0]), NULL, NULL);
    expect_run(command("inspect '%s'", first), "", 1, NULL,
               "m-00002-of-00002.gguf: by its metadata it is part 1 of 2, by its name part 2 of 2");
    put_changed(second, test_path(split[1]), "split.no", "split.nx");
    expect_run(command("inspect '%s'", first), "", 1, NULL,
               "by its metadata it is part 1 of 2, by its name part 2 of 2");
    put_changed(second, test_path(split[1]), NULL, NULL);
    put_changed(first, test_path(split[1]), NULL, NULL);
    expect_run(command("inspect '%s'", second), "", 1, NULL,
               "m-00001-of-00002.gguf: by its metadata it is part 2 of 2, by its name part 1 of 2");
    put_changed(second, test_path(split[1]), NULL, NULL);
    put_byte(first, split[0], "split.tensors.count", 4, 13);
    expect_run(command("inspect '%s'", first), "", 1, NULL,
               "the parts have 12 tensors, by split.tensors.count there are 13: they do not belong together");
    put_byte(first, split[0], "split.no", 4, 2);
    expect_run(command("inspect '%s'", first), "", 1, NULL,
               "part 3 of 2, by the metadata's split.no and split.count, cannot be");
    put_changed(other, test_path(split[0]), NULL, NULL);
    expect_run(
        command("inspect '%s'", other), "", 1, NULL,
        "m.gguf is part 1 of 2 of a model; to be found, the parts must be named NAME-00001-of-00002.gguf and so on");
}

TEST(model_files, gguf_files_without_the_ending)
{
    static char blob[512];
    snprintf(blob, sizeof blob, "%s", test_tmp("sha256-0123"));
    put_changed(blob, test_path("golden/tiny-qwen2.gguf"), NULL, NULL);
    expect_run(command("inspect '%s'", blob), "", 0, "family qwen2", NULL);
    put_text(blob, "GG");
    expect_run(command("inspect '%s'", blob), "", 1, NULL,
               "it is neither a directory with config.json nor a GGUF file");
}

// ---- where models lie

static void copy_model(const char *dir)
{
    static const char *const files[] = {"config.json", "model.safetensors"};
    struct err err = {0};
    EXPECT(dir_create(dir, &err), "%s", err.text);
    for (int i = 0; i < 2; i++) {
        char from[1024], to[1024];
        snprintf(from, sizeof from, "%s/%s", test_path("golden/tiny-qwen2"), files[i]);
        snprintf(to, sizeof to, "%s/%s", dir, files[i]);
        put_changed(to, from, NULL, NULL);
    }
}

// A name is looked up where huggingface_hub would look, by its main branch.
TEST(model_files, names_are_found_in_the_hugging_face_cache)
{
    static char home[512], path[1024], said[1024];
    struct err err = {0};
    snprintf(home, sizeof home, "%s", test_tmp("hf"));
    setenv("HF_HOME", home, 1);
    unsetenv("HF_HUB_CACHE");
    snprintf(
        said, sizeof said,
        "cannot open Some-Org/tiny_1.5: there is no such file or directory, nor a model of that name in the Hugging "
        "Face cache %s/hub; this fetches it: hf download Some-Org/tiny_1.5",
        home);
    expect_run("inspect Some-Org/tiny_1.5", "", 1, NULL, said);
    snprintf(path, sizeof path, "%s/hub/models--Some-Org--tiny_1.5/snapshots/0123abcd", home);
    copy_model(path);
    expect_run("inspect Some-Org/tiny_1.5", "", 1, NULL, said); // no branch names the snapshot
    snprintf(path, sizeof path, "%s/hub/models--Some-Org--tiny_1.5/refs", home);
    EXPECT(dir_create(path, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/hub/models--Some-Org--tiny_1.5/refs/main", home);
    put_text(path, "0123abcd\n");
    snprintf(said, sizeof said, "the model Some-Org/tiny_1.5 is %s/hub/models--Some-Org--tiny_1.5/snapshots/0123abcd",
             home);
    expect_run("inspect Some-Org/tiny_1.5", "", 0, "family qwen2", said);
    put_text(path, "../../x");
    expect_run("inspect Some-Org/tiny_1.5", "", 1, NULL, "hf download Some-Org/tiny_1.5");
    put_text(path, "0123abcd");
    snprintf(path, sizeof path, "%s/hub", home);
    setenv("HF_HUB_CACHE", path, 1);
    unsetenv("HF_HOME");
    expect_run("inspect Some-Org/tiny_1.5", "", 0, "family qwen2", said);
    unsetenv("HF_HUB_CACHE");
    expect_run("inspect ../some/where", "", 1, NULL, "cannot open ../some/where: there is no such file or directory\n");
}

// What lies in a directory where a model is expected, each with its sentence.
TEST(model_files, directories_that_are_no_models)
{
    static const struct {
        const char *name, *content, *said;
    } cases[] = {
        {NULL, NULL, " is an empty directory\n"},
        {"README.md", "x", " holds neither model.safetensors nor model.safetensors.index.json"},
        {"x.Q4_K_M.gguf", "GGUF", " holds GGUF files and no safetensors; give the file itself: "},
        {"pytorch_model-00001-of-00002.bin", "x",
         " holds pickled weights (pytorch_model-00001-of-00002.bin), which can run code when they are opened; vkr1 "
         "reads "
         "safetensors: python3 -c \"from transformers import AutoModelForCausalLM as M; M.from_pretrained('"},
        {"adapter_config.json", "{\"base_model_name_or_path\": \"Qwen/Qwen2.5-0.5B\"}",
         " holds an adapter for Qwen/Qwen2.5-0.5B, not a whole model: merge it first (PEFT: model.merge_and_unload(), "
         "then save_pretrained)"},
        {"model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 988097824\n",
         "model.safetensors is a Git LFS pointer, not the file itself: run `git lfs pull` where it was cloned"},
    };
    static char dir[512];
    struct err err = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("no-model"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[1024];
        EXPECT(dir_create(dir, &err), "%s", err.text);
        snprintf(path, sizeof path, "%s/%s", dir, cases[i].name ? cases[i].name : "");
        if (cases[i].name)
            put_text(path, cases[i].content);
        for (int config = 0; config < 2; config++) { // without a configuration, then with one
            expect_run(command("inspect '%s'", dir), "", 1, NULL,
                       i == 5 && !config ? "config.json: No such file" : cases[i].said);
            snprintf(path, sizeof path, "%s/config.json", dir);
            if (!cases[i].name)
                break;
            put_changed(path, test_path("golden/tiny-qwen2/config.json"), NULL, NULL);
        }
        if (i < 5)
            EXPECT(dir_remove(dir, &err), "%s", err.text);
    }
    char path[1024];
    snprintf(path, sizeof path, "%s/tokenizer.model", dir);
    put_text(path, "x");
    expect_run(command("tokenize --model '%s'", dir), "", 1, NULL,
               " has a tokenizer.model but no tokenizer.json, which vkr1 reads; this writes it: python3 -c \"from "
               "transformers import AutoTokenizer as T; T.from_pretrained('");
}
