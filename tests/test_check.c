// The checker itself: a wrong kernel, a value that nobody wrote, a write beside a tensor and bits that change between
// two runs are each found; and the command's exit codes.
#include "test.h"

#include "cli/cli.h"
#include "cli/commands.h"
#include "ops/check.h"

enum fault { FAULT_NONE, FAULT_WRONG, FAULT_UNWRITTEN, FAULT_BEYOND, FAULT_CHANGING };

static int runs;

// y = 2 x; in float with the fault that the node's parameter names.
static void twice(const struct node *n)
{
    enum fault fault;
    memcpy(&fault, n->params, sizeof fault);
    const float *x = (const float *)(uintptr_t)n->in[0]->address;
    float *y = (float *)(uintptr_t)n->out[0]->address;
    int64_t count = tensor_count(n->out[0]);
    for (int64_t i = 0; i < count; i++)
        y[i] = 2 * x[i];
    runs++;
    if (fault == FAULT_WRONG)
        y[count / 2] *= 1.0001f;
    if (fault == FAULT_UNWRITTEN)
        memset(&y[count - 1], 0xFF, sizeof *y);
    if (fault == FAULT_BEYOND)
        y[count] = 1;
    if (fault == FAULT_CHANGING && runs % 2)
        y[0] = nextafterf(y[0], 0);
}

static void twice_double(const struct node *n)
{
    const double *x = (const double *)(uintptr_t)n->in[0]->address;
    double *y = (double *)(uintptr_t)n->out[0]->address;
    for (int64_t i = 0; i < tensor_count(n->out[0]); i++)
        y[i] = 2 * x[i];
}

static const struct op fake = {.name = "twice", .cpu = twice, .cpu_double = twice_double, .tolerance = 4};

static struct tensor *build(struct graph *g, const struct op_case *c)
{
    enum fault fault = (enum fault)c->dims[0];
    struct tensor *x = graph_input(g, DTYPE_F32, "x", 3, 5), *y = graph_activation(g, "y", 3, 5);
    graph_node(g, &fake, &fault, sizeof fault, TENSORS(x), TENSORS(y));
    return NULL;
}

static struct op_check run(enum fault fault)
{
    struct op_case c = {.label = "fault", .dims = {(int64_t)fault}, .build = build};
    struct op_check r = {0};
    struct err err = {0};
    struct device d;
    EXPECT(device_open(&d, "cpu", &err) && op_check_run(&d, &fake, &c, &r, &err), "%s", err.text);
    device_close(&d);
    return r;
}

static void expect_found(enum fault fault, const char *part)
{
    struct op_check r = run(fault);
    EXPECT(!r.ok && strstr(r.why, part), "fault %d: \"%s\" instead of \"%s\"", (int)fault, r.why, part);
}

TEST(check, right_is_accepted)
{
    struct op_check r = run(FAULT_NONE);
    EXPECT(r.ok, "%s", r.why);
}

TEST(check, faults_are_found)
{
    expect_found(FAULT_WRONG, "y by twice: error");
    expect_found(FAULT_UNWRITTEN, "error inf");
    expect_found(FAULT_BEYOND, "y: 0 bytes after its end were written");
    expect_found(FAULT_CHANGING, "y differs between two runs");
}

TEST(check, exit_codes)
{
    char *good[] = {"check", "--device", "cpu", "--filter", "add one", NULL};
    char *none[] = {"check", "--device", "cpu", "--filter", "no such case", NULL};
    char *wrong[] = {"check", "--devise", "cpu", NULL};
    EXPECT(cli_check(5, good) == 0, "the op add fails");
    EXPECT(cli_check(5, none) == 1, "a filter that matches nothing is no failure");
    EXPECT(cli_check(3, wrong) == 2, "a wrong option is accepted");
}
