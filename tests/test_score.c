// vkr1 score from the outside: the contract of its lines, its exit code, its messages.
#include "test.h"

#include <stdlib.h>

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
    int code = score("--reward numeric:1,format:0.5,countdown:2",
                     "{\"completion\":\"<think>\\nx\\n</think>\\n<answer>\\n1,234.0\\n</answer>\",\"answer\":\"1234\"}\n"
                     "\n{\"completion\":\"5\",\"answer\":6}\r\n"
                     "{\"completion\":\"<answer>(1+2)*3</answer>\",\"nums\":[1,2,3],\"target\":9}",
                     out, sizeof out, messages, sizeof messages);
    EXPECT(code == 0, "%d: %s", code, messages);
    EXPECT(strcmp(out, "{\"rewards\":{\"numeric\":1,\"format\":1,\"countdown\":null},\"reward\":1.5}\n"
                       "{\"rewards\":{\"numeric\":0,\"format\":0,\"countdown\":null},\"reward\":0}\n"
                       "{\"rewards\":{\"numeric\":null,\"format\":0,\"countdown\":1},\"reward\":2}\n") == 0,
           "%s", out);
    EXPECT(strstr(messages, "3 scored, 0 bad lines; numeric mean 0.5000 (1 skipped); format mean 0.3333; countdown mean "
                            "1.0000 (2 skipped); reward mean 1.1667"),
           "%s", messages);
    code = score("--reward numeric", "{\"completion\":\"5\"}\n", out, sizeof out, messages, sizeof messages);
    EXPECT(code == 0 && strcmp(out, "{\"rewards\":{\"numeric\":null},\"reward\":null}\n") == 0, "%d %s", code, out);
}

TEST(score, bad_lines_are_reported_and_the_rest_goes_on)
{
    char out[4096], messages[4096];
    int code = score("--reward numeric --explain",
                     "{\"completion\":\"5\",\"answer\":\"5\"}\nnope\n{\"answer\":\"5\"}\n[]\n"
                     "{\"completion\":7}\n{\"completion\":\"5\",\"answer\":[5]}\n"
                     "{\"completion\":\"5\",\"nums\":[0.5]}\n{\"completion\":\"5\",\"completion_ids\":[-1]}\n"
                     "{\"completion\":\"6\",\"answer\":\"5\"}\n",
                     out, sizeof out, messages, sizeof messages);
    EXPECT(code == 1, "%d", code);
    EXPECT(strcmp(out, "{\"rewards\":{\"numeric\":1},\"reward\":1,\"explain\":{\"numeric\":\"\\\"5\\\" from the whole text "
                       "equals 5\"}}\n{\"rewards\":{\"numeric\":0},\"reward\":0,\"explain\":{\"numeric\":\"\\\"6\\\" from "
                       "the whole text is not 5\"}}\n") == 0,
           "%s", out);
    static const char *const wanted[] = {
        "line 2: not valid JSON",
        "line 3: the field \"completion\" is missing",
        "line 4: a JSON object was expected",
        "line 5: the field \"completion\" is not a text",
        "line 6: the field \"answer\" must be a text, a number or null",
        "line 7: the field \"nums\" must be an array",
        "line 8: \"completion_ids\" must be an array of whole numbers",
        "7 of 9 lines could not be scored",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        EXPECT(strstr(messages, wanted[i]), "\"%s\" is not in: %s", wanted[i], messages);
}

TEST(score, adjacent_lines_of_a_group_are_compared)
{
    char out[4096], messages[4096];
    int code = score("--reward length:1,numeric:0",
                     "{\"completion\":\"5\",\"answer\":5,\"group\":1}\n{\"completion\":\"aaa 5\",\"answer\":5,\"group\":1}\n"
                     "{\"completion\":\"aaaaaaa 5\",\"answer\":5,\"group\":\"1\"}\n"
                     "{\"completion\":\"aaaaaaa 5\",\"answer\":5}\n",
                     out, sizeof out, messages, sizeof messages);
    EXPECT(code == 0, "%s", messages);
    EXPECT(strcmp(out, "{\"rewards\":{\"length\":0.5,\"numeric\":1},\"reward\":0.5}\n"
                       "{\"rewards\":{\"length\":-0.5,\"numeric\":1},\"reward\":-0.5}\n"
                       "{\"rewards\":{\"length\":0,\"numeric\":1},\"reward\":0}\n"
                       "{\"rewards\":{\"length\":0,\"numeric\":1},\"reward\":0}\n") == 0,
           "%s", out);
}

TEST(score, wrong_command_lines)
{
    char out[4096], messages[4096];
    EXPECT(score("", "", out, sizeof out, messages, sizeof messages) == 2 && strstr(messages, "--reward is missing"), "%s",
           messages);
    EXPECT(score("--reward numerics", "", out, sizeof out, messages, sizeof messages) == 2 &&
               strstr(messages, "unknown reward \"numerics\", did you mean \"numeric\"?"),
           "%s", messages);
    EXPECT(score("--reward numeric /nowhere/x", "", out, sizeof out, messages, sizeof messages) == 1 &&
               strstr(messages, "cannot open /nowhere/x"),
           "%s", messages);
    EXPECT(score("--help", "", out, sizeof out, messages, sizeof messages) == 0 && strstr(out, "auto|strict|flexible; strict and flexible"), "%s",
           out);
    EXPECT(score("--reward numeric > /dev/full", "{\"completion\":\"5\"}\n", out, sizeof out, messages, sizeof messages) == 1 &&
               strstr(messages, "cannot write the results"),
           "%s", messages);
}
