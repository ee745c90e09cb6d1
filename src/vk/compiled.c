// Asking the driver what its compiler made of pipelines.
#include "vk/compiled.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "vk/internal.h"

enum { MAX_EXECUTABLES = 4, MAX_STATISTICS = 64, MAX_TEXTS = 16 };

// The names that drivers use: RADV; ANV of Mesa 25.0 and 26.1; NVK of Mesa 25.0 and 26.1.
static int64_t *field(struct vk_compiled *f, const char *name)
{
    static const struct {
        const char *name;
        size_t at;
    } names[] = {
        {"VGPRs", offsetof(struct vk_compiled, registers)},
        {"Max live registers", offsetof(struct vk_compiled, registers)},
        {"Number of GPRs", offsetof(struct vk_compiled, registers)},
        {"Spilled VGPRs", offsetof(struct vk_compiled, spills)},
        {"Spill Count", offsetof(struct vk_compiled, spills)},
        {"Spills", offsetof(struct vk_compiled, spills)},
        {"Spills to memory", offsetof(struct vk_compiled, spills)},
        {"Scratch size", offsetof(struct vk_compiled, scratch_bytes)},
        {"Scratch Memory Size", offsetof(struct vk_compiled, scratch_bytes)},
        {"SLM Size", offsetof(struct vk_compiled, scratch_bytes)},
        {"SLM size", offsetof(struct vk_compiled, scratch_bytes)},
        {"Subgroups per SIMD", offsetof(struct vk_compiled, occupancy)},
        {"Max warps/SM", offsetof(struct vk_compiled, occupancy)},
        {"Instructions", offsetof(struct vk_compiled, instructions)},
        {"Instruction Count", offsetof(struct vk_compiled, instructions)},
        {"Instruction count", offsetof(struct vk_compiled, instructions)},
        {"Inverse Throughput", offsetof(struct vk_compiled, cycles)},
        {"Cycle Count", offsetof(struct vk_compiled, cycles)},
        {"Cycles", offsetof(struct vk_compiled, cycles)},
        {"Static cycle count", offsetof(struct vk_compiled, cycles)},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            return (int64_t *)(void *)((char *)f + names[i].at);
    return NULL;
}

static VkResult statistics(struct vk *vk, VkPipeline pipeline, uint32_t executable, struct vk_compiled *f)
{
    VkPipelineExecutableInfoKHR which = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR,
        .pipeline = pipeline,
        .executableIndex = executable,
    };
    static VkPipelineExecutableStatisticKHR all[MAX_STATISTICS];
    for (int i = 0; i < MAX_STATISTICS; i++)
        all[i] = (VkPipelineExecutableStatisticKHR){.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR};
    uint32_t count = MAX_STATISTICS;
    VkResult r = vkGetPipelineExecutableStatisticsKHR(vk->device, &which, &count, all);
    f->registers = f->spills = f->scratch_bytes = f->occupancy = f->instructions = f->cycles = -1;
    for (uint32_t i = 0; r == VK_SUCCESS && i < count; i++) {
        int64_t *to = field(f, all[i].name);
        if (to)
            *to = all[i].format == VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_FLOAT64_KHR ? (int64_t)all[i].value.f64
                                                                                       : all[i].value.i64;
    }
    return r;
}

// Adds what the driver shows of an executable's code to `code`, each of its texts after a line "== its name ==".
static VkResult texts(struct vk *vk, VkPipeline pipeline, uint32_t executable, struct str *code)
{
    VkPipelineExecutableInfoKHR which = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR,
        .pipeline = pipeline,
        .executableIndex = executable,
    };
    VkPipelineExecutableInternalRepresentationKHR all[MAX_TEXTS];
    for (int i = 0; i < MAX_TEXTS; i++)
        all[i] = (VkPipelineExecutableInternalRepresentationKHR){
            .sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR};
    uint32_t count = MAX_TEXTS;
    VkResult r = vkGetPipelineExecutableInternalRepresentationsKHR(vk->device, &which, &count, all); // sizes
    for (uint32_t i = 0; r == VK_SUCCESS && i < count; i++) {
        all[i].pData = block_alloc(all[i].dataSize + 1);
        check(all[i].pData, "no host memory for the code of a kernel");
    }
    if (r == VK_SUCCESS)
        r = vkGetPipelineExecutableInternalRepresentationsKHR(vk->device, &which, &count, all);
    for (uint32_t i = 0; i < MAX_TEXTS; i++) {
        if (r == VK_SUCCESS && i < count && all[i].isText)
            str_printf(code, "== %s ==\n%s\n", all[i].name, (const char *)all[i].pData);
        block_free(all[i].pData);
    }
    return r;
}

static VkResult executables(struct vk *vk, const struct vk_pipeline *p,
                            void (*each)(void *, const struct vk_compiled *), void *context)
{
    VkPipelineInfoKHR which = {.sType = VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, .pipeline = p->handle};
    VkPipelineExecutablePropertiesKHR all[MAX_EXECUTABLES];
    for (int i = 0; i < MAX_EXECUTABLES; i++)
        all[i] = (VkPipelineExecutablePropertiesKHR){.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR};
    uint32_t count = MAX_EXECUTABLES;
    VkResult r = vkGetPipelineExecutablePropertiesKHR(vk->device, &which, &count, all);
    for (uint32_t i = 0; r == VK_SUCCESS && i < count; i++) {
        struct vk_compiled f = {
            .kernel = p->name, .spec = p->spec, .spec_count = p->spec_count, .subgroup = all[i].subgroupSize};
        struct str code = {0};
        r = statistics(vk, p->handle, i, &f);
        if (r == VK_SUCCESS && vk->keep_code)
            r = texts(vk, p->handle, i, &code);
        f.code = code.data;
        if (r == VK_SUCCESS)
            each(context, &f);
        str_finish(&code);
    }
    return r;
}

bool vk_compiled_each(struct vk *vk, void (*each)(void *context, const struct vk_compiled *figures), void *context,
                      struct err *err)
{
    check(vk->compile_only, "%s was not opened by vk_open_compiler", vk->info.name);
    // The list has the newest first.
    const struct vk_pipeline *end = NULL;
    while (end != vk->pipelines) {
        const struct vk_pipeline *p = vk->pipelines;
        while (p->next != end)
            p = p->next;
        end = p;
        VkResult r = executables(vk, p, each, context);
        if (r != VK_SUCCESS)
            return fail(err, "asking what the compiler made of kernel %s: %s", p->name, vk_result_name(r));
    }
    return true;
}
