#include "data/rows.h"

#include <string.h>

static const char SPACE[] = " \t\r\n";

// Formats that are known by their first bytes and not read.
static const struct {
    const char *mark;
    size_t size;
    const char *name, *command; // %s: the path
} others[] = {
    {"PAR1", 4, "a Parquet file",
     "python3 -c 'import sys, pandas; pandas.read_parquet(sys.argv[1]).to_json(sys.argv[1] + \".jsonl\", "
     "orient=\"records\", lines=True)' %s"},
    {"ARROW1", 6, "an Arrow file",
     "python3 -c 'import sys, pandas; pandas.read_feather(sys.argv[1]).to_json(sys.argv[1] + \".jsonl\", "
     "orient=\"records\", lines=True)' %s"},
    {"\x28\xB5\x2F\xFD", 4, "packed by zstd", "zstd -d %s"},
    {"\xFD\x37zXZ", 5, "packed by xz", "xz -d %s"},
    {"BZh", 3, "packed by bzip2", "bzip2 -d %s"},
    {"PK\3\4", 4, "a zip archive", "unzip %s"},
    {"version https://git-lfs", 23, "a pointer of Git LFS, not the file itself", "git lfs pull # beside %s"},
};

static bool known_format(const struct rows *r, struct err *err)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (r->lines.end >= others[i].size && memcmp(r->lines.buffer, others[i].mark, others[i].size) == 0) {
            struct str command = {0};
            for (const char *c = others[i].command; *c; c++)
                if (c[0] == '%') {
                    str_puts(&command, r->lines.name);
                    c++;
                } else {
                    str_putc(&command, *c);
                }
            fail(err, "%s is %s, which is not read here; first: %s", r->lines.name, others[i].name, command.data);
            str_finish(&command);
            return false;
        }
    return true;
}

// Whether the text that begins with [ is a row of its own, made of turns: [{"role": ... or [{"from": ...
static bool is_turns(const char *text, size_t n)
{
    static const char *const keys[] = {"\"role\"", "\"from\"", "\"content\"", "\"value\""};
    size_t i = 1;
    while (i < n && strchr(" \t\r\n{", text[i]))
        i++;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (n - i >= strlen(keys[k]) && memcmp(text + i, keys[k], strlen(keys[k])) == 0)
            return true;
    return false;
}

// Goes over white space and commas to the next byte, -1 at the end and on failure.
static int next_byte(struct rows *r, const char *pass, struct err *err)
{
    struct lines *l = &r->lines;
    for (;;) {
        if (l->at == l->end && !lines_fill(l, err))
            return -1;
        char c = l->buffer[l->at];
        if (!c || !strchr(pass, c))
            return (unsigned char)c;
        r->newlines += c == '\n';
        l->at++;
    }
}

bool rows_open(struct rows *r, const char *path, struct err *err)
{
    *r = (struct rows){0};
    if (!lines_open(&r->lines, path, err))
        return false;
    struct lines *l = &r->lines;
    lines_fill(l, err);
    if (l->end >= 3 && memcmp(l->buffer, "\xEF\xBB\xBF", 3) == 0) // a byte order mark
        l->at = 3;
    size_t first = l->at;
    while (first < l->end && strchr(SPACE, l->buffer[first]))
        first++;
    if (first < l->end && l->buffer[first] == '[' && !is_turns(l->buffer + first, l->end - first)) {
        r->array = true;
        next_byte(r, SPACE, err);
        l->at++;
    }
    if (!err->text[0] && known_format(r, err))
        return true;
    rows_close(r);
    return false;
}

// Appends an element of the array to r->text: up to where its brackets are closed, or a comma or ] outside of any.
// False when the file ends before, on failure, and when it is too long.
static bool take_element(struct rows *r, struct err *err)
{
    struct lines *l = &r->lines;
    size_t depth = 0;
    bool string = false, escape = false;
    for (;;) {
        if (l->at == l->end && !lines_fill(l, err))
            return err->text[0] ? false : fail(err, "the file ends inside this row");
        size_t from = l->at;
        bool done = false;
        for (; !done && l->at < l->end; l->at++) {
            char c = l->buffer[l->at];
            r->newlines += c == '\n';
            if (escape)
                escape = false;
            else if (string && c != '"')
                escape = c == '\\';
            else if (c == '"')
                string = !string;
            else if (c == '{' || c == '[')
                depth++;
            else if (depth && (c == '}' || c == ']'))
                done = --depth == 0;
            else if (!depth && (c == ',' || c == ']'))
                break;
        }
        bool outside = l->at < l->end && !done;
        if (l->at - from > l->max_bytes - r->text.size)
            return fail(err, "longer than %zu bytes", l->max_bytes);
        str_append(&r->text, l->buffer + from, l->at - from);
        if (done || outside)
            return true;
    }
}

static enum rows_next next_element(struct rows *r, struct err *err)
{
    int c = next_byte(r, SPACE, err);
    bool comma = c == ',';
    if (comma) {
        r->lines.at++;
        c = next_byte(r, SPACE, err);
    }
    r->line = r->newlines + 1;
    if (c != -1 && comma != (r->count && c != ']'))
        fail(err, "%s, line %zu: a comma is %s", r->lines.name, r->line, comma ? "followed by no row" : "missing");
    r->ended = c == -1 || c == ']' || err->text[0];
    if (c == ']' && !err->text[0]) {
        r->lines.at++;
        c = next_byte(r, SPACE, err);
        if (c != -1)
            fail(err, "%s, line %zu: there is more after the ] that ends the array", r->lines.name, r->newlines + 1);
    } else if (c == -1 && !err->text[0]) {
        fail(err, "%s: the file ends before the ] of its array, so it is not whole", r->lines.name);
    }
    if (r->ended || err->text[0])
        return err->text[0] ? ROWS_FAILED : ROWS_END;
    str_clear(&r->text);
    str_clear(&r->where);
    str_printf(&r->where, "%s, row %zu in line %zu", r->lines.name, ++r->count, r->line);
    if (take_element(r, err))
        return ROWS_ROW;
    r->ended = true;
    fail_in(err, "%s", r->where.data);
    return ROWS_FAILED;
}

static enum rows_next next_line(struct rows *r, struct err *err)
{
    struct lines *l = &r->lines;
    do {
        if (!lines_next(l, err) && !l->too_long)
            return err->text[0] ? ROWS_FAILED : ROWS_END;
    } while (!l->too_long && strspn(l->line.data, " \t") == l->line.size);
    r->count++;
    r->line = l->number;
    str_clear(&r->where);
    str_printf(&r->where, "%s, line %zu", l->name, l->number);
    return l->too_long ? ROWS_BAD : ROWS_ROW;
}

enum rows_next rows_next(struct rows *r, struct json **row, struct err *err)
{
    *row = NULL;
    if (r->ended)
        return ROWS_END;
    enum rows_next next = r->array ? next_element(r, err) : next_line(r, err);
    if (next != ROWS_ROW)
        return next;
    const struct str *text = r->array ? &r->text : &r->lines.line;
    r->bytes = text->size;
    *row = json_parse(text->data, text->size, false, r->where.data, err);
    return *row ? ROWS_ROW : ROWS_BAD;
}

bool rows_wait(const struct rows *r)
{
    return lines_waits(&r->lines);
}

void rows_close(struct rows *r)
{
    lines_close(&r->lines);
    str_finish(&r->where);
    str_finish(&r->text);
    *r = (struct rows){0};
}
