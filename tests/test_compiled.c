// Figures of the driver's compiler (vk/compiled.h). Where the driver has none to give, the message is tested instead.
#include "test.h"
#include "vk/compiled.h"

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
    if (!vk_open_compiler(&vk, test_device(), &err)) {
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
