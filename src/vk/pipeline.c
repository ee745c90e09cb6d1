// Pipelines from the embedded list of kernels (shaders/kernels.txt).
#include <string.h>

#include "base/arena.h"
#include "vk/internal.h"
#include "vk/kernels.h"

static const struct kernel *find_kernel(const char *name)
{
    for (int i = 0; i < kernel_count; i++)
        if (strcmp(kernels[i].name, name) == 0)
            return &kernels[i];
    return NULL;
}

bool vk_kernel_exists(const char *kernel)
{
    return find_kernel(kernel);
}

int vk_kernel_count(void)
{
    return kernel_count;
}

const char *vk_kernel_name(int i)
{
    check(i >= 0 && i < kernel_count, "kernel %d of %d", i, kernel_count);
    return kernels[i].name;
}

const char *vk_kernel_source(int i)
{
    check(i >= 0 && i < kernel_count, "kernel %d of %d", i, kernel_count);
    return kernels[i].source;
}

const char *vk_kernel_defines(int i)
{
    check(i >= 0 && i < kernel_count, "kernel %d of %d", i, kernel_count);
    return kernels[i].defines;
}

const uint32_t *vk_kernel_code(int i, size_t *bytes)
{
    check(i >= 0 && i < kernel_count, "kernel %d of %d", i, kernel_count);
    *bytes = (size_t)(kernels[i].end - kernels[i].code) * sizeof *kernels[i].code;
    return kernels[i].code;
}

const char *vk_kernel_header(const char *path)
{
    for (const struct kernel_header *h = kernel_headers; h->path; h++)
        if (strcmp(h->path, path) == 0)
            return h->text;
    return NULL;
}

void vk_kernel_replace(struct vk *vk, const char *kernel, const uint32_t *code, size_t code_bytes)
{
    const struct kernel *k = find_kernel(kernel);
    check(k, "no kernel %s", kernel);
    if (!vk->replaced)
        vk->replaced = block_alloc(sizeof *vk->replaced * (size_t)kernel_count);
    check(vk->replaced, "no host memory for the kernels' table");
    vk->replaced[k - kernels] = (struct vk_code){code, code_bytes};
    for (struct vk_pipeline *p = vk->pipelines; p; p = p->next)
        if (strcmp(p->name, kernel) == 0)
            p->listed = false;
}

const char *vk_pipeline_name(const struct vk_pipeline *pipeline)
{
    return pipeline->name;
}

static VkResult create(struct vk *vk, struct vk_pipeline *p, const uint32_t *code, size_t code_bytes)
{
    VkSpecializationMapEntry entries[VK_SPECS];
    for (int i = 0; i < p->spec_count; i++)
        entries[i] = (VkSpecializationMapEntry){(uint32_t)i, (uint32_t)i * 4, 4};
    VkSpecializationInfo spec = {(uint32_t)p->spec_count, entries, (size_t)p->spec_count * 4, p->spec};
    VkShaderModuleCreateInfo module_info = {
        .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
        .codeSize = code_bytes,
        .pCode = code,
    };
    VkPipelineShaderStageRequiredSubgroupSizeCreateInfo size = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO,
        .requiredSubgroupSize = p->subgroup,
    };
    bool varies = vk->info.subgroup_min != vk->info.subgroup_max;
    VkShaderModule module = VK_NULL_HANDLE;
    VkResult r = vkCreateShaderModule(vk->device, &module_info, NULL, &module);
    if (r != VK_SUCCESS)
        return r;
    VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .flags = (vk->compile_only ? VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR : 0) |
                 (vk->keep_code ? VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR : 0),
        .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                  .pNext = p->subgroup && varies ? &size : NULL,
                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                  .module = module,
                  .pName = "main",
                  .pSpecializationInfo = p->spec_count ? &spec : NULL},
        .layout = vk->layout,
    };
    r = vkCreateComputePipelines(vk->device, vk->cache, 1, &info, NULL, &p->handle);
    vkDestroyShaderModule(vk->device, module, NULL);
    return r;
}

static struct vk_pipeline *make(struct vk *vk, const char *name, const uint32_t *code, size_t code_bytes,
                                const uint32_t *spec, int spec_count, uint32_t subgroup, struct err *err)
{
    struct vk_pipeline *p = block_alloc(sizeof *p);
    check(p, "no host memory for a pipeline");
    check(strlen(name) < sizeof p->name, "the kernel's name %s is too long", name);
    strcpy(p->name, name);
    p->spec_count = spec_count;
    p->subgroup = subgroup;
    if (spec_count)
        memcpy(p->spec, spec, (size_t)spec_count * 4);
    VkResult r = create(vk, p, code, code_bytes);
    if (r != VK_SUCCESS) {
        fail(err, "the driver cannot build kernel %s for %s: %s", name, vk->info.name, vk_result_name(r));
        block_free(p);
        return NULL;
    }
    p->next = vk->pipelines;
    vk->pipelines = p;
    vk->cache_grew = true;
    return p;
}

// True when a pipeline can be made to run with subgroups of this size.
static bool subgroup_possible(const struct vk_info *i, uint32_t subgroup)
{
    if (!i->subgroup_control || i->subgroup_min == i->subgroup_max)
        return subgroup == i->subgroup_size && i->subgroup_min == i->subgroup_max;
    return subgroup >= i->subgroup_min && subgroup <= i->subgroup_max && (subgroup & (subgroup - 1)) == 0;
}

struct vk_pipeline *vk_pipeline(struct vk *vk, const char *kernel, const uint32_t *spec, int spec_count,
                                struct err *err)
{
    return vk_pipeline_subgroup(vk, kernel, spec, spec_count, 0, err);
}

struct vk_pipeline *vk_pipeline_subgroup(struct vk *vk, const char *kernel, const uint32_t *spec, int spec_count,
                                         uint32_t subgroup, struct err *err)
{
    if (subgroup && !subgroup_possible(&vk->info, subgroup)) {
        fail(err, "kernel %s wants subgroups of %u, %s has %u to %u and %s be told which", kernel, subgroup,
             vk->info.name, vk->info.subgroup_min, vk->info.subgroup_max, vk->info.subgroup_control ? "can" : "cannot");
        return NULL;
    }
    check(spec_count >= 0 && spec_count <= VK_SPECS, "%d specialisation constants", spec_count);
    for (struct vk_pipeline *p = vk->pipelines; p; p = p->next)
        if (p->listed && p->spec_count == spec_count && p->subgroup == subgroup && strcmp(p->name, kernel) == 0 &&
            (!spec_count || memcmp(p->spec, spec, (size_t)spec_count * 4) == 0))
            return p;
    const struct kernel *k = find_kernel(kernel);
    if (!k) {
        fail(err, "this build has no kernel \"%s\" (shaders/kernels.txt; some need a newer glslc)", kernel);
        return NULL;
    }
    struct vk_code code = {k->code, (size_t)(k->end - k->code) * 4};
    if (vk->replaced && vk->replaced[k - kernels].words)
        code = vk->replaced[k - kernels];
    struct vk_pipeline *p = make(vk, kernel, code.words, code.bytes, spec, spec_count, subgroup, err);
    if (p)
        p->listed = true;
    return p;
}

struct vk_pipeline *vk_pipeline_code(struct vk *vk, const char *name, const uint32_t *code, size_t code_bytes,
                                     const uint32_t *spec, int spec_count, struct err *err)
{
    check(spec_count >= 0 && spec_count <= VK_SPECS, "%d specialisation constants", spec_count);
    return make(vk, name, code, code_bytes, spec, spec_count, 0, err);
}
