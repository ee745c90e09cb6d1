#include "cli/inspect_data.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "base/terminal.h"
#include "data/dataset.h"
#include "data/rows.h"

bool inspect_is_data(const char *path)
{
    struct rows rows;
    struct err err = {0};
    if (file_is_dir(path) || str_ends(path, ".safetensors"))
        return false;
    if (!rows_open(&rows, path, &err))
        return strstr(err.text, " first: ") || strstr(err.text, "gzip"); // known, and not read
    const struct lines *l = &rows.lines;
    size_t at = l->at;
    while (at < l->end && strchr(" \t\r\n", l->buffer[at]))
        at++;
    bool data = rows.array || (at < l->end && strchr("{[", l->buffer[at]));
    rows_close(&rows);
    return data;
}

static void put_text(struct str *out, const char *text)
{
    if (text)
        str_put_json(out, text, strlen(text));
    else
        str_puts(out, "null");
}

static void put_json(const struct dataset *d, const struct bad_rows *bad, struct str *out)
{
    struct str form = {0};
    form_name(&d->form, &form);
    str_puts(out, "{\"form\": ");
    put_text(out, d->count ? form.data : NULL);
    str_printf(out, ", \"rows\": %zu, \"bad\": [", d->count + bad->count);
    for (size_t i = 0; i < bad->kept; i++) {
        str_printf(out, "%s{\"line\": %zu, \"why\": ", i ? ", " : "", bad->rows[i].line);
        put_text(out, bad->rows[i].why);
        str_putc(out, '}');
    }
    str_puts(out, "], \"first\": ");
    if (d->count) {
        str_puts(out, "{\"prompt\": ");
        put_text(out, d->problems[0].prompt);
        str_puts(out, ", \"answer\": ");
        put_text(out, d->problems[0].answer);
        problem_put_answers(&d->problems[0], ", \"answers\": ", out);
        str_puts(out, ", \"completion\": ");
        put_text(out, d->problems[0].solution);
        str_putc(out, '}');
    } else {
        str_puts(out, "null");
    }
    str_puts(out, "}\n");
    str_finish(&form);
}

// A text of the first problem, as JSON writes it, so that a terminal shows it as it is.
static void put_part(struct str *out, const char *name, const char *text)
{
    if (!text)
        return;
    str_printf(out, "  %-10s ", name);
    str_put_json(out, text, strlen(text));
    str_putc(out, '\n');
}

static void put_table(const struct dataset *d, const struct bad_rows *bad, struct str *out)
{
    str_puts(out, "form ");
    form_describe(&d->form, out);
    str_printf(out, "\nrows %zu, of which %zu cannot be read\n", d->count + bad->count, bad->count);
    for (size_t i = 0; i < bad->kept; i++)
        str_printf(out, "  %s\n", bad->rows[i].why);
    if (bad->kept < bad->count)
        str_printf(out, "  and %zu more\n", bad->count - bad->kept);
    str_puts(out, "first problem\n");
    for (int i = 0; i < d->problems[0].message_count; i++)
        put_part(out, d->problems[0].messages[i].role, d->problems[0].messages[i].content);
    if (!d->problems[0].messages)
        put_part(out, "prompt", d->problems[0].prompt);
    put_part(out, d->problems[0].answers ? "answer, one of several" : "answer", d->problems[0].answer);
    put_part(out, "completion", d->problems[0].solution);
}

bool inspect_data(const char *path, bool json, struct err *err)
{
    struct dataset_options o;
    struct dataset d;
    struct bad_rows bad = {0};
    struct str out = {0};
    dataset_defaults(&o, PROBLEM_AUTO);
    o.path = path;
    bool ok = dataset_read(&d, &o, &bad, err);
    if (ok && d.count == 0 && !json)
        ok = bad.count ? fail(err, "none of the %zu rows can be read: %s", bad.count, bad.rows[0].why)
                       : fail(err, "%s holds no problem: it has no row", path);
    if (ok) {
        (json ? put_json : put_table)(&d, &bad, &out);
        terminal_result(out.data, out.size);
        ok = d.count || fail(err, "no row of %s can be read", path);
    }
    str_finish(&out);
    bad_rows_finish(&bad);
    dataset_close(&d);
    return ok;
}
