// Choosing, opening and closing a device; its queue.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "vk/compiled.h"
#include "vk/internal.h"
#include "vk/newer.h"
#include "vk/switches.h"

enum { MAX_DEVICES = 32 };

static int rank(const struct vk_info *info)
{
    static const char *const order[] = {"cpu-vulkan", "other", "virtual", "integrated", "discrete"};
    for (int i = 0; i < 5; i++)
        if (info->usable && strcmp(info->kind, order[i]) == 0)
            return i + 1;
    return 0;
}

// Of two of a kind, one whose driver does not translate to another interface, then the larger.
static bool better(const struct vk_info *a, const struct vk_info *b)
{
    bool native_a = vk_driver_rank(a->driver_id) > 0, native_b = vk_driver_rank(b->driver_id) > 0;
    if (rank(a) != rank(b))
        return rank(a) > rank(b);
    return native_a != native_b ? native_a : a->heap_bytes > b->heap_bytes;
}

static int mark_preferred(struct vk_info *infos, int count)
{
    int best = -1;
    for (int i = 0; i < count; i++) {
        infos[i].index = i;
        infos[i].preferred = false;
        if (rank(&infos[i]) && (best < 0 || better(&infos[i], &infos[best])))
            best = i;
    }
    if (best >= 0)
        infos[best].preferred = true;
    return best;
}

int vk_list(struct vk_info *out, int max, struct err *err)
{
    if (!vk_instance_acquire(err))
        return -1;
    VkPhysicalDevice devices[MAX_DEVICES];
    int count = vk_physical_devices(devices, out, max < MAX_DEVICES ? max : MAX_DEVICES, err);
    mark_preferred(out, count);
    vk_instance_release();
    return count;
}

static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, n) == 0)
            return true;
    return false;
}

static bool matches(const struct vk_info *info, const char *which)
{
    char *end = NULL;
    long index = strtol(which, &end, 10);
    if (*which && !*end)
        return index == info->index;
    return strcmp(which, info->kind) == 0 || contains(info->name, which) || contains(info->driver, which);
}

static void put_list(struct str *s, const struct vk_info *infos, int count)
{
    for (int i = 0; i < count; i++)
        str_printf(s, "%sdevice %d, %s (%s)", i ? "; " : "", i, infos[i].name, infos[i].kind);
}

static bool no_match(const struct vk_info *infos, int count, const char *which, struct err *err)
{
    struct str list = {0};
    put_list(&list, infos, count);
    if (!which)
        fail(err, "no device is usable: %s: %s", infos[0].name, infos[0].why_not);
    else if (strcmp(which, "cpu") == 0)
        fail(err, "\"cpu\" is vkr1's own CPU executor, not a Vulkan device; Vulkan lists %s", list.data);
    else
        fail(err, "no Vulkan device matches \"%s\"; Vulkan lists %s. Give an index, a kind or a part of a name", which,
             list.data);
    str_finish(&list);
    return false;
}

// Picks a device by name; among several matches the preferred one, then the first usable one.
static int choose(struct vk_info *infos, int count, const char *which, struct err *err)
{
    int best = mark_preferred(infos, count), found = -1;
    if (!which) {
        found = best;
    } else {
        for (int i = 0; i < count; i++)
            if (matches(&infos[i], which) &&
                (found < 0 || i == best || (!infos[found].usable && infos[i].usable && found != best)))
                found = i;
    }
    if (found < 0) {
        no_match(infos, count, which, err);
        return -1;
    }
    if (!infos[found].usable) {
        fail(err,
             "%s cannot be used: %s (Vulkan 1.2 with bufferDeviceAddress is needed); choose another device or "
             "use --device cpu",
             infos[found].name, infos[found].why_not);
        return -1;
    }
    if (!which && strcmp(infos[found].kind, "cpu-vulkan") == 0)
        log_info("device %d: %s, because no GPU was found (--device cpu is faster than this)", found,
                 infos[found].name);
    return found;
}

// Extensions beyond 1.2, with their feature structures in front of *next; at most 4. Debian 12's validation layer does
// not know cooperative matrices, so under validation the plain path runs.
static uint32_t add_extensions(struct vk *vk, const char **names, void **next)
{
    static VkPhysicalDeviceCooperativeMatrixFeaturesKHR coopmat = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR, .cooperativeMatrix = VK_TRUE};
    static VkPhysicalDeviceShaderBfloat16FeaturesKHR bf16 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_BFLOAT16_FEATURES_KHR, .shaderBFloat16Type = VK_TRUE};
    static VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR figures = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR,
        .pipelineExecutableInfo = VK_TRUE};
    static VkPhysicalDeviceSubgroupSizeControlFeatures control = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES, .subgroupSizeControl = VK_TRUE};
    struct vk_info *i = &vk->info;
    uint32_t count = 0;
    if (switches()->validation)
        i->coopmat = i->bf16 = false;
    bf16.shaderBFloat16CooperativeMatrix = VK_FALSE;
    for (int s = 0; s < i->coopmat_count && i->coopmat; s++)
        if (strcmp(i->coopmats[s].a, "bf16") == 0)
            bf16.shaderBFloat16CooperativeMatrix = VK_TRUE;
    if (vk->compile_only) {
        names[count++] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
        figures.pNext = *next;
        *next = &figures;
    }
    if (i->subgroup_control) {
        names[count++] = VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME;
        control.pNext = *next;
        *next = &control;
    }
    if (i->coopmat) {
        names[count++] = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
        coopmat.pNext = *next;
        *next = &coopmat;
    }
    if (i->bf16) {
        names[count++] = VK_KHR_SHADER_BFLOAT16_EXTENSION_NAME;
        bf16.pNext = *next;
        *next = &bf16;
    }
    return count;
}

static VkResult create_device(struct vk *vk, bool everything)
{
    struct vk_info *i = &vk->info;
    float priority = 1;
    VkDeviceQueueCreateInfo queue = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
        .queueFamilyIndex = vk->family,
        .queueCount = 1,
        .pQueuePriorities = &priority,
    };
    VkPhysicalDeviceVulkan12Features f12 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
        .bufferDeviceAddress = VK_TRUE,
        .timelineSemaphore = VK_TRUE,
        .storageBuffer8BitAccess = everything && i->storage8,
        .shaderFloat16 = everything && i->float16,
        .shaderInt8 = everything && i->int8,
        .vulkanMemoryModel = everything && i->memory_model,
    };
    VkPhysicalDeviceVulkan11Features f11 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
        .pNext = &f12,
        .storageBuffer16BitAccess = everything && i->storage16,
    };
    VkPhysicalDeviceFeatures2 features = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
        .pNext = &f11,
        .features = {.shaderInt16 = everything && i->int16, .shaderInt64 = everything && i->int64},
    };
    const char *extensions[4];
    void *next = &features;
    if (!everything)
        i->coopmat = i->bf16 = i->subgroup_control = false;
    uint32_t extension_count = add_extensions(vk, extensions, &next);
    VkDeviceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
        .pNext = next,
        .queueCreateInfoCount = 1,
        .pQueueCreateInfos = &queue,
        .enabledExtensionCount = extension_count,
        .ppEnabledExtensionNames = extensions,
    };
    return vkCreateDevice(vk->physical, &info, NULL, &vk->device);
}

static void only_required(struct vk_info *i)
{
    i->storage8 = i->storage16 = i->float16 = i->int8 = i->int16 = i->int64 = i->memory_model = false;
}

static VkResult create_layout(struct vk *vk)
{
    VkPushConstantRange range = {.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .size = VK_ARGS};
    VkPipelineLayoutCreateInfo layout = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
        .pushConstantRangeCount = 1,
        .pPushConstantRanges = &range,
    };
    return vkCreatePipelineLayout(vk->device, &layout, NULL, &vk->layout);
}

static VkResult create_queue_objects(struct vk *vk)
{
    VkSemaphoreTypeCreateInfo timeline = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
        .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE,
    };
    VkSemaphoreCreateInfo semaphore = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &timeline};
    VkCommandPoolCreateInfo pool = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
        .queueFamilyIndex = vk->family,
    };
    VkResult r = vkCreateSemaphore(vk->device, &semaphore, NULL, &vk->timeline);
    if (r == VK_SUCCESS)
        r = vkCreateCommandPool(vk->device, &pool, NULL, &vk->pool);
    VkCommandBufferAllocateInfo buffer = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .commandPool = vk->pool,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1,
    };
    return r == VK_SUCCESS ? vkAllocateCommandBuffers(vk->device, &buffer, &vk->transfer) : r;
}

static bool create_objects(struct vk *vk, struct err *err)
{
    VkResult r = create_layout(vk);
    if (r == VK_SUCCESS && !vk->compile_only)
        r = create_queue_objects(vk);
    if (r != VK_SUCCESS)
        return fail(err, "opening %s: %s", vk->info.name, vk_result_name(r));
    if (vk->compile_only)
        return true;
    uint32_t zero = 0;
    if (!vk_host_block(vk, 256, &vk->canary, err))
        return false;
    memcpy(vk->canary.map, &zero, sizeof zero);
    vk_cache_open(vk);
    vk->canary_kernel = vk_pipeline(vk, "canary", NULL, 0, err);
    return vk->canary_kernel;
}

static bool open_chosen(struct vk *vk, const char *which, struct err *err)
{
    VkPhysicalDevice devices[MAX_DEVICES];
    static struct vk_info infos[MAX_DEVICES];
    int count = vk_physical_devices(devices, infos, MAX_DEVICES, err);
    int chosen = count > 0 ? choose(infos, count, which, err) : -1;
    if (chosen < 0)
        return false;
    vk->physical = devices[chosen];
    vk_info_query(vk->physical, &vk->info, &vk->memory);
    vk->info.index = chosen;
    vk->info.preferred = infos[chosen].preferred;
    if (infos[chosen].instead_of[0])
        log_info("device %d: %s by the driver %s; %s serves it too (VK_DRIVER_FILES chooses)", chosen, vk->info.name,
                 vk->info.driver, infos[chosen].instead_of);
    vkGetPhysicalDeviceMemoryProperties(vk->physical, &vk->memory_types);
    vk_queue_family(vk->physical, &vk->family, &vk->timestamp_bits);
    VkResult r = create_device(vk, true);
    if (r == VK_ERROR_FEATURE_NOT_PRESENT ||
        r == VK_ERROR_EXTENSION_NOT_PRESENT) { // some translation layers promise features that they then refuse
        only_required(&vk->info);
        r = create_device(vk, false);
    }
    if (r != VK_SUCCESS)
        return fail(err, "opening %s: vkCreateDevice: %s", vk->info.name, vk_result_name(r));
    vkGetDeviceQueue(vk->device, vk->family, 0, &vk->queue);
    return create_objects(vk, err);
}

static bool open_as(struct vk **out, const char *which, bool compile_only, bool keep_code, struct err *err)
{
    *out = NULL;
    if (!vk_instance_acquire(err))
        return false;
    struct vk *vk = block_alloc(sizeof *vk);
    check(vk, "no host memory for a device");
    vk->compile_only = compile_only;
    vk->keep_code = keep_code;
    if (open_chosen(vk, which, err)) {
        *out = vk;
        return true;
    }
    vk_close(vk);
    return false;
}

bool vk_open(struct vk **out, const char *which, struct err *err)
{
    return open_as(out, which, false, false, err);
}

bool vk_open_compiler(struct vk **out, const char *which, bool code, struct err *err)
{
    return open_as(out, which, true, code, err);
}

void vk_close(struct vk *vk)
{
    if (!vk)
        return;
    if (vk->device) {
        if (!vk->compile_only)
            vkDeviceWaitIdle(vk->device);
        if (switches()->profile)
            vk_profile_print(vk);
        vk_cache_save(vk);
        for (struct vk_pipeline *p = vk->pipelines, *next; p; p = next) {
            next = p->next;
            vkDestroyPipeline(vk->device, p->handle, NULL);
            block_free(p);
        }
        vk_staging_finish(vk);
        vk_block_free(vk, &vk->canary);
        vkDestroyPipelineCache(vk->device, vk->cache, NULL);
        vkDestroyPipelineLayout(vk->device, vk->layout, NULL);
        vkDestroyCommandPool(vk->device, vk->pool, NULL);
        vkDestroySemaphore(vk->device, vk->timeline, NULL);
        vkDestroyDevice(vk->device, NULL);
    }
    block_free(vk->replaced);
    block_free(vk);
    vk_instance_release();
}

const struct vk_info *vk_info(const struct vk *vk)
{
    return &vk->info;
}

uint64_t vk_memory_used(const struct vk *vk)
{
    return vk->used;
}

VkResult vk_submit(struct vk *vk, const VkCommandBuffer *buffers, uint32_t count)
{
    uint64_t value = vk->submitted + 1;
    VkTimelineSemaphoreSubmitInfo timeline = {
        .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
        .signalSemaphoreValueCount = 1,
        .pSignalSemaphoreValues = &value,
    };
    VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .pNext = &timeline,
        .commandBufferCount = count,
        .pCommandBuffers = buffers,
        .signalSemaphoreCount = 1,
        .pSignalSemaphores = &vk->timeline,
    };
    VkResult r = vkQueueSubmit(vk->queue, 1, &info, VK_NULL_HANDLE);
    if (r == VK_SUCCESS)
        vk->submitted = value;
    return r;
}

VkResult vk_wait(struct vk *vk, uint64_t value, uint64_t timeout_ns)
{
    VkSemaphoreWaitInfo wait = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
        .semaphoreCount = 1,
        .pSemaphores = &vk->timeline,
        .pValues = &value,
    };
    return vkWaitSemaphores(vk->device, &wait, timeout_ns);
}

void vk_barrier(VkCommandBuffer c)
{
    VkMemoryBarrier b = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
    };
    vkCmdPipelineBarrier(c, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                         VK_PIPELINE_STAGE_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &b, 0, NULL, 0, NULL);
}
