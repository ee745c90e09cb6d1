#include "data/messages.h"

#include <string.h>

// False when the content is neither a text nor parts.
static bool put_content(const struct json *content, struct str *out)
{
    if (json_kind(content) == JSON_STRING) {
        json_text(content, out);
        return true;
    }
    for (const struct json *part = json_first(content); part; part = json_next(part))
        json_text(json_get(part, "text"), out);
    return json_kind(content) == JSON_ARRAY;
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
        const struct json *content = json_get(m, "content");
        if (strcmp(from, role) != 0 || json_kind(content) == JSON_NULL)
            continue;
        if (any)
            str_putc(out, '\n');
        any = true;
        if (!put_content(content, out))
            return false;
    }
    return any;
}

struct chat_message *messages_load(const struct json *v, struct arena *memory, int *count)
{
    *count = 0;
    if (json_kind(v) != JSON_ARRAY || json_count(v) == 0)
        return NULL;
    struct chat_message *messages = arena_array(memory, struct chat_message, json_count(v));
    for (const struct json *m = json_first(v); m; m = json_next(m)) {
        const char *role = json_string(json_get(m, "role"), NULL);
        struct str content = {0};
        bool ok = role && put_content(json_get(m, "content"), &content);
        if (ok)
            messages[(*count)++] =
                (struct chat_message){.role = role, .content = arena_strdup(memory, content.data ? content.data : "")};
        str_finish(&content);
        if (!ok)
            return NULL;
    }
    return messages;
}
