// vkr1 plan: the memory of a run, before it runs and without a GPU.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "rl/fit.h"

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

// The parts of a run's memory; together they are its total.
struct part {
    const char *name, *key; // in the table and in JSON
    uint64_t bytes;
    const char *what;
};
enum { PARTS = 6 };

static void list_parts(const struct trainer_memory *m, const char *work, struct part parts[PARTS])
{
    const struct part all[PARTS] = {
        {"weights", "weights", m->model, "the model, with the RoPE table"},
        {"gradients", "gradients", m->gradients, "f32"},
        {"optimizer", "optimizer", m->optimizer, "AdamW's moments, f32 masters of 16-bit weights"},
        {"reference model", "reference_model", m->reference, "frozen, since rl.beta > 0"},
        {"activations and KV cache", "activations_and_cache", m->work, work},
        {"inputs", "inputs", m->inputs, "token ids, ranges, advantages"},
    };
    memcpy(parts, all, sizeof all);
}

static void row(const char *name, uint64_t bytes, const char *what)
{
    if (bytes)
        printf("| %-26s | %12.2f | %s\n", name, (double)bytes / (1 << 20), what);
}

static bool fits(const struct trainer_memory *m, uint64_t vram)
{
    return m->total <= vram / 10 * 9;
}

static void print_table(const struct trainer *t)
{
    struct trainer_memory m = trainer_memory(t);
    struct part parts[PARTS];
    char work[160], largest[24];
    snprintf(work, sizeof work, "the larger of an update (%lld rows) and sampling (cache %.2f MiB)",
             (long long)t->config->train.micro_batch_tokens, (double)m.cache / (1 << 20));
    list_parts(&m, work, parts);
    printf("| part                       |          MiB | what\n|---|---|---\n");
    for (int i = 0; i < PARTS; i++)
        row(parts[i].name, parts[i].bytes, parts[i].what);
    row("total", m.total, "");
    if (m.largest_bytes > t->session.device.block_bytes)
        printf("\none allocation must hold %s, the %s %s; `vkr1 devices` says what a device allows\n",
               str_bytes(m.largest_bytes, largest), tensor_kind_name(m.largest), m.largest->name);
}

// The text that the model is given for the first problem, as a JSON string: control characters do not reach a terminal.
static bool print_prompt(struct trainer *t, struct err *err)
{
    struct str text = {0}, shown = {0};
    bool ok = prompter_render(&t->session.prompter, dataset_next(&t->dataset), &text, err);
    if (ok) {
        str_put_json(&shown, text.data, text.size);
        printf("\nfirst prompt: ");
        terminal_result(shown.data, shown.size);
        printf("\n");
    }
    str_finish(&text);
    str_finish(&shown);
    return ok;
}

static void print_json(const struct trainer *t, uint64_t vram)
{
    struct trainer_memory m = trainer_memory(t);
    struct part parts[PARTS];
    struct str s = {0};
    list_parts(&m, "", parts);
    str_printf(&s, "{\"total\":%llu,\"parts\":{", (unsigned long long)m.total);
    for (int i = 0; i < PARTS; i++)
        str_printf(&s, "%s\"%s\":%llu", i ? "," : "", parts[i].key, (unsigned long long)parts[i].bytes);
    str_printf(&s, "},\"cache\":%llu,\"largest\":{\"name\":", (unsigned long long)m.cache);
    str_put_json(&s, m.largest->name, strlen(m.largest->name));
    str_printf(&s, ",\"kind\":\"%s\",\"bytes\":%llu}", tensor_kind_name(m.largest),
               (unsigned long long)m.largest_bytes);
    if (vram)
        str_printf(&s, ",\"fits\":%s", fits(&m, vram) ? "true" : "false");
    printf("%s}\n", s.data);
    str_finish(&s);
}

static bool judge(const struct trainer *t, uint64_t vram, bool quiet, struct err *err)
{
    struct trainer_memory m = trainer_memory(t);
    char total[24], room[24];
    str_bytes(m.total, total);
    str_bytes(vram, room);
    if (fits(&m, vram)) {
        if (!quiet)
            printf("\nfits into %s (90 %% of it are used at most)\n", room);
        return true;
    }
    struct str advice = {0};
    fit_advise(t, vram / 10 * 9, &advice);
    fail(err, "the run takes %s, more than 90 %% of %s: %s", total, room, advice.data);
    str_finish(&advice);
    return false;
}

int cli_plan(int argc, char **argv)
{
    struct cli_list set = {0};
    const char *vram = NULL;
    bool sft = false, json = false;
    struct cli_option options[] = {
        {"vram", CLI_STRING, &vram, "SIZE", "memory of the card, e.g. 8G; exit code 1 when the run does not fit"},
        {"set", CLI_LIST, &set, "KEY=VALUE", "override a key of the config (may be repeated)"},
        {"sft", CLI_FLAG, &sft, NULL, "plan vkr1 sft instead of vkr1 train"},
        {"json", CLI_FLAG, &json, NULL, "one JSON object on stdout: bytes in total and by part"},
    };
    struct cli cli = {.usage = "vkr1 plan CONFIG.json [--vram 8G]",
                      .options = options,
                      .option_count = 4,
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
        if (json)
            print_json(&trainer, bytes);
        else
            print_table(&trainer);
        ok = (json || print_prompt(&trainer, &err)) && (!vram || judge(&trainer, bytes, json, &err));
    }
    trainer_close(&trainer);
    run_config_close(&config);
    return ok ? 0 : cli_failed("plan", &err);
}
