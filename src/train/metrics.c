#include "train/metrics.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "train/tensorboard.h"

// Keeps the lines of steps up to last_step; a last line that a crash cut off goes too.
static bool drop_later(const char *path, int64_t last_step, struct err *err)
{
    if (!file_exists(path))
        return true;
    struct lines in = {0};
    struct str kept = {0};
    bool ok = lines_open(&in, path, err);
    while (ok && lines_next(&in, err)) {
        struct json *row = json_parse(in.line.data, in.line.size, false, path, &(struct err){0});
        if (json_int(json_get(row, "step"), INT64_MAX) <= last_step) {
            str_append(&kept, in.line.data, in.line.size);
            str_putc(&kept, '\n');
        }
        json_close(row);
    }
    lines_close(&in);
    ok = ok && !err->text[0] && file_write(path, kept.data, kept.size, err);
    str_finish(&kept);
    return ok;
}

bool metrics_open(struct metrics *m, const char *dir, int64_t last_step, struct err *err)
{
    char path[4096], events[4096];
    *m = (struct metrics){.dir = dir};
    snprintf(path, sizeof path, "%s/metrics.jsonl", dir);
    snprintf(events, sizeof events, "%s/tensorboard", dir);
    if (!dir_create(events, err) || !drop_later(path, last_step, err))
        return false;
    m->lines = fopen(path, "ae");
    if (!m->lines)
        return fail_errno(err, "cannot open %s", path);
    snprintf(events, sizeof events, "%s/tensorboard/events.out.tfevents.%lld.%06lld.vkr1", dir, (long long)time(NULL),
             (long long)last_step);
    m->events = fopen(events, "we");
    if (!m->events)
        return fail_errno(err, "cannot open %s", events);
    return tensorboard_begin(m->events, clock_wall(), last_step > 0 ? last_step + 1 : -1) || fail_errno(err, "cannot write %s", events);
}

void metrics_set(struct metrics *m, const char *name, double value)
{
    if (isnan(value))
        return;
    for (int i = 0; i < m->count; i++)
        if (strcmp(m->values[i].name, name) == 0) {
            m->values[i].value = value;
            return;
        }
    check(m->count < METRICS_MAX, "more than %d metrics", METRICS_MAX);
    snprintf(m->values[m->count].name, sizeof m->values[0].name, "%s", name);
    m->values[m->count++].value = value;
}

double metrics_get(const struct metrics *m, const char *name)
{
    for (int i = 0; i < m->count; i++)
        if (strcmp(m->values[i].name, name) == 0)
            return m->values[i].value;
    return NAN;
}

bool metrics_write(struct metrics *m, int64_t step, struct err *err)
{
    struct str line = {0};
    str_printf(&line, "{\"step\": %lld", (long long)step);
    for (int i = 0; i < m->count; i++) {
        str_printf(&line, ", \"%s\": ", m->values[i].name);
        str_put_number(&line, m->values[i].value);
    }
    str_puts(&line, "}\n");
    bool ok = fwrite(line.data, 1, line.size, m->lines) == line.size && fflush(m->lines) == 0;
    double now = clock_wall();
    for (int i = 0; ok && i < m->count; i++)
        ok = tensorboard_scalar(m->events, now, step, m->values[i].name, (float)m->values[i].value);
    ok = ok && fflush(m->events) == 0;
    str_finish(&line);
    m->count = 0;
    return ok || fail_errno(err, "cannot write the metrics in %s", m->dir);
}

void metrics_close(struct metrics *m)
{
    if (m->lines)
        fclose(m->lines);
    if (m->events)
        fclose(m->events);
    *m = (struct metrics){0};
}

static void time_text(double s, char *out, size_t n)
{
    long t = (long)(s + 0.5);
    if (t >= 3600)
        snprintf(out, n, "%ld:%02ld:%02ld", t / 3600, t / 60 % 60, t % 60);
    else
        snprintf(out, n, "%ld:%02ld", t / 60, t % 60);
}

static void draw(const struct progress *p, const char *note)
{
    if (!p->terminal)
        return;
    char left[32] = "--:--", bar[31];
    double elapsed = clock_now() - p->start_s;
    if (p->done > p->start_done)
        time_text(elapsed / (double)(p->done - p->start_done) * (double)(p->total - p->done), left, sizeof left);
    int filled = p->total > 0 ? (int)(30 * p->done / p->total) : 0;
    for (int i = 0; i < 30; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[30] = 0;
    fprintf(stderr, "\r\033[K%s [%s] %lld/%lld, %s left%s%s", p->what, bar, (long long)p->done, (long long)p->total,
            left, note[0] ? ", " : "", note);
    fflush(stderr);
    log_wipe_line(true);
}

void progress_begin(struct progress *p, const char *what, int64_t done, int64_t total)
{
    *p = (struct progress){what, done, total, clock_now(), done, isatty(STDERR_FILENO) == 1};
    draw(p, "");
}

void progress_step(struct progress *p, int64_t done, const char *note)
{
    p->done = done;
    draw(p, note);
}

void progress_line(struct progress *p, const char *line)
{
    if (p->terminal)
        fprintf(stderr, "\r\033[K");
    fprintf(stderr, "%s\n", line);
    draw(p, "");
}

void progress_end(struct progress *p)
{
    if (p->terminal)
        fprintf(stderr, "\r\033[K");
    log_wipe_line(false);
    p->terminal = false;
}
