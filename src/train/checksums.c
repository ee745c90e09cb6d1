#include "train/checksums.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/crc32c.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

static const char own[] = "checksums.json";

bool checksum_file(const char *path, uint32_t *crc, struct err *err)
{
    struct file f;
    if (!file_open(&f, path, err))
        return false;
    *crc = crc32c(0, f.data, f.size);
    file_close(&f);
    return true;
}

// The files below dir/folder, which ends in a slash or is empty.
static bool put_files(const char *dir, const char *folder, struct arena *a, struct str *s, struct err *err)
{
    bool ok = true;
    DIR *d = opendir(arena_printf(a, "%s/%s", dir, folder));
    if (!d)
        return fail_errno(err, "cannot list %s/%s", dir, folder);
    for (struct dirent *e = readdir(d); ok && e; e = readdir(d)) {
        uint32_t crc;
        const char *name = arena_printf(a, "%s%s", folder, e->d_name), *path = arena_printf(a, "%s/%s", dir, name);
        if (e->d_name[0] == '.' || strcmp(name, own) == 0)
            continue;
        if (file_is_dir(path)) {
            ok = put_files(dir, arena_printf(a, "%s/", name), a, s, err);
            continue;
        }
        ok = checksum_file(path, &crc, err);
        str_puts(s, s->size > 1 ? ",\n" : "\n");
        str_put_json(s, name, strlen(name));
        str_printf(s, ": %u", ok ? crc : 0);
    }
    closedir(d);
    return ok;
}

bool checksums_write(const char *dir, struct err *err)
{
    struct arena a = {0};
    struct str s = {0};
    str_putc(&s, '{');
    bool ok = put_files(dir, "", &a, &s, err);
    str_puts(&s, "\n}\n");
    ok = ok && file_write(arena_printf(&a, "%s/%s", dir, own), s.data, s.size, err);
    str_finish(&s);
    arena_finish(&a);
    return ok;
}

bool checksums_verify(const char *dir, struct err *err)
{
    struct arena a = {0};
    const char *path = arena_printf(&a, "%s/%s", dir, own);
    bool ok = true;
    if (!file_exists(path)) {
        log_warn("%s has no %s: its files are not compared with what was saved", dir, own);
        arena_finish(&a);
        return true;
    }
    struct json *list = json_open(path, false, err);
    ok = list != NULL;
    for (const struct json *i = json_first(list); ok && i; i = json_next(i)) {
        uint32_t crc;
        const char *file = arena_printf(&a, "%s/%s", dir, json_key(i));
        ok = checksum_file(file, &crc, err) &&
             (json_int(i, -1) == (int64_t)crc ||
              fail(err, "%s is not what was saved: it is damaged, or from another checkpoint", file));
    }
    json_close(list);
    arena_finish(&a);
    return ok;
}
