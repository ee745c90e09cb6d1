// compile_report: what a driver's compiler makes of the pipelines that vkr1 selects on its device. Records, without
// running them, the check cases of all ops, forward and backward, and prints a line for every pipeline:
//   target, kernel, specialisation constants, subgroup size, registers, spills, scratch bytes, occupancy, instructions,
//   cycles
// The device need not be there (see tools/vendor_compilers.sh): no memory is touched and nothing is dispatched.
// usage: compile_report TARGET [DEVICE]    exit 1 when a pipeline cannot be built or spills
#include <inttypes.h>
#include <stdio.h>

#include "ops/check.h"
#include "ops/trial.h"
#include "vk/compiled.h"

struct report {
    const char *target;
    int pipelines, spilling;
};

static void nothing(void *user, int i, const struct node *n, const struct vk_stream *s)
{
    (void)user, (void)i, (void)n, (void)s; // recording has made the pipelines
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
            ok = trial_record(vk, &ops_all[i]->cases[j], nothing, NULL, err) ||
                 fail_in(err, "%s, case %s", ops_all[i]->name, ops_all[i]->cases[j].label);
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
