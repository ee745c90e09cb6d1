// Stops: where a completion ends besides the model's own end, found in the text across the borders of tokens, and the
// same in every rollout. golden/stories260K has 512 tokens, of them 256 for single bytes.
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/lines.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "device.h"
#include "program.h"
#include "rl/evaluate.h"

enum { VOCAB = 512 };

static struct tokenizer opened(void)
{
    struct tokenizer t;
    struct err err = {0};
    EXPECT(tokenizer_open(&t, test_path("golden/stories260K"), &err), "%s", err.text);
    return t;
}

static struct stops loaded(const char *list, struct tokenizer *t, struct arena *a)
{
    struct stops s = {0};
    struct err err = {0};
    struct json *j = json_parse(list, strlen(list), false, "stops", &err);
    EXPECT(stops_load(&s, j, "rl.stop", t, VOCAB, a, &err), "%s: %s", list, err.text);
    json_close(j);
    return s;
}

// How many of the tokens a completion has that they make; 0 when none ends it. *size as in struct stops_state.
static size_t end_of(const struct stops *s, const int32_t *tokens, size_t n, size_t *size)
{
    struct arena a = {0};
    struct stops_state state = {.matched = arena_array(&a, int, s->text_count + 1)};
    size_t end = 0;
    stops_begin(s, &state);
    for (size_t i = 0; i < n && !end; i++)
        end = stops_take(s, &state, tokens[i]) ? i + 1 : 0;
    *size = state.size;
    stops_end(&state);
    arena_finish(&a);
    return end;
}

// Tokens are written with a | between them; byte tokens as they stand in the vocabulary.
static struct ids tokens_of(struct tokenizer *t, const char *text)
{
    struct ids ids = {0};
    char name[64];
    while (*text) {
        size_t n = strcspn(text, "|");
        snprintf(name, sizeof name, "%.*s", (int)n, text);
        int32_t id = tokenizer_id(t, name);
        EXPECT(id >= 0, "there is no token \"%s\"", name);
        ids_push(&ids, id);
        text += n + (text[n] == '|');
    }
    return ids;
}

TEST(stops, are_found_across_tokens)
{
    static const struct {
        const char *list, *tokens;
        size_t end;       // tokens of the completion
        const char *text; // of it, the stop included and what follows in its last token cut
    } cases[] = {
        {"\"once\"", "o|n|ce", 3, "once"},
        {"\"er\"", "t|her|e", 2, "ther"},     // inside a token
        {"\"ere\"", "t|her|e|y", 3, "there"}, // begins inside of one
        {"\"aab\"", "a|a|a|b|a", 4, "aaab"},  // the candidate at the first a fails late
        {"\"abac\"", "a|b|a|b|a|c", 6, "ababac"},
        {"\"a\"", "a|b", 1, "a"},                            // the first token
        {"\"he\"", "her|her", 1, "he"},                      // what the token says after it is cut
        {"[\"xx\", \"er\", \"ere\"]", "t|her|e", 2, "ther"}, // the first that is whole
        {"[\"her\", \"he\"]", "her|y", 1, "he"},
        {"[\"er\", \"the\"]", "t|her|y", 2, "the"},
        {"\"\\u00e9\"", "a|<0xC3>|<0xA9>|b", 3, "a\xC3\xA9"}, // a character of two tokens
        {"\"\\u00e9a\"", "<0xC3>|<0xA9>|a", 3,
         "\xC3\xA9"
         "a"},
        {"\"a\"", "<0xC3>|<0xA9>|a", 3,
         "\xC3\xA9"
         "a"},
        {"\"a\"", "<0xC3>|a", 2,
         "\xEF\xBF\xBD"
         "a"}, // a character that is never finished
        {"\"\\u00e8\"", "a|<0xC3>|<0xA9>", 0, "a\xC3\xA9"},
        {"\"b\"", "a|<s>|b", 3, "ab"}, // special tokens have no text
        {"\"ab\"", "a|<s>|b", 3, "ab"},
        {"\"<s>\"", "a|<s>|b", 2, "a"}, // but may be meant by it
        {"\"<s>\"", "a|<0x3C>|s|<0x3E>|b", 4, "a<s>"},
        {"{\"token\": \"her\"}", "t|h|e|r|her|e", 5, "therher"},
        {"[1, \"b\"]", "a|b|<s>", 2, "ab"},
        {"[1, \"b\"]", "a|<s>|b", 2, "a"},
        {"[]", "a|b", 0, "ab"},
        {"null", "a|b", 0, "ab"},
    };
    struct tokenizer t = opened();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = {0};
        struct str text = {0};
        struct ids ids = tokens_of(&t, cases[i].tokens);
        struct json *j = NULL;
        struct stops s = {0};
        if (strcmp(cases[i].list, "null") != 0)
            s = loaded(cases[i].list, &t, &a);
        size_t size, end = end_of(&s, ids.data, ids.count, &size);
        EXPECT(end == cases[i].end, "%s in %s: %zu tokens", cases[i].list, cases[i].tokens, end);
        tokenizer_decode(&t, ids.data, end ? end : ids.count, true, &text);
        size_t n = end && size < text.size ? size : text.size;
        EXPECT(n == strlen(cases[i].text) && memcmp(text.data, cases[i].text, n) == 0, "%s in %s: \"%.*s\"",
               cases[i].list, cases[i].tokens, (int)n, text.data);
        json_close(j);
        ids_finish(&ids);
        str_finish(&text);
        arena_finish(&a);
    }
    tokenizer_close(&t);
}

// A slot's next completion knows nothing of the one before.
TEST(stops, begin_anew_with_a_completion)
{
    struct tokenizer t = opened();
    struct arena a = {0};
    struct stops s = loaded("[\"ab\", \"\\u00e9\"]", &t, &a);
    struct stops_state state = {.matched = arena_array(&a, int, s.text_count)};
    struct ids ids = tokens_of(&t, "a|b|<0xC3>|<0xA9>|a|b");
    static const bool ends[] = {false, false, false, false, false, true};
    for (size_t i = 0; i < ids.count; i++) {
        if (i < 5)
            stops_begin(&s, &state);
        EXPECT(stops_take(&s, &state, ids.data[i]) == ends[i], "token %zu", i);
    }
    EXPECT(state.size == 2, "%zu bytes", state.size);
    stops_end(&state);
    ids_finish(&ids);
    arena_finish(&a);
    tokenizer_close(&t);
}

// The first end of any of the texts, by searching at every byte.
static size_t plain_search(const struct stops *s, const char *text, size_t n)
{
    for (size_t end = 1; end <= n; end++)
        for (int k = 0; k < s->text_count; k++)
            if (s->texts[k].size <= end &&
                memcmp(text + end - s->texts[k].size, s->texts[k].text, s->texts[k].size) == 0)
                return end;
    return 0;
}

// The same by decoding the whole completion after every token, without what an unfinished character becomes.
static size_t plain_end(const struct stops *s, struct tokenizer *t, const int32_t *tokens, size_t n, size_t *size)
{
    struct str text = {0};
    for (size_t i = 1; i <= n; i++) {
        str_clear(&text);
        tokenizer_decode(t, tokens, i, true, &text);
        while (str_ends(text.data, "\xEF\xBF\xBD"))
            text.data[text.size -= 3] = 0;
        *size = plain_search(s, text.data, text.size);
        if (*size) {
            str_finish(&text);
            return i;
        }
    }
    str_finish(&text);
    return 0;
}

TEST(stops, agree_with_a_plain_search)
{
    static const char *const letters[] = {"a", "b", "a", "b", "ab", "\xC3\xA9", "\xF0\x9F\x98\x80"};
    struct tokenizer t = opened();
    uint32_t at = 0;
    int found = 0;
    for (int round = 0; round < 3000; round++) {
        struct arena a = {0};
        struct str text = {0}, list = {0};
        struct ids ids = {0};
        str_putc(&list, '[');
        for (uint32_t k = 0, n = 1 + rng_u32(1, RNG_SHUFFLE, at++, 0) % 3; k < n; k++) {
            str_puts(&list, k ? ",\"" : "\"");
            for (uint32_t i = 0, m = 1 + rng_u32(1, RNG_SHUFFLE, at++, 0) % 6; i < m; i++)
                str_puts(&list, letters[rng_u32(1, RNG_SHUFFLE, at++, 0) % 7]);
            str_putc(&list, '"');
        }
        str_putc(&list, ']');
        for (int i = 0; i < 30; i++)
            str_puts(&text, letters[rng_u32(1, RNG_SHUFFLE, at++, 0) % 7]);
        struct stops s = loaded(list.data, &t, &a);
        EXPECT(tokenizer_encode(&t, text.data, text.size, 0, &ids, NULL), "%s", text.data);
        size_t size = 0, wanted_size = 0, end = end_of(&s, ids.data, ids.count, &size);
        size_t wanted = plain_end(&s, &t, ids.data, ids.count, &wanted_size);
        EXPECT(end == wanted && (!end || size == wanted_size), "%s in %s: %zu tokens, %zu bytes; expected %zu, %zu",
               list.data, text.data, end, size, wanted, wanted_size);
        found += end > 0;
        ids_finish(&ids);
        str_finish(&text);
        str_finish(&list);
        arena_finish(&a);
    }
    EXPECT(found > 1000 && found < 2900, "%d of 3000 have a stop: does the test compare anything?", found);
    tokenizer_close(&t);
}

// A long stop of one letter, of which each token could be the beginning.
TEST(stops, long_texts_take_no_longer)
{
    enum { SIZE = 100000 };
    struct tokenizer t = opened();
    struct arena a = {0};
    struct str list = {0};
    str_putc(&list, '"');
    for (int i = 0; i < SIZE; i++)
        str_putc(&list, 'a');
    str_puts(&list, "b\"");
    struct stops s = loaded(list.data, &t, &a);
    int32_t *tokens = arena_array(&a, int32_t, 2 * SIZE), letter = tokenizer_id(&t, "a");
    for (int i = 0; i < 2 * SIZE; i++)
        tokens[i] = i == 2 * SIZE - 1 ? tokenizer_id(&t, "b") : letter;
    double start = test_seconds();
    size_t size, end = end_of(&s, tokens, 2 * SIZE, &size);
    EXPECT(end == 2 * SIZE && size == 2 * SIZE, "%zu tokens, %zu bytes", end, size);
    EXPECT(test_seconds() - start < 5, "%.1f s", test_seconds() - start);
    str_finish(&list);
    arena_finish(&a);
    tokenizer_close(&t);
}

TEST(stops, what_is_refused)
{
    static const char *const cases[][2] = {
        {"\"\"", "rl.stop: a stop text is empty: every completion would end at once"},
        {"[\"a\", \"\"]", "a stop text is empty"},
        {"{\"token\": \"<|im_end|>\"}", "rl.stop: the tokenizer has no token \"<|im_end|>\""},
        {"{\"token\": 5}", "an object gives one token, {\"token\": \"<|im_end|>\"}; this is {\"token\":5}"},
        {"{\"token\": \"a\", \"x\": 1}", "an object gives one token"},
        {"[512]", "rl.stop: 512 is no token id, which are 0 to 511; a text that is a number stands in quotes"},
        {"-1", "-1 is no token id"},
        {"1.5", "1.5 is no token id"},
        {"[null]", "rl.stop: wants texts, token ids or"},
        {"true", "rl.stop: wants texts, token ids or"},
        {"\"</s>\\n\"", "holds the special token </s> and more, but completions are read without special tokens: "
                        "give {\"token\": \"</s>\"}"},
    };
    struct tokenizer t = opened();
    for (size_t i = 0; i <= sizeof cases / sizeof *cases; i++) {
        bool ids = i == sizeof cases / sizeof *cases;
        const char *list = ids ? "[5, \"a\"]" : cases[i][0];
        struct arena a = {0};
        struct stops s;
        struct err err = {0};
        struct json *j = json_parse(list, strlen(list), false, "stops", &err);
        EXPECT(!stops_load(&s, j, "rl.stop", ids ? NULL : &t, VOCAB, &a, &err), "%s is taken", list);
        EXPECT_ERR(&err, ids ? "rl.stop: without a tokenizer only token ids can be given" : cases[i][1]);
        json_close(j);
        arena_finish(&a);
    }
    tokenizer_close(&t);
}

// Sampled with stops, in two sizes of rollouts, and without: the same tokens to the bit as far as the stop.
struct fixture {
    struct arena arena;
    struct err err;
    struct device device;
    struct weights weights;
    struct engine engine;
    struct rollout rollout;
};

static bool start(struct fixture *f, const char *device, int slots)
{
    check(weights_open(&f->weights, test_path("golden/stories260K"), &f->err), "%s", f->err.text);
    check(device_open(&f->device, device, &f->err), "%s", f->err.text);
    engine_plan(&f->engine, &f->device, &f->weights.config, &f->weights, (struct model_options){DTYPE_F32, false, 128});
    rollout_plan(&f->rollout, &f->engine,
                 (struct rollout_options){
                     .slots = slots, .prompts = 3, .max_prompt = 16, .max_completion = 40, .prefill_rows = 8});
    bool ok = engine_commit(&f->engine, &f->weights, 0, &f->err) && rollout_init(&f->rollout, &f->err);
    EXPECT(ok, "%s", f->err.text);
    return ok;
}

static void finish(struct fixture *f)
{
    rollout_finish(&f->rollout);
    engine_finish(&f->engine);
    weights_close(&f->weights);
    device_close(&f->device);
    arena_finish(&f->arena);
}

enum { EPISODES = 32 };

static struct episode *sample(struct fixture *f, const struct stops *stops, int32_t *prompt, int limit)
{
    struct episode *e = arena_array(&f->arena, struct episode, EPISODES);
    struct rollout_run run = {.sampling = {1, 0, 1, 0}, .seed = 3, .max_completion = limit};
    for (int i = 0; i < EPISODES; i++)
        e[i] = (struct episode){.prompt = prompt, .prompt_count = 1};
    f->rollout.stops = *stops;
    EXPECT(rollout_sample(&f->rollout, e, EPISODES, &run, &f->arena, &f->err), "%s", f->err.text);
    return e;
}

static void in_rollouts(const char *device)
{
    struct fixture a = {0}, b = {0};
    struct tokenizer t = opened();
    struct reward_set none = {0};
    if (start(&a, device, 4) && start(&b, device, 7)) {
        int32_t prompt[] = {1};
        struct stops s = loaded("[\"mom\", \"y wen\", \"im\", 499]", &t, &a.arena);
        struct episode *free = sample(&a, &(struct stops){0}, prompt, 0), *x = sample(&a, &s, prompt, 0),
                       *y = sample(&b, &s, prompt, 0);
        episodes_score(x, EPISODES, &t, &none, &a.arena);
        int stopped = 0, cut = 0, shortened = 0, last = 0;
        for (int i = 0; i < EPISODES; i++) {
            size_t size = 0, n = (size_t)free[i].completion_count,
                   tokens = plain_end(&s, &t, free[i].completion, n, &size);
            for (size_t k = 0; k < n && (!tokens || k + 1 < tokens); k++)
                if (free[i].completion[k] == 499) {
                    tokens = k + 1;
                    size = SIZE_MAX;
                }
            size_t wanted = tokens ? tokens : n;
            enum finish how = tokens ? FINISH_STOP : free[i].finish;
            EXPECT((size_t)x[i].completion_count == wanted && x[i].finish == how &&
                       memcmp(x[i].completion, free[i].completion, wanted * sizeof(int32_t)) == 0 &&
                       memcmp(x[i].logp_old, free[i].logp_old, wanted * sizeof(float)) == 0,
                   "episode %d: %d tokens, expected %zu; finish %d", i, x[i].completion_count, wanted, x[i].finish);
            EXPECT(!tokens || size == SIZE_MAX || x[i].text_size == size, "episode %d: \"%s\"", i, x[i].text);
            EXPECT(y[i].completion_count == x[i].completion_count && y[i].finish == how &&
                       y[i].stop_size == x[i].stop_size &&
                       memcmp(y[i].completion, x[i].completion, wanted * sizeof(int32_t)) == 0 &&
                       memcmp(y[i].logp_old, x[i].logp_old, wanted * sizeof(float)) == 0,
                   "episode %d differs with other slots", i);
            struct str whole = {0};
            tokenizer_decode(&t, x[i].completion, wanted, true, &whole);
            shortened += x[i].text_size < whole.size;
            str_finish(&whole);
            last = how == FINISH_STOP ? i : last;
            stopped += how == FINISH_STOP;
            cut += how == FINISH_LENGTH;
        }
        struct episode *z = sample(&a, &s, prompt, x[last].completion_count);
        EXPECT(z[last].finish == FINISH_STOP, "a stop at the last token that is allowed counts as cut");
        EXPECT(stopped > 4 && stopped < EPISODES && cut > 0 && shortened > 0,
               "%d stopped, %d cut, %d end inside of a token: is anything compared?", stopped, cut, shortened);
    }
    tokenizer_close(&t);
    finish(&a);
    finish(&b);
}

TEST(stops, in_rollouts_cpu)
{
    in_rollouts("cpu");
}

TEST(stops, in_rollouts_vulkan)
{
    if (test_have_vulkan())
        in_rollouts(test_device());
}

static void expect(const char *form, int code, const char *out, const char *message)
{
    char line[2048];
    struct str got = {0}, said = {0};
    snprintf(line, sizeof line, form, test_path("golden/stories260K"));
    int c = program_run_vkr1(line, "", &got, &said);
    EXPECT(c == code, "%s: exit code %d, expected %d; %s", line, c, code, said.data);
    EXPECT(!out || strcmp(got.data, out) == 0, "%s wrote \"%s\", expected \"%s\"", line, got.data, out);
    EXPECT(!message || strstr(said.data, message), "%s said \"%s\", expected \"%s\"", line, said.data, message);
    str_finish(&got);
    str_finish(&said);
}

#define GENERATE "generate --model '%s' --device cpu --temperature 0 --template raw --max-tokens 24 "

TEST(stops, generate_prints_up_to_the_stop)
{
    expect(GENERATE "--stop . ''", 0, "Once upon a time, there was a little girl named Lily.\n", "ended at a stop");
    expect(GENERATE "--stop 'a li' --stop xyz ''", 0, "Once upon a time, there was a li\n", "ended at a stop");
    expect(GENERATE "--special --stop nam ''", 0, "Once upon a time, there was a little girl nam\n", NULL);
    expect(GENERATE "--stop '\"e\\u002c\"' ''", 0, "Once upon a time,\n", NULL); // JSON
    expect(GENERATE "--stop '[\"xyz\", \"a li\"]' --stop . ''", 0, "Once upon a time, there was a li\n", NULL);
    expect(GENERATE "--ids --stop '[7, 432]' '1'", 0, "403 407 261 378 432\n", "ended at a stop");
    expect(GENERATE "--stop 'never' ''", 0, NULL, "cut at --max-tokens");
    expect(GENERATE "--ids --stop 432 '1'", 0, "403 407 261 378 432\n", "ended at a stop");
    expect(GENERATE "--ids --stop ' a tim' '1'", 0, NULL, "ended at a stop");
    expect(GENERATE "--stop '' ''", 1, NULL, "--stop: a stop text is empty: every completion would end at once");
    expect(GENERATE "--stop '[[1]]' ''", 1, NULL,
           "--stop: wants texts, token ids or {\"token\": \"<|im_end|>\"}, not [1]");
    expect(
        GENERATE "--stop . --stop null ''", 1, NULL,
        "--stop null is JSON without a stop in it: give a text, a token id, {\"token\": \"<|im_end|>\"} or a list of "
        "these; the text null is --stop '\"null\"'");
    expect(GENERATE "--stop true ''", 1, NULL, "--stop true is JSON without a stop in it");
    expect(GENERATE "--stop false ''", 1, NULL, "--stop false is JSON without a stop in it");
    expect(GENERATE "--stop '[]' ''", 1, NULL, "--stop [] is JSON without a stop in it");
    expect(GENERATE "--stop '\"null\"' ''", 0, NULL, "cut at --max-tokens");
}

TEST(stops, in_evaluations)
{
    char line[4096], log[1024], data[1024];
    struct str out = {0}, said = {0};
    struct err err = {0};
    static const char rows[] =
        "{\"prompt\": \"Once upon\", \"answer\": \"1\"}\n{\"prompt\": \"Tom\", \"answer\": \"1\"}\n";
    snprintf(data, sizeof data, "%s", test_tmp("stops.jsonl"));
    snprintf(log, sizeof log, "%s", test_tmp("stops-log.jsonl"));
    EXPECT(file_write(data, rows, sizeof rows - 1, &err), "%s", err.text);
    snprintf(line, sizeof line,
             "eval --model '%s' --data '%s' --samples 4 --device cpu --template raw --max-tokens 60 --max-prompt 20 "
             "--stop . --json --log '%s'",
             test_path("golden/stories260K"), data, log);
    EXPECT(program_run_vkr1(line, "", &out, &said) == 0, "%s", said.data);
    struct json *result = json_parse(out.data, out.size, false, "eval", &err);
    struct lines l = {0};
    int n = 0, stopped = 0, cut = 0;
    EXPECT(lines_open(&l, log, &err), "%s", err.text);
    for (; lines_next(&l, &err); n++) {
        struct json *row = json_parse(l.line.data, l.line.size, false, "log", &err);
        const char *text = json_string(json_get(row, "completion"), ""),
                   *how = json_string(json_get(row, "finish"), ""), *at = strchr(text, '.');
        EXPECT(strcmp(how, "stop") == 0 ? at && !at[1] : !at, "%s: \"%s\"", how, text);
        stopped += strcmp(how, "stop") == 0;
        cut += strcmp(how, "length") == 0;
        json_close(row);
    }
    EXPECT(n == 8 && stopped > 0, "%d of %d met the stop", stopped, n);
    EXPECT(json_number(json_get(result, "clipped_ratio"), -1) == cut / 8.0, "%s", out.data);
    lines_close(&l);
    json_close(result);
    str_finish(&out);
    str_finish(&said);
}
