#include "cli/model_options.h"

#include <string.h>

#include "base/str.h"

void model_cli_init(struct model_cli *m, struct cli_option o[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING])
{
    *m = (struct model_cli){.dtype = "float32", .template_ = "auto", .temperature = 1, .top_p = 1, .seed = 42,
                            .max_tokens = 256, .max_prompt = 512};
    const struct cli_option all[MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING] = {
        {"model", CLI_STRING, &m->model, "M", "Hugging Face directory or GGUF file"},
        {"device", CLI_STRING, &m->device, "D", "cpu, or a Vulkan device by index, name or kind"},
        {"dtype", CLI_STRING, &m->dtype, "T", "storage of matrices: float32 (default), bfloat16, float16, stored"},
        {"seed", CLI_SEED, &m->seed, "N", "of the random numbers (default 42)"},
        {"temperature", CLI_NUMBER, &m->temperature, "X", "0: greedy (default 1)"},
        {"top-k", CLI_INT, &m->top_k, "N", "0: off (default)"},
        {"top-p", CLI_SHARE, &m->top_p, "X", "1: off (default)"},
        {"min-p", CLI_SHARE, &m->min_p, "X", "0: off (default)"},
        {"max-tokens", CLI_COUNT, &m->max_tokens, "N", "of a completion (default 256)"},
        {"max-prompt", CLI_COUNT, &m->max_prompt, "N", "tokens of a prompt (default 512)"},
        {"template", CLI_STRING, &m->template_, "T", "auto (default), chatml, llama3, r1, raw, or a text with {prompt}"},
        {"system", CLI_STRING, &m->system, "TEXT", "system message"},
    };
    for (int i = 0; i < MODEL_CLI_OPTIONS + MODEL_CLI_SAMPLING; i++)
        o[i] = all[i];
}

// "key=" and the value as a JSON string; nothing when the value is NULL.
static void add(struct arena *a, const char **list, int *count, const char *key, const char *value)
{
    if (!value)
        return;
    struct str s = {0};
    str_printf(&s, "%s=", key);
    str_put_json(&s, value, strlen(value));
    list[(*count)++] = arena_strdup(a, s.data);
    str_finish(&s);
}

bool model_cli_config(struct model_cli *m, struct err *err)
{
    struct arena a = {0};
    const char *list[16];
    int count = 0;
    if (!m->model)
        return fail(err, "--model is missing: a Hugging Face directory or a GGUF file");
    add(&a, list, &count, "model.path", m->model);
    add(&a, list, &count, "model.dtype", m->dtype);
    add(&a, list, &count, "device", m->device);
    add(&a, list, &count, "prompt.template", m->template_);
    add(&a, list, &count, "prompt.system", m->system);
    list[count++] = arena_printf(&a, "seed=%lld", (long long)m->seed);
    list[count++] = arena_printf(&a, "rl.max_prompt_length=%lld", (long long)m->max_prompt);
    list[count++] = arena_printf(&a, "rl.max_completion_length=%lld", (long long)m->max_tokens);
    bool ok = run_config_open(&m->config, NULL, list, count, err);
    arena_finish(&a);
    if (ok && (m->temperature < 0 || m->top_p <= 0 || m->top_p > 1 || m->min_p < 0 || m->min_p > 1 || m->top_k < 0)) {
        run_config_close(&m->config);
        return fail(err, "temperature must be at least 0, top-p in (0, 1], min-p in [0, 1], top-k at least 0");
    }
    return ok;
}
