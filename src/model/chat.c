#include "model/chat.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const char *const names[] = {"chatml", "llama3", "r1", "raw", "template"};

static const char r1_template[] =
    "A conversation between User and Assistant. The user asks a question, and the Assistant solves it. The assistant "
    "first thinks about the reasoning process in the mind and then provides the user with the answer. The reasoning "
    "process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., <think> "
    "reasoning process here </think> <answer> answer here </answer>. User: {prompt}. Assistant:";

const char *chat_kind_name(enum chat_kind kind)
{
    return names[kind];
}

// A ChatML template often holds a system message for conversations that have none, as one string of the Jinja text:
// '<|im_start|>system\nYOU ARE...<|im_end|>\n'. The newline is one, or the two characters \n.
static void find_default_system(struct chat *c, const char *jinja)
{
    static const char begin[] = "<|im_start|>system", end[] = "<|im_end|>";
    for (const char *at = jinja; (at = strstr(at, begin)); at++) {
        char quote = at > jinja && (at[-1] == '\'' || at[-1] == '"') ? at[-1] : '{';
        const char *s = at + sizeof begin - 1;
        size_t n = 0;
        bool newline = *s == '\n' || (s[0] == '\\' && s[1] == 'n');
        s += *s == '\n' ? 1 : 2;
        while (newline && *s && *s != quote && !str_starts(s, end) && n + 1 < sizeof c->system) {
            bool escape = s[0] == '\\' && s[1];
            char plain = !escape ? *s : s[1] == 'n' ? '\n' : s[1] == 't' ? '\t' : s[1];
            c->system[n++] = plain;
            s += escape ? 2 : 1;
        }
        c->system[n] = 0;
        if (newline && n && str_starts(s, end))
            return;
        c->system[0] = 0;
    }
}

static bool choose(struct chat *c, const char *name, const char *jinja, const char **reason, struct err *err)
{
    *reason = "the configuration says so";
    for (int i = 0; i < CHAT_TEMPLATE; i++) {
        if (strcmp(name, names[i]) == 0) {
            c->kind = (enum chat_kind)i;
            return true;
        }
    }
    if (strstr(name, "{prompt}")) {
        c->kind = CHAT_TEMPLATE;
        c->template = name;
        return true;
    }
    if (strcmp(name, "auto") != 0)
        return fail(err,
                    "chat form \"%.100s\": known are auto, chatml, llama3, r1, raw, or a text that contains {prompt}",
                    name);
    if (!jinja) {
        c->kind = CHAT_R1;
        *reason = "the model has no chat template";
    } else if (strstr(jinja, "<|im_start|>")) {
        c->kind = CHAT_CHATML;
        *reason = "the model's chat template has <|im_start|>";
    } else if (strstr(jinja, "<|start_header_id|>")) {
        c->kind = CHAT_LLAMA3;
        *reason = "the model's chat template has <|start_header_id|>";
    } else {
        return fail(err,
                    "the model's chat template is neither ChatML nor Llama 3's; name a form (chatml, llama3, r1, raw) "
                    "or give a text that contains {prompt}");
    }
    return true;
}

bool chat_init(struct chat *c, const char *name, const char *jinja, const char *bos, bool say, struct err *err)
{
    *c = (struct chat){.bos = ""};
    const char *reason;
    if (!choose(c, name, jinja, &reason, err))
        return false;
    bool marked = c->kind == CHAT_CHATML || c->kind == CHAT_LLAMA3;
    if (jinja && marked) {
        c->bos = bos && strstr(jinja, "bos_token") ? bos : "";
        c->trim = strstr(jinja, "| trim") || strstr(jinja, "|trim");
        c->dated = c->kind == CHAT_LLAMA3 && strstr(jinja, "Cutting Knowledge Date");
        c->thinking = c->kind == CHAT_CHATML && strstr(jinja, "reasoning_content");
        if (c->kind == CHAT_CHATML)
            find_default_system(c, jinja);
    }
    if (say)
        log_info("chat form %s: %s%s%.80s%s", names[c->kind], reason, c->system[0] ? "; system message \"" : "",
                 c->system, c->system[0] ? "\"" : "");
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_newline(char c)
{
    return c == '\n';
}

// Appends n bytes without those that `drop` at the sides asked for.
static void put_stripped(struct str *out, const char *s, size_t n, bool (*drop)(char), bool left, bool right)
{
    while (left && n && drop(*s)) {
        s++;
        n--;
    }
    while (right && n && drop(s[n - 1]))
        n--;
    str_append(out, s, n);
}

static void put_content(const struct chat *c, const char *content, struct str *out)
{
    put_stripped(out, content, strlen(content), is_space, c->trim, c->trim);
}

static const char *last_of(const char *text, const char *part)
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        found = at;
    return found;
}

// Qwen3's rule for what an assistant said: thoughts stand before the last </think>; they are written only behind the
// last question, and there even when there are none (in the last message).
static void put_thinking(const struct chat_message *m, bool after_question, bool last, struct str *out)
{
    static const char open[] = "<think>", close[] = "</think>";
    const char *content = m->content, *end = strstr(content, close), *thoughts = "";
    size_t n = 0;
    if (end) {
        const char *begin = content;
        for (const char *at = content; (at = strstr(at, open)) && at < end; at += sizeof open - 1)
            begin = at + sizeof open - 1;
        thoughts = begin;
        n = (size_t)(end - begin);
        content = last_of(content, close) + sizeof close - 1;
        while (*content == '\n')
            content++;
    }
    size_t before = out->size;
    if (after_question) {
        str_puts(out, "<think>\n");
        size_t at = out->size;
        put_stripped(out, thoughts, n, is_newline, true, true);
        if (out->size == at && !last && !n) { // no thoughts and not the last one: nothing
            out->size = before;
            str_puts(out, content);
            return;
        }
        str_puts(out, "\n</think>\n\n");
    }
    put_stripped(out, content, strlen(content), is_newline, after_question, false);
}

static void render_chatml(const struct chat *c, const struct chat_message *m, size_t n, bool open, struct str *out)
{
    size_t question = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(m[i].role, "user") == 0 &&
            !(str_starts(m[i].content, "<tool_response>") && str_ends(m[i].content, "</tool_response>")))
            question = i;
    str_puts(out, c->bos);
    if (c->system[0] && (n == 0 || strcmp(m[0].role, "system") != 0))
        str_printf(out, "<|im_start|>system\n%s<|im_end|>\n", c->system);
    for (size_t i = 0; i < n; i++) {
        str_printf(out, "<|im_start|>%s\n", m[i].role);
        if (c->thinking && strcmp(m[i].role, "assistant") == 0)
            put_thinking(&m[i], i > question, i + 1 == n, out);
        else
            put_content(c, m[i].content, out);
        str_puts(out, "<|im_end|>\n");
    }
    if (open)
        str_puts(out, "<|im_start|>assistant\n");
}

static void render_llama3(const struct chat *c, const struct chat_message *m, size_t n, bool open, struct str *out)
{
    static const char header[] = "<|start_header_id|>%s<|end_header_id|>\n\n";
    str_puts(out, c->bos);
    bool system = n && strcmp(m[0].role, "system") == 0;
    if (c->dated && !system)
        str_puts(out, "<|start_header_id|>system<|end_header_id|>\n\n"
                      "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n<|eot_id|>");
    for (size_t i = 0; i < n; i++) {
        str_printf(out, header, m[i].role);
        if (c->dated && system && i == 0) // the template's own date where the caller gives none
            str_puts(out, "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n");
        put_content(c, m[i].content, out);
        str_puts(out, "<|eot_id|>");
    }
    if (open)
        str_printf(out, header, "assistant");
}

static bool render_template(const struct chat *c, const struct chat_message *m, size_t n, struct str *out,
                            struct err *err)
{
    const char *template = c->kind == CHAT_R1 ? r1_template : c->template, *parts[3] = {"", NULL, ""};
    static const char *const roles[] = {"system", "user", "assistant"};
    bool has_system = c->kind == CHAT_TEMPLATE && strstr(template, "{system}");
    int next = 0;
    for (size_t i = 0; i < n; i++) {
        int k = next;
        while (k < 3 && strcmp(m[i].role, roles[k]) != 0)
            k++;
        if (k == 3)
            return fail(err,
                        "message %zu has the role \"%.40s\": chat form %s takes one system, one user and one assistant "
                        "message at most, in this order",
                        i, m[i].role, names[c->kind]);
        parts[k] = m[i].content;
        next = k + 1;
    }
    if (!parts[1])
        return fail(err, "%zu messages without one of the role \"user\": chat form %s has no place for them", n,
                    names[c->kind]);
    if (*parts[0] && !has_system)
        str_printf(out, "%s\n", parts[0]);
    for (const char *s = template; *s;) {
        bool prompt = str_starts(s, "{prompt}"), sys = has_system && str_starts(s, "{system}");
        if (prompt || sys)
            str_puts(out, parts[prompt]);
        else
            str_putc(out, *s);
        s += prompt || sys ? strlen("{prompt}") : 1;
    }
    str_puts(out, parts[2]);
    return true;
}

bool chat_render(const struct chat *c, const struct chat_message *messages, size_t n, bool add_generation_prompt,
                 struct str *out, struct err *err)
{
    str_puts(out, "");
    switch (c->kind) {
    case CHAT_CHATML:
        render_chatml(c, messages, n, add_generation_prompt, out);
        return true;
    case CHAT_LLAMA3:
        render_llama3(c, messages, n, add_generation_prompt, out);
        return true;
    case CHAT_RAW:
        for (size_t i = 0; i < n; i++)
            str_puts(out, messages[i].content);
        return true;
    case CHAT_R1:
    case CHAT_TEMPLATE:
        break;
    }
    return render_template(c, messages, n, out, err);
}
