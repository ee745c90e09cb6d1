#include "data/messages.h"

#include <string.h>

// Appends a content; false, with what is wrong, when it is neither a text nor parts of text. An image is no text.
static bool put_content(const struct json *content, struct str *out, struct err *err)
{
    if (json_kind(content) == JSON_STRING) {
        json_text(content, out);
        return true;
    }
    if (json_kind(content) != JSON_ARRAY)
        return fail(err, "has a message whose content is neither a text nor parts");
    for (const struct json *part = json_first(content); part; part = json_next(part)) {
        if (json_kind(json_get(part, "text")) != JSON_STRING)
            return fail(err, "has a message with a part of type \"%.32s\", and only texts are read",
                        json_string(json_get(part, "type"), "unknown"));
        json_text(json_get(part, "text"), out);
    }
    return true;
}

static bool put_message(const struct json *m, struct str *out, struct err *err)
{
    const struct json *thoughts = json_get(m, "reasoning_content"), *content = json_get(m, "content");
    if (json_kind(thoughts) == JSON_STRING && *json_string(thoughts, "")) {
        str_puts(out, "<think>\n");
        json_text(thoughts, out);
        str_puts(out, "\n</think>\n\n");
    }
    bool calls = json_kind(json_get(m, "tool_calls")) == JSON_ARRAY;
    if (calls && (!content || json_kind(content) == JSON_NULL))
        return true;
    return put_content(content, out, err);
}

bool messages_text(const struct json *v, const char *role, struct str *out)
{
    bool any = false;
    if (json_kind(v) != JSON_ARRAY)
        return false;
    for (const struct json *m = json_first(v); m; m = json_next(m)) {
        if (json_kind(m) != JSON_OBJECT)
            return false;
        const char *from = json_string(json_get(m, "role"), role);
        if (strcmp(from, role) != 0 || json_kind(json_get(m, "content")) == JSON_NULL)
            continue;
        if (any)
            str_putc(out, '\n');
        any = true;
        if (!put_message(m, out, &(struct err){0}))
            return false;
    }
    return any;
}

// ShareGPT's names of the roles.
static const char *role_of(const char *from)
{
    static const char *const roles[][2] = {{"human", "user"},        {"user", "user"},           {"gpt", "assistant"},
                                           {"chatgpt", "assistant"}, {"assistant", "assistant"}, {"system", "system"},
                                           {"tool", "tool"},         {"observation", "tool"}};
    for (size_t i = 0; from && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(from, roles[i][0]) == 0)
            return roles[i][1];
    return NULL;
}

static void put_role(const char *role, const struct json *content, struct str *out)
{
    str_printf(out, "{\"role\":\"%s\",\"content\":", role);
    if (content)
        json_print(content, out, false);
    else
        str_puts(out, "null");
    str_putc(out, '}');
}

// Writes the turns as an array of messages.
static bool put_turns(const struct json *v, const struct json *system, struct str *out, struct err *err)
{
    str_putc(out, '[');
    bool any = json_kind(system) == JSON_STRING;
    if (any)
        put_role("system", system, out);
    for (const struct json *turn = json_first(v); turn; turn = json_next(turn)) {
        const char *from = json_string(json_get(turn, "from"), NULL), *role = role_of(from);
        if (!role)
            return fail(err,
                        "has a turn from \"%.32s\"; known are human, user, gpt, chatgpt, assistant, system, tool and "
                        "observation",
                        from ? from : "");
        str_puts(out, any ? "," : "");
        put_role(role, json_get(turn, "value"), out);
        any = true;
    }
    str_putc(out, ']');
    return true;
}

// Whether there is more to a message than role and content: the template is given all of it.
static bool more(const struct json *m)
{
    for (const struct json *i = json_first(m); i; i = json_next(i))
        if (strcmp(json_key(i), "role") != 0 && strcmp(json_key(i), "content") != 0 && json_kind(i) != JSON_NULL)
            return true;
    return false;
}

// The texts of c->json.
static bool load_texts(struct conversation *c, struct arena *memory, struct err *err)
{
    c->messages = arena_array(memory, struct chat_message, json_count(c->json));
    for (const struct json *m = json_first(c->json); m; m = json_next(m)) {
        const char *role = json_string(json_get(m, "role"), NULL);
        struct str content = {0};
        bool ok = role ? put_message(m, &content, err) : fail(err, "has a message without a role");
        if (ok)
            c->messages[c->count++] =
                (struct chat_message){.role = role,
                                      .content = arena_strdup(memory, content.data ? content.data : ""),
                                      .row = more(m) ? m : NULL};
        str_finish(&content);
        if (!ok)
            return false;
    }
    return true;
}

bool conversation_load(struct conversation *c, const struct json *v, const struct json *row, struct arena *memory,
                       struct json **owned, struct err *err)
{
    *c = (struct conversation){.json = v};
    if (json_kind(v) != JSON_ARRAY || json_count(v) == 0)
        return fail(err, "holds no messages");
    if (json_get(json_first(v), "from")) {
        struct str s = {0};
        bool ok = put_turns(v, json_get(row, "system"), &s, err);
        *owned = ok ? json_parse(s.data, s.size, false, "has turns", err) : NULL;
        str_finish(&s);
        if (!*owned)
            return false;
        c->json = *owned;
    }
    return load_texts(c, memory, err);
}
