// The list of commands, in the order of `vkr1 --help`: X(name, summary). The function is cli_NAME.
#pragma once
#define COMMANDS(X)
