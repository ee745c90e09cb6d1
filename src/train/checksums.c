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

bool checksums_write(const char *dir, struct err *err)
{
    struct arena a = {0};
    struct str s = {0};
    bool ok = true, first = true;
    DIR *d = opendir(dir);
    if (!d)
        return fail_errno(err, "cannot list %s", dir);
    str_putc(&s, '{');
    for (struct dirent *e = readdir(d); ok && e; e = readdir(d)) {
        uint32_t crc;
        if (e->d_name[0] == '.' || strcmp(e->d_name, own) == 0)
            continue;
        ok = checksum_file(arena_printf(&a, "%s/%s", dir, e->d_name), &crc, err);
        str_puts(&s, first ? "\n" : ",\n");
        str_put_json(&s, e->d_name, strlen(e->d_name));
        str_printf(&s, ": %u", ok ? crc : 0);
        first = false;
    }
    closedir(d);
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
