// Every op's cases: the CPU in float and the Vulkan device against the CPU in double, and gradient rules against
// differences.
#include "test.h"

#include "ops/check.h"

static void run_all(struct device *d)
{
    for (int i = 0; ops_all[i]; i++)
        for (int j = 0; j < ops_all[i]->case_count; j++) {
            struct err err = {0};
            struct op_check r;
            EXPECT(op_check_run(d, ops_all[i], &ops_all[i]->cases[j], &r, &err), "%s", err.text);
            EXPECT(err.text[0] || r.ok, "%s, %s: %s", r.op, r.label, r.why);
        }
}

TEST(ops, cpu_float)
{
    struct err err = {0};
    struct device d;
    EXPECT(device_open(&d, "cpu", &err), "%s", err.text);
    run_all(&d);
    device_close(&d);
}

TEST(ops, gradients_against_differences)
{
    for (int i = 0; ops_all[i]; i++)
        for (int j = 0; j < ops_all[i]->case_count; j++) {
            const struct op_case *c = &ops_all[i]->cases[j];
            if (c->bench) // sizes that the float and device checks cover; differences need three runs a leaf
                continue;
            struct err err = {0};
            struct op_check r;
            EXPECT(op_check_gradient(ops_all[i], c, &r, &err), "%s", err.text);
            EXPECT(err.text[0] || r.ok, "%s, %s: %s", r.op, r.label, r.why);
        }
}

TEST(ops, vulkan)
{
    struct err err = {0};
    struct device d;
    if (!device_open(&d, test_device(), &err)) {
        test_skip("%s", err.text);
        return;
    }
    run_all(&d);
    device_close(&d);
}
