// The options that every command with a model takes (--model, --device, sampling ...), and the run config they make.
#pragma once
#include "cli/cli.h"
#include "rl/session.h"

struct model_cli {
    const char *model, *device, *dtype, *template_, *system;
    double temperature, top_p, min_p;
    int64_t top_k, seed, max_tokens, max_prompt;
    struct run_config config; // made by model_cli_config
};

enum { MODEL_CLI_OPTIONS = 4, MODEL_CLI_SAMPLING = 8 };
// Defaults, and the rows of the option table: model, device, dtype, seed; with sampling, eight more.
void model_cli_init(struct model_cli *m, struct cli_option options[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING]);
bool model_cli_config(struct model_cli *m, struct err *err);
