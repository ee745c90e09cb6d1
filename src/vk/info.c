// What a device is and can do.
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vk/internal.h"
#include "vk/newer.h"
#include "vk/switches.h"

enum { MAX_DEVICES = 32, MAX_EXTENSIONS = 1024 };

static const char *kind_name(VkPhysicalDeviceType type)
{
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return "discrete";
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return "integrated";
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return "virtual";
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
        return "cpu-vulkan";
    default:
        return "other";
    }
}

struct extensions {
    VkExtensionProperties list[MAX_EXTENSIONS];
    uint32_t count;
};

static void extensions_query(VkPhysicalDevice physical, struct extensions *e)
{
    e->count = MAX_EXTENSIONS;
    VkResult r = vkEnumerateDeviceExtensionProperties(physical, NULL, &e->count, e->list);
    if (r != VK_SUCCESS && r != VK_INCOMPLETE)
        e->count = 0;
}

static bool has(const struct extensions *e, const char *name)
{
    for (uint32_t i = 0; i < e->count; i++)
        if (strcmp(e->list[i].extensionName, name) == 0)
            return true;
    return false;
}

static void query_limits(VkPhysicalDevice physical, const struct extensions *e, struct vk_info *info)
{
    VkPhysicalDeviceMaintenance4Properties p4 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES};
    bool has_p4 = info->api >= VK_API_VERSION_1_3 || has(e, VK_KHR_MAINTENANCE_4_EXTENSION_NAME);
    VkPhysicalDeviceVulkan11Properties p11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES,
                                              .pNext = has_p4 ? &p4 : NULL};
    VkPhysicalDeviceVulkan12Properties p12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES,
                                              .pNext = &p11};
    VkPhysicalDeviceProperties2 p = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &p12};
    vkGetPhysicalDeviceProperties2(physical, &p);
    const VkPhysicalDeviceLimits *l = &p.properties.limits;
    snprintf(info->driver, sizeof info->driver, "%.100s%s%.100s", p12.driverName, p12.driverInfo[0] ? ", " : "",
             p12.driverInfo);
    info->driver_id = p12.driverID;
    memcpy(info->uuid, p11.deviceUUID, 16);
    info->subgroup_size = info->subgroup_min = info->subgroup_max = p11.subgroupSize;
    bool compute = p11.subgroupSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT;
    info->subgroup_arithmetic = compute && (p11.subgroupSupportedOperations & VK_SUBGROUP_FEATURE_ARITHMETIC_BIT);
    info->subgroup_ballot = compute && (p11.subgroupSupportedOperations & VK_SUBGROUP_FEATURE_BALLOT_BIT);
    info->subgroup_shuffle = compute && (p11.subgroupSupportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT);
    info->max_invocations = l->maxComputeWorkGroupInvocations;
    memcpy(info->max_group_size, l->maxComputeWorkGroupSize, sizeof info->max_group_size);
    memcpy(info->max_groups, l->maxComputeWorkGroupCount, sizeof info->max_groups);
    info->shared_bytes = l->maxComputeSharedMemorySize;
    info->max_allocation = p11.maxMemoryAllocationSize;
    info->max_buffer = p4.maxBufferSize;
    info->block_max = vk_choose_block_max(info->max_allocation, info->max_buffer);
    // Drivers without hardware say infinity here.
    info->timestamp_ns = isfinite(l->timestampPeriod) ? (double)l->timestampPeriod : 0;
}

static void query_subgroup_sizes(VkPhysicalDevice physical, const struct extensions *e, struct vk_info *info)
{
    if (!has(e, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME))
        return;
    VkPhysicalDeviceSubgroupSizeControlProperties sizes = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES};
    VkPhysicalDeviceProperties2 p = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &sizes};
    vkGetPhysicalDeviceProperties2(physical, &p);
    VkPhysicalDeviceSubgroupSizeControlFeatures control = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES};
    VkPhysicalDeviceFeatures2 f = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &control};
    vkGetPhysicalDeviceFeatures2(physical, &f);
    if (sizes.minSubgroupSize && sizes.maxSubgroupSize >= sizes.minSubgroupSize) {
        info->subgroup_min = sizes.minSubgroupSize;
        info->subgroup_max = sizes.maxSubgroupSize;
    }
    info->subgroup_control =
        control.subgroupSizeControl && (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT);
}

static void query_features(VkPhysicalDevice physical, struct vk_info *info)
{
    VkPhysicalDeviceVulkan12Features f12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    VkPhysicalDeviceVulkan11Features f11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                            .pNext = &f12};
    VkPhysicalDeviceFeatures2 f = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &f11};
    vkGetPhysicalDeviceFeatures2(physical, &f);
    info->usable = f12.bufferDeviceAddress && f12.timelineSemaphore;
    if (!info->usable)
        snprintf(info->why_not, sizeof info->why_not, "it has no %s",
                 f12.bufferDeviceAddress ? "timelineSemaphore" : "bufferDeviceAddress");
    info->storage8 = f12.storageBuffer8BitAccess;
    info->storage16 = f11.storageBuffer16BitAccess;
    info->float16 = f12.shaderFloat16;
    info->int8 = f12.shaderInt8;
    info->int16 = f.features.shaderInt16;
    info->int64 = f.features.shaderInt64;
    info->memory_model = f12.vulkanMemoryModel;
}

static void type_name(char out[8], uint32_t type)
{
    static const char *const names[] = {"f16", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"};
    const char *name = type < 11 ? names[type] : type == 1000141000 ? "bf16" : "?";
    snprintf(out, 8, "%s", name);
}

static void query_coopmat(VkPhysicalDevice physical, const struct extensions *e, struct vk_info *info)
{
    if (has(e, VK_KHR_SHADER_BFLOAT16_EXTENSION_NAME)) {
        VkPhysicalDeviceShaderBfloat16FeaturesKHR b = {
            .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_BFLOAT16_FEATURES_KHR};
        VkPhysicalDeviceFeatures2 f = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &b};
        vkGetPhysicalDeviceFeatures2(physical, &f);
        info->bf16 = b.shaderBFloat16Type;
    }
    if (!has(e, VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME))
        return;
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR c = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR};
    VkPhysicalDeviceFeatures2 f = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &c};
    vkGetPhysicalDeviceFeatures2(physical, &f);
    PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR get =
        (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)(void (*)(void))vkGetInstanceProcAddr(
            vk_instance(), "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
    if (!c.cooperativeMatrix || !get)
        return;
    info->coopmat = true;
    VkCooperativeMatrixPropertiesKHR shapes[128];
    for (int i = 0; i < 128; i++)
        shapes[i] = (VkCooperativeMatrixPropertiesKHR){.sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR};
    uint32_t count = 128;
    VkResult r = get(physical, &count, shapes);
    if (r != VK_SUCCESS && r != VK_INCOMPLETE)
        return;
    for (uint32_t i = 0; i < count && info->coopmat_count < 32; i++) {
        if (shapes[i].scope != VK_SCOPE_SUBGROUP_KHR || shapes[i].saturatingAccumulation)
            continue;
        struct vk_coopmat *to = &info->coopmats[info->coopmat_count++];
        *to = (struct vk_coopmat){.m = shapes[i].MSize, .n = shapes[i].NSize, .k = shapes[i].KSize};
        type_name(to->a, shapes[i].AType);
        type_name(to->b, shapes[i].BType);
        type_name(to->c, shapes[i].CType);
        type_name(to->result, shapes[i].ResultType);
    }
}

// A family without graphics is preferred: a desktop stays responsive, and drivers let its work run longer.
bool vk_queue_family(VkPhysicalDevice physical, uint32_t *family, uint32_t *timestamp_bits)
{
    VkQueueFamilyProperties families[16];
    uint32_t count = 16;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        bool alone = !(families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT);
        if (!(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) || (found && !alone))
            continue;
        found = true;
        *family = i;
        *timestamp_bits = families[i].timestampValidBits;
        if (alone)
            break;
    }
    return found;
}

// Free pages and what the kernel can free at once (Linux's MemAvailable); free_bytes where that is not told.
static uint64_t available_memory(uint64_t free_bytes)
{
    char line[128];
    unsigned long long kib = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %llu", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib ? (uint64_t)kib * 1024 : free_bytes;
}

static void machine_memory(struct vk_info *info)
{
    long pages = sysconf(_SC_PHYS_PAGES), free_pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || free_pages <= 0 || size <= 0)
        return;
    info->heap_bytes = (uint64_t)pages * (uint64_t)size;
    info->heap_budget = available_memory((uint64_t)free_pages * (uint64_t)size);
}

static void query_memory(VkPhysicalDevice physical, const struct extensions *e, struct vk_info *info,
                         struct vk_memory *memory)
{
    // RADV without hardware (RADV_FORCE_FAMILY) crashes when its integrated devices are asked for their budget.
    bool budget = has(e, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) && strncmp(info->name, "Null hardware", 13) != 0;
    VkPhysicalDeviceMemoryBudgetPropertiesEXT b = {.sType =
                                                       VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 m = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
                                           .pNext = budget ? &b : NULL};
    vkGetPhysicalDeviceMemoryProperties2(physical, &m);
    bool cpu = strcmp(info->kind, "cpu-vulkan") == 0;
    vk_choose_memory(&m.memoryProperties, budget ? b.heapBudget : NULL, cpu || strcmp(info->kind, "integrated") == 0,
                     memory);
    info->mapped = memory->mapped;
    info->mapped_cached = memory->mapped_cached;
    info->heap_bytes = memory->heap_bytes;
    info->heap_budget = memory->heap_budget;
    if (cpu) // these drivers name a fixed size; what counts is the machine's memory
        machine_memory(info);
}

void vk_info_query(VkPhysicalDevice physical, struct vk_info *info, struct vk_memory *memory)
{
    struct vk_memory unwanted;
    VkPhysicalDeviceProperties p;
    vkGetPhysicalDeviceProperties(physical, &p);
    memset(info, 0, sizeof *info);
    snprintf(info->name, sizeof info->name, "%s", p.deviceName);
    info->kind = kind_name(p.deviceType);
    info->pretends = switches()->pretend;
    info->vendor = p.vendorID;
    info->device = p.deviceID;
    info->driver_version = p.driverVersion;
    info->api = p.apiVersion;
    memcpy(info->cache_uuid, p.pipelineCacheUUID, 16);
    if (p.apiVersion < VK_API_VERSION_1_2) {
        snprintf(info->why_not, sizeof info->why_not, "its driver offers Vulkan %u.%u, and 1.2 is needed",
                 VK_API_VERSION_MAJOR(p.apiVersion), VK_API_VERSION_MINOR(p.apiVersion));
        return;
    }
    static struct extensions e; // 260 KiB; filled anew for every device
    extensions_query(physical, &e);
    query_limits(physical, &e, info);
    query_features(physical, info);
    query_subgroup_sizes(physical, &e, info);
    query_coopmat(physical, &e, info);
    uint32_t family = 0, bits = 0;
    if (!vk_queue_family(physical, &family, &bits)) {
        info->usable = false;
        snprintf(info->why_not, sizeof info->why_not, "it has no compute queue");
    }
    if (!bits)
        info->timestamp_ns = 0;
    query_memory(physical, &e, info, memory ? memory : &unwanted);
}

bool vk_on_processor(const struct vk_info *info)
{
    return strcmp(info->pretends ? info->pretends : info->kind, "cpu-vulkan") == 0;
}

int vk_physical_devices(VkPhysicalDevice *out, struct vk_info *infos, int max, struct err *err)
{
    const char *pretend = switches()->pretend;
    if (pretend && strcmp(pretend, "discrete") != 0 && strcmp(pretend, "integrated") != 0) {
        fail(err, "VKR1_PRETEND is \"%s\": its values are \"discrete\" and \"integrated\"", pretend);
        return -1;
    }
    VkPhysicalDevice all[MAX_DEVICES];
    uint32_t count = MAX_DEVICES;
    VkResult r = vkEnumeratePhysicalDevices(vk_instance(), &count, all);
    if ((r != VK_SUCCESS && r != VK_INCOMPLETE) || !count) {
        fail(err,
             "no Vulkan device was found (%s). Install your GPU's driver or mesa-vulkan-drivers (which also runs "
             "without a GPU), or use --device cpu",
             r == VK_SUCCESS ? "the drivers list none" : vk_result_name(r));
        return -1;
    }
    static struct vk_info found[MAX_DEVICES];
    int kept[MAX_DEVICES];
    for (uint32_t i = 0; i < count; i++)
        vk_info_query(all[i], &found[i], NULL);
    int n = vk_drop_duplicates(found, (int)count, kept);
    for (int i = 0; i < n && i < max; i++) {
        out[i] = all[kept[i]];
        infos[i] = found[i];
    }
    return n < max ? n : max;
}
