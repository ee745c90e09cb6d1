// The command `vkr1 tokenize`, and GGUF files whose tokenizer is damaged.

#include "base/arena.h"
#include "base/file.h"
#include "model/tokenizer.h"
#include "program.h"
#include "test.h"

static void expect_command(const char *input, const char *flag, int code, const char *output, const char *message)
{
    char args[1024];
    snprintf(args, sizeof args, "tokenize --model=%s %s", test_path("golden/tokenizer/llama2"), flag ? flag : "");
    struct str out = {0}, messages = {0};
    int got = program_run_vkr1(args, input, &out, &messages);
    EXPECT(got == code, "exit code %d: %s", got, messages.data);
    EXPECT(strcmp(out.data, output) == 0, "\"%s\" is not \"%s\"", out.data, output);
    EXPECT(strstr(messages.data, message), "\"%s\" lacks \"%s\"", messages.data, message);
    str_finish(&out);
    str_finish(&messages);
}

TEST(tokenize, lines_in_lines_out)
{
    // Ids of the golden tokenizer: <s> is 1, <0x00> is 3.
    expect_command("{\"text\":\"<s></s>\"}\n{\"text\":\"\"}", NULL, 0, "{\"ids\":[1,2]}\n{\"ids\":[]}\n", "");
    expect_command("{\"text\":\"</s>\"}\n", "--special", 0, "{\"ids\":[1,2]}\n", "");
    expect_command("{\"ids\":[1,2,68,3,258]}\n{\"ids\":[]}\n", "--decode", 0,
                   "{\"text\":\"<s></s>\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}\n{\"text\":\"\"}\n", "");
    expect_command("{\"ids\":[68,3]}\n", "--decode", 0, "{\"text\":\"A\\u0000\"}\n", "");
}

TEST(tokenize, bad_lines_have_numbers)
{
    expect_command("{\"text\":\"<s>\"}\nnonsense\n{\"text\":\"</s>\"}\n", NULL, 1, "{\"ids\":[1]}\n{\"ids\":[2]}\n",
                   "vkr1 tokenize: line 2: not valid JSON");
    expect_command("\n", NULL, 1, "", "line 1: not valid JSON");
    expect_command("{\"text\":7}\n", NULL, 1, "", "line 1: no \"text\" of type string");
    expect_command("{\"ids\":[1]}\n", NULL, 1, "", "line 1: no \"text\" of type string");
    expect_command("{\"text\":\"a\"}\n", "--decode", 1, "",
                   "line 1: \"ids\" must be an array of whole numbers, not nothing");
    expect_command("{\"ids\":[1,-2]}\n", "--decode", 1, "", "line 1: element 1 of \"ids\" is not a token id");
    expect_command("{\"ids\":[1,1e30]}\n", "--decode", 1, "", "line 1: element 1 of \"ids\"");
    expect_command("", "--specal", 2, "", "unknown option --specal, did you mean --special?");
}

// ---- GGUF

static char *find(char *data, size_t size, const char *text)
{
    return memmem(data, size, text, strlen(text));
}

// Opens a copy of the golden file in which bytes after the first `skip` after the first `at` are `with`.
static bool open_changed(struct tokenizer *t, const char *name, const char *at, size_t skip, const char *with,
                         size_t with_size, size_t cut, struct err *err)
{
    struct file f;
    if (!file_open(&f, test_path(name), err))
        return false;
    char *copy = block_resize(NULL, 0, f.size), *place;
    memcpy(copy, f.data, f.size);
    if (at) {
        place = find(copy, f.size, at);
        check(place && (size_t)(place - copy) + skip + with_size <= f.size, "%s is not in %s", at, name);
        memcpy(place + skip, with, with_size);
    }
    const char *path = test_tmp("changed.gguf");
    bool ok = file_write(path, copy, cut ? cut : f.size, err) && tokenizer_open(t, path, err);
    block_free(copy);
    file_close(&f);
    return ok;
}

TEST(tokenize, damaged_gguf_files_are_named)
{
    static const char smollm2[] = "golden/tokenizer/smollm2.gguf", llama2[] = "golden/tokenizer/llama2.gguf";
    static const struct {
        const char *file, *at;
        size_t skip;
        const char *with, *message;
    } cases[] = {
        {smollm2, "gpt2", 0, "gptX", "tokenizer.ggml.model \"gptX\" is not supported (gpt2 and llama are)"},
        {smollm2, "tokenizer.ggml.model", 0, "tokenizer.ggml.moXel", "the file has no tokenizer"},
        {smollm2, "smollm", 0, "nollm?", "the pre-tokenizer \"nollm?\" (tokenizer.ggml.pre) is not known"},
        {smollm2, "tokenizer.ggml.tokens", 0, "tokenizer.ggml.toXens",
         "tokenizer.ggml.tokens is not a list of strings"},
        {smollm2, "tokenizer.ggml.merges", 0, "tokenizer.ggml.merXes",
         "tokenizer.ggml.merges is not a list of strings but "},
        {smollm2, "\xC4\xA0 t", 0, "\xC4\xA0_t", "element 0 of tokenizer.ggml.merges is \"\xC4\xA0_t\", not \"a b\""},
        {smollm2, "\xC4\xA0 t", 0, "\xC4\xA0 \x01",
         "merge 0 of \"\xC4\xA0\" and \"\x01\": the token \"\x01\" is not in"},
        {smollm2, "<|im_start|>", 0, "<|im_staXt|", ""},
        {smollm2, "<|im_start|>", 0, "<|im_end|>\xFF\xFF", "the token with the id 1 is not valid UTF-8"},
        {llama2, "<0x01>", 0, "<0x00>", "the token \"<0x00>\" is there twice, with the ids 3 and 4"},
        {llama2, "tokenizer.ggml.scores", 0, "tokenizer.ggml.scoXes",
         "neither tokenizer.ggml.merges nor tokenizer.ggml.scores"},
        {llama2, "tokenizer.ggml.eos_token_id", 31, "\xFF\xFF\xFF\x7F",
         "tokenizer.ggml.eos_token_id is 2147483647, but there are"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tokenizer t = {0};
        struct err err = {0};
        bool ok =
            open_changed(&t, cases[i].file, cases[i].at, cases[i].skip, cases[i].with, strlen(cases[i].with), 0, &err);
        EXPECT(ok == !*cases[i].message, "case %zu: %s", i, err.text);
        EXPECT_ERR(&err, cases[i].message);
        EXPECT(ok || strstr(err.text, "changed.gguf: "), "case %zu does not name the file: %s", i, err.text);
        tokenizer_close(&t);
    }
}

TEST(tokenize, truncated_gguf_files)
{
    for (size_t i = 1; i < 40; i++) {
        struct tokenizer t = {0};
        struct err err = {0};
        EXPECT(!open_changed(&t, "golden/tokenizer/llama2.gguf", NULL, 0, "", 0, i * 599, &err), "opened %zu bytes",
               i * 599);
        EXPECT_ERR(&err, "changed.gguf");
        tokenizer_close(&t);
    }
}
