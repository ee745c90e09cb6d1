// Figures of the driver's compiler (vk/compiled.h). Where the driver has none to give, the message is tested instead.
#include "test.h"
#include "vk/compiled.h"

#include <sys/wait.h>

static void count(void *context, const struct vk_compiled *f)
{
    EXPECT(strcmp(f->kernel, "fill") == 0, "kernel %s", f->kernel);
    EXPECT(f->subgroup > 0, "subgroup of %u", f->subgroup);
    ++*(int *)context;
}

TEST(compiled, figures_or_message)
{
    struct vk *vk = NULL;
    struct err err = {{0}};
    struct vk_info any;
    if (vk_list(&any, 1, &err) < 1) {
        test_skip("%s", err.text);
        return;
    }
    if (!vk_open_compiler(&vk, test_device(), false, &err)) {
        EXPECT_ERR(&err, "extension not present");
        return;
    }
    int executables = 0;
    EXPECT(vk_pipeline(vk, "fill", NULL, 0, &err), "%s", err.text);
    EXPECT(vk_compiled_each(vk, count, &executables, &err), "%s", err.text);
    EXPECT(executables > 0, "%d executables", executables);
    struct vk_stream *s = vk_stream_create(vk); // recorded and freed, never run
    vk_stream_node(s, "fill");
    vk_stream_dispatch(s, vk_pipeline(vk, "fill", NULL, 0, &err), "none", 4, (const uint32_t[3]){1, 1, 1}, 0, 0);
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    vk_stream_free(s);
    vk_close(vk);
}

// A kernel as NVK shows it: loads argument 1792 as `access` says, stores to `to`.
#define KERNEL(name, access, assembly, to)                                                                             \
    "=== " name "\n== NIR shader ==\n"                                                                                 \
    "    con 32x2  %4 = @ldc_nv (%3 (0x0), %3 (0x0)) (base=1792, access=none, align_mul=8)\n"                          \
    "    con 64    %5 = pack_64_2x32 %4\n"                                                                             \
    "    con 32x2  %6 = @ldc_nv (%3 (0x0), %3 (0x0)) (base=1800, access=none, align_mul=8)\n"                          \
    "    con 64    %7 = pack_64_2x32 %6\n"                                                                             \
    "    con 32x2  %8 = @ldc_nv (%3 (0x0), %3 (0x0)) (base=1808, access=none, align_mul=8)\n"                          \
    "    div 64    %9 = i2i64 %8.y\n"                                                                                  \
    "    div 64   %10 = lea_nv %5, %9, %3 (0x2)\n"                                                                     \
    "    div 64   %11 = lea_nv %7, %9, %3 (0x2)\n"                                                                     \
    "    div 32   %12 = @load_global_nv (%10, %1 (true)) (base=0, access=" access ")\n"                                \
    "                   @store_global_nv (%12, " to ") (base=0, access=none)\n"                                        \
    "== NAK assembly ==\n"                                                                                             \
    "      r2    = ld.global.a64." assembly ".b32 [r2..4], pT  // delay=2\n"                                           \
    "              st.global.a64.strong.gpu.b32 [r4..6] r2 // delay=2 rd:0\n"

TEST(compiled, strong_loads)
{
    static const struct {
        const char *code, *says;
        int status;
    } rows[] = {
        {KERNEL("reads 8", "readonly|reorderable", "constant", "%11"), "1 pipelines, 0 with", 0},
        {KERNEL("adds", "none", "strong.gpu", "%10"), "1 pipelines, 0 with", 0},
        {KERNEL("reads 8", "none", "strong.gpu", "%11"), "reads 8: 1 strong loads of what it does not write", 1},
        {KERNEL("reads", "none", "constant", "%10"), "reads: 0 strong loads in the assembly, 1 in NIR", 1},
        {KERNEL("reads", "reorderable", "strong.gpu", "%10"), "reads: 1 strong loads in the assembly, 0 in NIR", 1},
        {"", "0 pipelines", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char command[4096], said[4096] = "";
        const char *path = test_tmp("code");
        FILE *f = fopen(path, "w");
        check(f && fputs(rows[i].code, f) >= 0 && fclose(f) == 0, "%s", path);
        snprintf(command, sizeof command, "'%s' '%s' 2>&1", test_path("../tools/strong_loads.py"), path);
        FILE *p = popen(command, "r");
        check(p, "popen");
        size_t n = fread(said, 1, sizeof said - 1, p);
        said[n] = 0;
        int status = pclose(p);
        EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == rows[i].status && strstr(said, rows[i].says),
               "row %zu: exit %d, \"%s\"", i, WEXITSTATUS(status), said);
    }
}
