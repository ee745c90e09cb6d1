#include "train/config_paths.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/str.h"
#include "model/chat.h"
#include "model/locate.h"
#include "vk/switches.h"

enum kind { OUTPUT, MODEL, DATA, TEMPLATE };

static const struct path_key {
    const char *section, *key; // section NULL: a key of the top level
    enum kind kind;
} keys[] = {
    {NULL, "output_dir", OUTPUT}, {"model", "path", MODEL},         {"model", "tokenizer", MODEL},
    {"data", "path", DATA},       {"prompt", "template", TEMPLATE},
};
enum { KEYS = sizeof keys / sizeof *keys };

static const struct json *section_of(const struct json *root, const struct path_key *k)
{
    return k->section ? json_get(root, k->section) : root;
}

// The path that stands there; NULL when none does.
static const char *path_of(const struct json *root, const struct path_key *k)
{
    const char *text = json_string(json_get(section_of(root, k), k->key), NULL);
    return text && *text && (k->kind != TEMPLATE || chat_names_file(text)) ? text : NULL;
}

static void set_path(struct json *root, const struct path_key *k, const char *path)
{
    struct str quoted = {0};
    struct err bug = {0};
    str_put_json(&quoted, path, strlen(path));
    check(json_set((struct json *)(uintptr_t)section_of(root, k), k->key, quoted.data, &bug), "%s", bug.text);
    str_finish(&quoted);
}

// /dev/stdin, /dev/fd/3, /proc/self/fd/3: names of an open file, whose own folder they do not tell.
static bool is_descriptor(const char *path, const char *slash)
{
    bool fd = slash - path >= 3 && memcmp(slash - 3, "/fd", 3) == 0;
    return (str_starts(path, "/dev/") && (slash == path + 4 || fd)) || (str_starts(path, "/proc/") && fd);
}

const char *config_paths_folder(const char *config, struct arena *a)
{
    struct stat st;
    const char *slash = config ? strrchr(config, '/') : NULL;
    if (!slash || is_descriptor(config, slash) || stat(config, &st) != 0 || !S_ISREG(st.st_mode))
        return "";
    return arena_strndup(a, config, (size_t)(slash + 1 - config));
}

void config_paths_join(struct json *root, const char *folder)
{
    struct arena a = {0};
    for (int i = 0; i < KEYS; i++) {
        const struct path_key *k = &keys[i];
        const char *path = path_of(root, k), *home = switches()->home, *joined;
        if (!path || path[0] == '/')
            continue;
        if (path[0] == '~' && (!path[1] || path[1] == '/')) {
            if (home)
                set_path(root, k, arena_printf(&a, "%s%s", home, path + 1));
        } else if (k->kind != OUTPUT && *folder) {
            joined = arena_printf(&a, "%s%s", folder, path);
            bool name = k->kind == MODEL && locate_is_name(path) && !file_exists(joined) && !file_exists(path);
            if (!name)
                set_path(root, k, joined);
        }
    }
    arena_finish(&a);
}

bool config_paths_check(const struct json *root, const char *where, const char *folder, struct err *err)
{
    for (int i = 0; *folder && i < KEYS; i++) {
        const struct path_key *k = &keys[i];
        const char *path = path_of(root, k), *given = path && str_starts(path, folder) ? path + strlen(folder) : NULL;
        if (k->kind != OUTPUT && given && !file_exists(path) && file_exists(given))
            return fail(err,
                        "%s: \"%s.%s\" is \"%.200s\", which counts from the folder of the config, and there is no "
                        "%.300s; there is one in the working directory: write its whole path, or give --set "
                        "%s.%s=%.200s",
                        where, k->section, k->key, given, path, k->section, k->key, given);
    }
    return true;
}

void config_paths_absolute(struct json *root)
{
    char here[4096];
    struct arena a = {0};
    for (int i = 0; getcwd(here, sizeof here) && i < KEYS; i++) {
        const struct path_key *k = &keys[i];
        const char *path = path_of(root, k);
        if (!path || path[0] == '/' || (k->kind == MODEL && locate_is_name(path) && !file_exists(path)))
            continue;
        while (str_starts(path, "./"))
            path += 2;
        set_path(root, k, arena_printf(&a, "%s/%s", strcmp(here, "/") == 0 ? "" : here, path));
    }
    arena_finish(&a);
}
