// Errors, strings, UTF-8, JSON, files, random numbers.
#include "test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/lines.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/utf8.h"

TEST(base, err_keeps_the_first_message)
{
    struct err err = {0};
    fail(&err, "first %d", 1);
    fail(&err, "second");
    EXPECT_ERR(&err, "first 1");
    fail_in(&err, "while loading");
    EXPECT(strcmp(err.text, "while loading: first 1") == 0, "%s", err.text);
}

TEST(base, memory_that_is_not_there_ends_the_program_with_a_sentence)
{
    int ends[2], status = 0;
    char said[512] = "";
    check(pipe(ends) == 0, "pipe");
    fflush(NULL);
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) {
        dup2(ends[1], 2);
        check_memory(true, "nothing");
        check_memory(false, "%d words", 77);
        _exit(0);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], said, sizeof said - 1);
    close(ends[0]);
    waitpid(pid, &status, 0);
    EXPECT(n > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
               strstr(said, "vkr1: out of memory: none for 77 words; end other programs"),
           "status %x: %s", (unsigned)status, said);
}

TEST(base, philox_known_answers)
{
    // Known-answer vectors of the Random123 distribution for philox4x32-10.
    static const uint32_t cases[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
         0x24126ea1},
    };
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        rng_philox(cases[i], cases[i] + 4, out);
        EXPECT(memcmp(out, cases[i] + 6, sizeof out) == 0, "case %d: %08x %08x %08x %08x", i, out[0], out[1], out[2],
               out[3]);
    }
}

TEST(base, rng_permutation_is_a_permutation)
{
    uint32_t p[100], q[100];
    int seen[100] = {0};
    rng_permutation(7, RNG_SHUFFLE, 0, p, 100);
    rng_permutation(7, RNG_SHUFFLE, 1, q, 100);
    for (int i = 0; i < 100; i++)
        seen[p[i]]++;
    for (int i = 0; i < 100; i++)
        EXPECT(seen[i] == 1, "%d occurs %d times", i, seen[i]);
    EXPECT(memcmp(p, q, sizeof p) != 0, "two epochs have the same order");
}

TEST(base, utf8_rejects_what_rfc3629_rejects)
{
    static const char *bad[] = {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE2\x82", "\xF5\x80\x80\x80"};
    uint32_t p;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(utf8_decode(bad[i], strlen(bad[i]), &p) == 0, "case %zu was taken as U+%04X", i, p);
    static const uint32_t good[] = {0x24, 0x7F, 0x80, 0x7FF, 0x800, 0x20AC, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char out[4];
        int n = utf8_encode(good[i], out);
        EXPECT(utf8_decode(out, (size_t)n, &p) == n && p == good[i], "U+%04X came back as U+%04X", good[i], p);
    }
    EXPECT(utf8_incomplete("a\xE2\x82", 3) == 2, "%zu", utf8_incomplete("a\xE2\x82", 3));
    EXPECT(utf8_incomplete("\xE2\x82\xAC", 3) == 0, "a whole character is held back");
}

TEST(base, json_reads_comments_and_reports_positions)
{
    struct err err = {0};
    const char *text = "{ // c\n \"a\": [1, 2.5, \"x//y\"], /* d */ \"b\": true }";
    struct json *j = json_parse(text, strlen(text), true, "t", &err);
    EXPECT(j, "%s", err.text);
    EXPECT(json_number(json_at(json_get(j, "a"), 1), 0) == 2.5, "a[1]");
    EXPECT(strcmp(json_string(json_at(json_get(j, "a"), 2), ""), "x//y") == 0, "a string lost its slashes");
    EXPECT(json_bool(json_get(j, "b"), false), "b");
    EXPECT(json_int(json_at(json_get(j, "a"), 1), -1) == -1, "2.5 is no integer");
    json_close(j);
    const char *bad = "{\n \"a\": nope }";
    EXPECT(!json_parse(bad, strlen(bad), true, "file.json", &err), "accepted");
    EXPECT_ERR(&err, "file.json: not valid JSON at line 2, column 7");
    err = (struct err){0};
    EXPECT(!json_parse("[1", 2, false, "x", &err), "accepted");
    EXPECT_ERR(&err, "x: not valid JSON");
    err = (struct err){0};
    char deep[4001];
    memset(deep, '[', 4000);
    EXPECT(!json_parse(deep, 4000, false, "deep", &err), "accepted 4000 levels");
}

// What the text `number` becomes in an array, or the message.
static const char *number_text(const char *number)
{
    static char out[400];
    char text[400];
    struct err err = {0};
    snprintf(text, sizeof text, "[%s]", number);
    struct json *v = json_parse(text, strlen(text), false, "x", &err);
    snprintf(out, sizeof out, "%s", v ? json_number_text(json_first(v)) : err.text);
    json_close(v);
    return out;
}

TEST(base, json_numbers_keep_their_text)
{
    static const char *const kept[] = {"0",
                                       "-0",
                                       "7",
                                       "1.0",
                                       "0.00001",
                                       "1e17",
                                       "-12.50E+3",
                                       "9007199254740993",
                                       "12345678901234567890",
                                       "1e999",
                                       "0.1234567890123456789012345678901234567890123456789012345678901234567890123456",
                                       "1234567890123456789012345678901234567890123456789012345678901234567890123456"};
    static const struct {
        const char *number, *message;
    } refused[] = {
        {"01", "x: not valid JSON at line 1, column 2, near \"01]\""},
        {"5, 1.", "x: not valid JSON at line 1, column 5, near \"1.]\""},
        {"1.0.0", "near \"1.0.0]\""},
        {"-", "near \"-]\""},
        {"1e", "near \"1e]\""},
        {"?, 01", "x: not valid JSON at line 1, column 2, near \"?, 01]\""},
        {"NaN", "x: not valid JSON at line 1, column 2: JSON has no NaN; null says that a value is missing"},
        {"Infinity", "column 2: JSON has no Infinity; null says"},
        {"1, -Infinity", "column 5: JSON has no -Infinity; null says"},
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        EXPECT(strcmp(number_text(kept[i]), kept[i]) == 0, "%s became %s", kept[i], number_text(kept[i]));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        EXPECT(strstr(number_text(refused[i].number), refused[i].message), "%s: %s", refused[i].number,
               number_text(refused[i].number));
    struct err err = {0};
    static const char text[] = "{\"a\":[1.0,\"2\\\"3\",{\"b\":-4e1}],\"c\":\"\\u00005\",\"d\":9007199254740993}";
    struct json *v = json_parse(text, strlen(text), false, "x", &err);
    struct str s = {0};
    EXPECT(v, "%s", err.text);
    json_print(json_get(v, "a"), &s, false);
    EXPECT(strcmp(s.data, "[1.0,\"2\\\"3\",{\"b\":-4e1}]") == 0, "%s", s.data);
    EXPECT(json_number(json_get(json_at(json_get(v, "a"), 2), "b"), 0) == -40, "b");
    EXPECT(json_int(json_get(v, "d"), -1) == -1, "2^53 + 1 was rounded");
    EXPECT(!json_number_text(json_get(v, "c")), "a string has a number's text");
    str_finish(&s);
    json_close(v);
}

TEST(base, json_takes_the_last_of_equal_keys)
{
    struct err err = {0};
    static const char text[] = "{\"a\":1,\"b\":2,\"a\":3}";
    struct json *v = json_parse(text, strlen(text), false, "x", &err);
    EXPECT(v && json_int(json_get(v, "a"), 0) == 3, "a is %lld", (long long)json_int(json_get(v, "a"), 0));
    EXPECT(json_set(v, "a", "4", &err) && json_int(json_get(v, "a"), 0) == 4 && json_count(v) == 2, "--set");
    json_close(v);
}

TEST(base, json_strings_are_always_valid)
{
    struct str s = {0};
    str_put_json(&s, "a\"\\\n\x01\xFF\xE2\x82\xAC", 9);
    EXPECT(strcmp(s.data, "\"a\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xE2\x82\xAC\"") == 0, "%s", s.data);
    str_clear(&s);
    str_put_number(&s, 0.1);
    str_putc(&s, ' ');
    str_put_number(&s, 1.0 / 3);
    EXPECT(strcmp(s.data, "0.1 0.3333333333333333") == 0, "%s", s.data);
    str_finish(&s);
}

TEST(base, files_are_replaced_whole)
{
    struct err err = {0};
    const char *path = test_tmp("dir/a/b.txt");
    EXPECT(dir_create(test_tmp("dir/a"), &err), "%s", err.text);
    EXPECT(file_write(path, "one", 3, &err) && file_write(path, "second", 6, &err), "%s", err.text);
    struct file f;
    EXPECT(file_open(&f, path, &err) && f.size == 6 && memcmp(f.data, "second", 6) == 0, "%s", err.text);
    file_close(&f);
    EXPECT(!file_open(&f, test_tmp("nothing"), &err), "opened a missing file");
    EXPECT_ERR(&err, "No such file");
    err = (struct err){0};
    EXPECT(!file_write("/dev/full/x", "a", 1, &err), "wrote below a device");
    EXPECT(dir_remove(test_tmp("dir"), &(struct err){0}) && !file_exists(path), "still there");
}

TEST(base, a_directory_is_one_process_s)
{
    struct err err = {{0}};
    struct dir_lock first = {0}, second = {0};
    char path[512];
    snprintf(path, sizeof path, "%s", test_tmp("locked"));
    EXPECT(!dir_lock(&first, path, &err), "the lock of a directory that is not there");
    EXPECT_ERR(&err, "cannot open directory");
    err = (struct err){{0}};
    EXPECT(dir_create(path, &err) && dir_lock(&first, path, &err), "%s", err.text);
    EXPECT(!dir_lock(&second, path, &err), "two locks of %s", path);
    EXPECT_ERR(&err, "another process works in");
    EXPECT(!second.held, "a lock that was refused is held");
    dir_unlock(&first);
    dir_unlock(&second);
    err = (struct err){{0}};
    EXPECT(dir_lock(&second, path, &err), "%s", err.text);
    dir_unlock(&second);
}

TEST(base, lines_of_every_ending)
{
    struct err err = {0};
    const char *path = test_tmp("lines");
    EXPECT(file_write(path, "a\r\n\nlast", 8, &err), "%s", err.text);
    struct lines l;
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    EXPECT(lines_next(&l, &err) && strcmp(l.line.data, "a") == 0, "%s", l.line.data);
    EXPECT(lines_next(&l, &err) && strcmp(l.line.data, "") == 0, "%s", l.line.data);
    EXPECT(lines_next(&l, &err) && strcmp(l.line.data, "last") == 0 && l.number == 3, "%s", l.line.data);
    EXPECT(!lines_next(&l, &err) && !err.text[0], "%s", err.text);
    lines_close(&l);
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    l.max_bytes = 2;
    EXPECT(lines_next(&l, &err) && lines_next(&l, &err) && !lines_next(&l, &err), "took a line that is too long");
    EXPECT_ERR(&err, "line 3: longer than 2 bytes");
    EXPECT(l.too_long && !lines_next(&l, &(struct err){0}) && !l.too_long, "no end after the line that is too long");
    lines_close(&l);
    err = (struct err){0};
    EXPECT(file_write(path, "ab\nabc\n\nabcd\r\nab", 16, &err) && lines_open(&l, path, &err), "%s", err.text);
    l.max_bytes = 2;
    EXPECT(lines_next(&l, &err) && strcmp(l.line.data, "ab") == 0 && !lines_waits(&l), "%s", err.text);
    EXPECT(!lines_next(&l, &err) && l.too_long, "took a line that is too long");
    EXPECT(lines_next(&l, &err) && l.line.size == 0 && l.number == 3, "line %zu: %s", l.number, l.line.data);
    EXPECT(!lines_next(&l, &err) && l.too_long, "took a line that is too long");
    EXPECT(lines_waits(&l) && lines_next(&l, &err) && strcmp(l.line.data, "ab") == 0 && l.number == 5, "%s",
           l.line.data);
    lines_close(&l);
    err = (struct err){0};
    EXPECT(lines_open(&l, test_path("golden"), &err) && !lines_next(&l, &err) && !l.too_long, "read a directory");
    EXPECT_ERR(&err, "line 1: Is a directory");
    lines_close(&l);
}

TEST(base, lines_longer_than_the_buffer)
{
    struct err err = {0};
    struct str s = {0};
    const char *path = test_tmp("long");
    for (size_t i = 0; i < 200; i++) {
        for (size_t j = 0; j < i * i * 7; j++)
            str_putc(&s, (char)('a' + (i + j) % 26));
        str_puts(&s, "\n");
    }
    EXPECT(file_write(path, s.data, s.size, &err), "%s", err.text);
    struct lines l;
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    size_t at = 0;
    for (size_t i = 0; i < 200 && lines_next(&l, &err); at += l.line.size + 1, i++)
        EXPECT(l.line.size == i * i * 7 && memcmp(l.line.data, s.data + at, l.line.size) == 0, "line %zu differs",
               l.number);
    EXPECT(at == s.size && !lines_next(&l, &err) && !err.text[0], "%zu of %zu bytes; %s", at, s.size, err.text);
    lines_close(&l);
    str_finish(&s);
}

// Writes `content` as gzip does, cut to `keep` bytes; SIZE_MAX keeps all.
static const char *packed(const char *content, size_t n, size_t keep, const char *after, size_t after_size)
{
    const char *path = test_tmp("lines.gz");
    struct err err = {0};
    z_stream z = {0};
    struct str out = {0};
    size_t room = n / 2 + 1000;
    for (size_t i = 0; i < room; i += 1000)
        str_append(&out, (char[1000]){0}, 1000);
    deflateInit2(&z, 9, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY);
    z.next_in = (unsigned char *)(uintptr_t)content;
    z.avail_in = (unsigned)n;
    z.next_out = (unsigned char *)out.data;
    z.avail_out = (unsigned)room;
    EXPECT(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib");
    out.size = z.total_out < keep ? z.total_out : keep;
    deflateEnd(&z);
    str_append(&out, after, after_size);
    EXPECT(file_write(path, out.data, out.size, &err), "%s", err.text);
    str_finish(&out);
    return path;
}

TEST(base, lines_of_gzip_files)
{
    struct err err = {0};
    struct lines l;
    struct str s = {0};
    for (int i = 0; i < 100000; i++)
        str_printf(&s, "%d\n", i * 7919);
    EXPECT(lines_open(&l, packed(s.data, s.size, SIZE_MAX, "\0\0\0", 3), &err), "%s", err.text);
    for (int i = 0; i < 100000; i++)
        EXPECT(lines_next(&l, &err) && atoi(l.line.data) == i * 7919, "line %d: %s%s", i, l.line.data, err.text);
    EXPECT(!lines_next(&l, &err) && !err.text[0], "%s", err.text);
    lines_close(&l);

    EXPECT(lines_open(&l, packed(s.data, s.size, 20000, "", 0), &err), "%s", err.text);
    while (lines_next(&l, &err))
        ;
    EXPECT_ERR(&err, ": its gzip data end too early, so the file is not whole");
    lines_close(&l);
    err = (struct err){0};

    EXPECT(lines_open(&l, packed(s.data, s.size, 20000, "damage", 6), &err), "%s", err.text);
    while (lines_next(&l, &err))
        ;
    EXPECT_ERR(&err, ": its gzip data ");
    lines_close(&l);
    err = (struct err){0};

    EXPECT(lines_open(&l, packed("a\n", 2, SIZE_MAX, "garbage", 7), &err) && lines_next(&l, &err), "%s", err.text);
    EXPECT(!lines_next(&l, &err), "read garbage after the packed data");
    EXPECT_ERR(&err, ", line 2: its gzip data are damaged (incorrect header check)");
    lines_close(&l);
    err = (struct err){0};

    str_clear(&s);
    for (int i = 0; i < 300000; i++)
        str_printf(&s, "%1023s\n", "");
    EXPECT(lines_open(&l, packed(s.data, s.size, SIZE_MAX, "", 0), &err), "%s", err.text);
    while (lines_next(&l, &err))
        ;
    EXPECT_ERR(&err, "it unpacks to more than 200 times its size, which rows of text do not: it is not read on");
    lines_close(&l);
    str_finish(&s);
}

TEST(base, bytes_for_people)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0.0 MiB"},           {41943040, "40.0 MiB"},      {1073741823, "1024.0 MiB"},
                 {1073741824, "1.00 GiB"}, {26306674688u, "24.50 GiB"}, {UINT64_MAX, "17179869184.00 GiB"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[24];
        EXPECT(strcmp(str_bytes(cases[i].bytes, text), cases[i].text) == 0, "%s, expected %s", text, cases[i].text);
    }
}

TEST(base, arena_is_zeroed_and_aligned)
{
    struct arena a = {0};
    for (int i = 0; i < 2000; i++) {
        unsigned char *p = arena_alloc(&a, 300);
        EXPECT((uintptr_t)p % 64 == 0 && p[0] == 0 && p[299] == 0, "block %d", i);
        memset(p, 1, 300);
    }
    EXPECT(strcmp(arena_printf(&a, "%s-%d", "x", 3), "x-3") == 0, "printf");
    arena_finish(&a);
    arena_finish(&a);
}

TEST(base, an_arena_that_is_reset_serves_again)
{
    struct arena a = {0};
    for (int i = 0; i < 2000; i++)
        memset(arena_alloc(&a, i % 100 ? 3000 : 3000000), 1, 3000);
    arena_reset(&a);
    EXPECT(a.used == 0, "%zu bytes are left", a.used);
    for (int i = 0; i < 2000; i++) {
        unsigned char *p = arena_alloc(&a, 300);
        EXPECT((uintptr_t)p % 64 == 0 && p[0] == 0 && p[299] == 0, "block %d", i);
    }
    arena_reset(&a);
    arena_finish(&a);
}

TEST(base, json_keeps_zero_bytes)
{
    struct err err = {0};
    const char *text = "{\"a\\u0000b\":\"\\\\u0000\\u0000\"}";
    struct json *v = json_parse(text, strlen(text), false, "x", &err);
    EXPECT(v, "%s", err.text);
    struct str s = {0};
    json_key_text(json_first(v), &s);
    EXPECT(s.size == 3 && memcmp(s.data, "a\0b", 3) == 0, "key of %zu bytes", s.size);
    str_clear(&s);
    json_text(json_first(v), &s);
    EXPECT(s.size == 7 && memcmp(s.data, "\\u0000\0", 7) == 0, "string of %zu bytes", s.size);
    str_finish(&s);
    json_close(v);
}
