// `vkr1 bench`: medians, and candidates that take a kernel's place.
#include "test.h"

#include <string.h>

#include "base/file.h"
#include "cli/bench.h"
#include "graph/execute.h"
#include "ops/check.h"
#include "ops/ops.h"
#include "vk/vk.h"

TEST(bench, medians)
{
    double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2};
    EXPECT(bench_median(odd, 3) == 3, "%g", odd[1]);
    EXPECT(bench_median(even, 4) == 2.5, "%g", even[1]);
}

#ifdef VKR1_SHADERC
// One output an invocation like matmul_plain; `factor` makes it wrong.
static bool write_candidate(const char *factor, struct err *err)
{
    struct str s = {0};
    str_puts(&s, "#version 450\n"
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
                 "    float sum = 0;\n"
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
    EXPECT(write_candidate(factor, &err) && bench_candidate_compile(&c, test_tmp("candidate.comp"), "matmul_plain", &err), "%s",
           err.text);
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
#endif
