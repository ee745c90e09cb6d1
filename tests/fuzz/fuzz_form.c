// The rewards that look at form and length. Behind a byte that says which, all is
// completion, and its bytes are token ids too.
#include "rewards.h"

enum { TOKENS_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input_lists lists = {
        .text = {
            "format,think_format,tag_count,code_format,reasoning_steps,repetition,soft_overlong(max_completion_len=64,"
            "soft_punish_cache=32)",
            "format(style=compact,prefix=\"<think>\\n\"),think_format(prefix=\"<think>\"),tag_count(prefix=\"<think>"
            "\\n\"),"
            "code_format(language=\"\"),reasoning_steps(numbered=lines),repetition(unit=tokens,ngram_size=2)",
            "format(style=grpo_zero),repetition(ngram_size=1),numeric,cosine(max_len=64),length,language(part=all)",
            "format(style=nano_aha,prefix=<think>),countdown,cosine(style=open_r1),length",
        }};
    struct text input = {(const char *)data, size};
    const struct reward_set *set = input_list(&lists, &input);
    static int32_t tokens[TOKENS_MAX];
    struct problem problem = {.answer = "5", .nums = {1, 2, 3}, .num_count = 3, .target = 6, .has_target = true};
    int count = input.size < TOKENS_MAX ? (int)input.size : TOKENS_MAX;
    for (int i = 0; i < count; i++)
        tokens[i] = (unsigned char)input.at[i];
    struct reward_item item = {.problem = &problem, .completion = input, .tokens = tokens, .token_count = count};
    input_judge(set, item, -1, 1);
    return 0;
}
