#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "model/safetensors.h"
#include "model/weights.h"

// What belongs to a tokenizer or a prompt in a Hugging Face directory.
static const char *const tokenizer_files[] = {"tokenizer.json",
                                              "tokenizer_config.json",
                                              "special_tokens_map.json",
                                              "added_tokens.json",
                                              "tokenizer.model",
                                              "vocab.json",
                                              "merges.txt",
                                              "chat_template.jinja",
                                              "chat_template.json",
                                              "additional_chat_templates/tool_use.jinja"};

struct pass { // through safetensors_write
    const struct weights_save *save;
    const struct weight *list;
};

static bool read_weight(void *user, size_t i, uint64_t first, uint64_t n, float *dst, struct err *err)
{
    struct pass *p = user;
    return p->save->read(p->save->user, &p->list[i], first, n, dst, err);
}

static bool save_tensors(const char *path, const struct weights_save *save, struct arena *a, struct err *err)
{
    size_t count;
    struct pass pass = {.save = save, .list = weights_list(save->config, a, &count)};
    struct safetensors_out *out = arena_array(a, struct safetensors_out, count);
    for (size_t i = 0; i < count; i++) {
        const struct weight *w = &pass.list[i];
        out[i] = (struct safetensors_out){.name = w->name, .dtype = save->dtype, .rank = w->rank};
        memcpy(out[i].shape, w->shape, sizeof out[i].shape);
    }
    return safetensors_write(path, out, count, NULL, 0, read_weight, &pass, err);
}

static bool save_config(const char *dir, const struct weights_save *save, struct arena *a, struct err *err)
{
    struct str text = {0};
    config_write(save->config, save->dtype, &text);
    bool ok = file_write(arena_printf(a, "%s/config.json", dir), text.data, text.size, err);
    str_finish(&text);
    return ok;
}

// What the model's own generation_config.json says beside the ids (temperature, top_p, padding ...) stays.
static bool save_generation(const char *dir, const struct weights_save *save, struct arena *a, struct err *err)
{
    const char *from = save->model_dir ? arena_printf(a, "%s/generation_config.json", save->model_dir) : NULL;
    bool kept = from && file_exists(from), ok = true;
    if (!kept && !save->config->eos_count && save->config->bos < 0)
        return true;
    struct str text = {0}, value = {0};
    config_write_generation(save->config, &text);
    struct json *own = kept ? json_open(from, false, err) : NULL;
    struct json *ids = own ? json_parse(text.data, text.size, false, "the ids", err) : NULL;
    for (const struct json *m = json_first(ids); ok && m; m = json_next(m)) {
        if (!str_starts(json_key(m), "bos") && !str_starts(json_key(m), "eos"))
            continue;
        str_clear(&value);
        json_print(m, &value, false);
        ok = json_set(own, json_key(m), value.data, err);
    }
    if (own) {
        str_clear(&text);
        json_print(own, &text, true);
        str_putc(&text, '\n');
    }
    ok = ok && (!kept || ids) &&
         file_write(arena_printf(a, "%s/generation_config.json", dir), text.data, text.size, err);
    json_close(own);
    json_close(ids);
    str_finish(&text);
    str_finish(&value);
    return ok;
}

static bool copy_tokenizer(const char *from_dir, const char *dir, struct arena *a, struct err *err)
{
    for (size_t i = 0; i < sizeof tokenizer_files / sizeof *tokenizer_files; i++) {
        const char *from = arena_printf(a, "%s/%s", from_dir, tokenizer_files[i]);
        const char *to = arena_printf(a, "%s/%s", dir, tokenizer_files[i]);
        if (!file_exists(from))
            continue;
        struct file f;
        if (!file_open(&f, from, err))
            return false;
        const char *folder = arena_printf(a, "%.*s", (int)(strrchr(to, '/') - to), to);
        bool ok = dir_create(folder, err) && file_write(to, f.data, f.size, err) && dir_sync(folder, err);
        file_close(&f);
        if (!ok)
            return false;
    }
    return true;
}

bool weights_save(const char *dir, const struct weights_save *save, struct err *err)
{
    struct arena a = {0};
    bool ok = dir_create(dir, err) && save_config(dir, save, &a, err) && save_generation(dir, save, &a, err);
    if (ok && save->tokenizer_dir)
        ok = copy_tokenizer(save->tokenizer_dir, dir, &a, err);
    else if (ok && save->write_tokenizer)
        ok = save->write_tokenizer(save->tokenizer_user, dir, err);
    ok = ok && save_tensors(arena_printf(&a, "%s/model.safetensors", dir), save, &a, err) && dir_sync(dir, err);
    arena_finish(&a);
    return ok || fail_in(err, "cannot save the model to %s", dir);
}
