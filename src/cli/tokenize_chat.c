#include "cli/tokenize_chat.h"

#include <inttypes.h>
#include <string.h>

#include "model/chat.h"

// The members of a row, each with the kind that it must have.
static bool check_row(const struct tokenizer *t, const struct json *row, struct err *err)
{
    static const struct {
        const char *key, *what;
        enum json_kind kind;
    } members[] = {{"messages", "an array", JSON_ARRAY},    {"tools", "an array", JSON_ARRAY},
                   {"template", "a text", JSON_STRING},     {"bos_token", "a text", JSON_STRING},
                   {"eos_token", "a text", JSON_STRING},    {"add_generation_prompt", "true or false", JSON_BOOL},
                   {"variables", "an object", JSON_OBJECT}, {"continue_final_message", "true or false", JSON_BOOL}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        enum json_kind kind = json_kind(json_get(row, members[i].key));
        if (kind != members[i].kind && kind != JSON_ABSENT && kind != JSON_NULL)
            return fail(err, "\"%s\" is wanted as %s", members[i].key, members[i].what);
    }
    if (json_kind(json_get(row, "messages")) != JSON_ARRAY)
        return fail(err, "no \"messages\" of type array");
    if (!t && !json_string(json_get(row, "template"), NULL))
        return fail(err, "no \"template\", and no --model that has one");
    return true;
}

static bool render(struct tokenizer *t, const struct json *row, struct str *text, struct ids *ids, struct err *err)
{
    struct chat chat;
    struct chat_options o = {.template_ = "auto",
                             .jinja = json_string(json_get(row, "template"), NULL),
                             .variables = json_get(row, "variables")};
    if (!chat_init(&chat, t, o, err))
        return false;
    chat.bos = json_string(json_get(row, "bos_token"), chat.bos);
    chat.eos = json_string(json_get(row, "eos_token"), chat.eos);
    chat.as_passed = !t;
    const struct json *tools = json_get(row, "tools");
    bool final = json_bool(json_get(row, "continue_final_message"), false);
    struct chat_conversation v = {.rows = json_get(row, "messages"),
                                  .tools = json_kind(tools) == JSON_ARRAY ? tools : NULL,
                                  .add_generation_prompt = json_bool(json_get(row, "add_generation_prompt"), !final),
                                  .continue_final_message = final};
    bool ok = chat_render(&chat, &v, text, err) &&
              (!t || tokenizer_encode(t, text->data, text->size, chat.own_bos ? 0 : TOKENIZER_SPECIAL, ids, err));
    chat_finish(&chat);
    return ok;
}

bool tokenize_chat(struct tokenizer *t, const struct json *row, struct str *out, struct err *err)
{
    struct str text = {0};
    struct ids ids = {0};
    struct err said = {0};
    if (!check_row(t, row, err))
        return false;
    bool ok = render(t, row, &text, &ids, &said);
    str_puts(out, ok ? "{\"text\":" : "{\"error\":");
    str_put_json(out, ok ? text.data : said.text, ok ? text.size : strlen(said.text));
    if (ok && t) {
        str_puts(out, ",\"ids\":[");
        for (size_t i = 0; i < ids.count; i++)
            str_printf(out, "%s%" PRId32, i ? "," : "", ids.data[i]);
        str_putc(out, ']');
    }
    str_puts(out, "}\n");
    ids_finish(&ids);
    str_finish(&text);
    return true;
}
