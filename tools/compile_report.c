// compile_report: what a driver's compiler makes of the pipelines that vkr1 selects on its device. Records, without running
// them, the check cases of all ops, forward and backward, and prints a line for every pipeline:
//   target, kernel, specialisation constants, subgroup size, registers, spills, scratch bytes, occupancy, instructions, cycles
// The device need not be there (see tools/vendor_compilers.sh): no memory is touched and nothing is dispatched.
// usage: compile_report TARGET [DEVICE]    exit 1 when a pipeline cannot be built or spills
#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "ops/check.h"
#include "vk/compiled.h"

struct report {
    const char *target;
    int pipelines, spilling;
};

// Addresses that nobody reads: streams only compare them.
static void place(struct tensor *t, uint64_t *next)
{
    if (!t || t->address)
        return;
    if (t->base) {
        place(t->base, next);
        t->address = t->base->address + (uint64_t)t->base_row * (tensor_bytes(t, 4) / (uint64_t)t->shape[0]);
        return;
    }
    t->address = *next;
    *next += (tensor_bytes(t, 4) + 511) / 256 * 256;
}

static bool record(struct vk *vk, const struct op *op, const struct op_case *c, struct err *err)
{
    struct arena arena = {0};
    struct graph g;
    graph_init(&g, &arena);
    struct tensor *out = c->build(&g, c);
    if (out) {
        graph_add_grad(&g, out, graph_input(&g, DTYPE_F32, "seed", out->shape[0], out->shape[1]));
        graph_backward(&g);
    }
    struct vk_stream *s = vk_stream_create(vk);
    uint64_t next = 1 << 20;
    for (int i = 0; i < g.node_count; i++) {
        const struct node *n = g.nodes[i];
        for (int j = 0; j < NODE_INPUTS; j++)
            place(n->in[j], &next);
        for (int j = 0; j < NODE_OUTPUTS; j++)
            place(n->out[j], &next);
        vk_stream_node(s, n->op->name);
        if (n->op->vulkan)
            n->op->vulkan(n, vk, s);
    }
    bool ok = (!g.err.text[0] || fail(err, "%s", g.err.text)) && vk_stream_end(s, err);
    vk_stream_free(s);
    arena_finish(&arena);
    return ok || fail_in(err, "%s, case %s", op->name, c->label);
}

static void print(void *context, const struct vk_compiled *f)
{
    struct report *r = context;
    r->pipelines++;
    r->spilling += f->spills > 0 || f->scratch_bytes > 0;
    printf("%s\t%s\t", r->target, f->kernel);
    for (int i = 0; i < f->spec_count; i++)
        printf("%s%" PRIu32, i ? "," : "", f->spec[i]);
    printf("\t%" PRIu32, f->subgroup);
    const int64_t figures[] = {f->registers, f->spills, f->scratch_bytes, f->occupancy, f->instructions, f->cycles};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        printf("\t%" PRId64, figures[i]);
    printf("\n");
}

static bool run(struct report *r, const char *device, struct err *err)
{
    struct vk *vk = NULL;
    bool ok = vk_open_compiler(&vk, device, err);
    if (ok)
        printf("# %s, %s\n", vk_info(vk)->name, vk_info(vk)->driver);
    for (int i = 0; ok && ops_all[i]; i++)
        for (int j = 0; ok && ops_all[i]->vulkan && j < ops_all[i]->case_count; j++)
            ok = record(vk, ops_all[i], &ops_all[i]->cases[j], err);
    ok = ok && vk_compiled_each(vk, print, r, err);
    vk_close(vk);
    if (ok && !r->pipelines)
        return fail(err, "no pipeline was built");
    return ok && (!r->spilling || fail(err, "%d of %d pipelines spill registers to memory", r->spilling, r->pipelines));
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: compile_report TARGET [DEVICE]\n");
        return 2;
    }
    struct report r = {.target = argv[1]};
    struct err err = {{0}};
    if (run(&r, argv[2], &err))
        return 0;
    fprintf(stderr, "compile_report: %s: %s\n", argv[1], err.text);
    return 1;
}
