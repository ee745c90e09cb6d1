#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode) ? "directory" : S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "device";
}

// What Git leaves in place of a large file that was not fetched (git-lfs.com, "pointer").
static bool is_pointer(const struct file *f)
{
    static const char start[] = "version https://git-lfs.github.com/spec/";
    return f->size >= sizeof start - 1 && f->size < 1024 && memcmp(f->data, start, sizeof start - 1) == 0;
}

bool file_open(struct file *f, const char *path, struct err *err)
{
    *f = (struct file){.data = (const uint8_t *)"", .size = 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe without a writer would be waited for
    if (fd < 0)
        return fail_errno(err, "cannot open %s", path);
    struct stat st;
    bool ok = fstat(fd, &st) == 0 || fail_errno(err, "cannot read %s", path);
    if (ok && !S_ISREG(st.st_mode))
        ok = fail(err, "cannot read %s: it is a %s, a file was expected", path, kind_of(st.st_mode));
    if (ok && st.st_size > 0) {
        void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED)
            ok = fail_errno(err, "cannot map %s", path);
        else
            *f = (struct file){.data = map, .size = (size_t)st.st_size};
    }
    close(fd);
    if (ok && is_pointer(f)) {
        file_close(f);
        ok = fail(err, "%s is a Git LFS pointer, not the file itself: run `git lfs pull` where it was cloned", path);
    }
    return ok;
}

bool file_read(struct str *to, const char *path, size_t max_bytes, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = true;
    if (fd < 0)
        return fail_errno(err, "cannot open %s", path);
    char part[4096];
    for (ssize_t n = 1; ok && n > 0;) {
        n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            ok = fail_errno(err, "cannot read %s", path);
        else if ((size_t)n > max_bytes - to->size)
            ok = fail(err, "%s is longer than %zu bytes", path, max_bytes);
        else
            str_append(to, part, (size_t)n);
    }
    close(fd);
    return ok;
}

void file_close(struct file *f)
{
    if (f->size)
        munmap((void *)(uintptr_t)f->data, f->size);
    *f = (struct file){0};
}

static void parent_of(const char *path, char *parent, size_t n)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(parent, n, ".");
    else
        snprintf(parent, n, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

bool dir_sync(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, "cannot open directory %s", path);
    bool ok = fsync(fd) == 0 || errno == EINVAL || fail_errno(err, "cannot sync directory %s", path);
    close(fd);
    return ok;
}

bool dir_lock(struct dir_lock *l, const char *path, struct err *err)
{
    *l = (struct dir_lock){.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (l->fd < 0)
        return fail_errno(err, "cannot open directory %s", path);
    l->held = true;
    if (flock(l->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return true;
    dir_unlock(l);
    return fail(err, "another process works in %s: wait for its end, or take another directory", path);
}

void dir_unlock(struct dir_lock *l)
{
    if (l->held)
        close(l->fd);
    *l = (struct dir_lock){0};
}

bool file_rename(const char *from, const char *to, struct err *err)
{
    char parent[4096];
    parent_of(to, parent, sizeof parent);
    if (rename(from, to) != 0)
        return fail_errno(err, "cannot rename %s to %s", from, to);
    return dir_sync(parent, err);
}

bool file_write(const char *path, const void *data, size_t size, struct err *err)
{
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail_errno(err, "cannot create %s", temporary);
    bool ok = true;
    for (size_t done = 0; ok && done < size;) {
        ssize_t n = write(fd, (const char *)data + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0 || fail_errno(err, "cannot write %s (%zu of %zu bytes written)", path, done, size);
        done += ok ? (size_t)n : 0;
    }
    ok = ok && (fsync(fd) == 0 || fail_errno(err, "cannot sync %s", path));
    if (close(fd) != 0 && ok)
        ok = fail_errno(err, "cannot close %s", path);
    ok = ok && file_rename(temporary, path, err);
    if (!ok)
        unlink(temporary);
    return ok;
}

FILE *file_create(const char *path)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); // O_EXCL follows no link either
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (fd >= 0 && !f)
        close(fd);
    return f;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool dir_create(const char *path, struct err *err)
{
    char part[4096];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return fail(err, "cannot create directory \"%s\": the path is %s", path, n ? "too long" : "empty");
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != 0)
            continue;
        char c = part[i];
        part[i] = 0;
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return fail_errno(err, "cannot create directory %s", part);
        part[i] = c;
    }
    return file_is_dir(path) || fail(err, "cannot create directory %s: a file of that name exists", path);
}

bool dir_remove(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT || fail_errno(err, "cannot remove %s", path);
    if (!S_ISDIR(st.st_mode))
        return unlink(path) == 0 || fail_errno(err, "cannot remove %s", path);
    DIR *dir = opendir(path);
    if (!dir)
        return fail_errno(err, "cannot read directory %s", path);
    bool ok = true;
    for (struct dirent *e = readdir(dir); ok && e; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        char child[4096];
        int n = snprintf(child, sizeof child, "%s/%s", path, e->d_name);
        ok = n > 0 && (size_t)n < sizeof child ? dir_remove(child, err)
                                               : fail(err, "cannot remove %s: path too long", path);
    }
    closedir(dir);
    return ok && (rmdir(path) == 0 || fail_errno(err, "cannot remove directory %s", path));
}
