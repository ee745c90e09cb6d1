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
    EXPECT(test_reward("format(prefix=<think>\\n)", "a\n</think>\n<answer>\nb\n</answer>", NULL) == 1, "prefix not added");
    EXPECT(test_reward("format(prefix=<think>\\n)", "<think>\n</think>\n<answer>\nb\n</answer>", NULL) == 1, "tags inside");
}

TEST(rewards_text, format_compact)
{
    static const struct reward_row rows[] = {
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
