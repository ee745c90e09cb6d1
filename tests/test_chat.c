// Chat prompts against transformers' (tests/golden/tokenizer/chat.jsonl by tools/golden_tokenizer.py) and templates as
// models ship them (tests/golden/chat/templates.jsonl: want null where the template raises).
#include "base/arena.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/json.h"
#include "model/chat.h"
#include "model/jinja.h"
#include "model/tokenizer.h"
#include "test.h"

static const struct tokenizer nothing = {.bos = -1, .eos = -1, .pad = -1};

static bool open_template(struct chat *c, const char *jinja, struct err *err)
{
    struct tokenizer t = nothing;
    return chat_init(c, &t, (struct chat_options){.template_ = "auto", .jinja = jinja}, err);
}

static bool open_form(struct chat *c, const char *name, struct err *err)
{
    struct tokenizer t = nothing;
    return chat_init(c, &t, (struct chat_options){.template_ = name}, err);
}

// Every row of a file: template (in the row or in one before), messages, add_generation_prompt; text or want.
static int compare_file(const char *file)
{
    struct lines in;
    struct err err = {0};
    struct json *model = NULL;
    struct str out = {0};
    int compared = 0;
    EXPECT(lines_open(&in, test_path(file), &err), "%s", err.text);
    while (lines_next(&in, &err)) {
        struct json *v = json_parse(in.line.data, in.line.size, false, file, &err);
        const struct json *messages = json_get(v, "messages");
        struct chat chat;
        if (!messages) {
            json_close(model);
            model = v;
            continue;
        }
        const struct json *from = json_get(v, "template") ? v : model,
                          *want = json_get(v, json_get(v, "text") ? "text" : "want");
        EXPECT(open_template(&chat, json_string(json_get(from, "template"), NULL), &err), "%s", err.text);
        chat.as_passed = true;
        chat.now = 1795608000; // 25 Nov 2026, noon in UTC
        chat.bos = json_string(json_get(v, "bos_token"), json_string(json_get(from, "bos"), NULL));
        chat.eos = json_string(json_get(v, "eos_token"), NULL);
        const struct chat_conversation c = {
            .rows = messages, .add_generation_prompt = json_bool(json_get(v, "add_generation_prompt"), false)};
        str_clear(&out);
        bool ok = chat_render(&chat, &c, &out, &(struct err){0});
        EXPECT(ok ? json_string(want, NULL) && strcmp(out.data, json_string(want, "")) == 0
                  : json_kind(want) == JSON_NULL,
               "%s, line %zu: \"%s\" is not \"%s\"", file, in.number, out.data, json_string(want, "an error"));
        chat_finish(&chat);
        json_close(v);
        compared++;
    }
    EXPECT(!err.text[0], "%s", err.text);
    str_finish(&out);
    json_close(model);
    lines_close(&in);
    return compared;
}

TEST(chat, prompts_as_transformers)
{
    int n = compare_file("golden/tokenizer/chat.jsonl");
    EXPECT(n == 80, "%d", n);
}

TEST(chat, templates_as_jinja2)
{
    int n = compare_file("golden/chat/templates.jsonl");
    EXPECT(n == 132, "%d", n);
}

static const struct chat_message said[] = {{.role = "system", .content = "S"},
                                           {.role = "user", .content = "What is \\frac{1}{2}?"},
                                           {.role = "assistant", .content = " Half"}};

static void expect_render(const char *name, const struct chat_message *m, size_t n, const char *want)
{
    struct chat c;
    struct err err = {0};
    struct str out = {0};
    const struct chat_conversation v = {.messages = m, .count = n, .add_generation_prompt = true};
    EXPECT(open_form(&c, name, &err) && chat_render(&c, &v, &out, &err), "%s", err.text);
    EXPECT(out.data && strcmp(out.data, want) == 0, "\"%s\" is not \"%s\"", out.data, want);
    str_finish(&out);
    chat_finish(&c);
}

TEST(chat, forms_without_a_chat_template)
{
    expect_render("raw", said + 1, 1, "What is \\frac{1}{2}?");
    expect_render("chatml", said, 2,
                  "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nWhat is \\frac{1}{2}?<|im_end|>\n"
                  "<|im_start|>assistant\n");
    expect_render("llama3", said + 1, 2,
                  "<|start_header_id|>user<|end_header_id|>\n\nWhat is \\frac{1}{2}?<|eot_id|>"
                  "<|start_header_id|>assistant<|end_header_id|>\n\nHalf<|eot_id|>"
                  "<|start_header_id|>assistant<|end_header_id|>\n\n");
    expect_render("Q: {prompt} {system}{x} it's \\\r\nA:\n", said, 2, "Q: What is \\frac{1}{2}? S{x} it's \\\r\nA:\n");
    expect_render("Q: {prompt}\nA:", said, 3, "S\nQ: What is \\frac{1}{2}?\nA: Half");
    expect_render("{% for m in messages %}[{{ m.role }}]{% endfor %}", said, 3, "[system][user][assistant]");
    struct chat c;
    struct err err = {0};
    struct str out = {0};
    const struct chat_conversation v = {.messages = said + 1, .count = 1};
    EXPECT(open_form(&c, "auto", &err) && strcmp(c.name, "chat form r1") == 0 && !c.own_bos, "%s", err.text);
    EXPECT(chat_render(&c, &v, &out, &err), "%s", err.text);
    EXPECT(str_starts(out.data, "A conversation between User and Assistant. The user asks") &&
               str_ends(out.data, "<answer> answer here </answer>. User: What is \\frac{1}{2}?. Assistant:"),
           "%s", out.data);
    str_finish(&out);
    chat_finish(&c);
}

static void expect_failure(const char *form, const struct chat_message *m, size_t n, bool final, const char *message)
{
    struct chat c = {0};
    struct err err = {0};
    struct str out = {0};
    const struct chat_conversation v = {.messages = m, .count = n, .continue_final_message = final};
    EXPECT(!(open_form(&c, form, &err) && chat_render(&c, &v, &out, &err)), "%s: accepted", form);
    EXPECT(strcmp(err.text, message) == 0, "%s", err.text);
    str_finish(&out);
    chat_finish(&c);
}

TEST(chat, failures)
{
    const struct chat_message m[] = {
        {.role = "user", .content = "a"}, {.role = "user", .content = "b"}, {.role = "assistant", .content = "c"}};
    expect_failure(
        "chatlm", m, 1, false,
        "chat form \"chatlm\": known are auto, chatml, llama3, r1, raw, a text that contains {prompt}, a Jinja "
        "template, or the name of a .jinja file");
    expect_failure("/nowhere/x.jinja", m, 1, false, "cannot open /nowhere/x.jinja: No such file or directory");
    expect_failure("{% if %}", m, 1, false, "the chat template: line 1: an expression is wanted, not `%}`");
    expect_failure("r1", m, 2, false,
                   "chat form r1: the template says: message 1 has the role \"user\": this form takes one system, one "
                   "user and one assistant message at most, in this order");
    expect_failure("r1", m + 2, 1, false, "chat form r1: the template says: there is no message of the role \"user\"");
    expect_failure("chatml", m, 0, true, "continue_final_message: the last message has no text that could go on");
    expect_failure("{{ messages[0].content[:1] }}", m, 1, true,
                   "continue_final_message: the chat template drops the end of the last message");
}

TEST(chat, final_message_goes_on)
{
    static const char trimmed[] = "{% for m in messages %}<{{ m.content|trim }}>{% endfor %}";
    const struct chat_message m[] = {{.role = "assistant", .content = " it is "}};
    const struct chat_conversation v = {.messages = m, .count = 1, .continue_final_message = true};
    struct chat c;
    struct err err = {0};
    struct str out = {0};
    EXPECT(open_form(&c, "chatml", &err) && chat_render(&c, &v, &out, &err), "%s", err.text);
    EXPECT(strcmp(out.data, "<|im_start|>assistant\n it is ") == 0, "\"%s\"", out.data);
    chat_finish(&c);
    str_clear(&out);
    EXPECT(open_template(&c, trimmed, &err) && chat_render(&c, &v, &out, &err), "%s", err.text);
    EXPECT(strcmp(out.data, "<it is") == 0, "\"%s\"", out.data);
    chat_finish(&c);
    str_finish(&out);
}

// The spans of two turns, each between [ and ].
static void expect_spans(const char *jinja, const char *want)
{
    const struct chat_message m[] = {{.role = "user", .content = "u"},
                                     {.role = "assistant", .content = "<t>x</t>A"},
                                     {.role = "user", .content = "v"},
                                     {.role = "assistant", .content = "B"}};
    const struct chat_conversation v = {.messages = m, .count = 4};
    struct arena memory = {0};
    struct chat c;
    struct err err = {0};
    struct str out = {0}, marked = {0};
    struct jinja_span *spans;
    size_t count = 0, at = 2;
    str_puts(&out, "--"); // what is there already is not touched
    EXPECT(open_template(&c, jinja, &err), "%s", err.text);
    if (chat_spans(&c, &v, &out, &spans, &count, &memory, &err)) {
        for (size_t i = 0; i < count; i++) {
            str_append(&marked, out.data + at, spans[i].begin - at);
            str_printf(&marked, "[%.*s]", (int)(spans[i].end - spans[i].begin), out.data + spans[i].begin);
            at = spans[i].end;
        }
        str_puts(&marked, out.data + at);
    } else {
        str_puts(&marked, err.text);
    }
    EXPECT(strcmp(marked.data, want) == 0, "\"%s\" is not \"%s\"", marked.data, want);
    str_finish(&out);
    str_finish(&marked);
    chat_finish(&c);
    arena_finish(&memory);
}

TEST(chat, spans_of_the_assistant)
{
    expect_spans("{% for m in messages %}{{ m.role[0] }}:{{ m.content }};{% endfor %}"
                 "{% if add_generation_prompt %}a:{% endif %}",
                 "u:u;a:[<t>x</t>A;]u:v;a:[B;]");
    expect_spans(
        "{% for m in messages %}{{ m.role[0] }}:{% if m.role == 'assistant' %}{% generation %}"
        "{{ m.content.split('</t>')[-1] }}{% endgeneration %}{% else %}{{ m.content }}{% endif %};{% endfor %}",
        "u:u;a:[A];u:v;a:[B];");
    expect_spans("{% for m in messages %}{{ m.role[0] }}:{{ m.content if loop.last else m.content.split('</t>')[-1] }};"
                 "{% endfor %}{% if add_generation_prompt %}a:{% endif %}",
                 "the chat template writes the messages up to message 1 otherwise when more follow, and has no "
                 "{% generation %} tag: what the assistant wrote cannot be told from the rest");
}

TEST(chat, end_of_a_turn)
{
    struct tokenizer t = {0};
    struct chat c;
    struct err err = {0};
    EXPECT(tokenizer_open(&t, test_path("golden/tokenizer/qwen3"), &err), "%s", err.text);
    EXPECT(chat_init(&c, &t, (struct chat_options){.template_ = "chatml"}, &err), "%s", err.text);
    int32_t end = chat_end_token(&c, &t);
    EXPECT(end >= 0 && end == tokenizer_id(&t, "<|im_end|>"), "%d", end);
    chat_finish(&c);
    EXPECT(chat_init(&c, &t, (struct chat_options){.template_ = "raw"}, &err), "%s", err.text);
    EXPECT(chat_end_token(&c, &t) == -1, "raw has an end");
    chat_finish(&c);
    tokenizer_close(&t);
}

TEST(chat, what_transformers_does_to_messages)
{
    static const char row[] = "[{\"role\":\"assistant\",\"content\":null,\"reasoning\":\"r\",\"name\":null}]";
    struct json *rows = json_parse(row, sizeof row - 1, false, "row", NULL);
    const struct chat_conversation v = {.rows = rows};
    struct chat c;
    struct err err = {0};
    struct str out = {0};
    EXPECT(open_template(&c, "{{ messages[0]|tojson }}{{ tools is none }}{{ bos_token is defined }}", &err) &&
               chat_render(&c, &v, &out, &err),
           "%s", err.text);
    EXPECT(strcmp(out.data,
                  "{\"thinking\": \"r\", \"role\": \"assistant\", \"reasoning\": \"r\", \"reasoning_content\": "
                  "\"r\"}TrueFalse") == 0,
           "%s", out.data);
    str_finish(&out);
    chat_finish(&c);
    json_close(rows);
}

// ---- The files that name templates and special tokens

static void write_file(const char *dir, const char *name, const char *text, size_t size)
{
    char path[2048];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", dir, name);
    char *slash = strrchr(path, '/');
    *slash = 0;
    EXPECT(dir_create(path, &err), "%s", err.text);
    *slash = '/';
    EXPECT(file_write(path, text, size, &err), "%s", err.text);
}

// What a conversation becomes with the tokenizer of a directory or file, with and without tools.
static void expect_said(const char *path, const char *case_name, const char *plain, const char *with_tools)
{
    struct tokenizer t;
    struct chat c;
    struct err err = {0};
    EXPECT(tokenizer_open(&t, path, &err) && chat_init(&c, &t, (struct chat_options){.template_ = "auto"}, &err),
           "%s: %s", case_name, err.text);
    struct json *tools = json_parse("[{}]", 4, false, "", &err);
    for (int i = 0; i < 2 && !err.text[0]; i++) {
        struct str out = {0};
        const struct chat_conversation v = {.messages = said + 1, .count = 1, .tools = i ? tools : NULL};
        const char *want = i ? with_tools : plain;
        EXPECT(chat_render(&c, &v, &out, &err) && out.data && strcmp(out.data, want) == 0, "%s, tools %d: \"%s\" %s",
               case_name, i, out.data, err.text);
        str_finish(&out);
    }
    json_close(tools);
    if (t.parts)
        chat_finish(&c);
    tokenizer_close(&t);
}

TEST(chat, files_that_name_templates)
{
    static const struct {
        const char *files[5][2], *plain, *with_tools; // name, content
    } cases[] = {
        {{{"tokenizer_config.json", "{\"chat_template\": \"config\"}"}}, "config", "config"},
        {{{"tokenizer_config.json", "{\"chat_template\": \"config\"}"},
          {"chat_template.json", "{\"chat_template\": \"processor\"}"}},
         "processor",
         "processor"},
        {{{"tokenizer_config.json", "{\"chat_template\": \"config\"}"},
          {"chat_template.json", "{\"chat_template\": \"processor\"}"},
          {"chat_template.jinja", "jinja{{ '' }}"}},
         "jinja",
         "jinja"},
        {{{"tokenizer_config.json", "{\"chat_template\": [{\"name\": \"default\", \"template\": \"D\"}, {\"name\": "
                                    "\"tool_use\", \"template\": \"T{{ tools|length }}\"}, {\"name\": \"rag\", "
                                    "\"template\": \"R\"}]}"}},
         "D",
         "T1"},
        {{{"tokenizer_config.json", "{\"chat_template\": [{\"name\": \"default\", \"template\": \"D\"}, {\"name\": "
                                    "\"tool_use\", \"template\": \"T\"}]}"},
          {"chat_template.jinja", "jinja"}},
         "jinja",
         "jinja"},
        {{{"chat_template.json", "{\"chat_template\": [{\"name\": \"default\", \"template\": \"D\"}, {\"name\": "
                                 "\"tool_use\", \"template\": \"T\"}]}"}},
         "D",
         "T"},
        {{{"chat_template.jinja", "jinja"}, {"additional_chat_templates/tool_use.jinja", "T"}}, "jinja", "T"},
    };
    struct file f;
    struct err err = {0};
    EXPECT(file_open(&f, test_path("golden/tokenizer/tiny-bytes/tokenizer.json"), &err), "%s", err.text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char dir[2048], name[32];
        snprintf(name, sizeof name, "templates-%zu", i);
        snprintf(dir, sizeof dir, "%s", test_tmp(name));
        write_file(dir, "tokenizer.json", (const char *)f.data, f.size);
        for (int k = 0; k < 5 && cases[i].files[k][0]; k++)
            write_file(dir, cases[i].files[k][0], cases[i].files[k][1], strlen(cases[i].files[k][1]));
        expect_said(dir, name, cases[i].plain, cases[i].with_tools);
    }
    file_close(&f);
}

static void put_number(struct str *s, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++, n >>= 8)
        str_putc(s, (char)n);
}

// golden/tokenizer/llama2.gguf with further texts and ids before its own; its header has the count of pairs at byte 16.
TEST(chat, gguf_files_that_name_templates)
{
    static const char *const texts[][2] = {
        {"tokenizer.chat_template", "D{{ unk_token }}{{ eos_token }}{{ sep_token is defined }}"},
        {"tokenizer.chat_template.tool_use", "T{{ pad_token }}"}};
    static const char *const ids[] = {"tokenizer.ggml.unknown_token_id", "tokenizer.ggml.padding_token_id"};
    struct file f;
    struct err err = {0};
    struct str s = {0};
    EXPECT(file_open(&f, test_path("golden/tokenizer/llama2.gguf"), &err), "%s", err.text);
    str_append(&s, (const char *)f.data, 24);
    s.data[16] = (char)(s.data[16] + 4);
    for (int i = 0; i < 2; i++) {
        put_number(&s, strlen(texts[i][0]), 8);
        str_puts(&s, texts[i][0]);
        put_number(&s, 8, 4); // a text
        put_number(&s, strlen(texts[i][1]), 8);
        str_puts(&s, texts[i][1]);
        put_number(&s, strlen(ids[i]), 8);
        str_puts(&s, ids[i]);
        put_number(&s, 4, 4);              // 32 bits
        put_number(&s, i == 0 ? 0 : 5, 4); // <unk>, <0x02>
    }
    str_append(&s, (const char *)f.data + 24, f.size - 24);
    EXPECT(file_write(test_tmp("named.gguf"), s.data, s.size, &err), "%s", err.text);
    expect_said(test_tmp("named.gguf"), "gguf", "D<unk></s>False", "T<0x02>");
    str_finish(&s);
    file_close(&f);
}

// As transformers 5: names that end in _token and those of extra_special_tokens; special_tokens_map.json counts where
// the config has no added_tokens_decoder.
TEST(chat, special_tokens_are_variables)
{
    static const char template[] =
        "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{{ unk_token }}|{{ sep_token is defined }}|{{ tool_token }}|"
        "{{ image }}|{{ add_bos_token is defined }}|{{ additional_special_tokens is defined }}";
    static const char map[] = "{\"bos_token\": {\"content\": \"<m>\", \"lstrip\": false}, \"unk_token\": \"<u>\", "
                              "\"additional_special_tokens\": [\"<a>\"]}";
    static const struct {
        const char *config, *map, *want;
    } cases[] = {
        {"{\"bos_token\": \"<b>\", \"eos_token\": {\"__type\": \"AddedToken\", \"content\": \"<e>\"}, \"pad_token\": "
         "\"<p>\", \"sep_token\": null, \"tool_token\": \"<t>\", \"extra_special_tokens\": {\"image\": \"<i>\"}, "
         "\"add_bos_token\": true, \"added_tokens_decoder\": {}}",
         map, "<b>|<e>|<p>||False|<t>|<i>|False|False"},
        {"{\"bos_token\": \"<b>\", \"eos_token\": \"<e>\"}", map, "<m>|<e>||<u>|False|||False|False"},
        {"{\"bos_token\": \"<b>\", \"eos_token\": \"<e>\"}", NULL, "<b>|<e>|||False|||False|False"},
        {NULL, map, "<m>|||<u>|False|||False|False"},
    };
    struct file f;
    struct err err = {0};
    EXPECT(file_open(&f, test_path("golden/tokenizer/tiny-bytes/tokenizer.json"), &err), "%s", err.text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char dir[2048], name[32];
        snprintf(name, sizeof name, "named-%zu", i);
        snprintf(dir, sizeof dir, "%s", test_tmp(name));
        write_file(dir, "tokenizer.json", (const char *)f.data, f.size);
        write_file(dir, "chat_template.jinja", template, strlen(template));
        if (cases[i].config)
            write_file(dir, "tokenizer_config.json", cases[i].config, strlen(cases[i].config));
        if (cases[i].map)
            write_file(dir, "special_tokens_map.json", cases[i].map, strlen(cases[i].map));
        expect_said(dir, name, cases[i].want, cases[i].want);
    }
    file_close(&f);
}
