// vkr1 inspect PATH: the configuration and the tensors of a model, or what a file of data holds.
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/inspect_data.h"
#include "model/gguf.h"
#include "model/safetensors.h"
#include "model/weights.h"

// What is shown, of whichever kind PATH is.
struct subject {
    struct weights weights; // open unless is_file
    struct safetensors safetensors;
    bool is_file; // a lone .safetensors file: tensors without a configuration
};

struct row {
    const char *name;
    enum dtype dtype;
    uint32_t rank;
    const uint64_t *shape;
    uint64_t elements, bytes;
};

static bool subject_open(struct subject *s, const char *path, struct err *err)
{
    *s = (struct subject){.is_file = str_ends(path, ".safetensors") && !file_is_dir(path)};
    return s->is_file ? safetensors_open(&s->safetensors, path, err) : weights_open(&s->weights, path, err);
}

static void subject_close(struct subject *s)
{
    weights_close(&s->weights);
    safetensors_close(&s->safetensors);
}

static size_t subject_count(const struct subject *s)
{
    return s->is_file ? s->safetensors.tensors.count : s->weights.count;
}

static struct row subject_row(const struct subject *s, size_t i)
{
    if (s->is_file) {
        const struct stored_tensor *t = &s->safetensors.tensors.items[i];
        return (struct row){t->name, t->dtype, t->rank, t->shape, t->elements, t->bytes};
    }
    const struct weight *w = &s->weights.items[i];
    return (struct row){w->name, w->dtype, w->rank, w->shape, w->elements, w->bytes};
}

static void put_scaling(const struct model_config *c, struct str *out)
{
    str_printf(out, "theta %g", c->rope_theta);
    if (c->rope_scaling == ROPE_LINEAR)
        str_printf(out, ", positions divided by %g", c->rope_factor);
    else if (c->rope_scaling == ROPE_LLAMA3)
        str_printf(out, ", llama3 scaling by %g (low %g, high %g, original context %u)", c->rope_factor, c->rope_low,
                   c->rope_high, c->rope_original);
}

static void put_config(const struct model_config *c, struct str *out)
{
    str_printf(out, "family %s\n", config_family_name(c->family));
    str_printf(out, "  D %u  L %u  H %u  J %u  A %u  F %u  V %u  positions %u\n", c->width, c->layers, c->heads,
               c->kv_heads, c->head_size, c->ffn, c->vocab, c->max_positions);
    str_printf(out, "  rms_norm_eps %g, %s, %s\n  RoPE ", (double)c->rms_eps,
               c->tied ? "head tied to the embedding" : "head of its own",
               c->qkv_bias ? "biases on q, k, v" : "no biases");
    put_scaling(c, out);
    str_puts(out, "\n  ");
    if (c->bos >= 0)
        str_printf(out, "bos %d  ", c->bos);
    for (uint32_t i = 0; i < c->eos_count; i++)
        str_printf(out, "%s%d", i ? ", " : "eos ", c->eos[i]);
    str_puts(out, "\n\n");
}

static void put_table(const struct subject *s, struct str *out)
{
    uint64_t elements = 0, bytes = 0, by_type[DTYPE_COUNT] = {0};
    str_printf(out, "%-52s %-5s %-18s %14s\n", "tensor", "type", "shape", "bytes");
    for (size_t i = 0; i < subject_count(s); i++) {
        struct row r = subject_row(s, i);
        char shape[STORED_SHAPE_TEXT];
        str_printf(out, "%-52s %-5s %-18s %14llu\n", r.name, dtype_name(r.dtype), stored_shape(r.rank, r.shape, shape),
                   (unsigned long long)r.bytes);
        elements += r.elements;
        bytes += r.bytes;
        by_type[r.dtype] += r.bytes;
    }
    str_printf(out, "\n%zu tensors, %llu parameters, %llu bytes:", subject_count(s), (unsigned long long)elements,
               (unsigned long long)bytes);
    for (int t = 0; t < DTYPE_COUNT; t++)
        if (by_type[t])
            str_printf(out, " %s %llu", dtype_name((enum dtype)t), (unsigned long long)by_type[t]);
    str_putc(out, '\n');
}

static void put_json(const struct subject *s, struct str *out)
{
    uint64_t elements = 0, bytes = 0;
    str_putc(out, '{');
    if (!s->is_file) {
        enum dtype t = s->weights.config.dtype;
        str_puts(out, "\"config\":");
        config_write(&s->weights.config, dtype_is_quantized(t) ? DTYPE_F16 : t, out);
        str_putc(out, ',');
    }
    str_puts(out, "\"tensors\":[");
    for (size_t i = 0; i < subject_count(s); i++) {
        struct row r = subject_row(s, i);
        str_puts(out, i ? ",\n{\"name\":" : "\n{\"name\":");
        str_put_json(out, r.name, strlen(r.name));
        str_printf(out, ",\"dtype\":\"%s\",\"shape\":[", dtype_name(r.dtype));
        for (uint32_t d = 0; d < r.rank; d++)
            str_printf(out, "%s%llu", d ? "," : "", (unsigned long long)r.shape[d]);
        str_printf(out, "],\"bytes\":%llu}", (unsigned long long)r.bytes);
        elements += r.elements;
        bytes += r.bytes;
    }
    str_printf(out, "],\n\"parameters\":%llu,\"bytes\":%llu}\n", (unsigned long long)elements,
               (unsigned long long)bytes);
}

int cli_inspect(int argc, char **argv)
{
    bool json = false;
    const struct cli_option options[] = {{"json", CLI_FLAG, &json, NULL, "one JSON object instead of tables"}};
    struct cli cli = {.usage = "vkr1 inspect MODEL|FILE [--json]",
                      .notes =
                          "MODEL is a Hugging Face directory, a .gguf file, or a lone .safetensors file.\n"
                          "The files are checked as they would be for training.\n"
                          "Of a FILE of data it shows the form, the rows, the bad ones by line, and the first problem.",
                      .options = options,
                      .option_count = 1,
                      .min_args = 1,
                      .max_args = 1};
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    struct err err = {0};
    struct subject s;
    if (inspect_is_data(cli.args[0]))
        return inspect_data(cli.args[0], json, &err) ? 0 : cli_failed("inspect", &err);
    if (!subject_open(&s, cli.args[0], &err))
        return cli_failed("inspect", &err);
    struct str out = {0};
    if (json) {
        put_json(&s, &out);
    } else {
        if (!s.is_file)
            put_config(&s.weights.config, &out);
        put_table(&s, &out);
    }
    terminal_result(out.data, out.size);
    str_finish(&out);
    subject_close(&s);
    return 0;
}
