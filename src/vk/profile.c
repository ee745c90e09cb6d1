// The table of VKR1_PROFILE: what every kernel took on the device.
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "vk/internal.h"

struct row {
    const char *name;
    double count, ms, flops, bytes;
};

void vk_profile_print(const struct vk *vk)
{
    int room = 0, rows = 0;
    for (const struct vk_pipeline *p = vk->pipelines; p; p = p->next)
        room++;
    struct arena arena = {0};
    struct row *table = arena_array(&arena, struct row, room + 1);
    double ms = 0;
    for (const struct vk_pipeline *p = vk->pipelines; p; p = p->next) {
        int i = 0; // kernels with other constants share a row
        while (i < rows && strcmp(table[i].name, p->name) != 0)
            i++;
        rows += i == rows;
        table[i] = (struct row){p->name, table[i].count + p->count, table[i].ms + p->ms, table[i].flops + p->flops,
                                table[i].bytes + p->bytes};
        ms += p->ms;
    }
    fprintf(stderr, "%-32s %8s %10s %6s %9s %9s\n", "kernel", "count", "ms", "share", "GB/s", "GFLOP/s");
    for (int n = 0; n < rows; n++) {
        struct row *top = NULL;
        for (int i = 0; i < rows; i++)
            if (table[i].count > 0 && (!top || table[i].ms > top->ms))
                top = &table[i];
        if (!top)
            break;
        double ns = top->ms > 0 ? top->ms * 1e6 : 1;
        fprintf(stderr, "%-32s %8.0f %10.2f %5.1f%% %9.2f %9.2f\n", top->name, top->count, top->ms,
                ms > 0 ? 100 * top->ms / ms : 0, top->bytes / ns, top->flops / ns);
        top->count = 0;
    }
    fprintf(stderr, "%-32s %8s %10.2f\n", "all", "", ms);
    arena_finish(&arena);
}
