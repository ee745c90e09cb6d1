// The list of commands, in the order of `vkr1 --help`: X(name, summary). The function is cli_NAME.
#pragma once
#define COMMANDS(X)                                                                                                    \
    X(train, "reinforcement learning (GRPO) by a config")                                                              \
    X(sft, "supervised training on prompts and worked completions")                                                    \
    X(eval, "pass@1, pass@k and maj@k on a file of problems")                                                          \
    X(generate, "a completion, printed while it is sampled")                                                           \
    X(score, "rewards for completions read as JSON lines")                                                             \
    X(logprob, "log-probabilities of given texts, as JSON lines")                                                      \
    X(tokenize, "text to token ids and back")                                                                          \
    X(plan, "the memory of a run, before it runs")                                                                     \
    X(inspect, "show a model's configuration and tensors, or what a file of data holds")                               \
    X(devices, "list the Vulkan devices and what they can do")                                                         \
    X(check, "every kernel of a device against the CPU reference")                                                     \
    X(bench, "speed of every op beside what the device can do")                                                        \
    // one row a command; this line ends the list
#define CLI_DECLARE(name, summary) int cli_##name(int argc, char **argv);
COMMANDS(CLI_DECLARE)
