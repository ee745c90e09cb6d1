// Chat templates and conversations. Fields: the form's name or Jinja text, the model's own template, system message,
// user message, the assistant's, and messages as JSON (they replace the others when they are an array).
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "input.h"
#include "model/chat.h"
#include "model/jinja.h"
#include "model/tokenizer.h"

// Whatever a template is, it ends: with a text or with a sentence. Spans lie in the text, in order.
static void try_all(const struct chat *c, const struct chat_conversation *v)
{
    static struct str out;
    struct arena memory = {0};
    struct err err = {0};
    struct jinja_span *spans;
    size_t count = 0;
    str_clear(&out);
    bool ok = chat_render(c, v, &out, &err);
    check(ok || err.text[0], "a failure without a sentence");
    struct chat_conversation final = *v;
    final.add_generation_prompt = false;
    final.continue_final_message = true;
    str_clear(&out);
    chat_render(c, &final, &out, &(struct err){0});
    str_clear(&out);
    if (!v->rows && chat_spans(c, v, &out, &spans, &count, &memory, &(struct err){0}))
        for (size_t i = 0; i < count; i++)
            check(spans[i].begin <= spans[i].end && spans[i].end <= out.size, "span %zu", i);
    arena_finish(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = {(const char *)data, size};
    const char *name = input_string(&input), *jinja = input_string(&input);
    struct chat_message m[] = {{.role = "system", .content = input_string(&input)},
                               {.role = "user", .content = input_string(&input)},
                               {.role = "assistant", .content = input_string(&input)}};
    const char *rows = input_string(&input);
    struct tokenizer t = {.chat_template = *jinja ? jinja : NULL, .bos = -1, .eos = -1, .pad = -1};
    struct json *list = json_parse(rows, strlen(rows), false, "rows", NULL);
    struct chat c;
    if (!strchr(name, '/') && !strstr(name, ".jinja") && // no files
        chat_init(&c, &t, (struct chat_options){.template_ = name}, NULL)) {
        c.bos = "<s>";
        c.now = 1000000000;
        struct chat_conversation v = {.messages = m, .count = 3, .add_generation_prompt = true};
        try_all(&c, &v);
        v = (struct chat_conversation){.rows = list, .tools = list};
        if (json_kind(list) == JSON_ARRAY)
            try_all(&c, &v);
        chat_finish(&c);
    }
    json_close(list);
    input_forget();
    return 0;
}
