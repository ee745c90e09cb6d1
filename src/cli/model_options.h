// The options that every command with a model takes (--model, --device, sampling ...), and the run config they make.
#pragma once
#include "cli/cli.h"
#include "rl/session.h"

struct model_cli {
    const char *model, *device, *dtype, *template_, *system;
    double temperature, top_p, min_p;
    int64_t top_k, seed, max_tokens, max_prompt;
    struct cli_list stop;
    const char *file;        // a config that says what no option says, or NULL
    const char *const *more; // (more_count) further values of the config: "--task data.kind=gsm8k"
    int more_count;
    struct run_config config; // made by model_cli_config
    bool run;                 // model is a run or its checkpoint: config is the run's, options override it
    char kept[4200];          // its run.json
    char checkpoint[4096];    // the newest, where model names a run
};

enum { MODEL_CLI_OPTIONS = 4, MODEL_CLI_SAMPLING = 9 };
#define MODEL_CLI_UNSET INT64_MIN // a number that was not given
// Defaults, and the rows of the option table: model, device, dtype, seed; with sampling, nine more.
void model_cli_init(struct model_cli *m, struct cli_option options[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING]);
// The model is that of the argument RUN; --model besides it is an error.
bool model_cli_take_run(struct model_cli *m, const char *run, struct err *err);
// The config that the options make; `file`, or of a run (RUN or RUN/checkpoints/step-N) the kept one, with the options
// given on top. A checkpoint whose files are not those that were saved is an error (checksums.h).
bool model_cli_config(struct model_cli *m, struct err *err);

// For commands that sample: opens the session with room for the longest prompt and completion. Limits that were not
// given are their defaults, or less where the model was made for shorter sequences; model_cli_limits sets them.
// ids: prompts are token ids, see session_options.
bool model_cli_open(const struct model_cli *m, struct session *s, bool ids, struct err *err);
// Where completions end too: --stop, else the run's rl.stop. Opens the tokenizer that texts need.
bool model_cli_stops(const struct model_cli *m, struct session *s, struct stops *stops, struct err *err);
// Sets m->max_prompt and m->max_tokens, and says so when they are below their defaults. prompt: tokens of the only
// prompt there is, 0 when there are many.
bool model_cli_limits(struct model_cli *m, const struct session *s, size_t prompt, struct err *err);
