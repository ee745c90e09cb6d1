#include "train/metrics.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lines.h"
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

bool metrics_open(struct metrics *m, const char *dir, int64_t last_step, struct metric_values *coming, struct err *err)
{
    char path[4096], events[4096];
    *m = (struct metrics){.dir = dir, .coming = coming};
    snprintf(path, sizeof path, "%s/metrics.jsonl", dir);
    snprintf(events, sizeof events, "%s/tensorboard", dir);
    if (!dir_create(events, err) || !drop_later(path, last_step, err))
        return false;
    m->lines = fopen(path, "ae");
    if (!m->lines)
        return fail_errno(err, "cannot open %s", path);
    snprintf(events, sizeof events, "%s/tensorboard/events.out.tfevents.%lld.%06lld.vkr1", dir, (long long)time(NULL),
             (long long)last_step + 1);
    m->events = fopen(events, "we");
    if (!m->events)
        return fail_errno(err, "cannot open %s", events);
    return tensorboard_begin(m->events, clock_wall(), last_step + 1) || fail_errno(err, "cannot write %s", events);
}

// ---- the coming line

// The place of a name; `add` makes one.
static int find(struct metric_values *v, const char *name, bool add)
{
    for (int i = 0; i < v->count; i++)
        if (strcmp(v->values[i].name, name) == 0)
            return i;
    if (!add)
        return -1;
    check(v->count < METRICS_MAX, "more than %d metrics", METRICS_MAX);
    snprintf(v->values[v->count].name, sizeof v->values[0].name, "%s", name);
    v->values[v->count].sum = 0;
    v->values[v->count].count = 0;
    return v->count++;
}

void metrics_set(struct metrics *m, const char *name, double value)
{
    if (!isfinite(value))
        return;
    int i = find(m->coming, name, true);
    m->coming->values[i].sum = value;
    m->coming->values[i].count = 1;
}

void metrics_add(struct metrics *m, const char *name, double value)
{
    if (!isfinite(value))
        return;
    int i = find(m->coming, name, true);
    m->coming->values[i].sum += value;
    m->coming->values[i].count++;
}

static double value_of(const struct metric_values *v, int i)
{
    return v->values[i].sum / (double)v->values[i].count;
}

double metrics_get(const struct metrics *m, const char *name)
{
    int i = find(m->coming, name, false);
    return i < 0 ? NAN : value_of(m->coming, i);
}

void metric_values_print(const struct metric_values *v, struct str *out)
{
    str_putc(out, '{');
    for (int i = 0; i < v->count; i++) {
        str_printf(out, "%s\"%s\": [", i ? ", " : "", v->values[i].name);
        str_put_number(out, v->values[i].sum);
        str_printf(out, ", %lld]", (long long)v->values[i].count);
    }
    str_putc(out, '}');
}

bool metric_values_read(struct metric_values *v, const struct json *object)
{
    v->count = 0;
    if (object && (json_kind(object) != JSON_OBJECT || json_count(object) > METRICS_MAX))
        return false;
    for (const struct json *j = object ? json_first(object) : NULL; j; j = json_next(j)) {
        bool pair = json_kind(j) == JSON_ARRAY && json_count(j) == 2 && strlen(json_key(j)) < sizeof v->values[0].name;
        double sum = pair ? json_number(json_at(j, 0), NAN) : NAN;
        int64_t count = pair ? json_int(json_at(j, 1), 0) : 0;
        if (isnan(sum) || count < 1)
            return false;
        int i = find(v, json_key(j), true);
        v->values[i].sum = sum;
        v->values[i].count = count;
    }
    return true;
}

// Forgets the values whose names begin with prefix.
static void forget(struct metric_values *v, const char *prefix)
{
    int kept = 0;
    for (int i = 0; i < v->count; i++)
        if (!str_starts(v->values[i].name, prefix))
            v->values[kept++] = v->values[i];
    v->count = kept;
}

bool metrics_write(struct metrics *m, int64_t step, const char *prefix, struct err *err)
{
    struct str line = {0};
    const struct metric_values *v = m->coming;
    double now = clock_wall();
    bool ok = true, any = false;
    str_printf(&line, "{\"step\": %lld", (long long)step);
    for (int i = 0; ok && i < v->count; i++) {
        if (!str_starts(v->values[i].name, prefix))
            continue;
        str_printf(&line, ", \"%s\": ", v->values[i].name);
        str_put_number(&line, value_of(v, i));
        ok = tensorboard_scalar(m->events, now, step, v->values[i].name, (float)value_of(v, i));
        any = true;
    }
    str_puts(&line, "}\n");
    if (any)
        ok = ok && fwrite(line.data, 1, line.size, m->lines) == line.size && fflush(m->lines) == 0 &&
             fflush(m->events) == 0;
    str_finish(&line);
    forget(m->coming, prefix);
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

// ---- the terminal

static void time_text(double s, char *out, size_t n)
{
    long t = (long)(s + 0.5);
    if (t >= 3600)
        snprintf(out, n, "%ld:%02ld:%02ld", t / 3600, t / 60 % 60, t % 60);
    else
        snprintf(out, n, "%ld:%02ld", t / 60, t % 60);
}

// Columns of the terminal: what is longer would go on in a line that cannot be wiped.
static int columns(void)
{
    struct winsize w = {0};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 1000;
}

static void draw(struct progress *p)
{
    if (!p->terminal)
        return;
    char left[32] = "--:--", bar[31], line[256];
    double now = clock_now(), elapsed = now - p->start_s;
    if (p->done > p->start_done)
        time_text(elapsed / (double)(p->done - p->start_done) * (double)(p->total - p->done), left, sizeof left);
    int filled = p->total > 0 ? (int)(30 * p->done / p->total) : 0;
    for (int i = 0; i < 30; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[30] = 0;
    snprintf(line, sizeof line, "%s [%s] %lld/%lld, %s left%s%s%s%s", p->what, bar, (long long)p->done,
             (long long)p->total, left, p->phase ? ", " : "", p->phase ? p->phase : "", p->count[0] ? " " : "",
             p->count);
    fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
    fflush(stderr);
    log_wipe_line(true);
    p->drawn_s = now;
}

void progress_begin(struct progress *p, const char *what, int64_t done, int64_t total)
{
    *p = (struct progress){.what = what,
                           .done = done,
                           .total = total,
                           .start_s = clock_now(),
                           .start_done = done,
                           .terminal = isatty(STDERR_FILENO) == 1};
    draw(p);
}

void progress_phase(struct progress *p, const char *phase)
{
    p->phase = phase;
    p->count[0] = 0;
    draw(p);
}

void progress_count(struct progress *p, int64_t done, int64_t of, const char *unit)
{
    static const double INTERVAL_S = 0.1;
    if (!p->terminal || clock_now() - p->drawn_s < INTERVAL_S)
        return;
    if (of > 0)
        snprintf(p->count, sizeof p->count, "%lld/%lld %s", (long long)done, (long long)of, unit);
    else
        snprintf(p->count, sizeof p->count, "%lld %s", (long long)done, unit);
    draw(p);
}

void progress_step(struct progress *p, int64_t done)
{
    p->done = done;
    p->phase = NULL;
    p->count[0] = 0;
    draw(p);
}

void progress_line(struct progress *p, const char *line)
{
    if (p->terminal)
        fprintf(stderr, "\r\033[K");
    fprintf(stderr, "%s\n", line);
    draw(p);
}

void progress_end(struct progress *p)
{
    if (p->terminal)
        fprintf(stderr, "\r\033[K");
    log_wipe_line(false);
    p->terminal = false;
}
