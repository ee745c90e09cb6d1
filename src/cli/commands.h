// The list of commands, in the order of `vkr1 --help`: X(name, summary). The function is cli_NAME.
#pragma once
#define COMMANDS(X)                                                                                \
    X(train, "reinforcement learning (GRPO) by a config")                                          \
    X(sft, "supervised training on prompts and worked completions")                                \
    X(bench, "speed of every op beside what the device can do")                                    \
    X(devices, "list the Vulkan devices and what they can do")                                     \
    X(check, "every kernel of a device against the CPU reference")                                 \
    X(inspect, "show a model's configuration and tensors")                                         \
    X(score, "rewards for completions read as JSON lines")                                         \
    X(tokenize, "text to token ids and back")                                                      \
    // one row a command; this line ends the list
#define CLI_DECLARE(name, summary) int cli_##name(int argc, char **argv);
COMMANDS(CLI_DECLARE)
