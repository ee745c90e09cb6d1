// Rewards that judge the answer: exactness, and the semantics of verl, TinyZero and others, row by row.
#include "reward_rows.h"

#include "rl/rational.h"

TEST(rewards_answer, numeric_finds_the_answer)
{
    static const struct reward_row rows[] = {
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
    static const struct reward_row tag[] = {{"#### 72", "72", 0}, {"<answer>72</answer> 5", "72", 1}, {"72", "72", 0}};
    EXPECT_ROWS("numeric(extract=answer)", tag);
    static const struct reward_row mark[] = {{"#### 72", "72", 1}, {"<answer>72</answer>", "72", 0}, {"####72\n5", "72", 1}};
    EXPECT_ROWS("numeric(extract=hash)", mark);
    static const struct reward_row last[] = {{"<answer>72</answer> 5", "72", 0}, {"<answer>5</answer> 72", "72", 1}};
    EXPECT_ROWS("numeric(extract=last)", last);
    static const struct reward_row box[] = {{"\\boxed{72", "72", 0}, {"72", "72", 0}, {"\\boxed{{72}} 5", "72", 1}};
    EXPECT_ROWS("numeric(extract=boxed)", box);
}

// TRL's reasoning_accuracy: the text behind the last </think>. The gold answer comes first here: unreadable is skipped.
TEST(rewards_answer, numeric_after_think)
{
    static const struct reward_row rows[] = {
        {"<think>5</think> so \\boxed{72}", "72", 1},
        {"<think>a</think> 5 </think> 72", "72", 1},
        {"<think>\\boxed{72}</think> so it is", "72", 0},
        {"<think>so \\boxed{72}", "72", 0},
        {"<think>72</think> 71", "72", 0},
        {"72", "72", 0},
        {"72", "many", NAN},
    };
    EXPECT_ROWS("numeric(after_think=on)", rows);
    static const struct reward_row strict[] = {{"#### 72</think>", "72", 0}, {"#### 71</think>#### 72", "72", 1}};
    EXPECT_ROWS("numeric(mode=strict,after_think=on)", strict);
}

// simple_GRPO pays 1 and -1; verl's format_score pays for a number that is wrong.
TEST(rewards_answer, numeric_pays_for_wrong_answers)
{
    static const struct reward_row rows[] = {{"5 72", "72", 1}, {"72 5", "72", -1}, {"none", "72", -1}, {"72", NULL, NAN}};
    EXPECT_ROWS("numeric(extract=last,wrong=-1,missing=-1)", rows);
    static const struct reward_row verl[] = {{"#### 72", "72", 1}, {"#### 5", "72", 0.1}, {"72", "72", 0}};
    EXPECT_ROWS("numeric(mode=strict,wrong=0.1)", verl);
}

TEST(rewards_answer, numeric_compares_values_exactly)
{
    static const struct reward_row rows[] = {
        {"1,234", "1234", 1},
        {"1234", "1,234", 1},
        {"$1,234.50", "1234.5", 1},
        {"12,34", "1234", 0},
        {"72.", "72", 1},
        {"72.0", "72", 1},
        {"+72", "72", 1},
        {"+072.0", "72", 1}, // reasoning-gym's decimal reward takes all of these
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

TEST(rewards_answer, numeric_modes_of_verl)
{
    static const struct reward_row strict[] = {
        {"#### 72", "72", 1},       {"####72", "72", 0},     {"#### $72", "72", 0},     {"#### 72.", "72", 0},
        {"#### 72.0", "72", 0},     {"#### 1,234", "1234", 1}, {"#### -72", "-72", 1},  {"72", "72", 0},
        {"#### 71 #### 72", "72", 1}, {"#### 72 ####", "72", 1}, {"#### 72", NULL, NAN}, {"####  72", "72", 0},
        {"#### 1,234", "... #### 1,234", 1},
    };
    EXPECT_ROWS("numeric(mode=strict)", strict);
    static const struct reward_row flexible[] = {
        {"so 72", "72", 1},   {"so 72 .", "72", 1}, {"1,234", "1234", 0}, {"1234 apples", "1,234", 1},
        {"72.", "72", 0},     {"a-7", "-7", 1},     {"none", "72", 0},
    };
    EXPECT_ROWS("numeric(mode=flexible)", flexible);
    char text[400];
    memset(text, 'x', sizeof text);
    memcpy(text, "#### 72 ", 8); // more than 300 characters from the end
    text[399] = 0;
    EXPECT(test_reward("numeric(mode=strict)", text, "72") == 0, "looked farther than 300 characters back");
    memcpy(text + 399 - 300, "#### 72 ", 8);
    EXPECT(test_reward("numeric(mode=strict)", text, "72") == 1, "the last 300 characters hold it");
    char edge[302];
    memset(edge, 'x', sizeof edge);
    memcpy(edge + 1, "#### 7", 6);
    edge[301] = 0;
    EXPECT(test_reward("numeric(mode=strict)", edge + 1, "7") == 1, "the mark begins at the 300th character from the end");
    memcpy(edge, "#### 7x", 7);
    EXPECT(test_reward("numeric(mode=strict)", edge, "7") == 0, "the mark begins at the 301st character from the end");
    struct str wide = {0}; // 300 characters, 900 bytes
    str_puts(&wide, "#### 72");
    for (int i = 0; i < 293; i++)
        str_puts(&wide, "\xE2\x82\xAC");
    EXPECT(test_reward("numeric(mode=strict)", wide.data, "72") == 1, "characters are not bytes");
    str_finish(&wide);
}

static double countdown(const char *list, const char *completion)
{
    struct problem p = {.nums = {44, 19, 35}, .num_count = 3, .target = 98, .has_target = true};
    return test_reward_n(list, completion, strlen(completion), &p);
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

TEST(rewards_answer, countdown_needs_an_exact_expression)
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
    EXPECT(isnan(test_reward_n("countdown", "<answer>98</answer>", 19, &none)), "no numbers: not skipped");
}

TEST(rewards_answer, countdown_of_others)
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
    static const struct sum reasoning_gym[] = {
        {"<answer>44+19+35</answer>", 1},
        {"<answer>44+19-35</answer>", 0.05},
        {"<answer>44+19</answer>", 0.05},
        {"<answer>44+19+36</answer>", 0.05},
        {"<answer>98</answer>", 0.05},
        {"<answer>44/(19-19)+35</answer>", 0.05},
        {"<answer>7 apples</answer>", 0.01},
        {"<answer>44+19+</answer>", 0.01},
        {"<answer>none</answer>", 0.01},
        {"<answer></answer>", 0.01},
        {"44+19+35", 0.01},
        {"", 0.01},
    };
    EXPECT_SUMS("countdown(scale=reasoning_gym)", reasoning_gym);
    struct problem p = {.nums = {3, 3, 8, 8}, .num_count = 4, .target = 24, .has_target = true};
    const char *exact = "<answer>8/(3-8/3)</answer>"; // 23.999999999999993 in floating point
    EXPECT(test_reward_n("countdown", exact, strlen(exact), &p) == 1, "fractions are not exact");
    const char *part = "<answer>3*8</answer>";
    EXPECT(test_reward_n("countdown(numbers=subset)", part, strlen(part), &p) == 1, "subset");
    EXPECT(test_reward_n("countdown", part, strlen(part), &p) == 0, "not all numbers are used");
    const char *twice = "<answer>8+8+8</answer>";
    struct problem half = {.nums = {9, 2}, .num_count = 2, .target = 9, .has_target = true};
    EXPECT(test_reward_n("countdown", "<answer>9/2</answer>", 20, &half) == 0, "9/2 is not 9");
    EXPECT(test_reward_n("countdown(numbers=subset)", twice, strlen(twice), &p) == 0, "8 three times of two");
}

TEST(rewards_answer, rationals_report_overflow)
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
