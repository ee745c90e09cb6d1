// Rewards for the form of a text: the semantics of open-r1 and TRL, row by row.
#include "reward_rows.h"

TEST(rewards_text, format_r1_is_open_r1)
{
    static const struct reward_row rows[] = {
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
    EXPECT(test_reward("format(prefix=<think>\\n)", "a\n</think>\n<answer>\nb\n</answer>", NULL) == 1,
           "prefix not added");
    EXPECT(test_reward("format(prefix=<think>\\n)", "<think>\n</think>\n<answer>\nb\n</answer>", NULL) == 1,
           "tags inside");
}

TEST(rewards_text, format_compact)
{
    static const struct reward_row rows[] = {
        {"<think>1+2=3</think><answer>3</answer>", NULL, 1},
        {"<think></think><answer>3</answer>", NULL, 1},
        {"<think>1\n2</think>\n<answer>\n3\n</answer>\n \n", NULL, 1},
        {"<think>1</think>\n\n<answer>3</answer>", NULL, 1},
        {"<think>1</think> \t\r\n<answer>3</answer>", NULL, 1},
        {"<think>1</think>so<answer>3</answer>", NULL, 0},
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

TEST(rewards_text, format_of_grpo_zero_and_nano_aha)
{
    static const struct reward_row zero[] = {
        {"<think>a</think>\n<answer>b</answer>", NULL, 1},
        {"<think>a</think>\n<answer>b</answer>\n", NULL, 1},
        {"<think>a</think>x</think>\n<answer>b</answer> <answer></answer>", NULL, 1},
        {"<think></think>\n<answer></answer>", NULL, 1},
        {"<think>a</think>\n<answer>b</answer>\n\n", NULL, 0.6},
        {"<think>a</think><answer>b</answer>", NULL, 0.6},
        {"<answer>b</answer> <think>a</think>", NULL, 0.6},
        {" <think>a</think>\n<answer>b</answer>", NULL, 0.6},
        {"<answer>b</answer>", NULL, 0.5},
        {"a</think>\n<answer>b</answer>", NULL, 0.5},
        {"<think>a</think>", NULL, 0.1},
        {"<think>a</think>\n<answer>b", NULL, 0.1},
        {"</think><think>", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("format(style=grpo_zero)", zero);
    struct problem p = {.nums = {1, 2}, .num_count = 2, .target = 3, .has_target = true};
    static const struct {
        const char *completion;
        double value;
    } sums[] = {{"a</think>\n<answer>1+2</answer>", 1.1},
                {"a</think><answer>1+2</answer>", 1.06},
                {"<answer>1+2</answer>", 1.05},
                {"a</think>", 0.01}};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) { // the prompt wrote <think>
        const char *c = sums[i].completion;
        double v = test_reward_n("countdown(where=first)", c, strlen(c), &p) +
                   0.1 * test_reward_n("format(style=grpo_zero,prefix=<think>)", c, strlen(c), &p);
        EXPECT(fabs(v - sums[i].value) < 1e-12, "\"%s\": %g, expected %g", c, v, sums[i].value);
    }
    static const struct reward_row aha[] = {
        {"a</think>\n<answer>(1 + 2) * 3.5 / 4 - 1</answer>", NULL, 1},
        {"a < b</think>\n<answer>\n1\n</answer>\n", NULL, 1},
        {"a</think>\n<answer>x = 1</answer>", NULL, 0.5},
        {"a</think>\n<answer> </answer>", NULL, 0.5},
        {"a</think>\n<answer>1</answer> <answer>2</answer>", NULL, 0.5},
        {"a</think><answer>1</answer>", NULL, 0},
        {"a<think>b</think>\n<answer>1</answer>", NULL, 0},
        {"a</think>b</think>\n<answer>1</answer>", NULL, 0},
        {"a</think>\n<answer>1</answer>.", NULL, 0},
        {"a</think>\n</answer>", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("format(style=nano_aha,prefix=<think>)", aha);
}

TEST(rewards_text, think_format_is_trl)
{
    static const struct reward_row rows[] = {
        {"<think>This is my reasoning.</think>\nThis is my answer.", NULL, 1},
        {"<think>\nreasoning\n</think>\nanswer", NULL, 1},
        {"<think></think>answer", NULL, 1},
        {"<think>a</think>", NULL, 1},
        {"<think>a</think> b </think> c", NULL, 1},
        {"<think>a</think><answer>b</answer>", NULL, 1},
        {"<think>a", NULL, 0},
        {"a</think>b", NULL, 0},
        {"a <think>b</think>c", NULL, 0},
        {"\n<think>a</think>b", NULL, 0},
        {"<think><think>a</think></think>b", NULL, 0},
        {"<think>a</think>b <think>c</think>", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("think_format", rows);
    EXPECT(test_reward("think_format(prefix=<think>\\n)", "a</think>b", NULL) == 1, "prefix not added");
}

TEST(rewards_text, tag_count_is_open_r1)
{
    static const struct reward_row rows[] = {
        {"<think>\na\n</think>\n<answer>\nb\n</answer>", NULL, 1},
        {"a\n</think>\n<answer>\nb\n</answer>", NULL, 0.75},
        {"<think>\na\n<answer>\nb\n</answer>", NULL, 0.75},
        {"<think>\na\n</think>\nb\n</answer>", NULL, 0.75},
        {"<think>\na\n</think>\n<answer>\nb", NULL, 0.75},
        {"<think>\n<think>\na\n</think>\n<answer>\nb\n</answer>", NULL, 0.75},
        {"<think>\na\n</think>\n<answer>\nb\n</answer>\n</answer>", NULL, 0.75},
        {"<think>\na\n</think>\n</think>\n<answer>\nb\n</answer>", NULL, 1}, // the two share a line break
        {"<think>\na\n</think>\n\n</think>\n<answer>\nb\n</answer>", NULL, 0.75},
        {"no tags", NULL, 0},
        {"<think>a</think><answer>b</answer>", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("tag_count", rows);
    EXPECT(test_reward("tag_count(prefix=<think>\\n)", "a\n</think>\n<answer>\nb\n</answer>", NULL) == 1,
           "prefix not added");
}

TEST(rewards_text, code_format_wants_a_block_in_the_answer)
{
    static const struct reward_row rows[] = {
        {"<think>\na\n</think>\n<answer>\n```python\nx = 1\n```\n</answer>", NULL, 1},
        {"<think>\na\n</think>\n<answer>\nSee:\n```python\nx\n```\nthere\n</answer>\nmore", NULL, 1},
        {"<think>\na\n</think>\n<answer>\n```python x```\n</answer>", NULL, 1},
        {"<think>\na\n</think>\n<answer>\n```python3\nx\n```\n</answer>", NULL,
         1}, // the expression asks for no end of the word
        {"<think>\na\n</think>\n<answer>\n```python\nx\n</answer>", NULL, 0},
        {"<think>\na\n</think>\n<answer>\n```\nx\n```\n</answer>", NULL, 0},
        {"<think>\na\n</think>\n<answer>\n```javascript\nx\n```\n</answer>", NULL, 0},
        {"<think>\n```python\nx\n```\n</think>\n<answer>\nx\n</answer>", NULL, 0},
        {"<think>\na\n</think>\n<answer>\nb\n</answer>\n```python\nx\n```", NULL, 0},
        {"```python\nx\n```", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("code_format", rows);
    const char *js = "<think>\na\n</think>\n<answer>\n```javascript\nx\n```\n</answer>";
    EXPECT(test_reward("code_format(language=javascript)", js, NULL) == 1 &&
               test_reward("code_format(language=)", js, NULL) == 1,
           "language");
    EXPECT(test_reward("code_format(prefix=<think>\\n)", "a\n</think>\n<answer>\n```python\n```\n</answer>", NULL) == 1,
           "prefix");
}

TEST(rewards_text, reasoning_steps_is_open_r1)
{
    static const struct reward_row rows[] = {
        {"Step 1: a\nStep 2: b\nStep 3: c", NULL, 1},
        {"Step 1: a Step 2: b Step 3: c Step 4: d", NULL, 1},
        {"First, a. Second, b. Finally, c.", NULL, 1},
        {"Step 1: only this", NULL, 1.0 / 3},
        {"First, a. Finally, b.", NULL, 2.0 / 3},
        {"Next, b", NULL, 1.0 / 3},
        {"nothing of the kind", NULL, 0},
        {"1. a\n2. b\n3. c", NULL, 1.0 / 3}, // at the start of the text only
        {"- a\n- b\n- c", NULL, 2.0 / 3},    // after a line break only
        {"a\n* b\n* c\n* d", NULL, 1},
        {"step 1: a", NULL, 0},
        {"Step one: a", NULL, 0},
        {"Step 1 : a", NULL, 0},
        {"Step \u0661\u0662: a", NULL, 1.0 / 3}, // Python's \d has the digits of every script
        {"12.5 is a number", NULL, 1.0 / 3},
        {"first, a", NULL, 0},
        {"", NULL, 0},
    };
    EXPECT_ROWS("reasoning_steps", rows);
    static const struct reward_row lines[] = {{"1. a\n2. b\n3. c", NULL, 1}, {"a 1. b", NULL, 0}, {"a\n1) b", NULL, 0}};
    EXPECT_ROWS("reasoning_steps(numbered=lines)", lines);
    EXPECT(test_reward("reasoning_steps(steps=4)", "Step 1: a\n- b", NULL) == 0.5, "steps");
}

TEST(rewards_text, repetition_is_open_r1_and_trl)
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
        double v = test_reward(rows[i].list, rows[i].text, NULL);
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

TEST(rewards_text, length_compares_within_the_group)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    EXPECT(reward_set_parse(&set, "length:1,numeric:0", &memory, &err) && reward_set_open(&set, &err), "%s", err.text);
    struct problem gold = {.answer = "5"}, none = {.answer = "blue"};
    static const char *const texts[] = {"5", "aaaaaa 5", "aaa 6", "6", "aaa 5", "aaa 5", "\u00E9\u00E9 5", "aaa 5 5"};
    static const int groups[] = {0, 0, 0, 0, 1, 1, 2, 2};
    static const double expected[] = {0.5, -0.5, 0.5 - 4.0 / 7, 0, 0, 0, 0.5, -0.5};
    struct reward_item items[8];
    double parts[8][2];
    for (int i = 0; i < 8; i++)
        items[i] = (struct reward_item){
            .problem = i < 6 ? &gold : &none, .completion = text_of(texts[i]), .group = groups[i], .parts = parts[i]};
    reward_run(&set, items, 8);
    reward_set_close(&set);
    for (int i = 0; i < 8; i++)
        EXPECT(fabs(parts[i][0] - expected[i]) < 1e-12, "completion %d: %g, expected %g", i, parts[i][0], expected[i]);
    arena_finish(&memory);
}

// A completion of so many tokens, which a judge finds right, wrong or cannot judge.
static double with_tokens(const char *list, int tokens, const char *completion, const char *answer)
{
    static const int32_t ids[1000];
    struct problem p = {.answer = answer};
    return test_reward_item(list, (struct reward_item){.problem = &p,
                                                       .completion = text_of(completion),
                                                       .tokens = tokens < 0 ? NULL : ids,
                                                       .token_count = tokens < 0 ? 0 : tokens});
}

TEST(rewards_text, cosine_is_trl_and_open_r1)
{
    static const struct {
        int tokens;
        double value;
    } rows[] = {{0, 1}, {25, 0.92678}, {50, 0.75}, {75, 0.57322}, {100, 0.5}, {200, 0.5}};
    const char *trl = "cosine(max_len=100):1,numeric:0";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double right = with_tokens(trl, rows[i].tokens, "5", "5"), wrong = with_tokens(trl, rows[i].tokens, "6", "5");
        EXPECT(fabs(right - rows[i].value) < 5e-6 && fabs(wrong + rows[i].value) < 5e-6,
               "%d tokens: %g and %g, expected %g", rows[i].tokens, right, wrong, rows[i].value);
    }
    EXPECT(isnan(with_tokens(trl, 50, "5", "blue")), "an unreadable gold answer is not skipped");
    EXPECT(isnan(with_tokens(trl, 50, "5", NULL)), "no gold answer is not skipped");
    EXPECT(isnan(with_tokens(trl, -1, "5", "5")), "no token ids are not skipped");
    // open-r1's own examples: 22 characters (its padding to 20 adds none) and 80
    const char *open_r1 = "cosine(style=open_r1,max_len=100):1,numeric:0";
    char text[300];
    static const struct {
        int characters;
        double right, wrong;
    } lengths[] = {{22, 0.943, -0.943}, {80, 0.547, -0.547}, {100, 0.5, -0.5}, {200, 1, -1}};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        snprintf(text, sizeof text, "%*d", lengths[i].characters, 5);
        double right = with_tokens(open_r1, -1, text, "5"), wrong = with_tokens(open_r1, -1, text, "6");
        EXPECT(fabs(right - lengths[i].right) < 1e-3 && fabs(wrong - lengths[i].wrong) < 1e-3,
               "%d characters: %g and %g", lengths[i].characters, right, wrong);
    }
    EXPECT(isnan(with_tokens(open_r1, -1, "5", "blue")), "an unreadable gold answer is rewarded");
    const char *config = "cosine(max_len=100,min_value_wrong=0,max_value_wrong=-0.5):1,numeric:0"; // open-r1's config
    EXPECT(fabs(with_tokens(config, 0, "6", "5")) < 1e-12 && fabs(with_tokens(config, 100, "6", "5") + 0.5) < 1e-12,
           "bounds");
}

TEST(rewards_text, soft_overlong_is_dapo)
{
    static const struct {
        int tokens;
        double value;
    } rows[] = {{0, 0}, {50, 0}, {80, 0}, {81, -0.05}, {90, -0.5}, {99, -0.95}, {100, -1}, {101, -1}, {110, -1}};
    const char *list = "soft_overlong(max_completion_len=100,soft_punish_cache=20)";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double v = with_tokens(list, rows[i].tokens, "", NULL);
        EXPECT(fabs(v - rows[i].value) < 1e-12, "%d tokens: %g, expected %g", rows[i].tokens, v, rows[i].value);
    }
    EXPECT(isnan(with_tokens(list, -1, "", NULL)), "no token ids are not skipped");
    const char *hard = "soft_overlong(max_completion_len=100,soft_punish_cache=0)";
    EXPECT(with_tokens(hard, 100, "", NULL) == 0 && with_tokens(hard, 101, "", NULL) == -1, "without a cache");
}

// Of a gold answer of articles or punctuation alone squad leaves nothing; it is then compared as with fold.
TEST(rewards_text, squad_of_a_gold_that_is_an_article)
{
    static const struct reward_row rows[] = {{"", "A", 0},      {"<answer></answer>", "the", 0},
                                             {"...", "The", 0}, {"the", "A", 0},
                                             {" a ", "A", 1},   {"B", "A", 0},
                                             {"the", "$", 0},   {"$", "$", 1}};
    EXPECT_ROWS("exact(normalize=squad)", rows);
}
