// Chat prompts against transformers' (tests/golden/tokenizer/chat.jsonl by tools/golden_tokenizer.py).
#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "model/chat.h"
#include "test.h"

static size_t messages_of(const struct json *list, struct chat_message *to)
{
    size_t n = 0;
    for (const struct json *m = json_first(list); m && n < 8; m = json_next(m))
        to[n++] = (struct chat_message){json_string(json_get(m, "role"), ""), json_string(json_get(m, "content"), "")};
    return n;
}

TEST(chat, prompts_as_transformers)
{
    struct lines in;
    struct err err = {0};
    struct json *model = NULL;
    struct chat chat = {0};
    int compared = 0;
    EXPECT(lines_open(&in, test_path("golden/tokenizer/chat.jsonl"), &err), "%s", err.text);
    while (lines_next(&in, &err)) {
        struct json *v = json_parse(in.line.data, in.line.size, false, "chat.jsonl", &err);
        if (json_get(v, "template")) {
            json_close(model);
            model = v;
            EXPECT(chat_init(&chat, "auto", json_string(json_get(v, "template"), NULL),
                             json_string(json_get(v, "bos"), NULL), false, &err),
                   "%s", err.text);
            continue;
        }
        struct chat_message m[8];
        size_t n = messages_of(json_get(v, "messages"), m);
        struct str out = {0};
        EXPECT(chat_render(&chat, m, n, json_bool(json_get(v, "add_generation_prompt"), false), &out, &err), "%s",
               err.text);
        const char *want = json_string(json_get(v, "text"), "");
        EXPECT(strcmp(out.data, want) == 0, "%s, line %zu: \"%s\" is not \"%s\"",
               json_string(json_get(model, "name"), ""), in.number, out.data, want);
        str_finish(&out);
        json_close(v);
        compared++;
    }
    EXPECT(compared == 80 && !err.text[0], "%d %s", compared, err.text);
    json_close(model);
    lines_close(&in);
}

static void expect_render(const char *name, const struct chat_message *m, size_t n, const char *want)
{
    struct chat c;
    struct err err = {0};
    struct str out = {0};
    EXPECT(chat_init(&c, name, NULL, NULL, false, &err) && chat_render(&c, m, n, true, &out, &err), "%s", err.text);
    EXPECT(out.data && strcmp(out.data, want) == 0, "\"%s\" is not \"%s\"", out.data, want);
    str_finish(&out);
}

TEST(chat, forms_without_a_chat_template)
{
    const struct chat_message m[] = {{"system", "S"}, {"user", "What is \\frac{1}{2}?"}, {"assistant", " Half"}};
    expect_render("raw", m + 1, 1, "What is \\frac{1}{2}?");
    expect_render("chatml", m, 2,
                  "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nWhat is \\frac{1}{2}?<|im_end|>\n"
                  "<|im_start|>assistant\n");
    expect_render("Q: {prompt} {system}{x}\nA:", m, 2, "Q: What is \\frac{1}{2}? S{x}\nA:");
    expect_render("Q: {prompt}\nA:", m, 3, "S\nQ: What is \\frac{1}{2}?\nA: Half");
    struct chat c;
    struct err err = {0};
    struct str out = {0};
    EXPECT(chat_init(&c, "auto", NULL, NULL, false, &err) && c.kind == CHAT_R1, "%s", err.text);
    EXPECT(chat_render(&c, m + 1, 1, true, &out, &err), "%s", err.text);
    EXPECT(str_starts(out.data, "A conversation between User and Assistant. The user asks") &&
               str_ends(out.data, "<answer> answer here </answer>. User: What is \\frac{1}{2}?. Assistant:"),
           "%s", out.data);
    str_finish(&out);
}

TEST(chat, failures)
{
    struct chat c;
    struct err err = {0};
    struct str out = {0};
    EXPECT(!chat_init(&c, "chatlm", NULL, NULL, false, &err), "accepted");
    EXPECT_ERR(&err, "chat form \"chatlm\": known are auto, chatml, llama3, r1, raw, or a text that contains {prompt}");
    err = (struct err){0};
    EXPECT(!chat_init(&c, "auto", "[INST]{{ messages }}[/INST]", NULL, false, &err), "accepted");
    EXPECT_ERR(&err, "neither ChatML nor Llama 3's; name a form");
    const struct chat_message m[] = {{"user", "a"}, {"user", "b"}, {"assistant", "c"}};
    err = (struct err){0};
    EXPECT(chat_init(&c, "r1", NULL, NULL, false, &err) && !chat_render(&c, m, 2, true, &out, &err), "accepted");
    EXPECT_ERR(&err, "message 1 has the role \"user\": chat form r1 takes one system, one user and one assistant");
    err = (struct err){0};
    EXPECT(!chat_render(&c, m + 2, 1, true, &out, &err), "accepted");
    EXPECT_ERR(&err, "1 messages without one of the role \"user\"");
    str_finish(&out);
}
