// Texts of others on a terminal: none of them steers it.
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/terminal.h"
#include "program.h"
#include "terminal.h"

// What terminal_print makes of a text.
static void expect_shown(const char *text, const char *expected)
{
    char got[4200] = "";
    FILE *f = tmpfile();
    terminal_print(f, "%s", text);
    rewind(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    EXPECT(n == strlen(expected) && memcmp(got, expected, n) == 0, "\"%s\", expected \"%s\"", got, expected);
    fclose(f);
}

TEST(terminal, what_steers_is_shown)
{
    static const char *const cases[][2] = {
        {"plain\ttext\n", "plain\ttext\n"},
        {"\x1b]0;title\x07", "\\u001b]0;title\\u0007"},
        {"\x1b[2J\r\b", "\\u001b[2J\\u000d\\u0008"},
        {"\x7f", "\\u007f"},
        {"\x9b"
         "31m",
         "\\x9b31m"}, // C1 as a byte
        {"\xc2\x9b"
         "31m \xc2\x80 \xc2\xa0",
         "\\u009b31m \\u0080 \xc2\xa0"}, // and as UTF-8
        {"\xe2\x80\xae rtl \xe2\x81\xa6 \xe2\x81\xa9", "\\u202e rtl \\u2066 \\u2069"},
        {"\xe2\x80\x8f \xd7\xa9 \xc3\xa9 \xf0\x9f\x98\x80", "\xe2\x80\x8f \xd7\xa9 \xc3\xa9 \xf0\x9f\x98\x80"},
        {"\xc3", "\\xc3"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, // a surrogate
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_shown(cases[i][0], cases[i][1]);
    char longest[3001], shown[3001]; // over the pieces in which it is written
    memset(longest, 'x', 3000);
    longest[3000] = 0;
    memcpy(shown, longest, sizeof shown);
    expect_shown(longest, shown);
}

TEST(terminal, messages_show_what_steers)
{
    static const char *const lines[] = {
        "inspect '\x1b]0;evil\x07.gguf'",
        "train '\x1b]0;evil\x07.json'",
        "train --set 'model.dtype=\x1b]0;evil\x07' --set reward=numeric",
        "train --set '\x1b]0;evil\x07=1'",
        "train '--\x1b]0;evil\x07'",
        "'\x1b]0;evil\x07'",
        "generate --model '\x1b]0;evil\x07' x",
        "generate --temperature '\x1b]0;evil\x07' x",
        "generate --device cpu --template '{{ raise_exception(\"\x1b]0;evil\x07\") }}' --model '%s' x",
        "score --reward '\x1b]0;evil\x07'",
        "score --reward 'exec(command=\x1b]0;evil\x07)'",
        "tokenize --model '\x1b]0;evil\x07'",
    };
    struct str out = {0}, said = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[2048];
        snprintf(line, sizeof line, lines[i], test_path("golden/stories260K"));
        int code = program_run_vkr1(line, "", &out, &said);
        EXPECT(code > 0 && strstr(said.data, "\\u001b]0;evil\\u0007") && !strchr(said.data, 0x1b) &&
                   !strchr(said.data, 7),
               "%s: exit code %d, \"%s\"", lines[i], code, said.data);
    }
    str_finish(&out);
    str_finish(&said);
}

// The message of a program that judges goes through its own door.
TEST(terminal, the_last_words_of_a_judge)
{
    struct str out = {0}, said = {0};
    const char *script = test_tmp("judge.sh"), *text = "printf '\\033]0;evil\\007' >&2\nread l\nexit 1\n";
    char line[2048];
    struct err err = {0};
    EXPECT(file_write(script, text, strlen(text), &err), "%s", err.text);
    snprintf(line, sizeof line, "score --reward 'exec(command=sh %s)'", script);
    program_run_vkr1(line, "{\"completion\": \"x\"}\n", &out, &said);
    EXPECT(strstr(said.data, "Its stderr ends:\n\\u001b]0;evil\\u0007") && !strchr(said.data, 0x1b), "%s", said.data);
    str_finish(&out);
    str_finish(&said);
}

// A completion is raw in a pipe; on a terminal it is shown. --show-prompt goes the same way.
TEST(terminal, results_are_raw_but_on_a_terminal)
{
    static const char line[] = "generate --model '%s' --device cpu --template raw --show-prompt --max-tokens 1 "
                               "--temperature 0 '\x1b]0;evil\x07\xc2\x9b'";
    struct terminal t;
    struct str out = {0}, said = {0}, args = {0};
    char got[4096];
    str_printf(&args, line, test_path("golden/stories260K"));
    int code = program_run_vkr1(args.data, "", &out, &said);
    EXPECT(code == 0 && strstr(out.data, "\x1b]0;evil\x07\xc2\x9b"), "%d: %s%s", code, out.data, said.data);
    if (terminal_open(&t)) {
        str_printf(&args, " > '%s'", t.path);
        code = program_run_vkr1(args.data, "", &out, &said);
        terminal_read(&t, "\r\n", got, sizeof got);
        EXPECT(code == 0 && strstr(got, "\\u001b]0;evil\\u0007\\u009b") && !strchr(got, 0x1b), "%d: %s", code, got);
        terminal_close(&t);
    }
    str_finish(&out);
    str_finish(&said);
    str_finish(&args);
}

TEST(terminal, json_on_a_terminal_stays_the_same_json)
{
    struct terminal t;
    struct str out = {0}, said = {0}, args = {0};
    char got[4096];
    if (!terminal_open(&t))
        return;
    str_printf(&args, "tokenize --chat > '%s'", t.path);
    program_run_vkr1(args.data,
                     "{\"template\": \"{{ messages[0].content }}\", \"messages\": [{\"role\": \"user\", \"content\": "
                     "\"a\\u009bb\\u202ec\\u001b\"}]}\n",
                     &out, &said);
    terminal_read(&t, "\r\n", got, sizeof got);
    EXPECT(strstr(got, "{\"text\": \"a\\u009bb\\u202ec\\u001b\"}") ||
               strstr(got, "{\"text\":\"a\\u009bb\\u202ec\\u001b\"}"),
           "%s%s", got, said.data);
    terminal_close(&t);
    str_finish(&out);
    str_finish(&said);
    str_finish(&args);
}
