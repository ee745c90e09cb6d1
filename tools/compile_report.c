// compile_report: what a driver's compiler makes of the pipelines that vkr1 selects on its device. Records, without
// running them, the check cases of all ops, forward and backward, and prints a line for every pipeline:
//   target, kernel, specialisation constants, subgroup size, registers, spills, scratch bytes, occupancy, instructions,
//   cycles
// The device need not be there (see tools/vendor_compilers.sh): no memory is touched and nothing is dispatched.
// usage: compile_report TARGET [--code FILE] [DEVICE]    exit 1 when a pipeline cannot be built or spills
// --code: what the driver shows of every pipeline's code, after a line "=== kernel constants" each (strong_loads.py)
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ops/check.h"
#include "ops/trial.h"
#include "vk/compiled.h"

struct report {
    const char *target;
    FILE *code; // or NULL
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
    struct str constants = {0};
    str_puts(&constants, "");
    for (int i = 0; i < f->spec_count; i++)
        str_printf(&constants, "%s%" PRIu32, i ? "," : "", f->spec[i]);
    printf("%s\t%s\t%s\t%" PRIu32, r->target, f->kernel, constants.data, f->subgroup);
    const int64_t figures[] = {f->registers, f->spills, f->scratch_bytes, f->occupancy, f->instructions, f->cycles};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        printf("\t%" PRId64, figures[i]);
    printf("\n");
    if (r->code)
        fprintf(r->code, "=== %s %s\n%s", f->kernel, constants.data, f->code ? f->code : "");
    str_finish(&constants);
}

static bool run(struct report *r, const char *device, struct err *err)
{
    struct vk *vk = NULL;
    bool ok = vk_open_compiler(&vk, device, r->code, err);
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
    bool code = argc > 3 && strcmp(argv[2], "--code") == 0;
    if (argc < 2 || argc > (code ? 5 : 3)) {
        fprintf(stderr, "usage: compile_report TARGET [--code FILE] [DEVICE]\n");
        return 2;
    }
    struct report r = {.target = argv[1], .code = code ? fopen(argv[3], "w") : NULL};
    struct err err = {{0}};
    bool ok = code && !r.code ? fail(&err, "%s cannot be written", argv[3]) : run(&r, argv[code ? 4 : 2], &err);
    if (r.code && fclose(r.code) != 0 && ok)
        ok = fail(&err, "%s cannot be written", argv[3]);
    if (ok)
        return 0;
    fprintf(stderr, "compile_report: %s: %s\n", argv[1], err.text);
    return 1;
}
