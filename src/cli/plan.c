// vkr1 plan: the memory of a run, before it runs and without a GPU.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "rl/trainer.h"

// "8G", "0.5 TiB", "512MB": TiB, GiB and MiB.
static bool parse_size(const char *text, uint64_t *bytes, struct err *err)
{
    char *end;
    double v = strtod(text, &end);
    end += end != text && *end == ' ';
    double unit = strchr("Tt", *end) ? 0x1p40 : strchr("Gg", *end) ? 0x1p30 : strchr("Mm", *end) ? 0x1p20 : 0;
    bool known = *end && unit > 0;
    end += known;
    end += *end == 'i';
    end += *end == 'B';
    if (!known || *end || !(v > 0) || v * unit > 1e18)
        return fail(err, "--vram wants a size with its unit, such as 8G or 512M, not \"%s\"", text);
    *bytes = (uint64_t)(v * unit);
    return true;
}

static void row(const char *name, uint64_t bytes, const char *what)
{
    if (bytes)
        printf("| %-26s | %12.2f | %s\n", name, (double)bytes / (1 << 20), what);
}

static void print_table(const struct trainer *t)
{
    struct trainer_memory m = trainer_memory(t);
    const struct run_config *c = t->config;
    char work[160];
    printf("| part                       |          MiB | what\n|---|---|---\n");
    row("weights", m.model, "the model, with the RoPE table");
    row("gradients", m.gradients, "f32");
    row("optimizer", m.optimizer, "AdamW's moments, f32 masters of 16-bit weights");
    row("reference model", m.reference, "frozen, since rl.beta > 0");
    snprintf(work, sizeof work, "the larger of an update (%lld rows) and sampling (cache %.2f MiB)",
             (long long)c->train.micro_batch_tokens, (double)m.cache / (1 << 20));
    row("activations and KV cache", m.work, work);
    row("inputs", m.inputs, "token ids, ranges, advantages");
    row("total", m.total, "");
}

static bool judge(const struct trainer *t, uint64_t vram, struct err *err)
{
    struct trainer_memory m = trainer_memory(t);
    char total[24], room[24];
    str_bytes(m.total, total);
    str_bytes(vram, room);
    if (m.total <= vram / 10 * 9) {
        printf("\nfits into %s (90 %% of it are used at most)\n", room);
        return true;
    }
    return fail(err, "the run takes %s, more than 90 %% of %s: %s", total, room, trainer_memory_advice(t));
}

int cli_plan(int argc, char **argv)
{
    struct cli_list set = {0};
    const char *vram = NULL;
    bool sft = false;
    struct cli_option options[] = {
        {"vram", CLI_STRING, &vram, "SIZE", "memory of the card, e.g. 8G; exit code 1 when the run does not fit"},
        {"set", CLI_LIST, &set, "KEY=VALUE", "override a key of the config (may be repeated)"},
        {"sft", CLI_FLAG, &sft, NULL, "plan vkr1 sft instead of vkr1 train"},
    };
    struct cli cli = {.usage = "vkr1 plan CONFIG.json [--vram 8G]",
                      .options = options,
                      .option_count = 3,
                      .min_args = 1,
                      .max_args = 1};
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    struct err err = {0};
    struct run_config config = {0};
    struct trainer trainer = {0};
    uint64_t bytes = 0;
    if (vram && !parse_size(vram, &bytes, &err)) {
        cli_failed("plan", &err);
        return 2;
    }
    bool ok = run_config_open(&config, cli.args[0], set.items, set.count, &err) &&
              trainer_open(&trainer, sft ? TRAIN_SFT : TRAIN_RL, &config, true, &err);
    if (ok) {
        print_table(&trainer);
        ok = !vram || judge(&trainer, bytes, &err);
    }
    trainer_close(&trainer);
    run_config_close(&config);
    return ok ? 0 : cli_failed("plan", &err);
}
