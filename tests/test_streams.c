// The program at the other end of a pipe, and at the end of a disk: what is answered when, what is lost, what is waited
// for.
#include "test.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/json.h"
#include "base/process.h"
#include "program.h"

// The path of vkr1.
static const char *program(void)
{
    static char path[4200];
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    check(n > 0, "no /proc/self/exe");
    self[n] = 0;
    snprintf(path, sizeof path, "%s/vkr1", dirname(self));
    return path;
}

// Writes one line and waits for its answer before the next, as a program does that asks.
static void converse(const char *const *command, const char *question, const char *answer)
{
    struct process p;
    struct err err = {0};
    struct str out = {0};
    if (!process_start(&p, &(struct process_options){.command = command}, &err)) {
        EXPECT(false, "%s", err.text);
        return;
    }
    for (size_t line = 1; line <= 3; line++) {
        size_t written = 0, size = strlen(question), lines = 0;
        str_clear(&out);
        for (double end = clock_now() + 60; clock_now() < end && !lines && p.out >= 0;) {
            process_wait(&p, written < size, 1);
            written += written < size ? process_write(&p, question + written, size - written) : 0;
            process_read(&p.out, &out);
            lines = out.size && strchr(out.data, '\n');
        }
        EXPECT(lines && strstr(out.data, answer), "%s, line %zu: \"%s\"", command[1], line, out.data ? out.data : "");
        if (!lines)
            break;
    }
    int status = process_end(&p, 10);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: status %d", command[1], status);
    str_finish(&out);
}

TEST(streams, a_line_is_answered_before_the_next_is_there)
{
    const char *model = test_path("golden/stories260K");
    converse((const char *[]){program(), "tokenize", "--model", model, NULL}, "{\"text\": \"Once\"}\n", "{\"ids\":[");
    converse((const char *[]){program(), "tokenize", "--model", model, "--decode", NULL}, "{\"ids\": [403]}\n",
             "{\"text\":");
    converse((const char *[]){program(), "logprob", "--model", model, "--device", "cpu", "--max-length", "16", NULL},
             "{\"ids\": [1, 403]}\n", "\"logprobs\": [null, ");
    converse((const char *[]){program(), "score", "--reward", "numeric", NULL},
             "{\"completion\": \"5\", \"answer\": 5}\n", "\"reward\":1");
}

// In a pipe of packets every write arrives as one.
TEST(streams, generate_prints_each_token_when_it_is_sampled)
{
    int ends[2];
    check(pipe2(ends, O_DIRECT | O_CLOEXEC) == 0, "no pipe");
    const char *path = program(), *model = test_path("golden/stories260K");
    pid_t child = fork();
    if (child == 0) {
        if (dup2(ends[1], 1) == 1 && freopen("/dev/null", "w", stderr))
            execl(path, path, "generate", "--model", model, "--device", "cpu", "--temperature", "0", "--max-tokens",
                  "64", "--max-prompt", "8", "--template", "raw", "", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    char packet[4096];
    int packets = 0, status = -1;
    size_t longest = 0;
    for (ssize_t n; (n = read(ends[0], packet, sizeof packet)) > 0; packets++)
        longest = (size_t)n > longest ? (size_t)n : longest;
    close(ends[0]);
    EXPECT(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    EXPECT(packets > 50 && longest < 20, "%d writes for 64 tokens, up to %zu bytes", packets, longest);
}

static void expect_full(const char *command, const char *input, const char *name)
{
    struct str out = {0}, messages = {0};
    char line[2048], wanted[128];
    snprintf(line, sizeof line, "%s > /dev/full", command);
    snprintf(wanted, sizeof wanted, "vkr1 %s: cannot write to standard output", name);
    int code = program_run_vkr1(line, input, &out, &messages);
    EXPECT(code == 1, "%s: exit code %d: %s", command, code, messages.data);
    EXPECT(strstr(messages.data, wanted), "%s: %s", command, messages.data);
    str_finish(&out);
    str_finish(&messages);
}

TEST(streams, a_full_disk_is_a_failure)
{
    char line[1024];
    const char *model = test_path("golden/stories260K");
    expect_full("--version", "", "--version");
    expect_full("train --keys", "", "train");
    expect_full("bench --help", "", "bench");
    expect_full("check --device cpu --filter 'add one'", "", "check");
    expect_full("score --reward numeric", "{\"completion\":\"5\"}\n", "score");
    snprintf(line, sizeof line, "inspect %s", model);
    expect_full(line, "", "inspect");
    snprintf(line, sizeof line, "tokenize --model %s", model);
    expect_full(line, "{\"text\":\"x\"}\n", "tokenize");
    snprintf(line, sizeof line, "logprob --model %s --device cpu --max-length 16", model);
    expect_full(line, "{\"ids\":[1,2]}\n", "logprob");
    snprintf(line, sizeof line, "generate --model %s --device cpu --template raw --max-tokens 4 --max-prompt 8 x",
             model);
    expect_full(line, "", "generate");
    snprintf(
        line, sizeof line,
        "eval --model %s --device cpu --template raw --task arithmetic --limit 2 --max-tokens 4 --max-prompt 64 --json",
        model);
    expect_full(line, "", "eval");
    snprintf(line, sizeof line, "plan %s --set model.path=%s", test_path("../configs/quickstart.json"),
             test_path("../configs/quickstart-base"));
    expect_full(line, "", "plan");
    expect_full("devices --json", "", "devices");
}

// The number of a closed stream must not become that of a file, into which messages would then be written.
TEST(streams, closed_streams_write_into_no_file)
{
    char dir[512], line[2048], path[600];
    struct str out = {0}, messages = {0};
    struct err err = {0};
    struct lines l = {0};
    snprintf(dir, sizeof dir, "%s", test_tmp("closed"));
    snprintf(
        line, sizeof line,
        "train %s --device cpu --set model.path=%s --set output_dir='%s' --set train.max_steps=2 --set eval.problems=8 "
        "--set rl.prompts_per_step=2 2>&-",
        test_path("../configs/quickstart.json"), test_path("../configs/quickstart-base"), dir);
    int code = program_run_vkr1(line, "", &out, &messages), objects = 0, count = 0;
    EXPECT(code == 0, "exit code %d", code);
    snprintf(path, sizeof path, "%s/metrics.jsonl", dir);
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    for (; lines_next(&l, &err); count++) {
        struct json *row = json_parse(l.line.data, l.line.size, false, "metrics", &err);
        objects += json_get(row, "step") != NULL;
        json_close(row);
    }
    lines_close(&l);
    EXPECT(count == 3 && objects == 3, "%d of %d lines are objects, expected the start and two steps", objects, count);
    snprintf(path, sizeof path, "%s/none.jsonl", dir);
    EXPECT(file_write(path, "{\"completion\":\"5\"}\n", 19, &err), "%s", err.text);
    snprintf(line, sizeof line,
             "score --reward '[{\"reward\":\"exec\",\"command\":[\"sh\",\"-c\",\"while read l; do echo 1; done\"]}]' "
             "'%s' <&- >&-",
             path);
    code = program_run_vkr1(line, "", &out, &messages);
    EXPECT(code == 1 && strstr(messages.data, "vkr1 score: cannot write to standard output"), "%d: %s", code,
           messages.data);
    str_finish(&out);
    str_finish(&messages);
}

TEST(streams, a_config_may_come_from_a_pipe)
{
    struct str out = {0}, messages = {0}, text = {0};
    struct err err = {0};
    int code = program_run_vkr1("plan /dev/stdin", "{\"model\": {\"path\": \"/nowhere\"}, // comment\n\"rl\": 5}", &out,
                                &messages);
    EXPECT(code == 1 && strstr(messages.data, "\"rl\""), "%d: %s", code, messages.data);
    int ends[2];
    check(pipe(ends) == 0, "no pipe");
    EXPECT(write(ends[1], "{\"a\": 7}", 8) == 8, "pipe");
    close(ends[1]);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    struct json *j = json_read(path, true, &err);
    EXPECT(json_int(json_get(j, "a"), 0) == 7, "%s", err.text);
    json_close(j);
    close(ends[0]);
    EXPECT(!file_read(&text, "/dev/zero", 10000, &err), "/dev/zero has an end");
    EXPECT_ERR(&err, "/dev/zero is longer than 10000 bytes");
    err = (struct err){0};
    EXPECT(!json_read("/nowhere", true, &err), "read");
    EXPECT_ERR(&err, "cannot open /nowhere");
    str_finish(&text);
    str_finish(&out);
    str_finish(&messages);
}

TEST(streams, what_is_no_file_is_refused_and_not_waited_for)
{
    struct file f;
    struct err err = {0};
    struct str out = {0}, messages = {0};
    char line[1200], pipe_path[1024];
    snprintf(pipe_path, sizeof pipe_path, "%s", test_tmp("model.safetensors"));
    check(mkfifo(pipe_path, 0600) == 0, "no fifo");
    EXPECT(!file_open(&f, pipe_path, &err), "a pipe was opened");
    EXPECT_ERR(&err, "model.safetensors: it is a pipe, a file was expected");
    err = (struct err){0};
    EXPECT(!file_open(&f, "/dev/null", &err), "a device was opened");
    EXPECT_ERR(&err, "cannot read /dev/null: it is a device, a file was expected");
    err = (struct err){0};
    EXPECT(!file_open(&f, "/tmp", &err), "a directory was opened");
    EXPECT_ERR(&err, "cannot read /tmp: it is a directory, a file was expected");
    snprintf(line, sizeof line, "inspect '%s'", pipe_path);
    int code = program_run_vkr1(line, "", &out, &messages);
    EXPECT(code == 1 && strstr(messages.data, "it is a pipe"), "%d: %s", code, messages.data);
    str_finish(&out);
    str_finish(&messages);
}
