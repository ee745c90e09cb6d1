// Rewards that judge the answer: exactness, and the semantics of verl, TinyZero and others, row by row.
#include "reward_rows.h"

#include <time.h>

#include "rl/rational.h"

TEST(rewards_answer, numeric_finds_the_answer)
{
    static const struct reward_row rows[] = {
        {"<think>5</think><answer>72</answer>", "72", 1},
        {"<answer>71</answer> no, <answer> The result is 72. </answer>", "72", 1},
        {"<answer>72</answer> #### 71 \\boxed{70} 69", "72", 1},
        {"so #### 72\nnot 71", "72", 1},
        {"\\boxed{72} is it, not 71", "72", 1},
        {"\\boxed{1\\text{a}72} 71", "72", 0}, // a part of what is no number
        {"first 71, then 72.", "72", 1},
        {"<answer>72", "72", 1}, // unclosed: the last number counts
        {"<answer>none</answer> 72", "72", 0},
        {"", "72", 0},
        {"seventy-two", "72", 1},
        {"72", NULL, NAN},
        {"72", "forty two", 0},
        {"72", "many", NAN},
        {"72", "", NAN},
        {"3", "(0, 3)", NAN},
        {"72", "Natalia sold ...\n#### 72", 1},
        {"1234567", "... #### 1,234,567", 1},
        {"72", "$72.", 1},
    };
    EXPECT_ROWS("numeric", rows);
    static const struct reward_row tag[] = {{"#### 72", "72", 0}, {"<answer>72</answer> 5", "72", 1}, {"72", "72", 0}};
    EXPECT_ROWS("numeric(extract=answer)", tag);
    static const struct reward_row mark[] = {
        {"#### 72", "72", 1}, {"<answer>72</answer>", "72", 0}, {"####72\n5", "72", 1}};
    EXPECT_ROWS("numeric(extract=hash)", mark);
    static const struct reward_row last[] = {{"<answer>72</answer> 5", "72", 0}, {"<answer>5</answer> 72", "72", 1}};
    EXPECT_ROWS("numeric(extract=last)", last);
    static const struct reward_row box[] = {{"\\boxed{72", "72", 0}, {"72", "72", 0}, {"\\boxed{{72}} 5", "72", 1}};
    EXPECT_ROWS("numeric(extract=boxed)", box);
}

// TRL's reasoning_accuracy: the text after the last </think>. The gold answer comes first here: unreadable is skipped.
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
    static const struct reward_row rows[] = {
        {"5 72", "72", 1}, {"72 5", "72", -1}, {"none", "72", -1}, {"72", NULL, NAN}};
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
        {"\\boxed{1{,}234}", "1234", 1},
        {"\\boxed{1,\\!234,\\!567}", "1234567", 1},
        {"\\boxed{1\\,234.5}", "1234.5", 1},
        {"\\boxed{1{,}23}", "123", 0},
        {"\\boxed{\\frac{1}{2}}", "2", 0},
        {"\\boxed{\\frac{1}{2}}", "0.5", 1},
        {"\\boxed{-\\dfrac{3}{4}}", "-\\frac{6}{8}", 1},
        {"\\boxed{-\\dfrac{3}{4}}", "\\frac{6}{8}", 0},
        {"\\boxed{-\\dfrac{3}{4}}", "-0.75", 1},
        {"\\boxed{\\frac{1}{0}}", "0", 0},
        {"\\boxed{\\frac{1}{2", "2", 0}, // cut off
        {"\\boxed{10\\text{ cm}^2}", "10", 1},
        {"\\boxed{10\\text{ cm}^{-2}}", "10", 1},
        {"\\boxed{x^2}", "2", 0},
        {"\\boxed{2^{10}}", "10", 0},
        {"\\boxed{2^{10}}", "2", 0},
        {"2^10 = 1024", "1024", 1},
        {"\\boxed{90^\\circ}", "90", 1},
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
        {"\xE2\x88\x92"
         "7",
         "-7", 1},
        {"10-20", "20", 0},
        {"10-20", "-10", 1},
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

// Numbers as people and models write them, in LaTeX and without. What is more than one real number is no answer.
TEST(rewards_answer, numeric_takes_no_fragment)
{
    static const struct reward_row rows[] = {
        {"I think 5", "5", 1}, // words are no factors, letters may be
        {"2xyz", "2", 0},
        {"\\boxed{\\frac{ 1 }{ 2 }}", "0.5", 1},
        {"\\boxed{2\\sqrt{3}}", "3", 0},
        {"\\boxed{\\frac{3}{4}\\text{ cm}}", "0.75", 1},
        {"The answer is 12 000.", "12000", 1},
        {"\\boxed{50\\%}", "50", 1},
        {"\\boxed{3\\times 10^{5}}", "3", 0},
        {"\\boxed{(1,2)}", "2", 0},
        {"\\boxed{-\\frac34}", "-0.75", 1},
        {"\\boxed{2^{10}}", "10", 0},
        {"\\boxed{\\frac12}", "0.5", 1},
        {"\\boxed{\\$1{,}250.50}", "1250.5", 1},
        {"\\boxed{\\binom{5}{2}}", "2", 0},
        {"The answer is 5_000", "0", 0},
        {"\\boxed{\\cfrac{1}{2}}", "0.5", 1},
        {"\\boxed{5!}", "5", 0},
        {"\\boxed{\\frac{1,000}{2}}", "500", 1},
        {"\\boxed{7\\frac12}", "7.5", 1},
        {"\\boxed{x^2+1}", "1", 0},
        {"The answer is \xE2\x88\x92"
         "7.",
         "-7", 1},
        {"\\boxed{\\pm 3}", "3", 0},
        {"The answer is 1.234.567", ".567", 0},
        {"\\boxed{5\\pi}", "5", 0},
        {"\\boxed{9007199254740993}", "9007199254740993", 1},
        {"\\boxed{x \\le 5}", "5", 0},
        {"\\boxed{[0,5]}", "5", 0},
        {"The answer is 12 000.", "0", 0},
        {"The answer is 4\xC2\xBD.", "4.5", 1},
        {"The answer is 5,000,00", "0", 0},
        {"The answer is 1 234 567.", "567", 0},
        {"\\boxed{2\\sqrt{3}}", "2", 0},
        {"\\boxed{\\frac12}", "12", 0},
        {"The answer is 12 000", "0", 0},
        {"\\boxed{\\sqrt{16}}", "16", 0},
        {"\\boxed{2e3}", "2000", 1},
        {"The answer is 3 1/2.", "0.5", 0},
        {"\\boxed{3\\frac{3}{4}}", "0.75", 0},
        {"\\boxed{\\frac{-1}{2}}", "2", 0},
    };
    EXPECT_ROWS("numeric", rows);
}

TEST(rewards_answer, numeric_reads_what_stands_last_whole)
{
    static const struct reward_row more[] = {
        {"\\boxed{50\\%}", "0.5", 1},
        {"50 %", "50", 1},
        {"50 %", "0.5", 1},
        {"0.5", "50", 0},
        {"12.5%", "12.5", 1},
        {"\\boxed{3\\frac34}", "3.75", 1},
        {"\\boxed{3\\frac34}", "15/4", 1},
        {"\\boxed{\\dfrac12}", "0.5", 1},
        {"\\boxed{\\dfrac12}", "12", 0},
        {"The answer is \xE2\x80\x93"
         "5.",
         "-5", 1},
        {"The answer is \xE2\x80\x93"
         "5.",
         "5", 0},
        {"It is 1 000.", "1000", 1},
        {"It is \xC2\xBD.", "0.5", 1},
        {"It is 2\xE2\x88\x9A"
         "3",
         "3", 0},
        {"It is \xE2\x88\x9A"
         "9",
         "9", 0},
        {"It is \xE2\x88\x9A"
         "9",
         "3", 1},
        {"so x \xE2\x89\xA4 5", "5", 0},
        {"so x <= 5", "5", 0},
        {"so \xC2\xB1 3", "3", 0},
        {"it is 3 \xC3\x97 4", "4", 0},
        {"it is 3 \xC3\x97 4", "12", 1},
        {"so 5 < x", "5", 0},
        {"it is 3 + x", "3", 0},

        {"that is 5\xCF\x80", "5", 0},
        {"we get 2\\sqrt{3}", "2", 0},
        {"we get 2\\sqrt{4}", "4", 1},
        {"9007199254740992", "9007199254740993", 0},
        {"3 = 5", "5", 0},
        {"2 + 3 = 5", "5", 1},
        {"<b>72</b>", "72", 1},
        {"that is 72!", "72", 1},
        {"in 7 of 12 cases, 3 + 4i", "4", 0},
        {"10 20", "20", 1},
        {"the year 2020 300", "300", 1},
    };
    EXPECT_ROWS("numeric", more);
}

TEST(rewards_answer, math_anywhere_takes_no_fragment)
{
    static const struct reward_row any[] = {
        {"Answer: \xE2\x88\x92"
         "5",
         "5", 0},
        {"Answer: \xE2\x88\x92"
         "5",
         "-5", 1},
        {"Answer: 2\xE2\x88\x9A"
         "3",
         "2", 0},
        {"Answer: 10 - 2\xE2\x88\x9A"
         "5",
         "8", 0},
        {"Answer: 5\xCF\x80", "5", 0},
        {"Answer: 3 + 4i", "7", 0},
        {"Answer: 1 000 000", "10^6", 1},
        {"Answer: 1.000.000", "0", 0},
    };
    EXPECT_ROWS("math(extract=any)", any);
}

// Gold answers are read as completions are.
TEST(rewards_answer, numeric_reads_gold_answers)
{
    static const struct reward_row rows[] = {
        {"50", "50\\%", 1},
        {"18", "18 dollars", 1},
        {"18", "x=18", 1},
        {"18", "\\text{18}", 1},
        {"18", "The answer is 18.", 1},
        {"18", "so\n#### 18", 1},
        {"\\boxed{90^\\circ}", "90", 1},
        {"\\boxed{90^\\circ}", "\\frac{\\pi}{2}", 1},
        {"\\boxed{\\frac{\\pi}{2}}", "90^\\circ", 1},
        {"\\boxed{90^\\circ}", "$90", 0},
        {"\\boxed{90^\\circ}", "\\$90", 0},
        {"\\boxed{-$7}", "-$7", 1},
        {"\\boxed{$-7}", "-7", 1},
        {"\\boxed{5\\text{ m}}", "5 km", 0},
        {"\\boxed{2.5\\text{ million}}", "$2,500,000", 1},
        {"18", "$18$", 1},
        {"17", "18 dollars", 0},
        {"0.5", "\\frac12", 1},
        {"12", "\\frac12", 0},
        {"5", "2\\sqrt3", 0},
        {"2", "x^2", NAN},
        {"2", "(1, 2)", NAN},
        {"3", "\\pm 3", NAN},
        {"7", "3 + 4i", NAN},
        {"3", "x > 3", NAN},
    };
    EXPECT_ROWS("numeric", rows);
}

TEST(rewards_answer, numeric_modes_of_verl)
{
    static const struct reward_row strict[] = {
        {"#### 72", "72", 1},
        {"####72", "72", 0},
        {"#### $72", "72", 0},
        {"#### 72.", "72", 0},
        {"#### 72.0", "72", 0},
        {"#### 1,234", "1234", 1},
        {"#### -72", "-72", 1},
        {"72", "72", 0},
        {"#### 71 #### 72", "72", 1},
        {"#### 72 ####", "72", 1},
        {"#### 72", NULL, NAN},
        {"####  72", "72", 0},
        {"#### 1,234", "... #### 1,234", 1},
    };
    EXPECT_ROWS("numeric(mode=strict)", strict);
    static const struct reward_row flexible[] = {
        {"so 72", "72", 1}, {"so 72 .", "72", 1}, {"1,234", "1234", 0}, {"1234 apples", "1,234", 1},
        {"72.", "72", 0},   {"a-7", "-7", 1},     {"none", "72", 0},
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
    EXPECT(test_reward("numeric(mode=strict)", edge + 1, "7") == 1,
           "the mark begins at the 300th character from the end");
    memcpy(edge, "#### 7x", 7);
    EXPECT(test_reward("numeric(mode=strict)", edge, "7") == 0, "the mark begins at the 301st character from the end");
    struct str wide = {0}; // 300 characters, 900 bytes
    str_puts(&wide, "#### 72");
    for (int i = 0; i < 293; i++)
        str_puts(&wide, "\xE2\x82\xAC");
    EXPECT(test_reward("numeric(mode=strict)", wide.data, "72") == 1, "characters are not bytes");
    str_finish(&wide);
}

TEST(rewards_answer, exact_compares_texts)
{
    static const struct reward_row rows[] = {
        {"Paris", "Paris", 1},
        {" Paris\n", "Paris", 1},
        {"<think>Rome</think><answer> Paris </answer>", "Paris", 1},
        {"<answer>Rome</answer><answer>Paris</answer>", "Paris", 1},
        {"so \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}", 1},
        {"#### Paris", "The way ...\n#### Paris", 1},
        {"It is Paris", "Paris", 0},
        {"paris", "Paris", 0},
        {"1.0", "1", 0},
        {"", "Paris", 0},
        {"Paris", NULL, NAN},
        {"", "", NAN},
    };
    EXPECT_ROWS("exact", rows);
    static const struct reward_row think[] = {{"<answer>b</answer></think> a", "a", 1}, {"a", "a", 0}};
    EXPECT_ROWS("exact(after_think=on)", think);
    static const struct reward_row fold[] = {{"  the EIFFEL \n tower ", "The Eiffel Tower", 1},
                                             {"\u00C4rger", "\u00E4rger", 1},
                                             {"the tower.", "the tower", 0}};
    EXPECT_ROWS("exact(normalize=fold)", fold);
    static const struct reward_row squad[] = {{"The Eiffel Tower.", "eiffel tower", 1},
                                              {"an \"apple\"", "Apple", 1},
                                              {"U.S.A.", "USA", 1},
                                              {"the answer", "theanswer", 0},
                                              {"a", "the", 0},
                                              {"tower of the sea", "tower of a sea", 1}};
    EXPECT_ROWS("exact(normalize=squad)", squad);
    static const struct reward_row tiny_grpo[] = {{"<answer>42</answer>", "42", 1},
                                                  {"<answer>it is 42</answer>", "42", 0.5},
                                                  {"<answer>7</answer>", "42", 0.01},
                                                  {"42", "42", 0}};
    EXPECT_ROWS("exact(extract=answer,contained=0.5,wrong=0.01)", tiny_grpo);
}

TEST(rewards_answer, exact_of_hendrycks_and_minerva)
{
    static const struct reward_row hendrycks[] = {
        // verl's math_reward
        {"\\boxed{\\dfrac{1}{2}}", "\\frac12", 1},
        {"\\boxed{1/2}", "\\frac{1}{2}", 1},
        {"\\boxed{0.5}", "\\frac{1}{2}", 1},
        {"\\boxed{.5}", "1/2", 1},
        {"\\boxed{x=5}", "5", 1},
        {"\\boxed{abc=5}", "5", 0},
        {"\\boxed{\\left( 3, \\frac{\\pi}2 \\right)}", "(3,\\frac{\\pi}2)", 1},
        {"\\boxed{90^\\circ}", "90", 1},
        {"\\boxed{10\\%}", "10", 1},
        {"\\boxed{5\\text{ cm}}", "5", 1},
        {"\\boxed{\\sqrt3}", "\\sqrt{3}", 1},
        {"\\boxed{3\\sqrt}", "3\\sqrt", 1}, // the script stops; texts are compared as they are
        {"\\boxed{0.50}", "\\frac{1}{2}", 0},
        {"\\boxed{01/2}", "\\frac{1}{2}", 0},
        {"1/2", "\\frac{1}{2}", 0},
        {"\\boxed{1} \\boxed{2}", "2", 1},
    };
    EXPECT_ROWS("exact(extract=boxed,normalize=hendrycks)", hendrycks);
    static const struct reward_row minerva[] = {
        // verl's math_dapo
        {"so\nAnswer: 5", "5", 1},
        {"ANSWER :  5 \nmore", "5", 1},
        {"Answer: 4\nAnswer: 5", "5", 1},
        {"Answer: $x = 5$", "5", 1},
        {"Answer: $\\frac12$", "\\frac{1}{2}", 1},
        {"Answer: 12,345 dollars", "12345", 1},
        {"Answer: 5 \\text{ feet}", "5", 1},
        {"Answer: \\boxed{5}", "5", 1},
        {"Answer: \\text{even}", "even", 1},
        {"Answer: 5.0", "5", -1},
        {"Answer: ", "5", -1},
        {"5", "5", -1},
        {"", "5", -1},
        {"Answer: 5", NULL, NAN},
    };
    EXPECT_ROWS("exact(extract=line,normalize=minerva,wrong=-1,missing=-1)", minerva);
    struct str far = {0}; // more than 300 characters from the end
    str_puts(&far, "Answer: 5\n");
    for (int i = 0; i < 300; i++)
        str_putc(&far, 'x');
    EXPECT(test_reward("exact(extract=line)", far.data, "5") == 0, "looked farther than 300 characters back");
    str_finish(&far);
}

TEST(rewards_answer, contains_looks_for_words)
{
    static const struct reward_row rows[] = {
        {"It is Paris.", "Paris", 1}, {"Parisian", "Paris", 0}, {"in 17 days", "7", 0},    {"7 of 17", "7", 1},
        {"17 or 7", "7", 1},          {"x7", "7", 0},           {"\u00E9t\u00E9", "t", 0}, {"a-b", "b", 1},
        {"\\frac{1}{2}x", "{2}", 1},  {"", "Paris", 0},         {"paris", "Paris", 0},     {"Paris", NULL, NAN},
        {"aaaa aaa", "aaa", 1},       {"aaaa aaaa", "aaa", 0},
    };
    EXPECT_ROWS("contains", rows);
    static const struct reward_row substrings[] = {{"in 17 days", "7", 1}, {"in 16 days", "7", 0}};
    EXPECT_ROWS("contains(counts=substrings)", substrings);
    static const struct reward_row text[] = {{"I'm sorry", NULL, 1}, {"I am SORRY, no", NULL, 1}, {"no", "sorry", 0}};
    EXPECT_ROWS("contains(text=sorry,ignore_case=on)", text);
    static const struct reward_row gym[] = {// reasoning-gym's default: 1 when equal, else the gold answer's share
                                            {"<answer>42</answer>", "42", 1},
                                            {"<answer>is 42</answer>", "42", 0.4},
                                            {"<answer>7</answer>", "42", 0},
                                            {"42", "42", 0}};
    EXPECT_ROWS("contains(extract=answer,counts=substrings,share=on)", gym);
}

TEST(rewards_answer, regex_matches_and_compares)
{
    static const struct reward_row any[] = {{"a 5 b", NULL, 1}, {"a b", NULL, 0}, {"", NULL, 0}, {"\u0665", NULL, 1}};
    EXPECT_ROWS("regex(pattern=\\d)", any);
    static const struct reward_row full[] = {{"<a>\n<b>", NULL, 1}, {"<a> <b>", NULL, 0}, {"<a>\n<b>\n", NULL, 0}};
    EXPECT_ROWS("regex(pattern=\"<a>\\n<b>\",match=full)", full);
    static const struct reward_row number[] = {
        {"x = 4, x = 5.0", "5", 1}, {"x = 5, x = 4", "5", 0}, {"x = y", "5", 0},    {"5", "5", 0},
        {"x = 5", "five", 1},       {"x = 5", "many", NAN},   {"x = 5", NULL, NAN}, {"x = 1", "(0, 1)", NAN}};
    EXPECT_ROWS("regex(pattern=\"x = (\\S+?)(?:,|$)\",compare=number)", number);
    static const struct reward_row first[] = {{"x = 5, x = 4", "5", 1}, {"x = 5.0", "5", 0}};
    EXPECT_ROWS("regex(pattern=\"x = ([\\d.]+)\",compare=text,which=first)", first);
    static const struct reward_row whole[] = {{"so (b)", "b", 1}, {"(b) (c)", "b", 0}, {"b", "b", 1}};
    EXPECT_ROWS("regex(pattern=\"[a-d](?!\\w)\",compare=text)", whole);
    static const struct reward_row place[] = {
        {"<answer>a1</answer> 5", NULL, 1}, {"<answer>a</answer> 5", NULL, 0}, {"5", NULL, 0}};
    EXPECT_ROWS("regex(pattern=\\d,extract=answer)", place);
    EXPECT(test_reward_n("regex(pattern=\"^.{3}$\",match=full)",
                         "a\xFF"
                         "b",
                         3, &(struct problem){0}) == 1,
           "an invalid byte is a character");
    EXPECT(test_reward_n("regex(pattern=\"a.b\")", "a\0b", 3, &(struct problem){0}) == 1, "a zero byte ends the text");
}

// Searches that would take for ever are given up after the same number of steps everywhere, and count as no match.
TEST(rewards_answer, regex_gives_up)
{
    static const char *const patterns[] = {"(a+)+$",    "(a|aa)+b",  "\\w+!",    ".*.*.*x",
                                           "((a*)*)*b", "(a(?1)?b)", "(.+)\\1+z"};
    struct str s = {0}, list = {0};
    for (int i = 0; i < 100000; i++)
        str_putc(&s, 'a');
    str_puts(&s, "\n b!yx1z");
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        str_clear(&list);
        str_printf(&list, "regex(pattern=\"%s\")", patterns[i]);
        clock_t begin = clock();
        double v = test_reward(list.data, s.data, NULL);
        double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        EXPECT(v == 0 && seconds < 10, "%s: %g after %.1f s", patterns[i], v, seconds);
    }
    str_finish(&s);
    str_finish(&list);
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
    EXPECT(rational_make(6, -4, &a) && a.top == -3 && a.bottom == 2, "%lld/%lld", (long long)a.top,
           (long long)a.bottom);
    EXPECT(!rational_make(1, 0, &c) && !rational_make(INT64_MIN, 1, &c), "accepted");
    EXPECT(rational_make(1, 6, &a) && rational_make(1, 10, &b) && rational_add(a, b, &c) && c.top == 4 &&
               c.bottom == 15,
           "1/6 + 1/10 = %lld/%lld", (long long)c.top, (long long)c.bottom);
    EXPECT(rational_subtract(a, a, &c) && c.top == 0 && c.bottom == 1, "a - a");
    EXPECT(!rational_divide(a, c, &b), "divided by zero");
    EXPECT(rational_make(INT64_MAX, 1, &a) && rational_make(2, INT64_MAX, &b) && rational_multiply(a, b, &c) &&
               c.top == 2,
           "cross reduction");
    EXPECT(!rational_multiply(a, a, &c) && !rational_add(a, a, &c), "overflow passed");
}
