#include "model/chat.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "model/chat_forms.h"
#include "model/jinja_parts.h"
#include "model/tokenizer.h"

// ---- The choice ----

static bool is_jinja(const char *text)
{
    return strstr(text, "{{") || strstr(text, "{%");
}

static const struct jinja_template *parse(struct chat *c, const char *source, const char *name, struct err *err)
{
    const struct jinja_template *t = jinja_parse(source, strlen(source), &c->memory, err);
    if (!t)
        fail_in(err, "%s", name);
    return t;
}

bool chat_names_file(const char *template_)
{
    struct str text = {0};
    bool own_bos, form = chat_form(template_, &text, &own_bos);
    str_finish(&text);
    return !form && !is_jinja(template_) && (str_ends(template_, ".jinja") || strchr(template_, '/'));
}

// The text of a template that is neither the model's nor a named form: in the configuration, or in a file.
static const char *given(struct chat *c, const char *name, struct err *err)
{
    struct str text = {0};
    struct file f;
    const char *source = NULL;
    if (chat_form(name, &text, &c->own_bos)) {
        source = arena_strndup(&c->memory, text.data, text.size);
    } else if (is_jinja(name)) {
        c->own_bos = true;
        source = name;
    } else if (chat_names_file(name)) {
        c->own_bos = true;
        if (file_open(&f, name, err)) {
            source = arena_strndup(&c->memory, (const char *)f.data, f.size);
            file_close(&f);
        }
    } else {
        fail(err,
             "chat form \"%.100s\": known are auto, chatml, llama3, r1, raw, a text that contains {prompt}, a Jinja "
             "template, or the name of a .jinja file",
             name);
    }
    str_finish(&text);
    return source;
}

static bool choose(struct chat *c, const struct tokenizer *t, const char *template, const char **reason,
                   struct err *err)
{
    *reason = "the configuration says so";
    if (strcmp(template, "auto") == 0) {
        if (t && t->chat_template) {
            c->own_bos = true;
            c->name = "the model's chat template";
            c->source = t->chat_template;
            c->plain = parse(c, c->source, c->name, err);
            if (c->plain && t->tool_template) {
                c->tool_use = parse(c, t->tool_template, "the model's chat template tool_use", err);
                return c->tool_use;
            }
            return c->plain;
        }
        *reason = "the model has no chat template";
        template = "r1";
    }
    c->source = given(c, template, err);
    if (!c->source)
        return false;
    bool long_name = strlen(template) > 40 || strpbrk(template, "\n{");
    c->name = long_name ? "the chat template" : arena_printf(&c->memory, "chat form %s", template);
    c->plain = parse(c, c->source, c->name, err);
    return c->plain;
}

bool chat_reads(const struct chat *c, const char *name)
{
    return jinja_reads(c->plain, name) || (c->tool_use && jinja_reads(c->tool_use, name));
}

bool chat_init(struct chat *c, struct tokenizer *t, struct chat_options o, struct err *err)
{
    *c = (struct chat){.variables = o.variables};
    const char *reason = "";
    if (t) {
        c->tokens = t->named;
        c->token_count = t->named_count;
    }
    if (o.jinja) {
        c->own_bos = true;
        c->name = "the chat template";
        c->source = o.jinja;
        c->plain = parse(c, o.jinja, c->name, err);
    }
    if (o.jinja ? !c->plain : !choose(c, t, o.template_, &reason, err)) {
        chat_finish(c);
        return false;
    }
    if (o.say && strcmp(reason, "the configuration says so") != 0)
        log_info("%s: %s", c->name, reason);
    return true;
}

void chat_finish(struct chat *c)
{
    arena_finish(&c->memory);
    *c = (struct chat){0};
}

// ---- What the template sees ----

static struct jinja_value string(struct jinja *j, const char *s)
{
    return jinja_string(j, s, strlen(s));
}

// A message without its members that are null; reasoning under each of its names, as transformers does it.
static struct jinja_value message_of(struct jinja *j, struct jinja_value row)
{
    static const char *const reasoning[] = {"reasoning_content", "thinking", "reasoning"};
    struct jinja_value m = jinja_dict(j);
    if (row.kind != JINJA_DICT)
        return jinja_fail(j, "a message is a %s, not an object with a role", jinja_kind_name(row));
    struct jinja_value *found = NULL;
    for (size_t i = 0; i < 3 && !found; i++) {
        found = jinja_find_name(j, row, reasoning[i]);
        found = found && found->kind != JINJA_NONE ? found : NULL;
    }
    if (found)
        jinja_put(j, m, string(j, "thinking"), *found);
    for (size_t i = 0; i < row.dict->count && !jinja_failed(j); i++)
        if (row.dict->at[i].value.kind != JINJA_NONE)
            jinja_put(j, m, row.dict->at[i].key, row.dict->at[i].value);
    if (found)
        jinja_put(j, m, string(j, "reasoning_content"), *found);
    return m;
}

static struct jinja_value messages_of(struct jinja *j, const struct chat_conversation *v)
{
    struct jinja_value list = jinja_list(j, FORM_LIST);
    for (const struct json *m = json_first(v->rows); m; m = json_next(m))
        jinja_push(j, list, message_of(j, jinja_from_json(j, m)));
    for (size_t i = 0; i < v->count && !v->rows; i++) {
        const struct chat_message *m = &v->messages[i];
        struct jinja_value row = m->row ? jinja_from_json(j, m->row) : jinja_dict(j);
        if (!m->row) {
            jinja_put(j, row, string(j, "role"), string(j, m->role));
            jinja_put(j, row, string(j, "content"), string(j, m->content));
        }
        jinja_push(j, list, message_of(j, row));
    }
    return list;
}

static void set_variables(const struct chat *c, struct jinja *j, const struct chat_conversation *v,
                          struct jinja_value messages)
{
    const struct special_token own[] = {{"bos_token", c->bos}, {"eos_token", c->eos}};
    for (int i = 0; i < c->token_count; i++)
        jinja_set(j, c->tokens[i].name, string(j, c->tokens[i].text));
    for (int i = 0; i < 2; i++)
        if (own[i].text)
            jinja_set(j, own[i].name, string(j, own[i].text));
    jinja_set(j, "messages", messages);
    if (v->tools || !c->as_passed)
        jinja_set(j, "tools", v->tools ? jinja_from_json(j, v->tools) : jinja_none());
    if (!c->as_passed)
        jinja_set(j, "documents", jinja_none());
    jinja_set(j, "add_generation_prompt", jinja_bool(v->add_generation_prompt));
    for (const struct json *i = json_first(c->variables); i; i = json_next(i))
        jinja_set(j, json_key(i), jinja_from_json(j, i));
}

// ---- continue_final_message ----

static const char final_tag[] = "CONTINUE_FINAL_MESSAGE_TAG "; // of transformers

// Marks where the last message's text ends; *text is that text.
static bool mark_final(struct jinja *j, struct jinja_value messages, struct text *text, struct err *err)
{
    struct jinja_value *content = NULL;
    if (messages.list->count)
        content = jinja_find_name(j, messages.list->at[messages.list->count - 1], "content");
    if (content && content->kind == JINJA_LIST) { // the last part with a text
        struct jinja_list *parts = content->list;
        content = NULL;
        for (size_t i = parts->count; i > 0 && !content; i--)
            content = parts->at[i - 1].kind == JINJA_DICT ? jinja_find_name(j, parts->at[i - 1], "text") : NULL;
    }
    if (!content || content->kind != JINJA_STRING)
        return fail(err, "continue_final_message: the last message has no text that could go on");
    *text = content->text;
    struct str s = {0};
    str_append(&s, text->at, text->size);
    str_puts(&s, final_tag);
    *content = jinja_take(j, &s);
    return true;
}

static bool cut_final(struct str *out, size_t from, struct text text, struct err *err)
{
    struct text all = {out->data + from, out->size - from};
    size_t n = strlen(final_tag) - 1, at = text_rfind(all, all.size, "CONTINUE_FINAL_MESSAGE_TAG");
    if (at == (size_t)-1)
        return fail(err, "continue_final_message: the chat template drops the end of the last message");
    text = jinja_strip(text, 3, NULL);
    if (jinja_search(all, 0, text) == (size_t)-1)
        return fail(err, "continue_final_message: the chat template changes the last message");
    bool kept = at + n < all.size && all.at[at + n] == ' '; // else the template trims its contents
    size_t end = at;
    while (!kept && end > 0 && strchr(" \t\n\r\v\f", all.at[end - 1]))
        end--;
    out->size = from + end;
    out->data[out->size] = 0;
    return true;
}

// ---- Rendering ----

static bool render(const struct chat *c, const struct chat_conversation *v, struct str *out, struct jinja_span **spans,
                   size_t *count, struct arena *memory, struct err *err)
{
    struct jinja j;
    struct text final = {0};
    size_t from = out->size;
    str_puts(out, "");
    jinja_open(&j, v->tools && json_count(v->tools) && c->tool_use ? c->tool_use : c->plain);
    j.now = c->now;
    struct jinja_value messages = messages_of(&j, v);
    bool ok = !v->continue_final_message || mark_final(&j, messages, &final, err);
    if (ok)
        set_variables(c, &j, v, messages);
    ok = ok && (jinja_render(&j, out, err) || fail_in(err, "%s", c->name));
    ok = ok && (!v->continue_final_message || cut_final(out, from, final, err));
    if (ok && spans) {
        *count = j.span_count;
        *spans = arena_array(memory, struct jinja_span, j.span_count + 1);
        for (size_t i = 0; i < j.span_count; i++)
            (*spans)[i] = (struct jinja_span){from + j.spans[i].begin, from + j.spans[i].end};
    }
    jinja_close(&j);
    return ok;
}

bool chat_render(const struct chat *c, const struct chat_conversation *v, struct str *out, struct err *err)
{
    return render(c, v, out, NULL, NULL, NULL, err);
}

static const char *role_of(const struct chat_conversation *v, size_t i)
{
    const struct chat_message *m = &v->messages[i];
    return m->row ? json_string(json_get(m->row, "role"), "") : m->role;
}

// The text of the first n messages must begin the whole text; its length, or -1 after a failure.
static ptrdiff_t prefix(const struct chat *c, const struct chat_conversation *v, size_t n, bool open, struct text whole,
                        struct str *part, struct err *err)
{
    struct chat_conversation begin = *v;
    begin.count = n;
    begin.add_generation_prompt = open;
    begin.continue_final_message = false;
    str_clear(part);
    if (!chat_render(c, &begin, part, err))
        return -1;
    if (part->size <= whole.size && memcmp(part->data, whole.at, part->size) == 0)
        return (ptrdiff_t)part->size;
    fail(err,
         "%s writes the messages up to message %zu otherwise when more follow, and has no {%% generation %%} tag: "
         "what the assistant wrote cannot be told from the rest",
         c->name, n - !open);
    return -1;
}

bool chat_spans(const struct chat *c, const struct chat_conversation *v, struct str *out, struct jinja_span **spans,
                size_t *count, struct arena *memory, struct err *err)
{
    size_t from = out->size, n = 0;
    check(!v->rows, "spans are for lists of messages");
    if (!render(c, v, out, spans, count, memory, err))
        return false;
    bool tools = v->tools && json_count(v->tools) && c->tool_use;
    if (jinja_has_generation(tools ? c->tool_use : c->plain))
        return true;
    struct text whole = {out->data + from, out->size - from};
    struct str part = {0};
    *spans = arena_array(memory, struct jinja_span, v->count + 1);
    bool ok = true;
    for (size_t i = 0; i < v->count && ok; i++) {
        if (strcmp(role_of(v, i), "assistant") != 0)
            continue;
        ptrdiff_t begin = prefix(c, v, i, true, whole, &part, err);
        ptrdiff_t end = begin < 0 ? -1
                        : i + 1 == v->count && !v->add_generation_prompt
                            ? (ptrdiff_t)whole.size
                            : prefix(c, v, i + 1, false, whole, &part, err);
        ok = end >= begin && begin >= 0;
        if (ok)
            (*spans)[n++] = (struct jinja_span){from + (size_t)begin, from + (size_t)end};
    }
    *count = n;
    str_finish(&part);
    return ok;
}

int32_t chat_end_token(const struct chat *c, struct tokenizer *t)
{
    static const char mark[] = "vkr1 4711 said so";
    const struct chat_message m[] = {{.role = "user", .content = "a"}, {.role = "assistant", .content = mark}};
    struct str text = {0};
    struct ids ids = {0};
    int32_t end = -1;
    const struct chat_conversation v = {.messages = m, .count = 2};
    const char *after = chat_render(c, &v, &text, NULL) ? strstr(text.data, mark) : NULL;
    if (after) {
        after += strlen(mark);
        after += strspn(after, " \n"); // <|im_end|> may stand on a line of its own
        if (tokenizer_encode(t, after, strlen(after), 0, &ids, NULL) && ids.count &&
            (tokenizer_is_special(t, ids.data[0]) || tokenizer_is_added(t, ids.data[0])))
            end = ids.data[0];
    }
    ids_finish(&ids);
    str_finish(&text);
    return end;
}
