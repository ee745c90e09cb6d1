// vkr1 eval: pass@1, pass@k and maj@k of a model on a file of problems.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/model_options.h"
#include "rl/evaluate.h"
#include "rl/problems.h"

struct eval_cli {
    struct model_cli m;
    const char *data, *task, *reward, *log;
    int64_t samples, limit, slots;
    bool json;
    struct cli_list set;
};

static void put_interval(struct str *s, const char *name, struct interval i)
{
    str_printf(s, ", \"%s_interval\": [", name);
    str_put_number(s, i.low);
    str_puts(s, ", ");
    str_put_number(s, i.high);
    str_putc(s, ']');
}

static void print_result(const struct eval_cli *e, const struct evaluation_result *r)
{
    const struct eval_summary *s = &r->summary;
    char pass_k[32], maj_k[32];
    snprintf(pass_k, sizeof pass_k, "pass@%d", s->k);
    snprintf(maj_k, sizeof maj_k, "maj@%d", s->k);
    if (!e->json) {
        printf("%d problems, %d samples each (%d left out, %d prompts too long), %.1f s, %.0f tokens/s\n", s->n, s->k,
               s->skipped, r->too_long, r->seconds, (double)r->tokens / r->seconds);
        printf("pass@1   %6.2f %%  (%.2f to %.2f)\n", 100 * s->pass_1, 100 * s->pass_1_interval.low,
               100 * s->pass_1_interval.high);
        if (s->k > 1) {
            printf("%-8s %6.2f %%  (%.2f to %.2f)\n", pass_k, 100 * s->pass_k, 100 * s->pass_k_interval.low,
                   100 * s->pass_k_interval.high);
            printf("%-8s %6.2f %%  (%.2f to %.2f)\n", maj_k, 100 * s->maj_k, 100 * s->maj_k_interval.low,
                   100 * s->maj_k_interval.high);
        }
        printf("reward %.4f, mean length %.1f tokens, %.1f %% cut at the limit\n", r->reward, r->mean_length,
               100 * r->clipped_ratio);
        return;
    }
    struct str out = {0};
    str_printf(&out, "{\"n\": %d, \"samples\": %d, \"skipped\": %d, \"too_long\": %d, \"pass@1\": ", s->n, s->k,
               s->skipped, r->too_long);
    str_put_number(&out, s->pass_1);
    put_interval(&out, "pass@1", s->pass_1_interval);
    if (s->k > 1) {
        str_printf(&out, ", \"%s\": ", pass_k);
        str_put_number(&out, s->pass_k);
        put_interval(&out, pass_k, s->pass_k_interval);
        str_printf(&out, ", \"%s\": ", maj_k);
        str_put_number(&out, s->maj_k);
        put_interval(&out, maj_k, s->maj_k_interval);
    }
    str_puts(&out, ", \"reward\": ");
    str_put_number(&out, r->reward);
    str_puts(&out, ", \"mean_length\": ");
    str_put_number(&out, r->mean_length);
    str_puts(&out, ", \"clipped_ratio\": ");
    str_put_number(&out, r->clipped_ratio);
    str_puts(&out, ", \"seconds\": ");
    str_put_number(&out, r->seconds);
    str_puts(&out, "}\n");
    fputs(out.data, stdout);
    str_finish(&out);
}

static bool open_data(const struct eval_cli *e, struct dataset *d, enum problem_kind *kind, struct err *err)
{
    struct dataset_options o;
    if (!dataset_options_load(&o, e->m.config.data, err))
        return false;
    if (!o.path && o.kind != PROBLEM_ARITHMETIC)
        return fail(err, "--data is missing: a file of problems");
    if (o.kind == PROBLEM_AUTO && !e->m.run && !e->m.file)
        o.kind = PROBLEM_PLAIN; // rows without an answer could not be judged
    o.shuffle = false;
    *kind = o.kind;
    return dataset_open(d, &o, err);
}

// The item of --set that gives the key; NULL when none does.
static const char *find_set(const struct eval_cli *e, const char *key)
{
    size_t n = strlen(key);
    for (int i = 0; i < e->set.count; i++)
        if (strncmp(e->set.items[i], key, n) == 0 && e->set.items[i][n] == '=')
            return e->set.items[i];
    return NULL;
}

// Refuses keys that evaluations do not read, with the option of the same meaning where there is one.
static bool check_set(const struct eval_cli *e, struct err *err)
{
    static const char *const options[][2] = {
        {"seed", "--seed"},
        {"eval.samples", "--samples"},
        {"eval.problems", "--limit"},
        {"eval.temperature", "--temperature"},
        {"eval.top_p", "--top-p"},
        {"eval.top_k", "--top-k"},
        {"rl.temperature", "--temperature"},
        {"rl.top_p", "--top-p"},
        {"rl.top_k", "--top-k"},
        {"rl.min_p", "--min-p"},
        {"rl.max_prompt_length", "--max-prompt"},
        {"rl.max_completion_length", "--max-tokens"},
    };
    static const char *const read[] = {
        "data=", "data.", "prompt=", "prompt.", "model=", "model.", "reward=", "device=", "rl.stop="};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (find_set(e, options[i][0]))
            return fail(err, "--set %s: vkr1 eval does not read \"%s\"; give %s", find_set(e, options[i][0]),
                        options[i][0], options[i][1]);
    for (int i = 0; i < e->set.count; i++) {
        const char *item = e->set.items[i];
        bool known = false;
        for (size_t k = 0; k < sizeof read / sizeof *read; k++)
            known = known || str_starts(item, read[k]);
        if (!known || str_starts(item, "model.recompute=") || str_starts(item, "data.shuffle=") ||
            str_starts(item, "data.seed=")) // which shuffles
            return fail(
                err,
                "--set %s: vkr1 eval does not read this key; it reads \"data\" (in the file's order), \"reward\", "
                "\"prompt\", \"model\", \"device\" and \"rl.stop\"",
                item);
    }
    if (e->reward && find_set(e, "reward"))
        return fail(err, "--reward %s and --set %s are two lists of rewards: give one of them", e->reward,
                    find_set(e, "reward"));
    return true;
}

// Those of the config, unless --reward names others or --task other problems; --set reward=... holds for those too.
static bool open_rewards(const struct eval_cli *e, enum problem_kind kind, struct reward_set *rewards, struct arena *a,
                         struct err *err)
{
    const struct json *own = e->m.config.reward;
    const char *usual = kind == PROBLEM_COUNTDOWN ? "countdown" : "numeric";
    return (own && !e->reward && (!e->task || find_set(e, "reward"))
                ? reward_set_load(rewards, own, a, err)
                : reward_set_parse(rewards, e->reward ? e->reward : usual, a, err)) &&
           reward_set_open(rewards, err);
}

static bool run(struct eval_cli *e, struct err *err)
{
    struct session s = {0};
    struct dataset d = {0};
    struct rollout rollout = {0};
    struct reward_set rewards = {0};
    struct arena a = {0};
    struct evaluation_result r;
    struct sampling_params sampling = {e->m.temperature, (int)e->m.top_k, e->m.top_p, e->m.min_p};
    enum problem_kind kind = PROBLEM_AUTO;
    FILE *log = e->log ? fopen(e->log, "we") : NULL;
    bool ok = (!e->log || log || fail_errno(err, "cannot create %s", e->log)) && open_data(e, &d, &kind, err) &&
              open_rewards(e, kind, &rewards, &a, err) && model_cli_open(&e->m, &s, false, err) &&
              model_cli_limits(&e->m, &s, 0, err);
    if (ok)
        rollout_plan(&rollout, &s.engine,
                     (struct rollout_options){.slots = (int)e->slots,
                                              .prompts = (int)e->slots,
                                              .max_prompt = (int)e->m.max_prompt,
                                              .max_completion = (int)e->m.max_tokens,
                                              .prefill_rows = 256,
                                              .truncate = sampling_truncates(&sampling)});
    bool held_out = d.held_out_count > 0;
    uint32_t all = held_out ? d.held_out_count : d.train_count;
    uint32_t n = ok && e->limit > 0 && e->limit < all ? (uint32_t)e->limit : all;
    const struct problem **problems = arena_array(&a, const struct problem *, n + 1);
    for (uint32_t i = 0; ok && i < n; i++)
        problems[i] = held_out ? dataset_held_out(&d, i) : dataset_next(&d);
    const char *what = held_out ? "held-out problems" : "problems";
    if (ok)
        problems_check_tools(&d, &s.prompter);
    ok = ok && problems_check_golds(&d, problems, n, what, &rewards, err) &&
         problems_check_lengths(&d, problems, n, what, problem_prompt_tokens(&s.prompter), "--max-prompt",
                                e->m.max_prompt, err);
    struct evaluation evaluation = {.rollout = &rollout,
                                    .prompter = &s.prompter,
                                    .rewards = &rewards,
                                    .sampling = sampling,
                                    .samples = (int)e->samples,
                                    .seed = (uint32_t)e->m.seed,
                                    .log = log};
    ok = ok && model_cli_stops(&e->m, &s, &rollout.stops, err) && session_commit(&s, err) &&
         rollout_init(&rollout, err) && evaluate(&evaluation, problems, (int)n, &r, err);
    if (ok)
        print_result(e, &r);
    if (log && fclose(log) != 0 && ok)
        ok = fail_errno(err, "cannot write %s", e->log);
    rollout_finish(&rollout);
    session_close(&s);
    dataset_close(&d);
    reward_set_close(&rewards);
    arena_finish(&a);
    return ok;
}

// The problems as keys of the config: --task begins anew, --data is a file in place of the config's, all of which
// counts.
static void list_keys(struct eval_cli *e, const char **list, struct arena *a)
{
    struct str text = {0};
    int n = 0;
    if (e->task) {
        list[n++] = "data={}";
        str_put_json(&text, e->task, strlen(e->task));
        list[n++] = arena_printf(a, "--task data.kind=%s", text.data);
    }
    str_clear(&text);
    if (e->data) {
        str_put_json(&text, e->data, strlen(e->data));
        list[n++] = arena_printf(a, "--data data.path=%s", text.data);
        list[n++] = "data.held_out=0";
    }
    for (int i = 0; i < e->set.count; i++)
        list[n++] = e->set.items[i];
    e->m.more = list;
    e->m.more_count = n;
    str_finish(&text);
}

int cli_eval(int argc, char **argv)
{
    enum { OWN = 8, ALL = MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING + OWN };
    struct eval_cli e = {.samples = 1, .slots = 32};
    struct cli_option options[ALL];
    model_cli_init(&e.m, options);
    const struct cli_option own[OWN] = {
        {"data", CLI_STRING, &e.data, "FILE", "file of problems"},
        {"task", CLI_STRING, &e.task, "KIND", "gsm8k, countdown, plain (default), arithmetic or another data.kind"},
        {"set", CLI_LIST, &e.set, "KEY=VALUE", "a key of the config, such as data.answer=gold (may be repeated)"},
        {"reward", CLI_STRING, &e.reward, "LIST",
         "rewards; the first that judges tells right from wrong (default numeric)"},
        {"samples", CLI_COUNT, &e.samples, "K", "completions a problem (default 1)"},
        {"limit", CLI_COUNT, &e.limit, "N", "only the first N problems"},
        {"log", CLI_STRING, &e.log, "FILE", "write every completion as a JSON line"},
        {"json", CLI_FLAG, &e.json, NULL, "print one JSON object"},
    };
    memcpy(options + ALL - OWN, own, sizeof own);
    struct cli cli = {
        .usage = "vkr1 eval --model M --data F --task gsm8k [options], vkr1 eval RUN [options], or vkr1 eval "
                 "CONFIG.json --model M [options]",
        .options = options,
        .option_count = ALL,
        .max_args = 1,
        .notes =
            "RUN is the directory of a run or one of its checkpoints: its prompt form, rewards and problems, of which\n"
            "the held-out ones where there are some; CONFIG.json the same of a config. --data takes another file for\n"
            "them, --task other problems; --set data.KEY=VALUE their options (docs/config.md).\n"
            "pass@k is the unbiased estimate of Chen et al. 2021, maj@k the majority answer; intervals are 95 %."};
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    struct err err = {0};
    struct arena a = {0};
    const char *list[4 + sizeof e.set.items / sizeof *e.set.items];
    if (cli.arg_count && str_ends(cli.args[0], ".json"))
        e.m.file = cli.args[0];
    else if (cli.arg_count && !model_cli_take_run(&e.m, cli.args[0], &err)) {
        cli_failed("eval", &err);
        return 2;
    }
    if (!e.m.model && !e.m.file)
        return cli_missing(&cli, "--model");
    list_keys(&e, list, &a);
    bool ok = model_cli_config(&e.m, &err) && check_set(&e, &err) && run(&e, &err);
    run_config_close(&e.m.config);
    arena_finish(&a);
    return ok ? 0 : cli_failed("eval", &err);
}
