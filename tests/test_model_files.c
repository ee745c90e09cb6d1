// Models as they lie on people's disks: what is read although it is unusual, what is passed over with a line, what is
// refused and with which sentence.
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
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
