// Reward functions: the semantics of open-r1, TRL, verl and TinyZero where we follow them, exactness, hostile input.
#include "test.h"

#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/rng.h"
#include "rl/rational.h"
#include "rl/reward.h"

// The value of the list's first reward for one completion (of n bytes) of a problem.
static double value_n(const char *list, const char *completion, size_t n, const struct problem *problem)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    double parts[REWARDS_MAX] = {0};
    EXPECT(reward_set_parse(&set, list, &memory, &err), "%s: %s", list, err.text);
    struct reward_item item = {.problem = problem, .completion = {completion, n}, .parts = parts};
    reward_run(&set, &item, 1);
    arena_finish(&memory);
    return parts[0];
}

static double value(const char *list, const char *completion, const char *answer)
{
    struct problem p = {.answer = answer};
    return value_n(list, completion, strlen(completion), &p);
}

struct row {
    const char *completion, *answer;
    double value; // NaN: skipped
};

static void expect_rows(const char *list, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = value(list, rows[i].completion, rows[i].answer);
        EXPECT(v == rows[i].value || (isnan(v) && isnan(rows[i].value)) || fabs(v - rows[i].value) < 1e-12,
               "%s, completion \"%.80s\", answer \"%s\": %g, expected %g", list, rows[i].completion,
               rows[i].answer ? rows[i].answer : "(none)", v, rows[i].value);
    }
}
#define EXPECT_ROWS(list, rows) expect_rows(list, rows, sizeof(rows) / sizeof *(rows))

TEST(rewards, format_r1_is_open_r1)
{
    static const struct row rows[] = {
        {"<think>\na\n</think>\n<answer>\nb\n</answer>", NULL, 1},
        {"<think>\na\n</think>\n<answer>\nb\n</answer>\n", NULL, 1},
        {"<think>\na\n</think>\n<answer>\nb\n</answer>\nextra", NULL, 1},
        {"<think>\na\n<think>\nc\n</think>\n<answer>\nb\n</answer>", NULL, 1},
        {"<think>\na\nb\n\nc\n</think>\n<answer>\nb\nd\n</answer>", NULL, 1},
        {"<think>\n\n</think>\n<answer>\n\n</answer>", NULL, 1},
        {"<think>\na\n</think>\n<answer>\nb\n</answer>x\n</answer>", NULL, 1},
        {"<think>\na\n</think>\nno\n</think>\n<answer>\nb\n</answer>", NULL, 1},
        {"<think>\r\na\r\n</think>\r\n<answer>\r\nb\r\n</answer>", NULL, 0},
        {"<think>\na\n</think>\n<answer>\nb\n</answer> trailing", NULL, 0},
        {" <think>\na\n</think>\n<answer>\nb\n</answer>", NULL, 0},
        {"<think>\na\n</think>\n\n<answer>\nb\n</answer>", NULL, 0},
        {"<think>\na\n</think>\n<answer>\nb</answer>", NULL, 0},
        {"<think>\n</think>\n<answer>\n</answer>", NULL, 0},
        {"<think>\na\n</think>\n<answer>\nb\n</answer><|im_end|>", NULL, 0},
        {"<think>a</think><answer>b</answer>", NULL, 0},
        {"<think>\na\n</think>\n<answer>\nb", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("format", rows);
    EXPECT(value("format(prefix=<think>\\n)", "a\n</think>\n<answer>\nb\n</answer>", NULL) == 1, "prefix not added");
    EXPECT(value("format(prefix=<think>\\n)", "<think>\n</think>\n<answer>\nb\n</answer>", NULL) == 1, "tags inside");
}

TEST(rewards, format_compact)
{
    static const struct row rows[] = {
        {"<think>1+2=3</think><answer>3</answer>", NULL, 1},
        {"<think></think><answer>3</answer>", NULL, 1},
        {"<think>1\n2</think>\n<answer>\n3\n</answer>\n \n", NULL, 1},
        {"<think>1</think>\n\n<answer>3</answer>", NULL, 0},
        {"<think>1</think> <answer>3</answer>", NULL, 0},
        {" <think>1</think><answer>3</answer>", NULL, 0},
        {"<think>1</think><answer>3</answer>.", NULL, 0},
        {"<think>1</think><answer> \n</answer>", NULL, 0},
        {"<think>1<think></think><answer>3</answer>", NULL, 0},
        {"<think>1</think><answer>3</answer><answer>4</answer>", NULL, 0},
        {"<answer>3</answer><think>1</think>", NULL, 0},
        {"<think>1</think><answer>3", NULL, 0},
        {"<think><answer>3</answer></think>", NULL, 0},
        {"</think><think><answer></answer>3", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("format(style=compact)", rows);
}

TEST(rewards, numeric_finds_the_answer)
{
    static const struct row rows[] = {
        {"<think>5</think><answer>72</answer>", "72", 1},
        {"<answer>71</answer> no, <answer> The result is 72. </answer>", "72", 1},
        {"<answer>72</answer> #### 71 \\boxed{70} 69", "72", 1},
        {"so #### 72\nnot 71", "72", 1},
        {"\\boxed{72} is it, not 71", "72", 1},
        {"\\boxed{1\\text{a}72} 71", "72", 1},
        {"first 71, then 72.", "72", 1},
        {"<answer>72", "72", 1}, // unclosed: the last number counts
        {"<answer>none</answer> 72", "72", 0},
        {"", "72", 0},
        {"seventy-two", "72", 0},
        {"72", NULL, NAN},
        {"72", "forty two", NAN},
        {"72", "", NAN},
        {"3", "(0, 3)", NAN},
        {"72", "Natalia sold ...\n#### 72", 1},
        {"1234567", "... #### 1,234,567", 1},
        {"72", "$72.", 1},
    };
    EXPECT_ROWS("numeric", rows);
    static const struct row tag[] = {{"#### 72", "72", 0}, {"<answer>72</answer> 5", "72", 1}, {"72", "72", 0}};
    EXPECT_ROWS("numeric(extract=answer)", tag);
    static const struct row mark[] = {{"#### 72", "72", 1}, {"<answer>72</answer>", "72", 0}, {"####72\n5", "72", 1}};
    EXPECT_ROWS("numeric(extract=hash)", mark);
    static const struct row last[] = {{"<answer>72</answer> 5", "72", 0}, {"<answer>5</answer> 72", "72", 1}};
    EXPECT_ROWS("numeric(extract=last)", last);
    static const struct row box[] = {{"\\boxed{72", "72", 0}, {"72", "72", 0}, {"\\boxed{{72}} 5", "72", 1}};
    EXPECT_ROWS("numeric(extract=boxed)", box);
}

TEST(rewards, numeric_compares_values_exactly)
{
    static const struct row rows[] = {
        {"1,234", "1234", 1},
        {"1234", "1,234", 1},
        {"$1,234.50", "1234.5", 1},
        {"12,34", "1234", 0},
        {"72.", "72", 1},
        {"72.0", "72", 1},
        {"072", "72", 1},
        {"72.50", "72.5", 1},
        {".5", "0.5", 1},
        {"0.50", "1/2", 1},
        {"2/4", "0.5", 1},
        {"63/400", "0.1575", 1},
        {"64/400", "0.1575", 0},
        {"3/0", "3", 0},
        {"1e3", "1000", 1},
        {"1.5e-1", "0.15", 1},
        {"28%", "28", 1},
        {"-7", "-7", 1},
        {"7", "-7", 0},
        {"-$7", "-7", 1},
        {"$-7", "-7", 1},
        {"\xE2\x88\x92" "7", "-7", 1},
        {"10-20", "20", 1},
        {"10 - 20 = -10", "-10", 1},
        {"-0", "0", 1},
        {"0.1", "0.10000000000000000001", 0}, // equal as doubles
        {"12345678901234567890123", "12345678901234567890123", 1},
        {"12345678901234567890124", "12345678901234567890123", 0},
        {"100000000000000000000000", "1e23", 1},
        {"9007199254740993", "9007199254740992", 0}, // equal as doubles
        {"1e99999999999", "1", 0},
    };
    EXPECT_ROWS("numeric", rows);
}

TEST(rewards, numeric_modes_of_verl)
{
    static const struct row strict[] = {
        {"#### 72", "72", 1},       {"####72", "72", 0},     {"#### $72", "72", 0},     {"#### 72.", "72", 0},
        {"#### 72.0", "72", 0},     {"#### 1,234", "1234", 1}, {"#### -72", "-72", 1},  {"72", "72", 0},
        {"#### 71 #### 72", "72", 1}, {"#### 72 ####", "72", 1}, {"#### 72", NULL, NAN}, {"####  72", "72", 0},
        {"#### 1,234", "... #### 1,234", 1},
    };
    EXPECT_ROWS("numeric(mode=strict)", strict);
    static const struct row flexible[] = {
        {"so 72", "72", 1},   {"so 72 .", "72", 1}, {"1,234", "1234", 0}, {"1234 apples", "1,234", 1},
        {"72.", "72", 0},     {"a-7", "-7", 1},     {"none", "72", 0},
    };
    EXPECT_ROWS("numeric(mode=flexible)", flexible);
    char text[400];
    memset(text, 'x', sizeof text);
    memcpy(text, "#### 72 ", 8); // more than 300 characters from the end
    text[399] = 0;
    EXPECT(value("numeric(mode=strict)", text, "72") == 0, "looked farther than 300 characters back");
    memcpy(text + 399 - 300, "#### 72 ", 8);
    EXPECT(value("numeric(mode=strict)", text, "72") == 1, "the last 300 characters hold it");
    char edge[302];
    memset(edge, 'x', sizeof edge);
    memcpy(edge + 1, "#### 7", 6);
    edge[301] = 0;
    EXPECT(value("numeric(mode=strict)", edge + 1, "7") == 1, "the mark begins at the 300th character from the end");
    memcpy(edge, "#### 7x", 7);
    EXPECT(value("numeric(mode=strict)", edge, "7") == 0, "the mark begins at the 301st character from the end");
    struct str wide = {0}; // 300 characters, 900 bytes
    str_puts(&wide, "#### 72");
    for (int i = 0; i < 293; i++)
        str_puts(&wide, "\xE2\x82\xAC");
    EXPECT(value("numeric(mode=strict)", wide.data, "72") == 1, "characters are not bytes");
    str_finish(&wide);
}

static double countdown(const char *list, const char *completion)
{
    struct problem p = {.nums = {44, 19, 35}, .num_count = 3, .target = 98, .has_target = true};
    return value_n(list, completion, strlen(completion), &p);
}

struct sum {
    const char *completion;
    double value;
};

static void expect_sums(const char *list, const struct sum *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double v = countdown(list, rows[i].completion);
        EXPECT(v == rows[i].value, "%s, \"%s\": %g, expected %g", list, rows[i].completion, v, rows[i].value);
    }
}
#define EXPECT_SUMS(list, rows) expect_sums(list, rows, sizeof(rows) / sizeof *(rows))

TEST(rewards, countdown_needs_an_exact_expression)
{
    static const struct sum rows[] = {
        {"<answer>44+19+35</answer>", 1},
        {"<answer>\n (44 + 19)\n + 35 \n</answer>\nmore", 1},
        {"<answer>1</answer> <answer>35+(44+19)</answer>", 1},
        {"<answer>-(-44-19)+35</answer>", 1},
        {"44+19+35", 0},
        {"<answer>44+19+35", 0},
        {"<answer>44+19+35 = 98</answer>", 0},
        {"<answer>44+19+35.0</answer>", 0},
        {"<answer>44+19+035</answer>", 0},
        {"<answer>44+19</answer>", 0},
        {"<answer>44+19+35+35-35</answer>", 0},
        {"<answer>98</answer>", 0},
        {"<answer>44*19-35</answer>", 0},
        {"<answer>44+19+35)</answer>", 0},
        {"<answer>(44+19+35</answer>", 0},
        {"<answer>44**19**35</answer>", 0},
        {"<answer>44//19//35</answer>", 0},
        {"<answer>44(19)35</answer>", 0},
        {"<answer>44/(19-19)</answer>", 0},
        {"<answer></answer>", 0},
        {"<answer>__import__('os')</answer>", 0},
        {"<answer>99999999999999999999999999</answer>", 0},
    };
    EXPECT_SUMS("countdown", rows);
    struct problem none = {.answer = "98"};
    EXPECT(isnan(value_n("countdown", "<answer>98</answer>", 19, &none)), "no numbers: not skipped");
}

TEST(rewards, countdown_of_tinyzero_and_grpo_zero)
{
    static const struct sum tinyzero[] = {
        {"thinking\n<answer>44+19+35</answer>", 1},
        {"<answer>1</answer> <answer>44+19+35</answer>", 1},
        {"<answer>44+19</answer>", 0.1},
        {"<answer>44+19+35.0</answer>", 0.1},
        {"<answer>44+19+035</answer>", 0.1},
        {"<answer>44+19-35</answer>", 0.1},
        {"<answer>\n44+19+35\n</answer>", 0},
        {"<answer>44+19+35</answer>\n", 0},
        {"<answer>44+19+35</answer>\nmore", 0},
        {"44+19+35", 0},
    };
    EXPECT_SUMS("countdown(where=last_line,partial=0.1)", tinyzero);
    static const struct sum grpo_zero[] = {
        {"<answer>44+19+35</answer> <answer>1</answer>", 1},
        {"<answer>1</answer> <answer>44+19+35</answer>", 0},
        {"<answer>44+19\n+35</answer>", 0},
    };
    EXPECT_SUMS("countdown(where=first)", grpo_zero);
    struct problem p = {.nums = {3, 3, 8, 8}, .num_count = 4, .target = 24, .has_target = true};
    const char *exact = "<answer>8/(3-8/3)</answer>"; // 23.999999999999993 in floating point
    EXPECT(value_n("countdown", exact, strlen(exact), &p) == 1, "fractions are not exact");
    const char *part = "<answer>3*8</answer>";
    EXPECT(value_n("countdown(numbers=subset)", part, strlen(part), &p) == 1, "subset");
    EXPECT(value_n("countdown", part, strlen(part), &p) == 0, "not all numbers are used");
    const char *twice = "<answer>8+8+8</answer>";
    struct problem half = {.nums = {9, 2}, .num_count = 2, .target = 9, .has_target = true};
    EXPECT(value_n("countdown", "<answer>9/2</answer>", 20, &half) == 0, "9/2 is not 9");
    EXPECT(value_n("countdown(numbers=subset)", twice, strlen(twice), &p) == 0, "8 three times of two");
}

TEST(rewards, rationals_report_overflow)
{
    struct rational a, b, c;
    EXPECT(rational_make(6, -4, &a) && a.top == -3 && a.bottom == 2, "%lld/%lld", (long long)a.top, (long long)a.bottom);
    EXPECT(!rational_make(1, 0, &c) && !rational_make(INT64_MIN, 1, &c), "accepted");
    EXPECT(rational_make(1, 6, &a) && rational_make(1, 10, &b) && rational_add(a, b, &c) && c.top == 4 && c.bottom == 15,
           "1/6 + 1/10 = %lld/%lld", (long long)c.top, (long long)c.bottom);
    EXPECT(rational_subtract(a, a, &c) && c.top == 0 && c.bottom == 1, "a - a");
    EXPECT(!rational_divide(a, c, &b), "divided by zero");
    EXPECT(rational_make(INT64_MAX, 1, &a) && rational_make(2, INT64_MAX, &b) && rational_multiply(a, b, &c) && c.top == 2,
           "cross reduction");
    EXPECT(!rational_multiply(a, a, &c) && !rational_add(a, a, &c), "overflow passed");
}

TEST(rewards, repetition_is_open_r1_and_trl)
{
    static const struct {
        const char *list, *text;
        double value;
    } rows[] = {
        {"repetition(ngram_size=2)", "this this this this this", -0.75},
        {"repetition(ngram_size=2)", "this is a this is a test", -1.0 / 3},
        {"repetition(ngram_size=3,max_penalty=-2)", "this is a this is a test", -0.4},
        {"repetition(max_penalty=-0.5)", "test test test test", -0.25},
        {"repetition", "A B C A B C E F G A B C A B C", -5.0 / 13},
        {"repetition", "a b", 0},
        {"repetition", "", 0},
        {"repetition(ngram_size=2)", "This\u00A0this\tTHIS\n this this", -0.75},
        {"repetition(ngram_size=1)", "\u00C4 \u00E4", -0.5},
        {"repetition(ngram_size=2)", "a b c d", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double v = value(rows[i].list, rows[i].text, NULL);
        EXPECT(fabs(v - rows[i].value) < 1e-12, "%s of \"%s\": %.6f, expected %.6f", rows[i].list, rows[i].text, v,
               rows[i].value);
    }
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    double part;
    EXPECT(reward_set_parse(&set, "repetition(unit=tokens,ngram_size=2)", &memory, &err), "%s", err.text);
    struct problem p = {0};
    struct reward_item item = {.problem = &p, .completion = text_of("x"), .parts = &part};
    reward_run(&set, &item, 1);
    EXPECT(isnan(part) && isnan(item.reward), "without token ids: %g", part);
    item.tokens = (const int32_t[]){5, 5, 5, 5, 5};
    item.token_count = 5;
    reward_run(&set, &item, 1);
    EXPECT(part == -0.75, "%g", part);
    item.tokens = (const int32_t[]){1, 2, 1, 2, 1, 2};
    item.token_count = 6;
    reward_run(&set, &item, 1);
    EXPECT(fabs(part + 0.6) < 1e-12, "%g", part);
    arena_finish(&memory);
}

TEST(rewards, length_compares_within_the_group)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    EXPECT(reward_set_parse(&set, "length:1,numeric:0", &memory, &err), "%s", err.text);
    struct problem gold = {.answer = "5"}, none = {.answer = "five"};
    static const char *const texts[] = {"5", "aaaaaa 5", "aaa 6", "6", "aaa 5", "aaa 5", "\u00E9\u00E9 5", "aaa 5 5"};
    static const int groups[] = {0, 0, 0, 0, 1, 1, 2, 2};
    static const double expected[] = {0.5, -0.5, 0.5 - 4.0 / 7, 0, 0, 0, 0.5, -0.5};
    struct reward_item items[8];
    double parts[8][2];
    for (int i = 0; i < 8; i++)
        items[i] = (struct reward_item){
            .problem = i < 6 ? &gold : &none, .completion = text_of(texts[i]), .group = groups[i], .parts = parts[i]};
    reward_run(&set, items, 8);
    for (int i = 0; i < 8; i++)
        EXPECT(fabs(parts[i][0] - expected[i]) < 1e-12, "completion %d: %g, expected %g", i, parts[i][0], expected[i]);
    arena_finish(&memory);
}

TEST(rewards, lists_and_weights)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    EXPECT(reward_set_parse(&set, "numeric:0.7, format(style=compact,prefix=):0.3", &memory, &err) && set.count == 2,
           "%s", err.text);
    struct problem p = {.answer = "5"};
    double parts[2];
    struct str why[2] = {0};
    struct reward_item item = {.problem = &p, .completion = text_of("5"), .parts = parts, .why = why};
    reward_run(&set, &item, 1);
    item.why = NULL;
    EXPECT(fabs(item.reward - 0.7) < 1e-15, "%g", item.reward);
    EXPECT(strcmp(why[0].data, "\"5\" from the whole text equals 5") == 0, "%s", why[0].data);
    EXPECT(strstr(why[1].data, "has 0 of \"<think>\""), "%s", why[1].data);
    p.answer = NULL; // numeric is skipped, and stays out of the sum
    reward_run(&set, &item, 1);
    EXPECT(isnan(parts[0]) && item.reward == 0, "%g", item.reward);
    const char *json = "[{\"reward\":\"countdown\",\"weight\":2,\"partial\":0.1,\"where\":\"first\"},"
                       "{\"reward\":\"length\"}]";
    struct json *v = json_parse(json, strlen(json), false, "t", &err);
    EXPECT(reward_set_load(&set, v, &memory, &err) && set.count == 2, "%s", err.text);
    EXPECT(set.entries[0].weight == 2 && set.entries[0].options[2].number == 0.1 && set.entries[1].weight == 1, "%g",
           set.entries[0].options[2].number);
    EXPECT(set.entries[1].judges == 0, "%d", set.entries[1].judges);
    json_close(v);
    str_finish(&why[0]);
    str_finish(&why[1]);
    arena_finish(&memory);
}

TEST(rewards, wrong_lists_are_refused)
{
    static const struct {
        const char *list, *message;
    } rows[] = {
        {"", "list of rewards is empty"},
        {"numerc:1", "unknown reward \"numerc\", did you mean \"numeric\"?"},
        {"something", "unknown reward \"something\"; there are format, numeric, countdown"},
        {"numeric:x", "the weight of reward \"numeric:x\" is not a number"},
        {"numeric:", "is not a number"},
        {"numeric:nan", "is not a number"},
        {"numeric:1,numeric:2", "reward \"numeric\" is listed twice"},
        {"numeric(mod=auto)", "reward numeric has no option \"mod\", did you mean \"mode\"?"},
        {"numeric(mode=soft)", "option mode of reward numeric is \"soft\", it must be one of auto|strict|flexible"},
        {"numeric(mode)", "option \"mode\" of reward numeric has no value"},
        {"numeric(mode=auto", "brackets do not match"},
        {"numeric(mode=auto)5", "unexpected \"5\" behind the brackets"},
        {"repetition(max_penalty=1)", "option max_penalty of reward repetition is 1, it must be a number from"},
        {"repetition(ngram_size=2.5)", "it must be a whole number from 1 to 64"},
        {"repetition(ngram_size=0)", "it must be a whole number from 1 to 64"},
        {"length", "reward length needs one in the list that tells right from wrong"},
        {"format(x=1)", "reward format has no option \"x\""},
    };
    struct arena memory = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reward_set set;
        struct err err = {0};
        EXPECT(!reward_set_parse(&set, rows[i].list, &memory, &err), "accepted \"%s\"", rows[i].list);
        EXPECT_ERR(&err, rows[i].message);
    }
    static const struct {
        const char *json, *message;
    } forms[] = {
        {"5", "rewards must be a text"},
        {"[{\"weight\":1}]", "entry 1 of the list of rewards needs a \"reward\""},
        {"[{\"reward\":\"format\",\"stile\":1}]", "reward format has no option \"stile\", did you mean \"style\"?"},
        {"[{\"reward\":\"format\",\"weight\":\"1\"}]", "weight must be a number"},
        {"[{\"reward\":\"format\",\"style\":[]}]", "option style of reward format must be a number or a text"},
        {"[{\"reward\":\"format\",\"style\":true}]", "option style of reward format is \"on\", it must be one of"},
        {"[]", "list of rewards is empty"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct reward_set set;
        struct err err = {0};
        struct json *v = json_parse(forms[i].json, strlen(forms[i].json), false, "t", &err);
        EXPECT(v && !reward_set_load(&set, v, &memory, &err), "accepted %s", forms[i].json);
        EXPECT_ERR(&err, forms[i].message);
        json_close(v);
    }
    arena_finish(&memory);
}

TEST(rewards, answers_for_votes)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    struct str a = {0}, b = {0};
    struct problem p = {.answer = "5"};
    EXPECT(reward_set_parse(&set, "format,numeric", &memory, &err) && reward_judge(&set) == 1, "%s", err.text);
    struct reward_item item = {.problem = &p, .completion = text_of("<answer>$1,234.50</answer>")};
    EXPECT(reward_answer(&set, &item, &a) && strcmp(a.data, "2469/2") == 0, "%s", a.data);
    item.completion = text_of("<answer>1234.5</answer>");
    EXPECT(reward_answer(&set, &item, &b) && strcmp(a.data, b.data) == 0, "%s", b.data);
    item.completion = text_of("none");
    EXPECT(!reward_answer(&set, &item, &b), "an answer out of nothing");
    str_finish(&a);
    str_finish(&b);
    arena_finish(&memory);
}

// Long and strange completions: every reward ends quickly and gives a number in its range.
TEST(rewards, hostile_completions_end_quickly)
{
    static const char *const units[] = {"<answer>", "</answer>", "<answer></answer>", "(", "((((1", "-", "####", "#### ",
                                        "9", "1,", "1,111", "\\boxed{", "{", "}", "\n</answer>", "a ", "\xFF", "1/",
                                        ".", "$", "\n</think>\n<answer>\n", "1*", "\xE2\x82", " ", "e9", "-$"};
    static const char *const heads[] = {"", "<think>\n", "<answer>(44", "<think>\na\n</think>\n<answer>\n"};
    struct problem p = {.answer = "5", .nums = {44, 19}, .num_count = 2, .target = 5, .has_target = true};
    clock_t begin = clock();
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
            struct str s = {0};
            str_puts(&s, heads[h]);
            while (s.size < 200000)
                str_puts(&s, units[u]);
            str_puts(&s, "</answer>");
            static const char *const lists[] = {"numeric", "numeric(mode=strict)", "numeric(mode=flexible)", "countdown",
                                                "format", "format(style=compact)", "repetition(ngram_size=64)"};
            for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
                double v = value_n(lists[l], s.data, s.size, &p);
                EXPECT(v >= -1 && v <= 1, "%s of %s...: %g", lists[l], units[u], v);
            }
            str_finish(&s);
        }
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    EXPECT(seconds < 60, "%.1f s", seconds);
}

TEST(rewards, random_bytes_never_crash)
{
    static const char *const lists[] = {"numeric", "numeric(mode=strict)", "numeric(mode=flexible)", "countdown",
                                        "format", "format(style=compact)", "repetition(ngram_size=1)"};
    static const char alphabet[] = "<answer></answer>####$-.,/0123456789+*()\\boxed{}\n \xE2\x88\x92\xC3\xFF\0e";
    struct problem p = {.answer = "5", .nums = {1, 2, 3}, .num_count = 3, .target = 6, .has_target = true};
    for (uint32_t i = 0; i < 3000; i++) {
        char text[64];
        uint32_t n = rng_u32(1, RNG_TEST, i, 0) % 64;
        for (uint32_t j = 0; j < n; j++)
            text[j] = alphabet[rng_u32(1, RNG_TEST, i, j + 1) % (sizeof alphabet - 1)];
        char *exact = n ? memcpy(malloc(n), text, n) : malloc(1); // so that a sanitizer sees one byte too many
        double v = value_n(lists[i % 7], exact, n, &p);
        EXPECT(isnan(v) || (v >= -1 && v <= 1), "%g", v);
        free(exact);
    }
}
