#include "quickstart_run.h"

#include <stdarg.h>

#include "base/lines.h"
#include "base/json.h"
#include "program.h"
#include "test.h"

const char *quickstart_run(const char *name, struct str *said, ...)
{
    struct str command = {0}, out = {0}, messages = {0};
    const char *dir = test_tmp(name), *set;
    va_list args;
    str_printf(&command, "train '%s' --device cpu --set model.path='%s' --set output_dir='%s'",
               test_path("../configs/quickstart.json"), test_path("../configs/quickstart-base"), dir);
    va_start(args, said);
    while ((set = va_arg(args, const char *)) != NULL)
        str_printf(&command, set[0] == '-' ? " %s" : " --set '%s'", set);
    va_end(args);
    int code = program_run_vkr1(command.data, "", &out, &messages);
    EXPECT(code == 0, "exit code %d: %s", code, messages.data);
    if (said) {
        str_clear(said);
        str_puts(said, out.data);
        str_puts(said, messages.data);
    }
    str_finish(&command);
    str_finish(&out);
    str_finish(&messages);
    return dir;
}

int values_of(const char *dir, const char *name, double values[64])
{
    char path[2048];
    struct lines l = {0};
    struct err err = {0};
    int n = 0;
    snprintf(path, sizeof path, "%s/metrics.jsonl", dir);
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    while (n < 64 && lines_next(&l, &err)) {
        struct json *row = json_parse(l.line.data, l.line.size, false, "metrics", &err);
        values[n++] = json_number(json_get(row, name), NAN);
        json_close(row);
    }
    lines_close(&l);
    EXPECT(!err.text[0], "%s", err.text);
    return n;
}

double value_of(const char *dir, const char *name, int line)
{
    double values[64];
    int n = values_of(dir, name, values);
    EXPECT(line < n, "%d lines", n);
    return line < n ? values[line] : NAN;
}

void expect_refused(const char *command_name, const char *arguments, const char *message)
{
    struct str out = {0}, messages = {0}, command = {0};
    str_printf(&command, "%s '%s' --device cpu --set model.path='%s' %s", command_name,
               test_path("../configs/quickstart.json"), test_path("../configs/quickstart-base"), arguments);
    int code = program_run_vkr1(command.data, "", &out, &messages);
    EXPECT(code == 1 && strstr(messages.data, message), "exit code %d: %s", code, messages.data);
    str_finish(&command);
    str_finish(&out);
    str_finish(&messages);
}
