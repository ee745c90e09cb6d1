#include "model/locate.h"

#include <ctype.h>
#include <dirent.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "vk/switches.h"

bool locate_is_name(const char *s)
{
    const char *slash = strchr(s, '/');
    if (!slash || slash == s || !slash[1] || strchr(slash + 1, '/') || s[0] == '.' || s[0] == '~' || strlen(s) > 200)
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("-_./", *s))
            return false;
    return true;
}

// The snapshot that refs/main of a name names; NULL when the cache has none.
static const char *find_snapshot(const char *name, const char *cache, struct arena *a)
{
    int org = (int)strcspn(name, "/");
    const char *repository = arena_printf(a, "%s/models--%.*s--%s", cache, org, name, name + org + 1);
    const char *ref = arena_printf(a, "%s/refs/main", repository);
    struct file f;
    if (!file_exists(ref) || !file_open(&f, ref, NULL))
        return NULL;
    size_t n = 0;
    while (n < f.size && isxdigit(f.data[n]))
        n++;
    const char *path = arena_printf(a, "%s/snapshots/%.*s", repository, (int)n, (const char *)f.data);
    file_close(&f);
    return n && file_is_dir(path) ? path : NULL;
}

const char *locate_model(const char *given, struct arena *a, struct err *err)
{
    if (file_exists(given))
        return arena_strdup(a, given);
    if (!locate_is_name(given)) {
        fail(err, "cannot open %s: there is no such file or directory", given);
        return NULL;
    }
    const char *cache = switches()->hub_cache, *found = cache ? find_snapshot(given, cache, a) : NULL;
    if (!found)
        fail(err,
             "cannot open %s: there is no such file or directory, nor a model of that name in the Hugging Face cache "
             "%s; "
             "this fetches it: hf download %s",
             given, cache ? cache : "(no HOME)", given);
    return found;
}

// The first file of dir whose name ends so; NULL when there is none. *count: files of any name.
static const char *find_ending(const char *dir, const char *const *endings, int *count, struct arena *a)
{
    const char *found = NULL;
    DIR *d = opendir(dir);
    *count = 0;
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        ++*count;
        for (int i = 0; endings[i]; i++)
            if (str_ends(e->d_name, endings[i]) && (!found || strcmp(e->d_name, found) < 0))
                found = arena_strdup(a, e->d_name);
    }
    if (d)
        closedir(d);
    return found;
}

// The base model that an adapter's configuration names.
static bool explain_adapter(const char *dir, const char *path, struct err *err)
{
    struct json *config = json_open(path, false, NULL);
    const char *base = json_string(json_get(config, "base_model_name_or_path"), NULL);
    fail(err,
         "%s holds an adapter%s%.200s, not a whole model: merge it first (PEFT: model.merge_and_unload(), then "
         "save_pretrained)",
         dir, base ? " for " : "", base ? base : "");
    json_close(config);
    return false;
}

bool locate_explain(const char *dir, struct err *err)
{
    static const char *const pickled[] = {".bin", ".pt", ".pth", ".ckpt", NULL}, *const gguf[] = {".gguf", NULL};
    struct arena a = {0};
    int count;
    const char *adapter = arena_printf(&a, "%s/adapter_config.json", dir), *name;
    if (file_exists(adapter))
        explain_adapter(dir, adapter, err);
    else if ((name = find_ending(dir, pickled, &count, &a)) != NULL)
        fail(err,
             "%s holds pickled weights (%.100s), which can run code when they are opened; vkr1 reads safetensors: "
             "python3 -c \"from transformers import AutoModelForCausalLM as M; "
             "M.from_pretrained('%s').save_pretrained('%s')\"",
             dir, name, dir, dir);
    else if ((name = find_ending(dir, gguf, &count, &a)) != NULL)
        fail(err, "%s holds GGUF files and no safetensors; give the file itself: %s/%s", dir, dir, name);
    else if (count == 0)
        fail(err, "%s is an empty directory", dir);
    else
        fail(err, "%s holds neither model.safetensors nor model.safetensors.index.json", dir);
    arena_finish(&a);
    return false;
}
