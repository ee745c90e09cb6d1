// vkr1 score from the outside: the contract of its lines, its exit code, its messages.
#include "test.h"

#include <libgen.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "program.h"

// Runs vkr1 score with `args` on `input`; returns the exit code.
static int score(const char *args, const char *input, char *out, size_t out_size, char *messages, size_t messages_size)
{
    struct str command = {0}, written = {0}, errors = {0};
    str_printf(&command, "score %s", args);
    int code = program_run_vkr1(command.data, input, &written, &errors);
    snprintf(out, out_size, "%s", written.data);
    snprintf(messages, messages_size, "%s", errors.data);
    str_finish(&command);
    str_finish(&written);
    str_finish(&errors);
    return code;
}

TEST(score, lines_follow_the_contract)
{
    char out[4096], messages[4096];
    int code =
        score("--reward numeric:1,format:0.5,countdown:2",
              "{\"completion\":\"<think>\\nx\\n</think>\\n<answer>\\n1,234.0\\n</answer>\",\"answer\":\"1234\"}\n"
              "\n{\"completion\":\"5\",\"answer\":6}\r\n"
              "{\"completion\":\"<answer>(1+2)*3</answer>\",\"nums\":[1,2,3],\"target\":9}",
              out, sizeof out, messages, sizeof messages);
    EXPECT(code == 0, "%d: %s", code, messages);
    EXPECT(strcmp(out,
                  "{\"rewards\":{\"numeric\":1,\"format\":1,\"countdown\":null},\"reward\":1.5,\"answer\":\"1234\"}\n"
                  "{\"rewards\":{\"numeric\":0,\"format\":0,\"countdown\":null},\"reward\":0,\"answer\":\"5\"}\n"
                  "{\"rewards\":{\"numeric\":null,\"format\":0,\"countdown\":1},\"reward\":2,\"answer\":\"9\"}\n") == 0,
           "%s", out);
    EXPECT(strstr(messages,
                  "3 scored, 0 bad lines; numeric mean 0.5000 (1 skipped); format mean 0.3333; countdown mean "
                  "1.0000 (2 skipped); reward mean 1.1667"),
           "%s", messages);
    EXPECT(strstr(messages, "vkr1 score: numeric cannot judge 1 of 3 lines: line 4: no gold answer: skipped\n"), "%s",
           messages);
    EXPECT(strstr(messages, "vkr1 score: countdown cannot judge 2 of 3 lines: line 1: the problem has no nums or no "
                            "target: skipped; line 3: the problem has no nums or no target: skipped\n"),
           "%s", messages);
    code = score("--reward numeric", "{\"completion\":\"5\"}\n", out, sizeof out, messages, sizeof messages);
    EXPECT(code == 0 && strcmp(out, "{\"rewards\":{\"numeric\":null},\"reward\":null,\"answer\":\"5\"}\n") == 0,
           "%d %s", code, out);
}

// Any of several gold answers is right, in every reward that compares with one; the sentence is about the best of them.
TEST(score, any_of_several_golds)
{
    static const struct {
        const char *row, *rewards, *why;
    } rows[] = {
        {"{\"completion\":\"\\\\boxed{5}\",\"answer\":[\"4\",5]}",
         "\"numeric\":1,\"math\":1,\"exact\":1,\"contains\":1", "equals 5"},
        {"{\"completion\":\"\\\\boxed{4}\",\"answer\":[\"4\",\"5\"]}",
         "\"numeric\":1,\"math\":1,\"exact\":1,\"contains\":1", "equals 4"},
        {"{\"completion\":\"\\\\boxed{6}\",\"answer\":[\"4\",\"5\"]}",
         "\"numeric\":0,\"math\":0,\"exact\":0,\"contains\":0", "is not 4"},
        {"{\"completion\":\"\\\\boxed{5}\",\"answer\":[\"y\",\"x+1\",\"5\"]}",
         "\"numeric\":1,\"math\":1,\"exact\":1,\"contains\":1", "equals 5"}, // one that numeric cannot read
        {"{\"completion\":\"\\\\boxed{5}\",\"answer\":[\"x\",\"y\"]}",
         "\"numeric\":null,\"math\":0,\"exact\":0,\"contains\":0", "is not a number: skipped"},
        {"{\"completion\":\"\\\\boxed{45}\",\"answer\":[\"4\",\"5\"]}",
         "\"numeric\":0,\"math\":0,\"exact\":0,\"contains\":0", NULL},
        {"{\"completion\":\"\\\\boxed{5}\",\"reward_model\":{\"ground_truth\":\"[\\\"4\\\", \\\"5\\\"]\"}}",
         "\"numeric\":1,\"math\":1,\"exact\":1,\"contains\":1", NULL}, // verl's rows: a list as text
        {"{\"completion\":\"\\\\boxed{5}\",\"reward_model\":{\"ground_truth\":\"[4, 5]\"}}",
         "\"numeric\":null,\"math\":0,\"exact\":0,\"contains\":0", NULL}, // an interval in verl's rows too
        {"{\"completion\":\"\\\\boxed{[-2,7]}\",\"reward_model\":{\"ground_truth\":\"[-2,7]\"}}",
         "\"numeric\":null,\"math\":1,\"exact\":1,\"contains\":1", NULL},
        {"{\"completion\":\"\\\\boxed{5}\",\"answer\":\"[4, 5]\"}",
         "\"numeric\":null,\"math\":0,\"exact\":0,\"contains\":0", NULL}, // an interval
        {"{\"completion\":\"Paris\",\"reward_model\":{\"ground_truth\":{\"target\":[\"Rome\",\"Paris\"]}}}",
         "\"numeric\":null,\"math\":null,\"exact\":1,\"contains\":1", NULL}, // search questions
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[4096], messages[4096], want[256];
        snprintf(want, sizeof want, "{\"rewards\":{%s}", rows[i].rewards);
        int code = score("--reward numeric,math,exact,contains --explain", rows[i].row, out, sizeof out, messages,
                         sizeof messages);
        EXPECT(code == 0 && strncmp(out, want, strlen(want)) == 0, "%s: %s", rows[i].row, out);
        EXPECT(!rows[i].why || strstr(out, rows[i].why), "%s: %s", rows[i].row, out);
    }
}

// The gold answer of a question with choices is the label, as in a file that is learnt from.
TEST(score, choices_are_named_by_their_labels)
{
    static const struct {
        const char *gold, *said, *value; // NULL: a bad line
    } rows[] = {
        {"\"choices\":[\"x\",\"y\"],\"answer\":1", "B", "1"},
        {"\"choices\":[\"x\",\"y\"],\"answer\":1", "1", "0"},
        {"\"choices\":[\"x\",\"y\"],\"answer\":\"y\"", "B", "1"},
        {"\"options\":[\"x\",\"y\"],\"answer\":\"y, since\",\"answerKey\":\"B\"", "B", "1"},
        {"\"choices\":{\"text\":[\"x\",\"y\"],\"label\":[\"1\",\"2\"]},\"answerKey\":\"2\"", "2", "1"},
        {"\"choices\":[],\"answer\":1", "1", "1"},
        {"\"choices\":[\"x\",\"y\"],\"answer\":null", "B", "null"},
        {"\"choices\":[\"x\",\"y\"],\"answer\":null,\"solution\":\"B\"", "B", "1"},
        {"\"choices\":[\"x\",\"y\"],\"answer\":2", "B", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char row[256], out[512], messages[1024], want[64];
        snprintf(row, sizeof row, "{\"completion\":\"%s\",%s}", rows[i].said, rows[i].gold);
        snprintf(want, sizeof want, "{\"rewards\":{\"exact\":%s}", rows[i].value ? rows[i].value : "");
        int code = score("--reward exact", row, out, sizeof out, messages, sizeof messages);
        if (rows[i].value)
            EXPECT(code == 0 && str_starts(out, want), "%s: %s%s", row, out, messages);
        else
            EXPECT(code == 1 &&
                       strstr(messages, "line 1: the field \"answer\" must be the place, the label or the text "
                                        "of a choice"),
                   "%s: %s%s", row, out, messages);
    }
}

TEST(score, golds_are_the_digits_that_the_file_has)
{
    static const struct {
        const char *reward, *row, *value;
    } rows[] = {
        {"numeric", "{\"completion\":\"9007199254740992\",\"answer\":9007199254740993}", "0"},
        {"numeric", "{\"completion\":\"9007199254740993\",\"answer\":9007199254740993}", "1"},
        {"exact", "{\"completion\":\"100000000000000000\",\"answer\":100000000000000000}", "1"},
        {"exact", "{\"completion\":\"1e17\",\"answer\":1e17}", "1"},
        {"exact", "{\"completion\":\"0.00001\",\"answer\":0.00001}", "1"},
        {"exact", "{\"completion\":\"1.0\",\"answer\":1.0}", "1"},
        {"exact", "{\"completion\":\"1\",\"answer\":1.0}", "0"},
        {"exact", "{\"completion\":\"2\",\"answer\":1,\"answer\":2}", "1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char args[32], out[512], messages[512], want[64];
        snprintf(args, sizeof args, "--reward %s", rows[i].reward);
        snprintf(want, sizeof want, "{\"rewards\":{\"%s\":%s}", rows[i].reward, rows[i].value);
        score(args, rows[i].row, out, sizeof out, messages, sizeof messages);
        EXPECT(str_starts(out, want), "%s: %s%s", rows[i].row, out, messages);
    }
}

TEST(score, bad_lines_are_reported_and_the_rest_goes_on)
{
    char out[4096], messages[4096];
    int code = score("--reward numeric --explain",
                     "{\"completion\":\"5\",\"answer\":\"5\"}\nnope\n{\"answer\":\"5\"}\n[]\n"
                     "{\"completion\":7}\n{\"completion\":\"5\",\"answer\":[5,{}]}\n"
                     "{\"completion\":\"5\",\"nums\":[0.5]}\n{\"completion\":\"5\",\"completion_ids\":[-1]}\n"
                     "{\"completion\":\"6\",\"answer\":\"5\"}\n",
                     out, sizeof out, messages, sizeof messages);
    EXPECT(code == 1, "%d", code);
    EXPECT(strcmp(out, "{\"rewards\":{\"numeric\":1},\"reward\":1,\"answer\":\"5\",\"explain\":{\"numeric\":"
                       "\"\\\"5\\\" from the whole text "
                       "equals "
                       "5\"}}\n{\"rewards\":{\"numeric\":0},\"reward\":0,\"answer\":\"6\",\"explain\":{\"numeric\":"
                       "\"\\\"6\\\" from "
                       "the whole text is not 5\"}}\n") == 0,
           "%s", out);
    static const char *const wanted[] = {
        "line 2: not valid JSON",
        "line 3: the field \"completion\" is missing",
        "line 4: a JSON object was expected",
        "line 5: the field \"completion\" is neither a text nor messages",
        "line 6: the field \"answer\" must be a text, a number, a list of these or null, not ",
        "line 7: the field \"nums\" must be an array",
        "line 8: \"completion_ids\" must be an array of whole numbers and has ",
        "7 of 9 lines could not be scored",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        EXPECT(strstr(messages, wanted[i]), "\"%s\" is not in: %s", wanted[i], messages);
}

TEST(score, adjacent_lines_of_a_group_are_compared)
{
    char out[4096], messages[4096];
    int code =
        score("--reward length:1,numeric:0",
              "{\"completion\":\"5\",\"answer\":5,\"group\":1}\n{\"completion\":\"aaa 5\",\"answer\":5,\"group\":1}\n"
              "{\"completion\":\"aaaaaaa 5\",\"answer\":5,\"group\":\"1\"}\n"
              "{\"completion\":\"aaaaaaa 5\",\"answer\":5}\n",
              out, sizeof out, messages, sizeof messages);
    EXPECT(code == 0, "%s", messages);
    EXPECT(strcmp(out, "{\"rewards\":{\"length\":0.5,\"numeric\":1},\"reward\":0.5,\"answer\":\"5\"}\n"
                       "{\"rewards\":{\"length\":-0.5,\"numeric\":1},\"reward\":-0.5,\"answer\":\"5\"}\n"
                       "{\"rewards\":{\"length\":0,\"numeric\":1},\"reward\":0,\"answer\":\"5\"}\n"
                       "{\"rewards\":{\"length\":0,\"numeric\":1},\"reward\":0,\"answer\":\"5\"}\n") == 0,
           "%s", out);
}

// What others write into their rows: TRL's messages and "solution", verl's "ground_truth".
TEST(score, rows_of_others_are_understood)
{
    static const struct {
        const char *row, *rewards, *answer;
    } rows[] = {
        {"{\"completion\":[{\"role\":\"assistant\",\"content\":\"so 5\"}],\"answer\":\"5\"}", "1", "\"5\""},
        {"{\"completion\":[{\"content\":\"so 5\"}],\"answer\":5}", "1", "\"5\""},
        {"{\"completion\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"so "
         "\"},{\"type\":\"text\",\"text\":\"5\"}]}],"
         "\"answer\":5}",
         "1", "\"5\""},
        {"{\"completion\":[{\"role\":\"assistant\",\"content\":\"4\"},{\"role\":\"tool\",\"content\":\"6\"},"
         "{\"role\":\"assistant\",\"content\":\"5\"}],\"answer\":5}",
         "1", "\"5\""},
        {"{\"completion\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]},{\"role\":\"assistant\","
         "\"content\":\"5\"}],"
         "\"answer\":5}",
         "1", "\"5\""},
        {"{\"completion\":\"5\",\"prompt\":[{\"role\":\"user\",\"content\":\"2 + 3?\"}],\"solution\":\"\\\\boxed{5}\"}",
         "1", "\"5\""},
        {"{\"completion\":\"5\",\"answer\":null,\"solution\":5}", "1", "\"5\""},
        {"{\"completion\":\"5\",\"answer\":6,\"solution\":5}", "0", "\"5\""},
        {"{\"completion\":\"5\",\"solution\":6,\"ground_truth\":5}", "0", "\"5\""},
        {"{\"completion\":\"5\",\"ground_truth\":\"5\"}", "1", "\"5\""},
        {"{\"completion\":\"5\",\"reward_model\":{\"style\":\"rule\",\"ground_truth\":\"5\"}}", "1", "\"5\""},
        {"{\"completion\":\"5\",\"prompt\":7,\"x\":{\"y\":[]}}", "null", "\"5\""},
        {"{\"completion\":\"none\",\"answer\":5}", "0", "null"},
        {"{\"completion\":\"6 \\u0000 5\",\"answer\":5}", "1", "\"5\""}, // a zero byte does not cut the text
        {"{\"completion\":[{\"content\":\"6 \\u0000 5\"}],\"answer\":5}", "1", "\"5\""},
    };
    struct str input = {0}, wanted = {0};
    char out[8192], messages[4096];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_printf(&input, "%s\n", rows[i].row);
        str_printf(&wanted, "{\"rewards\":{\"numeric\":%s},\"reward\":%s,\"answer\":%s}\n", rows[i].rewards,
                   rows[i].rewards, rows[i].answer);
    }
    int code = score("--reward numeric", input.data, out, sizeof out, messages, sizeof messages);
    EXPECT(code == 0, "%s", messages);
    EXPECT(strcmp(out, wanted.data) == 0, "%s\nexpected\n%s", out, wanted.data);
    static const char *const bad[] = {
        "[]", "[5]", "[{\"role\":\"user\",\"content\":\"5\"}]", "[{\"content\":5}]", "{}", "null", "true"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        str_clear(&input);
        str_printf(&input, "{\"completion\":%s}\n", bad[i]);
        code = score("--reward numeric", input.data, out, sizeof out, messages, sizeof messages);
        EXPECT(code == 1 &&
                   strstr(messages,
                          "line 1: the field \"completion\" is neither a text nor messages with one of role assistant"),
               "%s: %s", bad[i], messages);
    }
    code = score("--reward numeric", "{\"completion\":\"5\",\"solution\":[]}\n", out, sizeof out, messages,
                 sizeof messages);
    EXPECT(code == 1 &&
               strstr(messages, "line 1: the field \"solution\" must be a text, a number, a list of these or null"),
           "%s", messages);
    str_finish(&input);
    str_finish(&wanted);
}

TEST(score, a_line_that_is_too_long_is_a_bad_line)
{
    struct str input = {0};
    char out[4096], messages[4096];
    str_puts(&input, "{\"completion\":\"5\",\"answer\":5}\n{\"completion\":\"");
    static const char block[] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n"; // 63 and a letter's place
    for (size_t i = 0; i < (64u << 20) / 63 + 1; i++)
        str_append(&input, block, sizeof block - 2);
    str_puts(&input, "\"}\n{\"completion\":\"6\",\"answer\":5}\n");
    int code = score("--reward numeric", input.data, out, sizeof out, messages, sizeof messages);
    EXPECT(code == 1 && strstr(messages, "line 2: longer than 67108864 bytes") &&
               strstr(messages, "2 scored, 1 bad lines"),
           "%s", messages);
    EXPECT(strcmp(out, "{\"rewards\":{\"numeric\":1},\"reward\":1,\"answer\":\"5\"}\n"
                       "{\"rewards\":{\"numeric\":0},\"reward\":0,\"answer\":\"6\"}\n") == 0,
           "%s", out);
    str_finish(&input);
}

TEST(score, groups_span_batches)
{
    struct str input = {0}, out = {0}, messages = {0};
    for (int i = 0; i < 1500; i++) // groups of three; one of them crosses each boundary of a batch
        str_printf(&input, "{\"completion\":\"%.*s5\",\"answer\":5,\"group\":%d}\n", i % 3, "  ", i / 3);
    for (int i = 0; i < 1300; i++) // one group that is too large
        str_printf(&input, "{\"completion\":\"5\",\"answer\":5,\"group\":\"all\"}\n");
    int code = program_run_vkr1("score --reward length:1,numeric:0", input.data, &out, &messages), rows = 0;
    EXPECT(code == 0 && strstr(messages.data, "line 2525: its group is cut here"), "%s", messages.data);
    static const char *const values[] = {"0.5", "0", "-0.5"};
    for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"), rows++) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "{\"rewards\":{\"length\":%s,", rows < 1500 ? values[rows % 3] : "0");
        EXPECT(strncmp(line, wanted, strlen(wanted)) == 0, "row %d: %s", rows, line);
    }
    EXPECT(rows == 2800, "%d rows", rows);
    str_finish(&input);
    str_finish(&out);
    str_finish(&messages);
}

#ifndef __SANITIZE_ADDRESS__
// The most memory that vkr1 score used for n rows, in KiB.
static long memory_for(int n)
{
    struct str input = {0};
    struct err err = {0};
    struct rusage usage = {0};
    for (int i = 0; i < n; i++)
        str_printf(
            &input,
            "{\"completion\":\"<think>\\nIt is %d + %d.\\n</think>\\n<answer>\\n%d\\n</answer>\",\"answer\":\"%d\"}\n",
            i, i, 2 * i, 2 * i);
    EXPECT(file_write(test_tmp("rows"), input.data, input.size, &err), "%s", err.text);
    str_finish(&input);
    char self[4096], program[4200];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = 0;
    snprintf(program, sizeof program, "%s/vkr1", dirname(self));
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr))
            execl(program, program, "score", "--reward", "numeric:1,format:0.5,repetition:1", "--explain",
                  test_tmp("rows"), (char *)NULL);
        _exit(127);
    }
    int status = -1;
    EXPECT(child > 0 && wait4(child, &status, 0, &usage) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "status %d", status);
    return usage.ru_maxrss;
}
#endif

TEST(score, memory_does_not_grow_with_the_rows)
{
#ifdef __SANITIZE_ADDRESS__
    test_skip("the sanitizer keeps freed memory");
#else
    long few = memory_for(1000), many = memory_for(100000);
    EXPECT(few > 1000 && few < 65536 && many < few + 2048, "%ld KiB for 1,000 rows, %ld KiB for 100,000", few, many);
#endif
}

TEST(score, wrong_command_lines)
{
    char out[4096], messages[4096];
    EXPECT(score("", "", out, sizeof out, messages, sizeof messages) == 2 && strstr(messages, "--reward is missing"),
           "%s", messages);
    EXPECT(score("--reward numerics", "", out, sizeof out, messages, sizeof messages) == 2 &&
               strstr(messages, "unknown reward \"numerics\", did you mean \"numeric\"?"),
           "%s", messages);
    EXPECT(score("--reward numeric /nowhere/x", "", out, sizeof out, messages, sizeof messages) == 1 &&
               strstr(messages, "cannot open /nowhere/x"),
           "%s", messages);
    EXPECT(score("--help", "", out, sizeof out, messages, sizeof messages) == 0 &&
               strstr(out, "auto|strict|flexible; strict and flexible"),
           "%s", out);
    EXPECT(score("--reward numeric > /dev/full", "{\"completion\":\"5\"}\n", out, sizeof out, messages,
                 sizeof messages) == 1 &&
               strstr(messages, "cannot write to standard output"),
           "%s", messages);
}
