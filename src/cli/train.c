// vkr1 train and vkr1 sft: the two loops of src/rl/trainer.c.
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "rl/trainer.h"

static void print_memory(const struct trainer *t)
{
    struct trainer_memory m = trainer_memory(t);
    const double MiB = 1 << 20;
    char reference[64] = "";
    if (m.reference)
        snprintf(reference, sizeof reference, " + reference model %.1f", (double)m.reference / MiB);
    log_info("memory: %.1f MiB = weights %.1f + gradients %.1f + optimizer %.1f + activations and KV cache %.1f + "
             "inputs %.1f%s",
             (double)m.total / MiB, (double)m.model / MiB, (double)m.gradients / MiB, (double)m.optimizer / MiB,
             (double)m.work / MiB, (double)m.inputs / MiB, reference);
}

static void print_cell(double x, int digits, const char *unit) // of a table
{
    if (isnan(x))
        printf(" - |");
    else
        printf(" %.*f%s |", digits, x, unit);
}

// What quickstart.sh and people look for at the end.
static void print_end(const struct trainer *t, double seconds)
{
    const char *dir = t->config->output_dir;
    const struct checkpoint_state *s = &t->state;
    if (t->stopped)
        printf("stopped at step %lld; continue with --resume\n", (long long)s->step);
    if (!isnan(s->first) || !isnan(s->last)) {
        terminal_print(stdout, "\n| held-out pass@1 | before | after | best (step) |\n|---|---|---|---|\n| %s |", dir);
        print_cell(100 * s->first, 1, " %");
        print_cell(100 * s->last, 1, " %");
        printf(" %.1f %% (", 100 * s->best);
        if (s->best_step)
            printf("%lld) |\n", (long long)s->best_step);
        else
            printf("the start) |\n");
    }
    if (!isnan(s->first_loss) || !isnan(s->last_loss)) {
        terminal_print(stdout, "\n| held-out loss | before | after |\n|---|---|---|\n| %s |", dir);
        print_cell(s->first_loss, 4, "");
        print_cell(s->last_loss, 4, "");
        printf("\n");
    }
    printf("\n%lld steps in %.0f s", (long long)(s->step - t->first_step), seconds);
    if (t->first_step)
        printf(" (%lld in all)", (long long)s->step);
    terminal_print(stdout, "; metrics %s/metrics.jsonl", dir);
    if (t->saved_step >= 0)
        terminal_print(stdout, ", model %s/checkpoints/step-%06lld", dir, (long long)t->saved_step);
    else
        printf("; no step was finished, so no model was saved");
    if (s->best_step > 0 && s->best_step != t->saved_step)
        terminal_print(stdout, ", the best %s/checkpoints/step-%06lld", dir, (long long)s->best_step);
    printf("\n");
}

static int run(enum trainer_kind kind, const char *command, int argc, char **argv)
{
    struct cli_list set = {0};
    bool resume = false, document = false;
    const char *device = NULL;
    struct cli_option options[] = {
        {"set", CLI_LIST, &set, "KEY=VALUE", "override a key of the config, e.g. rl.beta=0.001 (may be repeated)"},
        {"device", CLI_STRING, &device, "D", "cpu, or a Vulkan device by index, name or kind"},
        {"resume", CLI_FLAG, &resume, NULL, "continue from the newest checkpoint of the run directory"},
        {"keys", CLI_FLAG, &document, NULL, "print all keys of a config with defaults and meaning"},
    };
    char usage[80];
    snprintf(usage, sizeof usage, "vkr1 %s CONFIG.json [options]", command);
    struct cli cli = {
        .usage = usage,
        .options = options,
        .option_count = 4,
        .max_args = 1,
        .notes = "Ctrl-C saves a checkpoint and ends, a second one does not save; --resume continues to the bit."};
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    if (document) {
        struct str text = {0};
        run_config_document(&text);
        fputs(text.data, stdout);
        str_finish(&text);
        return 0;
    }
    if (!cli.arg_count && !set.count)
        return cli_missing(&cli, "CONFIG.json");
    char device_key[256];
    snprintf(device_key, sizeof device_key, "--device device=\"%s\"", device ? device : "");
    if (device && set.count < 64)
        set.items[set.count++] = device_key;
    struct err err = {0};
    struct run_config config;
    struct trainer trainer = {0};
    double start = clock_now();
    if (!run_config_open(&config, cli.arg_count ? cli.args[0] : NULL, set.items, set.count, &err))
        return cli_failed(command, &err);
    bool ok = trainer_open(&trainer, kind, &config, false, &err);
    if (ok)
        print_memory(&trainer);
    ok = ok && trainer_start(&trainer, resume, &err) && trainer_run(&trainer, &err);
    bool stopped = trainer.stopped;
    if (ok)
        print_end(&trainer, clock_now() - start);
    trainer_close(&trainer);
    run_config_close(&config);
    return !ok ? cli_failed(command, &err) : stopped ? 130 : 0;
}

int cli_train(int argc, char **argv)
{
    return run(TRAIN_RL, "train", argc, argv);
}

int cli_sft(int argc, char **argv)
{
    return run(TRAIN_SFT, "sft", argc, argv);
}
