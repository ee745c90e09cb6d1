// vkr1 bench: the speed of every op's benchmark cases, beside what the device can do at best.
#include "cli/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/terminal.h"
#include "cli/cli.h"
#include "ops/check.h"
#include "ops/trial.h"
#include "vk/vk.h"

int cli_bench(int argc, char **argv);

enum { ROWS = 1024, RUNS = 7, NODES = 64 };

struct row { // one node of a case
    const char *op, *label;
    char output[48]; // the tensor that it writes
    double ms, flops, bytes;
    double candidate_ms; // 0 without a candidate
};

struct bench {
    const char *device_name, *filter, *shader, *as;
    bool json, checks; // checks: the check cases are timed, since no benchmark case starts what is replaced
    struct device device;
    struct bench_peak peak;
    struct bench_candidate candidate;
    struct row rows[ROWS];
    int count, failures;
};

static bool wanted(const struct bench *b, const struct op *op, const struct op_case *c)
{
    char name[200];
    snprintf(name, sizeof name, "%s %s", op->name, c->label);
    return (c->bench || b->checks) && (!b->filter || strstr(name, b->filter)) && (!b->device.vk || op->vulkan);
}

// Which nodes of a case are timed: all, or with a candidate those that start a kernel that it replaces.
struct chosen {
    const struct bench *b;
    bool nodes[NODES];
    int count;
};

static void choose(void *user, int i, const struct node *n, const struct vk_stream *s)
{
    struct chosen *chosen = user;
    const char *kernel;
    (void)n;
    check(i < NODES, "a case of more than %d nodes", NODES);
    for (int j = 0; (kernel = vk_stream_kernel(s, j)); j++)
        if (bench_candidate_replaces(&chosen->b->candidate, kernel)) {
            chosen->nodes[i] = true;
            chosen->count++;
            return;
        }
}

static bool choose_nodes(struct bench *b, const struct op *op, const struct op_case *c, struct chosen *chosen,
                         struct err *err)
{
    *chosen = (struct chosen){.b = b};
    if (b->shader)
        return trial_record(b->device.vk, c, choose, chosen, err) || fail_in(err, "%s, case %s", op->name, c->label);
    for (int i = 0; i < NODES; i++)
        chosen->nodes[i] = true;
    chosen->count = NODES;
    return true;
}

// Median time of a node, repeated within a run until that takes 20 ms.
static bool time_node(struct trial *t, const struct node *n, double *ms, struct err *err)
{
    double runs[RUNS];
    if (!program_time_node(&t->program, n, 1, 1, runs, err))
        return false;
    int times = runs[0] < 20 ? (int)(20 / (runs[0] > 0.02 ? runs[0] : 0.02)) : 1;
    int count = runs[0] > 500 ? 3 : RUNS;
    if (!program_time_node(&t->program, n, times, count, runs, err))
        return false;
    *ms = bench_median(runs, count) / times;
    return true;
}

// Times the chosen nodes of a case. In the second pass, with a candidate, the rows are there already and `next` counts
// them.
static bool time_case(struct bench *b, const struct op *op, const struct op_case *c, bool candidate, int *next,
                      struct err *err)
{
    struct trial t = {0};
    struct chosen chosen;
    if (!choose_nodes(b, op, c, &chosen, err))
        return false;
    bool ok = !chosen.count || trial_init(&t, &b->device, c, err);
    for (int i = 0; ok && i < t.g.node_count; i++) {
        const struct node *n = t.g.nodes[i];
        double ms;
        check(i < NODES, "a case of more than %d nodes", NODES);
        if (!chosen.nodes[i])
            continue;
        ok = time_node(&t, n, &ms, err);
        if (!ok)
            break;
        check(*next < ROWS, "more than %d benchmark rows", ROWS);
        struct row *r = &b->rows[(*next)++];
        if (candidate) {
            r->candidate_ms = ms;
            continue;
        }
        struct op_cost cost = n->op->cost(n);
        *r = (struct row){.op = n->op->name, .label = c->label, .ms = ms, .flops = cost.flops, .bytes = cost.bytes};
        snprintf(r->output, sizeof r->output, "%s", n->out[0] ? n->out[0]->name : "");
        b->count++;
    }
    trial_finish(&t);
    return ok || fail_in(err, "%s, case %s", op->name, c->label);
}

static bool time_all(struct bench *b, bool candidate, struct err *err)
{
    int next = 0;
    bool ok = true;
    for (int i = 0; ok && ops_all[i]; i++)
        for (int j = 0; ok && j < ops_all[i]->case_count; j++)
            if (wanted(b, ops_all[i], &ops_all[i]->cases[j]))
                ok = time_case(b, ops_all[i], &ops_all[i]->cases[j], candidate, &next, err);
    return ok;
}

static bool check_case(struct bench *b, const struct op *op, const struct op_case *c, int *checked, struct err *err)
{
    struct chosen chosen;
    struct op_check r;
    if (!op->vulkan)
        return true;
    if (!choose_nodes(b, op, c, &chosen, err))
        return false;
    if (!chosen.count)
        return true;
    if (!op_check_run(&b->device, op, c, &r, err))
        return false;
    ++*checked;
    if (!r.ok) {
        b->failures++;
        terminal_print(stderr, "candidate wrong: %s, case %s: %s\n", r.op, r.label, r.why);
    }
    return true;
}

// Puts the candidate in its kernels' place, or vkr1's own code back there.
static void place(struct bench *b, bool candidate)
{
    for (int i = 0; i < b->candidate.count; i++) {
        size_t own_bytes;
        const uint32_t *own = vk_kernel_code(b->candidate.kernels[i].index, &own_bytes);
        vk_kernel_replace(b->device.vk, b->candidate.kernels[i].kernel, candidate ? b->candidate.kernels[i].code : own,
                          candidate ? b->candidate.kernels[i].bytes : own_bytes);
    }
}

// Checks all cases that start one of the kernels.
static bool check_candidate(struct bench *b, struct err *err)
{
    int checked = 0;
    place(b, true);
    for (int i = 0; ops_all[i]; i++)
        for (int j = 0; j < ops_all[i]->case_count; j++)
            if (!check_case(b, ops_all[i], &ops_all[i]->cases[j], &checked, err))
                return false;
    place(b, false);
    if (!checked)
        return fail(err, "no case of an op starts %s on %s, so nothing can be said of the candidate",
                    b->candidate.kernels[0].kernel, b->device.name);
    fprintf(stderr, "candidate: in place of %d kernels, %d of %d cases right\n", b->candidate.count,
            checked - b->failures, checked);
    return true;
}

static bool time_candidate(struct bench *b, struct err *err)
{
    place(b, true);
    return time_all(b, true, err);
}

// Times vkr1's own kernels; what no benchmark case starts in the check cases.
static bool time_own(struct bench *b, struct err *err)
{
    if (!time_all(b, false, err))
        return false;
    b->checks = b->shader && !b->count;
    return !b->checks || time_all(b, false, err);
}

static double share(const struct bench *b, const struct row *r)
{
    double flops = 1e-6 * r->flops / r->ms / b->peak.gflops, bytes = 1e-6 * r->bytes / r->ms / b->peak.gbytes;
    return flops > bytes ? flops : bytes;
}

static void print_text(const struct bench *b)
{
    terminal_print(stdout, "%s: at best %.1f GFLOP/s (%s) and %.1f GB/s (copy)\n", b->device.name, b->peak.gflops,
                   b->device.vk ? "multiply-adds in registers" : "CBLAS, 1024^3", b->peak.gbytes);
    printf("%-16s %-24s %-16s %10s %10s %10s %8s%s\n", "op", "case", "output", "ms", "GFLOP/s", "GB/s", "of best",
           b->shader ? "  candidate ms   speed" : "");
    for (int i = 0; i < b->count; i++) {
        const struct row *r = &b->rows[i];
        printf("%-16s %-24s %-16s %10.4f %10.2f %10.2f %7.1f%%", r->op, r->label, r->output, r->ms,
               1e-6 * r->flops / r->ms, 1e-6 * r->bytes / r->ms, 100 * share(b, r));
        if (r->candidate_ms > 0)
            printf("%14.4f %6.2fx", r->candidate_ms, r->ms / r->candidate_ms);
        printf("\n");
    }
}

static void put_field(struct str *s, const char *name, const char *text)
{
    str_printf(s, "\"%s\":", name);
    str_put_json(s, text, strlen(text));
    str_puts(s, ",");
}

static void put_number(struct str *s, const char *name, double v, const char *end)
{
    str_printf(s, "\"%s\":", name);
    str_put_number(s, v);
    str_puts(s, end);
}

static void print_json(const struct bench *b)
{
    struct str s = {0};
    str_puts(&s, "{");
    put_field(&s, "device", b->device.name);
    if (b->device.vk)
        put_field(&s, "driver", vk_info(b->device.vk)->driver);
    put_number(&s, "peak_gflops", b->peak.gflops, ",");
    put_number(&s, "peak_gbytes", b->peak.gbytes, ",");
    str_puts(&s, "\"results\":[");
    for (int i = 0; i < b->count; i++) {
        const struct row *r = &b->rows[i];
        str_puts(&s, i ? ",\n{" : "\n{");
        put_field(&s, "op", r->op);
        put_field(&s, "case", r->label);
        put_field(&s, "output", r->output);
        put_number(&s, "ms", r->ms, ",");
        put_number(&s, "gflops", 1e-6 * r->flops / r->ms, ",");
        put_number(&s, "gbytes", 1e-6 * r->bytes / r->ms, ",");
        if (r->candidate_ms > 0)
            put_number(&s, "candidate_ms", r->candidate_ms, ",");
        put_number(&s, "of_peak", share(b, r), "}");
    }
    str_puts(&s, "]");
    if (b->shader)
        str_printf(&s, ",\"candidate_failures\":%d", b->failures);
    str_puts(&s, "}\n");
    terminal_result(s.data, s.size);
    str_finish(&s);
}

static bool run(struct bench *b, struct err *err)
{
    bool ok = (!b->shader || bench_candidate_compile(&b->candidate, b->shader, b->as, err)) &&
              device_open(&b->device, b->device_name, err);
    if (ok && b->shader && !b->device.vk)
        ok = fail(err, "--shader needs a Vulkan device, %s is none", b->device.name);
    ok = ok && (!b->shader || check_candidate(b, err)) && bench_measure_peak(&b->device, &b->peak, err) &&
         time_own(b, err) && (!b->shader || time_candidate(b, err));
    if (ok && !b->count)
        ok = b->shader ? fail(err, "no case that is called \"%s\" starts what %s replaces", b->filter, b->shader)
                       : fail(err, "no benchmark case is called \"%s\"", b->filter);
    if (ok && b->json)
        print_json(b);
    else if (ok)
        print_text(b);
    if (ok && b->failures)
        ok = fail(err, "the candidate is wrong in %d cases", b->failures);
    if (b->device.name[0])
        device_close(&b->device);
    bench_candidate_finish(&b->candidate);
    return ok;
}

// A candidate that reads or writes outside its tensors ends the process where the device is a processor. So it runs in
// a child, and the end of that becomes a message.
static int run_apart(struct bench *b)
{
    struct err err = {{0}};
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int code = run(b, &err) ? 0 : cli_failed("bench", &err);
        exit(fflush(stdout) == 0 ? code : 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        fail_errno(&err, "a process for the candidate cannot be made");
        return cli_failed("bench", &err);
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    fail(&err,
         "the candidate %s ended the program (signal %d, %s): it reads or writes outside its tensors, or the driver "
         "cannot "
         "compile it",
         b->shader, WTERMSIG(status), strsignal(WTERMSIG(status)));
    return cli_failed("bench", &err);
}

int cli_bench(int argc, char **argv)
{
    static struct bench b;
    const struct cli_option options[] = {
        {"device", CLI_STRING, &b.device_name, "D",
         "index, kind or name of a Vulkan device, or cpu; default: the best"},
        {"json", CLI_FLAG, &b.json, NULL, "one JSON object on stdout"},
        {"filter", CLI_STRING, &b.filter, "TEXT", "only cases whose \"op case\" contains this"},
        {"shader", CLI_STRING, &b.shader, "FILE", "a candidate in GLSL: checked, and timed beside vkr1's own kernels"},
        {"as", CLI_STRING, &b.as, "NAME", "what the candidate replaces, see below"},
    };
    struct cli cli = {
        .usage = "vkr1 bench [--device D] [--json] [--filter TEXT] [--shader FILE.comp --as NAME]",
        .notes =
            "Times every node of the ops' benchmark cases, forward and backward (median of 7 runs of at least 20 ms).\n"
            "GFLOP/s and GB/s count what the mathematics needs; the peaks are measured on the device first. Tensors "
            "that\n"
            "fit into a cache may exceed the peak of a copy.\n\n"
            "A candidate is compiled by libshaderc, once for each kernel that NAME stands for, with that kernel's\n"
            "defines (shaders/kernels.txt). It may include vkr1's headers, e.g. \"matmul_args.h\", and is called with\n"
            "the same arguments, specialisation constants and grid. NAME is a source (matmul_tiled), a kernel\n"
            "(matmul_tiled_nt_f32) or what names begin with (matmul). Every case that starts one of the kernels is\n"
            "checked; timed are the nodes that do, of the benchmark cases, else of the check cases. Wrong numbers\n"
            "make the exit code 1.",
        .options = options,
        .option_count = sizeof options / sizeof *options,
    };
    int code = cli_parse(&cli, argc, argv);
    if (code >= 0)
        return code;
    struct err err = {{0}};
    if (!b.shader != !b.as) {
        fail(&err, "--shader FILE and --as NAME belong together");
        cli_failed("bench", &err);
        return 2;
    }
    if (b.shader)
        return run_apart(&b);
    return run(&b, &err) ? 0 : cli_failed("bench", &err);
}
