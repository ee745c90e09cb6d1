// `vkr1 bench`: medians, and candidates that take a kernel's place.
#include "test.h"

#include <string.h>

#include "base/file.h"
#include "cli/bench.h"
#include "device.h"
#include "graph/content.h"
#include "graph/program.h"
#include "ops/check.h"
#include "ops/ops.h"
#include "program.h"
#include "vk/push_constants.h"
#include "vk/vk.h"

TEST(bench, medians)
{
    double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2};
    EXPECT(bench_median(odd, 3) == 3, "%g", odd[1]);
    EXPECT(bench_median(even, 4) == 2.5, "%g", even[1]);
}

// Every op is timed in some benchmark case, and none of attention's figures counts pairs that no list has.
TEST(bench, every_op_has_a_case)
{
    for (int i = 0; ops_all[i]; i++) {
        bool timed = false;
        for (int j = 0; ops_all[j] && !timed; j++)
            for (int k = 0; k < ops_all[j]->case_count && !timed; k++) {
                const struct op_case *c = &ops_all[j]->cases[k];
                struct arena arena = {0};
                struct graph g;
                graph_init(&g, &arena);
                struct tensor *out = c->bench ? c->build(&g, c) : NULL;
                if (out) {
                    graph_add_grad(&g, out, graph_input(&g, DTYPE_F32, "seed", out->shape[0], out->shape[1]));
                    graph_backward(&g);
                }
                for (int n = 0; n < g.node_count; n++)
                    timed |= g.nodes[n]->op == ops_all[i];
                arena_finish(&arena);
            }
        EXPECT(timed, "%s is in no benchmark case", ops_all[i]->name);
    }
}

// By hand: {N, M, H, J, A}, the sum of the lists' lengths and the key rows that they name.
TEST(bench, attention_counts_the_pairs_of_its_lists)
{
    static const struct {
        const char *label;
        double pairs, rows;
    } cases[] = {
        {"causal", 13 * 14 / 2, 13},
        {"empty first range", 1 + 2 + 3 + 4 + 25 * 5, 29},
        {"decoding", 7 * 50 + 1 + 2 + 3 + 4 + 5 + 6 + 7,
         50 + 28}, // 150 / 7 = 21 rows of its own for each, of them 1 to 7
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int j = 0; j < node_attention.case_count; j++) {
            const struct op_case *c = &node_attention.cases[j];
            if (strcmp(c->label, cases[i].label) != 0)
                continue;
            struct arena arena = {0};
            struct graph g;
            graph_init(&g, &arena);
            c->build(&g, c);
            double N = (double)c->dims[0], H = (double)c->dims[2], J = (double)c->dims[3], A = (double)c->dims[4];
            struct op_cost cost = node_attention.cost(g.nodes[0]);
            double ranges = g.nodes[0]->in[4] ? 4 * (N + (double)c->dims[1]) : 4 * N;
            double bytes = 4 * (2 * N * H * A + 2 * cases[i].rows * J * A + N * H + ranges);
            EXPECT(cost.flops == 4 * cases[i].pairs * H * A, "%s: %g operations", c->label, cost.flops);
            EXPECT(cost.bytes == bytes, "%s: %g bytes, not %g", c->label, cost.bytes, bytes);
            arena_finish(&arena);
        }
}

TEST(bench, arguments_are_read_from_the_code)
{
    static const struct push_constant add_args[] = {{0, 8}, {8, 8}, {16, 8}, {24, 4}};
    struct push_constant got[64];
    for (int k = 0; k < vk_kernel_count(); k++) {
        size_t bytes;
        const uint32_t *code = vk_kernel_code(k, &bytes);
        int count = push_constants(code, bytes, got, 64);
        EXPECT(count > 0, "%s: %d arguments", vk_kernel_name(k), count);
        for (int i = 0; i < count; i++)
            EXPECT(got[i].bytes && got[i].offset + got[i].bytes <= 128, "%s: %u bytes at %u", vk_kernel_name(k),
                   got[i].bytes, got[i].offset);
        if (strcmp(vk_kernel_name(k), "add") != 0)
            continue;
        EXPECT(count == 4 && memcmp(got, add_args, sizeof add_args) == 0, "%d arguments", count);
        EXPECT(push_constants(code, bytes, got, 3) == -1, "a fourth argument has no room");
        for (size_t part = 0; part < bytes; part += 4) // truncated, and with a length that leads nowhere
            push_constants(code, part, got, 64);
    }
    uint32_t damaged[] = {0x07230203, 0x10200, 0, 9, 0, 0xFFFF003B, 1, 2, 9};
    EXPECT(push_constants(damaged, sizeof damaged, got, 64) == 0, "found something");
}

#ifdef VKR1_SHADERC
// One output an invocation like matmul_plain; `factor` makes it wrong.
static bool write_candidate(const char *factor, struct err *err)
{
    struct str s = {0};
    str_puts(&s, "#version 450\n"
                 "#extension GL_EXT_control_flow_attributes : require\n"
                 "#include \"matmul_args.h\"\n"
                 "#include \"lib/load.glsl\"\n"
                 "#include \"lib/matmul.glsl\"\n"
                 "layout(local_size_x = 64) in;\n"
                 "void main()\n"
                 "{\n"
                 "    uint i = global_index();\n"
                 "    if (i >= args.rows * args.cols)\n"
                 "        return;\n"
                 "    uint row = i / args.cols, col = i % args.cols;\n"
                 "    float sum = start(row, col);\n"
                 "    for (uint k = 0; k < args.sum; k++)\n"
                 "        sum += args.a.v[a_index(row, k)] * LOAD(args.w, w_index(col, k));\n");
    str_printf(&s, "    store(row, col, %s sum);\n}\n", factor);
    bool ok = file_write(test_tmp("candidate.comp"), s.data, s.size, err);
    str_finish(&s);
    return ok;
}

static const struct op_case *find_case(const char *label)
{
    for (int i = 0; i < node_matmul.case_count; i++)
        if (strcmp(node_matmul.cases[i].label, label) == 0)
            return &node_matmul.cases[i];
    check(false, "no case %s", label);
    return NULL;
}

static void check_candidate(const char *factor, bool right)
{
    struct err err = {{0}};
    static struct bench_candidate c;
    struct device d;
    EXPECT(write_candidate(factor, &err) &&
               bench_candidate_compile(&c, test_tmp("candidate.comp"), "matmul_plain", &err),
           "%s", err.text);
    EXPECT(c.count == 13, "%d kernels", c.count); // NT and NN in six types, TN in one
    if (!device_open(&d, test_device(), &err)) {
        bench_candidate_finish(&c);
        test_skip("%s", err.text);
        return;
    }
    for (int i = 0; i < c.count; i++)
        vk_kernel_replace(d.vk, c.kernels[i].kernel, c.kernels[i].code, c.kernels[i].bytes);
    struct op_check r;
    EXPECT(op_check_run(&d, &node_matmul, find_case("plain blocks q4_1"), &r, &err), "%s", err.text);
    EXPECT(r.ok == right, "%s", r.why);
    EXPECT(op_check_run(&d, &node_matmul, find_case("plain primes"), &r, &err), "%s", err.text);
    EXPECT(r.ok == right, "%s", r.why);
    device_close(&d);
    bench_candidate_finish(&c);
}

TEST(bench, candidate_is_what_runs)
{
    check_candidate("", true);
    check_candidate("1.001 *", false);
}

TEST(bench, candidate_that_cannot_be)
{
    struct err err = {{0}};
    static struct bench_candidate c;
    EXPECT(write_candidate("nonsense *", &err), "%s", err.text);
    EXPECT(!bench_candidate_compile(&c, test_tmp("candidate.comp"), "matmul_plain_tn_f32", &err), "compiled");
    EXPECT(strstr(err.text, "candidate.comp as matmul_plain_tn_f32 (-DFORM_TN") && strstr(err.text, "nonsense"), "%s",
           err.text);
    bench_candidate_finish(&c);
    err = (struct err){{0}};
    EXPECT(!bench_candidate_compile(&c, test_tmp("candidate.comp"), "matmul_pla", &err), "compiled");
    EXPECT(strstr(err.text, "no kernel, source or op is called \"matmul_pla\""), "%s", err.text);
    bench_candidate_finish(&c);
    err = (struct err){{0}};
    EXPECT(!bench_candidate_compile(&c, "no-such-file.comp", "matmul", &err), "compiled");
    EXPECT(strstr(err.text, "no-such-file.comp"), "%s", err.text);
    bench_candidate_finish(&c);
}

static void expect_refused(const char *text, const char *as, const char *message)
{
    struct err err = {{0}};
    static struct bench_candidate c;
    EXPECT(file_write(test_tmp("bad.comp"), text, strlen(text), &err), "%s", err.text);
    EXPECT(!bench_candidate_compile(&c, test_tmp("bad.comp"), as, &err), "compiled as %s", as);
    EXPECT_ERR(&err, message);
    bench_candidate_finish(&c);
}

static const char add[] = "#version 450\n#include \"add_args.h\"\nlayout(local_size_x = 64) in;\n"
                          "void main()\n{\n    uint i = global_index();\n    if (i < args.n)\n        ";

TEST(bench, candidate_that_would_read_other_arguments)
{
    char text[1024];
    snprintf(text, sizeof text, "%sargs.sum.v[i] = args.x.v[i] + args.y.v[i];\n}\n", add);
    expect_refused(
        text, "matmul",
        "takes other arguments than kernel matmul_plain_nt_f32: at byte 24 it has one of 4 bytes, the kernel "
        "one of 8. Include the same header as shaders/matmul_plain.comp");
    expect_refused(text, "copy", "at byte 16 it has one of 8 bytes, the kernel one of 4");
    expect_refused("// #version 450\nvoid main() {}\n", "add", "no line says #version 450");
    expect_refused("\n #version 310 es\nvoid main() {}\n", "add", "#version 310; 450 and 460 can be compiled");
    snprintf(text, sizeof text, "%sa;b;c;\nd;e;\nf;g;h;\nlast;\n}\n", add);
    struct err err = {{0}};
    static struct bench_candidate c;
    EXPECT(file_write(test_tmp("bad.comp"), text, strlen(text), &err), "%s", err.text);
    EXPECT(!bench_candidate_compile(&c, test_tmp("bad.comp"), "add", &err), "compiled");
    EXPECT(strstr(err.text, "'a' : undeclared") && !strstr(err.text, "'last'"), "%s", err.text);
    bench_candidate_finish(&c);
}

// A name is a source before it is a kernel, and a kernel before it is what names begin with.
TEST(bench, names_of_what_is_replaced)
{
    static const struct {
        const char *as;
        int count;
    } names[] = {{"rmsnorm", 2}, {"rmsnorm_bwd_x", 2}, {"attention", 2}, {"threshold_group", 1}};
    static const char empty[] = "#version 450\nlayout(local_size_x = 64) in;\nvoid main() {}\n";
    struct err err = {{0}};
    static struct bench_candidate c;
    EXPECT(file_write(test_tmp("empty.comp"), empty, strlen(empty), &err), "%s", err.text);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        EXPECT(bench_candidate_compile(&c, test_tmp("empty.comp"), names[i].as, &err), "%s", err.text);
        EXPECT(c.count == names[i].count, "%s: %d kernels", names[i].as, c.count);
        bench_candidate_finish(&c);
    }
}

// The command with a candidate in place of add: `what` is its statement.
static int bench_add(const char *what, struct str *out, struct str *messages)
{
    struct err err = {{0}};
    char text[1024], args[1200];
    snprintf(text, sizeof text, "%s%s\n}\n", add, what);
    EXPECT(file_write(test_tmp("add.comp"), text, strlen(text), &err), "%s", err.text);
    const char *device = test_device();
    snprintf(args, sizeof args, "bench %s %s --shader '%s' --as add --filter 'add SmolLM2'", device ? "--device" : "",
             device ? device : "", test_tmp("add.comp"));
    return program_run_vkr1(args, "", out, messages);
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

TEST(bench, command_times_what_starts_the_candidate)
{
    if (!test_have_vulkan())
        return;
    struct str out = {0}, messages = {0};
    int code = bench_add("args.sum.v[i] = args.x.v[i] + args.y.v[i];", &out, &messages);
    EXPECT(code == 0 && strstr(messages.data, "candidate: in place of 1 kernels, "), "%d: %s", code, messages.data);
    EXPECT(count_of(out.data, "\n") == 3 && strstr(out.data, "\nadd ") && out.data[strlen(out.data) - 2] == 'x', "%s",
           out.data);
    EXPECT(count_of(messages.data, "vkr1: device") <= 1, "%s", messages.data);
    code = bench_add("args.sum.v[i] = args.x.v[i] - args.y.v[i];", &out, &messages);
    EXPECT(code == 1 && strstr(messages.data, "candidate wrong: add, case one") &&
               strstr(messages.data, "the candidate is wrong in"),
           "%d: %s", code, messages.data);
    str_finish(&out);
    str_finish(&messages);
}

// Only a device that is the processor is sure to notice; it must not be a crash of ours.
TEST(bench, candidate_that_crashes)
{
    struct device d;
    struct err err = {{0}};
    if (!device_open(&d, test_device(), &err)) {
        test_skip("%s", err.text);
        return;
    }
    bool processor = strcmp(vk_info(d.vk)->kind, "cpu-vulkan") == 0;
    device_close(&d);
    if (!processor) {
        test_skip("another device may hang");
        return;
    }
    struct str out = {0}, messages = {0};
    int code = bench_add("args.sum.v[(i + 1) * 0x10000000u] = 1;", &out, &messages);
    EXPECT(code == 1 && strstr(messages.data, "vkr1 bench: the candidate"), "%d: %s", code, messages.data);
    str_finish(&out);
    str_finish(&messages);
}
#endif
