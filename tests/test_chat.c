// Chat prompts against transformers' (tests/golden/tokenizer/chat.jsonl by tools/golden_tokenizer.py) and templates as
// models ship them (tests/golden/chat/templates.jsonl: want null where the template raises).
#include "base/arena.h"
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
