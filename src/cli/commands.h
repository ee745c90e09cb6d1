// The list of commands, in the order of `vkr1 --help`: X(name, summary). The function is cli_NAME.
#pragma once
#define COMMANDS(X)                                                                                \
    X(devices, "list the Vulkan devices and what they can do")                                     \
    X(inspect, "show a model's configuration and tensors")                                         \
    X(score, "rewards for completions read as JSON lines")                                         \
    X(tokenize, "text to token ids and back")                                                      \
    // one row a command; this line ends the list
