#include "program.h"

#include <libgen.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "test.h"

static void read_all(const char *path, struct str *to)
{
    struct file f;
    struct err err = {0};
    str_clear(to);
    str_puts(to, "");
    EXPECT(file_open(&f, path, &err), "%s", err.text);
    str_append(to, f.data, f.size);
    file_close(&f);
}

int program_run_vkr1(const char *args, const char *input, struct str *out, struct str *messages)
{
    struct err err = {0};
    struct str command = {0};
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    check(n > 0, "no /proc/self/exe");
    self[n] = 0;
    const char *in = test_tmp("in"), *to = test_tmp("out"), *errors = test_tmp("errors");
    EXPECT(file_write(in, input, strlen(input), &err), "%s", err.text);
    str_printf(&command, "'%s/vkr1' < '%s' > '%s' 2> '%s' %s", dirname(self), in, to, errors, args);
    int status = system(command.data);
    str_finish(&command);
    read_all(to, out);
    read_all(errors, messages);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
